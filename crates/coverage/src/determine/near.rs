//! Near misses: policies about these codes or this treatment that do not apply, where none does.

use policy::ast::{Head, value_key};
use policy::bind::bind;
use policy::eval::{Scratch, Selection, evaluate};
use policy::explain::visit_tests;
use policy::program::{Cell, Compiled, NOT_MET, Node, Outcome, Program, SlotId, Truth};

use super::judge::Judged;
use super::question::Question;
use super::words;
use crate::answer::NearMiss;
use crate::reference::Library;

/// Most near misses in one answer.
const NEAR_MISSES_MAX: usize = 5;

/// Policies that would speak about the line if one thing were different, where none speaks.
pub(super) fn near_misses(question: &Question<'_>, judged: &Judged) -> Vec<NearMiss> {
    let silent = Outcome::Silent.set();
    let (Some(class), true) = (question.class(), judged.outcomes == silent) else { return Vec::new() };
    let billed = question.codes().unwrap_or_default();
    let ranks: Vec<u16> = question.library.stack(class).iter().map(|entry| entry.rank).collect();
    let all = question.library.about(&billed, question.line.treatment.as_deref(), &ranks);
    let program: &Program = all.as_deref().unwrap_or(question.program);
    let date = question.case.date;
    let of_codes = |policy: &Compiled| {
        policy.codes.is_some_and(|set| billed.iter().any(|code| program.code_sets[set].contains(*code, date)))
    };
    // What a pharmacy gives out has no procedure code: it is known by the treatment alone. Every payer has policies about such a
    // treatment, so only one counts that would apply on another day.
    let of_treatment = |policy: &Compiled| {
        let named = &policy.file.applies.items.treatments;
        let treatment = question.line.treatment.as_deref().map(value_key);
        treatment.is_some_and(|treatment| named.iter().any(|name| value_key(&name.value) == treatment))
    };
    let about = |policy: &Compiled| {
        ranks.contains(&policy.rank) && decides(policy) && (of_codes(policy) || of_treatment(policy))
    };
    let indexes = (0_u32..).zip(&program.policies).filter(|(_, policy)| about(policy)).map(|(index, _)| index);
    let selection = Selection { policies: indexes.collect(), ranks: Vec::new() };
    let row = bind(program, question.library.dictionary(), &question.inputs);
    let mut scratch = Scratch::new(program);
    let mut said = Vec::new();
    evaluate(program, &selection, &row.cells[..], &mut scratch.proof, &mut said);
    let on_another_day = |policy: &Compiled| scratch.proof[policy.scope as usize] != NOT_MET;
    let policies = selection.policies.iter().map(|index| program.policy(*index));
    let mut found: Vec<(usize, NearMiss)> = policies
        .filter(|policy| of_codes(policy) || on_another_day(policy))
        .filter_map(|policy| why(question, program, policy, &scratch.proof, &row.cells))
        .collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.policy.cmp(&other.policy)));
    found.into_iter().take(NEAR_MISSES_MAX).map(|(_, miss)| miss).collect()
}

/// Whether a policy ever says yes or no; one that only asks for a modifier would not help.
fn decides(policy: &Compiled) -> bool {
    let heads = policy.file.clauses.iter().map(|clause| &clause.head.value).chain([&policy.file.otherwise.value]);
    heads.into_iter().any(|head| !matches!(head, Head::Silent | Head::Unread(_)))
}

/// Why a policy does not apply, and by how many conditions.
fn why(
    question: &Question<'_>,
    program: &Program,
    policy: &Compiled,
    proof: &[Truth],
    cells: &[Cell],
) -> Option<(usize, NearMiss)> {
    let date = question.case.date;
    let mut reasons = Vec::new();
    if let Some(from) = policy.from.filter(|from| date < *from) {
        reasons.push(format!("it begins on {from}"));
    }
    if let Some(until) = policy.until.filter(|until| *until <= date) {
        reasons.push(format!("it ended before {until}"));
    }
    for (term, node) in terms(program, policy) {
        if proof[node] == NOT_MET {
            let wants = words::phrase(question.library, term);
            reasons.push(match recorded(question.library, program, node, cells) {
                Some(here) => format!("it asks for {wants}, and here it is {here}"),
                None => format!("it asks for {wants}"),
            });
        }
    }
    let file = &policy.file;
    (!reasons.is_empty()).then(|| {
        let miss = NearMiss { policy: file.id.value.clone(), title: file.title.value.clone(), why: reasons.join("; ") };
        (reasons.len(), miss)
    })
}

/// The terms of a scope with their nodes; none if the scope was laid out otherwise.
fn terms<'p>(program: &Program, policy: &'p Compiled) -> Vec<(&'p policy::ast::Expr, usize)> {
    let scope = policy.scope as usize;
    let written = &policy.file.scope;
    let services = usize::from(!policy.file.applies.any);
    match program.nodes[scope] {
        Node::All { .. } => {
            let children: Vec<usize> = program.nodes[scope].children().collect();
            if children.len() == written.len() + services {
                written.iter().zip(children.into_iter().skip(services)).collect()
            } else {
                Vec::new()
            }
        }
        _ if written.len() == 1 && services == 0 => vec![(&written[0], scope)],
        _ => Vec::new(),
    }
}

/// What the case says about the only fact that a term tests.
fn recorded(library: &dyn Library, program: &Program, node: usize, cells: &[Cell]) -> Option<String> {
    let mut slots: Vec<SlotId> = Vec::new();
    visit_tests(program, u32::try_from(node).ok()?, &mut |slot| {
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    });
    let [slot] = slots[..] else { return None };
    let cell = cells[slot as usize];
    (!cell.is_open()).then(|| words::value_in(library, program, slot, cell.lo)).flatten()
}
