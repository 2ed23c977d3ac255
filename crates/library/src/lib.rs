//! The embedded policies, fact dictionary, code lists, payers and menu.
//!
//! A library is a folder of text files (`library/` of this project is embedded in the program). [`Library`] reads them, finds all
//! errors at once, and answers what a name typed by a person means: a payer, a treatment of the menu, a body region, a licence,
//! or the Medicare contractor of a place.

pub mod conflicts;
mod files;
pub mod finding;
mod header;
pub mod impact;
pub mod law;
pub mod ledger;
mod library;
pub mod licenses;
mod load;
pub mod macs;
pub mod menu;
mod names;
pub mod payers;
mod plain;
pub mod policies;
pub mod ranks;
mod reader;
mod reference;
pub mod regions;
pub mod report;
pub mod states;

pub use files::{FILE_BYTES_MAX, FILES_MAX, ReadError};
pub use header::{Header, Service, Services, Wanted};
pub use library::{Invalid, Library, LibraryError, Selection};
pub use names::{NAME_CHARACTERS_MAX, NameError};
pub use plain::fingerprint;
pub use reference::Compiled;
