//! `covered states`: what each state's law says of medical spas, cell by cell, and what that rests on.

use std::fmt::Write as _;

use clap::Args;
use codes::StateCode;
use library::Library;
use library::states::{Cell, Permits, Shares, State, Strength, Tables};
use serde_json::{Value, json};

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

#[derive(Debug, Args)]
pub(crate) struct States {
    /// The state: TX. Without one, the table of all.
    #[arg(value_name = "STATE")]
    state: Option<String>,
    /// Print the table of all states.
    #[arg(long, conflicts_with = "state")]
    table: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(wanted: &States, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let out = match wanted.state.as_deref().filter(|_| !wanted.table) {
        Some(typed) => {
            let (state, tables) = find(typed, &library)?;
            if wanted.json { json_text(&whole(state, tables, &library)) } else { page(state, tables) }
        }
        None => {
            let states: Vec<(&State, &Tables)> = library
                .states()
                .codes()
                .map(|code| library.state(code))
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?;
            if wanted.json {
                json_text(&Value::Array(states.iter().map(|(state, tables)| whole(state, tables, &library)).collect()))
            } else {
                table(&states)
            }
        }
    };
    print(&out)?;
    Ok(Done::Answered)
}

/// The state that a person means.
pub(crate) fn code(typed: &str) -> Result<StateCode, Failure> {
    typed.to_uppercase().parse().or_else(|_| typed.parse()).map_err(|error: codes::StateCodeError| {
        let help = "`covered states` lists the states".to_owned();
        Failure::Name { message: error.to_string(), help }
    })
}

/// The state that a person means, with what its cells are called.
pub(crate) fn find<'l>(typed: &str, library: &'l Library) -> Result<(&'l State, &'l Tables), Failure> {
    let code = code(typed)?;
    library.state(code)?.ok_or_else(|| Failure::Name {
        message: format!("the library holds nothing of {} ({code})", code.name()),
        help: "it holds the fifty states and the District of Columbia; ask the territory's board".to_owned(),
    })
}

/// Shares in a sentence.
fn shares_in_words(shares: Shares) -> String {
    let Shares { solid, weak, unknown } = shares;
    let all = solid + weak + unknown;
    let part = |count, word| format!("{count} {word} ({} %)", shares.percent(count));
    format!("{all} cells: {}, {}, {}", part(solid, "solid"), part(weak, "weak"), part(unknown, "unknown"))
}

fn page(state: &State, tables: &Tables) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}.", state.code.name(), shares_in_words(state.shares()));
    below(
        &mut out,
        0,
        "Solid rests on the state's own text or its agency's; only that may block. Weak warns, unknown asks.",
    );
    let mut group = "";
    for name in &tables.cells {
        let Some(cell) = state.cell(&name.id) else { continue };
        if name.group != group {
            let _ = writeln!(out, "\n{}", name.group);
            group = &name.group;
        }
        let says = tables.says(cell);
        hanging(&mut out, 2, 11, &format!("[{}] {}: {says}", cell.strength().word(), name.label));
        rests_on(&mut out, 11, cell, tables);
    }
    if !state.conflicts.is_empty() {
        out.push_str("\nSources that disagree\n");
        state.conflicts.iter().for_each(|conflict| hanging(&mut out, 2, 4, &format!("- {conflict}")));
    }
    if !state.texts.is_empty() {
        out.push_str("\nStatutes, rules and bills\n");
    }
    for text in &state.texts {
        let read = if text.was_read { "" } else { "; general knowledge" };
        hanging(&mut out, 2, 4, &format!("- {} ({}{read})", text.name, text.status.replace('_', " ")));
        text.note.iter().for_each(|note| below(&mut out, 6, note));
    }
    if let Some(also) = &state.also {
        out.push_str("\nAlso\n");
        hanging(&mut out, 2, 4, &format!("- {also}"));
    }
    let _ = writeln!(out, "\n{DISCLAIMER}");
    out
}

/// What a cell rests on: basis, note, address.
pub(crate) fn rests_on(out: &mut String, indent: usize, cell: &Cell, tables: &Tables) {
    let Some(basis) = cell.basis.filter(|_| cell.is_known) else { return };
    let note = cell.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
    below(out, indent, &format!("{}{note}", basis.says()));
    if let Some(source) = cell.source.as_ref().and_then(|id| tables.source(id)) {
        below(out, indent, &source.url);
        if let Some(day) = tables.read_day(source).filter(|_| cell.was_read) {
            below(out, indent, &format!("read {day}"));
        }
    }
    if let Some(policy) = &cell.policy {
        below(out, indent, &format!("blocks by its own policy, {policy}"));
    }
    if let Some(why) = &cell.asks_because {
        below(out, indent, &format!("asks and does not block: {why}"));
    }
}

/// The columns of the table: heading, cell.
const COLUMNS: [(&str, &str); 16] = [
    ("cpom", "cpom"),
    ("oNP", "ownership.np"),
    ("oPA", "ownership.pa"),
    ("lay", "ownership.lay_direct"),
    ("NP", "injection.np"),
    ("PA", "injection.pa"),
    ("RN", "injection.rn"),
    ("LPN", "injection.lpn"),
    ("MA", "injection.unlicensed_or_ma"),
    ("E", "injection.esthetician"),
    ("lRN", "laser.rn"),
    ("lE", "laser.esthetician"),
    ("pRN", "peel.rn"),
    ("pE", "peel.esthetician"),
    ("exam", "good_faith_exam.required"),
    ("place", "facility.medspa_licence_or_registration"),
];

fn table(states: &[(&State, &Tables)]) -> String {
    let mut out = String::from("    solid weak  unkn");
    for (heading, _) in COLUMNS {
        let _ = write!(out, " {heading}");
    }
    out.push('\n');
    for (state, tables) in states {
        let shares = state.shares();
        let percent = |part| format!("{} %", shares.percent(part));
        let _ = write!(
            out,
            "{}  {:>5} {:>5} {:>5}",
            state.code,
            percent(shares.solid),
            percent(shares.weak),
            percent(shares.unknown)
        );
        for (heading, id) in COLUMNS {
            let letter = state.cell(id).map_or('?', |cell| letter(cell, tables));
            let _ = write!(out, " {letter:<width$}", width = heading.len());
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out.push_str("\nY yes, D when delegated, C under a condition, N no, + something is known,\n? not known.\n");
    out.push_str("Capital letters and + rest on the state's own text or its agency's;\nsmall letters and . on less.\n");
    out.push_str("Who may own: oNP oPA lay. Who may inject: NP to E (esthetician). Who may fire a\n");
    out.push_str("laser: lRN lE. Who may give a chemical peel: pRN pE.\n");
    out.push_str("`covered states TX` tells the rest, with the sources.\n");
    let _ = writeln!(out, "\n{DISCLAIMER}");
    out
}

fn letter(cell: &Cell, tables: &Tables) -> char {
    let (letter, other) = match cell.strength() {
        Strength::Unknown => return '?',
        strength => {
            let letter = match tables.permits(cell) {
                Permits::Yes => Some('y'),
                Permits::Delegated => Some('d'),
                Permits::Conditional => Some('c'),
                Permits::No => Some('n'),
                Permits::Ask => None,
            };
            (letter, strength)
        }
    };
    match (letter, other) {
        (Some(letter), Strength::Solid) => letter.to_ascii_uppercase(),
        (Some(letter), _) => letter,
        (None, Strength::Solid) => '+',
        (None, _) => '.',
    }
}

/// Everything that is known of one state.
fn whole(state: &State, tables: &Tables, library: &Library) -> Value {
    let shares = state.shares();
    let cells: Vec<Value> =
        tables.cells.iter().filter_map(|name| Some(cell_json(state.cell(&name.id)?, &name.label, tables))).collect();
    let texts: Vec<Value> = state
        .texts
        .iter()
        .map(|text| json!({"name": text.name, "status": text.status, "was_read": text.was_read, "note": text.note}))
        .collect();
    json!({
        "state": state.code.as_str(),
        "name": state.code.name(),
        "shares": {"solid": shares.solid, "weak": shares.weak, "unknown": shares.unknown},
        "cells": cells,
        "conflicts": state.conflicts,
        "texts": texts,
        "also": state.also,
        "library": {"version": library.version(), "sha256": library.sha256()},
        "disclaimer": DISCLAIMER,
    })
}

/// One cell with its source.
pub(crate) fn cell_json(cell: &Cell, label: &str, tables: &Tables) -> Value {
    json!({
        "cell": cell.id,
        "label": label,
        "value": cell.value.to_string(),
        "says": tables.says(cell),
        "permits": tables.permits(cell).word(),
        "strength": cell.strength().word(),
        "basis": cell.basis.map(library::states::Basis::word),
        "source": cell.source,
        "url": cell.source.as_ref().and_then(|id| tables.source(id)).map(|source| &source.url),
        "read": cell
            .source
            .as_ref()
            .and_then(|id| tables.source(id))
            .filter(|_| cell.was_read)
            .and_then(|source| tables.read_day(source))
            .map(|day| day.to_string()),
        "note": cell.note,
        "policy": cell.policy,
        "asks_because": cell.asks_because,
    })
}
