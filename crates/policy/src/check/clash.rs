//! E120: two documents of one rank that answer the same visit differently.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::extent::{Extents, first_common_day};
use super::finding;
use super::place::slots_below;
use super::relate::{Settles, conflicts, settled};
use super::solve::{Answer, Goal, Solver, Values};
use super::witness;
use crate::ast::PolicyFile;
use crate::compile::Context;
use crate::diagnostic::{DIAGNOSTICS_MAX, Diagnostic, Severity};
use crate::program::{Compiled, Outcome, SlotId, SlotKey};
use crate::span::Span;

/// All clashes between the policies of one program.
pub(super) fn check(extents: &Extents, context: &Context<'_>, known: &[Settles], findings: &mut Vec<Diagnostic>) {
    let policies = &extents.program.policies;
    let mut clash = Clash { extents, context, known, reported: BTreeSet::new(), gave_up: 0 };
    let mut found = Vec::new();
    for (one, a) in policies.iter().enumerate() {
        if context.ranks.0[usize::from(a.rank)].gate {
            continue;
        }
        for (other, b) in policies.iter().enumerate().skip(one + 1) {
            if extents.may_meet(one, other) && !same_document(&a.file, &b.file) {
                found.extend(clash.pair(a, b).or_else(|| clash.pair(b, a)));
            }
        }
    }
    let more = found.len().saturating_sub(DIAGNOSTICS_MAX);
    found.truncate(DIAGNOSTICS_MAX);
    findings.extend(found);
    if let Some(first) = policies.first().filter(|_| more + clash.gave_up > 0) {
        let message = match more {
            0 => format!("{} pairs of policies were not compared to the end", clash.gave_up),
            more => format!("{more} more pairs of policies disagree and are not shown"),
        };
        findings.push(
            Diagnostic::new(&finding::GAVE_UP, Severity::Note, message)
                .at(first.file.file, first.file.id.span, "")
                .help("mend the clashes that are shown and check again"),
        );
    }
}

/// Do two files carry parts of one document? Then the order of precedence is how the document reads.
fn same_document(one: &PolicyFile, other: &PolicyFile) -> bool {
    let document = |file: &PolicyFile| {
        let (document, _) = file.id.value.rsplit_once('/')?;
        document.contains('/').then(|| document.to_owned())
    };
    let url = |file: &PolicyFile| file.source.url.as_ref().map(|url| url.value.clone());
    let by_id = document(one).is_some_and(|name| document(other) == Some(name));
    let by_url = url(one).is_some_and(|name| url(other) == Some(name));
    one.id.value == other.id.value || by_id || by_url
}

struct Clash<'e> {
    extents: &'e Extents,
    context: &'e Context<'e>,
    known: &'e [Settles],
    reported: BTreeSet<(String, String)>,
    gave_up: usize,
}

/// A way to one outcome: what must hold for it, and the place that says it.
struct Way {
    goals: Vec<Goal>,
    span: Span,
    words: &'static str,
}

impl Clash<'_> {
    /// A visit that the first policy denies and the second covers.
    fn pair(&mut self, denies: &Compiled, covers: &Compiled) -> Option<Diagnostic> {
        let names = (denies.file.id.value.clone(), covers.file.id.value.clone());
        if self.reported.contains(&names) {
            return None;
        }
        let denials = ways(denies, &[Outcome::Explicit, Outcome::Residual]);
        let coverages = ways(covers, &[Outcome::Covered]);
        if denials.is_empty() || coverages.is_empty() {
            return None;
        }
        let program = &self.extents.program;
        let mut slots: Vec<SlotId> = Vec::new();
        for policy in [denies, covers] {
            slots.extend(slots_below(program, policy.scope));
            slots.extend(policy.clauses.iter().flat_map(|(root, _)| slots_below(program, *root)));
        }
        slots.sort_unstable();
        slots.dedup();
        let day = self.day(denies, covers);
        let mut relations = conflicts(program, &slots, &[day]);
        relations.extend(settled(program, self.context.dictionary, &slots, self.known));
        // What was not seen is never answered, so it settles nothing.
        let unseen = |slot: &SlotId| matches!(program.slots[*slot as usize].key, SlotKey::Unseen { .. });
        let fixed: Values = slots.iter().copied().filter(unseen).map(|slot| (slot, Vec::new())).collect();
        let mut solver = Solver::new(program, &relations).knowing(fixed);
        for denial in &denials {
            for coverage in &coverages {
                let goals: Vec<Goal> = denial.goals.iter().chain(&coverage.goals).copied().collect();
                match solver.ask(&goals) {
                    Answer::Impossible => {}
                    Answer::GaveUp => self.gave_up += 1,
                    Answer::Possible(values) => {
                        self.reported.insert(names);
                        return Some(self.report((denies, denial), (covers, coverage), &values, day));
                    }
                }
            }
        }
        None
    }

    fn day(&self, a: &Compiled, b: &Compiled) -> Date {
        let read = |policy: &Compiled| policy.file.source.read.map(|read| read.value);
        let inside = |day: &Date| a.in_force(*day) && b.in_force(*day);
        first_common_day(a, b)
            .or_else(|| read(a).max(read(b)).filter(inside))
            .unwrap_or_else(|| codes::icd10::window().from)
    }

    fn report(
        &self,
        (denies, denial): (&Compiled, &Way),
        (covers, coverage): (&Compiled, &Way),
        values: &Values,
        day: Date,
    ) -> Diagnostic {
        let (a, b) = (&denies.file, &covers.file);
        let message = format!("two documents of the rank `{}` disagree on the same visit", a.rank.value);
        let case = witness::case(&self.extents.program, self.context, &[a, b], values, day);
        // A policy without a first day may be old or new: nobody saw when it began.
        let starts = a.dates.from.zip(b.dates.from).map(|(one, other)| (one.value, other.value));
        let end = starts.filter(|(one, other)| one != other).map(|(one, other)| {
            let older = if one < other { a } else { b };
            format!("end `{}` (`dates {} .. {}`), ", older.id.value, one.min(other), one.max(other))
        });
        Diagnostic::new(&finding::CLASH, Severity::Error, message)
            .at(a.file, denial.span, denial.words)
            .at(b.file, coverage.span, coverage.words)
            .help(format!("on {day} this visit gets both answers: {case}"))
            .help(format!(
                "take what both speak about out of one scope, {}or give the one that prevails a higher rank",
                end.unwrap_or_default()
            ))
    }
}

/// The ways in which a policy comes to one of these outcomes.
fn ways(policy: &Compiled, outcomes: &[Outcome]) -> Vec<Way> {
    let mut goals = vec![(policy.scope, true)];
    let mut ways = Vec::new();
    for (at, (root, head)) in policy.clauses.iter().enumerate() {
        if outcomes.contains(head) {
            let mut goals = goals.clone();
            goals.push((*root, true));
            let words = if *head == Outcome::Covered { "covers it" } else { "excludes it" };
            ways.push(Way { goals, span: policy.file.clauses[at].head.span, words });
        }
        goals.push((*root, false));
    }
    if outcomes.contains(&policy.otherwise) {
        ways.push(Way { goals, span: policy.file.otherwise.span, words: "does not cover it" });
    }
    ways
}
