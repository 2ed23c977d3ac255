//! Patients, and what covers them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::practice::{HomeAddress, Interval};
use crate::record::{Clear, Record};
use crate::{Id, Phi};

/// A patient. Everything about them, this record too, is sealed by a key of their own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// Family name.
    pub family: Phi<String>,
    /// Given names.
    pub given: Phi<String>,
    /// The name that they go by, if it is another.
    #[serde(default)]
    pub preferred: Phi<Option<String>>,
    /// Date of birth.
    #[serde(default)]
    pub birth_date: Phi<Option<Date>>,
    /// Sex, in the word of the case file.
    #[serde(default)]
    pub sex: Phi<Option<String>>,
    /// The state that they live in, two letters.
    #[serde(default)]
    pub home_state: Phi<Option<String>>,
    /// The practice's number for them.
    #[serde(default)]
    pub mrn: Phi<Option<String>>,
    /// Telephone.
    #[serde(default)]
    pub phone: Phi<Option<String>>,
    /// E-mail.
    #[serde(default)]
    pub email: Phi<Option<String>>,
    /// Where they live.
    #[serde(default)]
    pub address: Option<HomeAddress>,
}

impl Record for Patient {
    const NOUN: &'static str = "patient";
    const PHI: bool = true;
    const LOOK_UPS: &'static [&'static str] = &["mrn", "phone", "email", "birth"];

    fn clear(&self) -> Clear {
        Clear::default()
    }

    /// `birth` is the date of birth and the family name together: `1980-02-29 doe`.
    fn look_ups(&self) -> Vec<(&'static str, String)> {
        let mut values = Vec::new();
        for (field, value) in [("mrn", &self.mrn), ("phone", &self.phone), ("email", &self.email)] {
            values.extend(value.reveal().iter().map(|value| (field, value.clone())));
        }
        if let Some(day) = self.birth_date.reveal() {
            values.push(("birth", format!("{day} {}", self.family.reveal())));
        }
        values
    }
}

/// A plan that covers a patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Whom.
    pub patient: Id<Patient>,
    /// 1 pays first.
    pub rank: u8,
    /// The member's number on the card.
    #[serde(default)]
    pub member_id: Phi<Option<String>>,
    /// The group's number on the card.
    #[serde(default)]
    pub group: Phi<Option<String>>,
    /// The table `[coverage]` of a case.
    pub case: Phi<Value>,
    /// From when until when.
    #[serde(default)]
    pub holds: Interval,
}

impl Record for Coverage {
    const NOUN: &'static str = "coverage";
    const PHI: bool = true;
    const LOOK_UPS: &'static [&'static str] = &["member-id"];

    fn clear(&self) -> Clear {
        Clear { patient: Some(self.patient), state: Some(self.rank.to_string()), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        self.member_id.reveal().iter().map(|id| ("member-id", id.clone())).collect()
    }
}
