//! The search for the cheapest change, made ready for one selection and one goal.

use super::costs::{Costs, NEVER_REACHED, plus};
use super::repeat::{Repeated, Test};
use super::sides::{forced, needed, side, wanted};
use super::trial::{Aim, Changed, by_trial};
use super::word::{Answer, Word};
use super::{Change, Cost, Flip, Found, destinations, nearest};
use crate::eval::{Facts, Scratch, Selection};
use crate::exact::{COMBINATIONS_MAX, Composition};
use crate::program::{Cell, Compiled, MET, NOT_MET, OPEN, Outcome, OutcomeSet, Program, SlotId, Truth};

/// A selection and a goal, made ready for many cases.
#[derive(Clone, Debug)]
pub struct Flips<'p> {
    program: &'p Program,
    selection: Selection,
    composition: Composition,
    goal: OutcomeSet,
    /// The only policy, if it is all that decides, and its conditions, if they are few.
    alone: Option<&'p Compiled>,
    word: Option<Word>,
    /// By fact.
    leaves: Vec<Leaf>,
    /// The same, one list for each side: what is looked at in every case.
    prices: [Vec<Price>; 2],
    groups: Vec<Group>,
    repeated: Vec<Repeated>,
    /// For each node and side its leaf.
    leaf_at: Vec<[u32; 2]>,
    costs: Costs,
    /// Leaves that a plan makes come out as wanted.
    brought: Vec<Brought>,
    /// What they come to.
    changes: Vec<Change>,
    /// Facts of this case that stand in the way in several places, none of which is forced.
    shared: Vec<Shared>,
    /// For trials, which few cases need.
    scratch: Option<Scratch>,
}

/// A test on the side that may be wanted of it.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) node: u32,
    pub(super) slot: SlotId,
    pub(super) met: bool,
    /// The values that make it come out so, and the only stretch of them, if they are one.
    pub(super) to: Vec<Cell>,
    pub(super) only: Option<Cell>,
    /// Which of the repeated facts it asks for, and as which of its tests.
    pub(super) repeated: Option<(usize, usize)>,
}

impl Leaf {
    const fn wanted(&self) -> Truth {
        if self.met { MET } else { NOT_MET }
    }
}

/// A leaf that is made to come out as wanted.
#[derive(Clone, Copy, Debug)]
struct Brought {
    leaf: u32,
    slot: SlotId,
}

/// The part of a leaf that its cost depends on.
#[derive(Clone, Copy, Debug)]
struct Price {
    node: u32,
    slot: SlotId,
    /// Nought, or all ones if no value makes the test come out so.
    unreachable: u32,
}

/// A group on the side that may be wanted of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) node: u32,
    pub(super) met: bool,
    first: u32,
    count: u32,
    needed: u32,
}

/// A fact that is paid for once, wherever it helps.
#[derive(Clone, Copy, Debug)]
struct Shared {
    repeated: usize,
    cost: u32,
    is_changed: Option<bool>,
}

/// Whether a fact of the case asks for more than costs.
enum Knots {
    /// No: costs are exact.
    None,
    /// Some fact stays open whose tests cannot all fail at once: costs are too high.
    Some(Vec<usize>),
    /// A test of a repeated fact may be wanted either way: costs say little.
    Tangled,
}

const NO_LEAF: u32 = u32::MAX;

impl<'p> Flips<'p> {
    /// What does not depend on the case.
    #[must_use]
    pub fn new(program: &'p Program, selection: &Selection, composition: Composition, goal: OutcomeSet) -> Self {
        let wanted = wanted(program, selection, composition, goal);
        let alone = match (&selection.policies[..], &selection.ranks[..], composition) {
            ([only], [rank], Composition::Stack) if rank.binds && !goal.has(Outcome::Silent) => {
                Some(program.policy(*only))
            }
            _ => None,
        };
        let mut flips = Self {
            program,
            selection: selection.clone(),
            composition,
            goal,
            alone,
            word: None,
            leaves: Vec::new(),
            prices: [Vec::new(), Vec::new()],
            groups: Vec::new(),
            repeated: Vec::new(),
            leaf_at: vec![[NO_LEAF; 2]; program.nodes.len()],
            costs: Costs::new(program.nodes.len()),
            brought: Vec::new(),
            changes: Vec::new(),
            shared: Vec::new(),
            scratch: None,
        };
        for index in &selection.policies {
            for at in program.policy(*index).nodes.clone().rev() {
                for met in [true, false].into_iter().filter(|met| wanted[at][side(*met)]) {
                    flips.add(at, met);
                }
            }
        }
        flips.find_repeated();
        flips.word =
            alone.and_then(|policy| Word::new(program, policy, goal, &flips.leaves, &flips.groups, &flips.repeated));
        flips
    }

    fn add(&mut self, at: usize, met: bool) {
        let number = |at: usize| u32::try_from(at).expect("INVARIANT: nodes are numbered in 32 bits");
        let node = self.program.nodes[at];
        if let Some(slot) = node.slot() {
            let to = destinations(self.program, node, met);
            let only = if let [only] = to[..] { Some(only) } else { None };
            self.leaves.push(Leaf { node: number(at), slot, met, to, only, repeated: None });
        } else {
            let (children, needed) = (node.children(), number(needed(node, met)));
            let (first, count) = (number(children.start), number(children.len()));
            self.groups.push(Group { node: number(at), met, first, count, needed });
        }
    }

    fn find_repeated(&mut self) {
        let forced = self.alone.map(|policy| forced(self.program, policy, self.goal));
        let Self { leaves, repeated, .. } = self;
        leaves.sort_by_key(|leaf| (leaf.slot, leaf.node, leaf.met));
        for (number, leaf) in (0..).zip(leaves.iter()) {
            self.leaf_at[leaf.node as usize][side(leaf.met)] = number;
            let unreachable = u32::from(leaf.to.is_empty()).wrapping_neg();
            self.prices[side(leaf.met)].push(Price { node: leaf.node, slot: leaf.slot, unreachable });
        }
        for of_one in leaves.chunk_by_mut(|a, b| a.slot == b.slot) {
            let slot = of_one[0].slot;
            if of_one.iter().all(|leaf| leaf.node == of_one[0].node) {
                continue;
            }
            let tests = of_one.iter_mut().enumerate().map(|(test, leaf)| {
                leaf.repeated = Some((repeated.len(), test));
                let forced = forced.as_ref().is_some_and(|forced| forced[leaf.node as usize]);
                Test { node: leaf.node, met: leaf.met, forced }
            });
            let tests = tests.collect();
            repeated.push(Repeated::new(self.program, &self.selection, slot, tests));
        }
    }

    /// The cheapest changes for a case, as [`super::cheapest`] finds them; `proof` is what valuing the selection left.
    pub fn cheapest<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        proof: &[Truth],
        cost: impl Fn(SlotId) -> Cost,
    ) -> Option<Flip> {
        self.find(facts, proof, cost).map(|Found { cost, changes, exact }| Flip {
            cost,
            changes: changes.to_vec(),
            exact,
        })
    }

    /// The same in memory that the next search writes over.
    pub fn find<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        proof: &[Truth],
        cost: impl Fn(SlotId) -> Cost,
    ) -> Option<Found<'_>> {
        if let Some(word) = &self.word {
            match word.find((&self.leaves, &self.repeated), facts, proof, &cost, &mut self.changes) {
                Answer::Found(cost) => return Some(Found { cost, changes: &self.changes, exact: true }),
                Answer::None => return None,
                Answer::Unsettled => {}
            }
        }
        for (met, prices) in [true, false].into_iter().zip(&self.prices) {
            let (wanted, costs) = (if met { MET } else { NOT_MET }, self.costs.side_mut(met));
            for Price { node, slot, unreachable } in prices {
                let in_the_way = u32::from(proof[*node as usize] != wanted).wrapping_neg();
                costs[*node as usize] = (cost(*slot).unwrap_or(NEVER_REACHED) | unreachable) & in_the_way;
            }
        }
        let flip = match self.share(facts, proof, &cost) {
            Knots::None => {
                let (bound, plan) = self.sweep()?;
                self.bring_whole(&plan, proof);
                if !self.write_changes(facts, proof) {
                    self.trial(facts, proof, &cost, bound, None)
                } else if self.shared.is_empty() || self.paid(&cost) <= bound {
                    return Some(Found { cost: bound, changes: &self.changes, exact: true });
                } else {
                    match self.branch(facts, proof, &cost) {
                        Branched::Found(flip) => flip,
                        Branched::NoOneValue(least) => self.trial(facts, proof, &cost, least, None),
                    }
                }
            }
            Knots::Some(knots) => self.untie(facts, proof, &cost, &knots),
            Knots::Tangled => {
                let known = self.guess(facts, proof, &cost);
                self.trial(facts, proof, &cost, 0, known)
            }
        }?;
        self.changes.clear();
        self.changes.extend(flip.changes);
        Some(Found { cost: flip.cost, changes: &self.changes, exact: flip.exact })
    }

    /// Where facts may stay open whose tests cannot all fail at once.
    fn untie<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        proof: &[Truth],
        cost: &impl Fn(SlotId) -> Cost,
        knots: &[usize],
    ) -> Option<Flip> {
        let known = match self.branch(facts, proof, cost) {
            Branched::Found(flip) => flip,
            Branched::NoOneValue(_) => None,
        };
        let least = self.bound_of_knots(facts, proof, cost, knots);
        if known.as_ref().is_some_and(|flip| flip.exact && flip.cost == least) {
            return known;
        }
        // Perhaps the knots need no change at all.
        self.loosen(proof, knots);
        if let Some((_, plan)) = self.sweep() {
            self.bring_whole(&plan, proof);
            let repeated = &self.repeated;
            self.brought.retain(|brought| knots.iter().all(|knot| repeated[*knot].slot != brought.slot));
            if self.write_changes(facts, proof)
                && self.paid(cost) == least
                && let Some(flip) = self.verified(facts, least)
            {
                return Some(Flip { exact: true, ..flip });
            }
        }
        self.trial(facts, proof, cost, least, known)
    }

    /// What the changes at hand cost.
    fn paid(&self, cost: &impl Fn(SlotId) -> Cost) -> u32 {
        self.changes.iter().fold(0, |sum, change| plus(sum, cost(change.slot).unwrap_or(NEVER_REACHED)))
    }

    /// The changes at hand, if they reach the goal.
    fn verified<F: Facts + ?Sized>(&mut self, facts: &F, cost: u32) -> Option<Flip> {
        let changed = Changed { facts, changes: self.changes.clone() };
        let scratch = self.scratch.get_or_insert_with(|| Scratch::new(self.program));
        let aim =
            Aim { program: self.program, selection: &self.selection, composition: self.composition, goal: self.goal };
        aim.is_reached(&changed, scratch).then_some(Flip { cost, changes: changed.changes, exact: false })
    }

    /// Puts the price of a fact that several tests wait for at one of them.
    fn share<F: Facts + ?Sized>(&mut self, facts: &F, proof: &[Truth], cost: &impl Fn(SlotId) -> Cost) -> Knots {
        self.shared.clear();
        let mut knots = Vec::new();
        for (index, repeated) in self.repeated.iter().enumerate() {
            if !repeated.tangled && repeated.tests.iter().all(|test| proof[test.node as usize] == test.wanted()) {
                continue;
            }
            let (price, now) = (cost(repeated.slot), facts.cell(repeated.slot));
            if price.is_none() && !now.is_open() {
                continue;
            }
            if repeated.tangled {
                return Knots::Tangled;
            }
            let standing = repeated.standing(proof);
            let Some(first) = standing.first else { continue };
            if let Some(price) = price {
                let others = (0..repeated.tests.len()).filter(|at| *at != first && standing.fine >> at & 1 == 0);
                let mut is_shared = false;
                for other in others {
                    let Test { node, met, .. } = repeated.tests[other];
                    let at = &mut self.costs.side_mut(met)[node as usize];
                    if *at != NEVER_REACHED {
                        *at = 0;
                        is_shared = true;
                    }
                }
                if is_shared && !standing.forced {
                    self.shared.push(Shared { repeated: index, cost: price, is_changed: None });
                }
            }
            if standing.open.count_ones() > 1 && !standing.forced && !repeated.can_all_fail(now, standing.open) {
                knots.push(index);
            }
        }
        if knots.is_empty() { Knots::None } else { Knots::Some(knots) }
    }

    /// Groups, children before parents, and then the whole.
    fn sweep(&mut self) -> Option<(u32, Vec<Option<OutcomeSet>>)> {
        for group in &self.groups {
            let costs = self.costs.side_mut(group.met);
            let children = &costs[group.first as usize..(group.first + group.count) as usize];
            costs[group.node as usize] = if group.needed == group.count {
                children.iter().copied().fold(0, plus)
            } else if group.needed == 1 {
                children.iter().copied().min().unwrap_or(NEVER_REACHED)
            } else if group.needed > group.count {
                NEVER_REACHED
            } else {
                sum_of_least(children, group.needed as usize)
            };
        }
        match self.alone {
            Some(policy) => {
                let cost = self.costs.policy(policy, self.goal);
                (cost != NEVER_REACHED).then(Vec::new).map(|plan| (cost, plan))
            }
            None => self.costs.whole(self.program, &self.selection, self.composition, self.goal),
        }
    }

    /// What the whole costs at least. The first knot is either changed, or kept: then the goal holds for each of its values, and the
    /// costliest of them counts. Of the other knots the open tests come out as wanted by themselves.
    fn bound_of_knots<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        proof: &[Truth],
        cost: &impl Fn(SlotId) -> Cost,
        knots: &[usize],
    ) -> u32 {
        self.loosen(proof, knots);
        let first = self.repeated[knots[0]].clone();
        let price = |flips: &mut Self, fine: u64| {
            for (at, test) in first.tests.iter().enumerate() {
                let price = if fine >> at & 1 == 1 { 0 } else { NEVER_REACHED };
                flips.costs.side_mut(test.met)[test.node as usize] = price;
            }
            flips.sweep().map_or(NEVER_REACHED, |(cost, _)| cost)
        };
        let changed = cost(first.slot).map_or(NEVER_REACHED, |cost| plus(cost, price(self, u64::MAX)));
        let values = first.outcomes(facts.cell(first.slot));
        let kept = values.into_iter().map(|fine| price(self, fine)).max().unwrap_or(NEVER_REACHED);
        changed.min(kept)
    }

    /// The open tests of these facts come out as wanted by themselves.
    fn loosen(&mut self, proof: &[Truth], knots: &[usize]) {
        self.shared.iter_mut().for_each(|shared| shared.is_changed = None);
        self.price_shared(proof);
        for index in knots {
            for Test { node, met, .. } in &self.repeated[*index].tests {
                if proof[*node as usize] == OPEN {
                    self.costs.side_mut(*met)[*node as usize] = 0;
                }
            }
        }
    }

    /// Writes the prices of shared facts by what was chosen; gives the sum of those that are changed.
    fn price_shared(&mut self, proof: &[Truth]) -> u32 {
        let mut spent = 0;
        for shared in &self.shared {
            let repeated = &self.repeated[shared.repeated];
            let standing = repeated.standing(proof);
            for (at, test) in repeated.tests.iter().enumerate() {
                let price = &mut self.costs.side_mut(test.met)[test.node as usize];
                let leaf = self.leaf_at[test.node as usize][side(test.met)];
                if standing.fine >> at & 1 == 1 || self.leaves[leaf as usize].to.is_empty() {
                    continue;
                }
                *price = match shared.is_changed {
                    Some(true) => 0,
                    Some(false) => NEVER_REACHED,
                    None if standing.first == Some(at) => shared.cost,
                    None => 0,
                };
            }
            if shared.is_changed == Some(true) {
                spent = plus(spent, shared.cost);
            }
        }
        spent
    }

    /// Bounds, and where they differ the choice to change a shared fact or to leave it.
    fn branch<F: Facts + ?Sized>(&mut self, facts: &F, proof: &[Truth], cost: &impl Fn(SlotId) -> Cost) -> Branched {
        let mut best: Option<Flip> = None;
        let mut exact = true;
        let mut least_without_value = None;
        let mut pending = vec![Vec::new()];
        let mut steps = 0;
        while let Some(choices) = pending.pop() {
            steps += 1;
            if steps > COMBINATIONS_MAX {
                exact = false;
                break;
            }
            let mut spent = 0;
            if steps > 1 {
                for (shared, choice) in
                    self.shared.iter_mut().zip(choices.iter().copied().chain(std::iter::repeat(None)))
                {
                    shared.is_changed = choice;
                }
                spent = self.price_shared(proof);
            }
            let Some((cost_left, plan)) = self.sweep() else { continue };
            let bound = plus(spent, cost_left);
            if best.as_ref().is_some_and(|best| best.cost <= bound) {
                continue;
            }
            self.bring_whole(&plan, proof);
            if !self.write_changes(facts, proof) {
                least_without_value = Some(least_without_value.map_or(bound, |least: u32| least.min(bound)));
                continue;
            }
            let paid = self.paid(cost);
            if best.as_ref().is_none_or(|best| paid < best.cost) {
                best = Some(Flip { cost: paid, changes: self.changes.clone(), exact: true });
            }
            if paid > bound {
                let open = self.shared.iter().position(|shared| {
                    let slot = self.repeated[shared.repeated].slot;
                    shared.is_changed.is_none() && self.changes.iter().any(|change| change.slot == slot)
                });
                let open = open.or_else(|| self.shared.iter().position(|shared| shared.is_changed.is_none()));
                if let Some(open) = open {
                    for choice in [false, true] {
                        let mut more: Vec<Option<bool>> = self.shared.iter().map(|shared| shared.is_changed).collect();
                        more[open] = Some(choice);
                        pending.push(more);
                    }
                }
            }
        }
        match (best, least_without_value) {
            (best, Some(least)) if best.as_ref().is_none_or(|best| least < best.cost) => Branched::NoOneValue(least),
            (best, _) => Branched::Found(best.map(|flip| Flip { exact, ..flip })),
        }
    }

    /// A plan by costs alone, if it happens to reach the goal.
    fn guess<F: Facts + ?Sized>(&mut self, facts: &F, proof: &[Truth], cost: &impl Fn(SlotId) -> Cost) -> Option<Flip> {
        self.shared.clear();
        let (_, plan) = self.sweep()?;
        self.bring_whole(&plan, proof);
        if !self.write_changes(facts, proof) {
            return None;
        }
        let paid = self.paid(cost);
        self.verified(facts, paid)
    }

    /// Sets of changes in order of cost, of the facts with a test that stands in the way.
    fn trial<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        proof: &[Truth],
        cost: &impl Fn(SlotId) -> Cost,
        least: u32,
        known: Option<Flip>,
    ) -> Option<Flip> {
        let stands_in_the_way = |leaf: &&Leaf| proof[leaf.node as usize] != leaf.wanted();
        let mut movable: Vec<(SlotId, u32)> = self
            .leaves
            .iter()
            .filter(stands_in_the_way)
            .filter_map(|leaf| Some((leaf.slot, cost(leaf.slot)?)))
            .collect();
        movable.sort_unstable();
        movable.dedup();
        let aim =
            Aim { program: self.program, selection: &self.selection, composition: self.composition, goal: self.goal };
        let scratch = self.scratch.get_or_insert_with(|| Scratch::new(self.program));
        if known.is_none() && aim.is_barred(facts, |slot| cost(slot).is_some(), scratch) {
            return None;
        }
        by_trial(aim, facts, &movable, least, known, scratch)
    }

    /// Notes the leaves that have to change for a plan.
    fn bring_whole(&mut self, plan: &[Option<OutcomeSet>], proof: &[Truth]) {
        let mut brought = std::mem::take(&mut self.brought);
        brought.clear();
        match self.alone {
            Some(policy) => self.confine(policy, self.goal, proof, &mut brought),
            None => {
                for (index, allowed) in self.selection.policies.iter().zip(plan) {
                    if let Some(allowed) = allowed {
                        self.confine(self.program.policy(*index), *allowed, proof, &mut brought);
                    }
                }
            }
        }
        self.brought = brought;
    }

    fn confine(&self, policy: &Compiled, allowed: OutcomeSet, proof: &[Truth], brought: &mut Vec<Brought>) {
        let scope = policy.scope as usize;
        let (chain, stop) = self.costs.chain(policy, allowed);
        if allowed.has(Outcome::Silent) {
            if self.costs.side(false)[scope] < chain {
                self.bring(scope, false, proof, brought);
                return;
            }
        } else {
            self.bring(scope, true, proof, brought);
        }
        for (at, (node, head)) in policy.clauses.iter().enumerate() {
            if stop == Some(at) {
                self.bring(*node as usize, true, proof, brought);
                return;
            }
            if !allowed.has(*head) {
                self.bring(*node as usize, false, proof, brought);
            }
        }
    }

    #[inline]
    fn bring(&self, at: usize, met: bool, proof: &[Truth], brought: &mut Vec<Brought>) {
        if proof[at] != (if met { MET } else { NOT_MET }) {
            self.bring_about(at, met, proof, brought);
        }
    }

    fn bring_about(&self, at: usize, met: bool, proof: &[Truth], brought: &mut Vec<Brought>) {
        let node = self.program.nodes[at];
        if let Some(slot) = node.slot() {
            let leaf = self.leaf_at[at][side(met)];
            if leaf != NO_LEAF {
                brought.push(Brought { leaf, slot });
            }
            return;
        }
        let (children, needed) = (node.children(), needed(node, met));
        if needed == children.len() {
            children.for_each(|child| self.bring(child, met, proof, brought));
            return;
        }
        let costs = self.costs.side(met);
        if needed == 1 {
            if let Some(child) = children.min_by_key(|child| costs[*child]) {
                self.bring(child, met, proof, brought);
            }
            return;
        }
        // The dearest of those that are needed: whatever is cheaper comes too, and of its like as many as are left.
        let dearest = nth_least(&costs[children.clone()], needed);
        let cheaper = children.clone().filter(|child| costs[*child] < dearest).count();
        let mut alike = needed - cheaper;
        for child in children {
            let is_alike = costs[child] == dearest && alike > 0;
            alike -= usize::from(is_alike);
            if is_alike || costs[child] < dearest {
                self.bring(child, met, proof, brought);
            }
        }
    }

    /// Writes the changes that make the noted leaves come out as wanted; false if some fact has no one value for all of its tests.
    fn write_changes<F: Facts + ?Sized>(&mut self, facts: &F, proof: &[Truth]) -> bool {
        let Self { brought, leaves, repeated, changes, .. } = self;
        changes.clear();
        // Leaves stand by fact.
        brought.sort_unstable_by_key(|brought| brought.leaf);
        for of_one in brought.chunk_by(|a, b| a.slot == b.slot) {
            let leaf = &leaves[of_one[0].leaf as usize];
            let now = facts.cell(leaf.slot);
            let to = match leaf.repeated.map(|(index, _)| &repeated[index]) {
                Some(repeated) if !repeated.tangled => {
                    let tests = of_one.iter().filter_map(|brought| leaves[brought.leaf as usize].repeated);
                    let tests = tests.fold(repeated.standing(proof).fine, |tests, (_, test)| tests | 1 << test);
                    repeated.nearest(tests, now)
                }
                _ => match leaf.only {
                    Some(only) => nearest([only], now),
                    None => nearest(leaf.to.iter().copied(), now),
                },
            };
            let Some(to) = to else { return false };
            changes.push(Change { slot: leaf.slot, to });
        }
        true
    }
}

/// What of costs the `needed` least come to.
pub(super) fn sum_of_least(costs: &[u32], needed: usize) -> u32 {
    let dearest = nth_least(costs, needed);
    let cheaper = costs.iter().copied().filter(|cost| *cost < dearest);
    let (count, sum) = cheaper.fold((0, 0), |(count, sum), cost| (count + 1, plus(sum, cost)));
    let alike = u32::try_from(needed - count).expect("INVARIANT: the reader bounds the members of a group");
    plus(sum, dearest.saturating_mul(alike))
}

/// The cost at a place, counted from one, if they stood in order.
pub(super) fn nth_least(costs: &[u32], place: usize) -> u32 {
    // Groups are small, so counting is quicker than sorting, and needs no memory.
    let at_or_below = |most: u32| costs.iter().filter(|cost| **cost <= most).count();
    let reached = costs.iter().copied().filter(|most| at_or_below(*most) >= place);
    reached.min().unwrap_or(NEVER_REACHED)
}

/// What bounds and choices came to.
enum Branched {
    /// The cheapest changes, or that there are none.
    Found(Option<Flip>),
    /// Some plan needs a fact to have two values at once; nothing is cheaper than this.
    NoOneValue(u32),
}
