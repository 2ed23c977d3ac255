//! What the library knows, in figures.

use std::collections::{BTreeMap, BTreeSet};

use policy::ast::Grade;

use crate::conflicts::ConflictState;
use crate::ledger::State;
use crate::library::{Library, LibraryError};

/// The figures of one library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Policies; versions of one policy count once.
    pub policies: usize,
    /// Files of policies: one for each version.
    pub versions: usize,
    /// Examples inside the policies.
    pub examples: usize,
    /// Policies by the grade of their latest version, the strongest first.
    pub policies_by_grade: Vec<(Grade, usize)>,
    /// Rows of the sources: records, rows of payers, later readings.
    pub rows: usize,
    /// Rows with a home.
    pub rows_mapped: usize,
    /// Rows with a recorded decision to be no policy.
    pub rows_decided: usize,
    /// Rows of which nothing is said.
    pub rows_open: usize,
    /// Rows that are a record as a whole; they have no grade of their own.
    pub records: usize,
    /// The other rows by grade, the strongest first.
    pub rows_by_grade: Vec<(Grade, usize)>,
    /// Treatments of the menu.
    pub treatments: usize,
    /// What they are done for.
    pub indications: usize,
    /// Payers.
    pub payers: usize,
    /// Facts of the dictionary.
    pub facts: usize,
    /// Recorded conflicts between sources.
    pub conflicts: usize,
    /// Those that are not settled.
    pub conflicts_unsettled: usize,
    /// The oldest text that a policy rests on.
    pub oldest_source: Option<Dated>,
    /// The oldest day on which a source was read.
    pub oldest_read: Option<Dated>,
    /// Policies whose source was never read: general knowledge.
    pub never_read: usize,
}

/// A day of a policy's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// `2019`, `2019-09` or `2019-09-11`.
    pub day: String,
    /// The policy, by id.
    pub policy: String,
}

impl Library {
    /// The figures of this library. All policies are read.
    ///
    /// # Errors
    /// What cannot be read of policies, ledger or conflicts.
    pub fn report(&self) -> Result<Report, LibraryError> {
        let ledger = self.ledger()?;
        let conflicts = self.conflicts()?;
        let sources = self.policy_sources()?;
        let rows: Vec<_> = ledger.rows().iter().filter(|row| row.key.base != crate::ledger::OWN).collect();
        let state = |state| rows.iter().filter(|row| row.state() == state).count();
        let by_grade = |count: &dyn Fn(Grade) -> usize| Grade::ALL.map(|(grade, _)| (grade, count(grade))).to_vec();
        let named: BTreeSet<&str> = sources.iter().map(|source| source.id.as_str()).collect();
        let texts =
            named.iter().filter_map(|id| Some(Dated { day: ledger.dated(id)?.to_owned(), policy: (*id).to_owned() }));
        let reads = sources
            .iter()
            .filter_map(|source| Some(Dated { day: source.read?.to_string(), policy: source.id.clone() }));
        let latest: BTreeMap<&str, Grade> = sources.iter().map(|source| (source.id.as_str(), source.grade)).collect();
        Ok(Report {
            policies: named.len(),
            versions: sources.len(),
            examples: sources.iter().map(|source| source.examples).sum(),
            policies_by_grade: by_grade(&|grade| latest.values().filter(|of| **of == grade).count()),
            rows: rows.len(),
            rows_mapped: state(State::Mapped),
            rows_decided: state(State::Decided),
            rows_open: state(State::Open),
            records: rows.iter().filter(|row| !row.is_reading()).count(),
            rows_by_grade: by_grade(&|grade| rows.iter().filter(|row| row.grade == Some(grade)).count()),
            treatments: self.menu().all().len(),
            indications: self.menu().all().iter().map(|treatment| treatment.indications.len()).sum(),
            payers: self.payers().all().len(),
            facts: self.dictionary().facts().len(),
            conflicts: conflicts.len(),
            conflicts_unsettled: conflicts.iter().filter(|one| one.state != ConflictState::Settled).count(),
            oldest_source: texts.min(),
            oldest_read: reads.min(),
            never_read: sources.iter().filter(|source| source.read.is_none()).count(),
        })
    }

    /// Where each version of each policy was read, in the order of their files.
    ///
    /// # Errors
    /// What cannot be read of the policies.
    pub fn policy_sources(&self) -> Result<Vec<PolicyReading>, LibraryError> {
        let mut sources = Vec::new();
        for policy in self.policies().all() {
            let entry = policy.entry().map_err(|findings| self.invalid(findings.to_vec()))?;
            let source = &entry.file.source;
            sources.push(PolicyReading {
                id: entry.file.id.value.clone(),
                title: entry.file.title.value.clone(),
                citation: source.citation.value.clone(),
                url: source.url.as_ref().map(|url| url.value.clone()),
                grade: source.grade.value,
                read: source.read.map(|read| read.value),
                examples: entry.file.examples.len(),
                entered_by_practice: entry.entered_by_practice,
            });
        }
        Ok(sources)
    }
}

/// Where one version of a policy was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyReading {
    /// Identifier of the policy.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The document.
    pub citation: String,
    /// Its address.
    pub url: Option<String>,
    /// How closely it was read.
    pub grade: Grade,
    /// The day it was read; none if it never was.
    pub read: Option<jiff::civil::Date>,
    /// Examples in the file.
    pub examples: usize,
    /// Whether the practice entered it.
    pub entered_by_practice: bool,
}
