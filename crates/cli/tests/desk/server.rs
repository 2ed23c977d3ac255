//! A server in a process of its own, and what asks it: HTTP/1.1 with or without TLS, a connection for each request.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use crate::room::Desk;

/// Whatever a server does takes less, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) const PASSWORD: &str = "seven tulips walk backwards";

/// A server that runs.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    /// The path of the link that makes the owner, at a first start.
    pub(crate) link: Option<String>,
    certificate: Option<Vec<u8>>,
    /// What requests name as their host.
    pub(crate) host: String,
}

/// A reply.
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    /// A header of the reply.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

/// A port that is free now.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Server {
    /// Starts the records of a room.
    pub(crate) fn start(desk: &Desk, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let mut all = vec!["--root-key", "root.key"];
        all.extend(arguments);
        Server::start_bare(desk, &all, environment)
    }

    /// Starts without naming a root key.
    pub(crate) fn start_bare(desk: &Desk, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let address = free_address();
        let mut process = Command::new(env!("CARGO_BIN_EXE_covered"))
            .args(["serve", "--listen", &address.to_string()])
            .args(arguments)
            .envs(environment.iter().copied())
            .env_remove("COVERED_DATABASE")
            .current_dir(&desk.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(desk.0.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let is_up = lines.any(|line| line.starts_with("The desk is at "));
        assert!(is_up, "{}", std::fs::read_to_string(desk.0.join("log")).unwrap());
        let text = "There is no owner yet.";
        let mut server =
            Server { process, address, link: None, certificate: None, host: format!("localhost:{}", address.port()) };
        // The link follows in the same write, or the line of who runs on is the last.
        let database_is_new = std::fs::read_to_string(desk.0.join("owner")).is_err();
        if database_is_new {
            let said = lines.next().unwrap_or_default();
            assert!(said.starts_with(text), "{said}");
            let link = lines.next().unwrap();
            server.link = Some(link.trim().split_once("/first/").map(|(_, link)| format!("/first/{link}")).unwrap());
        }
        server
    }

    /// Asks by TLS, and trusts this certificate alone.
    pub(crate) fn trust(mut self, certificate: Vec<u8>) -> Server {
        self.certificate = Some(certificate);
        self
    }

    fn connect(&self) -> Box<dyn ReadWrite> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let Some(certificate) = &self.certificate else { return Box::new(stream) };
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Box::new(StreamOwned::new(connection, stream))
    }

    /// Sends the head of a request; the body may follow.
    pub(crate) fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> Open {
        let scheme = if headers.iter().any(|(name, _)| *name == "origin") { None } else { Some("origin") };
        let is_secure = self.certificate.is_some() || self.host == "desk.example.org";
        let origin = format!("{}://{}", if is_secure { "https" } else { "http" }, self.host);
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.host);
        text += &format!("content-type: application/json\r\ncontent-length: {length}\r\n");
        for (name, value) in headers.iter().copied().chain(scheme.map(|name| (name, origin.as_str()))) {
            text += &format!("{name}: {value}\r\n");
        }
        let mut stream = self.connect();
        stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
        stream.flush().unwrap();
        Open(stream)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let body = body.map(ToString::to_string).unwrap_or_default();
        self.open(method, path, headers, body.len()).finish(body.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], None)
    }

    /// What makes the owner.
    pub(crate) fn owner(&self) -> (String, Value) {
        let path = format!("/v1{}", self.link.as_ref().unwrap());
        let app = self.get(&path).is(200).json();
        let code = code(app["secret"].as_str().unwrap());
        let body = json!({
            "practice": "Invented Med Spa", "email": "owner@example.org", "name": "Olive Owner", "password": PASSWORD, "code": code,
        });
        (path, body)
    }

    /// Makes the owner, and gives the headers that they send.
    pub(crate) fn sign_in_owner(&self, desk: &Desk) -> (Reply, [(&'static str, String); 2]) {
        let (path, body) = self.owner();
        let reply = self.ask("POST", &path, &[], Some(&body)).is(201);
        std::fs::write(desk.0.join("owner"), "made").unwrap();
        let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let me = self.ask("GET", "/v1/me", &[("cookie", &cookie)], None).is(200).json();
        let csrf = me["csrf"].as_str().unwrap().to_owned();
        (reply, [("cookie", cookie), ("x-csrf-token", csrf)])
    }

    /// Tells it to end, as systemd does.
    pub(crate) fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn stop(mut self) {
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The code that an app shows now.
fn code(secret: &str) -> String {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(bytes).build().unwrap();
    totp.generate_current().to_string()
}

pub(crate) trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// A request that has begun.
pub(crate) struct Open(Box<dyn ReadWrite>);

impl Open {
    pub(crate) fn send(&mut self, part: &[u8]) {
        self.0.write_all(part).unwrap();
        self.0.flush().unwrap();
    }

    /// Waits until the server has begun to read the body, which it says to whoever expects it to.
    pub(crate) fn is_awaited(&mut self) {
        let mut said = Vec::new();
        while !said.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            said.push(byte[0]);
        }
        assert!(said.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&said));
    }

    /// Sends the rest and reads the reply.
    pub(crate) fn finish(mut self, rest: &[u8]) -> Reply {
        self.send(rest);
        let mut bytes = Vec::new();
        // A server that ends a connection of TLS without saying so is found by the length of what it said.
        let _ = self.0.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no reply: `{text}`"));
        let status = head[9..12].parse().unwrap();
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }
}
