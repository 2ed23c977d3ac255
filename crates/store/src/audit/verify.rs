//! The check of the audit where the records are: the chain, and that every row is the one that was written last.

use std::collections::HashMap;

use super::export::{PAGE, head_row};
use super::{Action, BEGINNING, Entry, EntryRow, Head, SELECT};
use crate::database::{Tx, rows};
use crate::document::{CONTENT, row_hash};
use crate::nouns::Document;
use crate::record::Record as _;
use crate::rows::Row;
use crate::{Store, StoreError};

/// Rows that are read at once: documents among them may be large.
const ROWS: i64 = 200;
const CONTENTS: i64 = 4;

/// The row of a document's content: document, key, sealed.
type ContentRow = (String, String, Vec<u8>);

/// What a check against the store found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// How many entries hold.
    pub entries: i64,
    /// How many rows are as they were written last.
    pub rows: u64,
    /// Where the chain stands.
    pub head: Head,
}

/// What the last entry about a row says: its number, and the hash; none, if it was taken away.
type Written = HashMap<(String, String), (i64, Option<Vec<u8>>)>;

impl Store {
    /// Checks the chain, and every row against the last entry that wrote it: a changed row, one put back from an old copy, one that was
    /// added or taken away behind the audit. It opens nothing and needs no key.
    ///
    /// # Errors
    /// [`StoreError::Chain`] with the first bad entry, [`StoreError::Tampered`] with the first bad row.
    pub async fn check_audit(&self) -> Result<Checked, StoreError> {
        check(&mut self.inner.pool.read().await?).await
    }
}

/// The check of [`Store::check_audit`] within a transaction: a restore asks before it ends.
pub(crate) async fn check(tx: &mut Tx) -> Result<Checked, StoreError> {
    let head = stored_head(tx).await?;
    let mut written = walk(tx, &head).await?;
    let rows = compare_records(tx, &mut written).await? + compare_contents(tx, &mut written).await?;
    let mut gone: Vec<_> = written.into_iter().filter(|(_, (_, hash))| hash.is_some()).collect();
    gone.sort_by_key(|(_, (seq, _))| *seq);
    match gone.first() {
        Some(((noun, id), (seq, _))) => {
            Err(StoreError::Chain { seq: *seq, cause: format!("the {noun} {id} that it wrote is not there") })
        }
        None => Ok(Checked { entries: head.seq, rows, head }),
    }
}

pub(super) async fn stored_head(tx: &mut Tx) -> Result<Head, StoreError> {
    let (seq, hash) = head_row(tx).await?;
    let hash = hash.try_into().map_err(|_| chain(seq, "the head's hash has another length"))?;
    Ok(Head { seq, hash })
}

fn chain(seq: i64, cause: &str) -> StoreError {
    StoreError::Chain { seq, cause: cause.to_string() }
}

/// Follows the chain to its head.
async fn walk(tx: &mut Tx, head: &Head) -> Result<Written, StoreError> {
    let mut written = Written::new();
    let mut at = Head { seq: 0, hash: BEGINNING };
    loop {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE seq > $1 ORDER BY seq LIMIT $2"));
        let page = rows!(tx, EntryRow, sql, at.seq, PAGE)?;
        if page.is_empty() {
            break;
        }
        for row in page {
            let entry = Entry::try_from(row)?;
            let seq = at.seq + 1;
            if entry.seq != seq {
                return Err(chain(seq, "it is missing"));
            }
            if entry.before != at.hash {
                return Err(chain(seq, "the entry before it is not the one that it followed"));
            }
            let hash = entry.computed_hash();
            if entry.hash != hash {
                return Err(chain(seq, "it was changed"));
            }
            at = Head { seq, hash };
            let takes_away = [Action::Remove, Action::Shred].iter().any(|action| action.word() == entry.action);
            if let (Some(record), true) = (entry.record, entry.row_hash.is_some() || takes_away) {
                if takes_away && entry.noun == Document::NOUN {
                    written.insert((CONTENT.to_string(), record.clone()), (seq, None));
                }
                written.insert((entry.noun, record), (seq, entry.row_hash));
            }
        }
    }
    if at != *head {
        return Err(chain(at.seq + 1, "the chain does not end where its head says"));
    }
    Ok(written)
}

/// Takes the entry of a row, and compares.
fn compare(written: &mut Written, noun: String, id: String, hash: [u8; 32]) -> Result<(), StoreError> {
    match written.remove(&(noun.clone(), id.clone())) {
        Some((_, Some(expected))) if expected == hash => Ok(()),
        Some((seq, Some(_))) => Err(chain(seq, &format!("the {noun} {id} is not as it wrote it"))),
        Some((seq, None)) => Err(chain(seq, &format!("the {noun} {id} that it took away is there"))),
        None => {
            // Nouns come from the database here, and an error names one of ours.
            let noun = if noun == CONTENT { CONTENT } else { "record" };
            Err(StoreError::Tampered { noun, id })
        }
    }
}

async fn compare_records(tx: &mut Tx, written: &mut Written) -> Result<u64, StoreError> {
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let sql = sqlx::AssertSqlSafe(format!("{} WHERE id > $1 ORDER BY id LIMIT $2", crate::rows::SELECT));
        let page = rows!(tx, Row, sql, &last, ROWS)?;
        let Some(end) = page.last() else { return Ok(count) };
        last.clone_from(&end.id);
        for row in page {
            let hash = row.hash();
            compare(written, row.noun, row.id, hash)?;
            count += 1;
        }
    }
}

async fn compare_contents(tx: &mut Tx, written: &mut Written) -> Result<u64, StoreError> {
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let sql = "SELECT document, seal_key, sealed FROM content WHERE document > $1 ORDER BY document LIMIT $2";
        let page = rows!(tx, ContentRow, sql, &last, CONTENTS)?;
        let Some(end) = page.last() else { return Ok(count) };
        last.clone_from(&end.0);
        for row in page {
            let hash = row_hash(&row.0, &row.1, &row.2);
            compare(written, CONTENT.to_string(), row.0, hash)?;
            count += 1;
        }
    }
}
