//! A loaded library.

use std::path::Path;
use std::sync::OnceLock;

use codes::StateCode;
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::{Diagnostic, Severity, Sources, Style, render_all};
use policy::dictionary::{Dictionary, Vocabulary};
use policy::program::Program;

use crate::conflicts::{self, Conflict};
use crate::files::{self, File, ReadError};
use crate::header::{Header, Wanted};
use crate::law::Law;
use crate::ledger::{self, Ledger};
use crate::licenses::Licenses;
use crate::load::{Parts, load};
use crate::macs::Macs;
use crate::menu::Menu;
use crate::payers::{PayerClasses, Payers};
use crate::policies::{Policies, PolicySource};
use crate::ranks::RankTable;
use crate::regions::Regions;
use crate::states::{State, States, Tables};

/// Why a library could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Files were read, but what they say cannot be used.
    #[error("the library has errors\n\n{}", render_all(.0.errors(), .0.sources(), Style::default()))]
    Invalid(Box<Invalid>),
}

/// All that is wrong with a library, with the texts that the places refer to.
#[derive(Debug)]
pub struct Invalid {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Invalid {
    /// All findings, in the order of the files.
    #[must_use]
    pub fn errors(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The texts that the places refer to.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

/// Which policies of a library may concern a case: where two selections of one library are equal, so are their programs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selection {
    /// The state whose gates are counted after the policies.
    state: Option<StateCode>,
    /// Places in the list of all policies.
    places: Vec<usize>,
}

/// A loaded library: everything that decides, and every name that a case may use.
#[derive(Debug)]
pub struct Library {
    version: String,
    files: Vec<File>,
    sources: Sources,
    parts: Parts,
    compiler_ranks: policy::program::Ranks,
    sha256: OnceLock<String>,
}

impl Library {
    /// The library of this program.
    ///
    /// # Errors
    /// Never for a released program: the tests load all of it. The errors are those of a build from changed files.
    ///
    /// ```
    /// let library = library::Library::embedded()?;
    /// assert_eq!(library.menu().find("11s")?.treatment.id, "botulinum-toxin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn embedded() -> Result<Self, LibraryError> {
        Self::load(env!("CARGO_PKG_VERSION").to_owned(), files::embedded(), Vec::new())
    }

    /// A library in a folder, instead of the embedded one. All policies are read.
    ///
    /// # Errors
    /// If a file cannot be read, or says what cannot be used; then all findings at once.
    pub fn from_dir(folder: &Path) -> Result<Self, LibraryError> {
        let library = Self::load("folder".to_owned(), files::from_dir(folder)?, Vec::new())?;
        library.valid()
    }

    /// This library together with a practice's own plan documents and contracts. Their policies are marked as entered by the
    /// practice, and may have only ranks that `rank.toml` opens to overlays.
    ///
    /// # Errors
    /// If a file cannot be read, or says what cannot be used; then all findings at once.
    pub fn with_overlay(self, folder: &Path) -> Result<Self, LibraryError> {
        let overlay = files::overlay(folder)?;
        let library = Self::load(format!("{}+overlay", self.version), self.files, overlay)?;
        library.valid()
    }

    /// Which library it is, for people: `0.1.0`, `folder`, `0.1.0+overlay`. What it says is told by [`Library::sha256`].
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The hash of everything that decides, 64 hexadecimal digits: SHA-256 over the lines `<sha256>  <path>` of all files, sorted
    /// by path, with the code tables of this program and the files of an overlay.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| files::hex(&files::sha256(&self.files)))
    }

    /// Classes of coverage.
    #[must_use]
    pub fn classes(&self) -> &PayerClasses {
        &self.parts.classes
    }

    /// Payers.
    #[must_use]
    pub fn payers(&self) -> &Payers {
        &self.parts.payers
    }

    /// Medicare contractors.
    #[must_use]
    pub fn macs(&self) -> &Macs {
        &self.parts.macs
    }

    /// Parts of the body.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.parts.regions
    }

    /// Kinds of licence.
    #[must_use]
    pub fn licenses(&self) -> &Licenses {
        &self.parts.licenses
    }

    /// The menu.
    #[must_use]
    pub fn menu(&self) -> &Menu {
        &self.parts.menu
    }

    /// Ranks and stacks.
    #[must_use]
    pub fn ranks(&self) -> &RankTable {
        &self.parts.ranks
    }

    /// The values of facts with `values_from`.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.parts.vocabulary
    }

    /// The fact dictionary.
    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        &self.parts.dictionary
    }

    /// The policies.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.parts.policies
    }

    /// The ledger: for every row of the sources, where it went. Empty if the library has none.
    ///
    /// # Errors
    /// What cannot be read of it.
    pub fn ledger(&self) -> Result<Ledger, LibraryError> {
        let Some(source) = self.parts.ledger else { return Ok(Ledger::default()) };
        let mut findings = Vec::new();
        let ledger = ledger::read(source, self.sources.text(source).unwrap_or_default(), &mut findings);
        if findings.is_empty() { Ok(ledger) } else { Err(self.invalid(findings)) }
    }

    /// Where the sources speak against each other. None if the library has no such file.
    ///
    /// # Errors
    /// What cannot be read of it.
    pub fn conflicts(&self) -> Result<Vec<Conflict>, LibraryError> {
        let Some(source) = self.parts.conflicts else { return Ok(Vec::new()) };
        let mut findings = Vec::new();
        let conflicts = conflicts::read(source, self.sources.text(source).unwrap_or_default(), &mut findings);
        if findings.is_empty() { Ok(conflicts) } else { Err(self.invalid(findings)) }
    }

    /// The data files beside the policies and code tables, by their path.
    pub(crate) fn data_files(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|file| (file.path.as_str(), &*file.text));
        files.filter(|(path, _)| !path.ends_with(".cov") && *path != ledger::FILE)
    }

    /// Deadlines, ways of appeal, figures and notices.
    ///
    /// # Errors
    /// What is wrong with the files of `law/`.
    pub fn law(&self) -> Result<&Law, LibraryError> {
        self.parts.law.get().map_err(|findings| self.invalid(findings.to_vec()))
    }

    /// What each state's law says of medical spas.
    #[must_use]
    pub fn states(&self) -> &States {
        &self.parts.states
    }

    /// What the law of one state says of medical spas, and what its cells are called; `None` for a territory.
    ///
    /// # Errors
    /// All findings in the files of the state.
    pub fn state(&self, code: StateCode) -> Result<Option<(&State, &Tables)>, LibraryError> {
        let Some(state) = self.states().get(code) else { return Ok(None) };
        let invalid = |findings: &[Diagnostic]| self.invalid(findings.to_vec());
        Ok(Some((state.map_err(invalid)?, self.states().tables().map_err(invalid)?)))
    }

    /// The gates that follow from the cells of one state, as policies; none for a territory.
    ///
    /// # Errors
    /// All findings in the files of the state.
    pub fn gates_of_state(&self, code: StateCode) -> Result<&[PolicySource], LibraryError> {
        let gates = self.states().gates(code, self.licenses()).map_err(|findings| self.invalid(findings.to_vec()))?;
        Ok(gates.map_or(&[], Policies::all))
    }

    /// The texts of all files, for printing findings.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What names in policy files refer to.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            dictionary: &self.parts.dictionary,
            ranks: &self.compiler_ranks,
            lists: &self.parts.lists,
            tables: &self.parts.tables,
        }
    }

    /// Compiles policies of this library.
    ///
    /// # Errors
    /// All findings of the compiler.
    pub fn compile(&self, entries: &[Entry]) -> Result<Program, Vec<Diagnostic>> {
        compile(entries, &self.context())
    }

    /// The policies that may concern any of these, for [`Library::compile`]; nothing wanted gives all. Those that surely do not
    /// concern them are not even read.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn entries(&self, wanted: &[Wanted<'_>]) -> Result<Vec<Entry>, LibraryError> {
        self.entries_where(None, |header| wanted.is_empty() || wanted.iter().any(|wanted| header.may_concern(*wanted)))
    }

    /// The policies that are wanted, and of the gates of one state those that are.
    pub(crate) fn entries_where(
        &self,
        state: Option<StateCode>,
        is_wanted: impl Fn(&Header) -> bool,
    ) -> Result<Vec<Entry>, LibraryError> {
        self.entries_of(&self.selection(state, is_wanted)?)
    }

    /// Which policies are wanted, and which of the gates of one state.
    pub(crate) fn selection(
        &self,
        state: Option<StateCode>,
        is_wanted: impl Fn(&Header) -> bool,
    ) -> Result<Selection, LibraryError> {
        let of_state = state.map_or(Ok(&[][..]), |state| self.gates_of_state(state))?;
        let all = self.policies().all().iter().chain(of_state).enumerate();
        let places = all.filter(|(_, policy)| is_wanted(policy.header())).map(|(place, _)| place).collect();
        Ok(Selection { state, places })
    }

    /// The policies of a selection, read.
    pub(crate) fn entries_of(&self, selection: &Selection) -> Result<Vec<Entry>, LibraryError> {
        let mut findings = Vec::new();
        let mut entries = Vec::new();
        let of_library = self.policies().all();
        let of_state = selection.state.map_or(Ok(&[][..]), |state| self.gates_of_state(state))?;
        for place in &selection.places {
            let policy = of_library.get(*place).or_else(|| of_state.get(*place - of_library.len()));
            match policy.map(PolicySource::rules) {
                Some(Ok(entry)) => entries.push(entry),
                Some(Err(errors)) => findings.extend_from_slice(errors),
                None => {}
            }
        }
        if findings.is_empty() { Ok(entries) } else { Err(self.invalid(findings)) }
    }

    /// Reads and compiles every policy, and gives all findings, warnings too, in the order of the files.
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut findings = self.policies().findings(self.ranks());
        findings.extend(self.states().findings());
        findings.extend(self.parts.law.get().err().unwrap_or_default().iter().cloned());
        let of_states = self.states().codes().filter_map(|code| self.states().gates(code, self.licenses()).ok()?);
        let of_states: Vec<&Policies> = of_states.collect();
        findings.extend(of_states.iter().flat_map(|gates| gates.syntax_findings()));
        let all = self.policies().all().iter().chain(of_states.iter().flat_map(|gates| gates.all()));
        let entries: Vec<Entry> = all.filter_map(|policy| policy.entry().ok()).collect();
        if let Err(errors) = self.compile(&entries) {
            findings.extend(errors);
        }
        findings.sort_by_key(|finding| finding.labels.first().map(|label| (label.source, label.span)));
        findings
    }

    pub(crate) fn invalid(&self, diagnostics: Vec<Diagnostic>) -> LibraryError {
        LibraryError::Invalid(Box::new(Invalid { diagnostics, sources: self.sources.clone() }))
    }

    fn valid(self) -> Result<Self, LibraryError> {
        let diagnostics = self.check();
        if diagnostics.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(self.invalid(diagnostics));
        }
        Ok(self)
    }

    fn load(version: String, base: Vec<File>, overlay: Vec<File>) -> Result<Self, LibraryError> {
        let files: Vec<File> = base.into_iter().chain(overlay).collect();
        let (parts, sources, findings) = load(&files);
        let failed = findings.iter().any(|finding| finding.severity == Severity::Error);
        let Some(parts) = parts.filter(|_| !failed) else {
            return Err(LibraryError::Invalid(Box::new(Invalid { diagnostics: findings, sources })));
        };
        let compiler_ranks = parts.ranks.compiled();
        Ok(Self { version, files, sources, parts, compiler_ranks, sha256: OnceLock::new() })
    }
}
