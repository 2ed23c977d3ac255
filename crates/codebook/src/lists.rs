//! The imported lists of diagnoses and procedure codes, as a check of a case or a claim asks them.

use std::collections::HashMap;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, PoisonError};

use codes::hcpcs::{self, CodeStatus};
use codes::icd10::{self, IcdStatus};
use codes::{CodeLists, Exclusion, IcdCode, ProcedureCode, ProcedureKind};
use jiff::civil::Date;

use crate::error::StoreError;
use crate::kind::Kind;
use crate::lookup::{Row, Table, exclusions};
use crate::on_disk::OnDisk;
use crate::store::{Manifest, Store};

/// Most codes named in one answer.
const NAMED_MAX: usize = 5;
/// Answers kept, so that a file of many claims asks the disk once for each code.
const KEPT_MAX: usize = 65_536;

/// What was imported, and the built-in lists for days of which nothing was.
///
/// A folder that cannot be read answers as if nothing were in it, and [`Lists::failure`] tells why.
#[derive(Debug)]
pub struct Lists {
    store: Store,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    order: Option<Vec<Vintage>>,
    hcpcs: Option<Vec<Vintage>>,
    tabular: Option<Vec<(Manifest, Option<Table>)>>,
    diagnoses: HashMap<(usize, IcdCode), IcdStatus>,
    procedures: HashMap<(usize, ProcedureCode), Option<CodeDays>>,
    failure: Option<StoreError>,
}

/// First day of a code, and the first day after its last.
type CodeDays = (Option<Date>, Option<Date>);

#[derive(Debug)]
struct Vintage {
    manifest: Manifest,
    table: Option<OnDisk>,
}

impl Lists {
    /// The lists in a store.
    #[must_use]
    pub fn of(store: Store) -> Self {
        Self { store, state: Mutex::default() }
    }

    /// Why an imported list could not be asked, if one could not.
    #[must_use]
    pub fn failure(&self) -> Option<StoreError> {
        self.state().failure.take()
    }

    /// The imported lists that answered for a diagnosis or a procedure.
    #[must_use]
    pub fn asked(&self) -> Vec<(Kind, Manifest)> {
        let state = self.state();
        let of = |kind, vintages: &Option<Vec<Vintage>>| {
            let opened = vintages.iter().flatten().filter(|vintage| vintage.table.is_some());
            opened.map(|vintage| (kind, vintage.manifest.clone())).collect::<Vec<_>>()
        };
        [of(Kind::IcdOrder, &state.order), of(Kind::Hcpcs, &state.hcpcs)].concat()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is kept is whole after every single step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CodeLists for Lists {
    fn diagnosis(&self, code: IcdCode, day: Date) -> IcdStatus {
        let mut state = self.state();
        let imported = state.diagnosis(&self.store, code, day).unwrap_or_else(|error| state.failed(error));
        imported.unwrap_or_else(|| icd10::lookup(code, day))
    }

    fn procedure(&self, code: ProcedureCode, day: Date) -> CodeStatus {
        if code.kind() != ProcedureKind::HcpcsLevelII {
            return CodeStatus::NotChecked;
        }
        let mut state = self.state();
        let imported = state.procedure(&self.store, code, day).unwrap_or_else(|error| state.failed(error));
        imported.unwrap_or_else(|| hcpcs::lookup(code, day))
    }

    fn exclusions(&self, one: IcdCode, other: IcdCode, day: Date) -> Vec<Exclusion> {
        let mut state = self.state();
        let found = state.exclusions(&self.store, one, other, day).map(Some);
        found.unwrap_or_else(|error| state.failed(error)).unwrap_or_default()
    }
}

impl State {
    fn failed<T>(&mut self, error: StoreError) -> Option<T> {
        self.failure.get_or_insert(error);
        None
    }

    /// `None` if no list of that day was imported.
    fn diagnosis(&mut self, store: &Store, code: IcdCode, day: Date) -> Result<Option<IcdStatus>, StoreError> {
        let vintages = opened(&mut self.order, store, Kind::IcdOrder)?;
        let Some(at) = vintages.iter().rposition(|vintage| vintage.manifest.counts_on(day)) else { return Ok(None) };
        if let Some(known) = self.diagnoses.get(&(at, code)) {
            return Ok(Some(known.clone()));
        }
        let vintage = &mut vintages[at];
        let mut status = vintage.diagnosis(store, code)?;
        if let IcdStatus::Unknown { nearest } = &mut status {
            // The built-in list knows what was meant, or when a code of another year began or ended.
            match icd10::lookup(code, icd10::window().from) {
                IcdStatus::Unknown { nearest: built_in } => {
                    for near in built_in {
                        if matches!(vintage.diagnosis(store, near)?, IcdStatus::Billable) {
                            nearest.push(near);
                        }
                    }
                }
                _ => {
                    if let known @ IcdStatus::NotValidOn { .. } = icd10::lookup(code, day) {
                        status = known;
                    }
                }
            }
        }
        if self.diagnoses.len() >= KEPT_MAX {
            self.diagnoses.clear();
        }
        self.diagnoses.insert((at, code), status.clone());
        Ok(Some(status))
    }

    fn procedure(&mut self, store: &Store, code: ProcedureCode, day: Date) -> Result<Option<CodeStatus>, StoreError> {
        let vintages = opened(&mut self.hcpcs, store, Kind::Hcpcs)?;
        let Some(at) = vintages.iter().rposition(|vintage| vintage.manifest.counts_on(day)) else { return Ok(None) };
        let days = match self.procedures.get(&(at, code)) {
            Some(known) => *known,
            None => {
                let found = vintages[at].procedure(store, code)?;
                if self.procedures.len() >= KEPT_MAX {
                    self.procedures.clear();
                }
                self.procedures.insert((at, code), found);
                found
            }
        };
        let is_outside =
            |(from, until): CodeDays| from.is_some_and(|from| day < from) || until.is_some_and(|until| day >= until);
        if let Some((from, until)) = days {
            let outside = is_outside((from, until));
            return Ok(Some(if outside {
                CodeStatus::NotValidOn { from, until }
            } else {
                CodeStatus::Listed { from }
            }));
        }
        let mut nearest = Vec::new();
        match hcpcs::lookup(code, hcpcs::window().from) {
            CodeStatus::Unknown { nearest: built_in } => {
                for near in built_in {
                    if vintages[at].procedure(store, near)?.is_some_and(|days| !is_outside(days)) {
                        nearest.push(near);
                    }
                }
            }
            known @ CodeStatus::NotValidOn { .. } => return Ok(Some(known)),
            _ => {}
        }
        Ok(Some(CodeStatus::Unknown { nearest }))
    }

    fn exclusions(
        &mut self,
        store: &Store,
        one: IcdCode,
        other: IcdCode,
        day: Date,
    ) -> Result<Vec<Exclusion>, StoreError> {
        if self.tabular.is_none() {
            let manifests = store.vintages(Kind::IcdTabular)?;
            self.tabular = Some(manifests.into_iter().map(|manifest| (manifest, None)).collect());
        }
        let all = self.tabular.iter_mut().flatten();
        let Some((manifest, table)) = all.rev().find(|(manifest, _)| manifest.counts_on(day)) else {
            return Ok(Vec::new());
        };
        if table.is_none() {
            *table = Some(store.table(Kind::IcdTabular, manifest.clone())?);
        }
        Ok(table.as_ref().map(|list| exclusions(list, one, other)).unwrap_or_default())
    }
}

fn opened<'v>(
    vintages: &'v mut Option<Vec<Vintage>>,
    store: &Store,
    kind: Kind,
) -> Result<&'v mut Vec<Vintage>, StoreError> {
    if vintages.is_none() {
        let manifests = store.vintages(kind)?;
        *vintages = Some(manifests.into_iter().map(|manifest| Vintage { manifest, table: None }).collect());
    }
    Ok(vintages.get_or_insert_default())
}

impl Vintage {
    /// Passes each row on whose line begins with `prefix`.
    fn rows(
        &mut self,
        store: &Store,
        kind: Kind,
        prefix: &str,
        each: &mut dyn FnMut(Row<'_>) -> bool,
    ) -> Result<(), StoreError> {
        let path = store.table_path(kind, &self.manifest);
        let failed = |cause| StoreError::Read { path: path.clone(), cause };
        let table = match &mut self.table {
            Some(table) => table,
            none => none.insert(File::open(&path).and_then(OnDisk::new).map_err(failed)?),
        };
        table.beginning_with(prefix, &mut |line| each(Row::of(line))).map_err(failed)
    }

    fn diagnosis(&mut self, store: &Store, code: IcdCode) -> Result<IcdStatus, StoreError> {
        let (mut billable, mut examples, mut below) = (false, Vec::new(), 0);
        self.rows(store, Kind::IcdOrder, code.as_str(), &mut |row| {
            if row.cell(1) == "1" {
                if row.cell(0) == code.as_str() {
                    billable = true;
                    return false;
                }
                below += 1;
                if examples.len() < NAMED_MAX {
                    examples.extend(row.cell(0).parse::<IcdCode>());
                }
            }
            true
        })?;
        Ok(match (billable, below) {
            (true, _) => IcdStatus::Billable,
            (false, 0) => IcdStatus::Unknown { nearest: Vec::new() },
            (false, billable_below) => IcdStatus::Header { examples, billable_below },
        })
    }

    fn procedure(&mut self, store: &Store, code: ProcedureCode) -> Result<Option<CodeDays>, StoreError> {
        let mut found = None;
        self.rows(store, Kind::Hcpcs, &format!("{code}\t"), &mut |row| {
            if row.cell(1) == "procedure" {
                let last: Option<Date> = row.cell(7).parse().ok();
                found = Some((row.cell(5).parse().ok(), last.and_then(|last| last.tomorrow().ok())));
            }
            true
        })?;
        Ok(found)
    }
}
