//! The library as the engine of determinations sees it.

use std::borrow::Cow;

use codes::{CodeSet, ProcedureCode, StateCode};
use coverage::case::{Case, Line};
use coverage::reference::{
    Implied, NotFound, Payer, PayerClass, Reference, StackRank, Treatment, UsualCodes, UsualQuery,
};
use jiff::civil::Date;
use policy::compile::Entry;
use policy::dictionary::Dictionary;
use policy::program::Program;

use crate::header::{Header, Service, Wanted};
use crate::library::{Library, LibraryError, Selection};
use crate::menu::set_of;
use crate::names::NameError;
use crate::ranks::Effect;

impl Reference for Library {
    fn dictionary(&self) -> &Dictionary {
        Library::dictionary(self)
    }

    fn payer(&self, written: &str) -> Result<Payer<'_>, NotFound> {
        let payer = self.payers().find(written).map_err(not_found)?;
        Ok(Payer { id: &payer.id, name: &payer.name, class: payer.class })
    }

    fn treatment(&self, written: &str) -> Result<Treatment<'_>, NotFound> {
        let found = self.menu().find(written).map_err(not_found)?;
        let treatment = found.treatment;
        Ok(Treatment {
            id: &treatment.id,
            name: &treatment.name,
            kind: treatment.kind.word(),
            codes: treatment.possible_codes(),
            implied: Implied {
                drug: found.product.map(|product| product.name.clone()),
                drug_source: found.product.and_then(|product| product.source),
                region: found.region.map(str::to_owned),
            },
        })
    }

    /// Nothing is billed for looks where the menu has no code for it; where what was done settles the code, the menu does not tell.
    fn usual_codes(&self, query: &UsualQuery<'_>) -> Option<UsualCodes> {
        let mut found = self.menu().find(query.name).ok()?;
        if let Some(drug) = query.drug {
            found = found.with_product(drug);
        }
        let usual = found.usual_codes(query.diagnoses, query.purpose, query.date)?;
        let is_settled = usual.choice.is_none();
        is_settled.then(|| UsualCodes { codes: usual.codes, indication: usual.indication_name.to_owned() })
    }

    fn region(&self, written: &str) -> Result<&str, NotFound> {
        self.regions().find(written).map(|region| region.id.as_str()).map_err(not_found)
    }

    fn macs(&self, state: StateCode, county: Option<&str>) -> Vec<&str> {
        Library::macs(self).at(state, county).into_iter().map(|mac| mac.id.as_str()).collect()
    }
}

fn not_found(error: NameError) -> NotFound {
    match error {
        NameError::Unknown { near, .. } => NotFound { nearest: near.into_iter().next(), question: None },
        NameError::Ambiguous { question, choices, .. } => {
            let question = format!("{question} Write one of: {}.", choices.join(", "));
            NotFound { nearest: None, question: Some(question) }
        }
    }
}

/// Rank of the checks for red flags, which no answer asks.
const CHECK: &str = "check";
/// Rank of the gates that ask whether a service may be given so.
const GATE_LAWFUL: &str = "gate_lawful";

/// A library with the policies that may concern one case, compiled.
#[derive(Debug)]
pub struct Compiled<'l> {
    library: &'l Library,
    program: Program,
}

impl Library {
    /// Reads and compiles the policies that may concern any of these; nothing wanted gives the whole library.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn compiled(&self, wanted: &[Wanted<'_>]) -> Result<Compiled<'_>, LibraryError> {
        self.compiled_of(&self.entries(wanted)?)
    }

    /// Reads and compiles the whole library with the gates of one state, as [`Library::for_case`] has them for a case there.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn compiled_in(&self, state: Option<StateCode>) -> Result<Compiled<'_>, LibraryError> {
        self.compiled_of(&self.entries_where(state, |_| true)?)
    }

    fn compiled_of(&self, entries: &[Entry]) -> Result<Compiled<'_>, LibraryError> {
        let program = self.compile(entries).map_err(|findings| self.invalid(findings))?;
        Ok(Compiled { library: self, program })
    }
}

impl Library {
    /// Reads and compiles the policies that may concern a case.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn for_case(&self, case: &Case) -> Result<Compiled<'_>, LibraryError> {
        self.compiled_selection(&self.selection_for(case)?)
    }

    /// Reads and compiles a selection of this library, which a server does once for all cases that have the same.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn compiled_selection(&self, selection: &Selection) -> Result<Compiled<'_>, LibraryError> {
        self.compiled_of(&self.entries_of(selection)?)
    }

    /// Which policies may concern a case.
    ///
    /// # Errors
    /// All findings in the files of the case's state, if there is any error.
    pub fn selection_for(&self, case: &Case) -> Result<Selection, LibraryError> {
        let codes: Vec<Option<CodeSet>> = case.lines.iter().map(|line| self.codes_of(line)).collect();
        let services = || {
            let lines = case.lines.iter().zip(&codes);
            lines.map(|(line, codes)| Service { codes: codes.as_ref(), treatment: line.treatment.as_deref() })
        };
        let facility = &case.facility;
        let macs = facility.state.map(|state| Reference::macs(self, state, facility.county.as_deref()));
        // Where no contractor is known for a state, it may be any.
        let macs = macs.filter(|macs| !macs.is_empty());
        let contracts = || {
            let coverages = std::iter::once(&case.coverage).chain(&case.other_coverage);
            coverages.map(|coverage| Wanted {
                class: coverage.class.map(PayerClass::word),
                payer: coverage.payer.as_deref(),
                macs: macs.as_deref(),
                date: Some(case.date),
            })
        };
        // Whose rules decide is not known without a class of coverage; then the gates alone speak.
        let gates_alone = case.coverage.class.is_none();
        let is_gate = |header: &Header| {
            self.ranks().find(&header.rank).is_none_or(|rank| self.ranks().rank(rank).effect == Effect::Gate)
        };
        self.selection(case.facility.state, |header| {
            header.rank != CHECK
                && header.until.is_none_or(|until| case.date < until)
                && (!gates_alone || is_gate(header))
                && contracts().any(|contract| header.may_concern(contract))
                && services().any(|service| header.may_speak_of(service))
        })
    }

    /// Reads and compiles the checks for red flags, and the gates that ask whether a service may be given so in a state.
    ///
    /// # Errors
    /// All findings in the files that were read, if there is any error.
    pub fn for_checks(&self, state: Option<StateCode>) -> Result<Compiled<'_>, LibraryError> {
        self.compiled_of(&self.entries_where(state, |header| header.rank == CHECK || header.rank == GATE_LAWFUL)?)
    }

    /// The codes that a line bills or may bill; `None` if it may be any.
    fn codes_of(&self, line: &Line) -> Option<CodeSet> {
        match (&line.codes, &line.treatment) {
            (Some(codes), _) => Some(set_of(codes.iter().map(|billed| billed.code))),
            (None, Some(treatment)) => {
                let possible = self.menu().get(treatment)?.possible_codes();
                (!possible.is_empty()).then_some(possible)
            }
            (None, None) => None,
        }
    }
}

impl<'l> Compiled<'l> {
    /// The library it comes from.
    #[must_use]
    pub fn library(&self) -> &'l Library {
        self.library
    }
}

impl Reference for Compiled<'_> {
    fn dictionary(&self) -> &Dictionary {
        self.library.dictionary()
    }

    fn payer(&self, written: &str) -> Result<Payer<'_>, NotFound> {
        Reference::payer(self.library, written)
    }

    fn treatment(&self, written: &str) -> Result<Treatment<'_>, NotFound> {
        Reference::treatment(self.library, written)
    }

    fn usual_codes(&self, query: &UsualQuery<'_>) -> Option<UsualCodes> {
        self.library.usual_codes(query)
    }

    fn region(&self, written: &str) -> Result<&str, NotFound> {
        Reference::region(self.library, written)
    }

    fn macs(&self, state: StateCode, county: Option<&str>) -> Vec<&str> {
        Reference::macs(self.library, state, county)
    }
}

impl coverage::reference::Library for Compiled<'_> {
    fn program(&self) -> &Program {
        &self.program
    }

    fn stack(&self, class: PayerClass) -> &[StackRank] {
        self.library.ranks().stack(class)
    }

    fn rank(&self, id: &str) -> Option<u16> {
        self.library.ranks().find(id)
    }

    fn rank_name(&self, rank: u16) -> &str {
        &self.library.ranks().rank(rank).name
    }

    fn version(&self) -> &str {
        self.library.version()
    }

    fn sha256(&self) -> &str {
        self.library.sha256()
    }

    fn abn_edition_outdated(&self, edition: Date, given: Date) -> Option<bool> {
        self.library.law().ok()?.terms().abn_edition_outdated(edition, given)
    }

    fn about(&self, codes: &[ProcedureCode], treatment: Option<&str>, ranks: &[u16]) -> Option<Cow<'_, Program>> {
        let codes = set_of(codes.iter().copied());
        let is_about = |header: &Header| {
            let rank = self.library.ranks().find(&header.rank);
            rank.is_some_and(|rank| ranks.contains(&rank))
                && header.may_speak_of(Service { codes: Some(&codes), treatment })
        };
        let entries = self.library.entries_where(None, is_about).ok()?;
        self.library.compile(&entries).ok().map(Cow::Owned)
    }
}
