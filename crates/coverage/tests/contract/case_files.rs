//! Case files: those in `case/good` decode, those in `case/bad` print the errors beside them.

use std::path::Path;

use crate::reference::Names;
use coverage::case::{Notation, decode};
use policy::diagnostic::render_all;

fn notation_of(path: &Path) -> Notation {
    if path.extension().is_some_and(|extension| extension == "json") { Notation::Json } else { Notation::Toml }
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

#[test]
fn bad_cases_say_what_is_wrong() {
    for path in crate::expected::files("tests/case/bad", &["toml", "json"]) {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let errors = decode(&name_of(&path), &text, notation_of(&path), &Names).expect_err(&name_of(&path));
        let (sources, diagnostics) = errors.diagnostics();
        crate::expected::compare(
            &path.with_extension("expected"),
            &render_all(&diagnostics, &sources, Default::default()),
        );
    }
}

#[test]
fn good_cases_decode() {
    for path in crate::expected::files("tests/case/good", &["toml", "json"]) {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let decoded =
            decode(&name_of(&path), &text, notation_of(&path), &Names).unwrap_or_else(|errors| panic!("{errors}"));
        let notes: String = decoded.notes.iter().map(|note| format!("{}: {}\n", note.code, note.text)).collect();
        crate::expected::compare(&path.with_extension("expected"), &format!("{notes}{:#?}\n", decoded.case));
    }
}

/// The same case in both notations is the same case.
#[test]
fn json_is_toml() {
    let read = |name: &str, notation| {
        let text = std::fs::read_to_string(format!("tests/case/good/{name}")).expect("a case file");
        decode(name, &text, notation, &Names).unwrap_or_else(|errors| panic!("{errors}"))
    };
    assert_eq!(read("full.toml", Notation::Toml), read("full-in-json.json", Notation::Json));
}

/// What says who the patient is stays out of every error, wherever it stands and whatever is wrong beside it.
#[test]
fn private_values_are_never_shown() {
    for path in crate::expected::files("tests/case/bad", &["toml", "json"]) {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let errors = decode(&name_of(&path), &text, notation_of(&path), &Names).expect_err(&name_of(&path));
        let (sources, diagnostics) = errors.diagnostics();
        let shown = format!("{errors}\n{errors:?}\n{}", render_all(&diagnostics, &sources, Default::default()));
        for private in ["Testpatient", "1961-02-03", "W000000001", "A-PRIVATE"] {
            assert!(!shown.contains(private), "{}: shows {private}", path.display());
        }
    }
}
