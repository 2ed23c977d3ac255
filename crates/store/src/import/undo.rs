//! Undoing an import: every record as it was before, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{Import, Outcome, Replaced};
use super::{ImportError, Kind};
use crate::act::Act;
use crate::audit::{Action, Touch, time_text};
use crate::database::{execute, row};
use crate::nouns::{Clinician, MenuItem, Patient};
use crate::record::{Query, Record, Stored};
use crate::store::Store;
use crate::work::Work;
use crate::{Id, StoreError};

/// What an import did to a record, over all its rows.
struct Done {
    line: u64,
    created: bool,
    version: i64,
}

impl Store {
    /// Takes back everything that an import kept, as a whole.
    ///
    /// # Errors
    /// [`ImportError::BuiltOn`] when a record changed since, or others name it; nothing is undone then.
    pub async fn undo_import(&self, act: &Act, id: Id<Import>) -> Result<Import, ImportError> {
        self.act(act, async |work| undo(work, id).await).await
    }
}

async fn undo(work: &mut Work, id: Id<Import>) -> Result<Import, ImportError> {
    let Stored { version, body: mut import, .. } = work.get(id).await?;
    if import.undone_at.is_some() {
        return Err(ImportError::Undone { id: id.to_string() });
    }
    let done = done(&import);
    let mut lines = Vec::new();
    let supervisors = supervisors(work, &done).await?;
    for (record, done) in &done {
        if is_built_on(work, record, done).await? || supervisors.contains(record) {
            lines.push(done.line);
        }
    }
    if !lines.is_empty() {
        lines.sort_unstable();
        return Err(ImportError::BuiltOn { id: id.to_string(), lines });
    }
    match import.kind {
        Kind::Patients => put_back::<Patient>(work, id, &done).await?,
        Kind::Clinicians => put_back::<Clinician>(work, id, &done).await?,
        Kind::Menu => put_back::<MenuItem>(work, id, &done).await?,
    }
    import.undone_at = Some(work.act().at);
    work.update(id, version, &import).await?;
    Ok(import)
}

fn done(import: &Import) -> BTreeMap<String, Done> {
    let mut done = BTreeMap::new();
    for row in &import.rows {
        let (record, version, created) = match &row.outcome {
            Outcome::Accepted { record, version } => (record, *version, true),
            Outcome::Changed { record, version, .. } => (record, *version, false),
            Outcome::Same { .. } | Outcome::Rejected { .. } => continue,
        };
        let entry = done.entry(record.clone()).or_insert(Done { line: row.line, created, version });
        entry.version = version;
    }
    done
}

/// Whether a record changed since, or, if the import made it, others name it.
async fn is_built_on(work: &mut Work, record: &str, done: &Done) -> Result<bool, StoreError> {
    let found = row!(&mut work.rows.tx, (i64,), "SELECT version FROM record WHERE id = $1", record)?;
    if found != Some((done.version,)) {
        return Ok(true);
    }
    let sql = "SELECT COUNT(*) FROM record WHERE patient = $1 OR clinician = $1";
    let named = row!(&mut work.rows.tx, (i64,), sql, record)?.map_or(0, |(count,)| count);
    Ok(done.created && named > 0)
}

/// Clinicians of the import who supervise others that it did not bring.
async fn supervisors(work: &mut Work, done: &BTreeMap<String, Done>) -> Result<BTreeSet<String>, StoreError> {
    let mut supervisors = BTreeSet::new();
    let mut query = Query::<Clinician>::all();
    loop {
        let page = work.find(&query).await?;
        for clinician in page.items.iter().filter(|clinician| !done.contains_key(&clinician.id.to_string())) {
            supervisors.extend(clinician.supervision.iter().map(|supervision| supervision.by.to_string()));
        }
        query = match page.next {
            Some(next) => query.after(Some(next)),
            None => return Ok(supervisors),
        };
    }
}

async fn put_back<R: Record>(
    work: &mut Work,
    import: Id<Import>,
    done: &BTreeMap<String, Done>,
) -> Result<(), StoreError> {
    // What was changed becomes what it was.
    loop {
        let page = work.find(&Query::<Replaced>::all().state(import.to_string())).await?;
        for replaced in &page.items {
            let Some(Done { created: false, version, .. }) = done.get(&replaced.record) else { continue };
            let before = serde_json::from_value(replaced.before.reveal().clone())
                .map_err(|error| crate::rows::form::<R>(&error))?;
            work.update::<R>(parse(&replaced.record)?, *version, &before).await?;
        }
        for replaced in &page.items {
            work.remove(replaced.id, replaced.version).await?;
        }
        if page.next.is_none() {
            break;
        }
    }
    for (record, done) in done.iter().filter(|(_, done)| done.created) {
        let id = parse::<R>(record)?;
        if R::NOUN == Patient::NOUN { take_back(work, record).await? } else { work.remove(id, done.version).await? }
    }
    Ok(())
}

fn parse<R: Record>(record: &str) -> Result<Id<R>, StoreError> {
    record.parse().map_err(|_| StoreError::Tampered { noun: R::NOUN, id: record.to_string() })
}

/// A patient who only ever came from a list goes with their key, so that no copy of the row says anything.
async fn take_back(work: &mut Work, patient: &str) -> Result<(), StoreError> {
    let at = time_text(work.act().at);
    execute!(&mut work.rows.tx, "DELETE FROM record WHERE id = $1", patient)?;
    execute!(&mut work.rows.tx, "UPDATE seal_key SET wrapped = NULL, ended_at = $2 WHERE owner = $1", patient, at)?;
    work.touched.push(Touch {
        action: Action::Remove,
        noun: Patient::NOUN.into(),
        record: Some(patient.to_string()),
        patient: Some(patient.to_string()),
        note: None,
        row_hash: None,
    });
    Ok(())
}
