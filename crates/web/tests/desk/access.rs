//! Every role at every endpoint.

use axum::http::Method;
use serde_json::{Value, json};
use web::access::{Right, Role, may};

use crate::house::{Caller, House};

/// What stands for a parameter of a path: no record has it.
const NOWHERE: &str = "00000000000000000000000001";

async fn callers(house: &House) -> Vec<(Option<Role>, Caller)> {
    let owner = house.owner().await;
    let mut all = vec![(None, Caller::Nobody)];
    for role in Role::ALL {
        let caller = match role {
            Role::Owner => house.colleague(&owner, "owner", &[]).await,
            Role::Integration => {
                let rights = Right::ALL.into_iter().filter(|right| may(Role::Integration, *right)).map(Right::word);
                house.program(&owner, &rights.collect::<Vec<_>>()).await
            }
            role => house.colleague(&owner, role.word(), &[]).await,
        };
        all.push((Some(role), caller));
    }
    all
}

/// The table, from what the server does: a route lets a role in if and only if the table of rights says so.
#[tokio::test]
async fn every_role_at_every_endpoint() {
    let house = House::new().await;
    let callers = callers(&house).await;
    let routes = web::routes();
    assert!(routes.table().len() > 40, "{} routes", routes.table().len());
    let ends_session = ["/v1/sign-out", "/v1/lock", "/sign-out", "/lock"];
    for route in routes.table().iter().filter(|route| !ends_session.contains(&route.path)) {
        let path = route.path.replace("{id}", NOWHERE).replace("{link}", "nothing");
        for (role, caller) in &callers {
            let reply = house.call(caller, route.method.clone(), &path, Some(&json!({}))).await;
            let is_let_in = match (route.right, role) {
                (Right::Anyone, _) => true,
                (_, None) => false,
                (right, Some(role)) => may(*role, right),
            };
            // The API says the code in JSON, a page in its last line.
            let says = |code: &str| {
                let json = serde_json::from_str::<Value>(&reply.text).unwrap_or_default();
                json["code"] == code || reply.text.contains(&format!("{} · {code}", reply.status.as_u16()))
            };
            let sent_to_sign_in = role.is_none() && route.right != Right::Anyone && reply.status == 303;
            let is_refused = says("W0401") || says("W0403") || sent_to_sign_in;
            let whom = role.map_or("nobody", Role::word);
            assert_eq!(
                is_refused, !is_let_in,
                "{whom} at {} {}: {} {}",
                route.method, route.path, reply.status, reply.text
            );
            assert!(!reply.status.is_server_error(), "{whom} at {} {}: {}", route.method, route.path, reply.text);
        }
    }
}

#[tokio::test]
async fn a_program_does_what_its_scopes_name_until_it_ends() {
    let house = House::new().await;
    let owner = house.owner().await;
    let program = house.program(&owner, &["patient-read"]).await;
    house.get(&program, "/v1/patients").await.is(200);
    house.get(&program, "/v1/me").await.is(200);
    house.get(&program, "/v1/visits").await.is(403);
    house.post(&program, "/v1/patients", json!({ "family": "Invented", "given": "Ada" })).await.is(403);
    for scopes in [json!(["user-manage"]), json!([]), json!(["everything"])] {
        let body = json!({ "name": "too much", "scopes": scopes, "days": 30 });
        house.post(&owner, "/v1/tokens", body).await.is(422);
    }
    house.pass(31 * 24 * 3600);
    house.get(&program, "/v1/patients").await.is(401);
}

#[tokio::test]
async fn a_refusal_is_written_down_and_a_purpose_is_checked() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    house.get(&clerk, "/v1/tokens").await.is(403);
    let text = house.desk.metrics().text();
    assert!(text.contains("covered_refused_total 1"), "{text}");
    let mut asked = crate::house::request(&clerk, Method::GET, "/v1/patients", None);
    asked.headers_mut().insert("purpose", "audit".parse().unwrap());
    assert_eq!(house.send(asked).await.is(403).json()["code"], "W0413");
    for (purpose, status) in [("treatment", 200), ("break-glass", 403), ("curiosity", 403)] {
        let mut asked = crate::house::request(&clerk, Method::GET, "/v1/patients", None);
        asked.headers_mut().insert("purpose", purpose.parse().unwrap());
        house.send(asked).await.is(status);
    }
}

#[tokio::test]
async fn another_facility_opens_by_breaking_the_glass_alone() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (north, south) = (house.facility(&owner, "North").await, house.facility(&owner, "South").await);
    let clerk = house.colleague(&owner, "front-desk", &[&north]).await;
    let patient = house.patient(&owner, "Ada").await;
    let visit = house.visit(&owner, &patient, &south, json!({ "line": [{ "treatment": "botox" }] })).await;
    let (of_patient, of_visit) = (format!("/v1/patients/{patient}"), format!("/v1/visits/{visit}"));
    for path in [&of_patient, &of_visit] {
        assert_eq!(house.get(&clerk, path).await.is(403).json()["code"], "W0423");
    }
    assert_eq!(house.get(&clerk, "/v1/visits").await.is(200).json()["items"], json!([]));
    let elsewhere = json!({ "patient": patient, "facility": south, "day": "2026-11-21", "case": {} });
    house.post(&clerk, "/v1/visits", elsewhere).await.is(403);
    // Nor does a visit here that somebody enters for the purpose, or a search.
    let here = json!({ "patient": patient, "facility": north, "day": "2026-11-21", "case": {} });
    house.post(&clerk, "/v1/visits", here).await.is(403);
    let search = async |caller: &Caller| {
        let found = house.post(caller, "/v1/search", json!({ "words": "invented" })).await.is(200).json();
        let page =
            house.form(caller, "/patients/search", &[("words", "invented"), ("csrf", csrf(caller))]).await.is(200);
        assert_eq!(page.text.contains(&patient), found["items"] != json!([]));
        found["items"].as_array().unwrap().len()
    };
    assert_eq!((search(&clerk).await, search(&owner).await), (0, 1));

    house.post(&clerk, "/v1/break-glass", json!({ "patient": patient, "reason": "short" })).await.is(422);
    let reason = "the patient collapsed in our waiting room";
    let glass =
        house.post(&clerk, "/v1/break-glass", json!({ "patient": patient, "reason": reason })).await.is(201).json();
    house.get(&clerk, &of_patient).await.is(200);
    house.get(&clerk, &of_visit).await.is(200);
    assert_eq!(search(&clerk).await, 1);
    let beside = house.beside().await;
    beside.get(&clerk, &of_visit).await.is(200);
    let listed = beside.get(&clerk, &format!("/v1/visits?patient={patient}")).await.is(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let colleague = house.colleague(&owner, "clinician", &[&north]).await;
    beside.get(&colleague, &of_visit).await.is(403);
    house.pass(3601);
    let clerk = again(&house, &clerk, "front-desk-1@example.org").await;
    let owner = again(&house, &owner, "owner@example.org").await;
    house.get(&clerk, &of_visit).await.is(403);
    let clerk = again(&beside, &clerk, "front-desk-1@example.org").await;
    beside.get(&clerk, &of_visit).await.is(403);

    let officer = house.colleague(&owner, "compliance", &[]).await;
    let open = house.get(&officer, "/v1/break-glass?state=open").await.is(200).json();
    assert_eq!(open["items"][0]["record"]["reason"], reason);
    let review = format!("/v1/break-glass/{}/review", glass["id"].as_str().unwrap());
    house.post(&officer, &review, json!({ "note": "an emergency indeed" })).await.is(200);
    house.post(&officer, &review, json!({ "note": "twice" })).await.is(409);
    assert_eq!(house.get(&officer, "/v1/break-glass?state=open").await.is(200).json()["items"], json!([]));
}

#[tokio::test]
async fn facts_of_the_chart_take_a_right_of_their_own() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (facility, patient) = (house.facility(&owner, "North").await, house.patient(&owner, "Ada").await);
    let visit = |case: Value| json!({ "patient": patient, "facility": facility, "day": "2026-11-20", "case": case });
    let case = |days: u32| json!({ "line": [{ "treatment": "botox" }], "chart": { "headache_days_per_month": days } });
    let bare = json!({ "line": [{ "treatment": "botox" }] });
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let program = house.program(&owner, &["visit-read", "visit-write", "patient-read"]).await;
    let charting = house.program(&owner, &["visit-read", "visit-write", "chart-write"]).await;
    for caller in [&clerk, &program] {
        assert_eq!(house.post(caller, "/v1/visits", visit(case(3))).await.is(403).json()["code"], "W0403");
        house.post(caller, "/v1/visits", visit(bare.clone())).await.is(201);
    }
    let kept = house.post(&charting, "/v1/visits", visit(case(3))).await.is(201).json();
    let path = format!("/v1/visits/{}", kept["id"].as_str().unwrap());
    for caller in [&clerk, &program] {
        for other in [case(16), bare.clone()] {
            let body = json!({ "version": 1, "record": visit(other) });
            house.call(caller, Method::PUT, &path, Some(&body)).await.is(403);
        }
    }
    // What is beside the chart may be changed.
    let mut later = visit(case(3));
    later["day"] = json!("2026-11-21");
    house.call(&clerk, Method::PUT, &path, Some(&json!({ "version": 1, "record": later }))).await.is(200);
}

/// What a form of somebody's pages sends back.
fn csrf(caller: &Caller) -> &str {
    if let Caller::Person { csrf, .. } = caller { csrf } else { "" }
}

#[tokio::test]
async fn an_answer_is_kept_with_a_visit_of_its_patient_alone() {
    let house = House::new().await;
    let owner = house.owner().await;
    let facility = house.facility(&owner, "North").await;
    let (ada, bea) = (house.patient(&owner, "Ada").await, house.patient(&owner, "Bea").await);
    let case = json!({ "line": [{ "treatment": "botox", "purpose": "cosmetic" }] });
    let visit = house.visit(&owner, &bea, &facility, case).await;
    let refused = house.post(&owner, "/v1/determinations", json!({ "patient": ada, "visit": visit })).await.is(422);
    assert_eq!(refused.json()["errors"][0]["code"], "W0206", "{}", refused.text);
    house.post(&owner, "/v1/determinations", json!({ "patient": bea, "visit": visit })).await.is(201);
}

/// Unlocks a session that was idle.
async fn again(house: &House, caller: &Caller, email: &str) -> Caller {
    let Caller::Person { secret, .. } = caller else { panic!("a person") };
    let body = json!({ "email": email, "password": crate::house::PASSWORD });
    let reply = house.post(caller, "/v1/unlock", body).await.is(200);
    house.person(&reply, secret).await
}

/// Every request of a test comes from this machine, as that of a proxy beside the server does.
#[tokio::test]
async fn without_a_token_nobody_reads_the_metrics() {
    let house = House::new().await;
    let owner = house.owner().await;
    for caller in [&Caller::Nobody, &owner, &house.program(&owner, &["patient-read"]).await] {
        house.get(caller, "/metrics").await.is(404);
    }
}
