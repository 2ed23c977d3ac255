//! `covered library ledger`: where each row of the sources went.

use std::fmt::Write as _;

use library::Library;
use library::ledger::{Home, Row, State};
use serde_json::{Value, json};

use super::arguments::Ledger as Wanted;
use super::{grade_word, print_json};
use crate::Done;
use crate::output::{Failure, findings_for_output, print, wrapped, wrapped_at};

pub(crate) fn run(wanted: &Wanted, library: &Library) -> Result<Done, Failure> {
    let ledger = library.ledger()?;
    if wanted.check {
        let found = ledger.findings(library);
        let mut out = findings_for_output(&found, library.sources());
        let _ = writeln!(out, "{} rows checked: {} errors", ledger.rows().len(), found.len());
        print(&out)?;
        return Ok(if found.is_empty() { Done::Answered } else { Done::FoundErrors });
    }
    let rows: Vec<&Row> = ledger.rows().iter().filter(|row| is_wanted(row, wanted)).collect();
    if wanted.json {
        let rows: Vec<Value> = rows.into_iter().map(as_json).collect();
        print_json(&Value::Array(rows))?;
    } else {
        print(&text(&rows))?;
    }
    Ok(Done::Answered)
}

fn is_wanted(row: &Row, wanted: &Wanted) -> bool {
    let leads_to =
        |policy: &String| row.homes.iter().any(|home| matches!(home, Home::Policy { id, .. } if id == policy));
    let holds = |word: &String| {
        let word = word.to_lowercase();
        let homes: Vec<String> = row.homes.iter().map(ToString::to_string).collect();
        [row.key.to_string(), row.payer.clone(), homes.join(" "), row.why.clone()]
            .iter()
            .any(|text| text.to_lowercase().contains(&word))
    };
    wanted.word.as_ref().is_none_or(holds)
        && wanted.base.as_ref().is_none_or(|base| row.key.base == *base)
        && wanted.policy.as_ref().is_none_or(leads_to)
        && wanted.state.is_none_or(|state| row.state() == state)
        && wanted.grade.is_none_or(|grade| row.grade == Some(grade))
}

fn text(rows: &[&Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let mut head = row.key.to_string();
        if !row.payer.is_empty() {
            let _ = write!(head, "  {}", row.payer);
        }
        if let Some(grade) = row.grade {
            let _ = write!(head, "  ({}", grade_word(grade));
            if !row.dated.is_empty() {
                let _ = write!(head, ", {}", row.dated);
            }
            head.push(')');
        }
        let _ = writeln!(out, "{}", wrapped(&head, 2));
        for home in &row.homes {
            let _ = writeln!(out, "    {home}");
        }
        if row.state() == State::Open {
            let _ = writeln!(out, "    open: no home and no reason yet");
        } else if !row.why.is_empty() {
            let label = if row.homes.is_empty() { "no policy" } else { "note" };
            let _ = writeln!(out, "    {}", wrapped_at(&format!("{label}: {}", row.why), 4, 4));
        }
    }
    let count = |state| rows.iter().filter(|row| row.state() == state).count();
    let [mapped, decided, open] = [State::Mapped, State::Decided, State::Open].map(count);
    let _ = writeln!(out, "{} rows: {mapped} mapped, {decided} decided, {open} open", rows.len());
    out
}

fn as_json(row: &Row) -> Value {
    json!({
        "row": row.key.to_string(),
        "base": row.key.base,
        "payer": row.payer,
        "grade": row.grade.map(grade_word),
        "dated": row.dated,
        "state": row.state().word(),
        "homes": row.homes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "why": row.why,
    })
}
