//! `covered import`: lists that a practice brings along.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use store::Id;
use store::import::{BYTES_MAX, Import, ImportError, Kind, Outcome, Request};

use super::Keeping;
use super::run::{act, block_on, open, told};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{Failure, counted, hanging, json_text, print};
use crate::source;

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Take in patients.
    Patients(List),
    /// Take in clinicians, a row for each licence.
    Clinicians(List),
    /// Take in the menu.
    Menu(List),
    /// Take an import back as a whole, while nothing was built on it.
    Undo(Undo),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The list as CSV, with headings in the first line.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Tell what would become of each row, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Say which field a column holds, such as 3=birth-date; `none` leaves it out.
    #[arg(long = "column", value_name = "NUMBER=FIELD", value_parser = column)]
    columns: Vec<(usize, String)>,
    /// Print the ledger as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The import, as `covered import` named it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    keeping: Keeping,
}

/// `3=birth-date`. What was typed may be private, and is not repeated.
fn column(text: &str) -> Result<(usize, String), String> {
    let parts = text.split_once('=').and_then(|(number, field)| Some((number.parse().ok()?, field.to_owned())));
    parts.ok_or_else(|| "it is not NUMBER=FIELD".to_owned())
}

pub(crate) fn run(command: &ImportCommand, library: &LibraryArguments) -> Result<Done, Failure> {
    match command {
        ImportCommand::Patients(list) => take(Kind::Patients, list, library),
        ImportCommand::Clinicians(list) => take(Kind::Clinicians, list, library),
        ImportCommand::Menu(list) => take(Kind::Menu, list, library),
        ImportCommand::Undo(undo) => take_back(undo),
    }
}

fn failed(error: &ImportError) -> Failure {
    told(error.code(), error, error.next_step())
}

fn take(kind: Kind, list: &List, library: &LibraryArguments) -> Result<Done, Failure> {
    let file = read(list)?;
    let library = source::library(library)?;
    let treatments = |name: &str| library.menu().find(name).ok().map(|found| found.treatment.id.to_string());
    let request = Request { kind, file: &file, columns: &list.columns, dry_run: list.dry_run, treatments: &treatments };
    let act = act(&format!("import {}", kind.word()));
    let (id, import) = block_on(async {
        let store = open(&list.keeping).await?;
        let taken = store.import(&act, &request).await.map_err(|error| failed(&error));
        store.close().await;
        taken
    })?;
    print(&if list.json { ledger(id, &import) } else { text(id, &import) })?;
    let [.., rejected] = import.counts();
    Ok(if rejected == 0 { Done::Answered } else { Done::FoundErrors })
}

/// The file, as far as one may be taken in.
fn read(list: &List) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let limit = BYTES_MAX as u64 + 1;
    let read = std::fs::File::open(&list.file).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    let help = "name a list as CSV";
    read.map_err(|source| Failure::File { what: "read", path: list.file.clone(), help, source })?;
    Ok(bytes)
}

fn ledger(id: Option<Id<Import>>, import: &Import) -> String {
    json_text(&json!({ "import": id, "ledger": import }))
}

fn text(id: Option<Id<Import>>, import: &Import) -> String {
    let [accepted, changed, same, rejected] = import.counts();
    let rows = counted(import.rows.len(), "row", "rows");
    let mut out = String::new();
    hanging(
        &mut out,
        0,
        2,
        &format!("{rows}: {accepted} accepted, {changed} changed, {same} the same as on file, {rejected} rejected."),
    );
    hanging(&mut out, 0, 2, &format!("Columns: {}.", columns(import)));
    for row in &import.rows {
        if let Outcome::Rejected { field, reason } = &row.outcome {
            let field = field.as_deref().map(|field| format!(", {field}")).unwrap_or_default();
            hanging(&mut out, 0, 2, &format!("line {}{field}: {} [{}]", row.line, reason.text(), reason.code()));
        }
    }
    match id {
        Some(id) => {
            let _ = writeln!(out, "Import {id}");
            hanging(
                &mut out,
                0,
                2,
                &format!("Until something is built on it, `covered import undo {id}` takes it back."),
            );
        }
        None => out.push_str("This was a dry run: nothing was kept.\n"),
    }
    out
}

fn columns(import: &Import) -> String {
    let told = import.columns.iter().map(|column| match (&column.field, &column.near) {
        (Some(field), _) => format!("{} {field}", column.number),
        (None, Some(near)) => format!("{} left out (did it mean {near}?)", column.number),
        (None, None) => format!("{} left out", column.number),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn take_back(undo: &Undo) -> Result<Done, Failure> {
    let id: Id<Import> = undo.id.parse().map_err(|error: store::IdError| Failure::Name {
        message: error.to_string(),
        help: "give it as `covered import` printed it".to_owned(),
    })?;
    let import = block_on(async {
        let store = open(&undo.keeping).await?;
        let undone = store.undo_import(&act("import undo"), id).await.map_err(|error| failed(&error));
        store.close().await;
        undone
    })?;
    let [accepted, changed, ..] = import.counts();
    print(&format!("Taken back: {accepted} accepted and {changed} changed rows of import {id}.\n"))?;
    Ok(Done::Answered)
}
