//! Combinations of cells, one after the other, and what the policies say under each.

use std::ops::Range;

use super::{Axis, ExactScratch, open_roots, open_tests};
use crate::eval::{Facts, Selection, at_least, outcome, sweep, value};
use crate::program::{
    Cell, Compiled, MET, NOT_MET, Node, OPEN, Outcome, OutcomeSet, PolicyIndex, Program, SlotId, Truth,
};

/// How many combinations are tried where there are too many to try all: enough to show that two outcomes are possible, cheap enough for
/// a hundred million claims.
const SPREAD_COMBINATIONS: usize = 256;

/// Up to so many combinations of the axes of one policy, what it says is kept.
const KEPT_MAX: usize = 1024;

/// No axis.
const NONE: u32 = u32::MAX;

/// In which order combinations are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// All of them, the first axis turning fastest.
    Every,
    /// [`SPREAD_COMBINATIONS`] of them, spread over all.
    Spread,
}

/// What the policies say under combinations of the axes that they test, each valued once.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    /// The axis of each fact.
    axis_of: Vec<u32>,
    /// Policies that test an axis.
    policies: Vec<Step>,
    /// Their axes, one policy after the other: which, and what one turn of it adds to the number of the combination.
    axes: Vec<(u32, usize)>,
    /// What each said under each combination of its axes; empty where it was not asked yet.
    said: Vec<OutcomeSet>,
}

/// One policy that tests an axis.
#[derive(Clone, Debug)]
struct Step {
    /// Where it stands in the selection.
    at: usize,
    policy: PolicyIndex,
    axes: Range<usize>,
    /// Its first place in `said`; `None` if it has too many combinations to keep.
    said: Option<usize>,
}

impl Steps {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            axis_of: vec![NONE; program.slots.len()],
            policies: Vec::with_capacity(program.policies.len()),
            axes: Vec::with_capacity(64),
            said: Vec::with_capacity(KEPT_MAX),
        }
    }

    /// Lays out the open policies that test an axis; what the others say stays as it is.
    fn lay_out(
        &mut self,
        program: &Program,
        selection: &Selection,
        (proof, known): (&[Truth], &[OutcomeSet]),
        of_all: &[Axis],
        pending: &mut Vec<u32>,
    ) {
        let Self { axis_of, policies, axes, said } = self;
        policies.clear();
        axes.clear();
        said.clear();
        for (number, axis) in (0..).zip(of_all) {
            axis_of[axis.slot as usize] = number;
        }
        let open = selection.policies.iter().zip(known).enumerate().filter(|(_, (_, known))| !known.is_decided());
        for (at, (policy, _)) in open {
            let first = axes.len();
            let mut combinations = 1_usize;
            open_roots(program.policy(*policy), proof, |root| {
                open_tests(program, proof, root, pending, |slot| {
                    let axis = axis_of[slot as usize];
                    if axis != NONE && axes[first..].iter().all(|(known, _)| *known != axis) {
                        axes.push((axis, combinations));
                        combinations = combinations.saturating_mul(of_all[axis as usize].count);
                    }
                });
            });
            if axes.len() == first {
                continue;
            }
            let kept = (combinations <= KEPT_MAX).then_some(said.len());
            if kept.is_some() {
                said.resize(said.len() + combinations, OutcomeSet::EMPTY);
            }
            policies.push(Step { at, policy: *policy, axes: first..axes.len(), said: kept });
        }
        for axis in of_all {
            axis_of[axis.slot as usize] = NONE;
        }
    }
}

/// Facts, some of which are replaced by a cell.
struct Overlaid<'a, F: ?Sized> {
    facts: &'a F,
    overlay: &'a [Option<Cell>],
}

impl<F: Facts + ?Sized> Facts for Overlaid<'_, F> {
    #[inline]
    fn cell(&self, slot: SlotId) -> Cell {
        self.overlay[slot as usize].unwrap_or_else(|| self.facts.cell(slot))
    }
}

impl ExactScratch {
    /// Tells what every policy says under combination after combination, until `each` returns false. `proof` and `known` are of the
    /// same facts without an axis cut.
    pub(super) fn for_each_outcome<F: Facts + ?Sized>(
        &mut self,
        program: &Program,
        selection: &Selection,
        facts: &F,
        (proof, known): (&[Truth], &[OutcomeSet]),
        order: Order,
        mut each: impl FnMut(&[OutcomeSet]) -> bool,
    ) {
        let Self { overlay, axes, cells, pending, outcomes, steps, .. } = self;
        steps.lay_out(program, selection, (proof, known), axes, pending);
        outcomes.clear();
        outcomes.extend_from_slice(known);
        begin(axes, cells, overlay);
        for number in 1.. {
            for step in &steps.policies {
                let place = step.said.map(|first| {
                    let own = &steps.axes[step.axes.clone()];
                    first + own.iter().map(|(axis, turn)| axes[*axis as usize].now * turn).sum::<usize>()
                });
                let kept = place.map_or(OutcomeSet::EMPTY, |place| steps.said[place]);
                outcomes[step.at] = if kept == OutcomeSet::EMPTY {
                    let said = lazily(program, program.policy(step.policy), proof, &Overlaid { facts, overlay });
                    if let Some(place) = place {
                        steps.said[place] = said;
                    }
                    said
                } else {
                    kept
                };
            }
            let more = each(outcomes)
                && match order {
                    Order::Every => turn(axes, cells, overlay),
                    Order::Spread => number < SPREAD_COMBINATIONS && jump(number, axes, cells, overlay),
                };
            if !more {
                break;
            }
        }
        end(axes, overlay);
    }

    /// Values the open policies under every combination, and hands out outcomes and proof until `each` returns false.
    pub(super) fn for_each_proof<F: Facts + ?Sized>(
        &mut self,
        program: &Program,
        selection: &Selection,
        facts: &F,
        known: &[OutcomeSet],
        mut each: impl FnMut(&[OutcomeSet], &[Truth], &mut Vec<u32>) -> bool,
    ) {
        let Self { overlay, axes, cells, pending, proof, outcomes, .. } = self;
        begin(axes, cells, overlay);
        loop {
            outcomes.clear();
            for (index, known) in selection.policies.iter().zip(known) {
                if known.is_decided() {
                    outcomes.push(*known);
                    continue;
                }
                let policy = program.policy(*index);
                sweep(&program.nodes, &program.masks, policy.nodes.clone(), &Overlaid { facts, overlay }, proof);
                outcomes.push(outcome(policy, proof));
            }
            if !(each(outcomes, proof, pending) && turn(axes, cells, overlay)) {
                break;
            }
        }
        end(axes, overlay);
    }
}

/// What a policy says, valuing no more of it than that takes. What `proof` has decided stays decided, whatever the open facts are.
fn lazily<F: Facts + ?Sized>(program: &Program, policy: &Compiled, proof: &[Truth], facts: &F) -> OutcomeSet {
    let mut set = match truth(program, proof, policy.scope as usize, facts) {
        NOT_MET => return Outcome::Silent.set(),
        OPEN => Outcome::Silent.set(),
        _ => OutcomeSet::EMPTY,
    };
    for (node, head) in &policy.clauses {
        match truth(program, proof, *node as usize, facts) {
            NOT_MET => {}
            OPEN => set = set.or(head.set()),
            _ => return set.or(head.set()),
        }
    }
    set.or(policy.otherwise.set())
}

/// The truth of one node; a group is left as soon as it is known.
fn truth<F: Facts + ?Sized>(program: &Program, proof: &[Truth], index: usize, facts: &F) -> Truth {
    if proof[index] != OPEN {
        return proof[index];
    }
    let node = program.nodes[index];
    let of = |child: usize| truth(program, proof, child, facts);
    match node {
        Node::All { .. } => {
            let mut least = MET;
            for child in node.children() {
                least = least.min(of(child));
                if least == NOT_MET {
                    break;
                }
            }
            least
        }
        Node::Any { .. } => {
            let mut most = NOT_MET;
            for child in node.children() {
                most = most.max(of(child));
                if most == MET {
                    break;
                }
            }
            most
        }
        Node::AtLeast { least, .. } => {
            let (mut met, mut possible) = (0, 0);
            for child in node.children() {
                let truth = of(child);
                met += u16::from(truth == MET);
                possible += u16::from(truth != NOT_MET);
            }
            at_least(least, met, possible)
        }
        Node::InRange { .. } | Node::OutOfRange { .. } | Node::InMask { .. } => {
            value(node, &program.masks, facts, proof)
        }
    }
}

fn begin(axes: &mut [Axis], cells: &[Cell], overlay: &mut [Option<Cell>]) {
    for axis in axes {
        axis.now = 0;
        overlay[axis.slot as usize] = Some(cells[axis.first]);
    }
}

fn end(axes: &[Axis], overlay: &mut [Option<Cell>]) {
    for axis in axes {
        overlay[axis.slot as usize] = None;
    }
}

/// Goes to a combination that depends on the number alone, each axis turned by other bits of it.
fn jump(number: usize, axes: &mut [Axis], cells: &[Cell], overlay: &mut [Option<Cell>]) -> bool {
    let mut bits = number as u64;
    for axis in axes {
        // SplitMix64: neighbouring numbers give unlike bits.
        bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        axis.now = ((mixed ^ (mixed >> 31)) % axis.count as u64) as usize;
        overlay[axis.slot as usize] = Some(cells[axis.first + axis.now]);
    }
    true
}

/// Turns to the next combination; false after the last.
fn turn(axes: &mut [Axis], cells: &[Cell], overlay: &mut [Option<Cell>]) -> bool {
    for axis in axes {
        axis.now = (axis.now + 1) % axis.count;
        overlay[axis.slot as usize] = Some(cells[axis.first + axis.now]);
        if axis.now != 0 {
            return true;
        }
    }
    false
}
