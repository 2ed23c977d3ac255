//! What is known about one line of a case, in the neutral form that policies read.
//!
//! Both the examples inside policy files and real cases are turned into [`Inputs`]; one piece of code
//! ([`crate::bind`]) then numbers them, so history, windows and trials mean the same everywhere.

use std::collections::BTreeMap;

use codes::{IcdCode, ProcedureCode};
use jiff::civil::Date;

use crate::ast::{Duration, Number};

impl Number {
    /// A whole number.
    #[must_use]
    pub const fn whole(value: i64) -> Self {
        Self { digits: value, scale: 0 }
    }

    /// The value in units of `10^-decimals`, or `None` if that would drop a digit or overflow.
    #[must_use]
    pub fn at_scale(self, decimals: u8) -> Option<i64> {
        if self.scale <= decimals {
            10_i64.checked_pow(u32::from(decimals - self.scale)).and_then(|factor| self.digits.checked_mul(factor))
        } else {
            let factor = 10_i64.checked_pow(u32::from(self.scale - decimals))?;
            (self.digits % factor == 0).then(|| self.digits / factor)
        }
    }
}

/// What is known of one named fact. A fact that is absent from [`Inputs::facts`] is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// A yes-no fact.
    YesNo(bool),
    /// A number in the unit of the dictionary.
    Number(Number),
    /// A number known only to lie between two values, both included; `None` is unbounded.
    Between(Option<Number>, Option<Number>),
    /// One value of a choice, or a name.
    Word(String),
    /// One of these values of a choice, not known which.
    OneOf(Vec<String>),
    /// A choice that is none of the dictionary's values.
    Other,
    /// Somebody asked and there is no answer: open, like an absent fact, but said aloud.
    Asked,
}

/// A code that the line bills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The procedure or drug code.
    pub code: ProcedureCode,
    /// Billing units given to the patient, if recorded; discarded units are not in it.
    pub units: Option<u32>,
}

/// A service of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The procedure or drug code.
    pub code: ProcedureCode,
    /// Date of service.
    pub date: Date,
    /// Billing units, if recorded.
    pub units: Option<u32>,
    /// Body region, if recorded.
    pub region: Option<String>,
    /// Side, if recorded.
    pub side: Option<String>,
    /// Whether it helped, if recorded.
    pub outcome: Option<ServiceOutcome>,
}

/// What came of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceOutcome {
    /// It had its effect.
    Helped,
    /// It did not.
    Failed,
}

/// Numbers that were measured on earlier dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// Date and value, in the unit of the dictionary.
    pub list: Vec<(Date, Number)>,
    /// Whether there are no others. Else there may be more that nobody listed.
    pub is_all: bool,
}

/// Earlier services, and how far back the list is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// From this day on every service is listed; `None`: the list may lack anything.
    pub complete_since: Option<Date>,
    /// The services known.
    pub services: Vec<Service>,
}

/// How an earlier treatment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialOutcome {
    /// Taken as directed, without enough effect.
    Failed,
    /// Stopped for side effects.
    NotTolerated,
    /// It helped, so it does not count as a failed trial.
    Helped,
    /// Could not be tried for a medical reason.
    Contraindicated,
    /// Asked: never tried.
    NotTried,
}

/// An earlier treatment of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Class as in the dictionary.
    pub class: String,
    /// First day, if recorded.
    pub start: Option<Date>,
    /// Last day; `None` with a start: it goes on.
    pub end: Option<Date>,
    /// Its length where no dates were recorded.
    pub length: Option<Duration>,
    /// How it ended; `None`: not recorded.
    pub outcome: Option<TrialOutcome>,
}

/// A document of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Kind as in the dictionary.
    pub kind: String,
    /// Its date, if recorded.
    pub date: Option<Date>,
    /// False: somebody looked, and there is none.
    pub on_file: bool,
}

/// Everything that is known about one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Date of service.
    pub service_date: Date,
    /// Named facts by dictionary name.
    pub facts: BTreeMap<String, Known>,
    /// Diagnoses, the primary first; `None`: not recorded.
    pub diagnoses: Option<Vec<IcdCode>>,
    /// Codes of the line; `None`: not recorded.
    pub billed: Option<Vec<Billed>>,
    /// What the other lines of the visit bill, as services of the same day.
    pub beside: Vec<Service>,
    /// Whether that is all: false if the codes of some other line are not recorded.
    pub beside_is_all: bool,
    /// Earlier services, of every provider.
    pub history: History,
    /// Numbers measured on earlier dates, by dictionary name; a fact that is absent is open.
    pub readings: BTreeMap<String, Readings>,
    /// Earlier treatments; a class that is absent is open.
    pub trials: Vec<Trial>,
    /// Documents; a kind that is absent is open.
    pub documents: Vec<Document>,
}

impl Inputs {
    /// Nothing known but the date.
    #[must_use]
    pub fn new(service_date: Date) -> Self {
        Self {
            service_date,
            facts: BTreeMap::new(),
            diagnoses: None,
            billed: None,
            beside: Vec::new(),
            beside_is_all: true,
            readings: BTreeMap::new(),
            history: History::default(),
            trials: Vec::new(),
            documents: Vec::new(),
        }
    }
}
