//! `covered library impact`: which cases another library answers otherwise, and by which policy and criterion.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use coverage::answer::Answer;
use coverage::determine::determine;
use library::Library;
use library::impact::{Flip, Outcome, flips};
use serde_json::{Value, json};

use super::arguments::Impact as Wanted;
use super::{cases, paragraph, print_json};
use crate::Done;
use crate::output::{Failure, print};
use crate::source;

/// All that was found.
#[derive(Default)]
struct Impact {
    cases: usize,
    lines: usize,
    /// Lines of a case that get another answer, with the name of the case.
    flips: Vec<(String, Flip)>,
    /// Cases that a library cannot read: name, `old` or `new`, and why.
    unread: Vec<(String, &'static str, String)>,
}

pub(crate) fn run(wanted: &Wanted) -> Result<Done, Failure> {
    let files = cases::files(&wanted.cases)?;
    let (old, new) = (Library::from_dir(&wanted.old)?, Library::from_dir(&wanted.new)?);
    let mut impact = Impact::default();
    for file in &files {
        let text = source::read(file)?;
        let name = source::name(file);
        let mut answered = |which, library: &Library| match answer(file, &text, library) {
            Ok(answer) => Some(answer),
            Err(error) => {
                impact.unread.push((name.clone(), which, error.to_string()));
                None
            }
        };
        let answers = (answered("old", &old), answered("new", &new));
        if let (Some(old), Some(new)) = answers {
            impact.cases += 1;
            impact.lines += new.lines.len();
            impact.flips.extend(flips(&old, &new).into_iter().map(|flip| (name.clone(), flip)));
        }
    }
    if wanted.json {
        print_json(&as_json(&impact))?
    } else {
        print(&text(&impact))?
    }
    Ok(match (impact.unread.is_empty(), impact.flips.is_empty()) {
        (false, _) => Done::CouldNotRead,
        (true, false) => Done::FoundErrors,
        (true, true) => Done::Answered,
    })
}

fn answer(file: &Path, text: &str, library: &Library) -> Result<Answer, Failure> {
    let (case, notes) = source::case(&source::name(file), text, library)?;
    Ok(determine(&case, &notes, &source::compiled(library, &case)?))
}

fn text(impact: &Impact) -> String {
    let mut out = String::new();
    for (case, flip) in &impact.flips {
        let _ = writeln!(out, "{case}, line {}: {}", flip.line, flip.what);
        for (which, outcome) in [("old", &flip.old), ("new", &flip.new)] {
            let _ = writeln!(out, "  {which}: {}, {}", outcome.verdict.word(), outcome.route);
            if !outcome.policy.is_empty() {
                let _ = writeln!(out, "    {}#{}", outcome.policy, outcome.criterion);
            }
            paragraph(&mut out, 4, &outcome.text);
        }
    }
    for (case, which, why) in &impact.unread {
        let _ = writeln!(out, "{case}: the {which} library cannot read it\n{why}");
    }
    let mut turns: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, flip) in &impact.flips {
        *turns.entry((flip.old.verdict.word(), flip.new.verdict.word())).or_default() += 1;
    }
    for ((old, new), count) in turns {
        let _ = writeln!(out, "{count:>5}  {old} → {new}");
    }
    let Impact { cases, lines, flips, unread } = impact;
    let _ = writeln!(out, "{} of {lines} lines in {cases} cases get another answer", flips.len());
    if !unread.is_empty() {
        let _ = writeln!(out, "{} readings failed", unread.len());
    }
    out
}

fn as_json(impact: &Impact) -> Value {
    let outcome = |outcome: &Outcome| {
        json!({
            "verdict": outcome.verdict.word(),
            "route": outcome.route,
            "policy": outcome.policy,
            "criterion": outcome.criterion,
            "text": outcome.text,
        })
    };
    let flips: Vec<Value> = impact
        .flips
        .iter()
        .map(|(case, flip)| {
            json!({
                "case": case,
                "line": flip.line,
                "what": flip.what,
                "old": outcome(&flip.old),
                "new": outcome(&flip.new),
            })
        })
        .collect();
    let unread: Vec<Value> = impact
        .unread
        .iter()
        .map(|(case, library, why)| json!({ "case": case, "library": library, "why": why }))
        .collect();
    json!({ "cases": impact.cases, "lines": impact.lines, "flips": flips, "unread": unread })
}
