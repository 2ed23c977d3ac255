//! An import in one transaction.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::columns::Columns;
use super::ledger::{Import, LedgerRow, Outcome, Reason, Replaced};
use super::rows::{self, Changes, Rejection, Row};
use super::table::Table;
use super::{ImportError, Kind, Request};
use crate::act::Act;
use crate::audit::Action;
use crate::nouns::{Clinician, MenuItem, Patient};
use crate::record::{Query, Record, Stored, fold};
use crate::store::Store;
use crate::work::Work;
use crate::{Id, Phi, StoreError};

impl Store {
    /// Takes a list in, and says what became of each row. The identifier is that of the import; a dry run has none.
    ///
    /// # Errors
    /// When the file is no list of this kind, or the store cannot do it. Nothing was kept then.
    pub async fn import(&self, act: &Act, request: &Request<'_>) -> Result<(Option<Id<Import>>, Import), ImportError> {
        let table = Table::read(request.file)?;
        let columns = Columns::of(request.kind, &table.headings, request.columns)?;
        let id = Id::new(act.at);
        let mut work = self.begin(act).await?;
        let taken = match Taker::new(&mut work, id, request).await {
            Ok(mut taker) => taker.all(&table, &columns).await,
            Err(error) => Err(error),
        };
        let rows = match taken {
            Ok(rows) => rows,
            Err(error) => {
                work.roll_back().await;
                return Err(error.into());
            }
        };
        let file_sha256 = HEXLOWER.encode(&Sha256::digest(request.file));
        let import = Import { kind: request.kind, file_sha256, columns: columns.told, rows, undone_at: None };
        if request.dry_run {
            self.keep_readings(act, work).await?;
            return Ok((None, import));
        }
        work.insert_as(id, &import).await?;
        work.note(Action::Import, Some(id), None, None)?;
        work.commit().await?;
        Ok((Some(id), import))
    }

    /// A dry run keeps nothing, but whom it looked at is entered.
    async fn keep_readings(&self, act: &Act, mut work: Work) -> Result<(), StoreError> {
        let mut readings = std::mem::take(&mut work.touched);
        work.roll_back().await;
        readings.retain(|touch| matches!(touch.action, Action::Search | Action::Read | Action::List));
        let mut work = self.begin(act).await?;
        work.touched = readings;
        work.note::<Import>(Action::Import, None, None, None)?;
        work.commit().await
    }
}

struct Taker<'a> {
    work: &'a mut Work,
    import: Id<Import>,
    request: &'a Request<'a>,
    today: Date,
    /// Records that a row before was about.
    touched: HashMap<String, u64>,
    /// Clinicians by name, folded: those without an NPI are known by it.
    clinicians: HashMap<String, Vec<Id<Clinician>>>,
}

impl<'a> Taker<'a> {
    async fn new(work: &'a mut Work, import: Id<Import>, request: &'a Request<'a>) -> Result<Taker<'a>, StoreError> {
        let mut clinicians: HashMap<String, Vec<_>> = HashMap::new();
        if request.kind == Kind::Clinicians {
            let mut query = Query::<Clinician>::all();
            loop {
                let page = work.find(&query).await?;
                for stored in page.items {
                    clinicians.entry(fold("name", &stored.name)).or_default().push(stored.id);
                }
                query = match page.next {
                    Some(next) => query.after(Some(next)),
                    None => break,
                };
            }
        }
        let today = work.act().at.to_zoned(TimeZone::UTC).date();
        Ok(Taker { work, import, request, today, touched: HashMap::new(), clinicians })
    }

    async fn all(&mut self, table: &Table, columns: &Columns) -> Result<Vec<LedgerRow>, StoreError> {
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let outcome = match Row::of(self.request.kind, columns, &row.cells) {
                Ok(cells) => self.row(row.line, &cells).await?,
                Err(rejection) => rejected(rejection),
            };
            rows.push(LedgerRow { line: row.line, outcome });
        }
        Ok(rows)
    }

    async fn row(&mut self, line: u64, row: &Row<'_>) -> Result<Outcome, StoreError> {
        match self.request.kind {
            Kind::Patients => match row.patient(self.today) {
                Ok(patient) => self.patient(line, patient).await,
                Err(rejection) => Ok(rejected(rejection)),
            },
            Kind::Clinicians => match row.clinician() {
                Ok(clinician) => self.clinician(line, clinician, row.says_active()).await,
                Err(rejection) => Ok(rejected(rejection)),
            },
            Kind::Menu => match row.menu_item(self.request.treatments) {
                Ok(item) => self.menu_item(line, item, row.says_active()).await,
                Err(rejection) => Ok(rejected(rejection)),
            },
        }
    }

    async fn patient(&mut self, line: u64, row: Patient) -> Result<Outcome, StoreError> {
        let found = self.patients_like(&row).await?;
        let other_birth = |stored: &Stored<Patient>| {
            let (on_file, told) = (stored.birth_date.reveal(), row.birth_date.reveal());
            on_file.is_some() && told.is_some() && on_file != told
        };
        if found.iter().any(other_birth) {
            return Ok(rejected((Some("birth-date"), Reason::Another)));
        }
        let owner = found.first().map(|stored| stored.id);
        self.settle(line, found, row, owner, rows::change_patient).await
    }

    /// Who on file is meant: by the practice's number; without it by name with date of birth, telephone or e-mail.
    async fn patients_like(&mut self, row: &Patient) -> Result<Vec<Stored<Patient>>, StoreError> {
        if let Some(mrn) = row.mrn.reveal() {
            let found = self.work.look_up::<Patient>("mrn", mrn).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let birth = row.birth_date.reveal().map(|day| format!("{day} {}", row.family.reveal()));
        let values =
            [("birth", birth.as_ref()), ("phone", row.phone.reveal().as_ref()), ("email", row.email.reveal().as_ref())];
        for (field, value) in values {
            let Some(value) = value else { continue };
            let mut found = self.work.look_up::<Patient>(field, value).await?;
            found.retain(|stored| may_be(&stored.body, row));
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    async fn clinician(&mut self, line: u64, row: Clinician, says_active: bool) -> Result<Outcome, StoreError> {
        let mut found = match &row.npi {
            Some(npi) => self.work.look_up::<Clinician>("npi", npi).await?,
            None => Vec::new(),
        };
        let name = fold("name", &row.name);
        if found.is_empty() {
            let named = self.clinicians.get(&name).cloned().unwrap_or_default();
            for id in named {
                let stored = self.work.get(id).await?;
                if row.npi.is_none() || stored.npi.is_none() {
                    found.push(stored);
                }
            }
        }
        let outcome =
            self.settle(line, found, row, None, |on_file, row| rows::change_clinician(on_file, row, says_active));
        let outcome = outcome.await?;
        if let Outcome::Accepted { record, .. } = &outcome {
            let id = record.parse().expect("an identifier that was just made");
            self.clinicians.entry(name).or_default().push(id);
        }
        Ok(outcome)
    }

    async fn menu_item(&mut self, line: u64, row: MenuItem, says_active: bool) -> Result<Outcome, StoreError> {
        let mut found = self.work.look_up::<MenuItem>("name", &row.name).await?;
        found.retain(|stored| stored.facility.is_none());
        self.settle(line, found, row, None, |on_file, row| rows::change_menu_item(on_file, row, says_active)).await
    }

    /// Keeps what a row says, beside the record on file that it is about.
    async fn settle<R: Record + Clone>(
        &mut self,
        line: u64,
        mut found: Vec<Stored<R>>,
        row: R,
        owner: Option<Id<Patient>>,
        change: impl FnOnce(&mut R, R) -> Changes,
    ) -> Result<Outcome, StoreError> {
        let stored = match found.len() {
            0 => {
                let record = self.work.insert(&row).await?.to_string();
                self.touched.insert(record.clone(), line);
                return Ok(Outcome::Accepted { record, version: 1 });
            }
            1 => found.remove(0),
            _ => return Ok(rejected((None, Reason::Several))),
        };
        let record = stored.id.to_string();
        let touched_before = self.touched.insert(record.clone(), line).is_some();
        // A clinician has a row for each licence.
        if touched_before && self.request.kind != Kind::Clinicians {
            return Ok(rejected((None, Reason::Again)));
        }
        let mut body = stored.body.clone();
        let mut fields = change(&mut body, row).0;
        fields.dedup();
        if fields.is_empty() {
            return Ok(Outcome::Same { record });
        }
        if !touched_before {
            let before = serde_json::to_value(&stored.body).map_err(|error| crate::rows::form::<R>(&error))?;
            self.remember(&record, owner, before).await?;
        }
        let version = self.work.update(stored.id, stored.version, &body).await?;
        Ok(Outcome::Changed { record, version, fields })
    }

    async fn remember(&mut self, record: &str, patient: Option<Id<Patient>>, before: Value) -> Result<(), StoreError> {
        let replaced = Replaced { import: self.import, patient, record: record.to_string(), before: Phi::new(before) };
        self.work.insert(&replaced).await.map(|_| ())
    }
}

/// Whether somebody on file, found by another value, may be the one of a row: the same name, and no number that says otherwise.
fn may_be(on_file: &Patient, row: &Patient) -> bool {
    let name = |patient: &Patient| [&patient.family, &patient.given].map(|name| fold("name", name.reveal()));
    let (number, told) = (on_file.mrn.reveal(), row.mrn.reveal());
    name(on_file) == name(row) && (number.is_none() || told.is_none() || number == told)
}

fn rejected((field, reason): Rejection) -> Outcome {
    Outcome::Rejected { field: field.map(str::to_string), reason }
}
