//! Questions to the audit: what an officer looks over, and what a patient may be shown.

use jiff::Timestamp;

use super::{Action, Entry, EntryRow, SELECT, Touch, time_text};
use crate::database::on;
use crate::nouns::Patient;
use crate::seal::{self, Place};
use crate::{Id, Phi, StoreError, Work};

/// Most entries that one question gives.
const ENTRIES_MAX: usize = 1000;

/// Which entries are wanted, the last first. Conditions add up.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Of whom, as [`Actor`](crate::Actor) writes itself.
    pub actor: Option<String>,
    /// About which patient.
    pub patient: Option<Id<Patient>>,
    /// About which record.
    pub record: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// For what: the word of a [`Purpose`](crate::Purpose).
    pub purpose: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
    /// Entries before this one: the last of the page before.
    pub before: Option<i64>,
    /// At most so many; 0 and more than a thousand are a thousand.
    pub limit: usize,
}

/// One time that somebody touched what is a patient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The entry.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as [`Actor`](crate::Actor) writes itself.
    pub actor: String,
    /// What they did.
    pub action: String,
    /// With what.
    pub noun: String,
    /// With which.
    pub record: Option<String>,
    /// For what.
    pub purpose: String,
    /// The reason that they gave.
    pub reason: Option<Phi<String>>,
}

impl Work {
    /// Entries of the audit. That somebody looked is entered too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&mut self, query: &AuditQuery) -> Result<Vec<Entry>, StoreError> {
        let limit = if query.limit == 0 { ENTRIES_MAX } else { query.limit.min(ENTRIES_MAX) };
        self.write_entries().await?;
        let rows = on!(&mut self.rows.tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new(SELECT);
            sql.push(" WHERE seq < ").push_bind(query.before.unwrap_or(i64::MAX));
            for (column, value) in [
                (" AND actor = ", query.actor.clone()),
                (" AND patient = ", query.patient.map(|id| id.to_string())),
                (" AND record = ", query.record.clone()),
                (" AND action = ", query.action.map(|action| action.word().to_string())),
                (" AND purpose = ", query.purpose.clone()),
                (" AND at >= ", query.from.map(time_text)),
                (" AND at <= ", query.to.map(time_text)),
            ] {
                if let Some(value) = value {
                    sql.push(column).push_bind(value);
                }
            }
            sql.push(" ORDER BY seq DESC LIMIT ").push_bind(limit as i64);
            sql.build_query_as::<EntryRow>().fetch_all(connection).await
        })?;
        let patient = query.patient.map(|id| id.to_string());
        self.touched.push(Touch {
            action: Action::Read,
            noun: "audit".into(),
            record: None,
            patient,
            note: None,
            row_hash: None,
        });
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The reason that a person gave for an entry.
    ///
    /// # Errors
    /// When it was tampered with.
    pub async fn reason(&mut self, entry: &Entry) -> Result<Option<Phi<String>>, StoreError> {
        let Some(note) = &entry.note else { return Ok(None) };
        let seq = entry.seq.to_string();
        let tampered = || StoreError::Tampered { noun: "audit", id: seq.clone() };
        let key = self.rows.key(seal::key_of(note).ok_or_else(tampered)?).await?;
        let place = Place { table: "audit", id: &seq, column: "note" };
        let plain = seal::open(&key, place, note).map_err(|_| tampered())?;
        let text = std::str::from_utf8(&plain).map_err(|_| tampered())?;
        Ok(Some(Phi::new(text.to_string())))
    }

    /// Who touched what is a patient's, when and why: what a patient may ask for. The last comes first; `before` is the last entry of the
    /// page before.
    ///
    /// # Errors
    /// When the database fails, or an entry was tampered with.
    pub async fn access_report(
        &mut self,
        patient: Id<Patient>,
        before: Option<i64>,
    ) -> Result<Vec<Access>, StoreError> {
        let query = AuditQuery { patient: Some(patient), before, ..AuditQuery::default() };
        let mut report = Vec::new();
        for entry in self.audit(&query).await? {
            let reason = self.reason(&entry).await?;
            report.push(Access {
                seq: entry.seq,
                at: entry.at,
                actor: entry.actor,
                action: entry.action,
                noun: entry.noun,
                record: entry.record,
                purpose: entry.purpose,
                reason,
            });
        }
        Ok(report)
    }
}
