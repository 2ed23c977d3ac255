//! A case with these values, in the words of an example.

use codes::{IcdCode, ProcedureCode};
use jiff::civil::Date;

use super::propose::{Teller, unplaced};
use super::solve::Values;
use super::write;
use crate::ast::{Answer, BindKind, DiagnosisPosition, Name, PolicyFile};
use crate::compile::Context;
use crate::program::{Cell, Program, SlotKey};

/// A case in braces. What cannot be said in words of the language is left out; the values are those of a case all the same.
pub(crate) fn case(
    program: &Program,
    context: &Context<'_>,
    files: &[&PolicyFile],
    values: &Values,
    day: Date,
) -> String {
    let bare = Teller::of(program, context, files, day, Vec::new());
    let billed = codes_on_line(program, values, day, &bare.procedures);
    let diagnoses = diagnoses_on_line(program, values, day, &bare.diagnoses);
    let teller = Teller::of(program, context, files, day, billed.clone());
    let names = |codes: Vec<String>| -> Vec<Name> { codes.into_iter().map(unplaced).collect() };
    let mut binds = Vec::new();
    if !billed.is_empty() {
        let codes = billed.iter().map(ProcedureCode::to_string).collect();
        binds.push(BindKind::Codes(Answer::Known(names(codes))));
    }
    if !diagnoses.is_empty() {
        let codes = diagnoses.iter().map(IcdCode::to_string).collect();
        binds.push(BindKind::Diagnoses(Answer::Known(names(codes))));
    }
    for (slot, cells) in values {
        let slot_now = &program.slots[*slot as usize];
        let is_free = cells.len() == 1 && cells[0] == slot_now.domain;
        let told_already = matches!(slot_now.key, SlotKey::Billed(_) | SlotKey::Diagnosis(..));
        if !is_free && !told_already {
            binds.extend(teller.tell(*slot, cells, slot_now.domain).unwrap_or_default());
        }
    }
    let binds: Vec<String> = binds.iter().map(write::bind).collect();
    format!("{{ {} }}", binds.join(", "))
}

/// For each set that the line must have a code of, one that is in no set it must not have a code of.
fn codes_on_line(program: &Program, values: &Values, day: Date, named: &[ProcedureCode]) -> Vec<ProcedureCode> {
    let sets = |wanted: i64| {
        values.iter().filter_map(move |(slot, cells)| match program.slots[*slot as usize].key {
            SlotKey::Billed(set) if *cells == [Cell::known(wanted)] => Some(&program.code_sets[set]),
            _ => None,
        })
    };
    let mut line: Vec<ProcedureCode> = Vec::new();
    for set in sets(1) {
        if line.iter().any(|code| set.contains(*code, day)) {
            continue;
        }
        let fits = |code: &&ProcedureCode| set.contains(**code, day) && !sets(0).any(|not| not.contains(**code, day));
        let in_all = |code: &&ProcedureCode| fits(code) && sets(1).all(|other| other.contains(**code, day));
        line.extend(named.iter().find(in_all).or_else(|| named.iter().find(fits)));
    }
    line
}

/// The same for diagnoses; a set that is asked of the primary one comes first.
fn diagnoses_on_line(program: &Program, values: &Values, day: Date, named: &[IcdCode]) -> Vec<IcdCode> {
    let sets = |wanted: i64, primary: bool| {
        values.iter().filter_map(move |(slot, cells)| match program.slots[*slot as usize].key {
            SlotKey::Diagnosis(position, set)
                if *cells == [Cell::known(wanted)] && primary == (position == DiagnosisPosition::Primary) =>
            {
                Some(&program.diagnosis_sets[set])
            }
            _ => None,
        })
    };
    let excluded = |code: &IcdCode| sets(0, true).chain(sets(0, false)).any(|not| not.contains(*code, day));
    let mut line: Vec<IcdCode> = Vec::new();
    for set in sets(1, true).chain(sets(1, false)) {
        if line.iter().any(|code| set.contains(*code, day)) {
            continue;
        }
        let fits = |code: &&IcdCode| set.contains(**code, day) && !excluded(code);
        let in_all = |code: &&IcdCode| {
            fits(code) && sets(1, true).chain(sets(1, false)).all(|other| other.contains(**code, day))
        };
        line.extend(named.iter().find(in_all).or_else(|| named.iter().find(fits)));
    }
    line
}
