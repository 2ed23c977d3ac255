//! Backups: of either database to either database, while others write; whole or refused.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use store::backup::{Backup, BackupError, Restored};
use store::nouns::Patient;
use store::{Action, AuditQuery, LocalRoot, Options, Query, RootKey as _, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::documents::attach;
use crate::records::patient;

both!(
    every_table_and_column_is_in_it,
    restored_to_both_databases,
    made_while_others_write,
    never_over_records,
    changed_or_cut_it_is_refused,
    rows_that_the_audit_does_not_know_are_refused,
    needs_its_root_key,
    a_failed_one_leaves_nothing,
);

const UNTIL: Date = date(2026, 12, 31);
const LIBRARY: &str = "a library's hash";

async fn filled(driver: Driver) -> (Setting, Store) {
    let (setting, store) = Setting::new(driver).await;
    for number in 0..3_u8 {
        let body = patient(&format!("Testperson{number}"));
        let id = store.act(&act(), async |work| work.insert(&body).await).await.unwrap();
        attach(&store, id, number * 50).await;
    }
    let hash = [1; 32];
    store.act(&act(), async |work| work.keep_reply("key", hash, b"reply").await).await.unwrap();
    (setting, store)
}

async fn backup(setting: &Setting, store: &Store) -> PathBuf {
    let file = setting.folder.path().join("backup");
    store.backup(&act(), &file, UNTIL, LIBRARY).await.unwrap();
    file
}

/// Another database, with the same root key.
async fn beside(setting: &Setting, driver: Driver) -> Setting {
    let mut other = Setting::empty(driver).await;
    other.options.root_key = setting.options.root_key.clone();
    other
}

async fn restore(file: &Path, options: &Options) -> Result<Restored, BackupError> {
    Backup::open(file, options.root_key.as_ref())?.restore(options, &act()).await
}

async fn patients(store: &Store) -> Vec<Patient> {
    let page = store.act(&act(), async |work| work.find(&Query::<Patient>::all()).await).await.unwrap();
    page.items.into_iter().map(|stored| stored.body).collect()
}

async fn every_table_and_column_is_in_it(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let file = backup(&setting, &store).await;
    let mut told = Vec::new();
    for table in &Backup::open(&file, setting.options.root_key.as_ref()).unwrap().manifest().tables {
        told.extend(table.columns.iter().map(|column| format!("{}.{column}", table.name)));
    }
    told.sort();
    // What is of a moment.
    let is_kept = |column: &String| !column.starts_with("session_use.") && !column.starts_with("guess.");
    assert_eq!(told, setting.columns().await.into_iter().filter(is_kept).collect::<Vec<_>>());
}

async fn restored_to_both_databases(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let file = backup(&setting, &store).await;
    let before = patients(&store).await;
    for target in [Driver::Sqlite, Driver::Postgres] {
        let other = beside(&setting, target).await;
        let restored = restore(&file, &other.options).await.unwrap();
        assert_eq!((restored.manifest.kept_until, restored.manifest.library.as_str()), (UNTIL, LIBRARY));
        for table in &restored.manifest.tables {
            let more = i64::from(table.name == "audit");
            assert_eq!(other.rows_of(&table.name).await, table.rows as i64 + more, "{}", table.name);
        }
        assert_eq!(restored.checked.rows, 10, "one practice, three patients, three documents and what they hold");
        let store = restored.store;
        assert_eq!(patients(&store).await, before);
        let found = store.act(&act(), async |work| work.look_up::<Patient>("mrn", "MRN-Testperson1").await).await;
        let contents = store.act(&act(), async |work| work.find(&Query::all()).await).await.unwrap().items;
        assert_eq!((found.unwrap().len(), contents.len()), (1, 3));
        for document in contents {
            store.act(&act(), async |work| work.content(document.id).await).await.unwrap();
        }
        let again = store.act(&act(), async |work| work.replay("key", [1; 32]).await).await.unwrap();
        assert_eq!(again.as_deref(), Some(&b"reply"[..]));
        let entries = store.act(&act(), async |work| work.audit(&AuditQuery::default()).await).await.unwrap();
        assert!(entries.iter().any(|entry| entry.action == Action::Restore.word()));
        store.check_audit().await.unwrap();
        store.close().await;
    }
}

async fn made_while_others_write(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..15 {
                    let body = patient(&format!("Writer{writer}-{number}"));
                    store.act(&act(), async |work| work.insert(&body).await).await.unwrap();
                }
            })
        })
        .collect();
    for number in 0..4 {
        let file = setting.folder.path().join(format!("backup-{number}"));
        store.backup(&act(), &file, UNTIL, LIBRARY).await.unwrap();
        let other = beside(&setting, Driver::Sqlite).await;
        restore(&file, &other.options).await.unwrap().store.check_audit().await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(patients(&store).await.len(), 48);
}

async fn never_over_records(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let file = backup(&setting, &store).await;
    let before = (setting.rows_of("record").await, setting.rows_of("audit").await);
    let refused = restore(&file, &setting.options).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty)), "{refused:?}");
    assert_eq!((setting.rows_of("record").await, setting.rows_of("audit").await), before);
    let again = store.backup(&act(), &file, UNTIL, LIBRARY).await;
    assert!(matches!(again, Err(BackupError::Write { .. })), "{again:?}");
}

async fn changed_or_cut_it_is_refused(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let file = backup(&setting, &store).await;
    let whole = std::fs::read(&file).unwrap();
    let bad = setting.folder.path().join("bad");
    let (half, last) = (whole.len() / 2, whole.len() - 1);
    let mut changed = whole.clone();
    changed[half] ^= 1;
    let longer = [whole.as_slice(), b"x"].concat();
    let other = beside(&setting, driver).await;
    for bytes in [&whole[..half], &whole[..last], &whole[..0], &changed, &longer] {
        std::fs::write(&bad, bytes).unwrap();
        let refused = restore(&bad, &other.options).await.unwrap_err();
        assert!(matches!(refused.code(), "S403" | "S404" | "S405"), "{refused:?}");
    }
    assert!(matches!(Store::open(&other.options).await, Err(StoreError::Empty)));
    // What was refused can be followed by what is whole.
    restore(&file, &other.options).await.unwrap();
}

async fn rows_that_the_audit_does_not_know_are_refused(driver: Driver) {
    let (setting, store) = filled(driver).await;
    setting.sql("DELETE FROM record WHERE noun = 'practice'".to_string()).await;
    let file = backup(&setting, &store).await;
    let other = beside(&setting, driver).await;
    let refused = restore(&file, &other.options).await;
    assert!(matches!(refused, Err(BackupError::Store(StoreError::Chain { .. }))), "{refused:?}");
    assert!(matches!(Store::open(&other.options).await, Err(StoreError::Empty)));
}

async fn needs_its_root_key(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let file = backup(&setting, &store).await;
    let other = LocalRoot::random();
    let refused = Backup::open(&file, &other).err().unwrap();
    assert!(
        matches!(&refused, BackupError::RootKey { needed, here } if *needed == setting.options.root_key.name() && *here == other.name())
    );
    let text = std::fs::read(&file).unwrap();
    for planted in [&b"Testperson"[..], b"MRN-", b"Invented Med Spa", b"patient"] {
        assert!(!text.windows(planted.len()).any(|window| window == planted));
    }
}

async fn a_failed_one_leaves_nothing(driver: Driver) {
    let (setting, store) = filled(driver).await;
    let nowhere = setting.folder.path().join("missing").join("backup");
    assert!(matches!(store.backup(&act(), &nowhere, UNTIL, LIBRARY).await, Err(BackupError::Write { .. })));
    setting.sql("ALTER TABLE reply RENAME TO elsewhere".to_string()).await;
    let file = setting.folder.path().join("backup");
    assert!(matches!(store.backup(&act(), &file, UNTIL, LIBRARY).await, Err(BackupError::Store(_))));
    let left = std::fs::read_dir(setting.folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("backup"));
    assert_eq!(left.count(), 0);
    assert_eq!(setting.rows_of("backup").await, 0, "no backup is promised that is not there");
}
