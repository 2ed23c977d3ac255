//! A policy that stands alone and has few conditions: what stands in the way is one word, a bit for each condition and side.
//!
//! That is nearly every policy. Where bounds settle it, the cheapest change is found with few branches that hang on the case; where
//! they do not, the search of all policies takes over and starts anew.

use std::ops::Range;

use super::costs::{NEVER_REACHED, plus};
use super::repeat::Repeated;
use super::search::{Leaf, nth_least, sum_of_least};
use super::sides::{needed, side};
use super::{Change, Cost, nearest};
use crate::eval::Facts;
use crate::program::{Compiled, MET, NOT_MET, OPEN, OutcomeSet, Program, SlotId, Truth};

/// Conditions that fit a word.
const BITS: usize = u64::BITS as usize;
/// A condition on a side that nobody may want.
const NOWHERE: usize = BITS;

/// The conditions of a policy on the sides that may be wanted: leaves in their order, then groups, parents before their children.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Where the nodes of the policy stand in the program.
    nodes: Range<usize>,
    leaves: Vec<Condition>,
    /// Of each leaf the fact, and nought, or all ones if no value makes it come out as wanted.
    facts: Vec<(SlotId, u32)>,
    groups: Vec<(Condition, Group)>,
    members: Vec<u8>,
    repeated: Vec<Same>,
    scope: usize,
    /// Each clause on the side on which it serves the goal, and whether that is the side on which it holds.
    clauses: Vec<(usize, bool)>,
    may_end: bool,
}

/// A node, counted from the first of the policy, and how it has to come out.
#[derive(Clone, Copy, Debug)]
struct Condition {
    node: u32,
    wanted: Truth,
}

/// The members of a group and how many of them have to come out as wanted.
#[derive(Clone, Copy, Debug)]
struct Group {
    first: usize,
    count: usize,
    needed: usize,
    bits: u64,
}

/// A fact with several tests.
#[derive(Clone, Copy, Debug)]
struct Same {
    slot: SlotId,
    /// Its first leaf, and a bit for each of them and for each without which the goal is not reached.
    first: u32,
    tests: u64,
    forced: u64,
}

/// What came of it.
pub(super) enum Answer {
    /// The changes at hand, and what they cost: certainly the least.
    Found(u32),
    /// The goal is out of reach.
    None,
    /// Bounds do not settle it.
    Unsettled,
}

impl Word {
    /// `None` if the conditions are too many, or a test may be wanted either way.
    pub(super) fn new(
        program: &Program,
        policy: &Compiled,
        goal: OutcomeSet,
        leaves: &[Leaf],
        groups: &[super::search::Group],
        repeated: &[Repeated],
    ) -> Option<Self> {
        if leaves.len() + groups.len() > BITS || repeated.iter().any(|repeated| repeated.tangled) {
            return None;
        }
        let nodes = policy.nodes.clone();
        let condition = |node: u32, met: bool| Condition {
            node: node - u32::try_from(nodes.start).expect("INVARIANT: nodes are numbered in 32 bits"),
            wanted: if met { MET } else { NOT_MET },
        };
        let mut in_order: Vec<_> = groups.iter().map(|group| (group.node, group.met)).collect();
        in_order.sort_unstable();
        let mut bits = vec![[NOWHERE; 2]; nodes.len()];
        let all = leaves.iter().map(|leaf| (leaf.node, leaf.met)).chain(in_order.iter().copied());
        for (bit, (node, met)) in all.enumerate() {
            bits[node as usize - nodes.start][side(met)] = bit;
        }
        let bit_of = |node: usize, met: bool| bits[node - nodes.start][side(met)];
        let mut members = Vec::new();
        let groups = in_order.iter().map(|(at, met)| {
            let node = program.nodes[*at as usize];
            let first = members.len();
            members.extend(node.children().map(|child| u8::try_from(bit_of(child, *met)).expect("INVARIANT: a bit")));
            let bits = members[first..].iter().fold(0, |bits, member| bits | one(usize::from(*member)));
            let count = members.len() - first;
            (condition(*at, *met), Group { first, count, needed: needed(node, *met), bits })
        });
        let groups = groups.collect();
        let same = repeated.iter().map(|repeated| {
            let first = leaves.partition_point(|leaf| leaf.slot < repeated.slot);
            let of = |test: usize| one(first + test);
            let tests = repeated.tests.iter().enumerate();
            let tests = tests.map(|(test, of_test)| (of(test), if of_test.forced { of(test) } else { 0 }));
            let (tests, forced) = tests.fold((0, 0), |all, test| (all.0 | test.0, all.1 | test.1));
            Same { slot: repeated.slot, first: u32::try_from(first).expect("INVARIANT: a bit"), tests, forced }
        });
        let clauses = policy.clauses.iter().map(|(node, head)| {
            let allowed = goal.has(*head);
            (bit_of(*node as usize, allowed), allowed)
        });
        Some(Self {
            leaves: leaves.iter().map(|leaf| condition(leaf.node, leaf.met)).collect(),
            facts: leaves.iter().map(|leaf| (leaf.slot, u32::from(leaf.to.is_empty()).wrapping_neg())).collect(),
            groups,
            repeated: same.collect(),
            scope: bit_of(policy.scope as usize, true),
            clauses: clauses.collect(),
            may_end: goal.has(policy.otherwise),
            members,
            nodes: nodes.clone(),
        })
    }

    /// Writes the cheapest changes, if bounds settle which they are.
    pub(super) fn find<F: Facts + ?Sized>(
        &self,
        (leaves, repeated): (&[Leaf], &[Repeated]),
        facts: &F,
        proof: &[Truth],
        cost: &impl Fn(SlotId) -> Cost,
        changes: &mut Vec<Change>,
    ) -> Answer {
        let proof = &proof[self.nodes.clone()];
        // What stands in the way, and of that what is open.
        let (mut way, mut open) = (0, 0);
        let mut costs = [NEVER_REACHED; BITS + 1];
        for (bit, (leaf, (slot, unreachable))) in self.leaves.iter().zip(&self.facts).enumerate() {
            let truth = proof[leaf.node as usize];
            let in_the_way = truth != leaf.wanted;
            way |= u64::from(in_the_way) << bit;
            open |= u64::from(truth == OPEN) << bit;
            costs[bit] = (cost(*slot).unwrap_or(NEVER_REACHED) | unreachable) & u32::from(in_the_way).wrapping_neg();
        }
        for (at, (group, _)) in self.groups.iter().enumerate() {
            way |= u64::from(proof[group.node as usize] != group.wanted) << (self.leaves.len() + at);
        }
        let Some(is_shared) = self.share(repeated, facts, cost, (way, open), &mut costs) else {
            return Answer::Unsettled;
        };
        self.value_groups(&mut costs);
        let (chain, stop) = self.chain(&costs);
        let bound = plus(costs[self.scope], chain);
        if bound == NEVER_REACHED {
            return Answer::None;
        }
        let needed = self.needed(stop, way, &costs);
        if !self.write_changes((leaves, repeated), facts, (needed, way), changes) {
            return Answer::Unsettled;
        }
        let paid = |changes: &[Change]| {
            changes.iter().fold(0, |sum, change| plus(sum, cost(change.slot).unwrap_or(NEVER_REACHED)))
        };
        if is_shared && paid(changes) > bound { Answer::Unsettled } else { Answer::Found(bound) }
    }

    /// Puts the price of a fact that several tests wait for at one of them; gives whether that makes a bound of the costs, and `None` if
    /// it says nothing about them.
    fn share<F: Facts + ?Sized>(
        &self,
        repeated: &[Repeated],
        facts: &F,
        cost: &impl Fn(SlotId) -> Cost,
        (way, open): (u64, u64),
        costs: &mut [u32; BITS + 1],
    ) -> Option<bool> {
        let mut is_shared = false;
        for (same, repeated) in self.repeated.iter().zip(repeated) {
            let waiting = way & same.tests;
            if !has_several(waiting) {
                continue;
            }
            let (price, now) = (cost(same.slot), facts.cell(same.slot));
            if price.is_none() && !now.is_open() {
                continue;
            }
            let forced = waiting & same.forced;
            let open = open & same.tests;
            if forced == 0 && has_several(open) && !repeated.can_all_fail(now, open >> same.first) {
                return None;
            }
            if price.is_none() {
                continue;
            }
            let pays = lowest(if forced == 0 { waiting } else { forced });
            for other in each_bit(waiting & !pays) {
                let other = &mut costs[other];
                if *other != NEVER_REACHED {
                    *other = 0;
                    is_shared |= forced == 0;
                }
            }
        }
        Some(is_shared)
    }

    /// The costs of groups, children before parents.
    fn value_groups(&self, costs: &mut [u32; BITS + 1]) {
        for (at, (_, group)) in self.groups.iter().enumerate().rev() {
            let of_members = self.members(*group).iter().map(|member| costs[usize::from(*member)]);
            costs[self.leaves.len() + at] = if group.needed == group.count {
                of_members.fold(0, plus)
            } else if group.needed == 1 {
                of_members.min().unwrap_or(NEVER_REACHED)
            } else if group.needed > group.count {
                NEVER_REACHED
            } else {
                sum_of_least(&gathered(of_members)[..group.count], group.needed)
            };
        }
    }

    fn members(&self, group: Group) -> &[u8] {
        &self.members[group.first..group.first + group.count]
    }

    /// Cost of confining the clauses, and the clause that is made to hold, if one is.
    fn chain(&self, costs: &[u32; BITS + 1]) -> (u32, Option<usize>) {
        let (mut spent, mut best, mut stop) = (0, NEVER_REACHED, None);
        for (at, (bit, allowed)) in self.clauses.iter().enumerate() {
            let here = plus(spent, costs[*bit]);
            if !allowed {
                spent = here;
            } else if here < best {
                (best, stop) = (here, Some(at));
            }
        }
        if self.may_end && spent < best { (spent, None) } else { (best, stop) }
    }

    /// The conditions that have to change.
    fn needed(&self, stop: Option<usize>, way: u64, costs: &[u32; BITS + 1]) -> u64 {
        let before = &self.clauses[..stop.unwrap_or(self.clauses.len())];
        let roots = before.iter().filter(|(_, allowed)| !allowed).map(|(bit, _)| *bit);
        let roots = roots.chain(stop.map(|at| self.clauses[at].0)).chain([self.scope]);
        let mut all = roots.fold(0, |all, bit| all | one(bit)) & way;
        // Children stand after their parents.
        let groups = u64::MAX.checked_shl(u32::try_from(self.leaves.len()).expect("INVARIANT: a bit")).unwrap_or(0);
        let mut pending = all & groups;
        while pending != 0 {
            let (_, group) = self.groups[pending.trailing_zeros() as usize - self.leaves.len()];
            let members = self.members(group);
            let more = way
                & if group.needed == group.count {
                    group.bits
                } else if group.needed == 1 {
                    members.iter().min_by_key(|member| costs[usize::from(**member)]).map_or(0, |at| one((*at).into()))
                } else {
                    least(members, group.needed, costs)
                };
            all |= more;
            pending = pending & !lowest(pending) | more & groups;
        }
        all
    }

    /// Writes the changes for the needed leaves; false if some fact has no one value for all of its tests.
    fn write_changes<F: Facts + ?Sized>(
        &self,
        (leaves, repeated): (&[Leaf], &[Repeated]),
        facts: &F,
        (needed, way): (u64, u64),
        changes: &mut Vec<Change>,
    ) -> bool {
        changes.clear();
        let mut rest = needed & !u64::MAX.checked_shl(u32::try_from(leaves.len()).unwrap_or(u32::MAX)).unwrap_or(0);
        while rest != 0 {
            let leaf = &leaves[rest.trailing_zeros() as usize];
            let now = facts.cell(leaf.slot);
            let to = if let Some((index, _)) = leaf.repeated {
                let same = self.repeated[index];
                rest &= !same.tests;
                repeated[index].nearest(((needed | !way) & same.tests) >> same.first, now)
            } else {
                rest &= !lowest(rest);
                match leaf.only {
                    Some(only) => nearest([only], now),
                    None => nearest(leaf.to.iter().copied(), now),
                }
            };
            let Some(to) = to else { return false };
            changes.push(Change { slot: leaf.slot, to });
        }
        true
    }
}

/// The cheapest members, so many that the group comes out as wanted.
fn least(members: &[u8], needed: usize, costs: &[u32; BITS + 1]) -> u64 {
    let of = |member: &u8| costs[usize::from(*member)];
    let dearest = nth_least(&gathered(members.iter().map(of))[..members.len()], needed);
    // Whatever is cheaper than the dearest that is needed comes too, and of its like as many as are left.
    let cheaper = members.iter().filter(|member| of(member) < dearest);
    let (count, cheaper) = cheaper.fold((0, 0), |(count, bits), member| (count + 1, bits | one((*member).into())));
    let alike = members.iter().filter(|member| of(member) == dearest).take(needed - count);
    alike.fold(cheaper, |bits, member| bits | one((*member).into()))
}

fn gathered(costs: impl Iterator<Item = u32>) -> [u32; BITS] {
    let mut all = [NEVER_REACHED; BITS];
    all.iter_mut().zip(costs).for_each(|(place, cost)| *place = cost);
    all
}

/// The bit of a condition; none for [`NOWHERE`].
fn one(bit: usize) -> u64 {
    u64::from(bit < BITS) << (bit % BITS)
}

const fn lowest(bits: u64) -> u64 {
    bits & bits.wrapping_neg()
}

const fn has_several(bits: u64) -> bool {
    bits & bits.wrapping_sub(1) != 0
}

fn each_bit(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then_some(bits.trailing_zeros() as usize)?;
        bits &= !lowest(bits);
        Some(bit)
    })
}
