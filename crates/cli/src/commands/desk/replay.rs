//! Answers that were kept, given again: the same case and the same library give the same bytes.

use std::collections::HashMap;

use coverage::case::{Decoded, Notation, decode};
use coverage::determine::determine;
use library::{Compiled, Library, Selection};
use serde_json::Value;
use store::nouns::Determination;
use store::{Id, Query, Store};

use super::run::{act, told};
use crate::output::Failure;

/// What became of every answer.
#[derive(Default)]
pub(crate) struct Replayed {
    /// Answered as they were kept.
    pub(crate) alike: usize,
    /// Not answered: another library answered them.
    pub(crate) other_library: usize,
    /// Answered otherwise.
    pub(crate) otherwise: Vec<Id<Determination>>,
}

/// Answers every kept case again.
pub(crate) async fn replay(store: &Store, library: &Library) -> Result<Replayed, Failure> {
    let mut replayed = Replayed::default();
    let mut programs = HashMap::new();
    let mut query = Query::<Determination>::all();
    loop {
        let page = store.act(&act("restore verify"), async |work| work.find(&query).await).await;
        let page = page.map_err(|error: store::StoreError| told(error.code(), &error, error.next_step()))?;
        for kept in &page.items {
            if kept.library != library.sha256() {
                replayed.other_library += 1;
            } else if answered(library, &mut programs, kept.case.reveal())?.as_ref() == Some(kept.answer.reveal()) {
                replayed.alike += 1;
            } else {
                replayed.otherwise.push(kept.id);
            }
        }
        query = match page.next {
            Some(next) => query.after(Some(next)),
            None => return Ok(replayed),
        };
    }
}

/// The answer to a case; none, if it cannot be read.
fn answered<'l>(
    library: &'l Library,
    programs: &mut HashMap<Selection, Compiled<'l>>,
    case: &Value,
) -> Result<Option<Value>, Failure> {
    let text = case.to_string();
    let Ok(Decoded { case, notes }) = decode("the case", &text, Notation::guess(&text), library) else {
        return Ok(None);
    };
    let selection = library.selection_for(&case)?;
    let program = match programs.entry(selection) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => {
            let compiled = library.compiled_selection(new.key())?;
            new.insert(compiled)
        }
    };
    let answer = determine(&case, &notes, &*program);
    Ok(serde_json::to_value(&answer).ok())
}
