//! Shredding a patient: the key goes, and with it everything that it sealed.

use jiff::civil::Date;

use crate::act::Act;
use crate::audit::{Action, Touch, time_text};
use crate::database::{Pool, execute, row, rows};
use crate::nouns::Patient;
use crate::record::Record as _;
use crate::{Id, Store, StoreError};

/// What was shredded, and what might still bring it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shredded {
    /// Records that are gone, the patient's own among them.
    pub records: u64,
    /// Until when a backup is kept that was made before: whoever has it and the root key can restore the patient until then. None, if no
    /// backup was made by this program; copies that it did not make, it does not know.
    pub restorable_until: Option<Date>,
    /// Whether the database's own log was emptied too. It was not, if somebody was reading: it is at the next chance.
    pub log_emptied: bool,
}

impl Store {
    /// Deletes a patient's key and everything that it sealed, with look-ups and kept replies. A tombstone stays: that there was a patient of
    /// this identifier, and when the key was deleted.
    ///
    /// # Errors
    /// When there is no such patient, or the database fails; then nothing was deleted.
    pub async fn shred(&self, patient: Id<Patient>, act: &Act) -> Result<Shredded, StoreError> {
        let mut work = self.begin(act).await?;
        let id = patient.to_string();
        // It need not open: what was tampered with can be shredded too.
        work.rows.fetch(patient).await?;
        let sql = "SELECT id, noun FROM record WHERE patient = $1 OR id = $1 ORDER BY id";
        let found = rows!(&mut work.rows.tx, (String, String), sql, &id)?;
        let records = found.len() as u64;
        let touch = |action, noun: String, record| Touch {
            action,
            noun: noun.into(),
            record: Some(record),
            patient: Some(id.clone()),
            note: None,
            row_hash: None,
        };
        work.touched.extend(found.into_iter().map(|(record, noun)| touch(Action::Remove, noun, record)));
        work.touched.push(touch(Action::Shred, Patient::NOUN.to_string(), id.clone()));
        let tx = &mut work.rows.tx;
        execute!(tx, "DELETE FROM reply WHERE seal_key IN (SELECT id FROM seal_key WHERE owner = $1)", &id)?;
        execute!(tx, "DELETE FROM record WHERE patient = $1", &id)?;
        execute!(tx, "DELETE FROM record WHERE id = $1", &id)?;
        execute!(tx, "UPDATE seal_key SET wrapped = NULL, ended_at = $2 WHERE owner = $1", &id, time_text(act.at))?;
        let last = row!(tx, (Option<String>,), "SELECT MAX(keep_until) FROM backup")?.and_then(|(day,)| day);
        work.commit().await?;
        let restorable_until = last.and_then(|day| day.get(..10)?.parse().ok());
        let log_emptied = self.inner.pool.empty_log().await;
        Ok(Shredded { records, restorable_until, log_emptied })
    }
}

impl Pool {
    /// Takes what was deleted out of the database's own files, as far as it can: SQLite's log is written back and emptied, PostgreSQL's dead
    /// rows are reclaimed. What an archive of PostgreSQL's log holds is beyond it.
    async fn empty_log(&self) -> bool {
        match self {
            Pool::Sqlite { writer, .. } => {
                let emptied =
                    sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await;
                matches!(emptied, Ok((0, _, _)))
            }
            Pool::Postgres(pool) => {
                sqlx::query("VACUUM seal_key, look_up, content, record, reply").execute(pool).await.is_ok()
            }
        }
    }
}
