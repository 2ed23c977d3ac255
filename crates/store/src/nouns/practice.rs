//! The practice, where and by whom it treats, and what it offers.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{User, activity};
use crate::record::{Clear, Plain, Record};
use crate::{Id, Phi};

/// The practice itself. A database holds one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Its name.
    pub name: String,
    /// Its own NPI, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<String>,
    /// Where letters go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// An IANA time zone, by which "today" is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// That the owner read what the first electronic standard transaction means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hipaa: Option<Acknowledgement>,
    /// What pages remember for everybody.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub settings: Value,
}

/// That somebody read something and said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Who.
    pub by: Id<User>,
    /// When.
    pub at: Timestamp,
    /// The version of what was read.
    pub text: String,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// What else stands on the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_2: Option<String>,
    /// City.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// ZIP code.
    pub zip: String,
}

/// From when until when something holds; an end that is not there is not known to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Interval {
    /// Whether a day lies in it.
    pub fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// A licence, an accreditation, an enrolment or an opt-out, with the time that it holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// What it is, in the words of the case file: `RN`, `medicare`, the name of an accreditor.
    pub kind: String,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The state that gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// From when until when.
    #[serde(default)]
    pub holds: Interval,
}

/// Who answers for a clinician's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// The clinician who does.
    pub by: Id<Clinician>,
    /// The number or name of the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// From when until when.
    #[serde(default)]
    pub holds: Interval,
}

/// A place where the practice treats.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// Its name.
    pub name: String,
    /// Whether patients are treated there still.
    pub active: bool,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The table `[facility]` of a case.
    #[serde(default)]
    pub case: Value,
    /// Licences of the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<Licence>,
    /// Who accredited it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accreditations: Vec<Licence>,
}

impl Record for Facility {
    const NOUN: &'static str = "facility";
    const PHI: bool = false;

    fn clear(&self) -> Clear {
        Clear { state: activity(self.active), ..Clear::default() }
    }
}

/// Somebody who treats.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinician {
    /// Family name, given name as the practice writes it.
    pub name: String,
    /// Whether they treat still.
    pub active: bool,
    /// Their NPI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<String>,
    /// The table `[clinician]` of a case, as far as it does not follow from what is below.
    #[serde(default)]
    pub case: Value,
    /// Licences to practise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<Licence>,
    /// Programs and payers that they are enrolled with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enrolments: Vec<Licence>,
    /// Programs that they opted out of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opt_outs: Vec<Licence>,
    /// Who supervises them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supervision: Vec<Supervision>,
    /// Where they treat; everywhere, if the list is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<Id<Facility>>,
}

impl Record for Clinician {
    const NOUN: &'static str = "clinician";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["npi"];

    fn clear(&self) -> Clear {
        Clear { state: activity(self.active), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        self.npi.iter().map(|npi| ("npi", npi.clone())).collect()
    }
}

/// A line of the practice's own menu.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuItem {
    /// The practice's name for it.
    pub name: String,
    /// Whether it is offered still.
    pub active: bool,
    /// The treatment of the library that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<String>,
    /// Codes that it is billed with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// What it costs, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<i64>,
    /// Where it is offered; everywhere, if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<Id<Facility>>,
}

impl Record for MenuItem {
    const NOUN: &'static str = "menu-item";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["name"];

    fn clear(&self) -> Clear {
        Clear { facility: self.facility, state: activity(self.active), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone())]
    }
}

impl Record for Practice {
    const NOUN: &'static str = "practice";
    const PHI: bool = false;

    fn clear(&self) -> Clear {
        Clear::default()
    }
}

impl Plain for Practice {}
impl Plain for Facility {}
impl Plain for Clinician {}
impl Plain for MenuItem {}

/// A postal address of a patient.
pub(super) type HomeAddress = Phi<Address>;
