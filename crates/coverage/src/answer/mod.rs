//! The answer: what a determination says, in the form that tools read.
//!
//! The order of the fields is the order in the JSON. The same case and library give the same bytes.

mod words;

use std::fmt;

use codes::Cents;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

pub use words::{
    Authorization, Coverage, CriterionOutcome, DutyKind, DutyState, MoveWord, Permission, Route, Verdict, WhoWord,
};

use crate::case::Note;

/// What every answer says of itself.
pub const DISCLAIMER: &str = "This is not a guarantee of payment, and no legal or medical advice.";

/// Version of this form; it grows when a field changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// The answer to one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Answer {
    /// Version of this form.
    pub format: u32,
    /// The library that judged.
    pub library: LibraryStamp,
    /// The day the question was asked.
    pub as_of: Day,
    /// Date of service.
    pub date: Day,
    /// Who was asked to pay; `null` while the case does not say.
    pub payer: Option<PayerName>,
    /// One for each line of the case, in its order; a visit has no verdict of its own.
    pub lines: Vec<LineAnswer>,
    /// What is worth knowing about the whole: codes that were not checked, limits that were reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub notes: Vec<NoteText>,
    /// [`DISCLAIMER`].
    pub disclaimer: String,
}

/// Which library judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct LibraryStamp {
    /// Its version.
    pub version: String,
    /// SHA-256 over everything it holds, in hexadecimal.
    pub sha256: String,
}

/// Who was asked to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct PayerName {
    /// Identifier: `aetna`.
    pub id: String,
    /// What people call it: `Aetna`.
    pub name: String,
}

/// A note about the whole answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct NoteText {
    /// Stable code: `N0001`.
    pub code: String,
    /// In a sentence.
    pub text: String,
}

impl From<&Note> for NoteText {
    fn from(note: &Note) -> Self {
        Self { code: note.code.to_owned(), text: note.text.clone() }
    }
}

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct LineAnswer {
    /// Number of the line in the case, from 1.
    pub line: usize,
    /// What is done, in plain words.
    pub what: String,
    /// The headline, derived from the parts below (docs/policy-language.md, composition per line).
    pub verdict: Verdict,
    /// Whether the plan covers it.
    pub coverage: Coverage,
    /// Whether it may be done so: licence, scope, order, exam, supervision, place.
    pub lawful_here: Permission,
    /// Whether this practice may bill this payer.
    pub billable_here: Permission,
    /// Whether prior authorization is needed, and held.
    pub prior_authorization: Authorization,
    /// Where the money may come from.
    pub route: Route,
    /// The criteria that decided, or still can; the weightiest first.
    pub because: Vec<Because>,
    /// Open facts that can still change the verdict; the most decisive first.
    pub missing: Vec<Missing>,
    /// Rare exceptions that were taken as absent.
    pub assumed: Vec<Assumed>,
    /// Texts of an authority on this service that the library has not read.
    pub unread: Vec<Unread>,
    /// Policies that are close but do not apply; only where none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub near_misses: Vec<NearMiss>,
    /// Rules of law that allow it, and rest on something weaker than the authority's own text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub warnings: Vec<Warning>,
    /// What must be sent, kept, given, authorized or done by a day.
    pub duties: Vec<Duty>,
    /// Modifiers that rules put on the claim.
    pub modifiers: Vec<ModifierNeed>,
    /// Codes that a denial would carry; `null` when no policy names any.
    pub denial: Option<Denial>,
    /// Smallest changes that bring a better verdict; never a diagnosis, a purpose, a measurement or an age.
    pub would_change: Vec<WouldChange>,
    /// What the patient pays.
    pub money: Money,
    /// The first act that the route asks for, one person and one thing; `null` where the route asks for none of its own.
    pub act: Option<String>,
    /// What the route asks of the practice, a sentence each.
    pub steps: Vec<String>,
}

/// One criterion that decided, or still can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Because {
    /// Identifier of the policy.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Label of the criterion; empty where the policy as a whole speaks.
    pub criterion: String,
    /// How it came out.
    pub outcome: CriterionOutcome,
    /// For a criterion that decided against: why, in the word of the policy language, such as `frequency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The criterion in plain words, with what the case says.
    pub text: String,
    /// Document, and the part of it.
    pub citation: String,
    /// A few words of the document itself, where the policy keeps them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// How closely it was read: `text`, `page`, `mirror`, `digest`, `header` or `known`.
    pub grade: String,
    /// The day it was read.
    pub read: Option<Day>,
    /// What limits it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub caveats: Vec<String>,
    /// Whether the practice entered the policy itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub entered_by_practice: bool,
}

/// An open fact that can still change the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Missing {
    /// What it is called, in plain words: "headache days a month".
    pub label: String,
    /// Name of the fact; for what is not a named fact, its kind: `diagnosis`, `history`, `trial beta_blocker`.
    pub fact: String,
    /// The question.
    pub question: String,
    /// Who can answer it.
    pub who: WhoWord,
    /// Where it is written in a case file, as a dotted path.
    pub key: Option<String>,
    /// Where the rule that asks stands.
    pub citation: Option<String>,
    /// What each answer would bring. Absent for facts that advice must not touch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Vec<AnswerOutcome>>,
}

/// What one answer to a question would bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct AnswerOutcome {
    /// The answer.
    pub answer: String,
    /// The verdict with it, everything else as it is.
    pub verdict: Verdict,
}

/// A fact that was not recorded and was taken as the dictionary says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Assumed {
    /// Name of the fact.
    pub fact: String,
    /// The value it was taken to have.
    pub value: String,
    /// What every answer that rests on it says.
    pub says: String,
}

/// A text that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Unread {
    /// The document.
    pub document: String,
    /// What is known of it.
    pub why: String,
}

/// A policy that is close but does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct NearMiss {
    /// Identifier of the policy.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Why it does not apply.
    pub why: String,
}

/// A rule of law that allows it, and rests on something weaker than the authority's own text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Warning {
    /// Identifier of the policy.
    pub policy: String,
    /// What it says, in plain words.
    pub text: String,
    /// Document, and the part of it.
    pub citation: String,
    /// Its address.
    pub url: Option<String>,
    /// How closely it was read.
    pub grade: String,
    /// The day it was read.
    pub read: Option<Day>,
    /// What limits it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(feature = "kept", not(test)), serde(default))]
    pub caveats: Vec<String>,
}

/// Something that must be sent, kept, given, authorized or done by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Duty {
    /// What kind of duty.
    pub kind: DutyKind,
    /// What, in plain words.
    pub what: String,
    /// Whether it is done.
    pub state: DutyState,
    /// Last day, where one can be told.
    pub due: Option<Day>,
    /// The rule that made it.
    pub citation: String,
}

/// A modifier that a rule puts on a claim line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct ModifierNeed {
    /// The modifier.
    pub modifier: String,
    /// Why.
    pub why: String,
    /// Whether the claim line has it already.
    pub on_claim: bool,
}

/// Codes that a denial would carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Denial {
    /// Claim adjustment reason codes.
    pub carc: Vec<String>,
    /// Remittance advice remark codes.
    pub rarc: Vec<String>,
}

/// Changes that together bring a better verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct WouldChange {
    /// What changes.
    pub changes: Vec<FactChange>,
    /// The verdict then.
    pub verdict: Verdict,
}

/// One fact that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct FactChange {
    /// Name of the fact.
    pub fact: String,
    /// What it must be.
    pub to: String,
    /// How it can come to be so.
    #[serde(rename = "move")]
    pub movement: MoveWord,
    /// The change in plain words.
    pub says: String,
}

/// What the patient pays for the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "kept", derive(serde::Deserialize))]
pub struct Money {
    /// What is really charged; `null` while it is not known.
    pub charge: Option<Dollars>,
    /// The least the patient pays.
    pub patient_low: Dollars,
    /// The most the patient pays; `null` while no bound is known.
    pub patient_high: Option<Dollars>,
    /// What the bounds rest on, a sentence each.
    pub basis: Vec<String>,
}

/// A day, written `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An amount, written `1234.05`: text, because a JSON number may become a float on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Dollars(pub Cents);

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_decimal())
    }
}

#[cfg(feature = "kept")]
impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "kept")]
impl<'de> serde::Deserialize<'de> for Dollars {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl Answer {
    /// The answer as JSON with a line end.
    ///
    /// # Panics
    /// Never: every value here has a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("INVARIANT: an answer has a JSON form");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema that is checked in is that of these types; `UPDATE_EXPECTED=1` writes it anew.
    #[test]
    fn schema_is_that_of_the_types() {
        let schema = schemars::schema_for!(Answer);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = "../../schemas/answer.schema.json";
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(path).unwrap(), "UPDATE_EXPECTED=1 writes {path} anew");
    }
}
