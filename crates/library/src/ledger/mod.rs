//! The ledger: for every row of the sources, where in the library it went, or why nowhere.
//!
//! `ledger.csv` has one line for each row of `library/sources`:
//!
//! ```csv
//! row,payer,grade,dated,homes,why
//! injectables/obesity_counseling,,,,menu/injections.toml:obesity-counseling,
//! injectables/obesity_counseling/1,Medicare,page,2011-11-29,cms/ncd/210.12,
//! skin/port_wine_stain_laser/6,Massachusetts,known,,,a pending bill is no law
//! own/default/self-pay,,,,default/self-pay,nobody is asked to pay: the answer of an engine that knows no payer
//! ```
//!
//! `row` is `base/record` or `base/record/number`, with the rows of a record counted from 1; the base is the file in `library/sources`.
//! The base `own` holds what the library adds without a row. `homes` are parted by blanks; see [`Home`].
//! `cms/lcd/{L1,L2}/warts` stands for both. A row without a home needs a
//! reason, and one with neither is open.

mod check;
mod read;

use std::fmt;

use policy::ast::Grade;
use policy::span::{SourceId, Span};

pub(crate) use read::home;
pub use read::read;

/// Name of the file below the root of a library.
pub(crate) const FILE: &str = "ledger.csv";

/// Most rows that a ledger may have; the library itself has about a thousand.
pub const ROWS_MAX: usize = 100_000;

/// The base of what the library adds without a row.
pub const OWN: &str = "own";

/// All rows, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    rows: Vec<Row>,
    source: SourceId,
}

/// Where one row of the sources went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which row: `skin/warts/2`.
    pub key: RowKey,
    /// The payer, as the row names it; empty for a record and for law.
    pub payer: String,
    /// How closely the row's source was read; none for a record, which has no source of its own.
    pub grade: Option<Grade>,
    /// The latest day that the source itself names, as `2019`, `2019-09` or `2019-09-11`; empty if it names none.
    pub dated: String,
    /// Where it went.
    pub homes: Vec<Home>,
    /// Why it went nowhere, or what a reader should know; may be empty if there is a home.
    pub why: String,
    /// The line of the file.
    pub span: Span,
}

/// The name of a row: `base/record`, or `base/record/number`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The file in `library/sources`, without its ending; or [`OWN`].
    pub base: String,
    /// The record in it. Of the base [`OWN`] it may hold `/`.
    pub record: String,
    /// The row within the record, from 1.
    pub number: Option<u32>,
}

/// A place in the library that says what a row says, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// `cms/ncd/250.4/peel`: a policy, in all its versions. `cms/ncd/250.4/peel#depth`: one criterion of it, or one of its statements
    /// (`#scope`, `#dates`, `#caveat`, `#needs`, `#denies`, `#due`, `#otherwise`).
    Policy {
        /// Identifier of the policy.
        id: String,
        /// Label of a criterion, or word of a statement.
        part: Option<String>,
    },
    /// `macs.toml`, or `macs.toml:J8`: a data file of the library, or the entry in it whose `id`, name, code or group this is.
    Entry {
        /// Path below the root of the library.
        file: String,
        /// The entry.
        name: Option<String>,
    },
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It has a home.
    Mapped,
    /// It has none, with the reason.
    Decided,
    /// Nothing is said of it yet.
    Open,
}

impl State {
    /// All states with their word.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Mapped, "mapped"), (Self::Decided, "decided"), (Self::Open, "open")];

    /// The word: `mapped`.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(state, _)| *state == self);
        row.expect("INVARIANT: every state is in the table").1
    }
}

impl Ledger {
    /// All rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The latest day that the sources of a policy name; none if they name none.
    #[must_use]
    pub fn dated<'l>(&'l self, policy: &'l str) -> Option<&'l str> {
        self.of_policy(policy).map(|row| row.dated.as_str()).filter(|dated| !dated.is_empty()).max()
    }

    /// The rows that this policy says, or of which it says a part.
    pub fn of_policy<'l>(&'l self, policy: &'l str) -> impl Iterator<Item = &'l Row> {
        let says = move |home: &Home| matches!(home, Home::Policy { id, .. } if id == policy);
        self.rows.iter().filter(move |row| row.homes.iter().any(says))
    }
}

impl Row {
    /// What became of it.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.homes.is_empty(), self.why.is_empty()) {
            (false, _) => State::Mapped,
            (true, false) => State::Decided,
            (true, true) => State::Open,
        }
    }

    /// Whether it is a row of a source that speaks of one payer or rule, and not a record as a whole or an addition of our own.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.grade.is_some()
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.record)?;
        self.number.map_or(Ok(()), |number| write!(f, "/{number}"))
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { id, part: Some(part) } => write!(f, "{id}#{part}"),
            Self::Policy { id, part: None } => f.write_str(id),
            Self::Entry { file, name: Some(name) } => write!(f, "{file}:{name}"),
            Self::Entry { file, name: None } => f.write_str(file),
        }
    }
}
