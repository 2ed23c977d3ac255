//! The examples of a policy in words.

use super::dates::{day, joined, sentence};
use super::values::amount;
use super::{Glossary, Item, Part, Section};
use crate::ast::{Answer, Bind, BindKind, Example, Expected, FactAnswer, Name, PolicyFile, Subject};
use crate::dictionary::FactType;
use crate::show::{duration, number};

pub(super) fn section(file: &PolicyFile, glossary: Glossary<'_>) -> Section {
    let intro = "The author wrote these cases, and the program gives exactly these results. A case that you know and miss here is \
                 worth adding.";
    let mut parts = vec![Part::Text(intro.to_owned())];
    for (index, example) in file.examples.iter().enumerate() {
        let item = Item {
            number: format!("E{}", index + 1),
            label: None,
            depth: 0,
            says: format!("“{}”: {}", example.name.value, case(example, glossary)),
            notes: vec![format!("Result: {}.", result(&example.expected.value))],
        };
        parts.push(Part::Item(item));
    }
    Section { heading: "Examples".to_owned(), parts }
}

fn case(example: &Example, glossary: Glossary<'_>) -> String {
    let binds: Vec<String> = example.binds.iter().map(|bind| glossary.bind(bind)).collect();
    let binds = binds.join("; ");
    let mut text = match (&example.base, binds.is_empty()) {
        (Some(base), true) => format!("the same as “{}”", base.value),
        (Some(base), false) => format!("as “{}”, but {binds}", base.value),
        (None, true) => "nothing is recorded".to_owned(),
        (None, false) => binds,
    };
    if let Some(at) = &example.at {
        text.push_str(&format!(", on {}", day(at.value)));
    }
    sentence(&text)
}

fn result(expected: &Expected) -> String {
    let yes = |subject: &Subject| match subject {
        Subject::Coverage => "covered",
        Subject::Permission => "allowed",
    };
    let labels = |names: &[Name], last: &str| {
        let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
        joined(&names, last)
    };
    match expected {
        Expected::Yes(subject) => yes(subject).to_owned(),
        Expected::No { subject, because } if because.is_empty() => format!("not {}", yes(subject)),
        Expected::No { subject, because } => format!("not {}, because of: {}", yes(subject), labels(because, "and")),
        Expected::If { subject, negated, open } => {
            let not = if *negated { "not " } else { "" };
            format!("it may be {not}{}; that depends on: {}", yes(subject), labels(open, "and"))
        }
        Expected::Silent => "this policy says nothing".to_owned(),
        Expected::Unread => "unknown, because a text was not read".to_owned(),
        Expected::DoesNotApply => "this policy does not apply".to_owned(),
    }
}

impl Glossary<'_> {
    fn bind(self, bind: &Bind) -> String {
        match &bind.kind {
            BindKind::Fact { fact, value } => self.fact_bind(fact, value),
            BindKind::Diagnoses(codes) => format!("diagnosis {}", answer(codes, "none", |codes| listed(codes))),
            BindKind::Codes(codes) => {
                format!("codes on the claim line {}", answer(codes, "none", |codes| listed(codes)))
            }
            BindKind::Units { code, number: units } => {
                format!("units of {} {}", code.value, answer(units, "none", |units| number(units.value)))
            }
            BindKind::Last { code, before } => {
                format!(
                    "the last {} {}",
                    code.value,
                    answer(before, "never", |time| format!("{} before", duration(time.value)))
                )
            }
            BindKind::Service { code, before, units, region, side, failed } => {
                let units = units.as_ref().map(|units| format!(" ({} units)", number(units.value))).unwrap_or_default();
                let place: String =
                    [region, side].into_iter().flatten().map(|place| format!(", {}", place.text)).collect();
                let outcome = match failed {
                    None => "",
                    Some(true) => ", which failed",
                    Some(false) => ", which helped",
                };
                format!("also a {}{units} {} before{place}{outcome}", code.value, duration(before.value))
            }
            BindKind::Reading { fact, value } => {
                let label = self.fact(fact).map_or(fact.value.as_str(), |fact| &fact.label);
                let value = answer(value, "none", |(quantity, before)| {
                    format!("{} at {} before", amount(quantity, None), duration(before.value))
                });
                format!("reading of {label}: {value}")
            }
            BindKind::Contraindicated(class) => {
                let label =
                    self.dictionary.trial_class_id(class).map(|id| self.dictionary.trial_class(id).label.as_str());
                format!("could not be tried for a medical reason: {}", label.unwrap_or(&class.value))
            }
            BindKind::History(known) => {
                format!("history of earlier services {}", answer(known, "none", |()| "known".to_owned()))
            }
            BindKind::Trial { class, length } => {
                let label =
                    self.dictionary.trial_class_id(class).map(|id| self.dictionary.trial_class(id).label.as_str());
                let length = answer(length, "none", |time| duration(time.value));
                format!("tried without success, {}: {length}", label.unwrap_or(&class.value))
            }
            BindKind::Document { kind, before } => {
                let label = self.dictionary.document_id(kind).map(|id| self.dictionary.document(id).label.as_str());
                let age =
                    answer(before, "not on file", |time| format!("on file, from {} before", duration(time.value)));
                format!("{}: {age}", label.unwrap_or(&kind.value))
            }
        }
    }

    fn fact_bind(self, name: &Name, value: &FactAnswer) -> String {
        let fact = self.fact(name);
        let label = fact.map_or(name.value.as_str(), |fact| &fact.label);
        let value = match value {
            FactAnswer::Yes => "yes".to_owned(),
            FactAnswer::No => "no".to_owned(),
            FactAnswer::Open => "not recorded".to_owned(),
            FactAnswer::Number(quantity) => match fact.map(|fact| &fact.fact_type) {
                Some(FactType::Number { unit, .. }) => amount(quantity, Some(*unit)),
                Some(_) => self.value(&name.value, &quantity.written),
                None => amount(quantity, None),
            },
            FactAnswer::Value(value) => self.value(&name.value, &value.text),
        };
        format!("{label}: {value}")
    }
}

fn listed(codes: &[Name]) -> String {
    let codes: Vec<&str> = codes.iter().map(|code| code.value.as_str()).collect();
    joined(&codes, "and")
}

fn answer<T>(answer: &Answer<T>, nothing: &str, known: impl Fn(&T) -> String) -> String {
    match answer {
        Answer::Known(value) => known(value),
        Answer::None => nothing.to_owned(),
        Answer::Open => "not recorded".to_owned(),
    }
}
