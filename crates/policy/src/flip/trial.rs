//! Trying sets of changes in order of cost: exact also where tests of one fact pull in different directions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::witness::Witnesses;
use super::{Change, Flip};
use crate::eval::{Facts, Scratch, Selection, evaluate};
use crate::exact::{COMBINATIONS_MAX, Composition, cells_of, every, is_barred};
use crate::program::{Cell, Outcome, OutcomeSet, Program, SlotId};

/// One way to change one fact.
struct Candidate {
    slot: SlotId,
    cost: u32,
    cells: Vec<Cell>,
}

/// What a search is about.
#[derive(Clone, Copy)]
pub(super) struct Aim<'a> {
    pub(super) program: &'a Program,
    pub(super) selection: &'a Selection,
    pub(super) composition: Composition,
    pub(super) goal: OutcomeSet,
}

impl Aim<'_> {
    /// Whether every possible outcome is within the goal.
    pub(super) fn is_reached<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut Scratch) -> bool {
        let Self { program, selection, composition, .. } = *self;
        let goal = self.outcomes();
        evaluate(program, selection, facts, &mut scratch.proof, &mut scratch.outcomes);
        let said = composition.of(selection, &scratch.outcomes);
        if said.within(goal) || said.is_decided() {
            return said.within(goal);
        }
        // What is not within the goal by Kleene's logic may still be, where a fact is tested twice: if every combination is.
        let mut within = true;
        let tried = every(program, selection, facts, scratch, |outcomes| {
            within = composition.of(selection, outcomes).within(goal);
            within
        });
        tried && within
    }

    /// Whether some values of facts that nobody may change bar the goal, whatever the others are.
    pub(super) fn is_barred<F: Facts + ?Sized>(
        &self,
        facts: &F,
        may_change: impl Fn(SlotId) -> bool,
        scratch: &mut Scratch,
    ) -> bool {
        let at_will: Vec<Cell> = (0..)
            .zip(&self.program.slots)
            .map(|(slot, of)| if may_change(slot) { of.domain } else { facts.cell(slot) })
            .collect();
        let Self { program, selection, composition, .. } = *self;
        is_barred(program, selection, &at_will[..], may_change, scratch, composition, self.outcomes())
    }

    pub(super) const fn outcomes(&self) -> OutcomeSet {
        match self.composition {
            Composition::Stack => self.goal,
            Composition::Gates => Outcome::Covered.set(),
        }
    }
}

/// The cheapest set that costs no less than `least`, which is known to be needed, and less than the one that is known.
///
/// Sets are made of the facts of `movable`, each with its cost. Up to [`COMBINATIONS_MAX`] are tried.
pub(super) fn by_trial<F: Facts + ?Sized>(
    aim: Aim<'_>,
    facts: &F,
    movable: &[(SlotId, u32)],
    least: u32,
    known: Option<Flip>,
    scratch: &mut Scratch,
) -> Option<Flip> {
    let candidates = candidates(aim, facts, movable);
    let most = known.as_ref().map_or(u32::MAX, |flip| flip.cost);
    let mut budget = COMBINATIONS_MAX;
    let mut witnesses = Witnesses::new(aim);
    // Sets of changes still to try, cheapest first: cost, then which cell of which candidate.
    let mut sets = BinaryHeap::from([Reverse((0_u32, Vec::<(usize, usize)>::new()))]);
    for _ in 0..COMBINATIONS_MAX * 16 {
        let Some(Reverse((spent, picks))) = sets.pop() else { return known };
        if spent >= most {
            return known;
        }
        if spent >= least {
            if budget == 0 {
                break;
            }
            budget -= 1;
            let change =
                |(at, cell): &(usize, usize)| Change { slot: candidates[*at].slot, to: candidates[*at].cells[*cell] };
            let changed = Changed { facts, changes: picks.iter().map(change).collect() };
            if !witnesses.refute(&changed, scratch) {
                if aim.is_reached(&changed, scratch) {
                    let mut changes = changed.changes;
                    changes.sort_unstable();
                    return Some(Flip { cost: spent, changes, exact: true });
                }
                witnesses.learn(&changed, scratch);
            }
        }
        sets.extend(successors(&candidates, spent, picks).map(Reverse));
    }
    known.map(|flip| Flip { exact: false, ..flip })
}

/// The two sets that follow on one: with one change more, and with the next instead of its last. So each set is reached once, and
/// after every set that is cheaper.
fn successors(
    candidates: &[Candidate],
    spent: u32,
    picks: Vec<(usize, usize)>,
) -> impl Iterator<Item = (u32, Vec<(usize, usize)>)> {
    let last = picks.last().copied();
    let follows = |at: usize| (at < candidates.len()).then_some((at, 0));
    let more = follows(last.map_or(0, |(at, _)| at + 1)).map(|pick| {
        let with = picks.iter().copied().chain([pick]).collect();
        (spent.saturating_add(candidates[pick.0].cost), with)
    });
    let instead = last.and_then(|(at, cell)| {
        let pick = if cell + 1 < candidates[at].cells.len() { (at, cell + 1) } else { follows(at + 1)? };
        let mut with = picks;
        with.pop();
        with.push(pick);
        Some((spent.saturating_sub(candidates[at].cost).saturating_add(candidates[pick.0].cost), with))
    });
    more.into_iter().chain(instead)
}

fn candidates<F: Facts + ?Sized>(aim: Aim<'_>, facts: &F, movable: &[(SlotId, u32)]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (slot, cost) in movable.iter().copied() {
        let now = facts.cell(slot);
        let (mut cuts, mut cells) = (Vec::new(), Vec::new());
        let domain = aim.program.slots[slot as usize].domain;
        cells_of(aim.program, aim.selection, slot, domain, &mut cuts, &mut cells);
        cells.retain(|cell| !(cell.lo <= now.lo && now.hi <= cell.hi));
        cells.sort_by_key(|cell| super::nearest([*cell], now));
        candidates.push(Candidate { slot, cost, cells });
    }
    candidates.retain(|candidate: &Candidate| !candidate.cells.is_empty());
    candidates.sort_by_key(|candidate| (candidate.cost, candidate.slot));
    candidates
}

/// Facts with some of them changed.
pub(super) struct Changed<'a, F: ?Sized> {
    pub(super) facts: &'a F,
    pub(super) changes: Vec<Change>,
}

impl<F: Facts + ?Sized> Facts for Changed<'_, F> {
    fn cell(&self, slot: SlotId) -> Cell {
        self.changes.iter().find(|change| change.slot == slot).map_or_else(|| self.facts.cell(slot), |change| change.to)
    }
}
