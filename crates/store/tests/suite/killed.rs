//! Killed in the middle, again and again: each act is there whole or not at all, and the chain holds.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::civil::date;
use serde_json::json;
use store::nouns::{Facility, Patient, Visit, VisitState};
use store::{Database, LocalRoot, Options, Phi, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(acts_are_whole_or_not_there);

/// Says to the child what to write to; without it, the child's test has nothing to do.
const DATABASE: &str = "COVERED_TEST_WRITE_TO";
const ROOT_KEY: &str = "COVERED_TEST_ROOT_KEY";

/// Visits of each patient, written in one act with the patient.
const VISITS: u64 = 5;

/// Times that the writer is killed.
const KILLS: u64 = 8;

/// The writer, in a process of its own that [`acts_are_whole_or_not_there`] starts and kills: it writes until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let key = std::path::PathBuf::from(std::env::var_os(ROOT_KEY).unwrap());
    let options = Options::with_key_file(Database::parse(&database), &key).unwrap();
    let store = Store::open(&options).await.unwrap();
    loop {
        write_one(&store).await.unwrap();
        println!("\nwritten");
    }
}

async fn write_one(store: &Store) -> Result<(), StoreError> {
    store
        .act(&act(), async |work| {
            let facility = work.insert(&Facility::default()).await?;
            let patient = work.insert(&patient("Testperson")).await?;
            for day in 1..=VISITS {
                let visit = Visit {
                    patient,
                    facility,
                    clinician: None,
                    day: date(2026, 11, day as i8),
                    state: VisitState::Open,
                    case: Phi::new(json!({})),
                    note: Phi::default(),
                };
                work.insert(&visit).await?;
            }
            Ok(())
        })
        .await
}

async fn acts_are_whole_or_not_there(driver: Driver) {
    let setting = Setting::empty(driver).await;
    let key = setting.folder.path().join("root.key");
    LocalRoot::random().write(&key).unwrap();
    let options = Options::with_key_file(setting.options.database.clone(), &key).unwrap();
    Store::create(&options, &Default::default(), &act()).await.unwrap().close().await;
    let address = match &setting.options.database {
        Database::Sqlite(folder) => folder.display().to_string(),
        Database::Postgres(url) => url.clone(),
        other => panic!("{other:?}"),
    };
    let mut seen = 0;
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["killed::writer", "--exact", "--nocapture"])
            .env(DATABASE, &address)
            .env(ROOT_KEY, &key)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // After the first acts, a little later each time, so that it is hit at different places of an act.
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut written = 0;
        while written < 3 {
            written += u64::from(lines.next().expect("the writer writes").unwrap() == "written");
        }
        std::thread::sleep(Duration::from_micros(700 * kill));
        child.kill().unwrap();
        written += lines.map_while(Result::ok).filter(|line| line == "written").count() as u64;
        child.wait().unwrap();

        let store = Store::open(&options).await.unwrap();
        let patients = store.count(&Query::<Patient>::all()).await.unwrap();
        let visits = store.count(&Query::<Visit>::all()).await.unwrap();
        assert_eq!(visits, patients * VISITS);
        // What was said to be written is; the act that was under way may be.
        assert!((seen + written..=seen + written + 1).contains(&patients), "{seen} + {written}: {patients}");
        seen = patients;
        let checked = store.check_audit().await.unwrap();
        assert_eq!(checked.rows, 1 + patients * (2 + VISITS));
        store.close().await;
    }
}
