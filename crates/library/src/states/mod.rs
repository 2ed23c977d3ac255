//! What each state's law says of medical spas, cell by cell: who may own, examine, inject, fire a laser, supervise, and where.
//!
//! A cell has a value, a basis and a source. Only a cell that rests on the state's own text or its agency's may block; a weaker
//! one warns and asks, and one that is not known asks. `States::gates` makes policies of the cells of one state, when a case
//! is in that state. Nothing is read before it is asked for.

mod cell;
mod gates;
mod read;
mod rule;
mod tables;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use codes::StateCode;
use policy::diagnostic::Diagnostic;
use policy::span::SourceId;

pub use cell::{Basis, Cell, Strength, Value};
pub use rule::{Permits, Rule};
pub use tables::{Act, CellName, OwnerRule, Source, Tables};

use crate::licenses::Licenses;
use crate::policies::Policies;

/// Files that are about all states.
pub(crate) const COMMON: [&str; 3] = ["states/acts.toml", "states/sources.toml", "states/words.toml"];

/// One state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Which.
    pub code: StateCode,
    /// What is known, in the order of the file.
    pub cells: Vec<Cell>,
    /// Sources that contradict each other, a sentence each.
    pub conflicts: Vec<String>,
    /// What else is worth knowing.
    pub also: Option<String>,
    /// Statutes, rules and bills.
    pub texts: Vec<LegalText>,
}

/// A statute, rule, guideline or bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalText {
    /// What it is called.
    pub name: String,
    /// In force, filed, failed and so on.
    pub status: String,
    /// Whether it was read, or is general knowledge.
    pub was_read: bool,
    /// What else is known of it.
    pub note: Option<String>,
}

/// How many cells rest on what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// On the state's own text or its agency's.
    pub solid: usize,
    /// On anything else.
    pub weak: usize,
    /// On nothing.
    pub unknown: usize,
}

impl State {
    /// The cell with this identifier: `injection.rn`.
    #[must_use]
    pub fn cell(&self, id: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.id == id)
    }

    /// How many cells rest on what.
    #[must_use]
    pub fn shares(&self) -> Shares {
        let mut shares = Shares::default();
        for cell in &self.cells {
            match cell.strength() {
                Strength::Solid => shares.solid += 1,
                Strength::Weak => shares.weak += 1,
                Strength::Unknown => shares.unknown += 1,
            }
        }
        shares
    }
}

impl Shares {
    /// A part of all cells in whole percent, halves up.
    #[must_use]
    pub fn percent(self, part: usize) -> usize {
        let all = self.solid + self.weak + self.unknown;
        if all == 0 { 0 } else { (200 * part + all) / (2 * all) }
    }
}

/// All states of a library.
#[derive(Debug, Default)]
pub struct States {
    common: BTreeMap<String, Text>,
    files: BTreeMap<StateCode, StateFile>,
    tables: OnceLock<Result<Tables, Vec<Diagnostic>>>,
}

/// A file that is read when it is asked for.
#[derive(Debug)]
struct Text {
    source: SourceId,
    text: Cow<'static, str>,
}

#[derive(Debug)]
struct StateFile {
    text: Text,
    state: OnceLock<Result<State, Vec<Diagnostic>>>,
    gates: OnceLock<Policies>,
}

impl States {
    /// The states with a file, in the order of their codes.
    pub fn codes(&self) -> impl Iterator<Item = StateCode> {
        self.files.keys().copied()
    }

    /// One state; `None` for a territory, of which the library holds nothing.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn get(&self, code: StateCode) -> Option<Result<&State, &[Diagnostic]>> {
        let file = self.files.get(&code)?;
        let read = || read::state(code, file.text.source, &file.text.text);
        Some(file.state.get_or_init(read).as_ref().map_err(Vec::as_slice))
    }

    /// What acts, cells and values are called, and where cells come from.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn tables(&self) -> Result<&Tables, &[Diagnostic]> {
        let read = || {
            let mut findings = Vec::new();
            let tables =
                Tables::load(|name| self.common.get(name).map(|file| (file.source, &*file.text)), &mut findings);
            if findings.is_empty() { Ok(tables) } else { Err(findings) }
        };
        self.tables.get_or_init(read).as_ref().map_err(Vec::as_slice)
    }

    /// The gates of one state, as policies; none for a territory.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub(crate) fn gates(&self, code: StateCode, licenses: &Licenses) -> Result<Option<&Policies>, &[Diagnostic]> {
        let Some(state) = self.get(code) else { return Ok(None) };
        let (state, tables) = (state?, self.tables()?);
        let file = &self.files[&code];
        Ok(Some(file.gates.get_or_init(|| gates::gates(state, tables, licenses))))
    }

    /// Takes up a file; whether its path is one of a state.
    pub(crate) fn add(&mut self, path: &str, source: SourceId, text: Cow<'static, str>) -> bool {
        let text = Text { source, text };
        if COMMON.contains(&path) {
            self.common.insert(path.to_owned(), text);
            return true;
        }
        let code = path.strip_prefix("states/").and_then(|name| name.strip_suffix(".toml"));
        let Some(code) = code.and_then(|code| code.parse().ok()) else { return false };
        self.files.insert(code, StateFile { text, state: OnceLock::new(), gates: OnceLock::new() });
        true
    }

    /// What is wrong with any of the files; all are read.
    pub(crate) fn findings(&self) -> Vec<Diagnostic> {
        if self.files.is_empty() && self.common.is_empty() {
            return Vec::new();
        }
        let mut findings = self.tables().err().unwrap_or_default().to_vec();
        for code in self.codes() {
            match (self.get(code), self.tables()) {
                (Some(Err(errors)), _) => findings.extend_from_slice(errors),
                (Some(Ok(state)), Ok(tables)) => {
                    let source = self.files[&code].text.source;
                    findings.extend(tables.findings_about(state, source));
                }
                _ => {}
            }
        }
        findings
    }
}
