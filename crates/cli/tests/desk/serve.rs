//! `covered serve` as a process: TLS, a proxy, metrics, readiness, its end, and the unit for systemd.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::room::Desk;
use crate::server::Server;

/// What browsers keep for a year.
const YEAR: &str = "max-age=31536000";

/// A certificate for `localhost` that nobody else trusts, and its key.
fn certificate(desk: &Desk) -> Vec<u8> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "cert.key", "-out", "cert.pem"])
        .current_dir(&desk.0)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("`openssl` is there").success());
    std::fs::read(desk.path("cert.pem")).unwrap()
}

#[test]
fn over_tls_cookies_are_kept_for_the_host_and_the_name_is_known_to_be_secure() {
    let desk = Desk::new("tls");
    let certificate = certificate(&desk);
    let tls = ["--data", "data", "--name", "localhost", "--cert", "cert.pem", "--key", "cert.key"];
    let server = Server::start(&desk, &tls, &[]).trust(certificate);
    let ready = server.get("/readyz").is(200);
    assert_eq!((ready.header("strict-transport-security"), &*ready.body), (Some(YEAR), "ready\n"));
    let (signed_in, headers) = server.sign_in_owner(&desk);
    let cookie = signed_in.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-covered="), "{cookie}");
    for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite="] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    // A page too, and what is sent from it.
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = server.ask("GET", "/check", &headers, None).is(200);
    assert_eq!(page.header("strict-transport-security"), Some(YEAR));
    let patient = json!({ "family": "Invented", "given": "Ada" });
    server.ask("POST", "/v1/patients", &headers, Some(&patient)).is(201);
    let mut elsewhere = headers.to_vec();
    elsewhere.push(("origin", "http://localhost"));
    assert_eq!(server.ask("POST", "/v1/patients", &elsewhere, Some(&patient)).is(403).json()["code"], "W0433");

    // Without TLS nobody answers.
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&said));
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let desk = Desk::new("certificate");
    certificate(&desk);
    std::fs::write(desk.path("other.key"), "no key").unwrap();
    for (cert, key) in [("cert.pem", "other.key"), ("none.pem", "cert.key")] {
        let arguments =
            ["serve", "--data", "data", "--root-key", "root.key", "--name", "localhost", "--cert", cert, "--key", key];
        let output = desk.covered(&arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("error[W0306]") && said.contains("= help: "), "{said}");
    }
    let open = desk.covered(&["serve", "--data", "data", "--root-key", "root.key", "--listen", "0.0.0.0:0"]);
    assert!(String::from_utf8_lossy(&open.stderr).starts_with("error[W0301]"));
}

#[test]
fn behind_a_proxy_the_browser_is_the_client_and_metrics_take_a_token() {
    let desk = Desk::new("proxy");
    let token = [("COVERED_METRICS_TOKEN", "a token of thirty letters or so")];
    let mut server = Server::start(&desk, &["--data", "data", "--behind-proxy", "desk.example.org"], &token);
    server.host = "desk.example.org".to_owned();
    let browser = ("x-forwarded-for", "203.0.113.9, 198.51.100.7");
    let page = server.ask("GET", "/sign-in", &[browser], None).is(200);
    assert_eq!(page.header("strict-transport-security"), Some(YEAR));
    // No address and no name stands in for the token: a proxy on this machine that says nothing of whom it asks for looks like this.
    server.get("/metrics").is(404);
    server.host = format!("localhost:{}", server.address.port());
    server.get("/metrics").is(404);
    server.host = "desk.example.org".to_owned();
    server.ask("GET", "/metrics", &[browser], None).is(404);
    server.ask("GET", "/metrics", &[browser, ("authorization", "Bearer another")], None).is(404);
    let bearer = ("authorization", "Bearer a token of thirty letters or so");
    let metrics = server.ask("GET", "/metrics", &[browser, bearer], None).is(200);
    assert!(metrics.body.contains("\ncovered_up 1\n"), "{}", metrics.body);
    assert!(metrics.body.contains("route=\"/sign-in\""), "{}", metrics.body);
    // Guesses count for who the proxy says they come from, and not for the proxy.
    let guess = json!({ "email": "owner@example.org", "password": "wrong wrong wrong", "code": "000000" });
    let from = |address: &str| server.ask("POST", "/v1/sign-in", &[("x-forwarded-for", address)], Some(&guess)).status;
    let guesses: Vec<u16> = (0..5).map(|_| from("198.51.100.7")).collect();
    assert_eq!(guesses, [401, 401, 401, 401, 429]);
    assert_eq!(from("198.51.100.8"), 401);
    // The first entries are the browser's own word: they free nobody.
    assert_eq!(from("198.51.100.9, 198.51.100.7"), 429);
    // A page of another name that leads here gets nothing.
    server.host = "rebound.example".to_owned();
    server.ask("GET", "/sign-in", &[browser], None).is(403);
    server.stop();
}

#[test]
fn without_a_token_nothing_reads_the_metrics_and_with_one_a_program_on_this_machine_shows_it() {
    let desk = Desk::new("metrics");
    let server = Server::start(&desk, &["--data", "data"], &[("COVERED_METRICS_TOKEN", "")]);
    server.get("/metrics").is(404);
    server.ask("GET", "/metrics", &[("authorization", "Bearer ")], None).is(404);
    server.get("/readyz").is(200);
    server.stop();
    let server = Server::start(&desk, &["--data", "data"], &[("COVERED_METRICS_TOKEN", "tulips walk backwards")]);
    server.get("/metrics").is(404);
    server.ask("GET", "/metrics", &[("authorization", "Bearer tulips walk backwards")], None).is(200);
    server.stop();
}

#[test]
fn told_to_end_it_finishes_what_is_under_way() {
    let desk = Desk::new("end");
    let mut server = Server::start(&desk, &["--data", "data"], &[]);
    let (path, body) = server.owner();
    let body = body.to_string();
    let (first, rest) = body.as_bytes().split_at(body.len() / 2);
    let mut under_way = server.open("POST", &path, &[("Expect", "100-continue")], body.len());
    under_way.is_awaited();
    under_way.send(first);
    server.terminate();
    while TcpStream::connect(server.address).is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    under_way.finish(rest).is(201);
    assert!(server.ended().success());
    std::fs::write(desk.path("owner"), "made").unwrap();
    // What was under way was kept: there is an owner, and no link to make one.
    let server = Server::start(&desk, &["--data", "data"], &[]);
    assert_eq!(server.get("/v1/first/any").status, 404);
    server.stop();
    let out = desk.on("root.key", &["audit", "verify"]);
    assert!(out.starts_with("The audit holds: "), "{out}");
}

/// Waits until a file says something, and gives it.
fn said_by(path: &str, what: &str) -> String {
    loop {
        let said = std::fs::read_to_string(path).unwrap_or_default();
        if said.contains(what) {
            return said;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn heads_of_the_audit_leave_by_a_command() {
    let desk = Desk::new("heads");
    std::fs::create_dir(desk.path("elsewhere")).unwrap();
    let server = Server::start(&desk, &["--data", "data", "--send-heads", "cat >> elsewhere/heads.jsonl"], &[]);
    said_by(&desk.path("elsewhere/heads.jsonl"), "}\n");
    server.sign_in_owner(&desk);
    server.stop();
    let out = desk.on("root.key", &["audit", "verify", "--against", "elsewhere/heads.jsonl"]);
    assert!(out.contains("It holds what the kept head says"), "{out}");
    // A command that fails is told in the log, and the desk goes on.
    let server = Server::start(&desk, &["--data", "data", "--send-heads", "cat > /dev/null; exit 3"], &[]);
    let log = said_by(&desk.path("log"), "W0314");
    assert!(log.contains("exit status: 3"), "{log}");
    server.get("/readyz").is(200);
    server.stop();
}

/// PostgreSQL that lives as long as a process of ours.
struct Postgres {
    parent: std::process::Child,
    script: std::process::Child,
    url: String,
}

impl Postgres {
    fn start() -> Postgres {
        let parent = Command::new("sleep").arg("600").spawn().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres/run");
        let mut script = Command::new(script).arg(parent.id().to_string()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        let mut out = std::io::BufReader::new(script.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut url).unwrap();
        assert!(url.starts_with("postgres://"), "tests/postgres/run started no server");
        Postgres { parent, script, url: url.trim().to_owned() }
    }

    fn stop(&mut self) {
        let _ = self.parent.kill();
        let _ = self.parent.wait();
        let _ = self.script.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn it_is_ready_while_its_database_answers() {
    let desk = Desk::new("ready");
    let mut postgres = Postgres::start();
    desk.says(&["key", "new", "--to", "root.key"]);
    let server = Server::start(&desk, &["--database", &postgres.url], &[]);
    server.get("/readyz").is(200);
    postgres.stop();
    assert!(server.get("/readyz").is(503).body.contains("W0513"));
    // It lives, and would be ready again with its database: it is not to be started anew.
    server.get("/healthz").is(200);
}

/// The unit of the guide.
fn unit() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, rest) = guide.split_once("```ini\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_unit_is_one_and_what_it_starts_serves() {
    let desk = Desk::new("unit");
    let unit = unit();
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/covered serve ")).unwrap();
    let here = unit.replace("/usr/local/bin/covered", env!("CARGO_BIN_EXE_covered"));
    std::fs::write(desk.path("covered.service"), here).unwrap();
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no", &desk.path("covered.service")]).output();
    let verified = verified.expect("`systemd-analyze` is there");
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains("covered.service:"), "{said}");

    // As systemd starts it: the key as a credential, the records in the folder of its state.
    std::fs::create_dir(desk.path("credentials")).unwrap();
    desk.says(&["key", "new", "--to", "credentials/root-key"]);
    let line = line.replace("/var/lib/covered", &desk.0.display().to_string());
    let arguments: Vec<&str> = line.split(' ').collect();
    let server = Server::start_bare(&desk, &arguments, &[("CREDENTIALS_DIRECTORY", &desk.path("credentials"))]);
    server.get("/readyz").is(200);
    server.stop();
}
