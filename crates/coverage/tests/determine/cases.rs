//! Cases in `cases/`, each with its answer as text and as JSON beside it: one for each row of the headline table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use coverage::answer::{Answer, Verdict};
use coverage::case::{Notation, decode};
use coverage::determine::{determine, explain};
use coverage::text::render;

use crate::expected::{compare, files};
use crate::library::TestLibrary;

static LIBRARY: LazyLock<TestLibrary> = LazyLock::new(|| {
    let texts: Vec<String> = files("tests/determine/library", &["cov"])
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a policy"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    TestLibrary::new(include_str!("library/facts.toml"), &texts)
});

fn answers() -> BTreeMap<String, Answer> {
    let answer = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a case");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let decoded = decode(&name, &text, Notation::Toml, &*LIBRARY).unwrap_or_else(|errors| panic!("{errors}"));
        (name, determine(&decoded.case, &decoded.notes, &*LIBRARY))
    };
    files("tests/determine/cases", &["toml"]).iter().map(answer).collect()
}

#[test]
fn answers_are_as_expected() {
    for (name, answer) in answers() {
        let beside = |extension: &str| format!("tests/determine/cases/{name}.{extension}");
        compare(beside("json").as_ref(), &answer.to_json());
        compare(beside("txt").as_ref(), &render(&answer));
    }
}

#[test]
fn the_cases_reach_every_verdict() {
    let answers = answers();
    let reached = |verdict| answers.values().flat_map(|answer| &answer.lines).any(|line| line.verdict == verdict);
    for verdict in [
        Verdict::Covered,
        Verdict::CoveredIf,
        Verdict::PriorAuthorization,
        Verdict::PatientClaim,
        Verdict::NotCovered,
        Verdict::NotBillableHere,
        Verdict::Unknown,
    ] {
        assert!(reached(verdict), "no case is {verdict}");
    }
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    let (one, other) = (answers(), answers());
    for (name, answer) in &one {
        assert_eq!(answer.to_json(), other[name].to_json(), "{name}");
    }
}

/// Three lines always come first, and nothing is wider than a terminal.
#[test]
fn text_has_its_form() {
    for (name, answer) in answers() {
        let text = render(&answer);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{name} has a long line");
        if answer.lines.len() == 1 {
            let opening: Vec<&str> = text.lines().take(4).collect();
            let payer = answer.payer.as_ref().map_or("insurance", |payer| payer.name.trim_start_matches("a "));
            assert!(opening[0].contains(payer), "{name}: {}", opening[0]);
            assert!(opening[1].starts_with("What to do now: "), "{name}: {}", opening[1]);
            assert!(opening[2].starts_with("You pay: "), "{name}: {}", opening[2]);
            assert_eq!(opening[3], "", "{name}");
        }
        assert!(text.contains("This is not a guarantee of payment"), "{name}");
    }
}

#[test]
fn the_proof_names_every_policy_in_scope() {
    let text = std::fs::read_to_string("tests/determine/cases/complete.toml").expect("a case");
    let case = decode("complete", &text, Notation::Toml, &*LIBRARY).unwrap_or_else(|errors| panic!("{errors}")).case;
    compare("tests/determine/cases/complete.proof".as_ref(), &explain(&case, &*LIBRARY));
}
