//! One evaluation of a question: stack, gates, duties, headline, route.

use policy::ast::{Duty, DutyKind, Kind, PolicyFile};
use policy::eval::{Decision, Exactness, Scratch, determine, determine_gates, gate_truth, possible};
use policy::exact::{Composition, mattering};
use policy::program::{Cell, MET, NOT_MET, OutcomeSet, SlotId, Truth};
use policy::suppose::{Tests, possible_if};

use super::deciding::against;
use super::duties::{Duties, Granted, collect};
use super::question::Question;
use super::route;
use super::routing::{member_may_claim, route};
use super::verdict::{Parts, RowOfTable, coverage, is_unknown, row};
use crate::answer::{Authorization, Coverage, Permission, Verdict};

/// What came of one evaluation.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// What the stack may say.
    pub(super) outcomes: OutcomeSet,
    /// How exact that is; a glance does not find out.
    pub(super) exactness: Option<Exactness>,
    pub(super) lawful: Permission,
    pub(super) billable: Permission,
    pub(super) authorization: Authorization,
    pub(super) duties: Duties,
    pub(super) row: RowOfTable,
    pub(super) verdict: Verdict,
    pub(super) coverage: Coverage,
    pub(super) cell: route::Cell,
    /// What each policy of the stack and of the two gates may say.
    pub(super) said: [Vec<OutcomeSet>; 3],
    /// Open facts that can still change the stack, and each gate; empty after a glance.
    pub(super) mattering: [Vec<SlotId>; 3],
    /// One truth value for each node of the program; empty after a glance.
    pub(super) proof: Vec<Truth>,
}

/// Evaluates a question over these facts, with everything that an answer needs.
pub(super) fn judge(question: &Question<'_>, cells: &[Cell], granted: &Granted, scratch: &mut Scratch) -> Judged {
    evaluate(question, cells, granted, scratch, true)
}

/// The parts of the headline alone, without what an answer says about them.
pub(super) fn glance(question: &Question<'_>, cells: &[Cell], granted: &Granted, scratch: &mut Scratch) -> Judged {
    evaluate(question, cells, granted, scratch, false)
}

/// The verdict alone, for trying out changes.
pub(super) fn verdict(question: &Question<'_>, cells: &[Cell], granted: &Granted, scratch: &mut Scratch) -> Verdict {
    glance(question, cells, granted, scratch).verdict
}

/// The verdict if the value of one open fact were known, which `cells` has; everything else is as it was judged.
pub(super) fn verdict_if(
    question: &Question<'_>,
    judged: &Judged,
    (slot, tests): (SlotId, &[Tests; 3]),
    cells: &[Cell],
    scratch: &mut Scratch,
) -> Verdict {
    let program = question.program;
    scratch.proof.copy_from_slice(&judged.proof);
    let mut said = judged.said.clone();
    let mut possible = |selection, at: usize, composition| {
        let selected = (selection, &tests[at]);
        let outcomes = possible_if(program, selected, cells, (&said[at], slot), scratch, composition)?;
        said[at].clone_from(&scratch.outcomes);
        Some(outcomes)
    };
    let mut allowed = |selection, at| Some(permission(gate_truth(possible(selection, at, Composition::Gates)?)));
    let lawful = allowed(&question.lawful, 1).unwrap_or(judged.lawful);
    let billable = allowed(&question.billing, 2).unwrap_or(judged.billable);
    let outcomes = possible(&question.stack, 0, Composition::Stack).unwrap_or(judged.outcomes);
    if lawful != Permission::No && is_unknown(outcomes) {
        return RowOfTable::Unknown.verdict();
    }
    let valued = Valued { outcomes, exactness: None, lawful, billable, said, mattering: Default::default() };
    conclude(question, valued, &Granted::default(), &scratch.proof).verdict
}

/// What came of the policies, before what follows from it.
struct Valued {
    outcomes: OutcomeSet,
    exactness: Option<Exactness>,
    lawful: Permission,
    billable: Permission,
    said: [Vec<OutcomeSet>; 3],
    mattering: [Vec<SlotId>; 3],
}

fn evaluate(question: &Question<'_>, cells: &[Cell], granted: &Granted, scratch: &mut Scratch, whole: bool) -> Judged {
    let Question { program, stack, lawful, billing, .. } = question;
    // Where the list of open facts is not exact it may hold one too many: a question that need not be put, no wrong answer.
    let matters = |scratch: &mut Scratch, selection, composition| match whole {
        true => mattering(program, selection, cells, scratch, composition).0,
        false => Vec::new(),
    };
    let (outcomes, exactness) = if whole {
        let Decision { outcomes, exactness } = determine(program, stack, cells, scratch);
        (outcomes, Some(exactness))
    } else {
        (possible(program, stack, cells, scratch), None)
    };
    let said_stack = scratch.outcomes.clone();
    let mattering_stack = matters(scratch, stack, Composition::Stack);
    let lawful_truth = determine_gates(program, lawful, cells, scratch);
    let said_lawful = scratch.outcomes.clone();
    let mattering_lawful = matters(scratch, lawful, Composition::Gates);
    let billing_truth = determine_gates(program, billing, cells, scratch);
    let said_billing = scratch.outcomes.clone();
    let mattering_billing = matters(scratch, billing, Composition::Gates);

    let valued = Valued {
        outcomes,
        exactness,
        lawful: permission(lawful_truth),
        billable: permission(billing_truth),
        said: [said_stack, said_lawful, said_billing],
        mattering: [mattering_stack, mattering_lawful, mattering_billing],
    };
    let proof = if whole { scratch.proof.clone() } else { Vec::new() };
    Judged { proof, ..conclude(question, valued, granted, &scratch.proof) }
}

/// Duties, headline and route; without the proof.
fn conclude(question: &Question<'_>, valued: Valued, granted: &Granted, proof: &[Truth]) -> Judged {
    let Valued { outcomes, exactness, lawful, billable, said, mattering } = valued;
    let duties = collect(question, proof, said.each_ref().map(Vec::as_slice), granted);
    let deciders = against(question, &question.stack, &said[0], proof);
    let failing: Vec<Kind> = deciders.iter().flat_map(|decider| decider.kinds(proof)).collect();
    let is_included = !deciders.is_empty() && deciders.iter().all(|decider| denies_as_included(&decider.policy.file));
    let parts = Parts {
        outcomes,
        lawful,
        billable,
        authorization: duties.authorization(),
        duty_not_held: duties.paper_not_held(),
        failing,
        member_may_claim: member_may_claim(question),
    };
    let row = row(&parts);
    Judged {
        outcomes,
        exactness,
        lawful,
        billable,
        authorization: parts.authorization,
        row,
        verdict: row.verdict(),
        coverage: coverage(row, outcomes),
        cell: route(question, row, &parts.failing, is_included, billable),
        duties,
        said,
        mattering,
        proof: Vec::new(),
    }
}

/// Whether a policy denies with the code for what another service's payment includes.
fn denies_as_included(policy: &PolicyFile) -> bool {
    let is_included =
        |duty: &Duty| matches!(&duty.kind, DutyKind::Denies(codes) if codes.iter().any(|code| code.value == INCLUDED));
    policy.duties.iter().any(is_included)
}

/// Adjustment reason (CARC): the payment for another service includes it.
const INCLUDED: &str = "97";

const fn permission(truth: Truth) -> Permission {
    match truth {
        MET => Permission::Yes,
        NOT_MET => Permission::No,
        _ => Permission::Open,
    }
}
