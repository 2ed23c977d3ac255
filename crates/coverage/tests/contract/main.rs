//! The contract that tools rely on: case files, their errors, the schemas, the template.
//!
//! `UPDATE_EXPECTED=1 cargo test -p coverage --test contract` writes the expected files anew; read the diff.

mod case_files;
mod expected;
mod facts;
mod reference;
mod robust;
mod schemas;
mod template;
