//! Checks for red flags over cases and lists of cases.
//!
//! A check is a policy of the rank `check`: what it forbids is the flag. Facts that only a list of cases gives (one picture in two
//! charts, one vial for two patients) are computed here, and so are those that a claim shows (its modifiers, its charge). What is
//! not recorded raises no flag.

mod book;
mod line;

use codes::dates::Clock;
use jiff::civil::Date;

pub use book::Book;
pub(crate) use line::facts_of_line;

use crate::case::Case;

/// What the law gives to the checks, as the library has it.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Words in the name of a service that speak of looks.
    pub words_of_looks: Vec<String>,
    /// The clock of a claim to Original Medicare.
    pub claim: Option<Clock>,
    /// The limiting charge in percent of the allowed amount.
    pub limiting_percent: Option<i64>,
    /// Editions of the ABN: the expiry that is printed, and the day from which it must be used.
    pub abn_editions: Vec<(Date, Date)>,
}

impl Terms {
    /// Whether an edition of the ABN, known by the expiry printed on it, was no longer in use on the day it was given: a later one had to be
    /// used by then. `None` if it is not known which edition had to be used.
    #[must_use]
    pub fn abn_edition_outdated(&self, edition: Date, given: Date) -> Option<bool> {
        let (current, _) = self.abn_editions.iter().filter(|(_, from)| *from <= given).max_by_key(|(_, from)| *from)?;
        Some(edition < *current)
    }
}

/// A red flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Which case of the book, from 0.
    pub case: usize,
    /// Which line of it, from 0.
    pub line: usize,
    /// Identifier of the check: `RF-21`.
    pub check: String,
    /// What it is, in plain words.
    pub title: String,
    /// What was found, a sentence each.
    pub found: Vec<String>,
    /// Where the rule stands.
    pub citation: String,
    /// Its address.
    pub url: Option<String>,
    /// How closely it was read.
    pub grade: &'static str,
    /// What limits it.
    pub caveats: Vec<String>,
}

/// Prefix of the identifiers of checks that are policies.
pub(crate) const PREFIX: &str = "check/";

/// The check that the gates of the states answer: who performs it may not do it here.
pub(crate) const LICENCE: &str = "RF-08";

/// All lines of the cases, as pairs of case and line.
pub(crate) fn lines(cases: &[&Case]) -> Vec<(usize, usize)> {
    cases.iter().enumerate().flat_map(|(at, case)| (0..case.lines.len()).map(move |line| (at, line))).collect()
}
