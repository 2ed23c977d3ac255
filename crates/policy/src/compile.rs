//! From syntax trees to a [`Program`]: names are looked up, tests numbered, conditions laid out flat.

mod atoms;
mod builder;
mod flatten;
mod sets;

pub(crate) use atoms::in_fact_units;
pub use builder::WITH_LABEL;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::PolicyFile;
use crate::diagnostic::Diagnostic;
use crate::dictionary::Dictionary;
use crate::lists::{Lists, Table};
use crate::program::{Program, Ranks};

/// What names in policy files refer to.
pub struct Context<'a> {
    /// The fact dictionary.
    pub dictionary: &'a Dictionary,
    /// Every rank that may be named.
    pub ranks: &'a Ranks,
    /// The code lists.
    pub lists: &'a Lists,
    /// The look-up tables by name.
    pub tables: &'a BTreeMap<String, Table>,
}

/// A policy file, and whether the practice itself wrote it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The tree.
    pub file: Arc<PolicyFile>,
    /// From an overlay, not from an authority.
    pub entered_by_practice: bool,
}

impl From<PolicyFile> for Entry {
    fn from(file: PolicyFile) -> Self {
        Self { file: Arc::new(file), entered_by_practice: false }
    }
}

/// Compiles policies into one program.
///
/// # Errors
/// Every name that cannot be found, every test that does not fit its fact, all at once.
pub fn compile(entries: &[Entry], context: &Context<'_>) -> Result<Program, Vec<Diagnostic>> {
    let mut builder = builder::Builder::new(context);
    for entry in entries {
        builder.policy(entry);
    }
    builder.finish()
}
