//! Which lists say what codes there are: those that the user imported, then those that are built in.

use std::path::Path;
use std::sync::Arc;

use codebook::{Lists, Store};
use codes::{BuiltIn, CodeLists};

use coverage::case::{Case, Note};
use library::Library;

use super::{folder, in_store};
use crate::output::Failure;
use crate::source;

/// The imported lists, if there is a place for them.
pub(crate) struct ImportedLists(Option<Arc<Lists>>);

impl ImportedLists {
    /// The lists in the folder that was named, or in the user's own. Nothing is read before a code is asked about.
    ///
    /// Fails if a folder is named that is not there: no list would be asked, and nobody would notice.
    pub(crate) fn of(named: Option<&Path>) -> Result<Self, Failure> {
        if let Some(missing) = named.filter(|folder| !folder.is_dir()) {
            return Err(Failure::Name {
                message: format!("there is no folder `{}` of imported code files", missing.display()),
                help: "`covered codes import FILE --codes FOLDER` makes one; without --codes your own is asked"
                    .to_owned(),
            });
        }
        Ok(Self(folder(named).map(|folder| Arc::new(Lists::of(Store::at(folder))))))
    }

    /// Which imported lists were asked, in a sentence; `None` if only the built-in ones were.
    pub(crate) fn asked(&self) -> Option<String> {
        let asked = self.0.as_ref()?.asked();
        let lists: Vec<String> = asked
            .iter()
            .map(|(kind, manifest)| format!("the imported {kind} of {} ({} rows)", manifest.from, manifest.rows))
            .collect();
        (!lists.is_empty()).then(|| format!("codes were checked by {}", lists.join(" and ")))
    }

    /// As a check asks them.
    pub(crate) fn lists(&self) -> Arc<dyn CodeLists> {
        match &self.0 {
            Some(lists) => Arc::clone(lists) as Arc<dyn CodeLists>,
            None => Arc::new(BuiltIn),
        }
    }

    /// Reads a case from a text and checks its codes; a list that could not be read is told first, and errors name the lists.
    pub(crate) fn case(&self, name: &str, text: &str, library: &Library) -> Result<(Case, Vec<Note>), Failure> {
        let decoded = source::case_by(name, text, library, &*self.lists());
        self.were_read()?;
        decoded.map_err(|failure| match (failure, self.asked()) {
            (Failure::Errors(errors), Some(asked)) => Failure::Errors(format!("{errors}\nnote: {asked}")),
            (failure, _) => failure,
        })
    }

    /// Fails if a list was asked and could not be read: what was checked by others must not pass for checked by it.
    pub(crate) fn were_read(&self) -> Result<(), Failure> {
        self.0.as_ref().and_then(|lists| lists.failure()).map_or(Ok(()), |error| Err(in_store(error)))
    }
}
