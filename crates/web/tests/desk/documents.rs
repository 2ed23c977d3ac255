//! Documents over HTTP: filed by a form and by a program, seen by whom may, taken away with a reason.

use axum::body::Body;
use axum::http::{Method, header};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::house::{Caller, House, request};

/// One pixel.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

fn document(patient: &str, content: &str) -> Value {
    json!({ "patient": patient, "kind": "headache diary", "name": "Diary of autumn", "taken": "2026-11-02", "content": content })
}

#[tokio::test]
async fn a_program_files_a_picture_and_reads_what_is_kept() {
    let house = House::new().await;
    let owner = house.owner().await;
    let patient = house.patient(&owner, "Ada").await;
    let made = house.post(&owner, "/v1/documents", document(&patient, PNG)).await.is(201).json();
    let path = format!("/v1/documents/{}", made["id"].as_str().unwrap());
    let about = house.get(&owner, &path).await.is(200).json();
    assert_eq!((&about["record"]["media_type"], &about["record"]["pixels"]), (&json!("image/png"), &json!([1, 1])));
    let content = house.get(&owner, &format!("{path}/content")).await.is(200);
    assert_eq!(content.headers["content-type"], "image/png");
    assert!(content.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert!(!content.headers["content-disposition"].to_str().unwrap().contains("Diary"), "a name of a patient's paper");
    assert!(content.bytes.starts_with(b"\x89PNG"));
    for (change, code) in [
        (json!({ "content": "!" }), "W0208"),
        (json!({ "content": BASE64.encode(b"GIF89a") }), "S101"),
        (json!({ "content": BASE64.encode(&PDF[..20]) }), "S104"),
        (json!({ "kind": "love letter" }), "W0206"),
        (json!({ "name": " " }), "W0203"),
    ] {
        let mut body = document(&patient, PNG);
        change.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let problem = house.post(&owner, "/v1/documents", body).await.is(422).json();
        assert_eq!(problem["errors"][0]["code"], code);
    }
    // More than other requests may have.
    let large = [PDF, &vec![b' '; 2 << 20], &PDF[PDF.len() - 20..]].concat();
    house.post(&owner, "/v1/documents", document(&patient, &BASE64.encode(&large))).await.is(201);
}

fn upload(caller: &Caller, path: &str, fields: &[(&str, &str)], file: &[u8]) -> axum::http::Request<Body> {
    let Caller::Person { csrf, .. } = caller else { panic!("a person") };
    let mut body = Vec::new();
    for (name, value) in std::iter::once(&("csrf", csrf.as_str())).chain(fields) {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"IMG_1.exe\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    let mut sent = request(caller, Method::POST, path, None);
    sent.headers_mut().remove("x-csrf-token");
    sent.headers_mut().insert(header::CONTENT_TYPE, "multipart/form-data; boundary=edge".parse().unwrap());
    *sent.body_mut() = Body::from(body);
    sent
}

#[tokio::test]
async fn who_files_need_not_see_and_who_takes_away_says_why() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let clinician = house.colleague(&owner, "clinician", &[]).await;
    let patient = house.patient(&owner, "Ada").await;
    let to = format!("/patients/{patient}/documents");
    assert!(house.get(&clerk, &format!("{to}/new")).await.is(200).text.contains("multipart/form-data"));
    let fields = [("name", "Card, front"), ("kind", "headache diary"), ("taken", "")];
    let filed = house.send(upload(&clerk, &to, &fields, PDF)).await.is(303);
    let back = filed.headers["location"].to_str().unwrap();
    assert!(house.get(&clerk, back).await.is(200).text.contains("The document is filed"));
    house.get(&clerk, &to).await.is(403);
    let refused = house.send(upload(&clerk, &to, &fields, b"MZ a program")).await.is(422);
    assert!(refused.text.contains("JPEG, PNG or PDF") && refused.text.contains("Card, front"));

    let list = house.get(&clinician, &to).await.is(200).text;
    assert!(list.contains("Card, front"));
    let found = house.get(&clinician, &format!("/v1/documents?patient={patient}")).await.is(200).json();
    let id = found["items"][0]["id"].as_str().unwrap();
    let page = house.get(&clinician, &format!("/documents/{id}")).await.is(200).text;
    assert!(page.contains("Load the paper down"));
    let content = house.get(&clinician, &format!("/documents/{id}/content")).await.is(200);
    assert_eq!(content.bytes, PDF);
    assert!(content.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));

    let removal = format!("/v1/documents/{id}/removal");
    house.post(&clerk, &removal, json!({ "reason": "it was filed with the wrong patient" })).await.is(403);
    house.post(&clinician, &removal, json!({ "reason": "oops" })).await.is(422);
    house.post(&clinician, &removal, json!({ "reason": "it was filed with the wrong patient" })).await.is(204);
    house.get(&clinician, &format!("/documents/{id}/content")).await.is(404);
    let accesses = house.get(&owner, &format!("/v1/patients/{patient}/accesses")).await.is(200).json();
    let done = |action: &str| {
        accesses["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["action"] == action)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(done("remove")["reason"], "it was filed with the wrong patient");
    assert_eq!(done("attach")["noun"], "content");
    assert_eq!(done("content")["noun"], "document");
}

#[tokio::test]
async fn documents_of_another_facility_stay_closed() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (north, south) = (house.facility(&owner, "North").await, house.facility(&owner, "South").await);
    let clinician = house.colleague(&owner, "clinician", &[&north]).await;
    let (patient, other) = (house.patient(&owner, "Ada").await, house.patient(&owner, "Ada").await);
    let visit = house.visit(&owner, &patient, &south, json!({})).await;
    let mut body = document(&patient, PNG);
    body["visit"] = json!(visit);
    let id = house.post(&owner, "/v1/documents", body).await.is(201).json()["id"].as_str().unwrap().to_owned();
    for path in [format!("/v1/documents/{id}"), format!("/v1/documents/{id}/content")] {
        assert_eq!(house.get(&clinician, &path).await.is(403).json()["code"], "W0423");
    }
    house.post(&clinician, "/v1/documents", document(&patient, PNG)).await.is(403);
    let removal = json!({ "reason": "it was filed with the wrong patient" });
    house.post(&clinician, &format!("/v1/documents/{id}/removal"), removal).await.is(403);
    let mut mixed = document(&other, PNG);
    mixed["visit"] = json!(visit);
    assert_eq!(house.post(&owner, "/v1/documents", mixed).await.is(422).json()["errors"][0]["pointer"], "/visit");
}
