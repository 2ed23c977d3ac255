//! What the acts of a transaction have not written yet.
//!
//! A new record waits in memory until the database is asked something, or the transaction ends; then all that wait are written by a few
//! statements. So acts that only add records, as most do, need no statement of their own. An act that needs one gets a savepoint before it:
//! what is written behind that, records of acts before among it, goes back if the act is given up, and is written again.

use crate::StoreError;
use crate::database::{Tx, connected};
use crate::rows::Row;

/// Records that one statement writes: fourteen values each, and SQLite takes 32,766.
const ROWS_AT_ONCE: usize = 64;
/// Records wait until they are so large together.
const BYTES_WAIT_MAX: usize = 8 << 20;

/// Records that wait, and how an act is given up.
#[derive(Default)]
pub(crate) struct Pending {
    rows: Vec<Row>,
    /// How many of them are written.
    written: usize,
    /// How large those are together that are not.
    bytes: usize,
    /// How many there were when the act began.
    rows_before: usize,
    /// The act that works; the first needs no savepoint, because its transaction goes back as a whole.
    act: u32,
    /// The act that has the last savepoint.
    savepoint: Option<u32>,
    /// Whether the act gets a savepoint before its first statement.
    needs_savepoint: bool,
}

/// How many of so many that wait one statement takes: a power of two, so that there are few statements and each is prepared once.
pub(crate) fn batch(waiting: usize, most: usize) -> usize {
    1 << waiting.clamp(1, most).ilog2()
}

impl Tx {
    /// Another act begins, after those before are done.
    pub(crate) fn begin_act(&mut self) {
        let pending = &mut self.pending;
        pending.rows.drain(..pending.written);
        pending.written = 0;
        pending.rows_before = pending.rows.len();
        pending.act += 1;
        pending.needs_savepoint = true;
    }

    /// The act is done; what it added waits with the rest.
    pub(crate) fn end_act(&mut self) {
        self.pending.needs_savepoint = false;
    }

    /// Undoes what the act did, if it is not the first. May be tried again.
    pub(crate) async fn undo_act(&mut self) -> Result<(), StoreError> {
        let act = self.pending.act;
        if self.pending.savepoint == Some(act) {
            self.run(format!("ROLLBACK TO SAVEPOINT act_{act}")).await?;
        }
        let pending = &mut self.pending;
        pending.rows.truncate(pending.rows_before);
        pending.written = 0;
        pending.bytes = pending.rows.iter().map(|row| row.sealed.len()).sum();
        pending.needs_savepoint = false;
        Ok(())
    }

    /// Keeps a new record, now or later.
    pub(crate) async fn keep(&mut self, row: Row) -> Result<(), StoreError> {
        self.pending.bytes += row.sealed.len();
        self.pending.rows.push(row);
        if self.pending.bytes > BYTES_WAIT_MAX {
            self.ready().await?;
        }
        Ok(())
    }

    /// Keeps a new record that may be there already: then it is not kept, and the database says so.
    pub(crate) async fn keep_now(&mut self, row: Row) -> Result<(), StoreError> {
        self.ready().await?;
        self.pending.rows.push(row);
        let written = self.ready().await;
        if written.is_err() {
            self.pending.rows.pop();
        }
        written.map_err(StoreError::from)
    }

    /// Before each statement: makes the act's savepoint and writes what waits.
    pub(crate) async fn ready(&mut self) -> Result<(), sqlx::Error> {
        let Pending { needs_savepoint, rows, written, .. } = &self.pending;
        if !needs_savepoint && *written == rows.len() {
            return Ok(());
        }
        // On the heap, so that no statement carries it.
        Box::pin(self.settle()).await
    }

    async fn settle(&mut self) -> Result<(), sqlx::Error> {
        if self.pending.needs_savepoint {
            let act = self.pending.act;
            // Dropped in here, nothing is certain but that there is nothing to undo: savepoints that may be there stay until the commit.
            let before = self.pending.savepoint.take();
            let release = before.map(|before| format!("RELEASE SAVEPOINT act_{before}; ")).unwrap_or_default();
            self.run(format!("{release}SAVEPOINT act_{act}")).await?;
            self.pending.savepoint = Some(act);
            self.pending.needs_savepoint = false;
        }
        while self.pending.written < self.pending.rows.len() {
            self.pending.written += self.write_some().await?;
        }
        self.pending.bytes = 0;
        Ok(())
    }

    async fn write_some(&mut self) -> Result<usize, sqlx::Error> {
        let waiting = &self.pending.rows[self.pending.written..];
        let part = &waiting[..batch(waiting.len(), ROWS_AT_ONCE)];
        connected!(self, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new(
                "INSERT INTO record (id, noun, version, patient, visit, facility, clinician, day, state, library, created_at, \
                 changed_at, seal_key, sealed) ",
            );
            sql.push_values(part, |mut values, row| {
                values
                    .push_bind(&row.id)
                    .push_bind(&row.noun)
                    .push_bind(row.version)
                    .push_bind(&row.patient)
                    .push_bind(&row.visit)
                    .push_bind(&row.facility)
                    .push_bind(&row.clinician)
                    .push_bind(&row.day)
                    .push_bind(&row.state)
                    .push_bind(&row.library)
                    .push_bind(&row.created_at)
                    .push_bind(&row.changed_at)
                    .push_bind(&row.seal_key)
                    .push_bind(&row.sealed);
            });
            sql.build().execute(connection).await.map(|_| ())
        })?;
        Ok(part.len())
    }

    async fn run(&mut self, sql: String) -> Result<(), sqlx::Error> {
        connected!(self, connection => sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.map(|_| ()))
    }
}

#[cfg(test)]
mod tests {
    use super::batch;

    #[test]
    fn statements_are_few_and_take_all() {
        for most in [64, 100] {
            for all in 1..=300 {
                let (mut left, mut statements) = (all, Vec::new());
                while left > 0 {
                    let taken = batch(left, most);
                    assert!((1..=left.min(most)).contains(&taken) && taken.is_power_of_two());
                    statements.push(taken);
                    left -= taken;
                }
                assert!(statements.len() <= all / 64 + 6, "{statements:?}");
            }
        }
    }
}
