//! Backups: one sealed file of everything, made while others work, and restored to either database.
//!
//! A backup is read in one transaction that sees one state of the whole database. What was sealed stays sealed in it, and the file as a whole
//! is sealed once more, piece by piece, under a key of its own that the root key wraps: nothing of it can be read, changed, left out or cut
//! off without that being found. A file gets its name when it is whole. A restore is one transaction as well, compares everything with the
//! audit before it ends, and never goes over records that are there.

mod frames;
mod manifest;
mod open;
mod restore;
mod tables;
mod write;

use std::path::PathBuf;

use crate::StoreError;

pub(crate) use frames::Writer;
pub use manifest::{Manifest, TableRows};
pub use open::Opened;
pub(crate) use restore::try_out;
pub use restore::{Backup, Restored};
pub use write::Made;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The file is there already, or cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not a backup, or of a form that this program does not know.
    #[error("`{}` is no backup that this version reads", path.display())]
    Kind {
        /// Which file.
        path: PathBuf,
    },
    /// It was changed or cut off.
    #[error("the backup is not as it was made: piece {piece} does not open")]
    Damaged {
        /// The first bad piece, from 0.
        piece: u64,
    },
    /// It opens, and is not what a backup holds.
    #[error("the backup is not whole: {cause}")]
    Content {
        /// What is wrong.
        cause: &'static str,
    },
    /// Another root key.
    #[error("the backup was made under root key {needed}, and the one here is {here}")]
    RootKey {
        /// The name of the key that opens it.
        needed: String,
        /// The name of the key that is here.
        here: String,
    },
    /// A newer program made it.
    #[error("the backup was made by a newer version: it has migration {schema}")]
    Newer {
        /// The last migration of its database.
        schema: i64,
    },
    /// There are records where it should go.
    #[error("there are records where the backup should go")]
    NotEmpty,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            BackupError::Write { .. } => "S401",
            BackupError::Read { .. } => "S402",
            BackupError::Kind { .. } => "S403",
            BackupError::Damaged { .. } => "S404",
            BackupError::Content { .. } => "S405",
            BackupError::RootKey { .. } => "S406",
            BackupError::Newer { .. } => "S407",
            BackupError::NotEmpty => "S408",
            BackupError::Store(error) => error.code(),
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            BackupError::Write { .. } => "name a new file in a folder that has room and may be written",
            BackupError::Read { .. } => "see whether it is there and may be read",
            BackupError::Kind { .. } => "name a file that `covered backup` wrote",
            BackupError::Damaged { .. } | BackupError::Content { .. } => {
                "take another copy of it, or the backup before"
            }
            BackupError::RootKey { .. } => {
                "give the root key of that name, or recover it from the recovery sheet of its time"
            }
            BackupError::Newer { .. } => "restore it with the program that made it, or a newer one",
            BackupError::NotEmpty => "name a new directory or an empty database; a backup never goes over records",
            BackupError::Store(error) => error.next_step(),
        }
    }
}
