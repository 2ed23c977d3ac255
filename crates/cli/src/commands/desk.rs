//! The desk from the command line: where its records lie, and what opens them.

pub(crate) mod audit;
pub(crate) mod backup;
mod demo;
pub(crate) mod export;
mod heads;
pub(crate) mod import;
pub(crate) mod key;
mod replay;
mod run;
pub(crate) mod serve;

use std::path::PathBuf;

use clap::Args;
use store::{Database, LocalRoot, Options, StoreError};

use crate::output::Failure;

/// Where a practice's records lie, and the key that opens them.
#[derive(Debug, Args)]
pub(crate) struct Keeping {
    /// Folder of the records (SQLite); it is made if it is not there.
    #[arg(long, value_name = "FOLDER", conflicts_with = "database")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL instead of a folder; COVERED_DATABASE in the environment shows the password to fewer.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// File of the root key, outside the folder of the records; without it, the credential `root-key` that systemd hands over.
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: Option<PathBuf>,
}

impl Keeping {
    /// Where the records lie.
    pub(crate) fn place(&self) -> Result<Database, Failure> {
        let from_environment = || std::env::var("COVERED_DATABASE").ok();
        match (&self.data, self.database.clone().or_else(from_environment)) {
            (Some(folder), _) => Ok(Database::Sqlite(folder.clone())),
            (None, Some(url)) => Ok(Database::parse(&url)),
            (None, None) => Err(Failure::Desk(
                "error[W0308]: nothing says where the records lie\n  = help: add `--data FOLDER` for one server, or `--database postgres://…` for several".to_owned(),
            )),
        }
    }

    /// How the store is opened.
    pub(crate) fn options(&self) -> Result<Options, Failure> {
        let database = self.place()?;
        match &self.root_key {
            Some(file) => Options::with_key_file(database, file).map_err(|error| failure(&error)),
            None => match LocalRoot::from_credential("root-key") {
                Ok(key) => Ok(Options { database, root_key: std::sync::Arc::new(key) }),
                Err(_) => Err(Failure::Desk(
                    "error[W0309]: nothing says where the root key is\n  = help: add `--root-key FILE`, outside the folder of the records; at the first start it is written there".to_owned(),
                )),
            },
        }
    }
}

/// An error of the store as the command line prints it.
pub(crate) fn failure(error: &StoreError) -> Failure {
    Failure::Desk(format!("error[{}]: {error}\n  = help: {}", error.code(), error.next_step()))
}
