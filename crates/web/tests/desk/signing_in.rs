//! Signing in and what keeps others out.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;

use crate::house::{Caller, HOST, House, PASSWORD, request};

fn with_code(house: &House, owner: &Caller) -> serde_json::Value {
    let Caller::Person { secret, .. } = owner else { panic!("a person") };
    json!({ "email": "Owner@Example.org ", "password": PASSWORD, "code": house.code(secret) })
}

#[tokio::test]
async fn the_link_of_the_first_start_serves_once() {
    let house = House::new().await;
    let link = format!("/v1{}", house.desk.first().link().unwrap());
    house.get(&Caller::Nobody, "/v1/first/guessed").await.is(404);
    house.owner().await;
    assert_eq!(house.desk.first().link(), None);
    house.get(&Caller::Nobody, &link).await.is(404);
}

#[tokio::test]
async fn a_code_serves_once_and_so_does_a_recovery_code() {
    let house = House::new().await;
    let (owner, codes) = house.owner_with_codes().await;
    house.pass(60);
    let attempt = with_code(&house, &owner);
    house.post(&Caller::Nobody, "/v1/sign-in", attempt.clone()).await.is(201);
    assert_eq!(house.post(&Caller::Nobody, "/v1/sign-in", attempt).await.is(401).json()["code"], "W0411");
    house.pass(60);
    house.post(&Caller::Nobody, "/v1/sign-in", with_code(&house, &owner)).await.is(201);
    let with = |code: &str| json!({ "email": "owner@example.org", "password": PASSWORD, "code": code });
    // As somebody types it from paper.
    let typed = codes[3].to_uppercase().replace('-', " ");
    house.post(&Caller::Nobody, "/v1/sign-in", with(&typed)).await.is(201);
    assert_eq!(house.post(&Caller::Nobody, "/v1/sign-in", with(&codes[3])).await.is(401).json()["code"], "W0411");
    house.post(&Caller::Nobody, "/v1/sign-in", with(&codes[4])).await.is(201);
}

#[tokio::test]
async fn who_guesses_waits_longer_and_longer_and_others_do_not() {
    let house = House::new().await;
    house.owner().await;
    let guess = json!({ "email": "owner@example.org", "password": "wrong wrong wrong", "code": "000000" });
    for _ in 0..4 {
        house.post(&Caller::Nobody, "/v1/sign-in", guess.clone()).await.is(401);
    }
    let reply = house.post(&Caller::Nobody, "/v1/sign-in", guess.clone()).await.is(429);
    assert!(reply.headers.contains_key(header::RETRY_AFTER));
    let mut elsewhere = request(&Caller::Nobody, Method::POST, "/v1/sign-in", Some(&guess));
    let address: std::net::SocketAddr = "198.51.100.7:40000".parse().unwrap();
    elsewhere.extensions_mut().insert(axum::extract::ConnectInfo(address));
    house.send(elsewhere).await.is(401);
    // Nobody learns whether there is an account.
    let unknown = json!({ "email": "nobody@example.org", "password": "wrong wrong wrong", "code": "000000" });
    assert_eq!(house.post(&Caller::Nobody, "/v1/sign-in", unknown).await.is(401).json()["code"], "W0411");
}

#[tokio::test]
async fn an_idle_session_locks_and_goes_on_where_it_was() {
    let house = House::new().await;
    let owner = house.owner().await;
    house.pass(601);
    assert_eq!(house.get(&owner, "/v1/practice").await.is(401).json()["code"], "W0441");
    house
        .post(&owner, "/v1/unlock", json!({ "email": "owner@example.org", "password": "not the password" }))
        .await
        .is(401);
    let reply =
        house.post(&owner, "/v1/unlock", json!({ "email": "owner@example.org", "password": PASSWORD })).await.is(200);
    let Caller::Person { cookie, .. } = &owner else { panic!("a person") };
    assert_eq!(reply.cookie(), *cookie, "the same session goes on");
    house.get(&owner, "/v1/practice").await.is(200);
    for _ in 0..80 {
        house.pass(9 * 60);
        if house.get(&owner, "/v1/practice").await.status == 401 {
            return;
        }
    }
    panic!("the session never ended");
}

#[tokio::test]
async fn servers_on_one_database_lock_and_unlock_alike() {
    let house = House::new().await;
    let owner = house.owner().await;
    let other = house.beside().await;
    let password = json!({ "email": "owner@example.org", "password": PASSWORD });
    let locked = async |at: &House| at.get(&owner, "/v1/practice").await.is(401).json()["code"] == "W0441";
    other.get(&owner, "/v1/practice").await.is(200);
    // Used at one, it goes on at the other.
    for _ in 0..3 {
        house.pass(8 * 60);
        house.get(&owner, "/v1/practice").await.is(200);
    }
    other.get(&owner, "/v1/practice").await.is(200);
    // Locked at one by its person: at once at the other; unlocked there: at once here.
    house.post(&owner, "/v1/lock", json!({})).await.is(204);
    assert!(locked(&other).await);
    other.post(&owner, "/v1/unlock", password.clone()).await.is(200);
    house.get(&owner, "/v1/practice").await.is(200);
    // Idle for as long at both: locked at both, for good, and one password opens both.
    house.pass(601);
    assert!(locked(&house).await && locked(&other).await);
    house.pass(-300);
    assert!(locked(&other).await, "whatever the clock says");
    house.pass(300);
    house.post(&owner, "/v1/unlock", password).await.is(200);
    other.get(&owner, "/v1/practice").await.is(200);
    // What was used last is told by both, and a session that ends at one has ended at the other.
    house.pass(120);
    other.get(&owner, "/v1/practice").await.is(200);
    let told = house.get(&owner, "/v1/sessions").await.is(200).json();
    let (seen, now) = (told["items"][0]["record"]["seen_at"].as_str().unwrap(), house.desk.now());
    assert_eq!(seen.parse::<jiff::Timestamp>().unwrap(), now);
    house.post(&owner, "/v1/sign-out", json!({})).await.is(204);
    assert_eq!(other.get(&owner, "/v1/practice").await.is(401).json()["code"], "W0401");
}

#[tokio::test]
async fn use_is_written_once_a_minute_and_the_lock_comes_within_ten() {
    let house = House::new().await;
    let owner = house.owner().await;
    house.get(&owner, "/v1/practice").await.is(200);
    let began = house.desk.now();
    let seen = async || house.get(&owner, "/v1/sessions").await.is(200).json()["items"][0]["record"]["seen_at"].clone();
    house.pass(59);
    assert_eq!(seen().await, json!(began), "used 59 seconds ago: not written again");
    // Nine minutes and one second later the last use that was written is ten minutes old.
    house.pass(541);
    house.get(&owner, "/v1/practice").await.is(401);
}

#[tokio::test]
async fn guesses_count_for_all_servers_and_all_at_once() {
    let house = House::new().await;
    let owner = house.owner().await;
    let other = house.beside().await;
    let guess = json!({ "email": "owner@example.org", "password": "wrong wrong wrong", "code": "000000" });
    let at = |number: usize| if number.is_multiple_of(2) { &house } else { &other };
    let (one, two, three, four, five, six) = tokio::join!(
        at(0).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
        at(1).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
        at(2).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
        at(3).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
        at(4).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
        at(5).post(&Caller::Nobody, "/v1/sign-in", guess.clone()),
    );
    let mut told = [one, two, three, four, five, six].map(|reply| reply.status.as_u16());
    told.sort_unstable();
    assert_eq!(told, [401, 401, 401, 401, 429, 429], "none is looked at before it is counted");
    // Who waits and is right comes in, and all is forgotten.
    house.pass(60);
    other.post(&Caller::Nobody, "/v1/sign-in", with_code(&house, &owner)).await.is(201);
    house.post(&Caller::Nobody, "/v1/sign-in", guess).await.is(401);
}

#[tokio::test]
async fn who_signs_in_again_leaves_no_session_behind() {
    let house = House::new().await;
    let owner = house.owner().await;
    house.pass(60);
    house.post(&owner, "/v1/sign-in", with_code(&house, &owner)).await.is(201);
    house.get(&owner, "/v1/practice").await.is(401);
}

#[tokio::test]
async fn colleagues_change_places_at_one_workstation() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let (Caller::Person { cookie: first, .. }, Caller::Person { secret, .. }) = (&owner, &clerk) else {
        panic!("people")
    };
    house.pass(60);
    let body = json!({ "email": "front-desk-0@example.org", "password": PASSWORD, "code": house.code(secret) });
    let reply = house.post(&owner, "/v1/sign-in", body).await.is(201);
    let both = reply.cookie();
    assert!(both.contains('.') && both.ends_with(first.split('=').nth(1).unwrap()), "{both}");
    let clerk = house.person(&reply, secret).await;
    assert_eq!(house.get(&clerk, "/v1/me").await.is(200).json()["role"], "front-desk");
    // The owner's session waits, locked, and takes its password alone.
    assert_eq!(house.get(&owner, "/v1/me").await.is(401).json()["code"], "W0441");
    let back =
        house.post(&clerk, "/v1/unlock", json!({ "email": "owner@example.org", "password": PASSWORD })).await.is(200);
    let back = house.person(&back, secret).await;
    assert_eq!(house.get(&back, "/v1/me").await.is(200).json()["role"], "owner");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let house = House::new().await;
    let owner = house.owner().await;
    let clerk = house.colleague(&owner, "front-desk", &[]).await;
    let all = house.get(&owner, "/v1/sessions").await.is(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let own = house.get(&clerk, "/v1/sessions").await.is(200).json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    let id = own["items"][0]["id"].as_str().unwrap();
    assert!(!own.to_string().contains("token_sha256"));
    let of_owner =
        all["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).find(|other| *other != id);
    house.call(&clerk, Method::DELETE, &format!("/v1/sessions/{}", of_owner.unwrap()), None).await.is(404);
    house.call(&owner, Method::DELETE, &format!("/v1/sessions/{id}"), None).await.is(204);
    house.get(&clerk, "/v1/me").await.is(401);
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let house = House::new().await;
    let owner = house.owner().await;
    let body = json!({ "family": "Invented", "given": "Ada" });
    let sent = || request(&owner, Method::POST, "/v1/patients", Some(&body));
    house.send(sent()).await.is(201);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("x-csrf-token", "guessed"),
        ("host", "rebound.example"),
    ] {
        let mut request = sent();
        request.headers_mut().insert(name, value.parse().unwrap());
        let reply = house.send(request).await.is(403);
        assert_eq!(reply.json()["code"], "W0433", "{name}");
    }
    let mut bare = sent();
    for name in ["origin", "sec-fetch-site"] {
        bare.headers_mut().remove(name);
    }
    house.send(bare).await.is(403);
}

#[tokio::test]
async fn replies_carry_what_keeps_pages_safe() {
    let house = House::new().await;
    let reply = house.get(&Caller::Nobody, "/v1/me").await.is(401);
    let header = |name: &str| reply.headers[name].to_str().unwrap();
    let policy = header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("permissions-policy").contains("microphone=()"));
    assert!(!reply.headers.contains_key("strict-transport-security"), "not on this machine's own address");
    assert_eq!(reply.json()["instance"], format!("urn:uuid:{}", header("x-request-id")));
}

#[tokio::test]
async fn too_much_is_refused() {
    let house = House::new().await;
    let owner = house.owner().await;
    let mut large = request(&owner, Method::POST, "/v1/patients", Some(&json!({ "family": "x".repeat(2_000_000) })));
    house.send(std::mem::replace(&mut large, axum::http::Request::new(Body::empty()))).await.is(413);
    let flood =
        || axum::http::Request::builder().uri("/healthz").header(header::HOST, HOST).body(Body::empty()).unwrap();
    let mut last = 200;
    for _ in 0..600 {
        last = house.send(flood()).await.status.as_u16();
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    house.get(&owner, "/v1/practice").await.is(200);
}
