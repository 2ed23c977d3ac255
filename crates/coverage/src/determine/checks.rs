//! Runs the checks for red flags: policies of the rank `check`, and the gates that ask for the licence.

use policy::eval::{RankInStack, Scratch, determine_gates};
use policy::program::{Compiled, SlotKey, Truth};

use super::deciding::{Decider, forbidding};
use super::phrases;
use super::question::{Question, select_rank};
use super::reasons::{citation, grade_word};
use crate::checks::{Book, Flag, LICENCE, PREFIX, Terms, facts_of_line};
use crate::derive::derive;
use crate::reference::Library;

/// Rank of the checks.
const CHECK: &str = "check";
/// The fact that a gate about licences asks for.
const CLINICIAN_LICENSE: &str = "clinician_license";

/// The red flags of one case of a book, line by line. The program of the library holds the checks and the gates of the case.
#[must_use]
pub fn flags(book: &Book<'_>, at: usize, terms: &Terms, library: &dyn Library) -> Vec<Flag> {
    let case = book.cases()[at];
    let mut scratch = Scratch::new(library.program());
    let mut flags = Vec::new();
    for line in 0..case.lines.len() {
        let mut derived = derive(case, line, library);
        facts_of_line(case, line, library, terms, &mut derived.inputs);
        book.facts_of(at, line, &mut derived.inputs);
        let question = Question::with_inputs(case, line, library, derived);
        let mut found = Found { question: &question, case: at, line, flags: &mut flags };
        found.checks(&mut scratch);
        found.licence(&mut scratch);
    }
    flags
}

struct Found<'f, 'q> {
    question: &'f Question<'q>,
    case: usize,
    line: usize,
    flags: &'f mut Vec<Flag>,
}

impl Found<'_, '_> {
    fn checks(&mut self, scratch: &mut Scratch) {
        let Some(rank) = self.question.library.rank(CHECK) else { return };
        let selection = select_rank(self.question, RankInStack::binding(rank));
        determine_gates(self.question.program, &selection, &self.question.row.cells[..], scratch);
        let said = scratch.outcomes.clone();
        for decider in forbidding(self.question, &selection, &said, &scratch.proof) {
            let check = decider.policy.file.id.value.trim_start_matches(PREFIX).to_owned();
            let title = format!("{}.", decider.policy.file.title.value);
            self.add(check, title, &decider, &scratch.proof);
        }
    }

    /// Gates that forbid because of the licence.
    fn licence(&mut self, scratch: &mut Scratch) {
        determine_gates(self.question.program, &self.question.lawful, &self.question.row.cells[..], scratch);
        let said = scratch.outcomes.clone();
        for decider in forbidding(self.question, &self.question.lawful, &said, &scratch.proof) {
            if self.asks_for_licence(&decider) {
                let title = format!("Injector not licensed for the act: {}.", decider.policy.file.title.value);
                self.add(LICENCE.to_owned(), title, &decider, &scratch.proof);
            }
        }
    }

    /// Whether the licence decided: in the scope of a gate that always forbids, or in a criterion that fails.
    fn asks_for_licence(&self, decider: &Decider<'_>) -> bool {
        let reads = |policy: &Compiled, from: Option<u32>| {
            let mut reads = false;
            let mut look = |slot: u32| {
                if let SlotKey::Named(fact) = self.question.program.slots[slot as usize].key {
                    reads |= self.question.library.dictionary().fact(fact).name == CLINICIAN_LICENSE;
                }
            };
            policy::explain::visit_tests(self.question.program, from.unwrap_or(policy.scope), &mut look);
            reads
        };
        match &decider.criteria[..] {
            [] => reads(decider.policy, None),
            criteria => criteria.iter().any(|criterion| reads(decider.policy, Some(criterion.node))),
        }
    }

    fn add(&mut self, check: String, title: String, decider: &Decider<'_>, proof: &[Truth]) {
        let file = &decider.policy.file;
        let found = decider
            .criteria
            .iter()
            .map(|criterion| phrases::brief(self.question, decider.policy, criterion, proof))
            .collect();
        self.flags.push(Flag {
            case: self.case,
            line: self.line,
            check,
            title,
            found,
            citation: citation(decider.policy, None),
            url: file.source.url.as_ref().map(|url| url.value.clone()),
            grade: grade_word(file.source.grade.value),
            caveats: file.caveats.iter().map(|caveat| caveat.value.clone()).collect(),
        });
    }
}
