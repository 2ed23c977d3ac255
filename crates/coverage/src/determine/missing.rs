//! Open facts that can still change the verdict: what to ask, whom, and what each answer would bring.

use policy::dictionary::FactType;
use policy::eval::{Scratch, Selection};
use policy::explain::{visit_open, visit_tests};
use policy::program::{Cell, Compiled, MET, NOT_MET, OPEN, SlotId, SlotKey, Truth};
use policy::suppose::{Tests, kinds};

use super::duties::Granted;
use super::facts::{FactWords, advisable, document, named, of_slot};
use super::judge::{Judged, verdict, verdict_if};
use super::question::Question;
use super::reasons::{citation, written};
use super::verdict::RowOfTable;
use super::words;
use crate::answer::{AnswerOutcome, DutyKind, DutyState, Missing, MoveWord, Verdict};

/// Most values of a fact that are tried out.
const VALUES_TRIED_MAX: i64 = 24;

/// One open fact on the way to the list.
struct Candidate {
    words: FactWords,
    citation: Option<String>,
    /// Its numbers in the program; several tests may ask one question.
    slots: Vec<SlotId>,
    /// A document or notice that is a duty.
    paper: Option<String>,
    /// Whether some answer would settle the verdict.
    settles: bool,
}

/// The open facts that can still change the verdict, the most decisive first.
pub(super) fn missing(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> Vec<Missing> {
    let mut candidates = candidates(question, judged, scratch);
    if candidates.is_empty() {
        return Vec::new();
    }
    let tests = [&question.stack, &question.lawful, &question.billing].map(|part| Tests::new(question.program, part));
    for candidate in &mut candidates {
        candidate.settles = candidate.slots.iter().any(|slot| settles(question, judged, (*slot, &tests), scratch));
    }
    // A stable sort: among equals the order of the policies, strongest rank first.
    candidates.sort_by_key(|candidate| !candidate.settles);
    candidates
        .into_iter()
        .map(|candidate| Missing {
            outcomes: outcomes(question, judged, &candidate, &tests, scratch),
            label: candidate.words.label,
            fact: candidate.words.name,
            question: candidate.words.question,
            who: candidate.words.who,
            key: candidate.words.key,
            citation: candidate.citation,
        })
        .collect()
}

fn candidates(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> Vec<Candidate> {
    let mut list = List { question, judged, found: Vec::new() };
    if question.class().is_none() {
        list.named("payer");
        return list.found;
    }
    let [stack, lawful, billing] = &judged.mattering;
    match judged.row {
        RowOfTable::Unlawful | RowOfTable::Covered => {}
        // The patient may want it anyway: then it matters whether it may be given so.
        RowOfTable::NotHere | RowOfTable::NotCovered => list.slots_surely_asked(lawful, &question.lawful),
        RowOfTable::Unknown => list.slots(stack, &question.stack),
        RowOfTable::MemberClaims | RowOfTable::NotBilled => {
            list.slots(stack, &question.stack);
            list.slots(lawful, &question.lawful);
        }
        RowOfTable::AskFirst | RowOfTable::Conditional => {
            list.slots(stack, &question.stack);
            list.slots(lawful, &question.lawful);
            list.slots(billing, &question.billing);
            list.duties();
        }
    }
    let settled = matches!(judged.row, RowOfTable::Unlawful | RowOfTable::NotHere);
    for doubt in question.doubts.iter().filter(|_| !settled) {
        if binding_matters(question, doubt.rank, scratch) {
            list.named(&doubt.fact);
        }
    }
    let benefits_open = question.case.coverage.benefits.out_of_network_benefits.is_none();
    if judged.row == RowOfTable::NotBilled && judged.cell.route == crate::answer::Route::Ask && benefits_open {
        list.named("out_of_network_benefits");
    }
    list.found
}

struct List<'a, 'q> {
    question: &'a Question<'q>,
    judged: &'a Judged,
    found: Vec<Candidate>,
}

impl List<'_, '_> {
    fn add(&mut self, words: FactWords, citation: Option<String>, slot: Option<SlotId>, paper: Option<String>) {
        match self
            .found
            .iter_mut()
            .find(|candidate| candidate.words.name == words.name && candidate.words.question == words.question)
        {
            Some(candidate) => candidate.slots.extend(slot),
            None => {
                self.found.push(Candidate { words, citation, slots: slot.into_iter().collect(), paper, settles: false })
            }
        }
    }

    fn named(&mut self, fact: &str) {
        let words = named(self.question.library.dictionary(), fact);
        self.add(words, None, None, None);
    }

    /// Facts in the order in which the policies ask for them.
    fn slots(&mut self, mattering: &[SlotId], selection: &Selection) {
        self.asked_by(mattering, selection, |_| true);
    }

    /// The same, by policies that surely apply.
    fn slots_surely_asked(&mut self, mattering: &[SlotId], selection: &Selection) {
        self.asked_by(mattering, selection, |scope| scope == MET);
    }

    fn asked_by(&mut self, mattering: &[SlotId], selection: &Selection, with_scope: impl Fn(Truth) -> bool) {
        for index in &selection.policies {
            let policy = self.question.policy(*index);
            if !with_scope(self.judged.proof[policy.scope as usize]) {
                continue;
            }
            for slot in asked_by(self.question, self.judged, policy, mattering) {
                let words = of_slot(self.question, slot);
                self.add(words, Some(asks_where(self.question, policy, slot)), Some(slot), None);
            }
        }
    }

    /// Open conditions of duties, and papers of which nothing is recorded.
    fn duties(&mut self) {
        for duty in self.judged.duties.list.iter().filter(|duty| duty.state != DutyState::Later) {
            if let Some(condition) = duty.open_condition {
                let mut open = Vec::new();
                visit_open(self.question.program, &self.judged.proof, condition, &mut |slot| open.push(slot));
                for slot in open {
                    self.add(of_slot(self.question, slot), Some(duty.citation.clone()), Some(slot), None);
                }
            }
            if duty.state == DutyState::Open && duty.open_condition.is_none() && duty.kind == DutyKind::Document {
                let name = duty.name.clone().unwrap_or_default();
                let words = document(self.question.library.dictionary(), &name);
                self.add(words, Some(duty.citation.clone()), None, Some(name));
            }
        }
    }
}

/// The mattering facts that a policy tests and has open.
fn asked_by(question: &Question<'_>, judged: &Judged, policy: &Compiled, mattering: &[SlotId]) -> Vec<SlotId> {
    let mut slots = Vec::new();
    if judged.proof[policy.scope as usize] == NOT_MET {
        return slots;
    }
    let roots = std::iter::once(policy.scope).chain(policy.clauses.iter().map(|(node, _)| *node));
    for root in roots.filter(|root| judged.proof[*root as usize] == OPEN) {
        visit_open(question.program, &judged.proof, root, &mut |slot| {
            if mattering.contains(&slot) && !slots.contains(&slot) {
                slots.push(slot);
            }
        });
    }
    let asked = slots.clone();
    slots.retain(|slot| !is_asked_otherwise(question, policy, *slot, &asked));
    slots
}

/// Whether a slot stands for "was not seen" in a criterion that asks for a fact as well: until that is known, it says nothing more.
fn is_asked_otherwise(question: &Question<'_>, policy: &Compiled, slot: SlotId, asked: &[SlotId]) -> bool {
    let unseen = |slot: SlotId| matches!(question.program.slots[slot as usize].key, SlotKey::Unseen { .. });
    let tests = |node: u32| {
        let mut tested = Vec::new();
        visit_tests(question.program, node, &mut |slot| tested.push(slot));
        tested
    };
    let of_criterion = |tested: Vec<SlotId>| {
        tested.contains(&slot) && tested.iter().any(|other| !unseen(*other) && asked.contains(other))
    };
    unseen(slot) && policy.criteria.iter().any(|criterion| criterion.top && of_criterion(tests(criterion.node)))
}

/// Where the rule that asks for a fact stands.
fn asks_where(question: &Question<'_>, policy: &Compiled, slot: SlotId) -> String {
    let tests = |node: u32| {
        let mut tests = false;
        visit_tests(question.program, node, &mut |tested| tests |= tested == slot);
        tests
    };
    let criterion = policy.criteria.iter().find(|criterion| criterion.top && tests(criterion.node));
    let part = criterion.and_then(|criterion| written(policy, criterion)?.citation.as_ref());
    citation(policy, part.map(|part| part.value.as_str()))
}

/// Whether it makes a difference that a rank binds.
fn binding_matters(question: &Question<'_>, rank: u16, scratch: &mut Scratch) -> bool {
    let first = question.stack.ranks.iter().position(|stretch| {
        let policy = question.stack.policies[stretch.policies.start];
        question.policy(policy).rank == rank
    });
    let Some(at) = first else { return false };
    let mut outcomes = [true, false].map(|binds| {
        let mut stack = question.stack.clone();
        if binds {
            stack.ranks[at].binds = true;
        } else {
            stack.ranks.remove(at);
        }
        policy::eval::possible(question.program, &stack, &question.row.cells[..], scratch)
    });
    outcomes.sort_unstable();
    outcomes[0] != outcomes[1]
}

/// The values of a fact that are worth trying: all of a few, else both ends of what it can be.
fn values_to_try(question: &Question<'_>, slot: SlotId) -> Vec<i64> {
    let now = question.row.cells[slot as usize];
    if now.hi.saturating_sub(now.lo) < VALUES_TRIED_MAX {
        return (now.lo..=now.hi).collect();
    }
    vec![now.lo, now.hi]
}

/// Whether some answer would settle the verdict.
fn settles(
    question: &Question<'_>,
    judged: &Judged,
    (slot, tests): (SlotId, &[Tests; 3]),
    scratch: &mut Scratch,
) -> bool {
    if matches!(question.program.slots[slot as usize].key, SlotKey::Unseen { .. }) {
        return false;
    }
    let mut cells = question.row.cells.clone();
    let mut values = values_to_try(question, slot);
    if values.len() > 2 {
        values = kinds(question.program, tests, slot, values);
    }
    values.into_iter().any(|value| {
        cells[slot as usize] = Cell::known(value);
        let verdict = verdict_if(question, judged, (slot, tests), &cells, scratch);
        verdict != judged.verdict && !matches!(verdict, Verdict::CoveredIf | Verdict::Unknown)
    })
}

/// What each answer would bring; `None` for facts that advice must not touch.
fn outcomes(
    question: &Question<'_>,
    judged: &Judged,
    candidate: &Candidate,
    tests: &[Tests; 3],
    scratch: &mut Scratch,
) -> Option<Vec<AnswerOutcome>> {
    match advisable(question, candidate.words.movable)? {
        MoveWord::Record | MoveWord::Choose => {}
        MoveWord::Wait => return None,
    }
    if let Some(paper) = &candidate.paper {
        let granted = Granted { papers: vec![paper.clone()], ..Granted::default() };
        let with = verdict(question, &question.row.cells, &granted, scratch);
        return Some(vec![AnswerOutcome { answer: "yes".to_owned(), verdict: with }]);
    }
    let [slot] = candidate.slots[..] else { return None };
    let is_closed = match &question.program.slots[slot as usize].key {
        SlotKey::Document { .. } => true,
        SlotKey::Named(fact) => {
            let fact = question.library.dictionary().fact(*fact);
            matches!(fact.fact_type, FactType::YesNo | FactType::Choice { .. })
        }
        _ => false,
    };
    if !is_closed {
        return None;
    }
    let now = question.row.cells[slot as usize];
    let mut cells = question.row.cells.clone();
    let mut list = Vec::new();
    for value in (now.lo..=now.hi).rev().take(usize::try_from(VALUES_TRIED_MAX).unwrap_or(usize::MAX)) {
        cells[slot as usize] = Cell::known(value);
        if let Some(answer) = words::value(question, slot, value) {
            list.push(AnswerOutcome { answer, verdict: verdict_if(question, judged, (slot, tests), &cells, scratch) });
        }
    }
    Some(list)
}
