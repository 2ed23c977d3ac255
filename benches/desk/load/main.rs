//! `POST /v1/determinations`, sealed and audited, beside a bare handler that writes one row to the same database.
//!
//!     cargo bench -p benches-desk [-- sqlite|postgres] [disk|memory] [--seconds N] [--rounds N] [--connections N]
//!
//! Both are served by this process on loopback, to the same clients, with full durability: SQLite's log and PostgreSQL's are synced before
//! a reply. In each round each has its turn, and who comes first changes. The bare handler takes the same requests, and keeps the body as it
//! came under a random id; it knows nobody, answers nothing, seals nothing and enters nothing.
//!
//! On a disk most of a bare request is waiting for the sync. So everything is measured a second time where a sync costs nothing, in a file
//! system in memory: there the processor alone decides. As a test (without `--bench`) each has a moment.
#![expect(clippy::float_arithmetic, reason = "times and their ratios")]

mod bare;
mod figures;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches_desk::client::{Client, request};
use benches_desk::{practice, server};
use figures::{Figures, Round};
use jiff::Timestamp;
use library::Library;
use store::{Database, LocalRoot, Options};
use web::serve::listen;
use web::{Desk, Parts, Reach, Settings};

/// As the program has it; the bare handler gains by it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the product promises, on either database.
const GOAL: f64 = 0.4;
/// Requests of each before anything is counted: connections are made, programs compiled.
const WARM_UP: Duration = Duration::from_secs(2);
/// A request that has no reply after so long never will have.
const REPLY_WITHIN: Duration = Duration::from_secs(60);
/// How often each case is answered alone.
const ANSWERS: u32 = 50;
/// A file system in memory, where there is one.
const MEMORY: &str = "/dev/shm";

struct Arguments {
    databases: Vec<String>,
    places: Vec<String>,
    round: Duration,
    rounds: usize,
    connections: usize,
}

fn arguments() -> Arguments {
    let mut arguments = Arguments {
        databases: Vec::new(),
        places: Vec::new(),
        round: Duration::from_millis(300),
        rounds: 1,
        connections: 64,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut number = || given.next().and_then(|number| number.parse().ok()).expect("a number follows");
        match argument.as_str() {
            "--bench" => (arguments.round, arguments.rounds) = (Duration::from_secs(4), 7),
            "--seconds" => arguments.round = Duration::from_secs(number()),
            "--rounds" => arguments.rounds = usize::try_from(number()).expect("a number of rounds"),
            "--connections" => arguments.connections = usize::try_from(number()).expect("a number of connections"),
            "sqlite" | "postgres" => arguments.databases.push(argument),
            "disk" | "memory" => arguments.places.push(argument),
            other => panic!("`{other}` is none of sqlite, postgres, disk, memory, --seconds, --rounds, --connections"),
        }
    }
    for (list, all) in [(&mut arguments.databases, ["sqlite", "postgres"]), (&mut arguments.places, ["disk", "memory"])]
    {
        if list.is_empty() {
            list.extend(all.map(str::to_owned));
        }
    }
    arguments
}

/// A folder that is taken away at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::main]
async fn main() {
    let arguments = arguments();
    figures::machine(arguments.connections);
    let library = Box::leak(Box::new(Library::embedded().expect("the embedded library loads")));
    figures::answers(library, if arguments.rounds > 1 { ANSWERS } else { 1 });
    for place in &arguments.places {
        let root = if place == "memory" { PathBuf::from(MEMORY) } else { std::env::temp_dir() };
        if !root.is_dir() {
            println!("\nnot measured in memory: there is no {MEMORY}");
            continue;
        }
        for name in &arguments.databases {
            let folder = Folder(root.join(format!("covered-load-{name}-{}", std::process::id())));
            let database = match name.as_str() {
                "sqlite" => Database::Sqlite(folder.0.join("data")),
                _ => Database::Postgres(server::postgres(&root)),
            };
            measure(&format!("{name}, {place}"), database, library, &arguments).await;
        }
    }
}

async fn measure(name: &str, database: Database, library: &'static Library, arguments: &Arguments) {
    let options = Options { database: database.clone(), root_key: Arc::new(LocalRoot::random()) };
    let now = Timestamp::now();
    let store = practice::create(&options, now).await.expect("a practice");
    let programs = practice::programs(&store, arguments.connections, now).await.expect("programs");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let desk_address = listener.local_addr().expect("its address");
    let settings = Settings { reach: Reach::Loopback, port: desk_address.port(), is_demo: false, metrics_token: None };
    let parts = Parts { store: store.clone(), library, settings, clock: Arc::new(Timestamp::now) };
    let desk = Desk::new(parts).await.expect("a desk");
    let serving = tokio::spawn(web::serve::serve(desk, listener, None, async {
        let _ = stopped.await;
    }));
    let bare_address = bare::serve(&database).await;

    let requests = |host: SocketAddr| {
        let host = format!("localhost:{}", host.port());
        let of_program = |program: &String| {
            let headers = [("authorization", program.as_str()), ("content-type", "application/json")];
            let of_case = |case: Vec<u8>| request("POST", "/v1/determinations", &host, &headers, &case);
            practice::cases().into_iter().map(of_case).collect::<Vec<_>>()
        };
        programs.iter().map(of_program).collect::<Arc<[Vec<Vec<u8>>]>>()
    };
    let (bare_requests, desk_requests) = (requests(bare_address), requests(desk_address));
    let warm_up = WARM_UP.min(arguments.round);
    ask(bare_address, &bare_requests, warm_up).await;
    ask(desk_address, &desk_requests, warm_up).await;
    let (mut bare, mut desk) = (Figures::default(), Figures::default());
    for round in 0..arguments.rounds {
        if round.is_multiple_of(2) {
            bare.add(ask(bare_address, &bare_requests, arguments.round).await);
            desk.add(ask(desk_address, &desk_requests, arguments.round).await);
        } else {
            desk.add(ask(desk_address, &desk_requests, arguments.round).await);
            bare.add(ask(bare_address, &bare_requests, arguments.round).await);
        }
    }
    let seconds = arguments.round.as_secs_f64();
    println!("\n{name}: {} rounds of {seconds:.1} s each, load {}", arguments.rounds, figures::load());
    println!("  {:<16}{:>10}{:>10}{:>10}{:>10}{:>12}", "", "per s", "p50 ms", "p99 ms", "most ms", "cpu µs");
    println!("  {:<16}{bare}", "one row, bare");
    println!("  {:<16}{desk}", "determination");
    let (least, most) = desk.ratios(&bare);
    let ratio = desk.per_second() / bare.per_second();
    let met = if ratio >= GOAL { "met" } else { "not met" };
    println!("  ratio {ratio:.2}, of single rounds {least:.2} to {most:.2}; goal {GOAL}: {met}");
    let checked = store.check_audit().await.expect("the audit holds");
    println!("  the audit holds: {} entries", checked.entries);
    stop.send(()).expect("the desk serves still");
    serving.await.expect("the desk does not panic").expect("the desk ends");
}

/// Sends requests by every connection for so long.
async fn ask(address: SocketAddr, requests: &Arc<[Vec<Vec<u8>>]>, round: Duration) -> Round {
    let (began, processor) = (Instant::now(), figures::processor_time());
    let clients: Vec<_> = (0..requests.len())
        .map(|number| {
            let requests = Arc::clone(requests);
            tokio::spawn(async move {
                let mut client = Client::new(address);
                let mut times = Vec::new();
                // Each begins with another case.
                let mut case = number;
                while began.elapsed() < round {
                    let request = &requests[number][case % requests[number].len()];
                    case += 1;
                    let sent = Instant::now();
                    let reply = tokio::time::timeout(REPLY_WITHIN, client.send(request)).await;
                    let reply = reply.expect("a reply in time").expect("a reply");
                    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(reply.body));
                    times.push(sent.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("no client panics"));
    }
    Round { times, took: began.elapsed(), processor: figures::processor_time().saturating_sub(processor) }
}
