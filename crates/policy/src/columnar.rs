//! Many cases at once: facts in columns, nodes valued for 64 cases by one word.
//!
//! Each numbered fact is cut at every threshold that the program puts to it; all values of a cell are alike to every test, so the
//! number of the cell is enough, and nothing is lost. What is known of a fact is a first and a last cell. A column holds the digits of
//! these numbers, each in a plane of its own with a bit for every case (a bit-sliced index: O'Neil and Quass, 1997). "In this cell or a
//! later one" is then a few operations on words, a test follows from those, and groups from their members: two bits a case, whether a node
//! is met and whether it is possible. What several policies ask alike is valued once.

mod steps;
mod table;

use self::steps::Scratch;
pub use self::table::{CELLS_MAX, Table};
use crate::eval::{Decision, Exactness, Selection};
use crate::program::{Compiled, Outcome, OutcomeSet, PolicyIndex, Program, Truth};

/// Words of a plane.
const WORDS: usize = 8;
/// Cases of a word.
const WORD: usize = u64::BITS as usize;
/// Cases that are valued together: the values of all nodes of a selection for so many stay in the fast memory.
const BLOCK: usize = WORDS * WORD;

/// One bit for each case of a block.
type Plane = [u64; WORDS];
const NONE: Plane = [0; WORDS];
const ALL: Plane = [u64::MAX; WORDS];

/// The outcomes of [`Outcome::ALL`], each with the cases in which it is possible.
type Said = [Plane; Outcome::ALL.len()];

/// One truth value for each case of a block.
#[derive(Clone, Copy, Debug)]
struct Truths {
    /// Met in every completion.
    met: Plane,
    /// Met in some completion.
    possible: Plane,
}

impl Truths {
    const NEVER: Self = Self { met: NONE, possible: NONE };
    const ALWAYS: Self = Self { met: ALL, possible: ALL };
}

/// Memory that is used again: the values of the nodes for one block, and what one policy says.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    scratch: Scratch,
    said: Said,
}

/// What one policy says of a block of cases, and why.
#[derive(Clone, Copy, Debug)]
pub struct Proofs<'a> {
    /// The first case of the block.
    pub first_row: usize,
    /// How many cases it has.
    pub rows: usize,
    /// The policy.
    pub policy: PolicyIndex,
    /// For each node of the policy where its truth is.
    nodes: &'a [u32],
    truths: &'a [Truths],
    said: &'a Said,
}

impl<'a> Proofs<'a> {
    /// A bit for each case of the block, the first the lowest of the first word: where a node of the policy, counted from its first,
    /// is met, and where it is met or open. Bits after the last case say nothing.
    ///
    /// # Panics
    /// If the policy has fewer nodes.
    #[must_use]
    pub fn met_and_possible(&self, node: usize) -> (&'a [u64], &'a [u64]) {
        let Truths { met, possible } = &self.truths[self.nodes[node] as usize];
        let words = self.rows.div_ceil(WORD);
        (&met[..words], &possible[..words])
    }

    /// The truth of a node of the policy, counted from its first, in a case of the block.
    ///
    /// # Panics
    /// If the policy has fewer nodes, or the block fewer cases.
    #[must_use]
    pub fn truth(&self, node: usize, row: usize) -> Truth {
        assert!(row < self.rows, "the block has {} cases", self.rows);
        let (met, possible) = self.met_and_possible(node);
        bit(met, row) + bit(possible, row)
    }

    /// The outcome set of the policy for each case of the block.
    pub fn outcomes(&self) -> impl Iterator<Item = OutcomeSet> + 'a {
        outcome_sets(self.said, self.rows)
    }
}

/// The whole proof of every selected policy about every case, block by block: what [`crate::eval::evaluate`] leaves of one case.
///
/// # Panics
/// If the table was made for another program.
pub fn prove(
    program: &Program,
    selection: &Selection,
    table: &Table,
    memory: &mut Memory,
    mut each: impl FnMut(Proofs<'_>),
) {
    let Memory { scratch, said } = memory;
    scratch.plan(program, selection, &table.steps);
    for first_row in (0..table.rows()).step_by(BLOCK) {
        let rows = BLOCK.min(table.rows() - first_row);
        scratch.value(table, first_row);
        for index in selection.policies.iter().copied() {
            let policy = program.policy(index);
            let nodes = table.steps.of_nodes(policy);
            says(policy, nodes, scratch.truths(), said);
            each(Proofs { first_row, rows, policy: index, nodes, truths: scratch.truths(), said });
        }
    }
}

/// What the selected policies say of every case, put together by rank, in the order of the cases.
///
/// This is Kleene's logic: where an undecided case has an open fact in several places, [`crate::eval::determine`] may decide more,
/// so such a case is marked [`Exactness::BudgetExhausted`] and should be judged by it. What is decided here is exact.
///
/// # Panics
/// If the table was made for another program.
pub fn determine(
    program: &Program,
    selection: &Selection,
    table: &Table,
    memory: &mut Memory,
    decisions: &mut Vec<Decision>,
) {
    decisions.clear();
    let Memory { scratch, said } = memory;
    scratch.plan(program, selection, &table.steps);
    for first_row in (0..table.rows()).step_by(BLOCK) {
        scratch.value(table, first_row);
        let mut below = silence();
        for stretch in selection.ranks.iter().rev() {
            let mut rank = silence();
            for index in &selection.policies[stretch.policies.clone()] {
                let policy = program.policy(*index);
                says(policy, table.steps.of_nodes(policy), scratch.truths(), said);
                same_rank(&mut rank, said);
            }
            over(&rank, stretch.binds, &mut below);
        }
        let rows = BLOCK.min(table.rows() - first_row);
        decisions.extend(outcome_sets(&below, rows).map(|outcomes| {
            let exactness = if outcomes.is_decided() { Exactness::Exact } else { Exactness::BudgetExhausted };
            Decision { outcomes, exactness }
        }));
    }
}

/// The outcomes of one policy: clause after clause, while some case still goes on.
fn says(policy: &Compiled, nodes: &[u32], truths: &[Truths], said: &mut Said) {
    let of = |node: u32| &truths[nodes[node as usize - policy.nodes.start] as usize];
    *said = [NONE; Outcome::ALL.len()];
    let scope = of(policy.scope);
    let mut goes_on = scope.possible;
    for (silent, met) in said[place(Outcome::Silent)].iter_mut().zip(scope.met) {
        *silent = !met;
    }
    for (node, head) in &policy.clauses {
        let Truths { met, possible } = of(*node);
        let head = &mut said[place(*head)];
        for (((head, goes_on), met), possible) in head.iter_mut().zip(&mut goes_on).zip(met).zip(possible) {
            *head |= *goes_on & possible;
            *goes_on &= !met;
        }
    }
    said[place(policy.otherwise)].iter_mut().zip(goes_on).for_each(|(otherwise, goes_on)| *otherwise |= goes_on);
}

/// Where an outcome stands in [`Outcome::ALL`].
const fn place(outcome: Outcome) -> usize {
    (outcome as u8).trailing_zeros() as usize
}

/// Silence in every case.
const fn silence() -> Said {
    let mut said = [NONE; Outcome::ALL.len()];
    said[place(Outcome::Silent)] = ALL;
    said
}

/// [`OutcomeSet::same_rank`] for each case.
fn same_rank(all: &mut Said, one: &Said) {
    // An outcome stands if the other set has one that is no stronger.
    let (mut from_all, mut from_one) = (NONE, NONE);
    for (all, one) in all.iter_mut().zip(one) {
        for (((all, one), from_all), from_one) in all.iter_mut().zip(one).zip(&mut from_all).zip(&mut from_one) {
            *from_all |= *all;
            *from_one |= one;
            *all = *all & *from_one | one & *from_all;
        }
    }
}

/// [`OutcomeSet::over`] for each case; a rank that may not bind may as well be silent.
fn over(rank: &Said, binds: bool, below: &mut Said) {
    let silent = place(Outcome::Silent);
    let passes_on = if binds { rank[silent] } else { ALL };
    for (at, (below, rank)) in below.iter_mut().zip(rank).enumerate() {
        let rank = if at == silent { &NONE } else { rank };
        for ((below, rank), passes_on) in below.iter_mut().zip(rank).zip(passes_on) {
            *below = rank | *below & passes_on;
        }
    }
}

/// The outcome set of each of the first cases.
fn outcome_sets(said: &Said, rows: usize) -> impl Iterator<Item = OutcomeSet> + '_ {
    (0..rows).map(|row| {
        OutcomeSet(said.iter().enumerate().fold(0, |outcomes, (at, plane)| outcomes | bit(plane, row) << at))
    })
}

/// The bit of a case.
fn bit(plane: &[u64], row: usize) -> u8 {
    u8::from(plane[row / WORD] >> (row % WORD) & 1 == 1)
}
