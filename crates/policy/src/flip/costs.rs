//! Two costs for each node, to make it met and to make it not met, and from them the cost of the whole.
//!
//! `all` adds, `any` takes the least, `at least k` the k least. From the clauses of a policy follow the costs of confining it to a set
//! of outcomes, from the ranks the cost of confining the whole.

use crate::eval::{Selection, Stretch};
use crate::exact::Composition;
use crate::program::{Compiled, Outcome, OutcomeSet, Program};

/// No way to get there.
pub(super) const NEVER_REACHED: u32 = u32::MAX;

pub(super) fn plus(a: u32, b: u32) -> u32 {
    a.saturating_add(b)
}

/// Costs by number of the node; a side that nobody may want is never reached.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    met: Vec<u32>,
    not_met: Vec<u32>,
}

impl Costs {
    pub(super) fn new(nodes: usize) -> Self {
        Self { met: vec![NEVER_REACHED; nodes], not_met: vec![NEVER_REACHED; nodes] }
    }

    /// The costs of one side.
    #[inline]
    pub(super) fn side(&self, met: bool) -> &[u32] {
        if met { &self.met } else { &self.not_met }
    }

    #[inline]
    pub(super) fn side_mut(&mut self, met: bool) -> &mut [u32] {
        if met { &mut self.met } else { &mut self.not_met }
    }

    #[inline]
    fn of(&self, node: usize, met: bool) -> u32 {
        self.side(met)[node]
    }

    /// Cost of confining a policy to these outcomes.
    pub(super) fn policy(&self, policy: &Compiled, allowed: OutcomeSet) -> u32 {
        let scope = policy.scope as usize;
        let within =
            plus(if allowed.has(Outcome::Silent) { 0 } else { self.of(scope, true) }, self.chain(policy, allowed).0);
        let outside = if allowed.has(Outcome::Silent) { self.of(scope, false) } else { NEVER_REACHED };
        within.min(outside)
    }

    /// Cost of confining the clauses, and the clause that is made to hold, if one is.
    pub(super) fn chain(&self, policy: &Compiled, allowed: OutcomeSet) -> (u32, Option<usize>) {
        let (mut spent, mut best, mut stop) = (0, NEVER_REACHED, None);
        for (at, (node, head)) in policy.clauses.iter().enumerate() {
            let node = *node as usize;
            if allowed.has(*head) {
                let here = plus(spent, self.of(node, true));
                if here < best {
                    (best, stop) = (here, Some(at));
                }
            } else {
                spent = plus(spent, self.of(node, false));
            }
        }
        if allowed.has(policy.otherwise) && spent < best {
            (best, stop) = (spent, None);
        }
        (best, stop)
    }

    /// The cheapest way to confine the whole: its cost, and the set that each policy is confined to.
    pub(super) fn whole(
        &self,
        program: &Program,
        selection: &Selection,
        composition: Composition,
        goal: OutcomeSet,
    ) -> Option<(u32, Vec<Option<OutcomeSet>>)> {
        let mut plan = vec![None; selection.policies.len()];
        let cost = match composition {
            Composition::Gates => {
                let allowed = Outcome::Covered.set().or(Outcome::Silent.set());
                let mut total = 0;
                for (at, index) in selection.policies.iter().enumerate() {
                    plan[at] = Some(allowed);
                    total = plus(total, self.policy(program.policy(*index), allowed));
                }
                total
            }
            Composition::Stack => self.down_from(program, selection, 0, goal, &mut plan),
        };
        (cost != NEVER_REACHED).then_some((cost, plan))
    }

    fn down_from(
        &self,
        program: &Program,
        selection: &Selection,
        rank: usize,
        goal: OutcomeSet,
        plan: &mut [Option<OutcomeSet>],
    ) -> u32 {
        let Some(Stretch { policies: range, binds }) = selection.ranks.get(rank).cloned() else {
            return if goal.has(Outcome::Silent) { 0 } else { NEVER_REACHED };
        };
        let decided_here = OutcomeSet(goal.0 & !(Outcome::Silent as u8));
        let mut below = plan.to_vec();
        let passed = plus(
            self.rank(program, selection, range.clone(), goal.or(Outcome::Silent.set()), &mut below),
            self.down_from(program, selection, rank + 1, goal, &mut below),
        );
        let mut here = plan.to_vec();
        let stopped = self.rank(program, selection, range, decided_here, &mut here);
        // A rank that may not bind decides nothing for certain.
        let (cost, chosen) = if binds && stopped <= passed { (stopped, here) } else { (passed, below) };
        plan.copy_from_slice(&chosen);
        cost
    }

    /// Cost of confining one rank to `goal`: one policy sets a floor, the others may say what is within the goal or below the floor.
    fn rank(
        &self,
        program: &Program,
        selection: &Selection,
        range: std::ops::Range<usize>,
        goal: OutcomeSet,
        plan: &mut [Option<OutcomeSet>],
    ) -> u32 {
        let cost_of = |at: usize, allowed: OutcomeSet| self.policy(program.policy(selection.policies[at]), allowed);
        let mut best = (NEVER_REACHED, None);
        if goal.has(Outcome::Silent) {
            let all = range.clone().fold(0, |sum, at| plus(sum, cost_of(at, goal)));
            best = (all, None);
        }
        for floor in goal.iter() {
            let above = OutcomeSet(goal.0 & !(floor as u8 - 1));
            let others = goal.or(OutcomeSet(floor as u8 - 1));
            let others_all = range.clone().map(|at| cost_of(at, others)).fold(0, plus);
            for setter in range.clone() {
                let rest = if others_all == NEVER_REACHED {
                    range.clone().filter(|at| *at != setter).fold(0, |sum, at| plus(sum, cost_of(at, others)))
                } else {
                    others_all - cost_of(setter, others)
                };
                let total = plus(cost_of(setter, above), rest);
                if total < best.0 {
                    best = (total, Some((setter, above, others)));
                }
            }
        }
        for at in range {
            plan[at] = Some(match best.1 {
                None => goal,
                Some((setter, above, _)) if setter == at => above,
                Some((_, _, others)) => others,
            });
        }
        best.0
    }
}
