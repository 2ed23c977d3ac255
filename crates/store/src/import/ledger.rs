//! What became of each row: kept with the import, so that it can be looked over and undone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Column, Kind};
use crate::nouns::Patient;
use crate::record::{Clear, Plain, Record};
use crate::{Id, Phi};

/// Why a row was rejected. It says nothing of what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The row has more or fewer cells than there are headings: what it says may stand in the wrong column.
    Cells,
    /// A field that is needed is empty.
    Missing,
    /// Longer than anything that is kept.
    TooLong,
    /// Characters that nobody types.
    Characters,
    /// No day, or one that does not say its century.
    Day,
    /// A day on which nobody on a list was born.
    BirthDate,
    /// Neither `female` nor `male`.
    Sex,
    /// No state.
    State,
    /// No ZIP code.
    Zip,
    /// No telephone number.
    Phone,
    /// No e-mail address.
    Email,
    /// No NPI, or its check digit does not fit.
    Npi,
    /// No amount of dollars and cents.
    Price,
    /// No code of a procedure.
    Code,
    /// No treatment of the library.
    Treatment,
    /// Neither yes nor no.
    YesOrNo,
    /// A name of which nobody knows where the family name begins.
    Name,
    /// Nothing tells this patient from another of the same name.
    Unknowable,
    /// A row before was about the same.
    Again,
    /// Several on file could be meant.
    Several,
    /// The one on file with this number has another date of birth.
    Another,
}

impl Reason {
    /// A code that stays the same from version to version.
    pub const fn code(self) -> &'static str {
        match self {
            Reason::Cells => "S221",
            Reason::Missing => "S222",
            Reason::TooLong => "S223",
            Reason::Characters => "S224",
            Reason::Day => "S225",
            Reason::BirthDate => "S226",
            Reason::Sex => "S227",
            Reason::State => "S228",
            Reason::Zip => "S229",
            Reason::Phone => "S230",
            Reason::Email => "S231",
            Reason::Npi => "S232",
            Reason::Price => "S233",
            Reason::Code => "S234",
            Reason::Treatment => "S235",
            Reason::YesOrNo => "S236",
            Reason::Name => "S237",
            Reason::Unknowable => "S238",
            Reason::Again => "S239",
            Reason::Several => "S240",
            Reason::Another => "S241",
        }
    }

    /// What is wrong, and what would be right.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::Cells => "the row has more or fewer cells than there are headings",
            Reason::Missing => "it is empty, and a row needs it",
            Reason::TooLong => "it is longer than 500 characters",
            Reason::Characters => "it has characters that nobody types",
            Reason::Day => "write the day as 2026-11-29 or 11/29/2026",
            Reason::BirthDate => "a date of birth lies between 1900 and today",
            Reason::Sex => "write female or male, or leave it empty",
            Reason::State => "write a state as two letters or by its name",
            Reason::Zip => "a ZIP code has five or nine digits",
            Reason::Phone => "a telephone number has 7 to 15 digits",
            Reason::Email => "it is no e-mail address",
            Reason::Npi => "an NPI has ten digits, of which the last checks the others",
            Reason::Price => "write dollars and cents, such as 1234.05",
            Reason::Code => "it is no code of a procedure",
            Reason::Treatment => "`covered treatments` lists what it may be; or leave it empty",
            Reason::YesOrNo => "write yes or no",
            Reason::Name => "write it as `Family, Given`, or in two columns",
            Reason::Unknowable => "a patient needs a number, a date of birth, a telephone number or an e-mail address",
            Reason::Again => "a row before was about the same",
            Reason::Several => "several on file could be meant; change the right one by hand",
            Reason::Another => "the patient on file with this number has another date of birth",
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// A new record.
    Accepted {
        /// Which.
        record: String,
        /// Its version as the import left it.
        version: i64,
    },
    /// A record on file says something more or else now.
    Changed {
        /// Which.
        record: String,
        /// Its version as the import left it.
        version: i64,
        /// The fields that changed.
        fields: Vec<String>,
    },
    /// It says what is on file.
    Same {
        /// Which record.
        record: String,
    },
    /// Nothing of it was kept.
    Rejected {
        /// The field at fault, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// Why.
        reason: Reason,
    },
}

impl Outcome {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Changed { .. } => "changed",
            Outcome::Same { .. } => "same",
            Outcome::Rejected { .. } => "rejected",
        }
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerRow {
    /// The line of the file that the row begins in.
    pub line: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// An import, with its ledger. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// What the list was of.
    pub kind: Kind,
    /// SHA-256 of the file, in hexadecimal digits.
    pub file_sha256: String,
    /// What each column was taken for.
    pub columns: Vec<Column>,
    /// What became of each row.
    pub rows: Vec<LedgerRow>,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

impl Import {
    /// How many rows ended so: accepted, changed, the same, rejected.
    pub fn counts(&self) -> [usize; 4] {
        let count = |word: &str| self.rows.iter().filter(|row| row.outcome.word() == word).count();
        ["accepted", "changed", "same", "rejected"].map(count)
    }
}

impl Record for Import {
    const NOUN: &'static str = "import";
    const PHI: bool = false;

    fn clear(&self) -> Clear {
        let state = if self.undone_at.is_some() { "undone" } else { "kept" };
        Clear { state: Some(state.to_string()), ..Clear::default() }
    }
}

impl Plain for Import {}

/// What a record said before an import changed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// By which import.
    pub import: Id<Import>,
    /// Whose record it is: their key seals this too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Id<Patient>>,
    /// Which record.
    pub record: String,
    /// What it said.
    pub before: Phi<Value>,
}

impl Record for Replaced {
    const NOUN: &'static str = "replaced";
    const PHI: bool = true;

    fn clear(&self) -> Clear {
        Clear { patient: self.patient, state: Some(self.import.to_string()), ..Clear::default() }
    }
}
