//! What may be chosen, in both languages.

use std::collections::BTreeMap;

use codes::StateCode;
use coverage::answer::Answer;
use coverage::interview::Draft;
use library::Library;
use library::menu::Treatment;
use library::payers::Payer;
use serde_json::{Value, json};

/// The lists of the first five questions, and which library this is.
pub(crate) fn names(library: &Library) -> Value {
    let mut of_treatment: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, treatment) in library.menu().names() {
        of_treatment.entry(&treatment.id).or_default().push(name);
    }
    let mut of_payer: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, payer) in library.payers().names() {
        of_payer.entry(&payer.id).or_default().push(name);
    }
    let treatment = |treatment: &Treatment| {
        json!({
            "id": treatment.id, "name": treatment.name, "name_es": treatment.name_es, "kind": treatment.kind.word(),
            "also": of_treatment.get(treatment.id.as_str()),
        })
    };
    let payer = |payer: &Payer| {
        json!({
            "id": payer.id, "name": payer.name, "name_es": payer.name_es, "class": payer.class.word(),
            "also": of_payer.get(payer.id.as_str()),
        })
    };
    let licenses = library.licenses().all().iter();
    json!({
        "library": { "version": library.version(), "sha256": library.sha256() },
        "treatments": library.menu().all().iter().map(treatment).collect::<Vec<_>>(),
        "payers": library.payers().all().iter().map(payer).collect::<Vec<_>>(),
        "states": StateCode::ALL
            .iter()
            .map(|state| json!({ "id": state.as_str(), "name": state.name() }))
            .collect::<Vec<_>>(),
        "licenses": licenses
            .map(|license| json!({ "id": license.id, "name": license.name, "name_es": license.name_es }))
            .collect::<Vec<_>>(),
    })
}

/// What is done, line by line, and who is asked to pay, in both languages.
pub(crate) fn what(draft: &Draft, answer: &Answer, library: &Library) -> Value {
    let line = |index: usize, english: &str| {
        let found = draft.word(index, "line.treatment").and_then(|written| library.menu().find(written).ok());
        let spanish = found.and_then(|found| found.treatment.name_es.as_deref());
        json!({ "en": english, "es": spanish })
    };
    let lines = answer.lines.iter().enumerate().map(|(index, found)| line(index, &found.what));
    let payer = answer.payer.as_ref().map(|payer| {
        let spanish = library.payers().get(&payer.id).and_then(|payer| payer.name_es.as_deref());
        json!({ "en": payer.name, "es": spanish.unwrap_or(&payer.name) })
    });
    json!({ "lines": lines.collect::<Vec<_>>(), "payer": payer })
}
