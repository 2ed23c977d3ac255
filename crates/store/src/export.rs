//! Everything that a practice keeps, in forms that other programs read: no lock-in.
//!
//! A folder with JSON Lines and CSV for each noun, what documents hold as files, and the audit as `covered audit verify` checks it. It is in
//! the clear, for the one who asked; secrets of sign-in are left out, since they are of use to nobody but a thief. The folder gets its name
//! when it is whole: its manifest, written last, has the hash of each file.

mod csv;
mod folder;
mod lines;
mod records;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::audit::{Action, SignedHead};
use crate::nouns::{Patient, Practice};
use crate::record::Record as _;
use crate::rows::Rows;
use crate::store::Store;
use crate::{Id, StoreError};

use folder::Folder;
pub use lines::{Form, Lines};

/// The form of the folder.
const FORMAT: &str = "covered-export-1";

/// Why an export was not made. No folder of its name is left then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The folder is there already, or cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store could not give it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExportError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            ExportError::Write { .. } => "S301",
            ExportError::Store(error) => error.code(),
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            ExportError::Write { .. } => "name a new folder, beside one that has room and may be written",
            ExportError::Store(error) => error.next_step(),
        }
    }
}

/// What an export says of itself: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the folder.
    pub format: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whose records they are.
    pub practice: Id<Practice>,
    /// Every other file.
    pub files: Vec<FileRow>,
    /// Records whose patient's key was deleted: nobody can read them, and they are not here.
    pub shredded: u64,
    /// The head of the audit that `audit.jsonl` ends in.
    pub head: SignedHead,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRow {
    /// Its path in the folder.
    pub name: String,
    /// Its records, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Store {
    /// Writes everything to a new folder. What is read is one state of the whole database; each patient in it is entered in the audit.
    ///
    /// # Errors
    /// When the folder is there already or cannot be written, or the database fails.
    pub async fn export(&self, act: &Act, to: &Path) -> Result<Manifest, ExportError> {
        let mut folder = Folder::new(to, Id::<()>::new(act.at))?;
        let rows = Rows::new(self.inner.pool.read().await?, self.ring());
        let written = records::write(rows, &mut folder).await?;
        // Entered before anybody can take the folder away, and in the audit that goes with it.
        let mut work = self.begin(act).await?;
        work.note(Action::Export, Some(self.practice()), None, None)?;
        for patient in &written.patients {
            let id: Id<Patient> = patient.parse().map_err(|_| tampered(Patient::NOUN, patient))?;
            work.note(Action::Export, Some(id), Some(id), None)?;
        }
        work.commit().await?;
        let mut audit = folder.file("audit.jsonl")?;
        let head = self.export_audit(&mut audit, act.at).await?;
        folder.keep(audit, None)?;
        let manifest = Manifest {
            format: FORMAT.to_string(),
            made_at: crate::audit::milliseconds(act.at),
            practice: self.practice(),
            files: folder.files(),
            shredded: written.shredded,
            head,
        };
        folder.finish(&manifest)?;
        Ok(manifest)
    }
}

fn tampered(noun: &'static str, id: &str) -> StoreError {
    StoreError::Tampered { noun, id: id.to_string() }
}

#[cfg(test)]
mod tests;
