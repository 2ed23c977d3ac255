//! Records go in and out by commands: lists, backups while the desk serves, restores that answer every kept case again, exports.

use std::path::Path;

use serde_json::{Value, json};
use store::nouns::Determination;
use store::{Act, Database, Options, Query, Store};

use crate::room::Desk;
use crate::server::Server;

fn case(days: u32) -> Value {
    json!({ "case": {
        "date": "2026-11-23", "coverage": { "payer": "aetna" }, "facility": { "kind": "medical-spa", "state": "TX" },
        "line": [{ "treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"] }],
        "chart": { "headache_days_per_month": days },
    } })
}

/// What a folder of records says to this.
fn on(desk: &Desk, data: &str, arguments: &[&str]) -> std::process::Output {
    let mut all = arguments.to_vec();
    all.extend(["--data", data, "--root-key", "root.key"]);
    desk.covered(&all)
}

/// Writes another answer under a kept case, as a program with a bug would have.
fn spoil_an_answer(desk: &Desk, data: &str) -> String {
    let database = Database::Sqlite(desk.0.join(data));
    let options = Options::with_key_file(database, Path::new(&desk.path("root.key"))).unwrap();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = Store::open(&options).await.unwrap();
        let act = Act::program("test", "2026-11-29T12:00:00Z".parse().unwrap());
        let spoilt = async |work: &mut store::Work| {
            let mut kept = work.find(&Query::<Determination>::all().limit(1)).await?.items.remove(0);
            kept.body.answer = json!({}).into();
            work.update(kept.id, kept.version, &kept.body).await?;
            Ok::<_, store::StoreError>(kept.id.to_string())
        };
        let id = store.act(&act, spoilt).await.unwrap();
        store.close().await;
        id
    })
}

#[test]
fn a_backup_while_the_desk_serves_is_restored_and_answers_alike() {
    let desk = Desk::new("backup");
    let server = Server::start(&desk, &["--data", "data"], &[]);
    let (_, headers) = server.sign_in_owner(&desk);
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    for days in [8, 20] {
        server.ask("POST", "/v1/determinations", &headers, Some(&case(days))).is(201);
    }
    let out = desk.on("root.key", &["backup", "--to", "monday.backup"]);
    assert!(out.contains("sealed."), "{out}");
    // The desk went on, and what came after is in no backup.
    server.ask("POST", "/v1/determinations", &headers, Some(&case(3))).is(201);
    server.stop();

    let rehearsal = desk.says(&["restore", "--from", "monday.backup", "--verify", "--root-key", "root.key"]);
    assert!(rehearsal.contains("Answered again: 2 cases, each as it was kept; 0 "), "{rehearsal}");
    let restored = on(&desk, "restored", &["restore", "--from", "monday.backup"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let held = on(&desk, "restored", &["audit", "verify"]);
    assert!(held.status.success(), "{}", String::from_utf8_lossy(&held.stderr));
    let again = on(&desk, "restored", &["restore", "--from", "monday.backup"]);
    assert_eq!(again.status.code(), Some(2), "never over records");

    // An answer that is another now is named.
    let id = spoil_an_answer(&desk, "restored");
    assert!(on(&desk, "restored", &["backup", "--to", "tuesday.backup"]).status.success());
    let found = desk.covered(&["restore", "--from", "tuesday.backup", "--verify", "--root-key", "root.key"]);
    assert_eq!(found.status.code(), Some(1));
    let said = format!("{}{}", String::from_utf8_lossy(&found.stdout), String::from_utf8_lossy(&found.stderr));
    assert!(said.contains(&id), "{said}");
}

#[test]
fn a_list_is_tried_taken_in_taken_back_and_written_out() {
    let desk = Desk::new("lists");
    let server = Server::start(&desk, &["--data", "data"], &[]);
    let (_, headers) = server.sign_in_owner(&desk);
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let count = || {
        let page = server.ask("GET", "/v1/patients", &headers, None).is(200).json();
        page["items"].as_array().unwrap().len()
    };
    let list =
        "family,given,birth date,mrn\nInvented,Ada,1980-01-31,17\n=cmd(),Bea,1990-02-28,18\nNoday,Cy,1990-02-31,19\n";
    std::fs::write(desk.path("list.csv"), list).unwrap();
    let take = |arguments: &[&str]| {
        let mut all = vec!["import", "patients", "list.csv"];
        all.extend(arguments);
        let output = on(&desk, "data", &all);
        // A row was rejected, which is told by the exit code too.
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let dry = take(&["--dry-run"]);
    assert!(dry.starts_with("3 rows: 2 accepted, 0 changed, 0 the same as on file, 1 rejected."), "{dry}");
    assert!(
        dry.contains("line 4, birth-date: ") && dry.contains("nothing was kept") && !dry.contains("Noday"),
        "{dry}"
    );
    assert_eq!(count(), 0);
    // While the desk serves: what comes in is there for who works at it.
    let taken = take(&[]);
    let id = taken.lines().find_map(|line| line.strip_prefix("Import ")).unwrap();
    assert_eq!(count(), 2);
    let again: Value = serde_json::from_str(&take(&["--json", "--dry-run"])).unwrap();
    let outcomes = again["ledger"]["rows"].to_string();
    assert!(outcomes.contains("same") && !outcomes.contains("accepted"), "{outcomes}");

    let out = desk.on("root.key", &["export", "--to", "everything"]);
    assert!(out.contains("in the clear"), "{out}");
    let csv = std::fs::read_to_string(desk.path("everything/patient.csv")).unwrap();
    // No spreadsheet runs it.
    assert!(csv.contains("'=cmd()") && !csv.contains(",=cmd()"), "{csv}");
    let lines = std::fs::read_to_string(desk.path("everything/patient.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 2);
    desk.says(&["audit", "verify", "everything/audit.jsonl"]);
    let twice = on(&desk, "data", &["export", "--to", "everything"]);
    assert_eq!(twice.status.code(), Some(2));

    let undone = desk.on("root.key", &["import", "undo", id]);
    assert!(undone.starts_with("Taken back: 2 accepted and 0 changed rows"), "{undone}");
    assert_eq!(count(), 0);
    server.stop();
    desk.on("root.key", &["audit", "verify"]);
}
