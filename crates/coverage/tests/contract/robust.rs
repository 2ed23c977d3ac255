//! Any text gives a case or errors, never a panic, and never shows what is private.

use coverage::case::{Notation, decode};
use policy::diagnostic::render_all;
use proptest::prelude::*;

use crate::reference::Names;

const FULL: &str = include_str!("../case/good/full.toml");
const FULL_IN_JSON: &str = include_str!("../case/good/full-in-json.json");

/// Everything that a failed reading may show.
fn shown(text: &str, notation: Notation) -> String {
    match decode("case", text, notation, &Names) {
        Ok(decoded) => format!("{:?}", decoded.notes),
        Err(errors) => {
            let (sources, diagnostics) = errors.diagnostics();
            format!("{errors}\n{errors:?}\n{}", render_all(&diagnostics, &sources, Default::default()))
        }
    }
}

/// A text with a stretch replaced by something else.
fn damaged(text: &str, at: usize, length: usize, with: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let start = at % characters.len();
    let end = (start + length).min(characters.len());
    characters[..start].iter().copied().chain(with.chars()).chain(characters[end..].iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_keep_their_secrets(at in 0_usize..5000, length in 0_usize..12, with in "[a-z\"=\\[\\]{},# \n\u{e4}]{0,4}") {
        for (text, notation) in [(FULL, Notation::Toml), (FULL_IN_JSON, Notation::Json)] {
            let shown = shown(&damaged(text, at, length, &with), notation);
            prop_assert!(!shown.contains("1961-02-03"), "{shown}");
            prop_assert!(!shown.contains("A-PRIVATE"), "{shown}");
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}|[\\[\\]{}\"=,:.#0-9a-z\n ]{0,120}") {
        shown(&text, Notation::Toml);
        shown(&text, Notation::Json);
    }
}

#[test]
fn limits_are_named() {
    let long = "#".repeat(coverage::case::FILE_BYTES_MAX + 1);
    assert!(shown(&long, Notation::Toml).contains("C0001"));
    let lines = format!("date = 2026-11-23\n{}", "[[line]]\ntreatment = \"botox\"\n".repeat(201));
    assert!(shown(&lines, Notation::Toml).contains("`[[line]]` has 201; the limit is 200"));
    let deep = format!("{{\"date\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(shown(&deep, Notation::Json).contains("C0002"));
    let deep = format!("date = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(shown(&deep, Notation::Toml).contains("C0002"));
}
