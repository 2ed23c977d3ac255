//! W141 and W142: what the examples do not pin down.

use super::cases::Cases;
use super::finding;
use super::place::{Subject, slots_below};
use super::propose::{self, Aim};
use super::shape::Idle;
use super::solve::Goal;
use super::sources::was_read;
use crate::ast::{Atom, Certainty, Comparison, Duration, DurationUnit, Expr, ExprKind, Number, Operand, Quantity};
use crate::compile::in_fact_units;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dictionary::FactType;
use crate::program::{Cell, Node, SlotId};
use crate::span::Span;

/// Everything that no example shows. Criteria that are idle can decide nothing and are reported as that.
pub(super) fn check(subject: &Subject<'_>, idle: &Idle, findings: &mut Vec<Diagnostic>) {
    let file = subject.file;
    if subject.criteria.is_empty() {
        return;
    }
    if file.examples.is_empty() {
        let message = "no example shows what this policy means".to_owned();
        findings.push(
            Diagnostic::new(&finding::NOT_DECISIVE, Severity::Warning, message)
                .at(file.file, file.id.span, "")
                .help("add `examples` with one that is met, one that fails and one that is open"),
        );
        return;
    }
    let mut cases = Cases::new(subject);
    let busy = subject.criteria.iter().zip(&idle.criteria).filter(|(_, idle)| !**idle).map(|(placed, _)| placed);
    for placed in busy.clone().filter(|placed| placed.group.is_none()) {
        let label = placed.criterion.label.as_ref();
        let (name, place) = label.map_or(("", placed.criterion.span), |label| (label.value.as_str(), label.span));
        decides(&mut cases, placed.whole, None, (name, place), &placed.slots, findings);
    }
    let busy_excuses = subject.excuses.iter().zip(&idle.excuses).filter(|(_, idle)| !**idle).map(|(placed, _)| placed);
    for placed in busy_excuses.clone() {
        let label = placed.excuse.condition.label.as_ref();
        let (name, place) = label.map_or(("", placed.excuse.span), |label| (label.value.as_str(), label.span));
        let excused = &subject.criteria[placed.excused];
        let mut slots = slots_below(&subject.program, placed.node);
        slots.extend(&excused.slots);
        slots.sort_unstable();
        slots.dedup();
        // An excuse shows where what it excuses fails.
        decides(&mut cases, placed.node, Some((excused.node, false)), (name, place), &slots, findings);
    }
    for placed in busy.filter(|placed| was_read(placed.grade)) {
        if placed.criterion.certainty != Certainty::Unverified {
            boundary(&mut cases, &placed.criterion.expr, placed.node, findings);
        }
    }
    if was_read(file.source.grade.value) {
        for placed in busy_excuses {
            boundary(&mut cases, &placed.excuse.condition.expr, placed.node, findings);
        }
    }
}

/// Reports a criterion that could as well be always met, or never.
fn decides(
    cases: &mut Cases<'_, '_>,
    node: u32,
    besides: Option<Goal>,
    (label, place): (&str, Span),
    slots: &[SlotId],
    findings: &mut Vec<Diagnostic>,
) {
    let could_be_met = cases.depending(node, true).is_empty();
    let could_fail = cases.depending(node, false).is_empty();
    let (message, there) = match (could_be_met, could_fail) {
        (false, false) => return,
        (true, true) => (format!("`{label}` decides no example"), "removing this line changes no outcome"),
        (true, false) => (
            format!("no example comes out differently because `{label}` is not met"),
            "if this were always met, every outcome would be the same",
        ),
        (false, true) => (
            format!("no example comes out differently because `{label}` is met"),
            "if this were never met, every outcome would be the same",
        ),
    };
    let mut finding =
        Diagnostic::new(&finding::NOT_DECISIVE, Severity::Warning, message).at(cases.subject.file.file, place, there);
    let mut proposed = false;
    for (missing, met) in [(could_be_met, false), (could_fail, true)] {
        if missing && let Some(line) = propose::example(cases, Aim::Decides { node, met, besides }, slots) {
            finding = finding.help(format!("add  {line}"));
            proposed = true;
        }
    }
    if !proposed {
        finding = finding.help("add an example in which every other criterion is settled and this one decides");
    }
    findings.push(finding);
}

/// Reports a threshold that lacks an example at its limit, or close by on the other side of it.
fn boundary(cases: &mut Cases<'_, '_>, expr: &Expr, node: u32, findings: &mut Vec<Diagnostic>) {
    let Some(threshold) = Threshold::of(cases.subject, expr, node) else { return };
    let Some(slot) = cases.subject.program.nodes[node as usize].slot() else { return };
    let missing: Vec<i64> = threshold
        .sides()
        .into_iter()
        .filter(|(values, _)| values.hi >= 0 && !cases.exercises(node, *values))
        .map(|(_, best)| best)
        .collect();
    if missing.is_empty() {
        return;
    }
    let message = match missing[..] {
        [_, _] => "no example stands on either side of this threshold",
        _ => "only one side of this threshold has an example",
    };
    let mut finding =
        Diagnostic::new(&finding::BOUNDARY, Severity::Warning, message).at(cases.subject.file.file, expr.span, "");
    for value in missing {
        let help = match propose::example(cases, Aim::At { node, value }, &[slot]) {
            Some(line) => format!("add  {line}"),
            None => match propose::statement(cases, slot, value) {
                Some(bind) => format!("add an example with `{bind}` in which this line decides"),
                None => "add an example at the threshold in which this line decides".to_owned(),
            },
        };
        finding = finding.help(help);
    }
    findings.push(finding);
}

/// A limit in the stored form of its fact.
#[derive(Clone, Copy)]
struct Threshold {
    limit: i64,
    /// The other side begins above the limit, not below.
    above: bool,
    /// One unit as written: 7 for weeks on a fact in days, a tenth for 2.5.
    step: i64,
    /// How far from the limit a new example should be.
    near: i64,
}

impl Threshold {
    /// `None` if the test has no threshold.
    fn of(subject: &Subject<'_>, expr: &Expr, node: u32) -> Option<Self> {
        let atom = match &expr.kind {
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Atom(atom) => atom,
                _ => return None,
            },
            ExprKind::Atom(atom) => atom,
            _ => return None,
        };
        let (comparison, step, near) = match atom {
            Atom::Compare { fact, comparison, operand: Operand::Number(quantity) } => {
                let dictionary = subject.context.dictionary;
                let FactType::Number { unit, decimals } = dictionary.fact(dictionary.fact_id(fact)?).fact_type else {
                    return None;
                };
                let one = Quantity { number: Number { digits: 1, ..quantity.number }, ..quantity.clone() };
                let step = in_fact_units(&one, unit, decimals).unwrap_or(1);
                (comparison.value, step, step)
            }
            Atom::Since { comparison, duration, .. } => (comparison.value, step_of(duration.value), 1),
            Atom::Trial { length: Some((comparison, duration)), or_contraindicated: false, .. } => {
                (comparison.value, step_of(duration.value), 1)
            }
            Atom::Amount { comparison, .. } => (comparison.value, 1, 1),
            Atom::Readings { .. } => (Comparison::AtLeast, 1, 1),
            _ => return None,
        };
        let (Node::InRange { slot, lo, hi } | Node::OutOfRange { slot, lo, hi }) = subject.program.nodes[node as usize]
        else {
            return None;
        };
        let least = subject.program.slots[slot as usize].domain.lo;
        let first_above = if lo > least { lo } else { hi.checked_add(1)? };
        let (limit, above) = match comparison {
            Comparison::AtLeast | Comparison::LessThan => (first_above, false),
            Comparison::AtMost | Comparison::MoreThan => (first_above - 1, true),
            Comparison::Equal | Comparison::NotEqual => return None,
        };
        Some(Self { limit, above, step, near })
    }

    /// The values that count as either side, each with the one to propose.
    fn sides(self) -> [(Cell, i64); 2] {
        let Self { limit, above, step, near } = self;
        let other = if above {
            (Cell::between(limit + 1, limit.saturating_add(step)), limit.saturating_add(near))
        } else {
            (Cell::between(limit.saturating_sub(step), limit - 1), limit.saturating_sub(near))
        };
        [other, (Cell::known(limit), limit)]
    }
}

/// One unit of a length of time, in days or, for months and years, in months.
const fn step_of(duration: Duration) -> i64 {
    match duration.unit {
        DurationUnit::Day | DurationUnit::Month => 1,
        DurationUnit::Week => 7,
        DurationUnit::Year => 12,
    }
}
