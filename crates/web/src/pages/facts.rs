//! Chart facts as a form made from the dictionary.

use std::collections::BTreeSet;

use coverage::answer::Answer;
use coverage::interview::{Draft, Entry};
use policy::dictionary::{Dictionary, Fact, FactType, GivenBy, Who as Teller};
use serde_json::{Map, Value};

use super::form::{Field, Group, Kind};
use super::sent::Sent;

/// What stands before the name of a fact in the form.
const PREFIX: &str = "fact-";
/// Choices that are shown all at once.
const RADIOS_MAX: usize = 5;

/// The form's groups: what is recorded, and what can still change the answer. `added` is a fact that was asked for by name.
pub(crate) fn groups(
    dictionary: &Dictionary,
    chart: &Map<String, Value>,
    answer: Option<&Answer>,
    added: Option<&str>,
) -> Vec<Group> {
    let recorded: Vec<&Fact> = chart.keys().filter_map(|name| fact(dictionary, name)).collect();
    let mut known: BTreeSet<&str> = recorded.iter().map(|fact| fact.name.as_str()).collect();
    let mut open = Vec::new();
    let missing = answer.iter().flat_map(|answer| &answer.lines).flat_map(|line| &line.missing);
    for name in added.into_iter().chain(missing.map(|missing| missing.fact.as_str())) {
        if let Some(fact) = fact(dictionary, name).filter(|fact| known.insert(&fact.name)) {
            open.push(fact);
        }
    }
    let group = |title: &str, facts: Vec<&Fact>| Group {
        title: title.to_owned(),
        fields: facts.into_iter().map(|fact| field(fact, chart.get(&fact.name))).collect(),
    };
    [group("Can still change the answer", open), group("Recorded", recorded)]
        .into_iter()
        .filter(|group| !group.fields.is_empty())
        .collect()
}

/// A fact that a chart can hold.
fn fact<'d>(dictionary: &'d Dictionary, name: &str) -> Option<&'d Fact> {
    let fact = dictionary.fact(dictionary.fact_id(name)?);
    (fact.given_by == GivenBy::Chart).then_some(fact)
}

/// Facts that a chart can hold and that stand in none of the groups: name and label.
pub(crate) fn others(dictionary: &Dictionary, groups: &[Group]) -> Vec<(String, String)> {
    let shown: BTreeSet<&str> =
        groups.iter().flat_map(|group| &group.fields).map(|field| &field.id[PREFIX.len()..]).collect();
    let of_chart = dictionary.facts().iter().filter(|fact| fact.given_by == GivenBy::Chart);
    let rest = of_chart.filter(|fact| !shown.contains(fact.name.as_str()));
    let mut rest: Vec<_> = rest.map(|fact| (fact.name.clone(), super::parts::sentence(&fact.label))).collect();
    rest.sort_by(|one, other| one.1.cmp(&other.1));
    rest
}

fn field(fact: &Fact, value: Option<&Value>) -> Field {
    let words = |values: &[String]| -> Vec<(String, String)> {
        values.iter().map(|value| (value.clone(), value.replace(['-', '_'], " "))).collect()
    };
    let nothing = (String::new(), "Not recorded".to_owned());
    let (kind, written) = match &fact.fact_type {
        FactType::YesNo => {
            let yes_no = [("yes", "Yes"), ("no", "No")].map(|(value, words)| (value.to_owned(), words.to_owned()));
            let written = match value {
                Some(Value::Bool(true)) => "yes",
                Some(Value::Bool(false)) => "no",
                _ => "",
            };
            (Kind::Radios(yes_no.into_iter().chain([nothing]).collect()), written.to_owned())
        }
        FactType::Number { unit, .. } => (Kind::Number(unit.to_string()), value.map(written).unwrap_or_default()),
        FactType::Choice { values } if values.len() <= RADIOS_MAX => {
            (Kind::Radios(words(values).into_iter().chain([nothing]).collect()), value.map(written).unwrap_or_default())
        }
        FactType::Choice { values } => {
            (Kind::Select([nothing].into_iter().chain(words(values)).collect()), value.map(written).unwrap_or_default())
        }
        _ => (Kind::Input("text"), value.map(written).unwrap_or_default()),
    };
    let found = fact.found_in.as_ref().map_or_else(String::new, |place| format!(" Found in: {place}."));
    let teller = match fact.who {
        Teller::Clinician => "The clinician tells.",
        Teller::Patient => "The patient tells.",
        _ => "",
    };
    Field::new(format!("{PREFIX}{}", fact.name), fact.question.clone(), kind, written)
        .hint(format!("{teller}{found}").trim())
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The chart with what the form says: a fact whose field is empty is not recorded any more.
pub(crate) fn read(dictionary: &Dictionary, sent: &Sent) -> Map<String, Value> {
    let mut draft = Draft::default();
    for (name, typed) in &sent.0 {
        let Some(fact) = name.strip_prefix(PREFIX).and_then(|name| fact(dictionary, name)) else { continue };
        let entry = Entry::Key { line: 0, path: format!("chart.{}", fact.name) };
        // A key takes any text; whether it is possible is for decoding to tell.
        if !typed.trim().is_empty() && entry.write(&mut draft, typed.trim(), dictionary).is_err() {
            tracing::debug!(fact = fact.name, "a fact was not written");
        }
    }
    draft.keys().get("chart").and_then(Value::as_object).cloned().unwrap_or_default()
}
