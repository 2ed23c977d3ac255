//! What can go wrong, with stable codes.

use std::io;
use std::path::PathBuf;

use crate::kind::Kind;

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("`{}` cannot be read: {cause}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The store could not be written; what was there before still is.
    #[error("`{}` cannot be written: {cause}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Larger than any such file is.
    #[error("`{member}` is larger than {limit_bytes} bytes unpacked, which no file of these kinds is")]
    TooLarge {
        /// File, or part of an archive.
        member: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// Not a kind that is known.
    #[error("`{member}` is none of the files that can be imported: {seen}")]
    NotRecognized {
        /// File, or part of an archive.
        member: String,
        /// What it looks like.
        seen: String,
    },
    /// Another kind than was asked for.
    #[error("`{member}` is {found}, not {wanted}", found = found.title(), wanted = wanted.title())]
    OtherKind {
        /// File, or part of an archive.
        member: String,
        /// What it is.
        found: Kind,
        /// What was asked for.
        wanted: Kind,
    },
    /// The first day on which it counts is neither in the file nor in its name.
    #[error("neither `{member}` nor its name says from which day the {title} count", title = kind.title())]
    NoFirstDay {
        /// File, or part of an archive.
        member: String,
        /// What it is.
        kind: Kind,
    },
    /// No row could be used.
    #[error("no row of `{member}` could be used; the first was refused because {first}")]
    NoRows {
        /// File, or part of an archive.
        member: String,
        /// Why the first row was refused.
        first: String,
    },
    /// The file breaks off or is not well formed.
    #[error("`{member}` is damaged near {near}: {cause}")]
    Damaged {
        /// File, or part of an archive.
        member: String,
        /// Line or byte.
        near: String,
        /// What is wrong.
        cause: String,
    },
    /// Another file for the same days is already there.
    #[error("other {title} for {vintage} are already there, with SHA-256 {have}", title = kind.title(), have = &have[..12])]
    AlreadyThere {
        /// What it is.
        kind: Kind,
        /// First day and part.
        vintage: String,
        /// Hash of the file that is there.
        have: String,
    },
    /// A file that only licensees may use.
    #[error("`{member}` is CPT, which belongs to the American Medical Association")]
    NeedsLicence {
        /// File, or part of an archive.
        member: String,
    },
    /// What changed in a month, where only the whole list will do.
    #[error("`{member}` is a monthly supplement of the {title}, not the whole", title = kind.title())]
    Supplement {
        /// File, or part of an archive.
        member: String,
        /// What it is a part of.
        kind: Kind,
    },
    /// A spreadsheet, which this build does not read.
    #[error("`{member}` is a spreadsheet of a form that is not read here ({form})")]
    Spreadsheet {
        /// File, or part of an archive.
        member: String,
        /// `xlsx`, `xls`.
        form: &'static str,
    },
    /// An import that another process is making.
    #[error("another import is writing to `{}`", path.display())]
    Busy {
        /// The store.
        path: PathBuf,
    },
}

impl ImportError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "K001",
            Self::Write { .. } => "K002",
            Self::TooLarge { .. } => "K003",
            Self::NotRecognized { .. } => "K004",
            Self::OtherKind { .. } => "K005",
            Self::NoFirstDay { .. } => "K006",
            Self::NoRows { .. } => "K007",
            Self::Damaged { .. } => "K008",
            Self::AlreadyThere { .. } => "K009",
            Self::NeedsLicence { .. } => "K010",
            Self::Busy { .. } => "K011",
            Self::Supplement { .. } => "K012",
            Self::Spreadsheet { .. } => "K013",
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Read { .. } => "look whether the path is right and may be read",
            Self::Write { .. } => "look whether the folder may be written and the disk has room; nothing was changed",
            Self::TooLarge { .. } => "take the file as its owner publishes it",
            Self::NotRecognized { .. } => {
                "take the file as its owner publishes it, as text, CSV, XML or a zip of these; `covered codes import --help` lists them"
            }
            Self::OtherKind { .. } => "leave out --kind, or name the kind that it is",
            Self::NoFirstDay { .. } => "say it: --from 2026-10-01",
            Self::NoRows { .. } => "the layout may have changed; take the newest file, or tell us which release it is",
            Self::Damaged { .. } => "fetch it again; nothing was imported",
            Self::AlreadyThere { .. } => "if this one corrects the other, say --replace",
            Self::NeedsLicence { .. } => "if you hold a licence for it, say --licensed; it stays on this machine",
            Self::Busy { .. } => "wait until it has ended",
            Self::Supplement { .. } => {
                "take the whole list (UPDATED.csv): a supplement misses corrections, and would hide who was excluded before"
            }
            Self::Spreadsheet { .. } => {
                "take the text or CSV file of the same archive, or save the sheet as CSV; a build with `--features spreadsheets` reads .xlsx"
            }
        }
    }
}

/// Why a table of the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be read.
    #[error("`{}` cannot be read: {cause}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is not as it was written.
    #[error("`{}` is not as it was written: {cause}", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl StoreError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "K020",
            Self::Changed { .. } => "K021",
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Read { .. } => "look whether the folder may be read",
            Self::Changed { .. } => "import the official file again with --replace",
        }
    }
}
