//! What a backup says of itself.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::nouns::Practice;

/// The form of the file.
pub(super) const FORMAT: u32 = 1;

/// A backup's contents. It names nobody, and is sealed all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(super) format: u32,
    /// The backup's name.
    pub backup: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The last day that it is kept: until then it can bring back a patient who is shredded after it was made.
    pub kept_until: Date,
    /// The version of the program that made it.
    pub program: String,
    /// The last migration of the database.
    pub schema: i64,
    /// Whose records they are.
    pub practice: Id<Practice>,
    /// The last entry of the audit.
    pub head_seq: i64,
    /// Its hash, in hexadecimal digits.
    pub head_hash: String,
    /// The hash of the library that the program answered with.
    pub library: String,
    /// Patients whose key had been deleted: this backup cannot bring them back.
    pub shredded: u64,
    /// Every table, with its columns and the number of its rows.
    pub tables: Vec<TableRows>,
}

impl Manifest {
    /// All rows together.
    pub fn rows(&self) -> u64 {
        self.tables.iter().fold(0, |sum, table| sum.saturating_add(table.rows))
    }
}

/// A table of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRows {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the rows.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}
