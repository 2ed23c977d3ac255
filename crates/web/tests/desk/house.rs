//! A desk for one test: an invented practice in a folder of its own, and a clock that the test turns.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use library::Library;
use serde_json::{Value, json};
use store::nouns::Practice;
use store::{Act, Database, LocalRoot, Options, Store};
use tower::ServiceExt;
use web::{Desk, Parts, Reach, Settings};

pub(crate) const HOST: &str = "localhost:8080";
pub(crate) const PASSWORD: &str = "seven tulips walk backwards";

pub(crate) static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::embedded().unwrap());

pub(crate) struct House {
    pub(crate) desk: Desk,
    router: Router,
    seconds: Arc<AtomicI64>,
    options: Options,
    folder: PathBuf,
}

/// A reply.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text))
    }

    /// The cookie that was set, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// Somebody who is signed in: cookie and form token; or a program with its token.
#[derive(Clone)]
pub(crate) enum Caller {
    Nobody,
    Person { cookie: String, csrf: String, secret: String },
    Program(String),
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::which(false).await
    }

    /// A house whose records are all invented, or not.
    pub(crate) async fn which(is_demo: bool) -> Self {
        static COUNT: AtomicI64 = AtomicI64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("covered-desk-{}-{number}", std::process::id()));
        let seconds = Arc::new(AtomicI64::new(1_795_000_000));
        let database = Database::Sqlite(folder.join("data"));
        let options = Options { database, root_key: Arc::new(LocalRoot::random()) };
        let start = Timestamp::from_second(seconds.load(Ordering::Relaxed)).unwrap();
        let practice = Practice { name: "New practice".to_owned(), ..Practice::default() };
        let store = Store::create(&options, &practice, &Act::program("test", start)).await.unwrap();
        let settings = Settings { reach: Reach::Loopback, port: 8080, is_demo, metrics_token: None };
        let turned = Arc::clone(&seconds);
        let clock = Arc::new(move || Timestamp::from_second(turned.load(Ordering::Relaxed)).unwrap());
        let desk = Desk::new(Parts { store, library: &LIBRARY, settings, clock }).await.unwrap();
        Self { router: web::router(&desk), desk, seconds, options, folder }
    }

    /// Another server beside this one: the same database and clock, and nothing in memory that both share.
    pub(crate) async fn beside(&self) -> Self {
        let seconds = Arc::clone(&self.seconds);
        let turned = Arc::clone(&seconds);
        let clock = Arc::new(move || Timestamp::from_second(turned.load(Ordering::Relaxed)).unwrap());
        let (store, settings) = (Store::open(&self.options).await.unwrap(), self.desk.settings().clone());
        let desk = Desk::new(Parts { store, library: &LIBRARY, settings, clock }).await.unwrap();
        // The folder goes with the first.
        let options = self.options.clone();
        Self { router: web::router(&desk), desk, seconds, options, folder: PathBuf::new() }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The code that an app shows now.
    pub(crate) fn code(&self, secret: &str) -> String {
        let bytes = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let totp = totp_rs::Builder::new().with_secret(bytes).build().unwrap();
        let seconds = u64::try_from(self.seconds.load(Ordering::Relaxed)).unwrap();
        (0..1_000_000)
            .map(|code| format!("{code:06}"))
            .find(|code| totp.check(code, seconds) == Some(seconds / 30))
            .unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let mut request = request;
        let address: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text, bytes: bytes.to_vec() }
    }

    /// A request as a page's script or a program sends it.
    pub(crate) async fn call(&self, caller: &Caller, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.send(request(caller, method, path, body)).await
    }

    pub(crate) async fn get(&self, caller: &Caller, path: &str) -> Reply {
        self.call(caller, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, caller: &Caller, path: &str, body: Value) -> Reply {
        self.call(caller, Method::POST, path, Some(&body)).await
    }

    /// A form as a browser sends it.
    pub(crate) async fn form(&self, caller: &Caller, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut sent = request(caller, Method::POST, path, None);
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        sent.headers_mut().insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        *sent.body_mut() = Body::from(fields.join("&"));
        self.send(sent).await
    }

    /// The owner, by the link of the first start.
    pub(crate) async fn owner(&self) -> Caller {
        self.owner_with_codes().await.0
    }

    /// The owner, with the recovery codes that are shown once.
    pub(crate) async fn owner_with_codes(&self) -> (Caller, Vec<String>) {
        let link = self.desk.first().link().unwrap();
        let path = format!("/v1{link}");
        let app = self.get(&Caller::Nobody, &path).await.is(200).json();
        let secret = app["secret"].as_str().unwrap();
        let body = json!({
            "practice": "Lakeside Medical Spa", "email": "owner@example.org", "name": "Olive Owner", "password": PASSWORD,
            "code": self.code(secret),
        });
        let reply = self.post(&Caller::Nobody, &path, body).await.is(201);
        let codes = serde_json::from_value(reply.json()["recovery_codes"].clone()).unwrap();
        (self.person(&reply, secret).await, codes)
    }

    /// Somebody with a role, invited by the owner.
    pub(crate) async fn colleague(&self, owner: &Caller, role: &str, facilities: &[&str]) -> Caller {
        let email = format!("{role}-{}@example.org", facilities.len());
        let body = json!({ "email": email, "name": "Ida Invented", "role": role, "facilities": facilities });
        let invited = self.post(owner, "/v1/users", body).await.is(201).json();
        self.accept(invited["link"].as_str().unwrap()).await
    }

    /// Whoever is invited by a link, with password and app.
    pub(crate) async fn accept(&self, link: &str) -> Caller {
        let path = format!("/v1{}", link.replace("/invitation/", "/invitations/"));
        let app = self.get(&Caller::Nobody, &path).await.is(200).json();
        let secret = app["secret"].as_str().unwrap();
        let body = json!({ "password": PASSWORD, "code": self.code(secret) });
        let reply = self.post(&Caller::Nobody, &path, body).await.is(201);
        self.person(&reply, secret).await
    }

    /// Enters something, and gives its id.
    pub(crate) async fn made(&self, by: &Caller, path: &str, body: Value) -> String {
        self.post(by, path, body).await.is(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// A medical spa in Texas.
    pub(crate) async fn facility(&self, by: &Caller, name: &str) -> String {
        let body = json!({ "name": name, "active": true, "case": { "kind": "medical-spa", "state": "TX" } });
        self.made(by, "/v1/facilities", body).await
    }

    /// A patient of this given name.
    pub(crate) async fn patient(&self, by: &Caller, given: &str) -> String {
        self.made(by, "/v1/patients", json!({ "family": "Invented", "given": given })).await
    }

    /// A visit with this case, a few days ago.
    pub(crate) async fn visit(&self, by: &Caller, patient: &str, facility: &str, case: Value) -> String {
        let body = json!({ "patient": patient, "facility": facility, "day": "2026-11-20", "case": case });
        self.made(by, "/v1/visits", body).await
    }

    /// A program with these scopes.
    pub(crate) async fn program(&self, owner: &Caller, scopes: &[&str]) -> Caller {
        let body = json!({ "name": "a program", "scopes": scopes, "days": 30 });
        let made = self.post(owner, "/v1/tokens", body).await.is(201).json();
        Caller::Program(made["secret"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn person(&self, signed_in: &Reply, secret: &str) -> Caller {
        let cookie = signed_in.cookie();
        let mut person = Caller::Person { cookie, csrf: String::new(), secret: secret.to_owned() };
        let me = self.get(&person, "/v1/me").await.is(200).json();
        if let Caller::Person { csrf, .. } = &mut person {
            *csrf = me["csrf"].as_str().unwrap().to_owned();
        }
        person
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn request(caller: &Caller, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
    let mut request = Request::builder().method(&method).uri(path).header(header::HOST, HOST);
    match caller {
        Caller::Program(token) => request = request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        Caller::Person { cookie, csrf, .. } => {
            request = request.header(header::COOKIE, cookie).header("x-csrf-token", csrf);
            request = request.header("origin", format!("http://{HOST}")).header("sec-fetch-site", "same-origin");
        }
        Caller::Nobody => {
            request = request.header("origin", format!("http://{HOST}")).header("sec-fetch-site", "same-origin");
        }
    }
    match body {
        Some(body) => {
            request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}
