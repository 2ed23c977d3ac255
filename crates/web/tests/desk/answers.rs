//! Answers over HTTP are those of `covered check`, are kept, given again, and done once.

use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};

use crate::house::{Caller, House, LIBRARY, request};

fn examples() -> impl Iterator<Item = (String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let files = names.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.map(|path| {
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), serde_json::to_value(table).unwrap())
    })
}

/// Dates of TOML become strings of JSON.
pub(crate) fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => match map.get("$__toml_private_datetime") {
            Some(date) => date.clone(),
            None => Value::Object(map.into_iter().map(|(key, value)| (key, plain(value))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

#[tokio::test]
async fn answers_are_byte_for_byte_those_of_check() {
    let house = House::new().await;
    let owner = house.owner().await;
    let answers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/answers");
    let mut count = 0;
    // Twice: the second time every program was compiled before.
    for _ in 0..2 {
        for (name, case) in examples() {
            let expected = std::fs::read_to_string(answers.join(format!("{name}.json"))).unwrap();
            let expected = expected.replace("(version)", LIBRARY.version()).replace("(sha256)", LIBRARY.sha256());
            let kept = house.post(&owner, "/v1/determinations", json!({ "case": plain(case) })).await.is(201).json();
            let path = format!("/v1/determinations/{}/answer", kept["id"].as_str().unwrap());
            let answer = house.get(&owner, &path).await.is(200).text;
            assert_eq!(answer, expected, "{name}");
            assert_eq!(kept["answer"], serde_json::from_str::<Value>(&expected).unwrap(), "{name}");
            count += 1;
        }
    }
    assert!(count >= 50, "{count} answers");
}

fn botox(days: u32) -> Value {
    json!({
        "date": "2026-11-23", "coverage": { "payer": "aetna" }, "facility": { "kind": "medical-spa", "state": "TX" },
        "line": [{ "treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"] }],
        "chart": { "headache_days_per_month": days },
    })
}

#[tokio::test]
async fn what_is_wrong_with_a_case_has_its_place() {
    let house = House::new().await;
    let owner = house.owner().await;
    let mut case = botox(20);
    case["coverage"]["payer"] = json!("aetnna");
    case["line"][0]["diagnosis"] = json!("G43.709");
    let problem = house.post(&owner, "/v1/determinations", json!({ "case": case })).await.is(422);
    assert_eq!(problem.headers["content-type"], "application/problem+json");
    let problem = problem.json();
    assert_eq!(problem["code"], "W0422");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert!(pointers.contains(&"/case/coverage/payer"), "{problem}");
    assert!(pointers.iter().any(|pointer| pointer.starts_with("/case/line/0")), "{problem}");
}

async fn once(house: &House, caller: &Caller, key: &str, path: &str, body: &Value) -> crate::house::Reply {
    let mut asked = request(caller, Method::POST, path, Some(body));
    asked.headers_mut().insert("idempotency-key", key.parse().unwrap());
    house.send(asked).await
}

#[tokio::test]
async fn a_request_that_comes_twice_is_done_once() {
    let house = House::new().await;
    let owner = house.owner().await;
    let body = json!({ "case": botox(20) });
    let first = once(&house, &owner, "a-key", "/v1/determinations", &body).await.is(201).text;
    house.pass(60);
    let second = once(&house, &owner, "a-key", "/v1/determinations", &body).await.is(201).text;
    assert_eq!(first, second);
    assert_eq!(house.get(&owner, "/v1/determinations").await.is(200).json()["items"].as_array().unwrap().len(), 1);
    once(&house, &owner, "a-key", "/v1/determinations", &json!({ "case": botox(3) })).await.is(409);
    let patient = json!({ "family": "Invented", "given": "Ada" });
    let first = once(&house, &owner, "b-key", "/v1/patients", &patient).await.is(201).text;
    assert_eq!(first, once(&house, &owner, "b-key", "/v1/patients", &patient).await.is(201).text);
    assert_eq!(house.get(&owner, "/v1/patients").await.is(200).json()["items"].as_array().unwrap().len(), 1);
    once(&house, &owner, "", "/v1/patients", &patient).await.is(400);
}

/// A request for each operation of the description that takes an `Idempotency-Key`.
async fn requests(house: &House, owner: &Caller) -> Vec<(&'static str, Method, String, Value)> {
    let made = async |path: &str, body: Value| house.post(owner, path, body).await.is(201).json()["id"].clone();
    let (site, clinician) = (json!({ "name": "North", "active": true }), json!({ "name": "Ida", "active": true }));
    let person = json!({ "family": "Invented", "given": "Ada" });
    let (place, ida) = (made("/v1/facilities", site.clone()).await, made("/v1/clinicians", clinician.clone()).await);
    let patient = made("/v1/patients", person.clone()).await;
    let plan = json!({ "patient": patient, "rank": 1, "case": { "payer": "aetna" } });
    let visit = json!({ "patient": patient, "facility": place, "day": "2026-11-23", "case": {} });
    let (on_file, booked) = (made("/v1/coverages", plan.clone()).await, made("/v1/visits", visit.clone()).await);
    let one = |folder: &str, id: &Value| format!("/v1/{folder}/{}", id.as_str().unwrap());
    let change = |record: &Value, version: u32| json!({ "version": version, "record": record });
    let practice = house.get(owner, "/v1/practice").await.is(200).json();
    let (post, put) = (Method::POST, Method::PUT);
    vec![
        (
            "changePractice",
            put.clone(),
            "/v1/practice".into(),
            json!({ "version": practice["version"], "record": practice["record"] }),
        ),
        ("makeFacility", post.clone(), "/v1/facilities".into(), site.clone()),
        ("changeFacility", put.clone(), one("facilities", &place), change(&site, 1)),
        ("makeClinician", post.clone(), "/v1/clinicians".into(), clinician.clone()),
        ("changeClinician", put.clone(), one("clinicians", &ida), change(&clinician, 1)),
        ("makePatient", post.clone(), "/v1/patients".into(), person.clone()),
        ("changePatient", put.clone(), one("patients", &patient), change(&person, 1)),
        ("makeCoverage", post.clone(), "/v1/coverages".into(), plan.clone()),
        ("changeCoverage", put.clone(), one("coverages", &on_file), change(&plan, 1)),
        ("makeVisit", post.clone(), "/v1/visits".into(), visit.clone()),
        ("changeVisit", put, one("visits", &booked), change(&visit, 1)),
        ("determine", post, "/v1/determinations".into(), json!({ "case": botox(20) })),
    ]
}

#[tokio::test]
async fn whatever_takes_a_key_is_done_once_and_answered_alike() {
    let house = House::new().await;
    let owner = house.owner().await;
    let description = house.get(&Caller::Nobody, "/openapi.json").await.is(200).json();
    let takes_key = |operation: &&Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|parameter| parameter["name"] == "Idempotency-Key")
    };
    let operations =
        description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut listed: Vec<&str> =
        operations.filter(takes_key).map(|operation| operation["operationId"].as_str().unwrap()).collect();
    listed.sort_unstable();
    let all = requests(&house, &owner).await;
    let mut tried: Vec<&str> = all.iter().map(|(id, ..)| *id).collect();
    tried.sort_unstable();
    assert_eq!(tried, listed);
    for (id, method, path, body) in all {
        let asked = || {
            let mut asked = request(&owner, method.clone(), &path, Some(&body));
            asked.headers_mut().insert("idempotency-key", id.parse().unwrap());
            asked
        };
        let first = house.send(asked()).await;
        assert!(first.status.is_success(), "{id}: {}", first.text);
        house.pass(60);
        // Another server knows it too: the reply is in the records, sealed.
        let second = house.beside().await.send(asked()).await;
        assert_eq!((second.status, &second.text), (first.status, &first.text), "{id}");
    }
    assert_eq!(house.get(&owner, "/v1/visits").await.is(200).json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_fact_that_is_never_advised_and_changes_after_the_verdict_is_kept_for_review() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let patient =
        house.post(&clerk, "/v1/patients", json!({ "family": "Invented", "given": "Ada" })).await.is(201).json();
    let patient = &patient["id"];
    let ask = async |days| {
        let body = json!({ "case": botox(days), "patient": patient });
        house.post(&clerk, "/v1/determinations", body).await.is(201).json()
    };
    assert_eq!(ask(8).await["changes"], 0);
    house.pass(4 * 60);
    assert_eq!(ask(8).await["changes"], 0, "asked again, nothing changed");
    house.pass(3 * 60);
    assert_eq!(ask(16).await["changes"], 1);
    let officer = house.colleague(&owner, "compliance", &[]).await;
    let open = house.get(&officer, "/v1/changes?state=open").await.is(200).json();
    let change = &open["items"][0];
    let record = &change["record"];
    assert_eq!(record["fact"], "headache_days_per_month");
    assert_eq!((&record["old"], &record["new"], &record["minutes"]), (&json!(8), &json!(16), &json!(3)));
    let review = format!("/v1/changes/{}/review", change["id"].as_str().unwrap());
    house.post(&officer, &review, json!({ "note": "the diary was counted anew" })).await.is(200);
    assert_eq!(house.get(&officer, "/v1/changes?state=open").await.is(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_case_is_composed_of_what_is_on_file() {
    let house = House::new().await;
    let owner = house.owner().await;
    let made = async |path: &str, body: Value| house.post(&owner, path, body).await.is(201).json()["id"].clone();
    let facility = json!({ "name": "South", "active": true, "case": { "kind": "medical-spa", "state": "TX" } });
    let facility = made("/v1/facilities", facility).await;
    let licence = json!({ "kind": "NP", "state": "TX", "holds": { "from": "2024-01-01", "until": "2026-12-31" } });
    let clinician = json!({ "name": "Invented, Ida", "active": true, "npi": "1234567893", "licences": [licence] });
    let clinician = made("/v1/clinicians", clinician).await;
    let patient = json!({ "family": "Invented", "given": "Ada", "birth_date": "1980-01-31", "sex": "female" });
    let patient = made("/v1/patients", patient).await;
    made("/v1/coverages", json!({ "patient": patient, "rank": 1, "case": { "payer": "aetna", "product": "ppo" } }))
        .await;
    let visit = json!({
        "patient": patient, "facility": facility, "clinician": clinician, "day": "2026-11-23",
        "case": { "line": [{ "treatment": "botox", "purpose": "cosmetic" }] },
    });
    let visit = made("/v1/visits", visit).await;
    let kept = house.post(&owner, "/v1/determinations", json!({ "visit": visit })).await.is(201).json();
    let case = &kept["case"];
    assert_eq!(case["date"], "2026-11-23");
    assert_eq!(case["patient"], json!({ "birth_date": "1980-01-31", "sex": "female" }));
    assert_eq!(case["coverage"], json!({ "payer": "aetna", "product": "ppo" }));
    assert_eq!(case["clinician"]["license_expires"], "2026-12-31");
    assert_eq!(kept["answer"]["lines"][0]["verdict"], "not-covered");
    house
        .post(&owner, "/v1/coverages", json!({ "patient": patient, "rank": 1, "case": { "payer": "nobody at all" } }))
        .await
        .is(422);
}
