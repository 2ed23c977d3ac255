//! `covered policy diff`, as it prints. `UPDATE=1 cargo test -p covered --test policy_diff` writes the page again; review it.

use std::path::Path;
use std::process::Command;

fn diff(arguments: &[&str]) -> (bool, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/diff");
    let mut run = Command::new(env!("CARGO_BIN_EXE_covered"));
    let output = run.args(["policy", "diff"]).args(arguments).current_dir(folder).output().expect("the program runs");
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).expect("a text"))
}

#[test]
fn the_page_is_as_expected() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/diff/old-new.expected");
    let (succeeds, page) = diff(&["old.cov", "new.cov"]);
    assert!(succeeds, "{page}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    assert_eq!(page, std::fs::read_to_string(&path).expect("the page is kept"));
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    let (_, page) = diff(&["old.cov", "old.cov"]);
    assert!(page.ends_with("No case gets another outcome.\n"), "{page}");
}

#[test]
fn what_is_not_there_is_said() {
    let (succeeds, page) = diff(&["acme/toxin", "new.cov"]);
    assert!(!succeeds && page.contains("there is no policy and no file `acme/toxin`"), "{page}");
    let (succeeds, page) = diff(&["new.cov"]);
    assert!(!succeeds && page.contains("covered policy diff OLD new.cov"), "{page}");
}
