//! Lists that a practice brings along: patients, clinicians, its menu, as CSV.
//!
//! A file is read whole before anything is kept. Each row ends in the ledger: accepted, changed what was on file, the same as on file, or
//! rejected with a reason. A dry run does all of it and keeps nothing but that it was done. An import is one transaction, and is undone as a
//! whole for as long as nothing was built on it. No error, reason or ledger repeats a cell or a heading: a file without headings has a
//! patient in its first line.

mod cells;
mod columns;
mod keep;
mod ledger;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod try_out;
mod undo;

use serde::{Deserialize, Serialize};

use crate::StoreError;

pub use columns::{Column, Field};
pub use ledger::{Import, LedgerRow, Outcome, Reason, Replaced};
pub(crate) use try_out::try_out;

/// A list of ten thousand patients has two megabytes.
pub const BYTES_MAX: usize = 16 << 20;

/// One transaction keeps them all, and whoever writes meanwhile waits for it. A longer list is brought in parts.
pub const ROWS_MAX: usize = 10_000;

/// Programs of practices write out some fifty columns.
pub const COLUMNS_MAX: usize = 200;

/// The longest cell that is taken is an address.
pub const CELL_CHARACTERS_MAX: usize = 500;

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Patients; one on file is known by the practice's number, or by name and date of birth.
    Patients,
    /// Clinicians, a row for each licence; one on file is known by the NPI.
    Clinicians,
    /// The menu; an item on file is known by its name.
    Menu,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Patients, Kind::Clinicians, Kind::Menu];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Patients => "patients",
            Kind::Clinicians => "clinicians",
            Kind::Menu => "menu",
        }
    }
}

/// Finds the treatment of the library that a name on a menu means.
pub type Treatments<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// What is to be taken in.
pub struct Request<'a> {
    /// What the list is of.
    pub kind: Kind,
    /// The file.
    pub file: &'a [u8],
    /// Columns that are named by hand: the number of the column, from 1, and the field that it holds.
    pub columns: &'a [(usize, String)],
    /// Whether to keep nothing.
    pub dry_run: bool,
    /// What names of a menu mean.
    pub treatments: Treatments<'a>,
}

/// Why a list was not taken in, as a whole. Rows are rejected in the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Too many bytes, rows or columns.
    #[error("the file has {found} {what}, and at most {max} are taken")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// Not text.
    #[error("line {line} is not UTF-8")]
    Encoding {
        /// The first such line.
        line: u64,
    },
    /// Not a table.
    #[error("line {line} cannot be read as CSV")]
    Form {
        /// Where.
        line: u64,
    },
    /// There is no row.
    #[error("the file has no row below its headings")]
    Empty,
    /// No heading is one that is known.
    #[error("no heading in the first line is known for a list of {}", kind.word())]
    Headings {
        /// Of what the list should be.
        kind: Kind,
    },
    /// A field that every row needs has no column.
    #[error("no column holds `{field}`{}", suggestion(*near))]
    Missing {
        /// Which field.
        field: &'static str,
        /// A column whose heading comes near.
        near: Option<usize>,
    },
    /// Two columns for one field.
    #[error("columns {first} and {second} both hold `{field}`")]
    Twice {
        /// Which field.
        field: &'static str,
        /// One column.
        first: usize,
        /// The other.
        second: usize,
    },
    /// A column was named by hand that is not there, or a field that is none.
    #[error("column {column} cannot be `{field}`")]
    Named {
        /// Which column.
        column: usize,
        /// As which field.
        field: String,
    },
    /// The import was undone before.
    #[error("import {id} was undone already")]
    Undone {
        /// Which.
        id: String,
    },
    /// Something was built on what came in.
    #[error("import {id} cannot be undone: {} of its rows changed since or have records that name them, the first in line {}", lines.len(), lines.first().copied().unwrap_or_default())]
    BuiltOn {
        /// Which.
        id: String,
        /// The lines of the file whose records were built on.
        lines: Vec<u64>,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn suggestion(near: Option<usize>) -> String {
    near.map(|column| format!("; the heading of column {column} comes near")).unwrap_or_default()
}

impl ImportError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            ImportError::TooLarge { .. } => "S201",
            ImportError::Encoding { .. } => "S202",
            ImportError::Form { .. } => "S203",
            ImportError::Empty => "S204",
            ImportError::Headings { .. } => "S205",
            ImportError::Missing { .. } => "S206",
            ImportError::Twice { .. } => "S207",
            ImportError::Named { .. } => "S208",
            ImportError::Undone { .. } => "S209",
            ImportError::BuiltOn { .. } => "S210",
            ImportError::Store(error) => error.code(),
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            ImportError::TooLarge { .. } => "split the file, each part with the same headings",
            ImportError::Encoding { .. } => "save the list as \"CSV UTF-8\"",
            ImportError::Form { .. } => "look for a quotation mark that is not closed, and save the list as CSV again",
            ImportError::Empty => "write out the list again, with its rows",
            ImportError::Headings { .. } => {
                "put headings into the first line, or say which column holds what: `--column 1=family --column 2=given`"
            }
            ImportError::Missing { .. } => "name the column by hand, such as `--column 3=birth-date`",
            ImportError::Twice { .. } => "keep one: give the other none by hand, such as `--column 3=none`",
            ImportError::Named { .. } => "columns count from 1; docs/operations.md lists the fields",
            ImportError::Undone { .. } => "nothing is left to undo",
            ImportError::BuiltOn { .. } => "nothing was undone; change single records by hand",
            ImportError::Store(error) => error.next_step(),
        }
    }
}
