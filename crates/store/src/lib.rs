//! A practice's records: sealed, audited, replayable.
//!
//! One value does everything: no record of a patient is read or written without an [`Act`], which says who does it and for what.
//! [`Store::act`] is one transaction: the audit's head is locked first, rows are sealed, what was touched is entered in the chain, and only
//! then the value is given out. `docs/desk.md` says why it is built so.

mod act;
mod audit;
pub mod backup;
mod database;
pub mod document;
mod error;
pub mod export;
mod group;
mod id;
pub mod import;
mod keyring;
mod keys;
mod names;
pub mod nouns;
mod pending;
mod phi;
#[doc(hidden)]
pub mod readers;
mod record;
mod root;
mod rows;
mod seal;
mod sheet;
mod shred;
mod signin;
mod store;
mod work;

pub use act::{Act, Actor, Purpose, Role};
pub use audit::{
    Access, Action, AuditLines, AuditQuery, Checked, Entry, Head, SignedHead, Verified, VerifyError, verify,
};
pub use database::Database;
pub use error::StoreError;
pub use id::{Id, IdError};
pub use keys::{KeyReport, Resealed};
pub use names::HITS_MAX;
pub use phi::Phi;
pub use record::{Clear, Cursor, Order, PAGE_MAX, Page, Plain, Query, Record, Stored};
pub use root::{LocalRoot, RootKey};
pub use sheet::SheetError;
pub use shred::Shredded;
pub use signin::{GUESSES_KEPT, Standing};
pub use store::{Options, Store, apart};
pub use work::{BODY_BYTES_MAX, NOTE_CHARACTERS_MAX, Work};
