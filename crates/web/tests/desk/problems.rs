//! What is wrong with a request is told with code, place, cause and next step, and without a value that was sent.

use axum::http::{Method, header};
use serde_json::{Value, json};

use crate::house::{Caller, House, Reply, request};

/// What a sender wrote: it stands in no reply.
const SENT: &str = "Zzyzx";

/// A problem that can be acted upon.
fn checked(reply: Reply, status: u16, code: &str) -> Value {
    let reply = reply.is(status);
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{}", reply.text);
    let problem = reply.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!((&problem["status"], &problem["type"]), (&json!(status), &json!(format!("urn:covered:problem:{code}"))));
    let says = |of: &Value, names: &[&str]| {
        for name in names {
            assert!(of[name].as_str().is_some_and(|text| text.len() > 3), "{name}: {problem}");
        }
    };
    says(&problem, &["title", "detail", "next", "instance"]);
    for field in problem["errors"].as_array().into_iter().flatten() {
        says(field, &["code", "detail", "next"]);
        assert!(field["pointer"].is_string(), "{problem}");
    }
    assert!(!reply.text.contains(SENT), "{problem}");
    problem
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|field| field["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_body_of_another_form_is_told_by_its_place() {
    let house = House::new().await;
    let owner = house.owner().await;
    for (path, body, at) in [
        ("/v1/patients", json!({ "family": SENT, "given": "Ada", "nickname": SENT }), ""),
        ("/v1/patients", json!({ "family": SENT }), ""),
        ("/v1/patients", json!({ "family": SENT, "given": 7 }), "/given"),
        ("/v1/patients", json!({ "family": SENT, "given": "Ada", "birth_date": SENT }), "/birth_date"),
        ("/v1/patients", json!({ "family": SENT, "given": "Ada", "address": { "street": SENT } }), "/address"),
        ("/v1/visits", json!({ "patient": SENT }), "/patient"),
        ("/v1/determinations", json!({ "case": SENT }), "/case"),
        ("/v1/determinations", json!({ "cases": {} }), ""),
        ("/v1/tokens", json!({ "name": SENT, "scopes": ["patient-read", 7], "days": 1 }), "/scopes/1"),
    ] {
        let problem = checked(house.post(&owner, path, body).await, 400, "W0400");
        assert_eq!(pointers(&problem), [at], "{problem}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_kept_is_told_where_it_stands() {
    let house = House::new().await;
    let owner = house.owner().await;
    let patient = house.patient(&owner, "Ada").await;
    let plan = json!({ "patient": patient, "rank": 1, "case": { "payer": "aetna" } });
    let kept = format!("/v1/coverages/{}", house.made(&owner, "/v1/coverages", plan.clone()).await);
    for (field, value, at) in [
        ("rank", json!(0), "/rank"),
        ("rank", json!(7), "/rank"),
        ("case", json!({ "payer": "nothing-of-that-name" }), "/case/payer"),
        ("case", json!({ "payer": "aetna", "benefits": { "copay": "12,50" } }), "/case/benefits"),
    ] {
        let mut wrong = plan.clone();
        wrong[field] = value;
        let problem = checked(house.post(&owner, "/v1/coverages", wrong.clone()).await, 422, "W0422");
        assert!(pointers(&problem).iter().all(|pointer| pointer.starts_with(at)), "{problem}");
        let change = json!({ "version": 1, "record": wrong });
        let problem = checked(house.call(&owner, Method::PUT, &kept, Some(&change)).await, 422, "W0422");
        let at = format!("/record{at}");
        assert!(pointers(&problem).iter().all(|pointer| pointer.starts_with(&at)), "{problem}");
    }
    let problem =
        checked(house.post(&owner, "/v1/facilities", json!({ "name": " ", "active": true })).await, 422, "W0422");
    assert_eq!(pointers(&problem), ["/name"]);
}

#[tokio::test]
async fn a_case_that_cannot_be_answered_is_told_field_by_field() {
    let house = House::new().await;
    let owner = house.owner().await;
    let with = |place: &str, value: Value| {
        let mut case = json!({
            "date": "2026-11-23", "coverage": { "payer": "aetna" }, "facility": { "kind": "medical-spa", "state": "TX" },
            "line": [{ "treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"] }],
        });
        let (holder, name) = place.rsplit_once('/').unwrap();
        case.pointer_mut(holder).unwrap()[name] = value;
        json!({ "case": case })
    };
    for (place, value) in [
        ("/line/0/diagnoses", json!(["migraine"])),
        ("/line/0/codes", json!(["6461"])),
        ("/line/0/price", json!("12,50")),
        ("/line/0/price", json!("-3")),
        ("/line/0/treatment", json!("nothing-of-that-name")),
        ("/line/0/colour", json!("nothing-of-that-name")),
        ("/coverage/payer", json!("nothing-of-that-name")),
        ("/date", json!("23.11.2026")),
        ("/chart", json!({ "headache_days_per_month": "many" })),
    ] {
        let problem = checked(house.post(&owner, "/v1/determinations", with(place, value.clone())).await, 422, "W0422");
        let at = format!("/case{place}");
        assert!(pointers(&problem).iter().any(|pointer| pointer.starts_with(&at)), "{place} {value}: {problem}");
    }
}

#[tokio::test]
async fn what_follows_a_question_mark_is_told_by_its_name() {
    let house = House::new().await;
    let owner = house.owner().await;
    for (path, name) in [
        ("/v1/patients?cursor=Zzyzx", "`cursor`"),
        ("/v1/patients?limit=Zzyzx", "`limit`"),
        ("/v1/patients?limit=0", "`limit`"),
        ("/v1/patients?limit=501", "`limit`"),
        ("/v1/patients?colour=Zzyzx", "`cursor`"),
        ("/v1/patients?state=Zzyzx", "`cursor`, `limit`"),
        ("/v1/me?Zzyzx", "there is none"),
        ("/v1/visits?limit=1&limit=2", "`limit` stands twice"),
        ("/v1/visits?state=Zzyzx", "planned, open, closed, cancelled"),
        ("/v1/matrix?for=Zzyzx", "looks, medical"),
        ("/v1/visits?patient=Zzyzx", "`patient`"),
        ("/v1/visits?from=Zzyzx", "`from`"),
        ("/v1/audit?cursor=Zzyzx", "`cursor`"),
        ("/v1/exports/user?format=Zzyzx", "`format`"),
        ("/v1/policies/cms/changes?from=Zzyzx", "`from`"),
    ] {
        let problem = checked(house.get(&owner, path).await, 400, "W0400");
        assert!(problem["detail"].as_str().unwrap().contains(name), "{path}: {problem}");
    }
}

#[tokio::test]
async fn what_is_no_request_of_the_api_is_told_too() {
    let house = House::new().await;
    let owner = house.owner().await;
    checked(house.get(&owner, "/v1/Zzyzx").await, 404, "W0404");
    checked(house.get(&owner, "/v1/patients/Zzyzx").await, 404, "W0404");
    checked(house.call(&owner, Method::DELETE, "/v1/patients", None).await, 405, "W0405");
    checked(house.get(&Caller::Nobody, "/v1/patients").await, 401, "W0401");
    checked(house.get(&Caller::Program("cvd_Zzyzx".to_owned()), "/v1/patients").await, 401, "W0401");
    let mut asked = request(&owner, Method::POST, "/v1/patients", Some(&json!({})));
    asked.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    checked(house.send(asked).await, 415, "W0415");
    let mut asked = request(&owner, Method::POST, "/v1/patients", Some(&json!({})));
    *asked.body_mut() = "{\"family\": \"Zzyzx\", ".into();
    checked(house.send(asked).await, 400, "W0400");
    let large = "a".repeat(web::layers::BODY_BYTES_MAX + 1);
    checked(house.post(&owner, "/v1/patients", json!({ "family": large })).await, 413, "W0414");
    let mut asked =
        request(&owner, Method::POST, "/v1/patients", Some(&json!({ "family": "Invented", "given": "Ada" })));
    asked.headers_mut().insert("idempotency-key", "two words".parse().unwrap());
    checked(house.send(asked).await, 400, "W0400");
    let program = house.program(&owner, &["patient-read"]).await;
    let problem = checked(house.get(&program, "/v1/visits").await, 403, "W0403");
    assert!(problem["detail"].as_str().unwrap().contains("visit-read"), "{problem}");
}
