//! Records as a table: what one cell can say in a cell, everything deeper as JSON.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};

use serde_json::{Map, Value};

use super::ExportError;
use super::folder::Folder;
use crate::StoreError;

/// What every record has.
const FIRST: [&str; 4] = ["id", "version", "created_at", "changed_at"];

/// A spreadsheet takes a cell that begins so for a formula, and runs it.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// The columns of a table, as its records have fields: `family`, `address.city`.
#[derive(Default)]
pub(super) struct Columns(BTreeSet<String>);

impl Columns {
    pub(super) fn see(&mut self, line: &Map<String, Value>) {
        for (field, value) in body(line) {
            match value {
                Value::Object(inner) => self.0.extend(inner.keys().map(|key| format!("{field}.{key}"))),
                _ => drop(self.0.insert(field.clone())),
            }
        }
    }
}

fn body(line: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    line.get("body").and_then(Value::as_object).into_iter().flatten()
}

/// Writes the table of a noun from its lines of JSON.
pub(super) fn write(folder: &mut Folder, noun: &str, columns: &Columns, records: u64) -> Result<(), ExportError> {
    let lines = folder.path(&format!("{noun}.jsonl"));
    let read = |source| ExportError::Write { path: lines.clone(), source };
    let mut file = folder.file(&format!("{noun}.csv"))?;
    let mut keep =
        |part: io::Result<Vec<u8>>| part.and_then(|part| file.write_all(&part)).map_err(|source| file.problem(source));
    keep(written(&names(columns)))?;
    for line in BufReader::new(File::open(&lines).map_err(read)?).lines() {
        let line = line.map_err(read)?;
        let line: Map<String, Value> = serde_json::from_str(&line).map_err(|error| read(error.into()))?;
        keep(written(&cells(&line, columns)))?;
    }
    folder.keep(file, Some(records))
}

/// The first line of a table.
pub(super) fn head(columns: &Columns) -> Result<Vec<u8>, StoreError> {
    written(&names(columns)).map_err(given_out)
}

/// A record as a line of a table.
pub(super) fn row(line: &Map<String, Value>, columns: &Columns) -> Result<Vec<u8>, StoreError> {
    written(&cells(line, columns)).map_err(given_out)
}

fn given_out(source: io::Error) -> StoreError {
    StoreError::File { path: "the export".into(), source }
}

fn names(columns: &Columns) -> Vec<String> {
    FIRST.iter().map(|name| (*name).to_string()).chain(columns.0.iter().cloned()).collect()
}

/// Cells as a line of RFC 4180.
fn written(cells: &[String]) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut line);
    writer.write_record(cells.iter().map(|cell| safe(cell)))?;
    writer.flush()?;
    drop(writer);
    Ok(line)
}

fn cells(line: &Map<String, Value>, columns: &Columns) -> Vec<String> {
    let empty = Map::new();
    let body = line.get("body").and_then(Value::as_object).unwrap_or(&empty);
    let of_body = columns.0.iter().map(|column| match (body.get(column), column.split_once('.')) {
        (Some(Value::Object(_)), _) | (None, None) => None,
        (Some(value), _) => Some(value),
        (None, Some((field, key))) => body.get(field).and_then(|value| value.get(key)),
    });
    FIRST.iter().map(|name| line.get(*name)).chain(of_body).map(|value| value.map_or(String::new(), text)).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A cell that no spreadsheet runs: an apostrophe before it makes it text.
pub(super) fn safe(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_string() }
}
