//! Which criteria decided, and which open ones still can.

use crate::dictionary::Dictionary;
use crate::exact::open_roots;
use crate::program::{Compiled, CriterionAt, MET, NOT_MET, OPEN, Outcome, OutcomeSet, Program, SlotId, SlotKey, Truth};

/// The criteria that decided a policy, for an outcome that is decided: those of covering clauses that fail, or those of the
/// excluding clause that hold. A criterion that rests on assumed facts alone does not count as deciding.
#[must_use]
pub fn deciding<'p>(
    program: &Program,
    policy: &'p Compiled,
    proof: &[Truth],
    assumed: &[SlotId],
) -> Vec<&'p CriterionAt> {
    if proof[policy.scope as usize] == NOT_MET {
        return Vec::new();
    }
    let holding = policy.clauses.iter().position(|(node, _)| proof[*node as usize] == MET);
    let wanted = |criterion: &&CriterionAt| {
        let truth = proof[criterion.node as usize];
        let head = policy.clauses[usize::from(criterion.clause)].1;
        criterion.top
            && match holding {
                Some(clause) => {
                    usize::from(criterion.clause) == clause
                        && truth == MET
                        && !rests_on(program, criterion.node, assumed)
                }
                None => head == Outcome::Covered && truth == NOT_MET,
            }
    };
    policy.criteria.iter().filter(wanted).collect()
}

/// Does a condition test only facts of this list (and at least one)?
fn rests_on(program: &Program, node: u32, facts: &[SlotId]) -> bool {
    let mut tested = false;
    let mut only = true;
    visit_tests(program, node, &mut |slot| {
        tested = true;
        only &= facts.contains(&slot);
    });
    tested && only
}

/// Visits the fact of each test below a node.
pub fn visit_tests(program: &Program, node: u32, visit: &mut impl FnMut(SlotId)) {
    let node = program.nodes[node as usize];
    match node.slot() {
        Some(slot) => visit(slot),
        None => node.children().for_each(|child| {
            visit_tests(program, u32::try_from(child).expect("INVARIANT: nodes are numbered in 32 bits"), visit)
        }),
    }
}

/// The open criteria of a policy whose answer can still change the outcome, by their labels; for the scope, the facts themselves.
#[must_use]
pub fn open_labels<'p>(
    program: &'p Program,
    dictionary: &'p Dictionary,
    policy: &'p Compiled,
    proof: &[Truth],
    mattering: &[SlotId],
) -> Vec<&'p str> {
    let mut roots = Vec::new();
    open_roots(policy, proof, |root| roots.push(root));
    let mut labels = Vec::new();
    if roots.contains(&policy.scope) {
        visit_open(program, proof, policy.scope, &mut |slot| {
            let name = scope_label(&program.slots[slot as usize].key, dictionary);
            if mattering.contains(&slot) && !labels.contains(&name) {
                labels.push(name);
            }
        });
    }
    for criterion in policy.criteria.iter().filter(|criterion| criterion.top) {
        let root = policy.clauses[usize::from(criterion.clause)].0;
        let mut asks = false;
        visit_open(program, proof, criterion.node, &mut |slot| asks |= mattering.contains(&slot));
        if roots.contains(&root) && asks {
            labels.push(criterion.label.as_str());
        }
    }
    labels
}

/// What an open test of a scope is called.
fn scope_label<'p>(key: &SlotKey, dictionary: &'p Dictionary) -> &'p str {
    match key {
        SlotKey::Named(fact) => &dictionary.fact(*fact).name,
        SlotKey::Diagnosis(..) => "diagnosis",
        SlotKey::Billed(_) => "codes",
        _ => "scope",
    }
}

/// Visits the fact of each open test below an open node.
pub fn visit_open(program: &Program, proof: &[Truth], node: u32, visit: &mut impl FnMut(SlotId)) {
    if proof[node as usize] != OPEN {
        return;
    }
    let at = program.nodes[node as usize];
    match at.slot() {
        Some(slot) => visit(slot),
        None => at.children().for_each(|child| {
            visit_open(program, proof, u32::try_from(child).expect("INVARIANT: nodes are numbered in 32 bits"), visit)
        }),
    }
}

/// Is it decided that this is not covered (or not allowed), whichever way?
#[must_use]
pub fn is_no(outcomes: OutcomeSet) -> bool {
    outcomes != OutcomeSet::EMPTY && outcomes.within(Outcome::Explicit.set().or(Outcome::Residual.set()))
}
