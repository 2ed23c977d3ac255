//! What the lists of codes say: those that are built in, or others that somebody brings.

use jiff::civil::Date;

use crate::hcpcs::{self, CodeStatus};
use crate::icd10::{self, IcdStatus};
use crate::{IcdCode, ProcedureCode};

/// Lists of codes by day. Where it says nothing else, the built-in lists answer.
pub trait CodeLists: std::fmt::Debug + Send + Sync {
    /// What a diagnosis is on a day.
    fn diagnosis(&self, code: IcdCode, day: Date) -> IcdStatus {
        icd10::lookup(code, day)
    }

    /// What a procedure code is on a day.
    fn procedure(&self, code: ProcedureCode, day: Date) -> CodeStatus {
        hcpcs::lookup(code, day)
    }

    /// The exclusion notes between two diagnoses on a day; none if no list of such notes is at hand.
    fn exclusions(&self, _one: IcdCode, _other: IcdCode, _day: Date) -> Vec<Exclusion> {
        Vec::new()
    }
}

/// The lists that are built in: ids and days of one year, without notes.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl CodeLists for BuiltIn {}

/// An exclusion note of ICD-10-CM that two diagnoses meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Not coded together (`Excludes1`), or together only if the patient has both (`Excludes2`).
    pub never_together: bool,
    /// Where the note stands: a code, section or chapter.
    pub under: String,
    /// The diagnosis that stands there.
    pub of: IcdCode,
    /// The note.
    pub note: String,
    /// First day of the list that it stands in.
    pub list: Date,
}

impl Exclusion {
    /// The rule by the name that the list gives it.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        if self.never_together { "Excludes1" } else { "Excludes2" }
    }

    /// What the rule means for the two diagnoses.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        if self.never_together {
            "not coded together, unless the two are unrelated"
        } else {
            "one is not part of the other: both only if the patient has both"
        }
    }
}
