//! Official code files: read as their owners publish them, kept side by side by effective date, looked up.
//!
//! [`import`](fn@import) takes a file or an archive, recognizes each by its content, and commits it to a [`Store`] whole or not at
//! all. Every file becomes a vintage: it counts from a first day, and a question about a day asks the vintage that counted then.
//! [`price::Schedule`] computes what Medicare allows from the imported tables.
//!
//! Nothing of an official file is part of this repository: descriptions stay on the machine of who imported them.

mod days;
pub mod decimal;
pub mod diff;
mod error;
mod import;
mod kind;
mod kinds;
mod layout;
mod lists;
mod lookup;
mod on_disk;
mod page;
mod pairs;
pub mod price;
mod sort;
mod source;
mod store;
#[cfg(feature = "spreadsheets")]
mod workbook;

pub use error::{ImportError, StoreError};
pub use import::{Examined, Imported, Options, Refusal, Report, examine, import};
pub use kind::Kind;
pub use lists::Lists;
pub use lookup::{Row, Table, exclusions};
pub use pairs::{Edit, ModifierIndicator, Pairs};
pub use source::UNPACKED_BYTES_MAX;
pub use store::{Manifest, Outcome, Store};
