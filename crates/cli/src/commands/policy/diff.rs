//! `covered policy diff`: what a change of a policy changes.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use library::Library;
use library::policies::PolicySource;
use policy::compile::Entry;
use policy::diagnostic::Sources;
use policy::diff::{REGIONS_MAX, STEPS_MAX, Versions};
use policy::parse::parse;

use super::{first_days, versions};
use crate::Done;
use crate::args::Diff;
use crate::output::{Failure, findings, print, wrapped, wrapped_at};
use crate::source;

/// One side of the comparison, and what it is called.
struct Side {
    name: String,
    entry: Entry,
}

pub(super) fn run(wanted: &Diff, library: &Library) -> Result<Done, Failure> {
    let mut sources = library.sources().clone();
    let (old, new) = match &wanted.new {
        Some(new) => (side(&wanted.old, library, &mut sources)?, side(new, library, &mut sources)?),
        None => last_two(&wanted.old, library)?,
    };
    let context = library.context();
    let versions = Versions::new(&old.entry, &new.entry, &context, &[library.classes_of_payers()])
        .map_err(|errors| Failure::Errors(findings(&errors, &sources)))?;
    print(&page(&old.name, &new.name, &versions))?;
    Ok(Done::Answered)
}

fn page(old: &str, new: &str, versions: &Versions<'_>) -> String {
    let mut out = format!("From {old}\nto   {new}\n");
    let (gone, come) = versions.frame();
    if !gone.is_empty() || !come.is_empty() {
        out.push_str("\nBesides the criteria:\n");
        let lines = gone.iter().map(|line| ('-', line)).chain(come.iter().map(|line| ('+', line)));
        for (sign, line) in lines {
            let _ = writeln!(out, "  {sign} {}", wrapped(line, 4));
        }
    }
    let regions = &versions.changes.regions;
    let conditions: Vec<Vec<String>> = regions.iter().map(|region| versions.conditions(region)).collect();
    let common: Vec<&String> = match conditions.as_slice() {
        [first, others @ ..] if !others.is_empty() => {
            first.iter().filter(|condition| others.iter().all(|other| other.contains(condition))).collect()
        }
        _ => Vec::new(),
    };
    if !common.is_empty() {
        out.push_str("\nIn all that changes:\n");
        for condition in &common {
            let _ = writeln!(out, "     {}", wrapped_at(condition, 5, 7));
        }
    }
    for ((region, conditions), number) in regions.iter().zip(&conditions).zip(1..) {
        let (before, after) = (versions.outcome(region.before), versions.outcome(region.after));
        let _ = writeln!(out, "\n{number}. {before} -> {after}, where");
        let own: Vec<&String> = conditions.iter().filter(|condition| !common.contains(condition)).collect();
        if own.is_empty() {
            let _ = writeln!(out, "     {}", if common.is_empty() { "every case is" } else { "nothing more is asked" });
        }
        for condition in own {
            let _ = writeln!(out, "     {}", wrapped_at(condition, 5, 7));
        }
        let _ = writeln!(out, "   as here: {}", wrapped(&versions.example(region), 5));
    }
    let count = regions.len();
    let summary = match (versions.changes.complete, count) {
        (true, 0) => "No case gets another outcome.".to_owned(),
        (true, 1) => "Every case outside of this region keeps its outcome.".to_owned(),
        (true, _) => format!("Every case outside of these {count} regions keeps its outcome."),
        (false, _) => format!(
            "N001: the comparison ended at its limit of {REGIONS_MAX} regions or {STEPS_MAX} steps. {count} regions are shown; \
             whether other cases change was not found out."
        ),
    };
    let _ = writeln!(out, "\n{}", wrapped(&summary, 0));
    out
}

/// A file, or a version of the library.
fn side(wanted: &str, library: &Library, sources: &mut Sources) -> Result<Side, Failure> {
    let path = Path::new(wanted);
    if path.exists() {
        let text = source::read_policy(path)?;
        let id = sources.add(wanted, text.clone());
        let parsed = parse(id, &text);
        let entry = parsed.file.map(|file| Entry { file: Arc::new(file), entered_by_practice: false });
        let entry = entry.ok_or_else(|| Failure::Errors(findings(&parsed.diagnostics, sources)))?;
        return Ok(Side { name: wanted.to_owned(), entry });
    }
    let (id, first_day) = wanted.split_once('@').map_or((wanted, None), |(id, day)| (id, Some(day)));
    let versions = versions(id, library)?;
    let of_day = |policy: &&&PolicySource| {
        first_day.is_none_or(|day| policy.header().from.is_some_and(|from| from.to_string() == day))
    };
    let Some(policy) = versions.iter().rev().find(of_day) else {
        return Err(Failure::Name {
            message: format!("no version of `{id}` begins on `{}`", first_day.unwrap_or_default()),
            help: format!("its versions begin on: {}", first_days(&versions)),
        });
    };
    of_library(policy, library)
}

fn last_two(id: &str, library: &Library) -> Result<(Side, Side), Failure> {
    if Path::new(id).exists() {
        return Err(Failure::Name {
            message: format!("`{id}` is one version; there is nothing to compare it with"),
            help: format!("name the other one too: `covered policy diff OLD {id}`"),
        });
    }
    let versions = versions(id, library)?;
    let [.., before, last] = versions.as_slice() else {
        return Err(Failure::Name {
            message: format!("`{id}` has one version only"),
            help: "name two policies or files: `covered policy diff OLD NEW`".to_owned(),
        });
    };
    Ok((of_library(before, library)?, of_library(last, library)?))
}

fn of_library(policy: &PolicySource, library: &Library) -> Result<Side, Failure> {
    let header = policy.header();
    let name = header.from.map_or_else(|| header.id.clone(), |from| format!("{}@{from}", header.id));
    let entry = policy.entry().map_err(|errors| Failure::Errors(findings(errors, library.sources())))?;
    Ok(Side { name, entry })
}
