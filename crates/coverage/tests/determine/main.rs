//! From a case to an answer, with small libraries of invented and of generated policies.
//!
//! `UPDATE_EXPECTED=1 cargo test -p coverage --test determine` writes the expected answers anew; read the diff.

mod advice;
mod cases;
mod derive;
#[path = "../contract/expected.rs"]
mod expected;
mod library;
