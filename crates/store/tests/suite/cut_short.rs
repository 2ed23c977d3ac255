//! kill −9 in the middle of a backup or a restore: nothing is left that looks whole and is not.
//!
//! A test starts itself once more as a process of its own, which does the work and is killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::date;
use store::backup::Backup;
use store::nouns::{Patient, Practice};
use store::{Database, LocalRoot, Options, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::documents::attach;
use crate::records::patient;

both!(while_backing_up, while_restoring);

/// What the process that is killed shall do: the database, the file of the root key, the file of the backup.
const TASK: &str = "COVERED_TEST_KILLED";
const PATIENTS: usize = 40;
const KILLS: u32 = 8;

fn options(database: &str, key: &str) -> Options {
    Options { database: Database::parse(database), root_key: Arc::new(LocalRoot::read(Path::new(key)).unwrap()) }
}

/// The task of this process, if it is one that will be killed.
fn task() -> Option<[String; 3]> {
    let task = std::env::var(TASK).ok()?;
    let parts: Vec<_> = task.split('\n').map(str::to_string).collect();
    Some(parts.try_into().unwrap())
}

fn start(driver: Driver, test: &str, task: [&str; 3]) -> Child {
    let module = if driver == Driver::Sqlite { "sqlite" } else { "postgres" };
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("cut_short::{module}::{test}"), "--nocapture"])
        .env(TASK, task.join("\n"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn text(setting: &Setting) -> String {
    match &setting.options.database {
        Database::Sqlite(folder) => folder.display().to_string(),
        Database::Postgres(url) => url.clone(),
        _ => unreachable!("two databases"),
    }
}

/// A practice with records, and its root key in a file.
async fn filled(driver: Driver) -> (Setting, Store, String) {
    let setting = Setting::empty(driver).await;
    let key = setting.folder.path().join("root.key");
    LocalRoot::random().write(&key).unwrap();
    let key = key.display().to_string();
    let practice = Practice { name: "Invented Med Spa".to_string(), ..Practice::default() };
    let store = Store::create(&options(&text(&setting), &key), &practice, &act()).await.unwrap();
    for number in 0..PATIENTS {
        let body = patient(&format!("Testperson{number}"));
        let id = store.act(&act(), async |work| work.insert(&body).await).await.unwrap();
        attach(&store, id, number as u8).await;
    }
    (setting, store, key)
}

async fn back_up(store: &Store, file: &Path) {
    store.backup(&act(), file, date(2026, 12, 31), "a library's hash").await.unwrap();
}

/// Kills a process at some time of its work: `whole` is how long all of it takes.
fn kill_at(mut child: Child, whole: Duration, round: u32) {
    std::thread::sleep(whole * round / KILLS);
    let _ = child.kill();
    child.wait().unwrap();
}

async fn is_whole(store: &Store) {
    store.check_audit().await.unwrap();
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), PATIENTS as u64);
    assert_eq!(store.open_everything().await.unwrap().contents, PATIENTS as u64);
}

async fn while_backing_up(driver: Driver) {
    if let Some([database, key, file]) = task() {
        let store = Store::open(&options(&database, &key)).await.unwrap();
        return back_up(&store, Path::new(&file)).await;
    }
    let (setting, store, key) = filled(driver).await;
    let (database, mut unfinished) = (text(&setting), 0);
    let mut whole = Duration::ZERO;
    for round in 0..=KILLS {
        let file = setting.folder.path().join(format!("backup-{round}"));
        let name = file.display().to_string();
        let begun = Instant::now();
        let mut child = start(driver, "while_backing_up", [&database, &key, &name]);
        if round == 0 {
            assert!(child.wait().unwrap().success());
            whole = begun.elapsed();
            assert!(file.exists());
        } else {
            kill_at(child, whole, round - 1);
        }
        if !file.exists() {
            unfinished += 1;
            continue;
        }
        let other = Setting::empty(Driver::Sqlite).await;
        let options = options(&text(&other), &key);
        let backup = Backup::open(&file, options.root_key.as_ref()).unwrap();
        is_whole(&backup.restore(&options, &act()).await.unwrap().store).await;
    }
    assert!(unfinished > 0, "no process was killed before it was done");
    // The database that was backed up is as it was, and can be backed up.
    is_whole(&store).await;
    back_up(&store, &setting.folder.path().join("last")).await;
}

async fn while_restoring(driver: Driver) {
    if let Some([database, key, file]) = task() {
        let options = options(&database, &key);
        let backup = Backup::open(Path::new(&file), options.root_key.as_ref()).unwrap();
        backup.restore(&options, &act()).await.unwrap();
        return;
    }
    let (setting, store, key) = filled(driver).await;
    let file = setting.folder.path().join("backup");
    back_up(&store, &file).await;
    let name = file.display().to_string();
    let (mut whole, mut unfinished) = (Duration::ZERO, 0);
    for round in 0..=KILLS {
        let target = Setting::empty(driver).await;
        let options = options(&text(&target), &key);
        let begun = Instant::now();
        let mut child = start(driver, "while_restoring", [&text(&target), &key, &name]);
        if round == 0 {
            assert!(child.wait().unwrap().success());
            whole = begun.elapsed();
        } else {
            kill_at(child, whole, round - 1);
        }
        match Store::open(&options).await {
            Ok(store) => is_whole(&store).await,
            Err(StoreError::Empty) => {
                unfinished += 1;
                let backup = Backup::open(&file, options.root_key.as_ref()).unwrap();
                is_whole(&backup.restore(&options, &act()).await.unwrap().store).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(unfinished > 0, "no process was killed before it was done");
}
