//! `covered library conflicts`: where the sources speak against each other.

use std::fmt::Write as _;

use library::Library;
use library::conflicts::Conflict;
use serde_json::{Value, json};

use super::arguments::Conflicts as Wanted;
use super::{paragraph, print_json};
use crate::Done;
use crate::output::{Failure, print};

pub(crate) fn run(wanted: &Wanted, library: &Library) -> Result<Done, Failure> {
    let mut conflicts = library.conflicts()?;
    conflicts.retain(|conflict| wanted.state.is_none_or(|state| conflict.state == state));
    if wanted.json {
        print_json(&Value::Array(conflicts.iter().map(as_json).collect()))?;
    } else {
        print(&text(&conflicts))?;
    }
    Ok(Done::Answered)
}

fn text(conflicts: &[Conflict]) -> String {
    let mut out = String::new();
    for conflict in conflicts {
        let _ = writeln!(out, "{}  ({})", conflict.id, conflict.state.word());
        paragraph(&mut out, 2, &conflict.about);
        paragraph(&mut out, 4, &format!("one:   {}", conflict.one));
        paragraph(&mut out, 4, &format!("other: {}", conflict.other));
        paragraph(&mut out, 4, &format!("done:  {}", conflict.decision));
        for home in &conflict.homes {
            let _ = writeln!(out, "    {home}");
        }
        out.push('\n');
    }
    let count = |word| conflicts.iter().filter(|conflict| conflict.state.word() == word).count();
    let counts = ["settled", "cautious", "open"].map(|word| format!("{} {word}", count(word)));
    let _ = writeln!(out, "{} conflicts: {}", conflicts.len(), counts.join(", "));
    out
}

fn as_json(conflict: &Conflict) -> Value {
    json!({
        "id": conflict.id,
        "about": conflict.about,
        "one": conflict.one,
        "other": conflict.other,
        "state": conflict.state.word(),
        "decision": conflict.decision,
        "rows": conflict.rows,
        "homes": conflict.homes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
