//! `covered key` and `covered audit`, as an administrator runs them.

use std::path::Path;

use store::nouns::{Patient, Practice};
use store::{Act, Database, Options, Store};

use crate::room::Desk;

/// Makes a practice with one patient, and gives the patient's identifier.
fn fill(desk: &Desk) -> String {
    let options =
        Options::with_key_file(Database::Sqlite(desk.0.join("data")), Path::new(&desk.path("root.key"))).unwrap();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let act = Act::program("test", "2026-11-29T12:00:00Z".parse().unwrap());
        let practice = Practice { name: "Invented Med Spa".to_owned(), ..Practice::default() };
        let store = Store::create(&options, &practice, &act).await.unwrap();
        let patient = Patient { family: "Testperson".into(), ..Patient::default() };
        let id = store.act(&act, async |work| work.insert(&patient).await).await.unwrap();
        store.close().await;
        id.to_string()
    })
}

#[test]
fn a_key_is_changed_lost_and_recovered() {
    let desk = Desk::new("keys");
    desk.says(&["key", "new", "--to", "root.key"]);
    let again = desk.covered(&["key", "new", "--to", "root.key"]);
    assert_eq!(again.status.code(), Some(2));
    let patient = fill(&desk);
    let out = desk.on("root.key", &["key", "rotate", "--root", "--to", "new.key"]);
    assert!(out.starts_with("The root key is "), "{out}");
    let old = desk.covered(&["key", "check", "--data", "data", "--root-key", "root.key"]);
    assert!(String::from_utf8_lossy(&old.stderr).starts_with("error[S007]"));

    let sheet = desk.on("new.key", &["key", "escrow"]);
    assert!(sheet.contains("Invented Med Spa"), "{sheet}");
    std::fs::write(desk.path("sheet.txt"), &sheet).unwrap();
    std::fs::remove_file(desk.path("new.key")).unwrap();
    desk.says(&["key", "recover", "--sheet", "sheet.txt", "--to", "recovered.key"]);
    let lines: Vec<&str> = sheet.lines().filter(|line| line.len() == 17).collect();
    assert_eq!(lines.len(), 4);
    // Typed by hand, with a slip in the third line.
    let slip = if lines[2].starts_with('Z') { "Y" } else { "Z" };
    let third = format!("{slip}{}", &lines[2][1..]);
    std::fs::write(desk.path("typed.txt"), [lines[0], lines[1], &third, lines[3]].join("\n")).unwrap();
    let misread = desk.covered(&["key", "recover", "--sheet", "typed.txt", "--to", "typed.key"]);
    assert!(String::from_utf8_lossy(&misread.stderr).contains("line 3 was misread"));
    std::fs::write(desk.path("typed.txt"), lines.join("\n").to_lowercase()).unwrap();
    desk.says(&["key", "recover", "--sheet", "typed.txt", "--to", "typed.key"]);

    let out = desk.on("recovered.key", &["key", "rotate", "--practice"]);
    assert_eq!(out, "A new key of the practice wraps 3 keys, and seals 1 records anew.\n");
    let out = desk.on("typed.key", &["key", "check"]);
    assert!(out.starts_with("Every key opens.\n"), "{out}");
    let unsure = desk.covered(&["key", "shred", &patient, "--data", "data", "--root-key", "typed.key"]);
    assert!(String::from_utf8_lossy(&unsure.stderr).starts_with("error[W0313]"));
    let out = desk.on("typed.key", &["key", "shred", &patient, "--yes"]);
    assert!(out.contains("is deleted, with 1 records"), "{out}");
    desk.on("typed.key", &["audit", "verify"]);
}

#[test]
fn an_audit_is_checked_elsewhere() {
    let desk = Desk::new("audit");
    desk.says(&["key", "new", "--to", "root.key"]);
    fill(&desk);
    std::fs::create_dir(desk.path("elsewhere")).unwrap();
    desk.on("root.key", &["audit", "head", "--append", "elsewhere/heads.jsonl"]);
    let beside =
        desk.covered(&["audit", "head", "--append", "data/heads.jsonl", "--data", "data", "--root-key", "root.key"]);
    assert!(String::from_utf8_lossy(&beside.stderr).contains("it lies in the folder of the records"));
    desk.on("root.key", &["key", "check"]);
    desk.on("root.key", &["audit", "export", "--to", "audit.jsonl"]);
    let out = desk.says(&["audit", "verify", "audit.jsonl", "--against", "elsewhere/heads.jsonl"]);
    assert!(out.starts_with("The audit holds: "), "{out}");
    desk.on("root.key", &["audit", "verify", "--against", "elsewhere/heads.jsonl"]);

    let text = std::fs::read_to_string(desk.path("audit.jsonl")).unwrap();
    std::fs::write(desk.path("changed.jsonl"), text.replacen("\"program\"", "\"nobody\"", 1)).unwrap();
    let changed = desk.covered(&["audit", "verify", "changed.jsonl"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&changed.stderr).starts_with("error[V003]: entry 1 (line 2) does not hold"));
    std::fs::write(desk.path("short.jsonl"), &text[..text.len() / 2]).unwrap();
    assert_eq!(desk.covered(&["audit", "verify", "short.jsonl"]).status.code(), Some(1));
    assert_eq!(desk.covered(&["audit", "verify", "none.jsonl"]).status.code(), Some(2));
}
