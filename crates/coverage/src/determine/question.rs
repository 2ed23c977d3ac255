//! One line with everything that is needed to judge it, again and again with one fact or another changed.

use codes::{CodeSet, ProcedureCode};
use policy::bind::{Row, bind};
use policy::eval::{RankInStack, Selection};
use policy::inputs::{Inputs, Known};
use policy::program::{Compiled, PolicyIndex, Program};

use crate::case::{Case, Line};
use crate::derive::{Derived, derive};
use crate::reference::{Binds, Library, PayerClass, UsualCodes};

/// Rank of the gates that ask whether a service may be given so.
const GATE_LAWFUL: &str = "gate_lawful";
/// Rank of the gates that ask whether the practice may bill.
const GATE_BILLING: &str = "gate_billing";

/// One line to be judged.
pub(super) struct Question<'a> {
    pub(super) case: &'a Case,
    pub(super) index: usize,
    pub(super) line: &'a Line,
    pub(super) library: &'a dyn Library,
    pub(super) program: &'a Program,
    pub(super) inputs: Inputs,
    pub(super) usual_codes: Option<UsualCodes>,
    pub(super) row: Row,
    /// Policies of the stack.
    pub(super) stack: Selection,
    /// Gates that ask whether it may be done so.
    pub(super) lawful: Selection,
    /// Gates that ask whether the practice may bill.
    pub(super) billing: Selection,
    /// Ranks that may or may not bind, and the fact on which that hangs.
    pub(super) doubts: Vec<Doubt>,
}

/// A rank that may or may not bind this contract because a fact is not recorded.
pub(super) struct Doubt {
    pub(super) rank: u16,
    pub(super) fact: String,
}

impl<'a> Question<'a> {
    pub(super) fn new(case: &'a Case, index: usize, library: &'a dyn Library) -> Self {
        Self::with_inputs(case, index, library, derive(case, index, library))
    }

    /// With inputs that were changed after they were derived.
    pub(super) fn with_inputs(case: &'a Case, index: usize, library: &'a dyn Library, derived: Derived) -> Self {
        let Derived { inputs, usual_codes } = derived;
        let program = library.program();
        let line = &case.lines[index];
        let (ranks, doubts) = ranks_in_stack(case, &inputs, library);
        let gate = |id| library.rank(id).map(RankInStack::binding).into_iter().collect::<Vec<_>>();
        let possible = possible_codes(line, &inputs, library);
        let select = |ranks: &[RankInStack]| select(program, ranks, &inputs, possible.as_ref());
        Self {
            case,
            index,
            line,
            library,
            program,
            usual_codes,
            row: bind(program, library.dictionary(), &inputs),
            stack: select(&ranks),
            lawful: select(&gate(GATE_LAWFUL)),
            billing: select(&gate(GATE_BILLING)),
            doubts,
            inputs,
        }
    }

    /// Kind of coverage, if the case tells.
    pub(super) fn class(&self) -> Option<PayerClass> {
        self.case.coverage.class
    }

    /// The codes of the line, or those that were taken as usual.
    pub(super) fn codes(&self) -> Option<Vec<ProcedureCode>> {
        Some(self.inputs.billed.as_ref()?.iter().map(|billed| billed.code).collect())
    }

    pub(super) fn policy(&self, index: PolicyIndex) -> &'a Compiled {
        self.program.policy(index)
    }

    /// Whether a policy asks if a service may be given so, rather than if a plan pays for it.
    pub(super) fn is_about_law(&self, index: PolicyIndex) -> bool {
        self.library.rank(GATE_LAWFUL) == Some(self.policy(index).rank)
    }

    /// Whether the question is asked no later than the day of service.
    pub(super) fn is_before_service(&self) -> bool {
        self.case.as_of <= self.case.date
    }

    /// Whether the service lies in the future of the question: nobody can have recorded how it went.
    pub(super) fn is_to_come(&self) -> bool {
        self.case.as_of < self.case.date
    }

    /// Every policy that was looked at: the stack, then the gates.
    pub(super) fn selections(&self) -> [&Selection; 3] {
        [&self.stack, &self.lawful, &self.billing]
    }
}

/// The ranks that speak for this contract, from the strongest, and those of which it is not known.
fn ranks_in_stack(case: &Case, inputs: &Inputs, library: &dyn Library) -> (Vec<RankInStack>, Vec<Doubt>) {
    let (mut ranks, mut doubts) = (Vec::new(), Vec::new());
    let Some(class) = case.coverage.class else { return (ranks, doubts) };
    for entry in library.stack(class) {
        let fact = match &entry.binds {
            Binds::Always => None,
            Binds::Values { fact, .. } | Binds::Below { fact, .. } => Some(fact),
        };
        let binds = match (&entry.binds, fact.and_then(|fact| inputs.facts.get(fact))) {
            (Binds::Always, _) => Some(true),
            (Binds::Values { binds, .. }, Some(Known::Word(word))) if binds.contains(word) => Some(true),
            (Binds::Values { open, .. }, Some(Known::Word(word))) if !open.contains(word) => continue,
            // The law itself is not settled: no answer of the practice would help.
            (Binds::Values { .. }, Some(Known::Word(_))) => Some(false),
            (Binds::Below { limit, .. }, Some(Known::Number(number))) => {
                if number.at_scale(0).is_some_and(|number| number >= i64::from(*limit)) {
                    continue;
                }
                Some(true)
            }
            _ => None,
        };
        if let (None, Some(fact)) = (binds, fact) {
            doubts.push(Doubt { rank: entry.rank, fact: fact.clone() });
        }
        ranks.push(RankInStack { rank: entry.rank, binds: binds.unwrap_or(false) });
    }
    (ranks, doubts)
}

/// What the line may bill, where its codes are open but its treatment is known.
fn possible_codes(line: &Line, inputs: &Inputs, library: &dyn Library) -> Option<CodeSet> {
    if inputs.billed.is_some() {
        return None;
    }
    let treatment = library.treatment(line.treatment.as_deref()?).ok()?;
    (!treatment.codes.is_empty()).then_some(treatment.codes)
}

/// The policies of one rank that may speak about the line of a question.
pub(super) fn select_rank(question: &Question<'_>, rank: RankInStack) -> Selection {
    let possible = possible_codes(question.line, &question.inputs, question.library);
    select(question.program, &[rank], &question.inputs, possible.as_ref())
}

/// The policies of these ranks that may speak about the line.
fn select(program: &Program, ranks: &[RankInStack], inputs: &Inputs, possible: Option<&CodeSet>) -> Selection {
    let billed: Option<Vec<ProcedureCode>> =
        inputs.billed.as_ref().map(|billed| billed.iter().map(|billed| billed.code).collect());
    let all = Selection::new(program, ranks, inputs.service_date, billed.as_deref());
    let Some(possible) = possible else { return all };
    let may_speak = |index: PolicyIndex| {
        program
            .policy(index)
            .codes
            .is_none_or(|set| program.code_sets[set].on(inputs.service_date).any(|codes| codes.intersects(possible)))
    };
    let mut kept = Selection::default();
    for stretch in all.ranks {
        let start = kept.policies.len();
        kept.policies.extend(all.policies[stretch.policies].iter().copied().filter(|index| may_speak(*index)));
        if kept.policies.len() > start {
            kept.ranks.push(policy::eval::Stretch { policies: start..kept.policies.len(), binds: stretch.binds });
        }
    }
    kept
}
