//! Next quarter: a practice's own visits against another library; and the gate before a standard transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::Method;
use library::Library;
use serde_json::json;
use web::access::before_standard_transaction;
use web::desk::others::Others;

use crate::house::{Caller, House};

const NAME: &str = "2027-q1";

/// A folder of libraries, taken away at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(what: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("covered-{what}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn others(&self) -> Others {
        Others::new(self.0.clone(), Arc::new(|folder| Library::from_dir(folder).map_err(|error| error.to_string())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A copy of the library in which a policy asks for more headache days.
fn other(folder: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    copy(&from, folder);
    let mut changed = 0;
    for file in files(&folder.join("policies/cms")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let stricter = text.replace("headache_days_per_month >= 15", "headache_days_per_month >= 20");
        if stricter != text {
            std::fs::write(&file, stricter).unwrap();
            changed += 1;
        }
    }
    assert!(changed > 0, "no policy speaks of headache days");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let at = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::copy(&file, at).unwrap();
    }
}

#[tokio::test]
async fn visits_that_another_library_answers_otherwise_are_told_with_policy_and_criterion() {
    let house = House::new().await;
    // After the day of the example.
    house.pass(10 * 24 * 3600);
    let owner = house.owner().await;
    assert_eq!(house.get(&owner, "/v1/replay").await.is(409).json()["code"], "W0409");
    assert!(house.get(&owner, "/next-quarter").await.is(200).text.contains("No other library was chosen"));
    let folder = Folder::new("other-library");
    other(&folder.0.join(NAME));
    house.desk.offer_libraries(folder.others());
    let chosen = house.call(&owner, Method::PUT, "/v1/replay/library", Some(&json!({ "name": NAME }))).await.is(200);
    assert_eq!(chosen.json(), json!({ "items": [NAME], "chosen": NAME }));

    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/migraine-botox.toml"))
            .unwrap();
    let example: toml::Table = text.parse().unwrap();
    let mut case = crate::answers::plain(serde_json::to_value(example).unwrap());
    let made =
        async |path: &str, body: serde_json::Value| house.post(&owner, path, body).await.is(201).json()["id"].clone();
    let facility = made("/v1/facilities", json!({ "name": "South", "active": true, "case": case["facility"] })).await;
    let patient = json!({ "family": "Invented", "given": "Ada", "birth_date": "1980-01-31", "sex": "female" });
    let patient = made("/v1/patients", patient).await;
    made("/v1/coverages", json!({ "patient": patient, "rank": 1, "case": case["coverage"] })).await;
    let mut parts = serde_json::Map::new();
    for key in ["line", "chart", "trial", "document", "history"] {
        if let Some(part) = case.as_object_mut().unwrap().remove(key) {
            parts.insert(key.to_owned(), part);
        }
    }
    let visit = async |days: u32| {
        let mut case = parts.clone();
        case["chart"]["headache_days_per_month"] = json!(days);
        made("/v1/visits", json!({ "patient": patient, "facility": facility, "day": "2026-11-23", "case": case })).await
    };
    let (both, one) = (visit(22).await, visit(16).await);
    let replay = house.get(&owner, "/v1/replay?from=2026-11-01").await.is(200).json();
    assert_eq!((&replay["visits"], &replay["unread"]), (&json!(2), &json!([])));
    let flips = replay["flips"].as_array().unwrap();
    assert_eq!(flips.len(), 1, "{replay}");
    assert_eq!(flips[0]["visit"], one);
    assert_ne!(flips[0]["visit"], both);
    assert_ne!(flips[0]["old"]["verdict"], flips[0]["new"]["verdict"]);
    assert!(flips[0]["new"]["policy"].as_str().unwrap().starts_with("cms/"), "{replay}");
    assert!(!flips[0]["new"]["criterion"].as_str().unwrap().is_empty());
    // A criterion that is not met reads like its opposite, unless that is said.
    let why = flips[0]["new"]["text"].as_str().unwrap();
    assert!(why.starts_with("Not met: ") && why.contains("headache days"), "{why}");
    let page = house.get(&owner, "/next-quarter?from=2026-11-01&to=2026-11-30").await.is(200).text;
    assert!(page.contains(why.split(['<', '>', '&', '(']).next().unwrap()), "{why}\n{page}");
    assert!(page.contains(one.as_str().unwrap()) && !page.contains(both.as_str().unwrap()));
    let file = house.get(&owner, "/next-quarter?from=2026-11-01&to=2026-11-30&format=csv").await.is(200).text;
    assert_eq!(file.lines().count(), 2, "{file}");
    assert!(file.contains("Not met: "), "{file}");
    // Every patient that was read for it is in the audit.
    let looked = house.get(&owner, &format!("/v1/patients/{}/accesses", patient.as_str().unwrap())).await.is(200).text;
    assert!(looked.contains("coverage"));
    let clinician = house.colleague(&owner, "clinician", &[]).await;
    house.get(&clinician, "/v1/replay").await.is(403);
}

#[tokio::test]
async fn an_owner_chooses_the_other_library_for_every_server() {
    let house = House::new().await;
    let owner = house.owner().await;
    let folder = Folder::new("offered");
    for name in ["2027-q1", "2027-q2", ".hidden", "not plain"] {
        std::fs::create_dir_all(folder.0.join(name)).unwrap();
    }
    std::fs::write(folder.0.join("a-file"), "no library").unwrap();
    house.desk.offer_libraries(folder.others());
    let choose = async |house: &House, caller: &Caller, name: serde_json::Value| {
        house.call(caller, Method::PUT, "/v1/replay/library", Some(&json!({ "name": name }))).await
    };
    let offered = house.get(&owner, "/v1/replay/libraries").await.is(200).json();
    assert_eq!(offered, json!({ "items": ["2027-q1", "2027-q2"], "chosen": null }));
    for bad in ["../2027-q1", "2028", ".hidden", ""] {
        let refused = choose(&house, &owner, json!(bad)).await.is(422).json();
        assert_eq!(refused["errors"][0]["code"], "W0210", "{bad}");
    }
    let biller = house.colleague(&owner, "biller", &[]).await;
    choose(&house, &biller, json!("2027-q1")).await.is(403);
    house.get(&biller, "/v1/replay/libraries").await.is(200);
    let choices = async || {
        let entries = house.get(&owner, "/v1/audit").await.is(200).json();
        let writes = entries["items"].as_array().unwrap().iter();
        writes.filter(|entry| entry["noun"] == "practice" && entry["action"] == "update").count()
    };
    let before = choices().await;
    choose(&house, &owner, json!("2027-q1")).await.is(200);
    // In the settings too, where an entry in the audit says who chose.
    let page = house.get(&owner, "/settings").await.is(200).text;
    assert!(page.contains("<option value=\"2027-q1\" selected>"), "{page}");
    let Caller::Person { csrf, .. } = &owner else { panic!("a person") };
    house.form(&owner, "/settings/next-quarter", &[("other", "2027-q2"), ("csrf", csrf)]).await.is(303);
    assert_eq!(choices().await, before + 2);
    // Another server knows the choice at once, and says that it has no such library, or that it has errors.
    let beside = house.beside().await;
    let offered = beside.get(&owner, "/v1/replay/libraries").await.is(200).json();
    assert_eq!(offered, json!({ "items": [], "chosen": "2027-q2" }));
    for (server, says) in [(&beside, "has no library `2027-q2`"), (&house, "the library `2027-q2` has errors")] {
        let refused = server.get(&owner, "/v1/replay").await.is(409).text;
        assert!(refused.contains(says), "{refused}");
        server.get(&owner, "/next-quarter").await.is(409);
    }
    // Whoever writes the practice's name takes the choice away no more than the acknowledgement.
    let practice = house.get(&owner, "/v1/practice").await.is(200).json();
    let body = json!({ "version": practice["version"], "record": { "name": "Renamed" } });
    house.call(&owner, Method::PUT, "/v1/practice", Some(&body)).await.is(200);
    assert_eq!(house.get(&owner, "/v1/replay/libraries").await.json()["chosen"], "2027-q2");
    choose(&house, &owner, json!(null)).await.is(200);
    assert_eq!(beside.get(&owner, "/v1/replay").await.is(409).json()["code"], "W0409");
    assert!(house.get(&owner, "/next-quarter").await.is(200).text.contains("No other library was chosen"));
}

#[tokio::test]
async fn nothing_sends_a_standard_transaction_before_an_owner_has_acknowledged_what_it_means() {
    let house = House::new().await;
    let owner = house.owner().await;
    assert_eq!(before_standard_transaction(&house.desk).await.unwrap_err().code, "W0443");
    house.post(&owner, "/v1/status/acknowledgement", json!({ "text": "2026-11" })).await.is(200);
    before_standard_transaction(&house.desk).await.unwrap();
}

#[tokio::test]
async fn filters_are_kept_for_a_person_and_lists_are_files() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let kept = [("page", "/policies"), ("name", "Headache"), ("query", "words=migraine")];
    house.form(&owner, "/filters", &kept).await.is(303);
    let page = house.get(&owner, "/policies?words=migraine").await.is(200).text;
    assert!(page.contains("Headache") && page.contains("/filters/remove"));
    assert!(!house.get(&clerk, "/policies").await.is(200).text.contains("Headache"));
    let id = page.split("name=\"filter\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    house.form(&clerk, "/filters/remove", &[("filter", &id)]).await.is(404);
    house.form(&owner, "/filters/remove", &[("filter", &id)]).await.is(303);
    assert!(!house.get(&owner, "/policies").await.is(200).text.contains("Headache"));
    for (page, query) in [("/patients", "words=x"), ("/policies", "words=<script>"), ("//evil.example", "a=b")] {
        let refused = house.form(&owner, "/filters", &[("page", page), ("name", "x"), ("query", query)]).await;
        assert!(refused.status.is_client_error(), "{page}");
    }
    for path in [
        "/patients",
        "/visits",
        "/expiries",
        "/clinicians",
        "/facilities",
        "/policies",
        "/reviews",
        "/glass",
        "/audit",
        "/settings/users",
        "/settings/tokens",
        "/settings/hooks",
    ] {
        let file = house.get(&owner, &format!("{path}?format=csv")).await.is(200);
        assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"), "{path}");
    }
    house.get(&clerk, "/patients?format=csv").await.is(403);
}
