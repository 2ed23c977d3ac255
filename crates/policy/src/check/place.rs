//! One policy, compiled by itself, with the node of every criterion.

use jiff::civil::Date;

use super::relate::{Conflict, Settles, conflicts, settled};
use crate::ast::{Certainty, Criterion, Excuse, ExprKind, Grade, PolicyFile};
use crate::compile::{Context, Entry, compile};
use crate::explain::visit_tests;
use crate::program::{Compiled, Program, SlotId};

/// A policy under examination.
pub(super) struct Subject<'a> {
    pub(super) file: &'a PolicyFile,
    pub(super) context: &'a Context<'a>,
    pub(super) program: Program,
    /// The criteria of all clauses, outer ones before their members.
    pub(super) criteria: Vec<Placed<'a>>,
    pub(super) excuses: Vec<PlacedExcuse<'a>>,
    pub(super) conflicts: Vec<Conflict>,
}

/// A criterion, or a member of a group, and its node.
pub(super) struct Placed<'a> {
    pub(super) criterion: &'a Criterion,
    /// The condition as written, without certainty and excuses.
    pub(super) node: u32,
    /// The condition as it counts, with them.
    pub(super) whole: u32,
    /// Index of the clause.
    pub(super) clause: usize,
    /// For a member of a group, the position of the group's criterion in [`Subject::criteria`].
    pub(super) group: Option<usize>,
    /// How closely it was read.
    pub(super) grade: Grade,
    /// The facts that its condition tests, in rising order.
    pub(super) slots: Vec<SlotId>,
}

/// An excuse at one of the criteria that it excuses.
pub(super) struct PlacedExcuse<'a> {
    pub(super) excuse: &'a Excuse,
    pub(super) node: u32,
    /// Position of the excused criterion in [`Subject::criteria`].
    pub(super) excused: usize,
}

impl<'a> Subject<'a> {
    /// Compiles a policy; `None` if the compiler finds errors, which it reports itself.
    pub(super) fn new(entry: &'a Entry, context: &'a Context<'a>, known: &[Settles]) -> Option<Self> {
        let program = compile(std::slice::from_ref(entry), context).ok()?;
        let file = &*entry.file;
        let (criteria, excuses) = {
            let mut placer = Placer { file, program: &program, criteria: Vec::new(), excuses: Vec::new() };
            placer.clauses();
            (placer.criteria, placer.excuses)
        };
        let slots: Vec<SlotId> = (0..).take(program.slots.len()).collect();
        let mut conflicts = conflicts(&program, &slots, &days(file));
        conflicts.extend(settled(&program, context.dictionary, &slots, known));
        Some(Self { file, context, program, criteria, excuses, conflicts })
    }

    pub(super) fn policy(&self) -> &Compiled {
        &self.program.policies[0]
    }

    /// The direct criteria of a clause, with their positions.
    pub(super) fn of_clause(&self, clause: usize) -> impl Iterator<Item = (usize, &Placed<'a>)> {
        let direct = move |placed: &&Placed<'a>| placed.clause == clause && placed.group.is_none();
        self.criteria.iter().enumerate().filter(move |(_, placed)| direct(placed))
    }

    /// The members of the group at a position.
    pub(super) fn members(&self, group: usize) -> impl Iterator<Item = (usize, &Placed<'a>)> {
        self.criteria.iter().enumerate().filter(move |(_, placed)| placed.group == Some(group))
    }
}

/// Days on which relations between code sets are looked at: the first and last that the file names, and the day it was read.
pub(crate) fn days(file: &PolicyFile) -> Vec<Date> {
    let last = file.dates.until.and_then(|until| until.value.yesterday().ok());
    let named = [file.dates.from.map(|from| from.value), last, file.source.read.map(|read| read.value)];
    let days: Vec<Date> = named.into_iter().flatten().collect();
    if days.is_empty() { vec![codes::icd10::window().from] } else { days }
}

/// The facts below a node, in rising order.
pub(super) fn slots_below(program: &Program, node: u32) -> Vec<SlotId> {
    let mut slots = Vec::new();
    visit_tests(program, node, &mut |slot| slots.push(slot));
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Walks the tree and the nodes side by side: the compiler lays out the members of a group in their order, puts an excused
/// criterion first below an `any` with its excuses, and an indicative one first below an `any` with what was not seen.
struct Placer<'a, 'p> {
    file: &'a PolicyFile,
    program: &'p Program,
    criteria: Vec<Placed<'a>>,
    excuses: Vec<PlacedExcuse<'a>>,
}

impl<'a> Placer<'a, '_> {
    fn clauses(&mut self) {
        let policy = &self.program.policies[0];
        let written = policy.criteria.iter().filter(|criterion| criterion.top);
        for at in written {
            // `with` has no line of its own.
            let Some(position) = at.position else { continue };
            let clause = usize::from(at.clause);
            let criterion = &self.file.clauses[clause].criteria[usize::from(position)];
            self.top(criterion, at.node, clause);
        }
    }

    fn top(&mut self, criterion: &'a Criterion, node: u32, clause: usize) {
        let excusing: Vec<&'a Excuse> = self
            .file
            .unless
            .iter()
            .filter(|excuse| {
                let label = criterion.label.as_ref().map(|label| &label.value);
                excuse.excuses.iter().any(|excused| Some(&excused.value) == label)
            })
            .collect();
        let excused = self.criteria.len();
        if excusing.is_empty() {
            self.criterion(criterion, node, node, clause, None, self.file.source.grade.value);
            return;
        }
        let mut children = self.children(node);
        let own = children.next().expect("INVARIANT: an excused criterion stands before its excuses");
        self.criterion(criterion, own, node, clause, None, self.file.source.grade.value);
        self.excuses.extend(excusing.into_iter().zip(children).map(|(excuse, node)| PlacedExcuse {
            excuse,
            node,
            excused,
        }));
    }

    fn criterion(
        &mut self,
        criterion: &'a Criterion,
        node: u32,
        whole: u32,
        clause: usize,
        group: Option<usize>,
        grade: Grade,
    ) {
        let grade = criterion.grade.as_ref().map_or(grade, |own| own.value);
        let node = match criterion.certainty {
            Certainty::Indicative => self.children(node).next().unwrap_or(node),
            Certainty::Plain | Certainty::Unverified => node,
        };
        let position = self.criteria.len();
        let slots = slots_below(self.program, node);
        self.criteria.push(Placed { criterion, node, whole, clause, group, grade, slots });
        if criterion.certainty == Certainty::Unverified {
            return;
        }
        let (ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. }) =
            &criterion.expr.kind
        else {
            return;
        };
        for (member, child) in members.iter().zip(self.children(node)) {
            self.criterion(member, child, child, clause, Some(position), grade);
        }
    }

    fn children(&self, node: u32) -> impl Iterator<Item = u32> + use<> {
        let children = self.program.nodes[node as usize].children();
        children.map(|child| u32::try_from(child).expect("INVARIANT: nodes are numbered in 32 bits"))
    }
}
