//! `covered page`: the page of a build that holds one, and what a build without it says.

use std::path::Path;
use std::process::{Command, Output};

fn page(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Command::new(env!("CARGO_BIN_EXE_covered"))
        .arg("page")
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("it starts")
}

#[cfg(not(feature = "page"))]
#[test]
fn a_build_without_the_page_says_how_to_get_one() {
    let output = page(&[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "nothing that could pass for a page");
    for says in ["error[I0005]", "release", "cargo run -p page-build"] {
        assert!(errors.contains(says), "{errors}");
    }
}

#[cfg(feature = "page")]
#[test]
fn the_page_is_whole() {
    let output = page(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"<!DOCTYPE html>") && output.stdout.ends_with(b"</html>\n"));
}

#[test]
fn another_library_is_refused() {
    let output = page(&["--library", "library"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("built-in library"));
}
