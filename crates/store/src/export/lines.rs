//! Records of one noun, given out part by part: what a program fetches, with no file on this machine.

use std::collections::BTreeSet;

use serde_json::Value;

use super::records::{line, open, page};
use super::{csv, tampered};
use crate::act::Act;
use crate::audit::Action;
use crate::database::rows;
use crate::nouns::Patient;
use crate::record::Record as _;
use crate::rows::Rows;
use crate::store::Store;
use crate::{Id, StoreError};

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON object on each line.
    JsonLines,
    /// A table, with its columns in the first line.
    Csv,
}

/// The records of a noun, without secrets of sign-in, as one state of the database has them. Each patient is entered in the audit before
/// the part with their records is given out.
pub struct Lines {
    rows: Rows,
    store: Store,
    act: Act,
    noun: String,
    /// The columns of a table; lines of JSON have none.
    columns: Option<csv::Columns>,
    head: Option<Vec<u8>>,
    last: String,
    entered: BTreeSet<String>,
}

impl Store {
    /// The nouns of which there are records, each with how many. It opens none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_nouns(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut tx = self.inner.pool.read().await?;
        let sql = "SELECT noun, COUNT(*) FROM record GROUP BY noun ORDER BY noun";
        let found = rows!(&mut tx, (String, i64), sql)?;
        tx.roll_back().await;
        Ok(found.into_iter().map(|(noun, count)| (noun, u64::try_from(count).unwrap_or_default())).collect())
    }

    /// The records of a noun, to be given out part by part. That somebody asked is entered in the audit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn export_noun(&self, act: &Act, noun: &str, form: Form) -> Result<Lines, StoreError> {
        let mut rows = Rows::new(self.inner.pool.read().await?, self.ring());
        let columns = match form {
            Form::JsonLines => None,
            Form::Csv => Some(columns(&mut rows, noun).await?),
        };
        let head = match &columns {
            Some(columns) => Some(csv::head(columns)?),
            None => None,
        };
        let mut work = self.begin(act).await?;
        work.note(Action::Export, Some(self.practice()), None, None)?;
        work.commit().await?;
        let (store, act, noun) = (self.clone(), act.clone(), noun.to_string());
        Ok(Lines { rows, store, act, noun, columns, head, last: String::new(), entered: BTreeSet::new() })
    }
}

/// The columns that the records have between them.
async fn columns(rows: &mut Rows, noun: &str) -> Result<csv::Columns, StoreError> {
    let (mut columns, mut last) = (csv::Columns::default(), String::new());
    loop {
        let page = page(rows, noun, &mut last).await?;
        if page.is_empty() {
            return Ok(columns);
        }
        for row in page {
            if let Some(body) = open(rows, &row).await? {
                columns.see(&line(&row, body));
            }
        }
    }
}

impl Lines {
    /// The next part; none at the end.
    ///
    /// # Errors
    /// When the database fails, or a record was tampered with.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let page = page(&mut self.rows, &self.noun, &mut self.last).await?;
        if page.is_empty() {
            return Ok(None);
        }
        let (mut part, mut patients) = (Vec::new(), BTreeSet::new());
        for row in page {
            let Some(body) = open(&mut self.rows, &row).await? else { continue };
            patients.extend(row.owner().map(str::to_string));
            let line = line(&row, body);
            match &self.columns {
                Some(columns) => part.extend(csv::row(&line, columns)?),
                None => part.extend(format!("{}\n", Value::Object(line)).into_bytes()),
            }
        }
        let mut work = self.store.begin(&self.act).await?;
        for patient in patients.difference(&self.entered) {
            let id: Id<Patient> = patient.parse().map_err(|_| tampered(Patient::NOUN, patient))?;
            work.note(Action::Export, Some(id), Some(id), None)?;
        }
        work.commit().await?;
        self.entered.extend(patients);
        Ok(Some(part))
    }
}
