//! Passkeys over HTTP, with a device that is a program.

use axum::http::Method;
use serde_json::json;

use crate::device::Device;
use crate::house::{Caller, HOST, House};

async fn sign_in(house: &House, device: &mut Device) -> crate::house::Reply {
    let begun = house.call(&Caller::Nobody, Method::POST, "/v1/sign-in/passkey/challenge", None).await.is(201).json();
    let body = json!({ "ceremony": begun["ceremony"], "credential": device.get(&begun["options"]) });
    house.post(&Caller::Nobody, "/v1/sign-in/passkey", body).await
}

async fn make(house: &House, person: &Caller, device: &mut Device) {
    let asked = house.call(person, Method::POST, "/v1/passkeys/challenge", None).await.is(201).json();
    house.post(person, "/v1/passkeys", json!({ "credential": device.create(&asked["options"]) })).await.is(204);
}

#[tokio::test]
async fn a_passkey_is_made_signs_in_is_listed_and_taken_away() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let mut device = Device::new(&format!("http://{HOST}"), "localhost", 7);
    let asked = house.call(&owner, Method::POST, "/v1/passkeys/challenge", None).await.is(201).json();
    let made = json!({ "name": " Telephone ", "credential": device.create(&asked["options"]) });
    house.post(&owner, "/v1/passkeys", made.clone()).await.is(204);
    house.post(&owner, "/v1/passkeys", made).await.is(422);

    let list = house.get(&owner, "/v1/passkeys").await.is(200).json();
    let kept = &list["items"][0];
    assert_eq!((&kept["name"], &kept["used_at"]), (&json!("Telephone"), &json!(null)));
    let page = house.get(&owner, "/me").await.is(200).text;
    assert!(page.contains("Telephone") && page.contains("data-passkey=\"make\""));
    assert_eq!(house.get(&clerk, "/v1/passkeys").await.is(200).json()["items"], json!([]));

    let reply = sign_in(&house, &mut device).await.is(201);
    let again = house.person(&reply, "").await;
    assert_eq!(house.get(&again, "/v1/me").await.is(200).json()["role"], "owner");
    assert!(house.get(&again, "/v1/passkeys").await.is(200).json()["items"][0]["used_at"].is_string());

    let path = format!("/v1/passkeys/{}", kept["id"].as_str().unwrap());
    house.call(&clerk, Method::DELETE, &path, None).await.is(404);
    house.call(&owner, Method::DELETE, &path, None).await.is(204);
    sign_in(&house, &mut device).await.is(401);
}

#[tokio::test]
async fn a_passkey_unlocks_the_session_that_waits_and_a_program_has_none() {
    let house = House::new().await;
    let owner = house.owner().await;
    let program = house.program(&owner, &["patient-read"]).await;
    house.call(&program, Method::POST, "/v1/passkeys/challenge", None).await.is(409);
    let mut device = Device::new(&format!("http://{HOST}"), "localhost", 9);
    make(&house, &owner, &mut device).await;
    house.pass(601);
    house.get(&owner, "/v1/me").await.is(401);
    let begun = house.call(&owner, Method::POST, "/v1/sign-in/passkey/challenge", None).await.is(201).json();
    let body = json!({ "ceremony": begun["ceremony"], "credential": device.get(&begun["options"]) });
    let reply = house.post(&owner, "/v1/sign-in/passkey", body).await.is(201);
    let Caller::Person { cookie, .. } = &owner else { panic!("a person") };
    assert_eq!(reply.cookie(), *cookie, "the same session goes on");
    house.get(&owner, "/v1/me").await.is(200);
}

#[tokio::test]
async fn passkeys_and_sessions_from_before_end_when_a_new_invitation_is_accepted() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let mut lost = Device::new(&format!("http://{HOST}"), "localhost", 11);
    make(&house, &clerk, &mut lost).await;
    let users = house.get(&owner, "/v1/users").await.is(200).json()["items"].as_array().unwrap().clone();
    let user = users.iter().find(|user| user["record"]["role"] == "front-desk").unwrap();
    let id = user["id"].as_str().unwrap().to_owned();
    let again = format!("/v1/users/{id}/invitation");
    let link = house.post(&owner, &again, json!(null)).await.is(201).json()["link"].as_str().unwrap().to_owned();

    // An invitation alone locks nobody out, be it a mistake.
    let signed_in = sign_in(&house, &mut lost).await.is(201);
    let by_passkey = house.person(&signed_in, "").await;
    house.get(&clerk, "/v1/me").await.is(200);

    let begun = house.call(&Caller::Nobody, Method::POST, "/v1/sign-in/passkey/challenge", None).await.is(201).json();
    let person = house.accept(&link).await;
    assert_eq!(house.get(&person, "/v1/passkeys").await.is(200).json()["items"], json!([]));
    for before in [&clerk, &by_passkey] {
        house.get(before, "/v1/me").await.is(401);
    }
    sign_in(&house, &mut lost).await.is(401);
    let waited = json!({ "ceremony": begun["ceremony"], "credential": lost.get(&begun["options"]) });
    house.post(&Caller::Nobody, "/v1/sign-in/passkey", waited).await.is(401);
    house.get(&person, "/v1/me").await.is(200);
    // The same device may be made known anew.
    make(&house, &person, &mut lost).await;
    sign_in(&house, &mut lost).await.is(201);

    let entries = house.get(&owner, "/v1/audit").await.is(200).json()["items"].as_array().unwrap().clone();
    let said = json!("invitation accepted, passkeys ended: 1");
    let ended: Vec<_> = entries.iter().filter(|entry| entry["reason"] == said).collect();
    assert_eq!(ended.len(), 1, "{entries:?}");
    assert_eq!((&ended[0]["noun"], &ended[0]["action"]), (&json!("user"), &json!("update")));
    assert_eq!((&ended[0]["record"], &ended[0]["actor"]), (&json!(id), &json!(format!("user:{id}"))));
}
