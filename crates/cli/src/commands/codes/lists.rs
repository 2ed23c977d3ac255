//! Which lists say what codes there are: those that the user imported, then those that are built in.

use std::path::Path;
use std::sync::Arc;

use codebook::{Lists, Store};
use codes::{BuiltIn, CodeLists};

use super::{folder, in_store};
use crate::output::Failure;

/// The imported lists, if there is a place for them.
pub(crate) struct ImportedLists(Option<Arc<Lists>>);

impl ImportedLists {
    /// The lists in the folder that was named, or in the user's own. Nothing is read before a code is asked about.
    pub(crate) fn of(named: Option<&Path>) -> Self {
        Self(folder(named).map(|folder| Arc::new(Lists::of(Store::at(folder)))))
    }

    /// As a check asks them.
    pub(crate) fn lists(&self) -> Arc<dyn CodeLists> {
        match &self.0 {
            Some(lists) => Arc::clone(lists) as Arc<dyn CodeLists>,
            None => Arc::new(BuiltIn),
        }
    }

    /// Fails if a list was asked and could not be read: what was checked by others must not pass for checked by it.
    pub(crate) fn were_read(&self) -> Result<(), Failure> {
        self.0.as_ref().and_then(|lists| lists.failure()).map_or(Ok(()), |error| Err(in_store(error)))
    }
}
