//! Values, codes and amounts in words.

use super::Glossary;
use super::dates::joined;
use crate::ast::{
    CodeItem, CodeSet, Comparison, DiagnosisItem, DiagnosisSet, Items, ListName, Name, Number, Quantity, Value,
    ValueSet, value_key,
};
use crate::dictionary::{FactType, Unit};
use crate::show::{duration, number};
use crate::span::Spanned;

/// Values of facts that every case has, where the word alone does not say it.
const VALUES: [(&str, &str, &str); 18] = [
    ("benefit", "medical", "the medical benefit (given in the practice)"),
    ("benefit", "pharmacy", "the pharmacy benefit (filled at a pharmacy)"),
    ("course", "initial", "the first course of this treatment"),
    ("course", "renewal", "a course that continues treatment already covered"),
    ("funding", "church", "a church plan"),
    ("funding", "fehb", "a federal employees' plan"),
    ("funding", "governmental", "a plan of a state or local government"),
    ("funding", "insured", "insured (an insurer bears the risk)"),
    ("funding", "self-funded", "self-funded (the employer bears the risk)"),
    ("network", "in", "in the plan's network"),
    ("network", "out", "out of the plan's network"),
    ("product", "epo", "EPO"),
    ("product", "hdhp", "HDHP"),
    ("product", "hmo", "HMO"),
    ("product", "pos", "POS"),
    ("product", "ppo", "PPO"),
    ("purpose", "cosmetic", "looks (cosmetic)"),
    ("purpose", "medical", "a medical problem (medical)"),
];

/// Facts whose values are names of states.
const STATES: [&str; 3] = ["service_state", "issue_state", "home_state"];

impl Glossary<'_> {
    /// One value of a fact. An identifier stays beside its name where the two differ.
    pub(super) fn value(self, fact: &str, written: &str) -> String {
        let key = value_key(written);
        if let Some((_, _, words)) = VALUES.iter().find(|(of, value, _)| *of == fact && *value == key) {
            return (*words).to_owned();
        }
        if STATES.contains(&fact) {
            return written
                .parse()
                .map_or_else(|_| written.to_owned(), |state: codes::StateCode| format!("{} ({state})", state.name()));
        }
        if fact == "place_of_service" {
            let name =
                codes::place_of_service::all().find(|(code, _)| code.to_string() == written).map(|(_, name)| name);
            return name.map_or_else(|| written.to_owned(), |name| format!("{written} ({name})"));
        }
        match self.names.value(fact, written) {
            Some(name) if fact == "mac" => format!("{written}, {name}"),
            // Two letters on a badge say more than their words alone: `registered nurse (RN)`.
            Some(name)
                if fact.ends_with("license") && written.starts_with(char::is_uppercase) && !name.contains(written) =>
            {
                format!("{name} ({written})")
            }
            Some(name) => name,
            // The words of a choice: `eyelids-with-jaw`.
            None if self.is_choice(fact) => written.replace(['-', '_'], " "),
            None => written.to_owned(),
        }
    }

    fn is_choice(self, fact: &str) -> bool {
        let found = self.dictionary.fact_id(fact).map(|id| self.dictionary.fact(id));
        found.is_some_and(|fact| matches!(fact.fact_type, FactType::Choice { .. }))
    }

    pub(super) fn values(self, fact: &str, set: &ValueSet) -> String {
        match set {
            ValueSet::Values(values) => {
                let texts: Vec<String> = values.iter().map(|value: &Value| self.value(fact, &value.text)).collect();
                joined(&texts, "or")
            }
            ValueSet::List(list) => self.list(&list.value),
        }
    }

    /// A code list, which stands in full at the end of the page.
    fn list(self, list: &ListName) -> String {
        match self.lists.rows(list).map(|rows| rows.len()) {
            Some(1) => format!("on the list {list} (1 entry, at the end of this page)"),
            Some(rows) => format!("on the list {list} ({rows} entries, at the end of this page)"),
            None => format!("on the list {list}"),
        }
    }

    pub(super) fn diagnoses(self, set: &DiagnosisSet) -> String {
        let text = |item: &Spanned<DiagnosisItem>| match &item.value {
            DiagnosisItem::Code(code) => code.clone(),
            DiagnosisItem::Below(code) => format!("{code}* (any code that begins with {})", code.trim_end_matches('.')),
            DiagnosisItem::Range { first, last } => {
                format!("any code from {first} to {last}, with all codes below them")
            }
            DiagnosisItem::List(list) => self.list(list),
        };
        let texts: Vec<String> = set.items.iter().map(text).collect();
        joined(&texts, "or")
    }

    pub(super) fn codes(self, set: &CodeSet) -> String {
        joined(&self.code_texts(set), "or")
    }

    fn code_texts(self, set: &CodeSet) -> Vec<String> {
        let text = |item: &Spanned<CodeItem>| match &item.value {
            CodeItem::Code(code) => code.clone(),
            CodeItem::Range { first, last } => format!("any code from {first} to {last}"),
            CodeItem::List(list) => format!("any code {}", self.list(list)),
        };
        set.items.iter().map(text).collect()
    }

    /// Codes and treatments of the menu.
    pub(super) fn services(self, items: &Items) -> String {
        let mut texts = self.code_texts(&items.codes);
        let treatment = |name: &Name| format!("the menu's treatment “{}”", self.value("treatment", &name.value));
        texts.extend(items.treatments.iter().map(treatment));
        joined(&texts, "or")
    }
}

/// The comparison in words: `at least`.
pub(super) const fn comparison(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::AtLeast => "at least",
        Comparison::MoreThan => "more than",
        Comparison::AtMost => "at most",
        Comparison::LessThan => "less than",
        Comparison::Equal => "exactly",
        Comparison::NotEqual => "anything but",
    }
}

/// A number with its unit: `15 days`.
pub(super) fn amount(quantity: &Quantity, of_fact: Option<Unit>) -> String {
    match quantity.unit.map(|unit| unit.value).or(of_fact) {
        None | Some(Unit::Count) => number(quantity.number),
        Some(Unit::TenthsMm) => {
            let Number { digits, scale } = quantity.number;
            let mm = number(Number { digits, scale: scale + 1 });
            format!("{} tenths of a millimeter ({mm} mm)", number(quantity.number))
        }
        Some(unit) => {
            let one = number(quantity.number) == "1";
            format!("{} {}", number(quantity.number), unit.phrase(one))
        }
    }
}

/// A limit with its unit: `at least 15 days`.
pub(super) fn limit(how: Comparison, quantity: &Quantity, of_fact: Option<Unit>) -> String {
    format!("{} {}", comparison(how), amount(quantity, of_fact))
}

/// How long, as the subject of a sentence: `at least 12 weeks have passed`.
pub(super) fn passed(how: Comparison, time: crate::ast::Duration) -> String {
    let have = if time.count == 1 { "has" } else { "have" };
    format!("{} {} {have} passed", comparison(how), duration(time))
}
