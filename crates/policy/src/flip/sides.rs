//! Which way each condition may be wanted: what has to hold for the goal, what has to fail, or either.
//!
//! A goal is reached when each policy is confined to some set of outcomes (`costs`). For every set that may come into question, a
//! clause is wanted met where its head lies in the set and not met where it does not. Groups hand on what is wanted of them.

use crate::eval::Selection;
use crate::exact::Composition;
use crate::program::{Compiled, Node, Outcome, OutcomeSet, Program};

/// Index of a side: made met, or made not met.
pub(super) const fn side(met: bool) -> usize {
    if met { 0 } else { 1 }
}

/// Whether each side of a node may be wanted.
pub(super) type Wanted = [bool; 2];

/// What may be wanted of every node, by its number in the program.
pub(super) fn wanted(
    program: &Program,
    selection: &Selection,
    composition: Composition,
    goal: OutcomeSet,
) -> Vec<Wanted> {
    let mut wanted = vec![[false; 2]; program.nodes.len()];
    let mut sets = Vec::new();
    for stretch in &selection.ranks {
        allowed_sets(composition, goal, stretch.policies.len() == 1, stretch.binds, &mut sets);
        for index in &selection.policies[stretch.policies.clone()] {
            for allowed in &sets {
                roots(program.policy(*index), *allowed, &mut wanted);
            }
        }
    }
    for index in &selection.policies {
        // Parents stand before their children.
        for at in program.policy(*index).nodes.clone() {
            let of_parent = wanted[at];
            for child in program.nodes[at].children() {
                wanted[child] = of_parent;
            }
        }
    }
    wanted
}

/// The sets that a policy of a rank may be confined to on the way to the goal.
fn allowed_sets(composition: Composition, goal: OutcomeSet, alone: bool, binds: bool, sets: &mut Vec<OutcomeSet>) {
    sets.clear();
    let silent = Outcome::Silent.set();
    if composition == Composition::Gates {
        sets.push(Outcome::Covered.set().or(silent));
        return;
    }
    let passed = goal.or(silent);
    sets.push(passed);
    let decided = OutcomeSet(goal.0 & !silent.0);
    for goal in std::iter::once(passed).chain(binds.then_some(decided)) {
        for floor in goal.iter() {
            sets.push(OutcomeSet(goal.0 & !(floor as u8 - 1)));
            if !alone {
                sets.push(goal.or(OutcomeSet(floor as u8 - 1)));
            }
        }
    }
    sets.sort_unstable();
    sets.dedup();
}

/// Adds what confining a policy to a set wants of its scope and its clauses.
fn roots(policy: &Compiled, allowed: OutcomeSet, wanted: &mut [Wanted]) {
    let heads = policy.clauses.iter().map(|(_, head)| *head).chain([policy.otherwise]);
    let (mut some, mut all) = (false, true);
    for head in heads {
        some |= allowed.has(head);
        all &= allowed.has(head);
    }
    let scope = policy.scope as usize;
    if allowed.has(Outcome::Silent) {
        if all {
            return;
        }
        wanted[scope][side(false)] = true;
    } else if some {
        wanted[scope][side(true)] = true;
    }
    if !some {
        return;
    }
    // From the last clause on: whether what comes after can be right, and whether it can be wrong.
    let (mut right, mut wrong) = (allowed.has(policy.otherwise), !allowed.has(policy.otherwise));
    for (node, head) in policy.clauses.iter().rev() {
        let wanted = &mut wanted[*node as usize];
        if allowed.has(*head) {
            wanted[side(true)] |= wrong;
            right = true;
        } else {
            wanted[side(false)] |= right;
            wrong = true;
        }
    }
}

/// The nodes without which a policy that stands alone cannot be confined to a set: the scope, what must fail before the only
/// clause that may hold, that clause, and all below them that cannot be spared.
pub(super) fn forced(program: &Program, policy: &Compiled, allowed: OutcomeSet) -> Vec<bool> {
    let mut forced = vec![false; program.nodes.len()];
    if allowed.has(Outcome::Silent) {
        return forced;
    }
    // Of each forced node, whether it has to be met.
    let mut met = vec![(policy.scope as usize, true)];
    let stops = policy.clauses.iter().filter(|(_, head)| allowed.has(*head)).count();
    for (node, head) in &policy.clauses {
        if allowed.has(*head) {
            if stops == 1 && !allowed.has(policy.otherwise) {
                met.push((*node as usize, true));
            }
            break;
        }
        met.push((*node as usize, false));
    }
    while let Some((at, is_met)) = met.pop() {
        forced[at] = true;
        let node = program.nodes[at];
        if needed(node, is_met) == node.children().len() {
            met.extend(node.children().map(|child| (child, is_met)));
        }
    }
    forced
}

/// How many children have to come out so for the group to come out so.
pub(super) fn needed(node: Node, met: bool) -> usize {
    match (node, met) {
        (Node::All { count, .. }, true) | (Node::Any { count, .. }, false) => count as usize,
        (Node::All { .. }, false) | (Node::Any { .. }, true) => 1,
        (Node::AtLeast { least, .. }, true) => least as usize,
        (Node::AtLeast { least, count, .. }, false) => usize::from(count + 1).saturating_sub(usize::from(least)),
        _ => 0,
    }
}
