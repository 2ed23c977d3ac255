//! Two hundred people at work, for a minute or as long as is asked: no error, memory that stays where it was, and an audit that holds.
//!
//!     soak PROGRAM [--minutes N] [--people N]
//!
//! PROGRAM is `covered` with the feature `desk`. It serves an invented practice on loopback, is told to end when the time is over, and
//! its records go with it. Every person looks, searches, enters and asks, and pauses between as somebody who reads. No time is judged: on
//! a busy machine they get less done.

mod memory;
mod work;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use benches_desk::client::{Client, request};
use benches_desk::practice;
use jiff::Timestamp;
use memory::Memory;
use store::{Database, LocalRoot, Options};
use work::{Tally, Things};

/// A server that is not ready after so long never will be.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// A server that was told to end finishes what is under way, and that has its own limit of 20 seconds.
const ENDED_WITHIN: Duration = Duration::from_secs(120);

/// Lines of the server's log that are shown when something went wrong.
const LOG_LINES_SHOWN: usize = 20;

struct Arguments {
    program: PathBuf,
    minutes: u32,
    people: usize,
}

fn arguments() -> Option<Arguments> {
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments { program: given.next()?.into(), minutes: 1, people: 200 };
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--minutes" => arguments.minutes = given.next()?.parse().ok()?,
            "--people" => arguments.people = given.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(arguments)
}

/// A folder that is taken away at the end, and the server that uses it, which ends before.
struct Place {
    folder: PathBuf,
    server: Option<Child>,
}

impl Place {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("usage: soak PROGRAM [--minutes N] [--people N]");
        return ExitCode::from(2);
    };
    let faults = soak(&arguments).await;
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What went wrong, if anything did.
async fn soak(arguments: &Arguments) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("covered-soak-{}", std::process::id()));
    let mut place = Place { folder, server: None };
    std::fs::create_dir_all(&place.folder).expect("a folder");
    let (people, things) = prepare(&place, arguments.people).await;
    let address = free_address();
    let process = start(&mut place, &arguments.program, address);
    if !is_ready(address).await {
        return vec![format!("the server did not get ready\n{}", log(&place))];
    }

    let (tally, things) = (Arc::new(Tally::default()), Arc::new(things));
    let length = Duration::from_secs(60) * arguments.minutes;
    let ends = Instant::now() + length;
    let workers: Vec<_> = people
        .into_iter()
        .enumerate()
        .map(|(number, person)| {
            let (tally, things) = (Arc::clone(&tally), Arc::clone(&things));
            tokio::spawn(async move { work::until(ends, address, number, &person, &things, &tally).await })
        })
        .collect();
    let memory = Memory::watch(process, ends).await;
    let mut faults: Vec<String> = Vec::new();
    for worker in workers {
        faults.extend(worker.await.err().map(|error| format!("a client panicked: {error}")));
    }

    let requests = tally.requests.load(Ordering::Relaxed);
    println!("soak {} people, {} min: {requests} requests; memory {memory}", arguments.people, arguments.minutes);
    faults.extend(tally.faults());
    faults.extend(memory.fault());
    if requests < arguments.people as u64 {
        faults.push(format!("{requests} requests of {} people are no work", arguments.people));
    }
    faults.extend(stop(&mut place, process));
    faults.extend(log(&place).lines().filter(|line| line.contains("panicked")).map(str::to_owned));
    if !faults.is_empty() {
        // What the server said of it.
        faults
            .extend(log(&place).lines().filter(|line| line.contains("ERROR")).take(LOG_LINES_SHOWN).map(str::to_owned));
    }
    match verify(&place, &arguments.program) {
        Ok(said) => println!("{said}"),
        Err(said) => faults.push(said),
    }
    faults
}

async fn prepare(place: &Place, people: usize) -> (Vec<practice::Person>, Things) {
    let key = PathBuf::from(place.path("root.key"));
    LocalRoot::random().write(&key).expect("a root key");
    let database = Database::Sqlite(place.path("data").into());
    let options = Options::with_key_file(database, &key).expect("a key outside the records");
    let now = Timestamp::now();
    let store = practice::create(&options, now).await.expect("a practice");
    let people = practice::people(&store, people, now).await.expect("people");
    let things = Things::make(&store, now).await.expect("patients");
    store.close().await;
    (people, things)
}

fn free_address() -> SocketAddr {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    taken.local_addr().expect("its address")
}

/// Starts the server, and gives its number.
fn start(place: &mut Place, program: &Path, address: SocketAddr) -> u32 {
    let log = std::fs::File::create(place.path("log")).expect("a file");
    let server = Command::new(program)
        .args(["serve", "--data", &place.path("data"), "--root-key", &place.path("root.key")])
        .args(["--listen", &address.to_string()])
        // Requests are counted here; a log of each would be all of its time.
        .env("COVERED_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the program starts");
    let process = server.id();
    place.server = Some(server);
    process
}

async fn is_ready(address: SocketAddr) -> bool {
    let began = Instant::now();
    let ask = request("GET", "/readyz", &format!("localhost:{}", address.port()), &[], b"");
    while began.elapsed() < READY_WITHIN {
        if Client::new(address).send(&ask).await.is_ok_and(|reply| reply.status == 200) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

/// Tells the server to end, and waits until it has.
fn stop(place: &mut Place, process: u32) -> Option<String> {
    let told = Command::new("kill").args(["-TERM", &process.to_string()]).status();
    told.expect("`kill` is there");
    let (mut server, began) = (place.server.take()?, Instant::now());
    while began.elapsed() < ENDED_WITHIN {
        match server.try_wait() {
            Ok(Some(status)) if status.success() => return None,
            Ok(Some(status)) => return Some(format!("the server ended with {status}")),
            _ => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    place.server = Some(server);
    Some("the server did not end when it was told to".to_owned())
}

fn log(place: &Place) -> String {
    std::fs::read_to_string(place.path("log")).unwrap_or_default()
}

fn verify(place: &Place, program: &Path) -> Result<String, String> {
    let output = Command::new(program)
        .args(["audit", "verify", "--data", &place.path("data"), "--root-key", &place.path("root.key")])
        .output()
        .expect("the program starts");
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(said.trim().to_owned()) } else { Err(format!("{said}{error}")) }
}
