//! What policies say if one more fact were known: only the conditions above its tests are valued again.
//!
//! Valuing a selection takes one sweep over all of its conditions. Where hundreds of values of open facts are tried against one proof, most of
//! that would be done again for nothing: a test that comes out as before changes nothing above it.

use crate::eval::{Facts, Scratch, Selection, compose, compose_gates, outcome, test, value};
use crate::exact::{Composition, refined};
use crate::program::{Cell, OutcomeSet, Program, SlotId, Truth};

/// No condition stands above.
const ROOT: u32 = u32::MAX;

/// Where selected policies test each fact, and which condition stands above each.
#[derive(Clone, Debug)]
pub struct Tests {
    /// By node.
    above: Vec<u32>,
    /// The tests, fact by fact, those of one fact in the order of the selection.
    tests: Vec<Test>,
    /// By fact, where its tests begin in `tests`; one more at the end.
    first: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    slot: SlotId,
    /// Where its policy stands in the selection.
    at: u32,
    node: u32,
}

impl Tests {
    /// The tests that these policies make.
    #[must_use]
    pub fn new(program: &Program, selection: &Selection) -> Self {
        let number = |at: usize| u32::try_from(at).expect("INVARIANT: nodes are numbered in 32 bits");
        let mut above = vec![ROOT; program.nodes.len()];
        let mut tests = Vec::new();
        for (at, index) in (0..).zip(&selection.policies) {
            for node in program.policy(*index).nodes.clone() {
                above[program.nodes[node].children()].fill(number(node));
                let slot = program.nodes[node].slot();
                tests.extend(slot.map(|slot| Test { slot, at, node: number(node) }));
            }
        }
        tests.sort_unstable();
        let mut first = vec![0; program.slots.len() + 1];
        for test in &tests {
            first[test.slot as usize + 1] += 1;
        }
        for slot in 1..first.len() {
            first[slot] += first[slot - 1];
        }
        Self { above, tests, first }
    }

    /// The tests of a fact.
    fn of(&self, slot: SlotId) -> &[Test] {
        &self.tests[self.first[slot as usize] as usize..self.first[slot as usize + 1] as usize]
    }

    /// How each test of a fact comes out for a value.
    fn truths(&self, program: &Program, slot: SlotId, value: i64) -> impl Iterator<Item = Truth> {
        let cell = Cell::known(value);
        self.of(slot).iter().map(move |of| test(program.nodes[of.node as usize], &program.masks, cell))
    }

    /// Values a test anew, and what changes above it.
    fn value_from<F: Facts + ?Sized>(&self, program: &Program, test: u32, facts: &F, proof: &mut [Truth]) {
        let mut at = test;
        while at != ROOT {
            let truth = value(program.nodes[at as usize], &program.masks, facts, proof);
            if proof[at as usize] == truth {
                break;
            }
            proof[at as usize] = truth;
            at = self.above[at as usize];
        }
    }
}

/// Of these values of a fact the first of each kind: no test tells those of one kind apart.
#[must_use]
pub fn kinds(program: &Program, tests: &[Tests], slot: SlotId, values: Vec<i64>) -> Vec<i64> {
    let mut seen: Vec<Vec<Truth>> = Vec::new();
    let of_new_kind = |value: &i64| {
        let truths: Vec<Truth> = tests.iter().flat_map(|tests| tests.truths(program, slot, *value)).collect();
        let is_new = !seen.contains(&truths);
        if is_new {
            seen.push(truths);
        }
        is_new
    };
    values.into_iter().filter(of_new_kind).collect()
}

/// What selected policies may say together once the value of one fact is known, when the proof in `scratch` and `known` are what
/// was valued without it: only what rests on it is valued again. `None` if no policy tests it.
pub fn possible_if<F: Facts + ?Sized>(
    program: &Program,
    (selection, tests): (&Selection, &Tests),
    facts: &F,
    (known, slot): (&[OutcomeSet], SlotId),
    scratch: &mut Scratch,
    composition: Composition,
) -> Option<OutcomeSet> {
    let of_slot = tests.of(slot);
    if of_slot.is_empty() {
        return None;
    }
    let Scratch { proof, outcomes, .. } = scratch;
    outcomes.clear();
    outcomes.extend_from_slice(known);
    for of_policy in of_slot.chunk_by(|one, other| one.at == other.at) {
        for test in of_policy {
            tests.value_from(program, test.node, facts, proof);
        }
        let at = of_policy[0].at as usize;
        outcomes[at] = outcome(program.policy(selection.policies[at]), proof);
    }
    let outcomes = composition.of(selection, outcomes);
    if outcomes.is_decided() {
        return Some(outcomes);
    }
    let composed = match composition {
        Composition::Stack => compose,
        Composition::Gates => compose_gates,
    };
    Some(refined(program, selection, facts, scratch, outcomes, composed))
}
