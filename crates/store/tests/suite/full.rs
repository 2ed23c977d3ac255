//! No room left: it is said with its code, nothing is half written, and with room it goes on.

use std::process::Command;

use store::nouns::Patient;
use store::{Database, LocalRoot, Options, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act};
use crate::records::patient;

/// Says to the child what to write to; without it, the child's test has nothing to do.
const FOLDER: &str = "COVERED_TEST_FILL";
const ROOT_KEY: &str = "COVERED_TEST_ROOT_KEY";

/// Room for the files of the child, in kibibytes.
const ROOM: &str = "1500";

/// The writer, in a process of its own whose files may not grow: it writes until there is no room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let key = std::path::PathBuf::from(std::env::var_os(ROOT_KEY).unwrap());
    let options = Options::with_key_file(Database::Sqlite(folder.into()), &key).unwrap();
    let store = Store::open(&options).await.unwrap();
    let mut written = 0;
    let error = loop {
        let two = async |work: &mut store::Work| {
            work.insert(&patient("Testperson")).await?;
            work.insert(&patient("Somebody")).await
        };
        match store.act(&act(), two).await {
            Ok(_) => written += 2,
            Err(error) => break error,
        }
    };
    // What is there can still be read without an act.
    let count = store.count(&Query::<Patient>::all()).await.unwrap();
    println!("\nfull {} {written} {count}", error.code());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let setting = Setting::empty(Driver::Sqlite).await;
    let Database::Sqlite(folder) = &setting.options.database else { panic!("a folder") };
    let key = setting.folder.path().join("root.key");
    LocalRoot::random().write(&key).unwrap();
    let options = Options::with_key_file(setting.options.database.clone(), &key).unwrap();
    Store::create(&options, &Default::default(), &act()).await.unwrap().close().await;
    // Without the signal, writing beyond the limit is an error of the system, as on a full disk.
    let output = Command::new("bash")
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {ROOM}; exec \"$0\" full::writer --exact --nocapture"))
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .env(ROOT_KEY, &key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("full ")).unwrap_or_else(|| panic!("{output:?}"));
    let [code, written, count] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(code, "S013");
    assert_eq!(written, count);
    let written: u64 = written.parse().unwrap();
    assert!(written > 20, "{written}");
    // With room it goes on.
    let store = Store::open(&options).await.unwrap();
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), written);
    assert_eq!(store.check_audit().await.unwrap().rows, 1 + written);
    store.act(&act(), async |work| work.insert(&patient("Later")).await).await.unwrap();
    store.check_audit().await.unwrap();
}

/// A disk of PostgreSQL's cannot be filled from here: the server gives its own error of a full disk, from a trigger in the middle of an act.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let (setting, store) = Setting::new(Driver::Postgres).await;
    let full = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$";
    setting.sql(full.to_string()).await;
    setting.sql("CREATE TRIGGER no_room BEFORE INSERT ON audit EXECUTE FUNCTION no_room()".to_string()).await;
    let error = store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), 0);
    setting.sql("DROP TRIGGER no_room ON audit".to_string()).await;
    store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    assert_eq!(store.check_audit().await.unwrap().rows, 2);
}
