//! Which criteria decided, and which still can: the reasons that an answer gives, the weightiest first.

use std::collections::BTreeMap;

use policy::ast::{Criterion, Grade, Kind};
use policy::eval::Selection;
use policy::explain::visit_tests;
use policy::program::{Compiled, CriterionAt, MET, NOT_MET, OPEN, Outcome, OutcomeSet, SlotId, Truth};
use policy::show::head;

use super::deciding::{Decider, against, forbidding};
use super::judge::Judged;
use super::phrases;
use super::question::Question;
use super::verdict::RowOfTable;
use super::words;
use crate::answer::{Because, CriterionOutcome, Day, Permission, Unread};

/// Document and part: "LCD L39909, Covered indications".
pub(super) fn citation(policy: &Compiled, part: Option<&str>) -> String {
    let document = &policy.file.source.citation.value;
    // Some documents are cited with the part already.
    let part = part.filter(|part| !document.contains(part));
    part.map_or_else(|| document.clone(), |part| format!("{document}, {part}"))
}

/// All reasons for a verdict.
pub(super) fn because(question: &Question<'_>, judged: &Judged) -> Vec<Because> {
    let mut reasons = Reasons { question, proof: &judged.proof, list: Vec::new(), of_policy: BTreeMap::new() };
    if question.class().is_none() {
        // Which rules would be asked is not known yet.
        return reasons.list;
    }
    let [stack, lawful, billing] = &judged.said;
    if judged.lawful == Permission::No {
        reasons.deciders(&forbidding(question, &question.lawful, lawful, &judged.proof));
    }
    if matches!(judged.row, RowOfTable::NotBilled | RowOfTable::MemberClaims) {
        reasons.deciders(&forbidding(question, &question.billing, billing, &judged.proof));
    }
    let of_gates = |reasons: &mut Reasons<'_, '_>, surely_in_scope| {
        reasons.open_criteria(&question.lawful, &judged.mattering[1], surely_in_scope);
        if !surely_in_scope {
            reasons.open_criteria(&question.billing, &judged.mattering[2], false);
        }
    };
    match judged.row {
        // What else would hold is beside the point once the service may not be given so.
        RowOfTable::Unlawful => {}
        RowOfTable::NotCovered | RowOfTable::NotHere => {
            reasons.deciders(&against(question, &question.stack, stack, &judged.proof));
            // The patient may want it anyway: then it matters whether it may be given so.
            of_gates(&mut reasons, true);
        }
        _ => {
            let decided = reasons.list.len();
            reasons.stack(stack, &judged.mattering[0]);
            of_gates(&mut reasons, false);
            // Whoever reads five reasons reads what is open, then what an exception carries.
            reasons.list[decided..].sort_by_key(|because| because.outcome == CriterionOutcome::Met);
        }
    }
    reasons.list
}

/// The texts that were not read and stand in the way.
pub(super) fn unread(question: &Question<'_>, judged: &Judged) -> Vec<Unread> {
    let mut list = Vec::new();
    for (index, outcome) in question.stack.policies.iter().zip(&judged.said[0]) {
        if !outcome.has(Outcome::Unread) || !judged.outcomes.has(Outcome::Unread) {
            continue;
        }
        let file = &question.policy(*index).file;
        let heads = file.clauses.iter().map(|clause| &clause.head.value).chain([&file.otherwise.value]);
        let unread =
            heads.filter_map(|head| if let policy::ast::Head::Unread(why) = head { Some(&why.value) } else { None });
        for why in unread {
            let entry = Unread { document: file.source.citation.value.clone(), why: why.clone() };
            if !list.contains(&entry) {
                list.push(entry);
            }
        }
    }
    list
}

struct Reasons<'a, 'q> {
    question: &'a Question<'q>,
    proof: &'a [Truth],
    list: Vec<Because>,
    /// Where the reasons of each policy stand in the list: only among them may one be said again.
    of_policy: BTreeMap<String, Vec<usize>>,
}

impl Reasons<'_, '_> {
    fn deciders(&mut self, deciders: &[Decider<'_>]) {
        for decider in deciders {
            let of_head = decider.kind_of_head(self.proof);
            for criterion in &decider.criteria {
                let own = written(decider.policy, criterion).and_then(|written| written.kind.as_ref());
                let kind = own.map(|kind| kind.value).or(of_head).unwrap_or(criterion.kind);
                self.criterion(decider.policy, criterion, Some(kind));
            }
            if decider.criteria.is_empty() {
                self.policy_as_a_whole(decider.policy, of_head);
            }
        }
    }

    /// The policies of the ranks down to the first that surely speaks: what may be covered, and what stands against it.
    fn stack(&mut self, said: &[OutcomeSet], mattering: &[SlotId]) {
        for stretch in &self.question.stack.ranks {
            let range = stretch.policies.clone();
            let speaks = range.clone().any(|at| said[at] != Outcome::Silent.set());
            let surely = stretch.binds && range.clone().any(|at| !said[at].has(Outcome::Silent));
            for at in range.filter(|_| speaks) {
                self.speaking(self.question.stack.policies[at], said[at], mattering);
            }
            if surely {
                break;
            }
        }
    }

    fn speaking(&mut self, index: u32, said: OutcomeSet, mattering: &[SlotId]) {
        let policy = self.question.policy(index);
        if said == Outcome::Unread.set() {
            self.unread(policy);
        } else if said.is_decided() && !said.has(Outcome::Covered) {
            // A residual "no" beside a policy of the same rank that covers is no reason.
        } else {
            let open = |truth| truth == OPEN;
            let asked = |criterion: &&CriterionAt| asks(self.question, criterion.node, mattering);
            let top: Vec<&CriterionAt> = policy.criteria.iter().filter(|criterion| criterion.top).collect();
            let truth = |criterion: &CriterionAt| self.proof[criterion.node as usize];
            let first = top.iter().copied().filter(|criterion| open(truth(criterion)) && asked(criterion));
            let then = top.iter().copied().filter(|criterion| {
                said.has(Outcome::Covered)
                    && policy.clauses[usize::from(criterion.clause)].1 == Outcome::Covered
                    && truth(criterion) == MET
            });
            let mut chosen: Vec<&CriterionAt> = first.chain(then).collect();
            // That an exception carries a criterion is what a reader would not expect.
            chosen.sort_by_key(|criterion| {
                let holds = truth(criterion) == MET;
                (holds, holds && !phrases::is_excused(self.question, policy, criterion, self.proof))
            });
            for criterion in &chosen {
                self.criterion(policy, criterion, None);
            }
            if chosen.is_empty() && said.has(Outcome::Covered) {
                self.policy_as_a_whole(policy, None);
            }
        }
    }

    /// Open criteria of gates that can still change the verdict.
    fn open_criteria(&mut self, selection: &Selection, mattering: &[SlotId], surely_in_scope: bool) {
        for index in &selection.policies {
            let policy = self.question.policy(*index);
            let scope = self.proof[policy.scope as usize];
            if scope == NOT_MET || (surely_in_scope && scope != MET) {
                continue;
            }
            for criterion in policy.criteria.iter().filter(|criterion| criterion.top) {
                let open = self.proof[criterion.node as usize] == OPEN;
                if open && asks(self.question, criterion.node, mattering) {
                    self.criterion(policy, criterion, None);
                }
            }
        }
    }

    fn criterion(&mut self, policy: &Compiled, criterion: &CriterionAt, kind: Option<Kind>) {
        let written = written(policy, criterion);
        let outcome = match self.proof[criterion.node as usize] {
            MET => CriterionOutcome::Met,
            NOT_MET => CriterionOutcome::NotMet,
            _ => CriterionOutcome::Open,
        };
        let text = phrases::brief(self.question, policy, criterion, self.proof);
        let part = written.and_then(|written| written.citation.as_ref()).map(|part| part.value.as_str());
        let quote = written.and_then(|written| written.quote.as_ref()).map(|quote| quote.value.clone());
        let grade = written.and_then(|written| written.grade.as_ref()).map(|grade| grade.value);
        let (criterion, citation) = (criterion.label.clone(), citation(policy, part));
        self.push(Because { criterion, outcome, text, citation, quote, ..whole(policy, grade, kind) });
    }

    fn policy_as_a_whole(&mut self, policy: &Compiled, kind: Option<Kind>) {
        let holding = policy.clauses.iter().position(|(node, _)| self.proof[*node as usize] == MET);
        let says = holding.map_or(&policy.file.otherwise.value, |clause| &policy.file.clauses[clause].head.value);
        let text = format!("This text says: {}", head(says));
        self.push(Because { text, ..whole(policy, None, kind) });
    }

    fn unread(&mut self, policy: &Compiled) {
        let text = "This text was not read.".to_owned();
        self.push(Because { outcome: CriterionOutcome::Unread, text, ..whole(policy, None, None) });
    }

    fn push(&mut self, because: Because) {
        let own = self.of_policy.entry(because.policy.clone()).or_default();
        if own.iter().all(|at| self.list[*at] != because) {
            own.push(self.list.len());
            self.list.push(because);
        }
    }
}

/// A reason that rests on a policy as a whole, without its text.
fn whole(policy: &Compiled, grade: Option<Grade>, kind: Option<Kind>) -> Because {
    let file = &policy.file;
    Because {
        policy: file.id.value.clone(),
        title: file.title.value.clone(),
        criterion: String::new(),
        outcome: CriterionOutcome::Met,
        kind: kind.map(|kind| kind_word(kind).to_owned()),
        text: String::new(),
        citation: citation(policy, None),
        quote: None,
        url: file.source.url.as_ref().map(|url| url.value.clone()),
        grade: grade_word(grade.unwrap_or(file.source.grade.value)).to_owned(),
        read: file.source.read.map(|read| Day(read.value)),
        caveats: file.caveats.iter().map(|caveat| caveat.value.clone()).collect(),
        entered_by_practice: policy.entered_by_practice,
    }
}

/// The word of a kind as policies write it.
fn kind_word(kind: Kind) -> &'static str {
    let row = Kind::ALL.iter().find(|(other, _)| *other == kind);
    row.expect("INVARIANT: every kind is in the table").1
}

/// The word of a grade as policies write it.
pub(super) fn grade_word(grade: Grade) -> &'static str {
    let row = Grade::ALL.iter().find(|(other, _)| *other == grade);
    row.expect("INVARIANT: every grade is in the table").1
}

/// Whether an open condition tests one of these facts.
fn asks(question: &Question<'_>, node: u32, mattering: &[SlotId]) -> bool {
    let mut asks = false;
    visit_tests(question.program, node, &mut |slot| asks |= mattering.contains(&slot));
    asks
}

/// The criterion as it was written; `None` for the drug code that `for … with …` implies.
pub(super) fn written<'p>(policy: &'p Compiled, criterion: &CriterionAt) -> Option<&'p Criterion> {
    match criterion.position {
        Some(position) => policy.file.clauses[usize::from(criterion.clause)].criteria.get(usize::from(position)),
        None => words::criterion_named(&policy.file, &criterion.label),
    }
}
