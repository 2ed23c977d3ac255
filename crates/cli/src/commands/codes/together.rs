//! How two codes go together.

use codebook::{Kind, ModifierIndicator, Store, exclusions};
use codes::{IcdCode, ProcedureCode};
use jiff::civil::Date;

use super::in_store;
use super::meaning::Said;
use crate::output::Failure;

/// What is known of two codes on one claim.
pub(super) fn said(store: &Store, first: &str, second: &str, day: Date) -> Result<Said, Failure> {
    let mut said = Said::new();
    if let (Ok(one), Ok(other)) = (first.parse::<ProcedureCode>(), second.parse::<ProcedureCode>()) {
        said.push((format!("{one} with {other}"), procedures(store, one, other, day)?));
    }
    if let (Ok(one), Ok(other)) = (first.parse::<IcdCode>(), second.parse::<IcdCode>()) {
        diagnoses(store, one, other, day, &mut said)?;
    }
    let document = |text: &str| text.trim_start_matches(['A', 'L', 'a', 'l']).to_owned();
    if let (Ok(code), number) = (second.parse::<IcdCode>(), document(first))
        && number.len() >= 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        said.push((format!("{code} in document {first}"), listed(store, &number, code, day)?));
    }
    Ok(said)
}

fn procedures(store: &Store, one: ProcedureCode, other: ProcedureCode, day: Date) -> Result<String, Failure> {
    if store.on(Kind::Ptp, day).map_err(in_store)?.is_empty() {
        return Ok(format!("not checked: no NCCI edits for {day} have been imported"));
    }
    let found = store.edit_between(one, other, day).map_err(in_store)?;
    Ok(found.map_or_else(
        || "no NCCI edit: both may be paid".to_owned(),
        |(part, edit)| match edit.modifier {
            ModifierIndicator::NotAllowed => {
                format!("{part} is part of the other and never paid beside it (NCCI, no modifier allowed)")
            }
            ModifierIndicator::Allowed => {
                format!("{part} is part of the other, unless it was truly separate and a modifier says so (NCCI)")
            }
            ModifierIndicator::NotApplicable => "no NCCI edit: both may be paid".to_owned(),
        },
    ))
}

fn diagnoses(store: &Store, one: IcdCode, other: IcdCode, day: Date, said: &mut Said) -> Result<(), Failure> {
    let tables = store.tables_on(Kind::IcdTabular, day).map_err(in_store)?;
    let what = format!("{one} with {other}");
    let Some(list) = tables.first() else {
        said.push((what, format!("not checked: no ICD-10-CM tabular list for {day} has been imported")));
        return Ok(());
    };
    let found = exclusions(list, one, other);
    if found.is_empty() {
        said.push((what, "no exclusion note stands between them".to_owned()));
    }
    for exclusion in found {
        let (rule, meaning) = (exclusion.rule(), exclusion.meaning());
        said.push((
            format!("{} under {}", exclusion.of, exclusion.under),
            format!("{meaning} ({rule}): {}", exclusion.note),
        ));
    }
    Ok(())
}

fn listed(store: &Store, number: &str, code: IcdCode, day: Date) -> Result<String, Failure> {
    let tables = store.tables_on(Kind::CoverageDiagnoses, day).map_err(in_store)?;
    let mut rows = tables.iter().flat_map(|table| table.rows(number).collect::<Vec<_>>());
    let found = rows.find(|row| row.cell(4).parse::<IcdCode>().is_ok_and(|listed| listed == code));
    Ok(match found.map(|row| (row.cell(2), row.cell(3))) {
        Some(("supports", group)) => format!("supports necessity (group {group})"),
        Some((_, group)) => format!("does not support necessity (group {group})"),
        None if tables.is_empty() => {
            "not checked: no export of the Medicare Coverage Database has been imported".to_owned()
        }
        None => "not in its lists".to_owned(),
    })
}
