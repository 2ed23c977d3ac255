//! Visits, what was answered at them, and what belongs to them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Clinician, Facility, Patient, User};
use crate::record::{Clear, Record};
use crate::{Id, Phi};

/// How far a visit is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitState {
    /// It has not begun.
    #[default]
    Planned,
    /// The patient is here, or the chart is not closed.
    Open,
    /// The chart is closed.
    Closed,
    /// It did not happen.
    Cancelled,
}

impl VisitState {
    /// The word for it, as lists are filtered by.
    pub const fn word(self) -> &'static str {
        match self {
            VisitState::Planned => "planned",
            VisitState::Open => "open",
            VisitState::Closed => "closed",
            VisitState::Cancelled => "cancelled",
        }
    }
}

/// A visit: what was done, what the chart says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Whose.
    pub patient: Id<Patient>,
    /// Where.
    pub facility: Id<Facility>,
    /// By whom, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinician: Option<Id<Clinician>>,
    /// When.
    pub day: Date,
    /// How far it is.
    #[serde(default)]
    pub state: VisitState,
    /// What a case says of a visit: `line`, `chart`, `trial`, `document`, `authorization`, `notice`, `history`, `reading`, `photo`.
    pub case: Phi<Value>,
    /// What else the practice wrote.
    #[serde(default)]
    pub note: Phi<Option<String>>,
}

impl Record for Visit {
    const NOUN: &'static str = "visit";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        Clear {
            patient: Some(self.patient),
            facility: Some(self.facility),
            clinician: self.clinician,
            day: Some(self.day),
            state: Some(self.state.word().to_string()),
            ..Clear::default()
        }
    }
}

/// A photograph or a paper. What it holds is sealed apart: [`Work::content`](crate::Work::content).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Whose.
    pub patient: Id<Patient>,
    /// The visit that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Id<Visit>>,
    /// What it is, in the word of the case file.
    pub kind: String,
    /// What the practice calls it.
    pub name: Phi<String>,
    /// By content, never by name: `image/jpeg`, `image/png` or `application/pdf`.
    pub media_type: String,
    /// The day that it was taken or signed on, as told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Date>,
    /// How many bytes are kept.
    pub bytes: u64,
    /// SHA-256 of what came in, in hexadecimal digits.
    pub captured_sha256: String,
    /// SHA-256 of what is kept: another for a picture, which is written anew.
    pub kept_sha256: String,
    /// Width and height of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(u32, u32)>,
}

impl Record for Document {
    const NOUN: &'static str = "document";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        Clear {
            patient: Some(self.patient),
            visit: self.visit,
            day: self.taken,
            state: Some(self.kind.clone()),
            ..Clear::default()
        }
    }
}

/// An answer that was given, with everything that is needed to give it again. Who keeps one may have it in a form of its own (`A`), which is
/// written as it is; who reads one takes what stands there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Determination<A = Value> {
    /// Whose, if it was asked about a patient on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Id<Patient>>,
    /// The visit that it was saved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Id<Visit>>,
    /// The answer that this one came after, when facts were changed and it was asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Id<Determination>>,
    /// SHA-256 of the library.
    pub library: String,
    /// The day that it was asked for.
    pub as_of: Date,
    /// The case, in the words of the case file.
    pub case: Phi<Value>,
    /// The answer, as `covered check --json` gives it.
    pub answer: Phi<A>,
}

impl<A: Serialize + DeserializeOwned + Send + Sync + 'static> Record for Determination<A> {
    const NOUN: &'static str = "determination";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        Clear {
            patient: self.patient,
            visit: self.visit,
            day: Some(self.as_of),
            library: Some(self.library.clone()),
            ..Clear::default()
        }
    }
}

/// That somebody looked something over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Who.
    pub by: Id<User>,
    /// When.
    pub at: Timestamp,
    /// What they found.
    #[serde(default)]
    pub note: Phi<String>,
}

/// A fact that may never be advised, and was changed after an answer was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Id<Patient>>,
    /// At which visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Id<Visit>>,
    /// The answer that had been shown.
    pub determination: Id<Determination>,
    /// The fact, as `covered facts` names it.
    pub fact: String,
    /// What it was.
    pub old: Phi<Value>,
    /// What it became.
    pub new: Phi<Value>,
    /// Who changed it; none: another program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Id<User>>,
    /// Minutes between the answer and the change.
    pub minutes: i64,
    /// That somebody looked it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

impl Record for Change {
    const NOUN: &'static str = "change";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        let state = if self.review.is_some() { "reviewed" } else { "open" };
        Clear { patient: self.patient, visit: self.visit, state: Some(state.to_string()), ..Clear::default() }
    }
}

/// That somebody opened a patient of another facility in an emergency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Glass {
    /// Whose records.
    pub patient: Id<Patient>,
    /// Who.
    pub user: Id<User>,
    /// Why.
    pub reason: Phi<String>,
    /// Until when.
    pub until: Timestamp,
    /// That somebody looked it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

impl Record for Glass {
    const NOUN: &'static str = "glass";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        let state = if self.review.is_some() { "reviewed" } else { "open" };
        Clear { patient: Some(self.patient), state: Some(state.to_string()), ..Clear::default() }
    }
}
