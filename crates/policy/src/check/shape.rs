//! E130 and E131: criteria, clauses and excuses that do nothing.

use super::finding;
use super::place::{Placed, Subject};
use super::solve::{Answer, Goal, Solver};
use crate::ast::{ExprKind, When};
use crate::diagnostic::{Diagnostic, Severity};
use crate::span::Span;

/// All that does nothing in one policy.
///
/// Returns what was reported, for the analyses of the examples to leave out.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) -> Idle {
    let mut shape = Shape {
        subject,
        solver: Solver::new(&subject.program, &subject.conflicts),
        findings,
        gave_up: Vec::new(),
        idle: vec![false; subject.criteria.len()],
        idle_excuses: vec![false; subject.excuses.len()],
    };
    if shape.never(&[], subject.policy().scope) {
        let span = subject.file.scope.first().map_or(subject.file.applies.span, |term| {
            subject.file.scope.iter().fold(term.span, |all, term| all.to(term.span))
        });
        shape.report(
            span,
            "the policy never applies: its scope can never be met".to_owned(),
            "",
            "change one of the terms: no case meets them all",
        );
        return Idle { criteria: vec![true; subject.criteria.len()], excuses: vec![true; subject.excuses.len()] };
    }
    for at in 0..subject.file.clauses.len() {
        shape.clause(at);
    }
    for at in 0..subject.excuses.len() {
        shape.excuse(at);
    }
    Idle { criteria: shape.idle, excuses: shape.idle_excuses }
}

/// What does nothing, by position in [`Subject::criteria`] and [`Subject::excuses`].
pub(super) struct Idle {
    pub(super) criteria: Vec<bool>,
    pub(super) excuses: Vec<bool>,
}

struct Shape<'s, 'a> {
    subject: &'s Subject<'a>,
    solver: Solver<'s>,
    findings: &'s mut Vec<Diagnostic>,
    /// Lines for which the budget did not suffice.
    gave_up: Vec<Span>,
    /// Criteria that were reported already, by themselves or with their clause.
    idle: Vec<bool>,
    idle_excuses: Vec<bool>,
}

impl Shape<'_, '_> {
    /// Is there no case in scope that meets these goals? An exhausted budget counts as "there is".
    fn impossible(&mut self, goals: &[Goal], asked: Span) -> bool {
        let mut all = vec![(self.subject.policy().scope, true)];
        all.extend_from_slice(goals);
        match self.solver.ask(&all) {
            Answer::Possible(_) => false,
            Answer::Impossible => true,
            Answer::GaveUp => {
                if !self.gave_up.contains(&asked) {
                    self.gave_up.push(asked);
                    let message = "whether this line can decide was not settled".to_owned();
                    self.findings.push(
                        Diagnostic::new(&finding::GAVE_UP, Severity::Note, message)
                            .at(self.subject.file.file, asked, "too many combinations")
                            .help("split the group, or the policy, if you want it checked"),
                    );
                }
                false
            }
        }
    }

    fn never(&mut self, goals: &[Goal], node: u32) -> bool {
        let mut all = goals.to_vec();
        all.push((node, true));
        self.impossible(&all, self.subject.file.applies.span)
    }

    fn report(&mut self, span: Span, message: String, there: &str, help: &str) {
        self.findings.push(
            Diagnostic::new(&finding::SHAPE, Severity::Error, message)
                .at(self.subject.file.file, span, there)
                .help(help),
        );
    }

    fn clause(&mut self, at: usize) {
        let subject = self.subject;
        let clause = &subject.file.clauses[at];
        let (root, _) = subject.policy().clauses[at];
        let direct: Vec<usize> = subject.of_clause(at).map(|(position, _)| position).collect();
        self.siblings(&direct, clause.when == When::All);
        for position in direct {
            self.group(position);
        }
        if self.idle.iter().zip(&subject.criteria).any(|(idle, placed)| *idle && placed.clause == at) {
            return;
        }
        let head = clause.head.span;
        let policy = subject.policy();
        if policy.clauses[at..].iter().all(|(_, head)| *head == policy.otherwise) {
            let message = "this clause gives what `otherwise` gives anyway".to_owned();
            self.report(
                head,
                message,
                "changes no outcome",
                "delete it; a condition of a duty stands after `when` on the line of the duty",
            );
            self.dead(at);
        } else if self.impossible(&[(root, true)], head) {
            self.contradiction(at, root);
            self.dead(at);
        } else if at > 0 {
            let mut reached = vec![(root, true)];
            reached.extend(subject.policy().clauses[..at].iter().map(|(earlier, _)| (*earlier, false)));
            if self.impossible(&reached, head) {
                let message = "this clause is never reached: an earlier one holds whenever it does".to_owned();
                self.report(head, message, "", "put the narrower clause first, or delete this one");
                self.dead(at);
            }
        }
    }

    /// Nothing in this clause can decide.
    fn dead(&mut self, clause: usize) {
        for (idle, placed) in self.idle.iter_mut().zip(&self.subject.criteria) {
            *idle |= placed.clause == clause;
        }
    }

    /// Each criterion of a clause can be met, so two of them must exclude each other.
    fn contradiction(&mut self, at: usize, root: u32) {
        let subject = self.subject;
        let direct: Vec<&Placed<'_>> = subject.of_clause(at).map(|(_, placed)| placed).collect();
        for (position, one) in direct.iter().enumerate() {
            for other in &direct[position + 1..] {
                if self.impossible(&[(one.whole, true), (other.whole, true)], other.criterion.span) {
                    let message = format!("{} and {} are never met together", name(one), name(other));
                    self.findings.push(
                        Diagnostic::new(&finding::SHAPE, Severity::Error, message)
                            .at(subject.file.file, other.criterion.expr.span, "")
                            .at(subject.file.file, one.criterion.expr.span, "excludes it")
                            .help("so the clause never holds: change one of the two"),
                    );
                    return;
                }
            }
        }
        if self.impossible(&[(root, true)], subject.file.clauses[at].head.span) {
            let message = "the criteria of this clause are never met together".to_owned();
            self.report(
                subject.file.clauses[at].head.span,
                message,
                "",
                "change one of them: no case in scope meets them all",
            );
        }
    }

    fn group(&mut self, position: usize) {
        let subject = self.subject;
        let members: Vec<usize> = subject.members(position).map(|(member, _)| member).collect();
        if members.is_empty() {
            return;
        }
        match subject.criteria[position].criterion.expr.kind {
            ExprKind::All(_) => self.siblings(&members, true),
            ExprKind::Any(_) => self.siblings(&members, false),
            // Members that imply each other count twice on purpose: so many drugs, or so many courses of one.
            _ => members.iter().for_each(|member| {
                self.alone(*member);
            }),
        }
        for member in members {
            self.group(member);
        }
    }

    /// Is this criterion, by itself, never or always met?
    fn alone(&mut self, position: usize) -> bool {
        let subject = self.subject;
        let placed = &subject.criteria[position];
        let span = placed.criterion.expr.span;
        let (never, help) = if self.impossible(&[(placed.node, true)], span) {
            (
                "can never be met",
                "no case in scope meets it: check the comparison, the number, and what the scope already says",
            )
        } else if self.impossible(&[(placed.node, false)], span) {
            ("is always met", "every case in scope meets it: check the comparison, or delete the line")
        } else {
            return false;
        };
        self.idle[position] = true;
        self.report(span, format!("{} {never}", name(placed)), "", help);
        true
    }

    /// Members that do nothing beside the others: in an `all` what another one implies, in an `any` what implies another one.
    fn siblings(&mut self, positions: &[usize], all: bool) {
        let subject = self.subject;
        for position in positions {
            self.alone(*position);
        }
        for (at, position) in positions.iter().enumerate() {
            let placed = &subject.criteria[*position];
            for (other_at, other_position) in positions.iter().enumerate() {
                let other = &subject.criteria[*other_position];
                if at == other_at || self.idle[*position] || self.idle[*other_position] || !self.related(placed, other)
                {
                    continue;
                }
                // Of two that say the same, the later one is reported.
                let (strong, weak) = if all { (other, placed) } else { (placed, other) };
                let span = placed.criterion.expr.span;
                if !self.impossible(&[(strong.whole, true), (weak.whole, false)], span) {
                    continue;
                }
                let same = self.impossible(&[(strong.whole, false), (weak.whole, true)], span);
                if same && at < other_at {
                    continue;
                }
                self.idle[*position] = true;
                let message = match (same, all) {
                    (true, _) => format!("{} says the same as {}", name(placed), name(other)),
                    (false, true) => format!("{} is met whenever {} is", name(placed), name(other)),
                    (false, false) => format!("{} is met only where {} is", name(placed), name(other)),
                };
                self.findings.push(
                    Diagnostic::new(&finding::SHAPE, Severity::Error, message)
                        .at(subject.file.file, span, "adds nothing")
                        .at(subject.file.file, other.criterion.expr.span, "beside this")
                        .help("delete the line, or check the comparison and the number"),
                );
            }
        }
    }

    /// Do two criteria test a common fact, or facts that exclude each other?
    fn related(&self, one: &Placed<'_>, other: &Placed<'_>) -> bool {
        let tests = |placed: &Placed<'_>, slot| placed.slots.binary_search(&slot).is_ok();
        let common = one.slots.iter().any(|slot| tests(other, *slot));
        common
            || self.subject.conflicts.iter().any(|conflict| {
                let (a, b) = (conflict.one.0, conflict.other.0);
                (tests(one, a) && tests(other, b)) || (tests(one, b) && tests(other, a))
            })
    }

    fn excuse(&mut self, at: usize) {
        let subject = self.subject;
        let placed = &subject.excuses[at];
        let excused = &subject.criteria[placed.excused];
        if self.idle[placed.excused] {
            self.idle_excuses[at] = true;
            return;
        }
        let condition = &placed.excuse.condition;
        let label = condition.label.as_ref().map_or("", |label| label.value.as_str());
        let span = condition.expr.span;
        let help = "check its condition, or delete the line";
        if self.impossible(&[(placed.node, true)], span) {
            return self.idle_excuse(at, format!("the excuse `{label}` can never be met"), help);
        }
        let own = self.own_node(excused);
        if self.impossible(&[(placed.node, true), (own, false)], span) {
            let message = format!("the excuse `{label}` holds only where {} is met anyway", name(excused));
            return self.idle_excuse(at, message, help);
        }
        let clause = &subject.file.clauses[excused.clause];
        let mut goals = vec![(placed.node, true), (own, false)];
        goals.extend(
            subject
                .excuses
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .filter_map(|(_, other)| (other.excused == placed.excused).then_some((other.node, false))),
        );
        goals.extend(
            subject
                .of_clause(excused.clause)
                .filter(|(position, _)| *position != placed.excused)
                .map(|(_, sibling)| (sibling.whole, clause.when == When::All)),
        );
        goals.extend(subject.policy().clauses[..excused.clause].iter().map(|(earlier, _)| (*earlier, false)));
        if self.impossible(&goals, span) {
            let message = format!("the excuse `{label}` changes no outcome");
            self.idle_excuse(
                at,
                message,
                "whenever it holds, another criterion or clause decides: check its condition",
            );
        }
    }

    /// The node of a criterion with its certainty, without its excuses.
    fn own_node(&self, excused: &Placed<'_>) -> u32 {
        let first = self.subject.program.nodes[excused.whole as usize].children().start;
        u32::try_from(first).expect("INVARIANT: nodes are numbered in 32 bits")
    }

    fn idle_excuse(&mut self, at: usize, message: String, help: &str) {
        self.idle_excuses[at] = true;
        let span = self.subject.excuses[at].excuse.condition.expr.span;
        self.findings.push(
            Diagnostic::new(&finding::IDLE_EXCUSE, Severity::Error, message)
                .at(self.subject.file.file, span, "excuses nothing")
                .help(help),
        );
    }
}

/// A criterion as a finding names it.
fn name(placed: &Placed<'_>) -> String {
    placed.criterion.label.as_ref().map_or_else(|| "this line".to_owned(), |label| format!("`{}`", label.value))
}
