//! The cells of the states are those of the fact base, one by one, where that lies beside the repository.

#![expect(clippy::unwrap_used, reason = "a test stops where its data cannot be read")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use library::Library;
use library::states::{Basis, State, Value};
use saphyr::{LoadableYamlNode, Yaml};

/// The fact base; `None` in a clone without it.
fn base() -> Option<String> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/facts/states.yaml"].iter().collect();
    if !Path::new(&path).exists() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        return None;
    }
    Some(std::fs::read_to_string(path).unwrap())
}

/// What one cell says, as one line.
type Line = (String, Option<bool>, Option<String>, Option<String>, Option<String>);

#[test]
fn every_cell_is_that_of_the_fact_base() {
    let Some(facts) = base() else { return };
    let documents = Yaml::load_from_str(&facts).unwrap();
    let library = Library::embedded().unwrap();
    let states = documents[0]["states"].as_vec().unwrap();
    assert_eq!(states.len(), 51);
    let mut count = 0;
    for written in states {
        let code = written["state"].as_str().unwrap();
        let (state, _) = library.state(code.parse().unwrap()).unwrap().unwrap();
        let mut expected = BTreeMap::new();
        cells("", written, &mut expected);
        count += expected.len();
        assert_eq!(of_library(state), expected, "{code}");
        assert_eq!(state.conflicts, texts(&written["conflicts"]), "{code}");
        assert_eq!(state.also, text(&written["misc"]), "{code}");
        let named = |row: &Yaml<'_>| (text(&row["id"]).unwrap(), text(&row["status"]).unwrap(), text(&row["note"]));
        let expected: Vec<_> = written["statutes_and_bills"].as_vec().unwrap().iter().map(named).collect();
        let texts = state.texts.iter().map(|text| (text.name.clone(), text.status.clone(), text.note.clone()));
        assert_eq!(texts.collect::<Vec<_>>(), expected, "{code}");
    }
    assert_eq!(count, 1377);
}

#[test]
fn every_source_is_that_of_the_fact_base() {
    let Some(facts) = base() else { return };
    let documents = Yaml::load_from_str(&facts).unwrap();
    let library = Library::embedded().unwrap();
    let (_, tables) = library.state(codes::StateCode::TX).unwrap().unwrap();
    let sources = documents[0]["sources"].as_mapping().unwrap();
    for (id, source) in sources {
        let held = tables.source(id.as_str().unwrap()).unwrap();
        assert_eq!(Some(held.kind.word().to_owned()), text(&source["kind"]));
        assert_eq!(Some(held.url.clone()), text(&source["url"]));
    }
    assert!(sources.len() > 100, "{}", sources.len());
}

fn of_library(state: &State) -> BTreeMap<String, Line> {
    // The fact base does not ask about peels; `states.rs` tests what was read of them.
    let asked = state.cells.iter().filter(|cell| !cell.id.starts_with("peel."));
    let lines = asked.map(|cell| {
        let value = match &cell.value {
            Value::List(words) => words.join("|"),
            value => value.to_string(),
        };
        let was_read = cell.is_known.then_some(cell.was_read);
        let basis = cell.basis.map(|basis| Basis::word(basis).to_owned());
        (cell.id.clone(), (value, was_read, basis, cell.source.clone(), cell.note.clone()))
    });
    lines.collect()
}

/// What five notes of the fact base say about earlier states of itself, which tells a reader nothing about the law.
const OF_THE_ROW_ALONE: [&str; 5] = [
    "; old value was for microneedling only",
    " Caveat: old value mso_only said the same by workaround",
    "; old value varies",
    " Caveat: old value mso described the workaround",
    " (old value on_site_first_treatment_then_available)",
];

/// A note without what is said of the row alone.
fn of_the_law(note: &str) -> String {
    OF_THE_ROW_ALONE.iter().fold(note.to_owned(), |note, words| note.replace(words, ""))
}

fn cells(path: &str, value: &Yaml<'_>, found: &mut BTreeMap<String, Line>) {
    let Some(mapping) = value.as_mapping() else { return };
    if let (Some(confidence), Some(said)) = (value.as_mapping_get("confidence"), value.as_mapping_get("value")) {
        let was_read = match confidence.as_str().unwrap() {
            "read" => Some(true),
            "known" => Some(false),
            _ => None,
        };
        let said = if said.is_sequence() { texts(said).join("|") } else { text(said).unwrap() };
        let [basis, source, note] = ["basis", "source", "note"].map(|key| value.as_mapping_get(key).and_then(text));
        found.insert(path.to_owned(), (said, was_read, basis, source, note.map(|note| of_the_law(&note))));
        return;
    }
    for (key, value) in mapping {
        let name = key.as_str().unwrap();
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        cells(&path, value, found);
    }
}

fn texts(list: &Yaml<'_>) -> Vec<String> {
    list.as_vec().unwrap().iter().filter_map(text).collect()
}

/// A scalar as text; `None` for null.
fn text(value: &Yaml<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        Some(text.to_owned())
    } else if let Some(number) = value.as_integer() {
        Some(number.to_string())
    } else {
        value.as_bool().map(|yes| if yes { "yes" } else { "no" }.to_owned())
    }
}
