//! Files in `tests/x12/<set>/{good,bad}`, each with what the judge says about it beside.
//!
//! `COVERED_BLESS=1 cargo test -p x12 --test cases` writes the expectations anew, and the file
//! that breaks each rule; look at the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use x12::judge::{Options, RULES, judge};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/x12")
}

fn blessing() -> bool {
    std::env::var_os("COVERED_BLESS").is_some()
}

/// Files that break a rule by their size are made when needed, not kept.
const TOO_LARGE: &[&str] = &["X1006", "X4019"];

fn made(rule: &str) -> Vec<u8> {
    x12::make::broken(rule).expect("each rule can be broken")
}

/// The folder a rule's file belongs to: the set that the file holds.
fn place(rule: &str, bytes: &[u8]) -> PathBuf {
    let is_remittance = bytes.windows(7).any(|window| window == b"ST*835*");
    let set = if is_remittance { "835" } else { "837p" };
    folder().join(set).join("bad").join(format!("{rule}.edi"))
}

fn said(bytes: &[u8]) -> String {
    let report = judge(bytes, Options::default());
    let record = &report.record;
    let mut text = format!(
        "complete {}; interchanges {}; transactions {}; claims {}; lines {}; charge {}; paid {}\n",
        record.is_complete(),
        record.interchanges,
        record.transactions,
        record.claims,
        record.lines,
        record.charge,
        record.paid
    );
    for finding in &report.findings {
        text.push_str(&finding.to_string());
    }
    text
}

#[test]
fn the_file_that_breaks_each_rule_is_kept() {
    for rule in RULES.iter().filter(|rule| !TOO_LARGE.contains(&rule.id)) {
        let bytes = made(rule.id);
        let path = place(rule.id, &bytes);
        if blessing() {
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
            fs::write(&path, &bytes).expect("the file can be written");
        }
        assert!(fs::read(&path).expect("the file is there") == bytes, "{} is not what is made now", path.display());
    }
}

#[test]
fn every_file_is_judged_as_expected() {
    let mut count = 0;
    let mut folders = vec![folder()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "edi") {
                count += 1;
                check(&path);
            }
        }
    }
    assert!(count > 90, "only {count} files");
}

fn check(path: &Path) {
    let said = said(&fs::read(path).expect("the file can be read"));
    let beside = path.with_extension("expected");
    if blessing() {
        fs::write(&beside, &said).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(&beside).expect("each file has an expectation");
    assert_eq!(said, expected, "{}", path.display());
    let is_good = path.parent().is_some_and(|parent| parent.ends_with("good"));
    let found = said.lines().count() - 1;
    assert_eq!(is_good, found == 0, "{}: {found} lines", path.display());
}

#[test]
fn the_examples_are_kept() {
    let examples = [("837p/good/example.edi", x12::make::claims()), ("835/good/example.edi", x12::make::remittance())];
    for (name, bytes) in examples {
        let path = folder().join(name);
        if blessing() {
            fs::write(&path, &bytes).expect("the file can be written");
        }
        assert!(fs::read(&path).expect("the file is there") == bytes, "{name} is not what is made now");
    }
}

#[test]
fn no_finding_names_anybody() {
    let people = ["ALEX", "JORDAN", "ROBIN", "TAYLOR", "CASEY", "W100000", "19840506", "ROAD", "5125550100"];
    for rule in RULES.iter().filter(|rule| !TOO_LARGE.contains(&rule.id)) {
        let said = said(&made(rule.id));
        for word in people {
            assert!(!said.contains(word), "{}: {word}", rule.id);
        }
    }
}
