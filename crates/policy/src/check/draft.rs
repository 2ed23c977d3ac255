//! The examples of a policy that has none yet.

use super::cases::Cases;
use super::finding;
use super::place::{Subject, days};
use super::propose::{self, Aim};
use super::relate::Settles;
use super::solve::{Answer, Goal, Solver};
use super::{decisive, shape, witness};
use crate::compile::{Context, Entry};
use crate::parse::parse;
use crate::program::Outcome;
use crate::span::SourceId;

/// Rounds in which missing examples are added: an example can call for another one only a few times.
const ROUNDS_MAX: usize = 6;
/// Most examples of a draft; whoever needs more writes them.
const EXAMPLES_MAX: usize = 60;

/// Examples for a policy without any, as lines of the file: for each clause a case that meets it, a case of which nothing is known,
/// for each criterion a case in which it fails, and what else W141 and W142 miss. Each was run; none says more than what the policy gives.
///
/// None if the text cannot be read, does not compile or has examples already.
///
/// ```
/// use policy::compile::Context;
/// use policy::{check, program};
/// let text = "policy \"x/1\" \"A title\"\nrank lcd\nfor 64615\ndates 2026-01-01 ..\nsource \"x\" text\n\
///     covered when all\n  gap: since last 64615 >= 12 weeks or never @ \"II\"\notherwise not covered\n";
/// let ranks = program::Ranks(vec![program::Rank { name: "lcd".into(), gate: false }]);
/// let (dictionary, lists, tables) = Default::default();
/// let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
/// let examples = check::draft_examples(text, &context, &[]).expect("a good policy");
/// assert_eq!(examples[0], "\"in order\"  { codes 64615, last 64615 84 days before }  => covered");
/// assert!(examples.iter().any(|line| line.ends_with("last 64615 83 days before  => not covered: gap")));
/// ```
#[must_use]
pub fn draft_examples(text: &str, context: &Context<'_>, known: &[Settles]) -> Option<Vec<String>> {
    let mut lines = first(text, context, known)?;
    lines.extend(deciding(text, &lines, context, known)?);
    for _ in 0..ROUNDS_MAX {
        let found = missing(text, &lines, context, known)?;
        let new: Vec<String> = found.into_iter().filter(|line| !lines.contains(line)).collect();
        if new.is_empty() || lines.len() + new.len() > EXAMPLES_MAX {
            break;
        }
        lines.extend(new);
    }
    Some(lines)
}

fn read(text: &str, lines: &[String]) -> Option<Entry> {
    let mut whole = text.to_owned();
    if !lines.is_empty() {
        whole.push_str("\nexamples\n");
        lines.iter().for_each(|line| whole.extend(["  ", line, "\n"]));
    }
    parse(SourceId(0), &whole).file.map(Entry::from)
}

/// A case for each clause, and one of which nothing is known, each with what it gives.
fn first(text: &str, context: &Context<'_>, known: &[Settles]) -> Option<Vec<String>> {
    let entry = read(text, &[])?;
    if !entry.file.examples.is_empty() {
        return None;
    }
    let subject = Subject::new(&entry, context, known)?;
    let policy = subject.policy();
    let day = days(subject.file)[0];
    let mut named: Vec<(String, String)> = Vec::new();
    let mut before: Vec<Goal> = vec![(policy.scope, true)];
    for (root, head) in &policy.clauses {
        let mut goals = before.clone();
        goals.push((*root, true));
        if let Answer::Possible(values) = Solver::new(&subject.program, &subject.conflicts).ask(&goals) {
            let case = witness::case(&subject.program, context, &[subject.file], &values, day);
            named.push((name(*head, &named), case));
        }
        before.push((*root, false));
    }
    // The examples that change another one begin with the one in which all is in order.
    named.sort_by_key(|(name, _)| !name.starts_with("in order"));
    named.push(("nothing recorded".to_owned(), "{ }".to_owned()));
    let at = if subject.file.dates.from.is_none() && subject.file.source.read.is_none() {
        format!(" at {day}")
    } else {
        String::new()
    };
    let unanswered: Vec<String> =
        named.iter().map(|(name, case)| format!("\"{name}\"  {case}{at}  => silent")).collect();
    let answered = read(text, &unanswered)?;
    let subject = Subject::new(&answered, context, known)?;
    let cases = Cases::new(&subject);
    let lines = cases.all.iter().filter_map(|case| {
        let (name, words) = named.get(case.example?)?;
        Some(format!("\"{name}\"  {words}{at}  => {}", cases.expected(case)))
    });
    Some(lines.collect())
}

/// For each criterion a case in which it alone fails.
fn deciding(text: &str, lines: &[String], context: &Context<'_>, known: &[Settles]) -> Option<Vec<String>> {
    let entry = read(text, lines)?;
    let subject = Subject::new(&entry, context, known)?;
    let mut cases = Cases::new(&subject);
    let mut found: Vec<String> = Vec::new();
    for placed in subject.criteria.iter().filter(|placed| placed.group.is_none()) {
        let aim = Aim::Decides { node: placed.whole, met: false, besides: None };
        // Two criteria may fail together in one case.
        found.extend(propose::example(&mut cases, aim, &placed.slots).filter(|line| !found.contains(line)));
    }
    Some(found)
}

fn name(head: Outcome, taken: &[(String, String)]) -> String {
    let name = match head {
        Outcome::Covered => "in order",
        Outcome::Explicit | Outcome::Residual => "ruled out",
        Outcome::Unread => "not read",
        Outcome::Silent => "left open",
    };
    let same = taken.iter().filter(|(other, _)| other.starts_with(name)).count();
    if same == 0 { name.to_owned() } else { format!("{name} {}", same + 1) }
}

/// What W141 and W142 propose for a policy with these examples.
fn missing(text: &str, lines: &[String], context: &Context<'_>, known: &[Settles]) -> Option<Vec<String>> {
    let entry = read(text, lines)?;
    let subject = Subject::new(&entry, context, known)?;
    let mut findings = Vec::new();
    let idle = shape::check(&subject, &mut findings);
    findings.clear();
    decisive::check(&subject, &idle, &mut findings);
    let missing =
        findings.iter().filter(|found| [finding::NOT_DECISIVE.code, finding::BOUNDARY.code].contains(&found.code));
    let mut proposed: Vec<String> = missing
        .flat_map(|found| &found.help)
        .filter_map(|help| help.strip_prefix("add  \""))
        .map(|line| format!("\"{line}"))
        .collect();
    proposed.sort();
    // Two findings may propose two examples of one name.
    proposed.dedup_by(|a, b| a.split('"').nth(1) == b.split('"').nth(1));
    Some(proposed)
}
