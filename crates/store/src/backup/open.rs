//! Whether everything that is sealed opens, with the keys that are there.

use crate::database::rows;
use crate::document;
use crate::keyring;
use crate::rows::{Row, Rows, SELECT, place};
use crate::seal::{self, Place};
use crate::store::Store;
use crate::{Id, StoreError};

/// Rows that are opened at once.
const RECORDS: i64 = 200;
const CONTENTS: i64 = 2;

/// What opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// Records.
    pub records: u64,
    /// What documents hold.
    pub contents: u64,
    /// Records and contents whose patient's key was deleted.
    pub shredded: u64,
}

impl Store {
    /// Opens everything that is sealed, and shows it to nobody: what a restore does to know that its keys are whole.
    ///
    /// # Errors
    /// The first that does not open.
    pub async fn open_everything(&self) -> Result<Opened, StoreError> {
        let mut rows = Rows::new(self.inner.pool.read().await?, self.ring());
        let mut opened = Opened::default();
        let mut last = String::new();
        loop {
            let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id > $1 ORDER BY id LIMIT $2"));
            let page = rows!(&mut rows.tx, Row, sql, &last, RECORDS)?;
            let Some(end) = page.last() else { break };
            last.clone_from(&end.id);
            for row in page {
                let is_open = opens(&mut rows, &row.seal_key, place(&row.id), &row.sealed).await?;
                *if is_open { &mut opened.records } else { &mut opened.shredded } += 1;
            }
        }
        last.clear();
        loop {
            let sql = "SELECT document, seal_key, sealed FROM content WHERE document > $1 ORDER BY document LIMIT $2";
            let page = rows!(&mut rows.tx, (String, String, Vec<u8>), sql, &last, CONTENTS)?;
            let Some((end, ..)) = page.last() else { return Ok(opened) };
            last.clone_from(end);
            for (id, seal_key, sealed) in page {
                let is_open = opens(&mut rows, &seal_key, document::place(&id), &sealed).await?;
                *if is_open { &mut opened.contents } else { &mut opened.shredded } += 1;
            }
        }
    }
}

/// Whether a value opens; it does not, if its key was deleted.
async fn opens(rows: &mut Rows, seal_key: &str, place: Place<'_>, sealed: &[u8]) -> Result<bool, StoreError> {
    let key: Id<seal::Key> = keyring::parse(seal_key)?;
    let key = match rows.key(key).await {
        Ok(key) => key,
        Err(StoreError::Shredded { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    let tampered = |_| StoreError::Tampered { noun: "record", id: place.id.to_string() };
    seal::open(&key, place, sealed).map(|_| true).map_err(tampered)
}
