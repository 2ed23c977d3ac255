//! The audit: every change behind its back is found, by the store and by an export alone.

use store::nouns::Patient;
use store::{Action, AuditQuery, Id, Phi, Purpose, Store, StoreError, VerifyError, verify};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(
    each_touch_is_entered,
    tampered_rows_are_found,
    a_tampered_chain_is_found,
    the_database_refuses_to_change_entries,
    exports_are_checked,
    servers_at_once_do_not_fork,
    reports_say_who_when_why,
);

async fn filled(driver: Driver) -> (Setting, Store, Id<Patient>) {
    let (setting, store) = Setting::new(driver).await;
    let id = store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    store.act(&act(), async |work| work.insert(&patient("Somebody")).await).await.unwrap();
    store.act(&act(), async |work| work.get(id).await).await.unwrap();
    (setting, store, id)
}

async fn each_touch_is_entered(driver: Driver) {
    let (_setting, store, id) = filled(driver).await;
    let entries = store.act(&act(), async |work| work.audit(&AuditQuery::default()).await).await.unwrap();
    let words: Vec<_> =
        entries.iter().rev().map(|entry| (entry.seq, entry.action.as_str(), entry.noun.as_str())).collect();
    assert_eq!(
        words,
        [(1, "create", "practice"), (2, "create", "patient"), (3, "create", "patient"), (4, "read", "patient")]
    );
    assert_eq!(entries[0].patient, Some(id.to_string()));
    let checked = store.check_audit().await.unwrap();
    assert_eq!((checked.entries, checked.rows), (5, 3));
    // A failed act leaves no entry, a refusal is one by itself.
    let failed = store
        .act(&act(), async |work| {
            work.get(id).await?;
            Err::<(), _>(StoreError::KeyReused)
        })
        .await;
    assert!(failed.is_err());
    store.enter::<Patient>(&act(), Action::Refuse, None, Some(id), None).await.unwrap();
    assert_eq!(store.check_audit().await.unwrap().entries, 6);
}

async fn tampered_rows_are_found(driver: Driver) {
    let (setting, store, id) = filled(driver).await;
    setting.sql("CREATE TABLE kept AS SELECT * FROM record".to_string()).await;
    // Moved: another patient's sealed body.
    let others = format!("FROM record WHERE noun = 'patient' AND id <> '{id}'");
    let moved = format!("sealed = (SELECT sealed {others}), seal_key = (SELECT seal_key {others})");
    setting.sql(format!("UPDATE record SET {moved} WHERE id = '{id}'")).await;
    let moved = store.act(&act(), async |work| work.get(id).await).await;
    assert!(matches!(moved, Err(StoreError::Tampered { noun: "patient", .. })), "{moved:?}");
    assert!(matches!(store.check_audit().await, Err(StoreError::Chain { seq: 2, .. })));
    setting.sql("DELETE FROM record WHERE noun = 'patient'".to_string()).await;
    assert!(matches!(store.check_audit().await, Err(StoreError::Chain { seq: 2, .. })));
    setting.sql("INSERT INTO record SELECT * FROM kept WHERE noun = 'patient'".to_string()).await;
    store.check_audit().await.unwrap();
    // An old value put back opens, and is found.
    let changed = patient("Changed");
    store.act(&act(), async |work| work.update(id, 1, &changed).await).await.unwrap();
    store.check_audit().await.unwrap();
    setting.sql(format!("DELETE FROM record WHERE id = '{id}'")).await;
    setting.sql(format!("INSERT INTO record SELECT * FROM kept WHERE id = '{id}'")).await;
    let stored = store.act(&act(), async |work| work.get(id).await).await.unwrap();
    assert_eq!(stored.body, patient("Testperson"));
    let found = store.check_audit().await.unwrap_err();
    assert!(matches!(found, StoreError::Chain { seq: 5, .. }), "{found}");
    // A column in the clear is part of the row.
    setting.sql("UPDATE record SET state = 'open' WHERE noun = 'practice'".to_string()).await;
    assert!(matches!(store.check_audit().await, Err(StoreError::Chain { .. })));
    assert!(matches!(store.peek(store.practice()).await, Err(StoreError::Tampered { .. })));
}

async fn the_database_refuses_to_change_entries(driver: Driver) {
    let (setting, store, _) = filled(driver).await;
    for sql in
        ["UPDATE audit SET actor = 'user:other' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2", "DELETE FROM audit"]
    {
        let reason = setting.refused(sql).await;
        assert!(reason.contains("an entry of the audit is n"), "{sql}: {reason}");
    }
    if driver == Driver::Postgres {
        assert!(setting.refused("TRUNCATE audit").await.contains("an entry of the audit is n"));
    }
    store.check_audit().await.unwrap();
}

async fn a_tampered_chain_is_found(driver: Driver) {
    let (setting, store, _) = filled(driver).await;
    setting.unguard_audit().await;
    for (tamper, mend, seq) in [
        ("UPDATE audit SET actor = 'user:other' WHERE seq = 2", "UPDATE audit SET actor = 'program' WHERE seq = 2", 2),
        ("UPDATE audit SET seq = 9 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 9", 3),
        ("UPDATE audit_head SET seq = 3", "UPDATE audit_head SET seq = 4", 5),
    ] {
        setting.sql(tamper.to_string()).await;
        let found = store.check_audit().await.unwrap_err();
        assert!(matches!(found, StoreError::Chain { seq: at, .. } if at == seq), "{found}");
        setting.sql(mend.to_string()).await;
        store.check_audit().await.unwrap();
    }
}

async fn exports_are_checked(driver: Driver) {
    let (setting, store, _) = filled(driver).await;
    let reason = store::Act { reason: Some("called by the patient".into()), ..act() };
    store.enter::<Patient>(&reason, Action::Print, None, None, None).await.unwrap();
    let early = store.signed_head(act().at).await.unwrap();
    let heads = setting.folder.path().join("heads");
    early.append(&heads).unwrap();
    early.append(&heads).unwrap();
    assert_eq!(std::fs::read_to_string(&heads).unwrap().lines().count(), 1);
    let early = store::SignedHead::last(&heads).unwrap().unwrap();
    store.enter::<Patient>(&act(), Action::Print, None, None, None).await.unwrap();

    let mut export = Vec::new();
    let head = store.export_audit(&mut export, act().at).await.unwrap();
    let text = String::from_utf8(export).unwrap();
    assert!(!text.contains("called by"));
    let verified = verify(&mut text.as_bytes(), Some(&early)).unwrap();
    assert_eq!((verified.entries, &verified.head), (6, &head));

    // Whatever bit of an entry flips, that entry is named.
    let lines: Vec<&str> = text.lines().collect();
    for line in 1..lines.len() - 1 {
        let changed = lines[line].replacen("2026-11-29", "2026-11-28", 1);
        assert_ne!(changed, lines[line]);
        let mut file = lines.clone();
        file[line] = &changed;
        let found = verify(&mut (file.join("\n") + "\n").as_bytes(), None).unwrap_err();
        assert!(matches!(found, VerifyError::Entry { seq, .. } if seq == line as i64), "{found}");
    }
    let mut without = lines.clone();
    without.remove(3);
    assert!(matches!(
        verify(&mut (without.join("\n") + "\n").as_bytes(), None),
        Err(VerifyError::Entry { seq: 3, line: 4, .. })
    ));
    assert!(matches!(verify(&mut lines[..5].join("\n").as_bytes(), None), Err(VerifyError::Line { line: 5, .. })));
    // Another practice's chain is whole in itself, and not this one.
    let (_other_setting, other, _) = filled(driver).await;
    let mut export = Vec::new();
    other.export_audit(&mut export, act().at).await.unwrap();
    verify(&mut export.as_slice(), None).unwrap();
    assert!(matches!(verify(&mut export.as_slice(), Some(&early)), Err(VerifyError::Against { .. })));
}

async fn servers_at_once_do_not_fork(driver: Driver) {
    let (setting, first) = Setting::new(driver).await;
    let second = Store::open(&setting.options).await.unwrap();
    let mut tasks = Vec::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { first.clone() } else { second.clone() };
        tasks.push(tokio::spawn(async move {
            store.act(&act(), async |work| work.insert(&patient(&format!("Person{number}"))).await).await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let checked = second.check_audit().await.unwrap();
    assert_eq!((checked.entries, checked.rows), (41, 41));
}

async fn reports_say_who_when_why(driver: Driver) {
    let (_setting, store, id) = filled(driver).await;
    let why: Phi<String> = "faint in the waiting room".into();
    let emergency = store::Act { purpose: Purpose::BreakGlass, reason: Some(why.clone()), ..act() };
    store.act(&emergency, async |work| work.get(id).await).await.unwrap();
    let report = store.act(&act(), async |work| work.access_report(id, None).await).await.unwrap();
    let words: Vec<_> = report.iter().map(|access| (access.action.as_str(), access.purpose.as_str())).collect();
    assert_eq!(words, [("read", "break-glass"), ("read", "operations"), ("create", "operations")]);
    assert_eq!(report[0].reason, Some(why));
    let before = store.act(&act(), async |work| work.access_report(id, Some(report[1].seq)).await).await.unwrap();
    assert_eq!(before.len(), 1);
    let query = AuditQuery { action: Some(Action::Create), limit: 1, ..AuditQuery::default() };
    let created = store.act(&act(), async |work| work.audit(&query).await).await.unwrap();
    assert_eq!(created.len(), 1);
}
