//! A check while it is being made: what is held between two requests, all of it in the form.
//!
//! The server keeps nothing of a check but the answers that it showed. What comes back in the form is what a person could have
//! typed, so nothing of it is trusted more than that: it is decoded like any case.

use std::collections::BTreeSet;

use coverage::interview::{self, Draft, FIRST};
use serde_json::{Map, Value, json};

/// Answers that can be taken back.
const STEPS_BACK_MAX: usize = 20;

/// Sections that come from the records of the practice, and are taken anew when another record is chosen.
const ON_FILE: [&str; 4] = ["patient", "coverage", "facility", "clinician"];

/// Keys of a case.
pub(crate) type Keys = Map<String, Value>;

/// What a check holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    /// The case so far.
    pub(crate) keys: Keys,
    /// What the questions that were put are about.
    pub(crate) asked: BTreeSet<String>,
    /// Case and questions before each answer, the latest last.
    pub(crate) before: Vec<(Keys, BTreeSet<String>)>,
}

/// The first questions, as they are chosen in the form; `None` where the field is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Five {
    pub(crate) treatment: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) purpose_by: Option<String>,
    pub(crate) payer: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) date: String,
    pub(crate) as_of: String,
}

impl Held {
    /// What the hidden fields of the form hold; what cannot be read counts as nothing.
    pub(crate) fn read(draft: &str, asked: &str, before: &str) -> Self {
        let before: Vec<(Keys, BTreeSet<String>)> = serde_json::from_str(before).unwrap_or_default();
        Self {
            keys: serde_json::from_str(draft).unwrap_or_default(),
            asked: serde_json::from_str(asked).unwrap_or_default(),
            before: before.into_iter().take(STEPS_BACK_MAX).collect(),
        }
    }

    /// The three hidden fields.
    pub(crate) fn fields(&self) -> [String; 3] {
        [json!(self.keys).to_string(), json!(self.asked).to_string(), json!(self.before).to_string()]
    }

    /// Puts what is on file below what was told. `changed` names the sections whose record was chosen anew: of them nothing that
    /// was told stays.
    pub(crate) fn on_file(&mut self, changed: &[&str], file: &Keys) {
        for section in ON_FILE.into_iter().filter(|section| changed.contains(section)) {
            self.keys.remove(section);
            if section == "coverage" {
                self.keys.remove("other_coverage");
            }
        }
        below(&mut self.keys, file);
    }

    /// Writes the first questions; another treatment takes what was said of the one before with it.
    pub(crate) fn five(&mut self, five: &Five) {
        let line = line(&mut self.keys);
        let said = |line: &Keys, key: &str| line.get(key).and_then(Value::as_str).map(str::to_owned);
        if said(line, "treatment") != five.treatment && said(line, "treatment").is_some() {
            line.clear();
        }
        set(line, "treatment", five.treatment.as_deref());
        set(line, "purpose", five.purpose.as_deref());
        set(line, "purpose_by", five.purpose_by.as_deref());
        set(line, "price", five.price.as_deref());
        if let Some(payer) = &five.payer {
            section(&mut self.keys, "coverage").insert("payer".to_owned(), payer.as_str().into());
        }
        if let Some(license) = &five.license {
            section(&mut self.keys, "clinician").insert("license".to_owned(), license.as_str().into());
        }
        self.keys.insert("date".to_owned(), five.date.as_str().into());
        self.keys.insert("as_of".to_owned(), five.as_of.as_str().into());
    }

    /// Whether there is anything to ask about.
    pub(crate) fn is_empty(&self) -> bool {
        let lines = self.keys.get("line").and_then(Value::as_array);
        let says = |line: &Value| ["treatment", "codes", "code"].iter().any(|key| line.get(key).is_some());
        !lines.is_some_and(|lines| lines.iter().any(says))
    }

    /// The case as the interview writes it.
    pub(crate) fn draft(&self) -> Draft {
        Draft::parse(&Value::Object(self.keys.clone()).to_string())
    }

    /// What was put or stands in a field of its own.
    pub(crate) fn put(&self) -> BTreeSet<String> {
        FIRST.iter().map(|(key, ..)| (*key).to_owned()).chain(self.asked.iter().cloned()).collect()
    }

    /// Keeps the state as one that can be gone back to.
    pub(crate) fn remember(&mut self) {
        self.before.push((self.keys.clone(), self.asked.clone()));
        if self.before.len() > STEPS_BACK_MAX {
            self.before.remove(0);
        }
    }

    /// Goes back before the last answer.
    pub(crate) fn back(&mut self) {
        if let Some((keys, asked)) = self.before.pop() {
            (self.keys, self.asked) = (keys, asked);
        }
    }
}

/// Whether the first question about the diagnosis is still to be put comes from the interview; the rest from the answer.
pub(crate) fn opening(held: &Held) -> Option<interview::Question> {
    interview::first(&held.draft(), &held.put())
}

fn set(table: &mut Keys, key: &str, value: Option<&str>) {
    match value {
        Some(value) => table.insert(key.to_owned(), value.into()),
        None => table.remove(key),
    };
}

fn section<'k>(keys: &'k mut Keys, name: &str) -> &'k mut Keys {
    let slot = keys.entry(name).or_insert_with(|| Map::new().into());
    if !slot.is_object() {
        *slot = Map::new().into();
    }
    slot.as_object_mut().expect("INVARIANT: made so above")
}

/// The first line.
fn line(keys: &mut Keys) -> &mut Keys {
    let slot = keys.entry("line").or_insert_with(|| Value::Array(Vec::new()));
    if !slot.as_array().is_some_and(|lines| lines.first().is_some_and(Value::is_object)) {
        *slot = json!([{}]);
    }
    let first = slot.as_array_mut().and_then(|lines| lines.first_mut());
    first.and_then(Value::as_object_mut).expect("INVARIANT: made so above")
}

/// Adds the keys of `file` that `told` does not have, table by table.
fn below(told: &mut Keys, file: &Keys) {
    for (key, value) in file {
        match (told.get_mut(key), value) {
            (Some(Value::Object(told)), Value::Object(file)) => below(told, file),
            (Some(_), _) => {}
            (None, _) => {
                told.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(value: Value) -> Keys {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_was_told_stays_until_another_record_is_chosen() {
        let told = keys(json!({ "clinician": { "license": "NP", "exam_by": "NP" }, "coverage": { "network": "in" } }));
        let mut held = Held { keys: told, ..Held::default() };
        let file =
            keys(json!({ "clinician": { "license": "RN", "npi": "1000000012" }, "coverage": { "payer": "aetna" } }));
        held.on_file(&[], &file);
        assert_eq!(held.keys["clinician"], json!({ "license": "NP", "exam_by": "NP", "npi": "1000000012" }));
        assert_eq!(held.keys["coverage"], json!({ "network": "in", "payer": "aetna" }));
        held.on_file(&["clinician"], &file);
        assert_eq!(held.keys["clinician"], json!({ "license": "RN", "npi": "1000000012" }));
    }

    #[test]
    fn another_treatment_takes_its_codes_with_it() {
        let mut held =
            Held { keys: keys(json!({ "line": [{ "treatment": "botox", "codes": ["64615"] }] })), ..Held::default() };
        let same = Five { treatment: Some("botox".to_owned()), purpose: Some("medical".to_owned()), ..Five::default() };
        held.five(&same);
        assert_eq!(held.keys["line"], json!([{ "treatment": "botox", "codes": ["64615"], "purpose": "medical" }]));
        held.five(&Five { treatment: Some("filler".to_owned()), ..Five::default() });
        assert_eq!(held.keys["line"], json!([{ "treatment": "filler" }]));
    }

    #[test]
    fn the_form_carries_all_of_it() {
        let mut held = Held { keys: keys(json!({ "line": [{ "treatment": "botox" }] })), ..Held::default() };
        held.remember();
        held.asked.insert("diagnosis".to_owned());
        let [draft, asked, before] = held.fields();
        let mut again = Held::read(&draft, &asked, &before);
        assert_eq!((&again.keys, &again.asked, &again.before), (&held.keys, &held.asked, &held.before));
        again.back();
        assert!(again.asked.is_empty());
        assert!(Held::read("{", "", "no").keys.is_empty());
    }
}
