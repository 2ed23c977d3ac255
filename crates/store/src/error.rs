//! What can go wrong, each with a code that stays, a cause and a next step. None of it says who a patient is.

use std::path::PathBuf;

/// Why something was not done. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such record, or it belongs to another noun.
    #[error("there is no {noun} {id}")]
    NotFound {
        /// Of which kind.
        noun: &'static str,
        /// Which.
        id: String,
    },
    /// Somebody changed the record meanwhile.
    #[error("{noun} {id} was changed meanwhile")]
    Conflict {
        /// Of which kind.
        noun: &'static str,
        /// Which.
        id: String,
    },
    /// The key came before, with another request.
    #[error("the idempotency key was used before, for another request")]
    KeyReused,
    /// What the row says is not what was written there.
    #[error("{noun} {id} cannot be opened: it was changed, moved or put back from elsewhere")]
    Tampered {
        /// Of which kind.
        noun: &'static str,
        /// Which.
        id: String,
    },
    /// The patient's key was deleted.
    #[error("the records of patient {patient} were shredded")]
    Shredded {
        /// Whose.
        patient: String,
    },
    /// No key here opens it.
    #[error("key {key} is not here")]
    NoKey {
        /// Which.
        key: String,
    },
    /// The root key is not the one that the practice's keys were wrapped with.
    #[error("the root key here is {here}, and the practice's key was wrapped with {needed}")]
    WrongRootKey {
        /// What the key source has.
        here: String,
        /// What would open it.
        needed: String,
    },
    /// The root key cannot be read, or may not be used as it lies.
    #[error("root key `{}`: {cause}", path.display())]
    RootKey {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        cause: String,
    },
    /// The database holds no practice yet.
    #[error("the database holds no practice yet")]
    Empty,
    /// The database holds one already.
    #[error("the database holds a practice already")]
    NotEmpty,
    /// A newer program wrote the database.
    #[error("the database was written by a newer version: it has migration {version}")]
    Newer {
        /// The first that this program does not know.
        version: i64,
    },
    /// A migration failed or was changed after it was applied.
    #[error("the database cannot be brought up to this version")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// No room is left where the database lies.
    #[error("no room is left for the database")]
    DiskFull(#[source] sqlx::Error),
    /// Another writer held the database for too long.
    #[error("the database was busy for too long")]
    Busy(#[source] sqlx::Error),
    /// The database did not do what it was asked.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The chain of the audit does not hold.
    #[error("the audit does not hold at entry {seq}: {cause}")]
    Chain {
        /// The first bad entry.
        seq: i64,
        /// What is wrong with it.
        cause: String,
    },
    /// A value is longer or larger than is taken.
    #[error("{what} has {found}, and at most {max} are taken")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How much came.
        found: u64,
        /// The limit.
        max: u64,
    },
    /// A record cannot be written or read as its type.
    #[error("a {noun} cannot be written or read: {cause}")]
    Form {
        /// Of which kind.
        noun: &'static str,
        /// Which form, never which value.
        cause: String,
    },
    /// A file could not be read or written.
    #[error("`{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            StoreError::NotFound { .. } => "S001",
            StoreError::Conflict { .. } => "S002",
            StoreError::KeyReused => "S003",
            StoreError::Tampered { .. } => "S004",
            StoreError::Shredded { .. } => "S005",
            StoreError::NoKey { .. } => "S006",
            StoreError::WrongRootKey { .. } => "S007",
            StoreError::RootKey { .. } => "S008",
            StoreError::Empty => "S009",
            StoreError::NotEmpty => "S010",
            StoreError::Newer { .. } => "S011",
            StoreError::Migration(_) => "S012",
            StoreError::DiskFull(_) => "S013",
            StoreError::Busy(_) => "S014",
            StoreError::Database(_) => "S015",
            StoreError::Chain { .. } => "S016",
            StoreError::TooLarge { .. } => "S017",
            StoreError::Form { .. } => "S018",
            StoreError::File { .. } => "S019",
        }
    }

    /// The same for another act of one transaction, where what the database said is told once.
    pub(crate) fn again(&self) -> StoreError {
        let told = || sqlx::Error::Protocol("see the act that was committed with this one".to_string());
        match self {
            StoreError::DiskFull(_) => StoreError::DiskFull(told()),
            StoreError::Busy(_) => StoreError::Busy(told()),
            _ => StoreError::Database(told()),
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            StoreError::NotFound { .. } => "look for it in the list; it may have been removed",
            StoreError::Conflict { .. } => "read it again, look at what changed, and make your change to that",
            StoreError::KeyReused => "use a new idempotency key for a new request",
            StoreError::Tampered { .. } => {
                "tell whoever answers for security, keep the database as it is, and run `covered audit verify`"
            }
            StoreError::Shredded { .. } => {
                "nothing brings them back, but a backup that was made before and is still kept"
            }
            StoreError::NoKey { .. } => "run `covered key check`",
            StoreError::WrongRootKey { .. } => {
                "give the root key that the message names, or recover it from the recovery sheet"
            }
            StoreError::RootKey { .. } => "see \"The root key\" in docs/operations.md",
            StoreError::Empty => "create the practice first",
            StoreError::NotEmpty => "open it, or name another database",
            StoreError::Newer { .. } => "run the newer program; a database never goes back",
            StoreError::Migration(_) => "keep the database as it is, and restore the last backup beside it",
            StoreError::DiskFull(_) => "make room, then do it again: nothing was half written",
            StoreError::Busy(_) => "do it again",
            StoreError::Database(_) => "see the log of the database; nothing was half written",
            StoreError::Chain { .. } => {
                "tell whoever answers for security, keep the database as it is, and compare with the last signed head"
            }
            StoreError::TooLarge { .. } => "make it smaller",
            StoreError::Form { .. } => "correct what was sent",
            StoreError::File { .. } => "see whether it is there and may be used",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
        match code.as_ref() {
            // SQLite's "full", its writing, truncating and syncing that fail, and PostgreSQL's "disk full".
            "13" | "778" | "1034" | "1546" | "4874" | "53100" => StoreError::DiskFull(error),
            "5" | "517" | "773" | "55P03" => StoreError::Busy(error),
            _ if matches!(error, sqlx::Error::PoolTimedOut) => StoreError::Busy(error),
            _ => StoreError::Database(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> StoreError {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => StoreError::Newer { version },
            error => StoreError::Migration(error),
        }
    }
}
