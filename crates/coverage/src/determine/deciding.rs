//! Which policies decided a line, and by which criteria.

use policy::ast::{Head, Kind};
use policy::eval::Selection;
use policy::explain::deciding;
use policy::program::{Compiled, CriterionAt, MET, Outcome, OutcomeSet, PolicyIndex, SlotId, Truth};

use super::question::Question;

/// A policy that decided, with the criteria by which it did.
pub(super) struct Decider<'q> {
    pub(super) policy: &'q Compiled,
    pub(super) criteria: Vec<&'q CriterionAt>,
}

const DENIES: OutcomeSet = OutcomeSet(Outcome::Explicit as u8 | Outcome::Residual as u8);

/// The policies that stand behind a "no": in the strongest rank that is not silent, those with the strongest outcome.
pub(super) fn against<'q>(
    question: &'q Question<'_>,
    selection: &'q Selection,
    outcomes: &[OutcomeSet],
    proof: &[Truth],
) -> Vec<Decider<'q>> {
    for stretch in &selection.ranks {
        let range = stretch.policies.clone();
        let denying = |at: &usize| outcomes[*at].within(DENIES) && outcomes[*at] != OutcomeSet::EMPTY;
        let strongest = range.clone().filter(denying).map(|at| outcomes[at].0).max();
        let Some(strongest) = strongest else { continue };
        let chosen = range.filter(denying).filter(|at| outcomes[*at].0 == strongest);
        return chosen.map(|at| decider(question, selection.policies[at], proof)).collect();
    }
    Vec::new()
}

/// The gates that forbid.
pub(super) fn forbidding<'q>(
    question: &'q Question<'_>,
    selection: &'q Selection,
    outcomes: &[OutcomeSet],
    proof: &[Truth],
) -> Vec<Decider<'q>> {
    let gates = selection.policies.iter().zip(outcomes);
    let forbids = gates.filter(|(_, outcome)| outcome.within(DENIES) && **outcome != OutcomeSet::EMPTY);
    forbids.map(|(index, _)| decider(question, *index, proof)).collect()
}

fn decider<'q>(question: &'q Question<'_>, index: PolicyIndex, proof: &[Truth]) -> Decider<'q> {
    let policy = question.program.policy(index);
    let assumed: &[SlotId] = &question.row.assumed;
    Decider { policy, criteria: deciding(question.program, policy, proof, assumed) }
}

impl Decider<'_> {
    /// Why it is not covered: by the head that denies, else by the criteria that failed.
    pub(super) fn kinds(&self, proof: &[Truth]) -> Vec<Kind> {
        match self.kind_of_head(proof) {
            Some(kind) => vec![kind],
            None => self.criteria.iter().map(|criterion| criterion.kind).collect(),
        }
    }

    /// The kind that the head which denies names itself.
    pub(super) fn kind_of_head(&self, proof: &[Truth]) -> Option<Kind> {
        let holding = self.policy.clauses.iter().position(|(node, _)| proof[*node as usize] == MET);
        let head = match holding {
            Some(clause) => &self.policy.file.clauses[clause].head.value,
            None => &self.policy.file.otherwise.value,
        };
        match head {
            Head::NotCovered { kind: Some(kind) } | Head::NotAllowed { kind: Some(kind) } => Some(kind.value),
            _ => None,
        }
    }
}
