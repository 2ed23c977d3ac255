//! The smallest change that flips an answer.
//!
//! Two costs per node, in one backward sweep: to make it met for certain, and to make it not met for certain (`costs`). That is
//! exact while no fact is tested twice. Where one is, mostly the tests pull in one direction: then one value serves them all, and what is
//! left is that a fact is paid for once however many tests it mends. A bound with the whole price at one of its tests, and the choice
//! "change it, or leave it" where the bound is not reached, settle that (`search`). Only where tests of one fact pull in different
//! directions are sets of changes tried in order of cost, within a counted budget (`trial`), and then only sets between the two bounds, of
//! facts with a test that stands in the way. A policy alone, as most are asked about, is settled on one word where bounds suffice (`word`).
//!
//! What a change costs, and whether it may be proposed at all, the caller says: a fact without a cost is never part of a change.

mod costs;
mod repeat;
mod search;
mod sides;
mod trial;
mod witness;
mod word;

pub use search::Flips;

use crate::eval::{Facts, Scratch, Selection, Stretch, evaluate};
use crate::exact::Composition;
use crate::program::{Cell, NOT_MET, Node, OutcomeSet, Program, SlotId, Truth};

/// Cost of changing one fact; `None`: it is not to be changed.
pub type Cost = Option<u32>;

/// One fact that takes another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The fact.
    pub slot: SlotId,
    /// Where its value must lie.
    pub to: Cell,
}

/// The cheapest set of changes that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Sum of the costs.
    pub cost: u32,
    /// What to change, by number of the fact.
    pub changes: Vec<Change>,
    /// Whether it is certain that there is no cheaper one.
    pub exact: bool,
}

/// The same, on the memory of the search.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Sum of the costs.
    pub cost: u32,
    /// What to change, by number of the fact.
    pub changes: &'a [Change],
    /// Whether it is certain that there is no cheaper one.
    pub exact: bool,
}

/// The cheapest changes after which every possible outcome is within `goal`, or `None` if there are none (or none were found
/// within the budget: then tests of one fact pull in different directions).
///
/// Facts that stay open must not matter any more: the goal holds in every completion. Where one selection and goal are asked about
/// many cases, [`Flips`] is made ready once.
pub fn cheapest<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    composition: Composition,
    goal: OutcomeSet,
    cost: &dyn Fn(SlotId) -> Cost,
    scratch: &mut Scratch,
) -> Option<Flip> {
    // A policy that no change can bring into scope stays silent: it must not make the search longer, nor cut its facts.
    evaluate(program, selection, facts, &mut scratch.proof, &mut scratch.outcomes);
    let selection = within_reach(program, selection, &scratch.proof, cost);
    Flips::new(program, &selection, composition, goal).cheapest(facts, &scratch.proof, cost)
}

/// The selection without the policies that are out of scope whatever is changed.
fn within_reach(program: &Program, selection: &Selection, proof: &[Truth], cost: &dyn Fn(SlotId) -> Cost) -> Selection {
    let mut kept = Selection::default();
    for Stretch { policies, binds } in &selection.ranks {
        let start = kept.policies.len();
        let reached = selection.policies[policies.clone()].iter().filter(|index| {
            let scope = program.policy(**index).scope;
            proof[scope as usize] != NOT_MET || may_change(program, scope as usize, cost)
        });
        kept.policies.extend(reached);
        if kept.policies.len() > start {
            kept.ranks.push(Stretch { policies: start..kept.policies.len(), binds: *binds });
        }
    }
    kept
}

/// Whether a fact below a node may be changed.
fn may_change(program: &Program, index: usize, cost: &dyn Fn(SlotId) -> Cost) -> bool {
    let node = program.nodes[index];
    match node.slot() {
        Some(slot) => cost(slot).is_some(),
        None => node.children().any(|child| may_change(program, child, cost)),
    }
}

/// The values that make a test come out so, as stretches.
fn destinations(program: &Program, node: Node, met: bool) -> Vec<Cell> {
    let slot = node.slot().expect("INVARIANT: only tests have destinations");
    let domain = program.slots[slot as usize].domain;
    let clipped = |lo: i64, hi: i64| {
        (lo <= hi).then_some(Cell::between(lo.max(domain.lo), hi.min(domain.hi))).filter(|c| c.lo <= c.hi)
    };
    match node {
        Node::InRange { lo, hi, .. } | Node::OutOfRange { lo, hi, .. } => {
            let inside = matches!(node, Node::InRange { .. }) == met;
            if inside {
                clipped(lo, hi).into_iter().collect()
            } else {
                let before = lo.checked_sub(1).and_then(|end| clipped(i64::MIN, end));
                let after = hi.checked_add(1).and_then(|start| clipped(start, i64::MAX));
                before.into_iter().chain(after).collect()
            }
        }
        Node::InMask { mask, .. } => {
            let mask = &program.masks[mask as usize];
            (domain.lo..=domain.hi)
                .filter(|value| crate::eval::mask_has(mask, *value) == met)
                .map(Cell::known)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The stretch that is nearest to what is known; for an open fact, what the two have in common. `None` if there is none.
#[inline]
fn nearest(stretches: impl IntoIterator<Item = Cell>, now: Cell) -> Option<Cell> {
    let mut best = None;
    for stretch in stretches {
        let common = Cell::between(stretch.lo.max(now.lo), stretch.hi.min(now.hi));
        if common.lo <= common.hi {
            return Some(common);
        }
        let distance =
            if stretch.lo > now.hi { stretch.lo.saturating_sub(now.hi) } else { now.lo.saturating_sub(stretch.hi) };
        if best.is_none_or(|best| (distance, stretch) < best) {
            best = Some((distance, stretch));
        }
    }
    best.map(|(_, stretch)| stretch)
}
