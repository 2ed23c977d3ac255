//! Identifiers and quantities of US medical billing, and dated code tables.
//!
//! Everything here is pure: no clock, no I/O, no floats. Outside text becomes
//! one of these types at the edge, or an error that says what was expected;
//! inside, nothing is checked again.
//!
//! A type says that a text has the *shape* of an identifier. Whether the
//! identifier exists is a question about a date, answered by the tables
//! ([`icd10`], [`hcpcs`], [`place_of_service`], [`adjustment`]). Outside its
//! window a table answers "not checked", never an error.
//!
//! ```
//! use codes::{icd10, IcdCode};
//! use jiff::civil::date;
//!
//! let code: IcdCode = "g43.709".parse()?;
//! assert_eq!(code.to_string(), "G43.709");
//! assert_eq!(icd10::lookup(code, date(2026, 11, 23)),
//!     icd10::IcdStatus::OutsideWindow { window: icd10::window() });
//! # Ok::<(), codes::IcdCodeError>(())
//! ```

mod inline;
mod ranges;
mod table;

pub mod adjustment;
pub mod cents;
pub mod cents_interval;
pub mod code_set;
pub mod dates;
pub mod hcpcs;
pub mod icd10;
pub mod lists;
pub mod modifier;
pub mod ndc;
pub mod npi;
pub mod place_of_service;
pub mod procedure;
pub mod state;
pub mod suggest;

pub use adjustment::{AdjustmentGroup, CarcCode, RarcCode};
pub use cents::{Cents, ParseCentsError, Rounding};
pub use cents_interval::CentsInterval;
pub use code_set::{CodeSet, IcdSet, PatternError};
pub use dates::{Deadline, Interval, Period};
pub use icd10::{IcdCode, IcdCodeError};
pub use lists::{BuiltIn, CodeLists, Exclusion};
pub use modifier::{Modifier, ModifierError};
pub use ndc::{Ndc, NdcError};
pub use npi::{Npi, NpiError};
pub use place_of_service::{PlaceOfService, PlaceOfServiceError};
pub use procedure::{ProcedureCode, ProcedureCodeError, ProcedureKind};
pub use state::{StateCode, StateCodeError};
pub use suggest::suggest;
