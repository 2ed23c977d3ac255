//! Every check for a red flag trips on its own file of `tests/flags`, stays quiet on the near miss, and on cases that are clean.

#![expect(clippy::unwrap_used, reason = "a test stops where its data cannot be read")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use coverage::case::{Case, Notation, decode};
use coverage::checks::Book;
use coverage::determine::flags;
use library::Library;
use library::law::Severity;

/// The check that counts the others.
const SEVERAL: &str = "RF-42";

/// Examples and vignettes that are about somebody who may not: their flags are right.
const NOT_CLEAN: [(&str, &str); 20] = [
    ("licence-expired-yesterday", "RF-09"),
    ("medicare-not-enrolled", "RF-17"),
    ("abn-signed-after", "RF-18"),
    ("abn-to-advantage", "RF-19"),
    ("aesthetician-injects-new-jersey", "RF-08"),
    ("aesthetician-laser-california", "RF-08"),
    ("aesthetician-laser-new-jersey", "RF-08"),
    ("assistant-injects-california", "RF-08"),
    ("california-no-exam", "RF-10"),
    ("clinician-excluded", "RF-14"),
    ("day-spa-botox", "RF-08"),
    ("facility-sanctioned", "RF-14"),
    ("not-enrolled-after", "RF-17"),
    ("not-enrolled-before", "RF-17"),
    ("nurse-freezes-by-video", "RF-12"),
    ("nurse-migraine-by-video", "RF-12"),
    ("nurse-supervisor-by-telephone", "RF-12"),
    ("opt-out-ran-out", "RF-17"),
    ("practical-nurse-injects-connecticut", "RF-08"),
    ("practical-nurse-injects-nevada", "RF-08"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The cases of a file, one or a list.
fn cases(path: &Path, library: &Library) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let one = |text: &str| {
        let decoded = decode("case", text, Notation::guess(text), library);
        decoded.unwrap_or_else(|errors| panic!("{}: {errors:?}", path.display())).case
    };
    if path.extension().is_some_and(|extension| extension == "json") {
        let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        return list.iter().map(|value| one(&value.to_string())).collect();
    }
    vec![one(&text)]
}

/// The checks that trip on the cases of a file.
fn tripped(path: &Path, library: &Library) -> BTreeSet<String> {
    let cases = cases(path, library);
    let book = Book::new(cases.iter().collect());
    let law = library.law().unwrap();
    let terms = law.terms();
    let mut found = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let compiled = library.for_checks(case.facility.state).unwrap();
        found.extend(flags(&book, at, &terms, &compiled));
    }
    let severity = |check: &str| law.flags.iter().find(|rule| rule.id == check).unwrap().severity;
    let blocks = found.iter().filter(|flag| severity(&flag.check) == Severity::Block).count();
    let several = (blocks > 1).then(|| SEVERAL.to_owned());
    found.into_iter().map(|flag| flag.check).chain(several).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml" || extension == "json") {
            found.push(path);
        }
    }
}

#[test]
fn each_check_trips_on_its_case_and_not_on_the_near_miss() {
    let library = Library::embedded().unwrap();
    let checks: Vec<String> = library.law().unwrap().flags.iter().map(|rule| rule.id.clone()).collect();
    assert_eq!(checks.len(), 42);
    let mut paths = Vec::new();
    files(&root().join("tests/flags"), &mut paths);
    let by_name: BTreeMap<String, &PathBuf> =
        paths.iter().map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path)).collect();
    assert_eq!(by_name.len(), 2 * checks.len());
    for check in checks {
        let mut trips = tripped(by_name[&format!("{check}-trips")], &library);
        assert!(trips.remove(&check), "{check} does not trip");
        if check == SEVERAL {
            assert!(trips.len() > 1, "{trips:?}");
        } else {
            trips.remove(SEVERAL);
            assert!(trips.is_empty(), "{check}: {trips:?}");
        }
        let near = tripped(by_name[&format!("{check}-near")], &library);
        assert!(!near.contains(&check), "{check} trips on the near miss");
        assert!(near.is_empty() || check == SEVERAL, "{check}: {near:?} on the near miss");
    }
}

#[test]
fn nothing_trips_on_what_is_clean() {
    let library = Library::embedded().unwrap();
    let mut paths = Vec::new();
    for folder in ["examples", "tests/vignettes"] {
        files(&root().join(folder), &mut paths);
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    assert!(paths.len() > 300, "{}", paths.len());
    let known: BTreeMap<&str, &str> = NOT_CLEAN.into();
    let mut wrong = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let expected: BTreeSet<String> =
            known.get(name.as_str()).map(|check| (*check).to_owned()).into_iter().collect();
        let found = tripped(&path, &library);
        if found != expected {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
