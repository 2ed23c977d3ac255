//! Databases of every earlier version come forward whole; those of a later one are refused.
//!
//! `versions` holds a backup from each version of the tables, and the recovery sheet of its root key, which opens nothing else. With a new
//! migration comes a new backup: `UPDATE=1 cargo test -p store --test suite versions`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::date;
use store::backup::Backup;
use store::nouns::{Facility, Patient};
use store::{AuditQuery, LocalRoot, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(earlier_versions_come_forward, a_later_version_is_refused, changed_migrations_are_refused);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/versions")
}

/// The numbers that the files of a folder begin with.
fn numbers(folder: &Path, ending: &str) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).map(|name| name[..4].to_string()).collect()
}

/// Numbers of migrations that serve both databases, and of those that each has of its own.
fn migrations() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let (sqlite, postgres) = (numbers(&folder.join("sqlite"), ".sql"), numbers(&folder.join("postgres"), ".sql"));
    assert_eq!(sqlite, postgres);
    let both = numbers(&folder, ".sql");
    assert!(both.is_disjoint(&sqlite));
    both.into_iter().chain(sqlite).collect()
}

/// Writes the backup of the newest version, if it is asked for.
async fn write_newest() {
    let newest = migrations().pop_last().unwrap();
    let (backup, sheet) = (folder().join(format!("{newest}.backup")), folder().join(format!("{newest}.sheet")));
    if std::env::var_os("UPDATE").is_none() || backup.exists() {
        return;
    }
    let root = Arc::new(LocalRoot::random());
    std::fs::write(sheet, root.sheet().as_str()).unwrap();
    let mut setting = Setting::empty(Driver::Sqlite).await;
    setting.options.root_key = root;
    let store = Store::create(&setting.options, &Default::default(), &act()).await.unwrap();
    let why = store::Act { reason: Some("an invented reason".into()), ..act() };
    store
        .act(&why, async |work| {
            work.insert(&Facility { name: "North".to_string(), ..Facility::default() }).await?;
            work.insert(&patient("Testperson")).await?;
            work.insert(&patient("Shredded")).await
        })
        .await
        .unwrap();
    let shredded = store.act(&act(), async |work| work.search("shredded", 1).await).await.unwrap();
    store.shred(shredded[0].id, &act()).await.unwrap();
    store.rotate_practice(&act()).await.unwrap();
    store.backup(&act(), &backup, date(2099, 1, 1), "none").await.unwrap();
}

#[tokio::test]
async fn every_version_has_its_backup() {
    write_newest().await;
    assert_eq!(numbers(&folder(), ".backup"), migrations());
    assert_eq!(numbers(&folder(), ".sheet"), migrations());
}

async fn earlier_versions_come_forward(driver: Driver) {
    for version in migrations() {
        let sheet = std::fs::read_to_string(folder().join(format!("{version}.sheet"))).unwrap();
        let mut setting = Setting::empty(driver).await;
        setting.options.root_key = Arc::new(LocalRoot::from_sheet(&sheet).unwrap());
        let backup = folder().join(format!("{version}.backup"));
        let backup = Backup::open(&backup, setting.options.root_key.as_ref()).unwrap();
        // It is restored to the tables of its time, which are then brought forward.
        assert_eq!(backup.manifest().schema, version.parse::<i64>().unwrap());
        let store = backup.restore(&setting.options, &act()).await.unwrap().store;
        store.check_audit().await.unwrap();
        let keys = store.check_keys(&act()).await.unwrap();
        assert_eq!((keys.practice, keys.patients, keys.shredded), (2, 1, 1));
        let found =
            store.act(&act(), async |work| work.look_up::<Patient>("mrn", "mrn-testperson").await).await.unwrap();
        assert_eq!(found[0].body, patient("Testperson"));
        assert_eq!(store.peek_all(&Query::<Facility>::all()).await.unwrap().items[0].name, "North");
        let reasons = store
            .act(&act(), async |work| {
                let entries =
                    work.audit(&AuditQuery { record: Some(found[0].id.to_string()), ..Default::default() }).await?;
                work.reason(entries.last().unwrap()).await
            })
            .await
            .unwrap();
        assert_eq!(reasons.unwrap().reveal(), "an invented reason");
        store.act(&act(), async |work| work.insert(&patient("Later")).await).await.unwrap();
        store.check_audit().await.unwrap();
    }
}

async fn a_later_version_is_refused(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    store.close().await;
    let later = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time \
                 FROM _sqlx_migrations WHERE version = 1";
    setting.sql(later.to_string()).await;
    let error = Store::open(&setting.options).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 9999 }), "{error:?}");
}

async fn changed_migrations_are_refused(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    store.close().await;
    let zero = if driver == Driver::Sqlite { "X'00'" } else { "'\\x00'::bytea" };
    setting.sql(format!("UPDATE _sqlx_migrations SET checksum = {zero} WHERE version = 1")).await;
    let error = Store::open(&setting.options).await.map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "S012");
}
