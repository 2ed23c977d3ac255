//! What says who a patient is stands in no log, no error and no address.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use serde_json::json;

use crate::house::{House, request};

/// A name that stands nowhere else.
const MARK: &str = "Qzyxwvut";

#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_marked_patient_is_in_no_log_and_in_no_error() {
    let logs = Logs::default();
    let writer = logs.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // For every thread: what other tests log must not tell the mark either.
    tracing::subscriber::set_global_default(subscriber).expect("no other test listens");
    let house = House::new().await;
    let owner = house.owner().await;
    let marked = json!({
        "family": MARK, "given": MARK, "mrn": MARK, "phone": format!("555 {MARK}"), "email": format!("{MARK}@example.org"),
        "address": { "street": MARK, "city": MARK, "state": "TX", "zip": MARK },
    });
    let patient = house.post(&owner, "/v1/patients", marked.clone()).await.is(201).json();
    let id = patient["id"].as_str().unwrap();
    assert!(!id.contains(MARK));
    house.get(&owner, &format!("/v1/patients/{id}")).await.is(200);
    let mut errors = Vec::new();
    let mut refused = async |path: &str, body: serde_json::Value| {
        let reply = house.post(&owner, path, body).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        errors.push(reply.text);
    };
    refused("/v1/patients", json!({ "family": MARK, "given": MARK, MARK: MARK })).await;
    refused("/v1/patients", json!({ "family": [MARK], "given": MARK })).await;
    refused("/v1/patients", json!({ "family": MARK, "given": MARK, "birth_date": MARK })).await;
    refused("/v1/determinations", json!({ "case": { "date": "2026-11-23", "patient": { "birth_date": MARK } } })).await;
    refused("/v1/determinations", json!({ "case": { "date": "2026-11-23", "patient": { "reference": [MARK] } } }))
        .await;
    refused("/v1/sign-in", json!({ "email": format!("{MARK}@example.org"), "password": MARK, "code": MARK })).await;
    refused("/v1/break-glass", json!({ "patient": id, "reason": MARK })).await;
    let path = format!("/v1/patients/{MARK}?cursor={MARK}");
    errors.push(house.send(request(&owner, Method::GET, &path, None)).await.text);
    for error in &errors {
        assert!(!error.contains(MARK), "{error}");
    }
    let logged = String::from_utf8(logs.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("/v1/patients/{id}"), "the log names the pattern: {logged}");
    let told: Vec<&str> = logged.lines().filter(|line| line.contains(MARK)).collect();
    assert!(told.is_empty(), "the log tells: {told:?}");
}
