//! Everything is given out to programs, entered in the audit, and to nobody else.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::house::{Caller, House};

async fn filled(house: &House) -> (Caller, Value) {
    let owner = house.owner().await;
    let made = async |body: Value| house.post(&owner, "/v1/patients", body).await.is(201).json()["id"].clone();
    // More than one part.
    for number in 0..230 {
        made(json!({ "family": format!("Invented {number}"), "given": "Ada" })).await;
    }
    let last = made(json!({ "family": "=Formula, \"Invented\"", "given": "Zoe", "mrn": "M-1" })).await;
    (owner, last)
}

#[tokio::test]
async fn every_record_is_given_out_as_lines_or_as_a_table() {
    let house = House::new().await;
    let (owner, last) = filled(&house).await;
    let nouns = house.get(&owner, "/v1/exports").await.is(200).json();
    assert!(nouns["items"].as_array().unwrap().contains(&json!({ "noun": "patient", "records": 231 })), "{nouns}");

    let program = house.program(&owner, &["export"]).await;
    let reply = house.get(&program, "/v1/exports/patient").await.is(200);
    assert_eq!(reply.headers["content-type"], "application/jsonl");
    assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"patient.jsonl\"");
    let lines: Vec<Value> = reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 231);
    let line = lines.iter().find(|line| line["id"] == last).unwrap();
    assert_eq!((&line["version"], &line["body"]["given"]), (&json!(1), &json!("Zoe")));

    let reply = house.get(&program, "/v1/exports/patient?format=csv").await.is(200);
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    let head = reply.text.lines().next().unwrap();
    assert!(head.starts_with("id,version,created_at,changed_at,") && head.contains("family"), "{head}");
    assert_eq!(reply.text.lines().count(), 232);
    assert!(reply.text.contains("\"'=Formula, \"\"Invented\"\"\""), "a spreadsheet finds no formula");

    // Secrets of sign-in stay.
    let users = house.get(&owner, "/v1/exports/user").await.is(200).text;
    assert!(users.contains("owner@example.org") && !users.contains("argon2") && !users.contains("totp"), "{users}");
    let tokens = house.get(&owner, "/v1/exports/token").await.is(200).text;
    assert!(tokens.contains("a program") && !tokens.contains("sha256"), "{tokens}");

    assert_eq!(house.get(&owner, "/v1/exports/nothing").await.is(404).json()["code"], "W0404");
    assert_eq!(house.get(&owner, "/v1/exports/patient?format=xml").await.is(400).json()["code"], "W0400");
}

#[tokio::test]
async fn who_took_a_patient_along_stands_in_the_audit_and_the_audit_holds() {
    let house = House::new().await;
    let (owner, last) = filled(&house).await;
    house.get(&owner, "/v1/exports/patient").await.is(200);
    let report = house.get(&owner, &format!("/v1/patients/{}/accesses", last.as_str().unwrap())).await.is(200).json();
    let actions: Vec<&str> =
        report["items"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions.iter().filter(|action| **action == "export").count(), 1, "{actions:?}");

    let head = house.desk.store().signed_head(house.desk.now()).await.unwrap();
    let reply = house.get(&owner, "/v1/audit/export").await.is(200);
    assert_eq!(reply.headers["content-type"], "application/jsonl");
    let held = store::verify(&mut reply.bytes.as_slice(), Some(&head)).unwrap();
    assert!(held.entries > head.seq, "that the audit was taken along stands in it");
    let mut altered = reply.text.clone();
    let at = altered.find("\"action\":\"create\"").unwrap();
    altered.replace_range(at..at + 17, "\"action\":\"delete\"");
    store::verify(&mut altered.as_bytes(), Some(&head)).unwrap_err();
    assert_eq!(HEXLOWER.decode(held.head.hash.as_bytes()).unwrap().len(), 32);
}

#[tokio::test]
async fn an_export_goes_to_whom_it_may_and_to_nobody_of_some_facilities_alone() {
    let house = House::new().await;
    let owner = house.owner().await;
    let site = house.facility(&owner, "North").await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let officer = house.colleague(&owner, "compliance", &[&site]).await;
    let reader = house.program(&owner, &["patient-read"]).await;
    for path in ["/v1/exports/patient", "/v1/exports/user"] {
        house.get(&clerk, path).await.is(403);
        house.get(&reader, path).await.is(403);
        assert_eq!(house.get(&officer, path).await.is(403).json()["code"], "W0423");
    }
    house.get(&clerk, "/v1/audit/export").await.is(403);
    assert_eq!(house.get(&officer, "/v1/audit/export").await.is(403).json()["code"], "W0423");
}
