//! The audit: one entry for each thing that was touched, each bound to the one before by its hash.

mod export;
mod head;
mod report;
mod verify;

use std::borrow::Cow;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::act::Act;
use crate::rows::Row;
use crate::{Id, Phi, StoreError};

pub use export::{AuditLines, Verified, VerifyError, verify};
pub use head::SignedHead;
pub use report::{Access, AuditQuery};
pub use verify::Checked;
pub(crate) use verify::check;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Opened one record.
    Read,
    /// Shown among others.
    List,
    /// Shown as a hit of a search.
    Search,
    /// Opened what a document holds.
    Content,
    /// Made a record.
    Create,
    /// Changed a record.
    Update,
    /// Took a record away.
    Remove,
    /// Kept what a document holds.
    Attach,
    /// Sealed anew under another key; nothing else changed.
    Reseal,
    /// Deleted a patient's key.
    Shred,
    /// Changed keys.
    Rotate,
    /// Was refused.
    Refuse,
    /// Signed in.
    SignIn,
    /// Tried to sign in.
    SignInFailed,
    /// Signed out, or was signed out.
    SignOut,
    /// Printed.
    Print,
    /// Wrote records out.
    Export,
    /// Took records in.
    Import,
    /// Wrote a backup.
    Backup,
    /// Restored a backup.
    Restore,
    /// Sent something to another program.
    Send,
}

impl Action {
    /// The word for it, as the audit has it.
    pub const fn word(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::List => "list",
            Action::Search => "search",
            Action::Content => "content",
            Action::Create => "create",
            Action::Update => "update",
            Action::Remove => "remove",
            Action::Attach => "attach",
            Action::Reseal => "reseal",
            Action::Shred => "shred",
            Action::Rotate => "rotate",
            Action::Refuse => "refuse",
            Action::SignIn => "sign-in",
            Action::SignInFailed => "sign-in-failed",
            Action::SignOut => "sign-out",
            Action::Print => "print",
            Action::Export => "export",
            Action::Import => "import",
            Action::Backup => "backup",
            Action::Restore => "restore",
            Action::Send => "send",
        }
    }
}

/// What is entered when an act is done.
pub(crate) struct Touch {
    pub(crate) action: Action,
    pub(crate) noun: Cow<'static, str>,
    pub(crate) record: Option<String>,
    pub(crate) patient: Option<String>,
    pub(crate) note: Option<Phi<String>>,
    pub(crate) row_hash: Option<[u8; 32]>,
}

impl Touch {
    /// That a row was written.
    pub(crate) fn of_row(action: Action, row: &Row) -> Touch {
        Touch {
            action,
            noun: row.noun.clone().into(),
            record: Some(row.id.clone()),
            patient: row.owner().map(str::to_string),
            note: None,
            row_hash: Some(row.hash()),
        }
    }
}

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1, without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as [`Actor`](crate::Actor) writes itself.
    pub actor: String,
    /// Signed in how.
    pub session: Option<String>,
    /// What was done: the word of an [`Action`].
    pub action: String,
    /// To what kind of thing.
    pub noun: String,
    /// To which.
    pub record: Option<String>,
    /// Whose it is.
    pub patient: Option<String>,
    /// For what.
    pub purpose: String,
    /// By which request.
    pub request: String,
    /// A reason that a person gave, sealed.
    pub note: Option<Vec<u8>>,
    /// The hash of the row as this entry left it.
    pub row_hash: Option<Vec<u8>>,
    /// The hash of the entry before.
    pub before: Vec<u8>,
    /// The hash of this one.
    pub hash: Vec<u8>,
}

/// Where a chain begins.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];

impl Entry {
    /// The entry that follows a head.
    pub(crate) fn following(head: &Head, act: &Act, touch: &Touch, note: Option<Vec<u8>>) -> Entry {
        let mut entry = Entry {
            seq: head.seq + 1,
            at: milliseconds(act.at),
            actor: act.actor.to_string(),
            session: act.session.map(|id| id.to_string()),
            action: touch.action.word().to_string(),
            noun: touch.noun.to_string(),
            record: touch.record.clone(),
            patient: touch.patient.clone(),
            purpose: act.purpose.word().to_string(),
            request: act.request.clone(),
            note,
            row_hash: touch.row_hash.map(|hash| hash.to_vec()),
            before: head.hash.to_vec(),
            hash: Vec::new(),
        };
        entry.hash = entry.computed_hash().to_vec();
        entry
    }

    /// SHA-256 over every field, each with its length, and the hash before.
    pub(crate) fn computed_hash(&self) -> [u8; 32] {
        let mut hash = FieldHash::new(b"covered audit 1");
        hash.field(&self.seq.to_be_bytes());
        hash.field(time_text(self.at).as_bytes());
        hash.field(self.actor.as_bytes());
        hash.optional(self.session.as_deref().map(str::as_bytes));
        hash.field(self.action.as_bytes());
        hash.field(self.noun.as_bytes());
        hash.optional(self.record.as_deref().map(str::as_bytes));
        hash.optional(self.patient.as_deref().map(str::as_bytes));
        hash.field(self.purpose.as_bytes());
        hash.field(self.request.as_bytes());
        hash.optional(self.note.as_deref());
        hash.optional(self.row_hash.as_deref());
        hash.field(&self.before);
        hash.finish()
    }
}

/// SHA-256 over fields that cannot run into each other.
pub(crate) struct FieldHash(Sha256);

impl FieldHash {
    pub(crate) fn new(kind: &[u8]) -> FieldHash {
        let mut hash = FieldHash(Sha256::new());
        hash.field(kind);
        hash
    }

    pub(crate) fn field(&mut self, bytes: &[u8]) {
        self.0.update([1]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.field(bytes),
            None => self.0.update([0]),
        }
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Where the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// Times are kept to the millisecond, always with three digits, so that text sorts as time.
pub(crate) fn time_text(at: Timestamp) -> String {
    format!("{:.3}", milliseconds(at))
}

pub(crate) fn milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Anything that an entry may be about.
pub(crate) fn name<T>(id: Id<T>) -> Option<String> {
    Some(id.to_string())
}

/// A row of the table `audit`, as every statement selects it.
#[derive(sqlx::FromRow)]
pub(crate) struct EntryRow {
    seq: i64,
    at: String,
    actor: String,
    session: Option<String>,
    action: String,
    noun: String,
    record: Option<String>,
    patient: Option<String>,
    purpose: String,
    request: String,
    note: Option<Vec<u8>>,
    row_hash: Option<Vec<u8>>,
    before: Vec<u8>,
    hash: Vec<u8>,
}

/// The columns of [`EntryRow`].
pub(crate) const SELECT: &str = "SELECT seq, at, actor, session, action, noun, record, patient, purpose, request, note, \
                                 row_hash, before, hash FROM audit";

impl TryFrom<EntryRow> for Entry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Entry, StoreError> {
        let at =
            row.at.parse().map_err(|_| StoreError::Chain { seq: row.seq, cause: "its time is none".to_string() })?;
        Ok(Entry {
            seq: row.seq,
            at,
            actor: row.actor,
            session: row.session,
            action: row.action,
            noun: row.noun,
            record: row.record,
            patient: row.patient,
            purpose: row.purpose,
            request: row.request,
            note: row.note,
            row_hash: row.row_hash,
            before: row.before,
            hash: row.hash,
        })
    }
}
