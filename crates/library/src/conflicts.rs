//! Where the sources speak against each other, and what was done about it (`conflicts.toml`).

use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Span, Spanned};

use crate::finding;
use crate::ledger::{Home, home};
use crate::reader::{Entry, Reader};

/// Name of the file below the root of a library.
pub(crate) const FILE: &str = "conflicts.toml";

/// One contradiction between sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Identifier: `plasma-wound-code`.
    pub id: String,
    /// What it is about, in a few words.
    pub about: String,
    /// What one source says.
    pub one: String,
    /// What the other says.
    pub other: String,
    /// Rows of the ledger that take part.
    pub rows: Vec<String>,
    /// Where the library speaks of it.
    pub homes: Vec<Home>,
    /// What became of it.
    pub state: ConflictState,
    /// What was done, and why.
    pub decision: String,
    /// Where it stands in the file.
    pub(crate) place: (SourceId, Span),
}

/// What became of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictState {
    /// One source was shown to be right or newer.
    Settled,
    /// Both were kept; the one that asks or withholds more decides.
    Cautious,
    /// It is not known, and the answers say so.
    Open,
}

impl ConflictState {
    /// All states with their word.
    pub const ALL: [(&'static str, Self); 3] =
        [("settled", Self::Settled), ("cautious", Self::Cautious), ("open", Self::Open)];

    /// The word: `settled`.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, state)| *state == self);
        row.expect("INVARIANT: every state is in the table").0
    }
}

/// Reads the text of the file; what cannot be read of it is left out and reported.
pub fn read(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Vec<Conflict> {
    let mut reader = Reader::new(source, findings);
    let mut file = reader.parse(text);
    let mut conflicts: Vec<Conflict> = Vec::new();
    for entry in reader.entries(&mut file, "conflict") {
        let Some(conflict) = conflict(&mut reader, entry, source) else { continue };
        if conflicts.iter().any(|known| known.id == conflict.id) {
            reader.error(&finding::TWICE, conflict.place.1, format!("there is already a conflict `{}`", conflict.id));
        }
        conflicts.push(conflict);
    }
    reader.finish(file);
    conflicts
}

fn conflict(reader: &mut Reader<'_>, mut entry: Entry<'_>, source: SourceId) -> Option<Conflict> {
    let place = (source, entry.span);
    let mut text = |key| reader.text(&mut entry, key);
    let (id, about, one, other) = (text("id"), text("about"), text("one"), text("other"));
    let (state, decision) = (text("state"), text("decision"));
    let state = state.and_then(|state| reader.one_of("state", &state, &ConflictState::ALL));
    let values = |texts: Vec<Spanned<String>>| texts.into_iter().map(|text| text.value).collect::<Vec<_>>();
    let rows = values(reader.texts(&mut entry, "rows"));
    let homes = values(reader.texts(&mut entry, "homes"));
    reader.finish(entry);
    Some(Conflict {
        id: id?.value,
        about: about?.value,
        one: one?.value,
        other: other?.value,
        rows,
        homes: homes.iter().map(|text| home(text)).collect(),
        state: state?,
        decision: decision?.value,
        place,
    })
}
