//! What acts, cells and values are called, and where cells come from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use policy::diagnostic::{Diagnostic, Severity};
use policy::span::SourceId;

use super::{Basis, Cell, Permits, State, Value};
use crate::finding;
use crate::names::{NameError, Names};
use crate::reader::{Entry, Reader};

/// What is the same for all states.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Questions, in the order in which they are shown.
    pub cells: Vec<CellName>,
    /// Acts that a state may allow or forbid.
    pub acts: Vec<Act>,
    /// The day on which the sources were read.
    pub as_of: Option<Date>,
    /// Owners that a state may allow or forbid.
    pub owners: Vec<OwnerRule>,
    pub(super) gates: Vec<StateGate>,
    vocabularies: BTreeMap<String, BTreeMap<String, Word>>,
    sources: BTreeMap<String, Source>,
    names: Names<usize>,
}

/// What a question is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellName {
    /// Identifier: `injection.rn`.
    pub id: String,
    /// The heading it stands under.
    pub group: String,
    /// In plain words.
    pub label: String,
    /// Which values it may have.
    pub vocabulary: Option<String>,
}

/// What a value means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    permits: Option<Permits>,
    says: String,
}

/// Where cells come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is.
    pub kind: Basis,
    /// Its address.
    pub url: String,
    /// The day on which it was read, where that is not the day of all.
    pub read: Option<Date>,
}

/// Something that somebody may want to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Identifier: `inject`.
    pub id: String,
    /// In plain words: "inject toxin or filler".
    pub does: String,
    /// Who knows, where the library does not.
    pub board: String,
    /// What to ask there besides whether: which strengths, under whose supervision.
    pub ask: Option<String>,
    /// The services it is about, as a policy writes them; `None`: no gate follows from it.
    pub services: Option<String>,
    /// Which cell rules for which licences.
    pub(super) cells: Vec<(String, Vec<String>)>,
    /// Licences that no cell rules, and that are asked about all the same.
    pub(super) asked: Vec<String>,
    /// A cell that lists who may, and the licences of its words.
    pub(super) listed: Option<(String, BTreeMap<String, Vec<String>>)>,
}

/// An owner that a state may allow or forbid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRule {
    /// Identifier: `lay`.
    pub id: String,
    /// The cell that rules.
    pub cell: String,
    /// The fact that a case has such an owner.
    pub fact: String,
    /// In plain words.
    pub who: String,
}

/// A gate that is about the visit, not about one licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateGate {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) cell: String,
    pub(super) scope: String,
    pub(super) services: String,
    pub(super) not_in: Vec<String>,
    pub(super) kind: String,
    pub(super) criteria: Vec<String>,
}

impl Act {
    /// Whom to ask, and what: "the board that licenses the person, or counsel: which acids and strengths".
    #[must_use]
    pub fn whom(&self) -> String {
        match &self.ask {
            Some(ask) => format!("{}: {ask}", self.board),
            None => self.board.clone(),
        }
    }
}

impl Tables {
    /// The act that a person means: `laser`, "chemical peel".
    ///
    /// # Errors
    /// If no act has this name.
    pub fn act(&self, typed: &str) -> Result<&Act, NameError> {
        self.names.find(typed).map(|index| &self.acts[index])
    }

    /// A source by its identifier.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }

    /// The day on which a source was read.
    #[must_use]
    pub fn read_day(&self, source: &Source) -> Option<Date> {
        source.read.or(self.as_of)
    }

    /// What a question is called.
    #[must_use]
    pub fn cell_name(&self, id: &str) -> Option<&CellName> {
        self.cells.iter().find(|cell| cell.id == id)
    }

    /// What a cell says, in plain words.
    #[must_use]
    pub fn says(&self, cell: &Cell) -> String {
        if !cell.is_known {
            return "not known".to_owned();
        }
        match &cell.value {
            Value::Text(word) => self.word(cell, word).map_or_else(|| word.clone(), |word| word.says.clone()),
            Value::List(words) => {
                let said = words.iter().map(|word| self.word(cell, word).map_or(word.as_str(), |word| &word.says));
                said.collect::<Vec<_>>().join(", ")
            }
            value => value.to_string(),
        }
    }

    /// What a cell means for somebody who wants to do the act.
    #[must_use]
    pub fn permits(&self, cell: &Cell) -> Permits {
        match &cell.value {
            Value::Text(word) if cell.is_known => {
                self.word(cell, word).and_then(|word| word.permits).unwrap_or(Permits::Ask)
            }
            _ => Permits::Ask,
        }
    }

    fn word(&self, cell: &Cell, word: &str) -> Option<&Word> {
        let vocabulary = self.cell_name(&cell.id)?.vocabulary.as_ref()?;
        self.vocabularies.get(vocabulary)?.get(word)
    }

    /// Cells, values and sources that a state uses and nothing here names.
    pub(super) fn findings_about(&self, state: &State, source: SourceId) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut reader = Reader::new(source, &mut findings);
        for cell in &state.cells {
            let Some(name) = self.cell_name(&cell.id) else {
                reader.error(&finding::UNKNOWN_NAME, cell.span, format!("there is no cell `{}`", cell.id));
                continue;
            };
            let words: &[String] = match &cell.value {
                Value::Text(word) => std::slice::from_ref(word),
                Value::List(words) => words,
                _ => &[],
            };
            let is_strange = |word: &&String| name.vocabulary.is_some() && self.word(cell, word).is_none();
            if let Some(strange) = words.iter().find(is_strange).filter(|_| cell.is_known) {
                let message = format!("`{strange}` is no value of `{}`", cell.id);
                reader.error_with_help(&finding::BAD_WORD, cell.span, message, "add it to `states/words.toml`");
            }
            if let Some(id) = cell.source.as_ref().filter(|id| self.source(id).is_none()) {
                let message = format!("there is no source `{id}`");
                reader.error_with_help(&finding::UNKNOWN_NAME, cell.span, message, "add it to `states/sources.toml`");
            }
        }
        findings
    }

    pub(super) fn load<'f>(file: impl Fn(&str) -> Option<(SourceId, &'f str)>, findings: &mut Vec<Diagnostic>) -> Self {
        let mut tables = Self {
            cells: Vec::new(),
            acts: Vec::new(),
            as_of: None,
            owners: Vec::new(),
            gates: Vec::new(),
            vocabularies: BTreeMap::new(),
            sources: BTreeMap::new(),
            names: Names::new("act"),
        };
        let parts: [(&str, Part); 3] = [
            ("states/words.toml", Self::read_words),
            ("states/sources.toml", Self::read_sources),
            ("states/acts.toml", Self::read_acts),
        ];
        for (name, read) in parts {
            let Some((source, text)) = file(name) else {
                let message = format!("the file `{name}` is missing");
                findings.push(Diagnostic::new(&finding::MISSING_FILE, Severity::Error, message));
                continue;
            };
            let mut reader = Reader::new(source, findings);
            let mut root = reader.parse(text);
            read(&mut tables, &mut reader, &mut root);
            reader.finish(root);
        }
        tables
    }

    fn read_words(&mut self, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
        for mut entry in reader.entries(root, "cell") {
            let id = reader.text(&mut entry, "id");
            let group = reader.text(&mut entry, "group");
            let label = reader.text(&mut entry, "label");
            let vocabulary = reader.text_if_any(&mut entry, "vocabulary").map(|name| name.value);
            reader.finish(entry);
            if let (Some(id), Some(group), Some(label)) = (id, group, label) {
                self.cells.push(CellName { id: id.value, group: group.value, label: label.value, vocabulary });
            }
        }
        for (name, mut words) in reader.tables(root, "vocabulary") {
            let mut vocabulary = BTreeMap::new();
            for (value, mut entry) in reader.rest_as_tables(&mut words) {
                let permits = reader.word_if_any(&mut entry, "permits", &Permits::ALL);
                let says = reader.text(&mut entry, "says");
                reader.finish(entry);
                if let Some(says) = says {
                    vocabulary.insert(value.value, Word { permits, says: says.value });
                }
            }
            self.vocabularies.insert(name.value, vocabulary);
        }
    }

    fn read_sources(&mut self, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
        self.as_of = reader.date_if_any(root, "as_of");
        for (id, mut entry) in reader.tables(root, "source") {
            let kind = reader.word(&mut entry, "kind", &Basis::ALL);
            let url = reader.text(&mut entry, "url");
            let read = reader.date_if_any(&mut entry, "read");
            reader.finish(entry);
            if let (Some(kind), Some(url)) = (kind, url) {
                self.sources.insert(id.value, Source { kind, url: url.value, read });
            }
        }
    }

    fn read_acts(&mut self, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
        for mut entry in reader.entries(root, "act") {
            let id = reader.id(&mut entry);
            let does = reader.text(&mut entry, "does");
            let words = reader.texts(&mut entry, "words");
            let board = reader.text(&mut entry, "board");
            let ask = reader.text_if_any(&mut entry, "ask").map(|ask| ask.value);
            let services = reader.text_if_any(&mut entry, "for").map(|services| services.value);
            let cells = reader.lists(&mut entry, "cells");
            let asked = plain(reader.texts(&mut entry, "asked"));
            let listed = reader.text_if_any(&mut entry, "listed");
            let members = reader.lists(&mut entry, "members").into_iter().collect();
            reader.finish(entry);
            let (Some(id), Some(does), Some(board)) = (id, does, board) else { continue };
            for word in std::iter::once(&id).chain(&words) {
                reader.add_name(&mut self.names, word, self.acts.len());
            }
            let listed = listed.map(|cell| (cell.value, members));
            let (id, does, board) = (id.value, does.value, board.value);
            self.acts.push(Act { id, does, board, ask, services, cells, asked, listed });
        }
        for mut entry in reader.entries(root, "owner") {
            let mut text = |key| reader.text(&mut entry, key).map(|text| text.value);
            let (id, cell, fact, who) = (text("id"), text("cell"), text("fact"), text("who"));
            reader.finish(entry);
            if let (Some(id), Some(cell), Some(fact), Some(who)) = (id, cell, fact, who) {
                self.owners.push(OwnerRule { id, cell, fact, who });
            }
        }
        for mut entry in reader.entries(root, "gate") {
            let mut text = |key| reader.text(&mut entry, key).map(|text| text.value);
            let (id, title, cell) = (text("id"), text("title"), text("cell"));
            let (scope, services, kind) = (text("scope"), text("for"), text("kind"));
            let not_in = plain(reader.texts(&mut entry, "not_in"));
            let criteria = plain(reader.texts(&mut entry, "criteria"));
            reader.finish(entry);
            let (Some(id), Some(title), Some(cell)) = (id, title, cell) else { continue };
            let (Some(scope), Some(services), Some(kind)) = (scope, services, kind) else { continue };
            self.gates.push(StateGate { id, title, cell, scope, services, not_in, kind, criteria });
        }
    }
}

type Part = fn(&mut Tables, &mut Reader<'_>, &mut Entry<'_>);

fn plain(texts: Vec<policy::span::Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
