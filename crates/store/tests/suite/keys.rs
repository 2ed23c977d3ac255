//! Keys: changed, checked, deleted; and nothing is lost or left by it.

use std::sync::Arc;

use jiff::civil::date;
use serde_json::json;
use store::nouns::{Coverage, Facility, Patient, Practice};
use store::{LocalRoot, Phi, Query, Resealed, Store, StoreError, apart};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(the_root_key_changes, the_practices_key_changes, a_patient_is_shredded, the_wrong_root_key);

async fn the_root_key_changes(driver: Driver) {
    let (mut setting, store) = Setting::new(driver).await;
    let id = store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    let before = store.check_keys(&act()).await.unwrap();
    let path = setting.folder.path().join("root.key");
    let mut new = LocalRoot::random();
    new.write(&path).unwrap();
    store.rotate_root(Arc::new(new), &act()).await.unwrap();
    // The open store goes on, an old key opens nothing, the new one does: from its file, and from its sheet.
    store.act(&act(), async |work| work.get(id).await).await.unwrap();
    assert!(matches!(Store::open(&setting.options).await, Err(StoreError::WrongRootKey { .. })));
    let sheet = LocalRoot::read(&path).unwrap().sheet();
    for root in [LocalRoot::read(&path).unwrap(), LocalRoot::from_sheet(&sheet.to_lowercase()).unwrap()] {
        setting.options.root_key = Arc::new(root);
        let again = Store::open(&setting.options).await.unwrap();
        let found =
            again.act(&act(), async |work| work.look_up::<Patient>("mrn", "MRN-Testperson").await).await.unwrap();
        assert_eq!(found[0].id, id);
        let after = again.check_keys(&act()).await.unwrap();
        assert_ne!(after.root, before.root);
        assert_eq!((after.practice, after.patients, &after.audit_key), (1, 1, &before.audit_key));
    }
    store.check_audit().await.unwrap();
}

async fn the_practices_key_changes(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let other = Store::open(&setting.options).await.unwrap();
    let id = store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    for name in ["North", "South"] {
        let facility = Facility { name: name.to_string(), ..Facility::default() };
        store.act(&act(), async |work| work.insert(&facility).await).await.unwrap();
    }
    let early = store.signed_head(act().at).await.unwrap();
    assert_eq!(store.rotate_practice(&act()).await.unwrap(), 3);
    assert_eq!(store.signed_head(act().at).await.unwrap().public_key, early.public_key);
    // Another server, open since before, follows.
    other.act(&act(), async |work| work.get(id).await).await.unwrap();
    other.act(&act(), async |work| work.insert(&Facility::default()).await).await.unwrap();
    assert_eq!(store.check_keys(&act()).await.unwrap().to_reseal, 3);
    store.check_audit().await.unwrap();
    assert_eq!(store.reseal(2, &act()).await.unwrap(), Resealed { done: 2, left: 1 });
    assert_eq!(store.reseal(2, &act()).await.unwrap(), Resealed { done: 1, left: 0 });
    store.check_audit().await.unwrap();
    let practice = Store::open(&setting.options).await.unwrap().peek(store.practice()).await.unwrap();
    assert_eq!((practice.name.as_str(), practice.version), ("Invented Med Spa", 1));
    let report = store.check_keys(&act()).await.unwrap();
    assert_eq!((report.practice, report.patients, report.to_reseal), (2, 1, 0));
}

async fn a_patient_is_shredded(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let (gone, stays) = store
        .act(&act(), async |work| {
            let gone = work.insert(&patient("Testperson")).await?;
            work.insert(&Coverage {
                patient: gone,
                rank: 1,
                member_id: Phi::default(),
                group: Phi::default(),
                case: Phi::new(json!({})),
                holds: Default::default(),
            })
            .await?;
            work.keep_reply("key", [1; 32], b"about one patient").await?;
            Ok::<_, StoreError>((gone, work.insert(&patient("Somebody")).await?))
        })
        .await
        .unwrap();
    let kept = "INSERT INTO backup (id, at, keep_until, seq) VALUES ('a', '2026-11-01T00:00:00.000Z', '2027-02-01', 1)";
    setting.sql(kept.to_string()).await;
    store.load_names(&act()).await.unwrap();
    let shredded = store.shred(gone, &act()).await.unwrap();
    assert_eq!((shredded.records, shredded.restorable_until), (2, Some(date(2027, 2, 1))));
    let missing = store.act(&act(), async |work| work.get(gone).await).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    let late = Coverage {
        patient: gone,
        rank: 1,
        member_id: Phi::default(),
        group: Phi::default(),
        case: Phi::new(json!({})),
        holds: Default::default(),
    };
    let refused = store.act(&act(), async |work| work.insert(&late).await).await;
    assert!(matches!(refused, Err(StoreError::Shredded { .. })), "{refused:?}");
    assert!(store.act(&act(), async |work| work.search("test", 5).await).await.unwrap().is_empty());
    assert!(store.act(&act(), async |work| work.replay("key", [1; 32]).await).await.unwrap().is_none());
    assert_eq!(setting.rows_of("look_up WHERE record NOT IN (SELECT id FROM record)").await, 0);
    store.act(&act(), async |work| work.get(stays).await).await.unwrap();
    assert_eq!(store.count(&Query::<Practice>::all()).await.unwrap(), 1);
    let report = store.check_keys(&act()).await.unwrap();
    assert_eq!((report.patients, report.shredded), (1, 1));
    store.check_audit().await.unwrap();
    // Who looked before is not forgotten.
    let log = store.act(&act(), async |work| work.access_report(gone, None).await).await.unwrap();
    assert!(log.iter().any(|access| access.action == "shred"));
}

async fn the_wrong_root_key(driver: Driver) {
    let (mut setting, _store) = Setting::new(driver).await;
    setting.options.root_key = Arc::new(LocalRoot::random());
    let error = Store::open(&setting.options).await.map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "S007");
    // The key file: of nobody else, whole, never written over, and not beside the data.
    let folder = setting.folder.path();
    let path = folder.join("root.key");
    LocalRoot::random().write(&path).unwrap();
    assert!(LocalRoot::random().write(&path).is_err());
    LocalRoot::read(&path).unwrap();
    let copy = folder.join("copy.key");
    std::fs::copy(&path, &copy).unwrap();
    set_mode(&copy, 0o644);
    assert_eq!(LocalRoot::read(&copy).unwrap_err().code(), "S008");
    set_mode(&copy, 0o600);
    std::fs::write(&copy, "covered root key 1\nnone").unwrap();
    set_mode(&copy, 0o400);
    assert!(LocalRoot::read(&copy).unwrap_err().to_string().contains("4 lines"));
    assert!(apart(&store::Database::Sqlite(folder.to_path_buf()), &path).is_err());
    assert!(apart(&store::Database::Sqlite(folder.join("data-elsewhere")), &path).is_ok());
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
