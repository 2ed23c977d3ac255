//! What is valued, in order: each question once, however many nodes ask it.

use std::collections::HashMap;

use super::table::{Digit, Table};
use super::{Plane, Truths};
use crate::eval::{Selection, test};
use crate::program::{Cell, Compiled, MET, Node, Program, SlotId};

/// Index of a step.
type StepId = u32;
/// The step that is met in every case, and the one that is in none.
const ALWAYS: StepId = 0;
const NEVER: StepId = 1;

/// The questions of a program; what one needs stands before it.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// Members of groups, and stretches as pairs, one list after the other.
    parts: Vec<StepId>,
    /// For each node of the program its question.
    of_node: Vec<StepId>,
}

/// One question.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Met in every case, or in none.
    Always(bool),
    /// The fact lies in this cell or a later one; where its digits begin, and how many they are.
    From { cell: u8, first: u32, digits: u32 },
    /// The fact lies in one of these stretches: from one step on, and not from the other on.
    Stretches { first: u32, count: u32 },
    /// Every one of these.
    All { first: u32, count: u32 },
    /// One of these.
    Any { first: u32, count: u32 },
    /// So many of these.
    AtLeast { first: u32, count: u32, least: u32 },
}

/// What makes two questions the same.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Question {
    From(SlotId, u8),
    Stretches(Vec<StepId>),
    /// How many, of which.
    Group(usize, Vec<StepId>),
}

impl Steps {
    /// The questions of all nodes; `cells` are those of each fact, `widths` how many digits their numbers have.
    pub(super) fn new(program: &Program, cells: &[Vec<Cell>], widths: &[u32]) -> Self {
        let mut first = 0;
        let columns = widths.iter().map(|width| {
            first += width;
            (first - width, *width)
        });
        let steps = vec![Step::Always(true), Step::Always(false)];
        let steps = Self { steps, parts: Vec::new(), of_node: vec![NEVER; program.nodes.len()] };
        let mut builder = Builder { steps, known: HashMap::new(), columns: columns.collect() };
        for policy in &program.policies {
            // Children stand after their parents.
            for at in policy.nodes.clone().rev() {
                let step = builder.step_of(program, cells, at);
                builder.steps.of_node[at] = step;
            }
        }
        builder.steps
    }

    /// For each node of a policy its question.
    pub(super) fn of_nodes(&self, policy: &Compiled) -> &[StepId] {
        &self.of_node[policy.nodes.clone()]
    }

    fn parts(&self, first: u32, count: u32) -> &[StepId] {
        &self.parts[first as usize..(first + count) as usize]
    }
}

struct Builder {
    steps: Steps,
    known: HashMap<Question, StepId>,
    /// Where the digits of each fact begin, and how many they are.
    columns: Vec<(u32, u32)>,
}

impl Builder {
    fn step_of(&mut self, program: &Program, cells: &[Vec<Cell>], at: usize) -> StepId {
        let node = program.nodes[at];
        if let Some(slot) = node.slot() {
            let met = cells[slot as usize].iter().map(|cell| test(node, &program.masks, *cell) == MET);
            return self.test(slot, &met.collect::<Vec<bool>>());
        }
        let mut members: Vec<StepId> = node.children().map(|child| self.steps.of_node[child]).collect();
        let least = match node {
            Node::All { .. } => members.len(),
            Node::AtLeast { least, .. } => least.into(),
            _ => 1,
        };
        members.sort_unstable();
        match members[..] {
            _ if least == 0 => ALWAYS,
            _ if least > members.len() => NEVER,
            [only] => only,
            _ => self.intern(Question::Group(least, members)),
        }
    }

    /// A test that is met in some cells of a fact.
    fn test(&mut self, slot: SlotId, met: &[bool]) -> StepId {
        let mut ends = Vec::new();
        let (mut before, mut cell) = (false, 0);
        for met in met.iter().copied() {
            if met != before {
                ends.push(self.from(slot, cell));
            }
            before = met;
            cell = cell.wrapping_add(1);
        }
        match ends[..] {
            [] => NEVER,
            [only] => only,
            _ => {
                if before {
                    ends.push(NEVER);
                }
                self.intern(Question::Stretches(ends))
            }
        }
    }

    fn from(&mut self, slot: SlotId, cell: u8) -> StepId {
        if cell == 0 { ALWAYS } else { self.intern(Question::From(slot, cell)) }
    }

    fn intern(&mut self, question: Question) -> StepId {
        if let Some(step) = self.known.get(&question) {
            return *step;
        }
        let number = |count: usize| u32::try_from(count).expect("INVARIANT: nodes are numbered in 32 bits");
        let first = number(self.steps.parts.len());
        let step = match &question {
            Question::From(slot, cell) => {
                let (first, digits) = self.columns[*slot as usize];
                Step::From { cell: *cell, first, digits }
            }
            Question::Stretches(ends) => {
                self.steps.parts.extend(ends);
                Step::Stretches { first, count: number(ends.len()) }
            }
            Question::Group(least, members) => {
                self.steps.parts.extend(members);
                let (count, least) = (number(members.len()), number(*least));
                match least {
                    1 => Step::Any { first, count },
                    all if all == count => Step::All { first, count },
                    _ => Step::AtLeast { first, count, least },
                }
            }
        };
        let at = number(self.steps.steps.len());
        self.steps.steps.push(step);
        self.known.insert(question, at);
        at
    }
}

/// The values of a block, and memory for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    truths: Vec<Truths>,
    /// The steps that the selection needs, in order.
    needed: Vec<StepId>,
    is_needed: Vec<bool>,
    /// How many members of a group are met: at least one, at least two and so on.
    counts: Vec<Truths>,
    digits: Vec<Digit>,
}

impl Scratch {
    /// Finds which steps a selection needs.
    pub(super) fn plan(&mut self, program: &Program, selection: &Selection, steps: &Steps) {
        assert_eq!(steps.of_node.len(), program.nodes.len(), "a table is of one program");
        let Self { truths, needed, is_needed, .. } = self;
        is_needed.clear();
        is_needed.resize(steps.steps.len(), false);
        truths.resize(steps.steps.len(), Truths::NEVER);
        for index in &selection.policies {
            for step in steps.of_nodes(program.policy(*index)) {
                is_needed[*step as usize] = true;
            }
        }
        for (at, step) in steps.steps.iter().enumerate() {
            if let Step::Stretches { first, count } = *step
                && is_needed[at]
            {
                steps.parts(first, count).iter().for_each(|step| is_needed[*step as usize] = true);
            }
        }
        needed.clear();
        needed.extend((0..).zip(&*is_needed).filter(|(_, is_needed)| **is_needed).map(|(step, _)| step));
    }

    /// The values of the needed steps for the block that begins with a row.
    pub(super) fn value(&mut self, table: &Table, first_row: usize) {
        let Self { truths, needed, counts, digits, .. } = self;
        let digits = table.block(first_row, digits);
        let steps = &table.steps;
        for at in &*needed {
            let at = *at as usize;
            let (before, after) = truths.split_at_mut(at);
            let (out, of) = (&mut after[0], |step: &StepId| &before[*step as usize]);
            match steps.steps[at] {
                Step::Always(met) => *out = if met { Truths::ALWAYS } else { Truths::NEVER },
                Step::From { cell, first, digits: count } => {
                    from(cell, &digits[first as usize..(first + count) as usize], out);
                }
                Step::Stretches { first, count } => {
                    *out = Truths::NEVER;
                    for ends in steps.parts(first, count).chunks_exact(2) {
                        out.or_between(of(&ends[0]), of(&ends[1]));
                    }
                }
                Step::All { first, count } => {
                    *out = Truths::ALWAYS;
                    steps.parts(first, count).iter().for_each(|member| out.and(of(member)));
                }
                Step::Any { first, count } => {
                    *out = Truths::NEVER;
                    steps.parts(first, count).iter().for_each(|member| out.or(of(member)));
                }
                Step::AtLeast { first, count, least } => {
                    counts.clear();
                    counts.resize(least as usize, Truths::NEVER);
                    for member in steps.parts(first, count) {
                        count_one(counts, of(member));
                    }
                    *out = counts[least as usize - 1];
                }
            }
        }
    }

    /// The truth of each step, where the selection needs it.
    pub(super) fn truths(&self) -> &[Truths] {
        &self.truths
    }
}

/// Whether the number of a cell is at least this one, from its digits.
fn from(cell: u8, digits: &[Digit], out: &mut Truths) {
    *out = Truths::ALWAYS;
    // Digits that end it in noughts are nothing that a number could fall short of.
    for (at, [first, last]) in digits.iter().enumerate().skip(cell.trailing_zeros() as usize) {
        if cell >> at & 1 == 1 {
            each(&mut out.met, first, |met, digit| met & digit);
            each(&mut out.possible, last, |possible, digit| possible & digit);
        } else {
            each(&mut out.met, first, |met, digit| met | digit);
            each(&mut out.possible, last, |possible, digit| possible | digit);
        }
    }
}

impl Truths {
    #[inline]
    fn and(&mut self, other: &Self) {
        each(&mut self.met, &other.met, |all, one| all & one);
        each(&mut self.possible, &other.possible, |all, one| all & one);
    }

    #[inline]
    fn or(&mut self, other: &Self) {
        each(&mut self.met, &other.met, |all, one| all | one);
        each(&mut self.possible, &other.possible, |all, one| all | one);
    }

    /// Or from one end on, and not from the other on.
    #[inline]
    fn or_between(&mut self, from: &Self, beyond: &Self) {
        for ((met, from), beyond) in self.met.iter_mut().zip(&from.met).zip(&beyond.possible) {
            *met |= from & !beyond;
        }
        for ((possible, from), beyond) in self.possible.iter_mut().zip(&from.possible).zip(&beyond.met) {
            *possible |= from & !beyond;
        }
    }
}

/// Counts one more member of a group where it is met.
fn count_one(counts: &mut [Truths], member: &Truths) {
    for at in (1..counts.len()).rev() {
        let (fewer, more) = counts.split_at_mut(at);
        let (fewer, more) = (&fewer[at - 1], &mut more[0]);
        for ((more, fewer), one) in more.met.iter_mut().zip(&fewer.met).zip(&member.met) {
            *more |= fewer & one;
        }
        for ((more, fewer), one) in more.possible.iter_mut().zip(&fewer.possible).zip(&member.possible) {
            *more |= fewer & one;
        }
    }
    counts[0].or(member);
}

#[inline]
fn each(all: &mut Plane, one: &Plane, put: impl Fn(u64, u64) -> u64) {
    all.iter_mut().zip(one).for_each(|(all, one)| *all = put(*all, *one));
}
