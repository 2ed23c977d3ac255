//! The records of every noun, and what documents hold.

use std::collections::BTreeSet;
use std::io::Write as _;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::folder::Folder;
use super::{ExportError, csv, tampered};
use crate::StoreError;
use crate::database::{row, rows};
use crate::document::{self, MediaType};
use crate::keyring;
use crate::nouns::Document;
use crate::record::Record as _;
use crate::rows::{Row, Rows, SELECT, place};
use crate::seal;

/// Rows that are read at once.
const ROWS: i64 = 200;

/// What lets somebody in is of use to nobody but a thief.
const SECRETS: [(&str, &[&str]); 4] = [
    ("user", &["password", "totp", "totp_step", "recovery", "passkeys"]),
    ("session", &["token_sha256", "kept"]),
    ("token", &["token_sha256"]),
    ("hook", &["secret"]),
];

/// What was written beside the files.
#[derive(Default)]
pub(super) struct Written {
    /// Whose records are in it.
    pub(super) patients: BTreeSet<String>,
    /// Records that nobody can read.
    pub(super) shredded: u64,
}

pub(super) async fn write(mut rows: Rows, folder: &mut Folder) -> Result<Written, ExportError> {
    let mut written = Written::default();
    let nouns = rows!(&mut rows.tx, (String,), "SELECT DISTINCT noun FROM record ORDER BY noun")?;
    folder.folder("documents")?;
    for (noun,) in nouns {
        write_noun(&mut rows, folder, &noun, &mut written).await?;
    }
    rows.tx.roll_back().await;
    Ok(written)
}

async fn write_noun(
    rows: &mut Rows,
    folder: &mut Folder,
    noun: &str,
    written: &mut Written,
) -> Result<(), ExportError> {
    let name = format!("{noun}.jsonl");
    let mut file = folder.file(&name)?;
    let mut columns = csv::Columns::default();
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let page = page(rows, noun, &mut last).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            let Some(body) = open(rows, &row).await? else {
                written.shredded += 1;
                continue;
            };
            if noun == Document::NOUN {
                write_content(rows, folder, &row.id, &body).await?;
            }
            written.patients.extend(row.owner().map(str::to_string));
            let line = line(&row, body);
            columns.see(&line);
            writeln!(file, "{}", Value::Object(line)).map_err(|source| file.problem(source))?;
            count += 1;
        }
    }
    folder.keep(file, Some(count))?;
    csv::write(folder, noun, &columns, count)
}

/// The rows after `last`, which becomes the last of them; none at the end.
pub(super) async fn page(rows: &mut Rows, noun: &str, last: &mut String) -> Result<Vec<Row>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE noun = $1 AND id > $2 ORDER BY id LIMIT $3"));
    let page = rows!(&mut rows.tx, Row, sql, noun, &*last, ROWS)?;
    if let Some(end) = page.last() {
        last.clone_from(&end.id);
    }
    Ok(page)
}

/// What a row says, without secrets; none, if its key was deleted.
pub(super) async fn open(rows: &mut Rows, row: &Row) -> Result<Option<Map<String, Value>>, StoreError> {
    let key = match rows.key(keyring::parse(&row.seal_key)?).await {
        Ok(key) => key,
        Err(StoreError::Shredded { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let plain = seal::open(&key, place(&row.id), &row.sealed).map_err(|_| tampered("record", &row.id))?;
    let mut body: Map<String, Value> = serde_json::from_slice(&plain).map_err(|_| tampered("record", &row.id))?;
    let secrets = SECRETS.iter().filter(|(noun, _)| *noun == row.noun).flat_map(|(_, fields)| *fields);
    for field in secrets {
        body.remove(*field);
    }
    Ok(Some(body))
}

pub(super) fn line(row: &Row, body: Map<String, Value>) -> Map<String, Value> {
    let line = json!({
        "id": row.id,
        "version": row.version,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "body": body,
    });
    match line {
        Value::Object(line) => line,
        _ => Map::new(),
    }
}

async fn write_content(
    rows: &mut Rows,
    folder: &mut Folder,
    id: &str,
    body: &Map<String, Value>,
) -> Result<(), ExportError> {
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let sql = "SELECT seal_key, sealed FROM content WHERE document = $1";
    let found = row!(&mut rows.tx, (String, Vec<u8>), sql, id)?;
    let (seal_key, sealed) = found.ok_or_else(|| tampered(Document::NOUN, id))?;
    let key = rows.key(keyring::parse(&seal_key)?).await?;
    let content = seal::open(&key, document::place(id), &sealed).map_err(|_| tampered(Document::NOUN, id))?;
    if HEXLOWER.encode(&Sha256::digest(content.as_slice())) != text("kept_sha256") {
        return Err(tampered(Document::NOUN, id).into());
    }
    let extension = MediaType::from_word(text("media_type")).map_or("bin", MediaType::extension);
    let mut file = folder.file(&format!("documents/{id}.{extension}"))?;
    file.write_all(&content).map_err(|source| file.problem(source))?;
    folder.keep(file, None)
}
