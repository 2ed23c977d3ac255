//! What all servers on one database know of sign-in from one minute to the next: when a session was used last, and guesses that were not
//! right. Neither is a record: use is no entry of the audit, and a backup holds neither.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use crate::audit::time_text;
use crate::database::{Pool, execute, row, rows};
use crate::nouns::{Session, User};
use crate::store::Store;
use crate::work::Work;
use crate::{Id, StoreError};

/// How a session stands: whoever remembers other versions reads it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The version of its record.
    pub session: i64,
    /// The version of its user's record.
    pub user: i64,
    /// When it was used last, if that was written down.
    pub used_at: Option<Timestamp>,
}

/// Guesses are forgotten after so long without one, and uses of sessions that are older.
pub const GUESSES_KEPT: SignedDuration = SignedDuration::from_hours(24);

type Row = (String, i64, Option<String>);

impl Store {
    /// How a session and its user stand, by one statement: it is asked at every request. None, if one of them is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, session: Id<Session>, user: Id<User>) -> Result<Option<Standing>, StoreError> {
        let sql = "SELECT record.id, record.version, session_use.used_at FROM record \
                   LEFT JOIN session_use ON session_use.session = record.id WHERE record.id IN ($1, $2)";
        let (session, user) = (session.to_string(), user.to_string());
        let found: Vec<Row> = match &self.inner.pool {
            Pool::Sqlite { readers, .. } => sqlx::query_as(sql).bind(&session).bind(&user).fetch_all(readers).await?,
            Pool::Postgres(pool) => sqlx::query_as(sql).bind(&session).bind(&user).fetch_all(pool).await?,
        };
        let of = |id: &String| found.iter().find(|(found, ..)| found == id);
        let (Some((_, session, used_at)), Some((_, user, _))) = (of(&session), of(&user)) else { return Ok(None) };
        Ok(Some(Standing { session: *session, user: *user, used_at: used_at.as_deref().and_then(time) }))
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn used(&self, session: Id<Session>, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.inner.pool.write().await?;
        execute!(
            &mut tx,
            "INSERT INTO session_use (session, used_at) VALUES ($1, $2) \
             ON CONFLICT (session) DO UPDATE SET used_at = excluded.used_at WHERE session_use.used_at < excluded.used_at",
            session.to_string(),
            time_text(at),
        )?;
        tx.commit().await
    }

    /// When sessions were used last, of those for which it was written down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_uses(&self) -> Result<HashMap<Id<Session>, Timestamp>, StoreError> {
        let mut tx = self.inner.pool.read().await?;
        let found = rows!(&mut tx, (String, String), "SELECT session, used_at FROM session_use")?;
        tx.roll_back().await;
        Ok(found.iter().filter_map(|(id, at)| Some((id.parse().ok()?, time(at)?))).collect())
    }

    /// Counts a guess before it is looked at, so that guesses which come at once are counted too; or says how long to wait, and counts
    /// nothing. `wait` gives the wait after so many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn guess(
        &self,
        account: &str,
        network: &str,
        at: Timestamp,
        wait: impl Fn(u32) -> SignedDuration + Send,
    ) -> Result<Option<SignedDuration>, StoreError> {
        let id = self.guess_id(account, network);
        let mut tx = self.inner.pool.write().await?;
        // It takes the lock of the row on both databases.
        let sql = "INSERT INTO guess (id, count, at) VALUES ($1, 0, $2) \
                   ON CONFLICT (id) DO UPDATE SET count = guess.count RETURNING count, at";
        let (count, last) = row!(&mut tx, (i64, String), sql, &id, time_text(at))?.unwrap_or_default();
        let since = time(&last).map_or(SignedDuration::ZERO, |last| at.duration_since(last).max(SignedDuration::ZERO));
        let count = if since > GUESSES_KEPT { 0 } else { u32::try_from(count).unwrap_or(u32::MAX) };
        let left = wait(count) - since;
        if left.is_positive() {
            tx.roll_back().await;
            return Ok(Some(left));
        }
        let sql = "UPDATE guess SET count = $2, at = $3 WHERE id = $1";
        execute!(&mut tx, sql, &id, i64::from(count.saturating_add(1)), time_text(at))?;
        tx.commit().await?;
        Ok(None)
    }

    /// Forgets the guesses of who has signed in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn guessed_right(&self, account: &str, network: &str) -> Result<(), StoreError> {
        let mut tx = self.inner.pool.write().await?;
        execute!(&mut tx, "DELETE FROM guess WHERE id = $1", self.guess_id(account, network))?;
        tx.commit().await
    }

    /// Forgets guesses, and uses of sessions, that are older than [`GUESSES_KEPT`]: no session lasts so long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_sign_in(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.inner.pool.write().await?;
        let before = time_text(now.checked_sub(GUESSES_KEPT).unwrap_or(Timestamp::MIN));
        let guesses = execute!(&mut tx, "DELETE FROM guess WHERE at < $1", &before)?;
        let uses = execute!(&mut tx, "DELETE FROM session_use WHERE used_at < $1", &before)?;
        tx.commit().await?;
        Ok(guesses + uses)
    }

    fn guess_id(&self, account: &str, network: &str) -> String {
        HEXLOWER.encode(&self.ring().index("guess", network, account))
    }
}

impl Work {
    /// When a session was used last, if that was written down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_use(&mut self, session: Id<Session>) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT used_at FROM session_use WHERE session = $1";
        let found = row!(&mut self.rows.tx, (String,), sql, session.to_string())?;
        Ok(found.as_ref().and_then(|(at,)| time(at)))
    }
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
