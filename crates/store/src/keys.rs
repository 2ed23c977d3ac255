//! Keys are changed, and checked.

use std::sync::Arc;

use crate::act::Act;
use crate::audit::{Action, Touch, time_text};
use crate::database::{execute, row, rows};
use crate::keyring;
use crate::root::RootKey;
use crate::rows::{self, Row};
use crate::seal::{self, Key};
use crate::{Id, Store, StoreError, Work};

/// Keys that are wrapped again at once.
const KEYS: i64 = 500;

/// What a check of the keys found: every one of them opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// The name of the root key.
    pub root: String,
    /// Keys of the practice, earlier ones among them.
    pub practice: u64,
    /// Keys of patients.
    pub patients: u64,
    /// Patients whose key was deleted.
    pub shredded: u64,
    /// Records that an earlier key of the practice seals still.
    pub to_reseal: u64,
    /// What heads of the audit are signed with, in hexadecimal digits.
    pub audit_key: String,
}

/// How far sealing anew came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resealed {
    /// Records that were sealed anew.
    pub done: u64,
    /// Records that are left.
    pub left: u64,
}

type WrappedRow = (String, String, Vec<u8>);

/// Records under an earlier key of the practice.
const EARLIER: &str = " WHERE seal_key IN (SELECT id FROM seal_key WHERE kind = 'practice' AND id <> $1)";

impl Store {
    /// Wraps the practice's keys with another root key. Nothing else changes; other servers must be started again with the new key, and the
    /// old one is needed for backups that were made before.
    ///
    /// # Errors
    /// When a key does not open, or the database fails; then the old root key stays.
    pub async fn rotate_root(&self, new: Arc<dyn RootKey>, act: &Act) -> Result<(), StoreError> {
        let mut work = self.begin(act).await?;
        work.end_group();
        let sql = "SELECT id, wrapped_by, wrapped FROM seal_key WHERE kind = 'practice' AND wrapped IS NOT NULL";
        for (id, _, _) in rows!(&mut work.rows.tx, WrappedRow, sql)? {
            let name = keyring::parse(&id)?;
            let key = work.rows.ring.practice_key(name).ok_or_else(|| StoreError::NoKey { key: id.clone() })?;
            let wrapped = new.wrap(&id, &key.secret);
            execute!(
                &mut work.rows.tx,
                "UPDATE seal_key SET wrapped = $2, wrapped_by = $3 WHERE id = $1",
                &id,
                &wrapped,
                new.name(),
            )?;
        }
        work.touched.push(rotated("root-key", new.name()));
        work.commit().await?;
        *self.inner.root.write().expect("nobody panics while holding the root key") = new;
        Ok(())
    }

    /// Makes a new key of the practice, and wraps every key below with it. Records of the practice itself keep their seal until
    /// [`Store::reseal`], or until they are changed; what belongs to a patient is not touched.
    ///
    /// # Errors
    /// When a key does not open, or the database fails; then nothing changes.
    pub async fn rotate_practice(&self, act: &Act) -> Result<u64, StoreError> {
        let mut work = self.begin(act).await?;
        work.end_group();
        let old = work.rows.ring.practice.id.to_string();
        let new = Key::random(Id::new(act.at));
        keyring::insert_root_wrapped(&mut work.rows.tx, self.root().as_ref(), &new, act.at).await?;
        let count = work.wrap_again(&new).await?;
        let tx = &mut work.rows.tx;
        execute!(tx, "UPDATE audit_head SET seal_key = $1", new.id.to_string())?;
        execute!(tx, "UPDATE seal_key SET ended_at = $2 WHERE id = $1", &old, time_text(act.at))?;
        work.touched.push(rotated("practice-key", new.id.to_string()));
        work.commit().await?;
        let mut tx = self.inner.pool.read().await?;
        self.reload(&mut tx, new.id).await?;
        tx.roll_back().await;
        Ok(count)
    }

    /// Seals records of the practice anew that an earlier key seals still, at most `limit` in this act. Each is entered in the audit.
    /// Earlier keys stay, wrapped: reasons in the audit, which nothing may change, are sealed with them.
    ///
    /// # Errors
    /// When a record does not open, or the database fails.
    pub async fn reseal(&self, limit: u32, act: &Act) -> Result<Resealed, StoreError> {
        let mut work = self.begin(act).await?;
        let current = work.rows.ring.practice.clone();
        let name = current.id.to_string();
        let sql = sqlx::AssertSqlSafe(format!("{}{EARLIER} ORDER BY id LIMIT $2", rows::SELECT));
        let found = rows!(&mut work.rows.tx, Row, sql, &name, i64::from(limit))?;
        let done = found.len() as u64;
        for mut row in found {
            let key = work.rows.key(keyring::parse(&row.seal_key)?).await?;
            let tampered = |_| StoreError::Tampered { noun: "record", id: row.id.clone() };
            let plain = seal::open(&key, rows::place(&row.id), &row.sealed).map_err(tampered)?;
            row.sealed = seal::seal(&current, rows::place(&row.id), &plain);
            row.seal_key.clone_from(&name);
            execute!(
                &mut work.rows.tx,
                "UPDATE record SET seal_key = $2, sealed = $3 WHERE id = $1",
                &row.id,
                &row.seal_key,
                &row.sealed,
            )?;
            let row_hash = Some(row.hash());
            let patient = row.owner().map(str::to_string);
            let (noun, record) = (row.noun.into(), Some(row.id));
            work.touched.push(Touch { action: Action::Reseal, noun, record, patient, note: None, row_hash });
        }
        let left = work.under_earlier_keys(&name).await?;
        work.commit().await?;
        Ok(Resealed { done, left })
    }

    /// Opens every key that the database has.
    ///
    /// # Errors
    /// The first key that does not open.
    pub async fn check_keys(&self, act: &Act) -> Result<KeyReport, StoreError> {
        let mut work = self.begin(act).await?;
        let mut last = String::new();
        let mut patients = 0;
        loop {
            let page = work.wrapped_after(&last).await?;
            let Some((end, ..)) = page.last() else { break };
            last.clone_from(end);
            for (id, wrapped_by, wrapped) in &page {
                work.unwrapped(id, wrapped_by, wrapped)?;
            }
            patients += page.len() as u64;
        }
        let mut counts = [0; 2];
        for (count, sql) in counts.iter_mut().zip([
            "SELECT COUNT(*) FROM seal_key WHERE kind = 'practice'",
            "SELECT COUNT(*) FROM seal_key WHERE kind = 'patient' AND wrapped IS NULL",
        ]) {
            *count = row!(&mut work.rows.tx, (i64,), sql)?.map_or(0, |(count,)| count.unsigned_abs());
        }
        let current = work.rows.ring.practice.id.to_string();
        let to_reseal = work.under_earlier_keys(&current).await?;
        work.commit().await?;
        let [practice, shredded] = counts;
        // The practice's two other keys, of look-ups and signatures, opened when the store did, and are counted in the pages.
        let patients = patients - 2;
        Ok(KeyReport { root: self.root().name(), practice, patients, shredded, to_reseal, audit_key: self.audit_key() })
    }
}

impl Work {
    /// A page of the keys that one of the practice's wraps.
    async fn wrapped_after(&mut self, last: &str) -> Result<Vec<WrappedRow>, StoreError> {
        let sql = "SELECT id, wrapped_by, wrapped FROM seal_key \
                   WHERE id > $1 AND kind <> 'practice' AND wrapped IS NOT NULL ORDER BY id LIMIT $2";
        rows!(&mut self.rows.tx, WrappedRow, sql, last, KEYS)
    }

    fn unwrapped(&self, id: &str, wrapped_by: &str, wrapped: &[u8]) -> Result<Key, StoreError> {
        let wrapping = self.rows.ring.practice_key(keyring::parse(wrapped_by)?);
        keyring::unwrap(wrapping.ok_or_else(|| StoreError::NoKey { key: wrapped_by.to_string() })?, id, wrapped)
    }

    async fn wrap_again(&mut self, new: &Key) -> Result<u64, StoreError> {
        let mut last = String::new();
        let mut count = 0;
        loop {
            let page = self.wrapped_after(&last).await?;
            let Some((end, ..)) = page.last() else { return Ok(count) };
            last.clone_from(end);
            for (id, wrapped_by, wrapped) in page {
                let key = self.unwrapped(&id, &wrapped_by, &wrapped)?;
                execute!(
                    &mut self.rows.tx,
                    "UPDATE seal_key SET wrapped = $2, wrapped_by = $3 WHERE id = $1",
                    &id,
                    keyring::wrap(new, &key),
                    new.id.to_string(),
                )?;
                count += 1;
            }
        }
    }

    async fn under_earlier_keys(&mut self, current: &str) -> Result<u64, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM record{EARLIER}"));
        Ok(row!(&mut self.rows.tx, (i64,), sql, current)?.map_or(0, |(count,)| count.unsigned_abs()))
    }
}

fn rotated(noun: &'static str, key: String) -> Touch {
    Touch { action: Action::Rotate, noun: noun.into(), record: Some(key), patient: None, note: None, row_hash: None }
}
