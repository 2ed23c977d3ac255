//! Webhooks, to a receiver on this machine: its name, the addresses that are admitted and its certificate are given to the way out, and
//! the rule that a practice's desk goes by is asked beside it.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use axum_server::tls_rustls::RustlsConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use ureq::config::Config;
use ureq::tls::Certificate;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use web::hooks::courier::Courier;
use web::hooks::outside::{Outside, is_public};
use web::hooks::signature::sign;

use crate::house::{Caller, House};

const NAME: &str = "receiver.example.org";
const PATIENCE: Duration = Duration::from_secs(20);

/// A request that came.
#[derive(Clone)]
struct Came {
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Came {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// A server of somebody else.
struct Receiver {
    address: SocketAddr,
    certificate: Vec<u8>,
    came: Arc<Mutex<Vec<Came>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// One that answers so, the last answer for ever.
    async fn new(answers: fn(usize) -> Response<Body>) -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let certificate = made.cert.der().to_vec();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let came = Arc::new(Mutex::new(Vec::<Came>::new()));
        let seen = Arc::clone(&came);
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let mut came = seen.lock().unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            came.push(Came { path: uri.path().to_owned(), headers, body });
            let answer = answers(came.len());
            async move { answer }
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let config = RustlsConfig::from_config(Arc::new(config));
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        let service = Router::new().fallback(take).into_make_service();
        let serving = tokio::spawn(async move { server.serve(service).await.unwrap() });
        Self { address, certificate, came, serving }
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn status(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

/// Names that lead where the test says: one answer after the other, the last for ever.
#[derive(Debug)]
struct Names {
    answers: Vec<Vec<SocketAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        assert_eq!(uri.host(), Some(NAME));
        let nth = self.asked.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        let mut found = self.empty();
        self.answers[nth].iter().for_each(|address| found.push(*address));
        Ok(found)
    }
}

/// This machine's own address counts as outside; everything else goes by the rule.
fn admits_here(address: IpAddr) -> bool {
    address.is_loopback() || is_public(address)
}

struct Way {
    answers: Vec<Vec<SocketAddr>>,
    admits: fn(IpAddr) -> bool,
    trusts: Vec<u8>,
    patience: Duration,
}

impl Way {
    fn to(receiver: &Receiver) -> Self {
        let (answers, trusts) = (vec![vec![receiver.address]], receiver.certificate.clone());
        Self { answers, admits: admits_here, trusts, patience: PATIENCE }
    }

    fn courier(self, house: &House) -> (Courier, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let names = Names { answers: self.answers, asked: Arc::clone(&asked) };
        let trusts = vec![Certificate::from_der(&self.trusts).to_owned()];
        let outside = Outside::told(Box::new(names), Arc::new(self.admits), trusts, self.patience);
        (Courier::new(house.desk.clone(), outside), asked)
    }
}

async fn hook(house: &House, owner: &Caller, events: &[&str]) -> (String, String) {
    let body = json!({ "address": format!("https://{NAME}/covered?from=desk"), "events": events });
    let made = house.post(owner, "/v1/hooks", body).await.is(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

async fn messages(house: &House, owner: &Caller, hook: &str) -> Vec<Value> {
    let page = house.get(owner, &format!("/v1/hooks/{hook}/messages")).await.is(200).json();
    page["items"].as_array().unwrap().iter().map(|item| item["record"].clone()).collect()
}

const MARK: &str = "Zymurgy";

/// A visit of a marked patient.
async fn visit(house: &House, owner: &Caller) -> String {
    let facility = house.facility(owner, "South").await;
    let patient = house.made(owner, "/v1/patients", json!({ "family": MARK, "given": MARK, "mrn": MARK })).await;
    let body = json!({ "patient": patient, "facility": facility, "day": "2026-11-20", "case": {}, "note": MARK });
    house.made(owner, "/v1/visits", body).await
}

#[tokio::test]
async fn a_message_is_signed_names_the_record_and_tells_nothing_of_the_patient() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, secret) = hook(&house, &owner, &["visit.saved", "change.to_review"]).await;
    let visit = visit(&house, &owner).await;
    // It lies in the records before anybody sends it: a courier of a program that is started later does.
    assert_eq!(messages(&house, &owner, &id).await[0]["state"], "waiting");
    let receiver = Receiver::new(|_| status(204)).await;
    let (courier, _) = Way::to(&receiver).courier(&house);
    courier.send_due().await.unwrap();
    courier.send_due().await.unwrap();
    let came = receiver.came();
    assert_eq!(came.len(), 1, "what was taken is not sent again");
    let body: Value = serde_json::from_str(&came[0].body).unwrap();
    assert_eq!(body["type"], "visit.saved");
    assert_eq!(body["data"], json!({ "noun": "visit", "id": visit }));
    assert_eq!((came[0].path.as_str(), came[0].header("content-type")), ("/covered", "application/json"));
    let seconds: i64 = came[0].header("webhook-timestamp").parse().unwrap();
    assert_eq!(seconds, house.desk.now().as_second());
    let signed = sign(&secret, came[0].header("webhook-id"), seconds, &came[0].body);
    assert_eq!(came[0].header("webhook-signature"), signed);
    assert!(!format!("{:?}{}", came[0].headers, came[0].body).contains(MARK));
    assert_eq!(messages(&house, &owner, &id).await[0]["state"], "delivered");
    let listed = house.get(&owner, "/v1/hooks").await.is(200).text;
    assert!(!listed.contains(&secret), "the secret is shown once");
}

#[tokio::test]
async fn answers_and_changes_are_told_to_those_who_want_them() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (answers, _) = hook(&house, &owner, &["determination.made"]).await;
    let (reviews, _) = hook(&house, &owner, &["change.to_review", "glass.broken"]).await;
    let patient = house.patient(&owner, "Ada").await;
    for days in [8, 16] {
        let case = json!({
            "date": "2026-11-23", "coverage": { "payer": "aetna" }, "facility": { "kind": "medical-spa", "state": "TX" },
            "line": [{ "treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"] }],
            "chart": { "headache_days_per_month": days },
        });
        house.post(&owner, "/v1/determinations", json!({ "case": case, "patient": patient })).await.is(201);
    }
    let told = async |hook: &str| {
        let all = messages(&house, &owner, hook).await;
        all.iter().map(|message| message["event"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&answers).await, ["determination.made", "determination.made"]);
    assert_eq!(told(&reviews).await, ["change.to_review"]);
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_later() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let receiver = Receiver::new(|nth| status(if nth < 3 { 500 } else { 200 })).await;
    let (courier, _) = Way::to(&receiver).courier(&house);
    for (passes, expected, attempts) in
        [(0, "waiting", 1), (30, "waiting", 1), (60, "waiting", 2), (120, "waiting", 2), (300, "delivered", 3)]
    {
        house.pass(passes);
        courier.send_due().await.unwrap();
        let message = &messages(&house, &owner, &id).await[0];
        assert_eq!((&message["state"], &message["attempts"]), (&json!(expected), &json!(attempts)), "after {passes}");
    }
    let came = receiver.came();
    assert_eq!(came.len(), 3);
    assert!(
        came.iter().all(|one| one.header("webhook-id") == came[0].header("webhook-id") && one.body == came[0].body)
    );
    assert_ne!(came[0].header("webhook-signature"), came[2].header("webhook-signature"), "the time is signed too");
}

#[tokio::test]
async fn it_is_given_up_after_three_days_and_a_410_ends_it() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let receiver = Receiver::new(|nth| status(if nth <= 10 { 503 } else { 410 })).await;
    let (courier, _) = Way::to(&receiver).courier(&house);
    for _ in 0..12 {
        courier.send_due().await.unwrap();
        house.pass(28 * 3600);
    }
    let Caller::Person { secret, .. } = &owner else { panic!("a person") };
    let body = json!({ "email": "owner@example.org", "password": crate::house::PASSWORD, "code": house.code(secret) });
    let owner = house.person(&house.post(&Caller::Nobody, "/v1/sign-in", body).await.is(201), secret).await;
    let message = &messages(&house, &owner, &id).await[0];
    assert_eq!(
        (&message["state"], &message["attempts"], &message["status"]),
        (&json!("failed"), &json!(10), &json!(503))
    );
    visit(&house, &owner).await;
    courier.send_due().await.unwrap();
    let hooks = house.get(&owner, "/v1/hooks").await.is(200).json();
    assert_eq!(hooks["items"][0]["record"]["active"], false, "it wants nothing any more");
}

#[tokio::test]
async fn a_name_that_leads_into_a_network_of_ones_own_is_told_nothing() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let receiver = Receiver::new(|_| status(200)).await;
    let public: SocketAddr = "192.0.0.9:443".parse().unwrap();
    for answers in [vec![receiver.address], vec![receiver.address, public]] {
        let way = Way { answers: vec![answers], admits: is_public, ..Way::to(&receiver) };
        let (courier, asked) = way.courier(&house);
        courier.send_due().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        let message = &messages(&house, &owner, &id).await[0];
        assert_eq!((&message["trouble"], &message["state"]), (&json!("not-public"), &json!("waiting")));
        house.pass(400);
    }
    assert!(receiver.came().is_empty());
    for address in ["https://127.0.0.1/", "https://[fe80::1]/", "http://receiver.example.org/", "https://10.1.2.3/"] {
        let body = json!({ "address": address, "events": ["visit.saved"] });
        house.post(&owner, "/v1/hooks", body).await.is(422);
    }
}

/// A name that leads elsewhere at the second look is looked up once, and the connection goes to what was found.
#[tokio::test]
async fn a_name_is_looked_up_once_for_a_message() {
    let house = House::new().await;
    let owner = house.owner().await;
    hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let (receiver, other) = (Receiver::new(|_| status(200)).await, Receiver::new(|_| status(200)).await);
    let way = Way { answers: vec![vec![receiver.address], vec![other.address]], ..Way::to(&receiver) };
    let (courier, asked) = way.courier(&house);
    courier.send_due().await.unwrap();
    assert_eq!((asked.load(Ordering::Relaxed), receiver.came().len(), other.came().len()), (1, 1, 0));
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_body_is_read() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let receiver = Receiver::new(|nth| {
        let redirect =
            Response::builder().status(StatusCode::FOUND).header(header::LOCATION, format!("https://{NAME}/elsewhere"));
        if nth == 1 {
            return redirect.body(Body::empty()).unwrap();
        }
        // More than anybody should read.
        let body = Body::from(vec![b'x'; 64 << 20]);
        Response::builder().status(200).body(body).unwrap()
    })
    .await;
    let (courier, _) = Way::to(&receiver).courier(&house);
    courier.send_due().await.unwrap();
    assert_eq!(messages(&house, &owner, &id).await[0]["status"], 302);
    house.pass(120);
    courier.send_due().await.unwrap();
    assert_eq!(messages(&house, &owner, &id).await[0]["state"], "delivered");
    assert!(receiver.came().iter().all(|came| came.path == "/covered"));
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_and_a_server_that_says_nothing() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    visit(&house, &owner).await;
    let (receiver, other) = (Receiver::new(|_| status(200)).await, Receiver::new(|_| status(200)).await);
    let (courier, _) = Way { trusts: other.certificate.clone(), ..Way::to(&receiver) }.courier(&house);
    courier.send_due().await.unwrap();
    assert_eq!(messages(&house, &owner, &id).await[0]["trouble"], "tls");
    assert!(receiver.came().is_empty());
    house.pass(120);
    // It takes the connection and never speaks.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let answers = vec![vec![silent.local_addr().unwrap()]];
    let way = Way { answers, patience: Duration::from_millis(300), ..Way::to(&receiver) };
    way.courier(&house).0.send_due().await.unwrap();
    assert_eq!(messages(&house, &owner, &id).await[0]["trouble"], "slow");
}

#[tokio::test]
async fn a_hook_is_paused_tried_and_taken_away() {
    let house = House::new().await;
    let owner = house.owner().await;
    let (id, _) = hook(&house, &owner, &["visit.saved"]).await;
    let path = format!("/v1/hooks/{id}");
    let active = async |version: i64, active: bool| {
        house.call(&owner, Method::PUT, &path, Some(&json!({ "version": version, "active": active }))).await
    };
    house.call(&owner, Method::POST, &format!("{path}/trial"), None).await.is(204);
    active(1, false).await.is(200);
    active(1, true).await.is(409);
    visit(&house, &owner).await;
    let receiver = Receiver::new(|_| status(200)).await;
    let (courier, _) = Way::to(&receiver).courier(&house);
    courier.send_due().await.unwrap();
    assert!(receiver.came().is_empty(), "nothing is sent while it is paused");
    house.call(&owner, Method::POST, &format!("{path}/trial"), None).await.is(409);
    active(2, true).await.is(200);
    courier.send_due().await.unwrap();
    let came = receiver.came();
    assert_eq!(came.len(), 1, "what happened while it was paused is not told");
    assert!(came[0].body.contains("hook.tried"));
    house.call(&owner, Method::DELETE, &path, None).await.is(204);
    house.get(&owner, &format!("{path}/messages")).await.is(404);
    house.call(&owner, Method::DELETE, &path, None).await.is(404);
}

#[tokio::test]
async fn the_demo_tells_nobody() {
    let house = House::which(true).await;
    let owner = house.owner().await;
    let body = json!({ "address": format!("https://{NAME}/"), "events": ["visit.saved"] });
    house.post(&owner, "/v1/hooks", body).await.is(409);
}
