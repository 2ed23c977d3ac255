//! Answers over HTTP are those of `covered check`, are kept, given again, and done once.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};

use crate::documents::PNG;
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
    let other = once(&house, &owner, "a-key", "/v1/determinations", &json!({ "case": botox(3) })).await.is(422).json();
    assert_eq!(other["code"], "W0442");
    let patient = json!({ "family": "Invented", "given": "Ada" });
    let first = once(&house, &owner, "b-key", "/v1/patients", &patient).await.is(201).text;
    assert_eq!(first, once(&house, &owner, "b-key", "/v1/patients", &patient).await.is(201).text);
    assert_eq!(house.get(&owner, "/v1/patients").await.is(200).json()["items"].as_array().unwrap().len(), 1);
    once(&house, &owner, "", "/v1/patients", &patient).await.is(400);
}

/// A request for an operation of the description that takes an `Idempotency-Key`.
struct Keyed {
    id: &'static str,
    caller: Caller,
    method: Method,
    path: String,
    body: Value,
}

impl Keyed {
    fn asked(&self, key: &str) -> axum::http::Request<axum::body::Body> {
        let body = Some(&self.body).filter(|body| !body.is_null());
        let mut asked = request(&self.caller, self.method.clone(), &self.path, body);
        asked.headers_mut().insert("idempotency-key", key.parse().unwrap());
        asked
    }
}

/// One for each of them.
async fn requests(house: &House, owner: &Caller) -> Vec<Keyed> {
    let clerk = house.colleague(owner, "front-desk", &[]).await;
    let made = async |path: &str, body: Value| house.made(owner, path, body).await;
    let (site, clinician) = (json!({ "name": "North", "active": true }), json!({ "name": "Ida", "active": true }));
    let person = json!({ "family": "Invented", "given": "Ada" });
    let (place, ida) = (made("/v1/facilities", site.clone()).await, made("/v1/clinicians", clinician.clone()).await);
    let patient = made("/v1/patients", person.clone()).await;
    let plan = json!({ "patient": patient, "rank": 1, "case": { "payer": "aetna" } });
    let visit = json!({ "patient": patient, "facility": place, "day": "2026-11-23", "case": {} });
    let (on_file, booked) = (made("/v1/coverages", plan.clone()).await, made("/v1/visits", visit.clone()).await);
    let paper = json!({
        "patient": patient, "kind": "plan card", "name": "card", "content": PNG,
    });
    let hook = json!({ "address": "https://receiver.example.org/covered", "events": ["glass.broken"] });
    let (paused, tried) = (made("/v1/hooks", hook.clone()).await, made("/v1/hooks", hook.clone()).await);
    let glass = json!({ "patient": patient, "reason": "the patient collapsed in our waiting room" });
    let broken = house.made(&clerk, "/v1/break-glass", glass.clone()).await;
    for days in [8, 16] {
        let asked = json!({ "case": botox(days), "patient": patient });
        house.post(&clerk, "/v1/determinations", asked).await.is(201);
    }
    let changes = house.get(owner, "/v1/changes").await.is(200).json();
    let changed = changes["items"][0]["id"].as_str().unwrap();
    let users = house.get(owner, "/v1/users").await.is(200).json();
    let user = users["items"].as_array().unwrap().iter().find(|user| user["record"]["role"] == "front-desk").unwrap();
    let user_id = user["id"].as_str().unwrap();
    let of_user = json!({ "version": user["version"], "role": "biller", "facilities": [], "active": true });
    let practice = house.get(owner, "/v1/practice").await.is(200).json();
    let of_practice = json!({ "version": practice["version"], "record": practice["record"] });
    let newcomer = json!({ "email": "new@example.org", "name": "Nora Invented", "role": "clinician" });
    let token = json!({ "name": "a program", "scopes": ["patient-read"], "days": 30 });
    let one = |folder: &str, id: &str, act: &str| format!("/v1/{folder}/{id}{act}");
    let change = |record: &Value| json!({ "version": 1, "record": record });
    let note = json!({ "note": "looked over" });
    let by = |caller: &Caller, method: Method, id, path: String, body: Value| Keyed {
        id,
        caller: caller.clone(),
        method,
        path,
        body,
    };
    let post = |id, path: &str, body: &Value| by(owner, Method::POST, id, path.to_owned(), body.clone());
    let put = |id, path: String, body: Value| by(owner, Method::PUT, id, path, body);
    vec![
        put("changePractice", "/v1/practice".to_owned(), of_practice),
        post("acknowledge", "/v1/status/acknowledgement", &json!({ "text": "2026-11" })),
        post("makeFacility", "/v1/facilities", &site),
        put("changeFacility", one("facilities", &place, ""), change(&site)),
        post("makeClinician", "/v1/clinicians", &clinician),
        put("changeClinician", one("clinicians", &ida, ""), change(&clinician)),
        post("makePatient", "/v1/patients", &person),
        put("changePatient", one("patients", &patient, ""), change(&person)),
        post("makeCoverage", "/v1/coverages", &json!({ "patient": patient, "rank": 2, "case": { "payer": "cigna" } })),
        put("changeCoverage", one("coverages", &on_file, ""), change(&plan)),
        post("makeVisit", "/v1/visits", &visit),
        put("changeVisit", one("visits", &booked, ""), change(&visit)),
        post("fileDocument", "/v1/documents", &paper),
        post("determine", "/v1/determinations", &json!({ "case": botox(20), "patient": patient })),
        by(&clerk, Method::POST, "breakGlass", "/v1/break-glass".to_owned(), glass),
        post("reviewGlass", &one("break-glass", &broken, "/review"), &note),
        post("reviewChange", &one("changes", changed, "/review"), &note),
        post("makeHook", "/v1/hooks", &hook),
        put("changeHook", one("hooks", &paused, ""), json!({ "version": 1, "active": false })),
        post("tryHook", &one("hooks", &tried, "/trial"), &Value::Null),
        post("invite", "/v1/users", &newcomer),
        post("inviteAgain", &one("users", user_id, "/invitation"), &Value::Null),
        put("changeUser", one("users", user_id, ""), of_user),
        post("makeToken", "/v1/tokens", &token),
    ]
}

/// The operations of the description for which `is` holds, by id.
async fn described(house: &House, is: impl Fn(&str, &Value) -> bool) -> BTreeSet<String> {
    let description = house.get(&Caller::Nobody, "/openapi.json").await.is(200).json();
    let paths = description["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap());
    let found = operations.filter(|(method, operation)| is(method, operation));
    found.map(|(_, operation)| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

fn takes_key(operation: &Value) -> bool {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["name"] == "Idempotency-Key")
}

async fn records(house: &House, owner: &Caller) -> Value {
    house.get(owner, "/v1/exports").await.is(200).json()
}

#[tokio::test]
async fn whatever_takes_a_key_is_done_once_and_answered_alike() {
    let house = House::new().await;
    let owner = house.owner().await;
    let listed = described(&house, |_, operation| takes_key(operation)).await;
    let all = requests(&house, &owner).await;
    assert_eq!(all.iter().map(|keyed| keyed.id.to_owned()).collect::<BTreeSet<_>>(), listed);
    for keyed in all {
        let id = keyed.id;
        let first = house.send(keyed.asked(id)).await;
        assert!(first.status.is_success(), "{id}: {}", first.text);
        let kept = records(&house, &owner).await;
        house.pass(5);
        // Another server knows it too: the reply is in the records, sealed.
        let second = house.beside().await.send(keyed.asked(id)).await;
        assert_eq!((second.status, &second.text), (first.status, &first.text), "{id}");
        assert_eq!(records(&house, &owner).await, kept, "{id}");
        if keyed.body.is_null() {
            continue;
        }
        let mut other = keyed.asked(id);
        *other.body_mut() = format!("{} ", keyed.body).into();
        assert_eq!(house.send(other).await.is(422).json()["code"], "W0442", "{id}");
        assert_eq!(records(&house, &owner).await, kept, "{id}");
    }
}

#[tokio::test]
async fn of_two_that_come_at_once_with_one_key_one_is_done() {
    let house = House::new().await;
    let owner = house.owner().await;
    let others = house.beside().await;
    for keyed in requests(&house, &owner).await {
        let id = keyed.id;
        let (one, other) = tokio::join!(house.send(keyed.asked(id)), others.send(keyed.asked(id)));
        assert!(one.status.is_success(), "{id}: {}", one.text);
        assert_eq!((other.status, &other.text), (one.status, &one.text), "{id}");
    }
}

/// Operations that write and take no key, each with why a second time writes nothing twice.
const ONCE_BY_THEMSELVES: [(&str, &str); 18] = [
    ("signIn", "a code serves once; nobody is known yet to whom a key could belong"),
    ("unlock", "a session that is open stays open"),
    ("lock", "a session that is locked stays locked"),
    ("signOut", "the second time nobody is signed in"),
    ("setPurpose", "the purpose is the same the second time"),
    ("firstStart", "the link serves once"),
    ("accept", "the link serves once"),
    ("passkeyChallenge", "nothing is kept; a second challenge is another one"),
    ("signInByPasskey", "a challenge is signed once"),
    ("newPasskey", "nothing is kept until the device has answered"),
    ("keepPasskey", "the answer to a challenge is taken once"),
    ("removePasskey", "the second time it is gone"),
    ("removeDocument", "the second time it is gone"),
    ("removeHook", "the second time it is gone"),
    ("endSession", "a session that has ended stays as it ended"),
    ("endToken", "a token that has ended stays as it ended"),
    ("chooseOtherLibrary", "the chosen library is the same the second time"),
    ("search", "nothing is written but who was shown"),
];

#[tokio::test]
async fn what_writes_takes_a_key_or_is_done_once_by_itself() {
    let house = House::new().await;
    let open = described(&house, |method, operation| method != "get" && !takes_key(operation)).await;
    assert_eq!(open, ONCE_BY_THEMSELVES.iter().map(|(id, _)| (*id).to_owned()).collect());
    // Two of them of whom it is not plain: the time of the first end stays.
    let owner = house.owner().await;
    let program = house.program(&owner, &["patient-read"]).await;
    house.pass(5);
    house.colleague(&owner, "biller", &[]).await;
    let sessions = house.get(&owner, "/v1/sessions").await.is(200).json();
    let session =
        &sessions["items"].as_array().unwrap().iter().max_by_key(|one| one["created_at"].to_string()).unwrap()["id"];
    let token = &house.get(&owner, "/v1/tokens").await.is(200).json()["items"][0]["id"];
    for path in
        [format!("/v1/sessions/{}", session.as_str().unwrap()), format!("/v1/tokens/{}", token.as_str().unwrap())]
    {
        house.call(&owner, Method::DELETE, &path, None).await.is(204);
        let ended = house.get(&owner, "/v1/exports/session").await.is(200).text;
        let tokens = house.get(&owner, "/v1/exports/token").await.is(200).text;
        house.pass(5);
        house.call(&owner, Method::DELETE, &path, None).await.is(204);
        assert_eq!(house.get(&owner, "/v1/exports/session").await.is(200).text, ended);
        assert_eq!(house.get(&owner, "/v1/exports/token").await.is(200).text, tokens);
    }
    house.get(&program, "/v1/patients").await.is(401);
}

#[tokio::test]
async fn a_fact_that_is_never_advised_and_changes_after_the_verdict_is_kept_for_review() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let patient = house.patient(&clerk, "Ada").await;
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
    let made = async |path: &str, body: Value| house.made(&owner, path, body).await;
    let facility = house.facility(&owner, "South").await;
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
