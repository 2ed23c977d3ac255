//! From a case to the answer: policies in scope by rank, gates, duties, route, money, advice.

mod change;
mod checks;
mod deciding;
mod duties;
mod explain;
mod facts;
mod judge;
mod missing;
mod money;
mod near;
mod phrases;
mod question;
mod reasons;
mod route;
mod routing;
mod verdict;
mod wait;
mod warnings;
mod words;

use policy::eval::{Exactness, Scratch};
use policy::program::{NOT_MET, Outcome, SlotId, SlotKey};

pub use self::checks::flags;
use self::duties::Granted;
pub use self::explain::explain;
use self::judge::{Judged, glance, judge};
use self::question::Question;
use self::reasons::citation;
use crate::answer::{
    Answer, Assumed, DISCLAIMER, Day, Denial, Duty, DutyKind, FORMAT, LibraryStamp, LineAnswer, ModifierNeed, NoteText,
    PayerName, Route,
};
use crate::case::{Case, Note};
use crate::reference::{Library, PayerClass};

/// Most combinations of open facts were tried without an end: an answer may call open what is decided.
const NOTE_BUDGET: &str = "N001";
/// Rank of the booklets of plans, which a practice may enter.
const PLAN_DOCUMENT: &str = "plan_document";

/// Judges every line of a case.
///
/// `notes` are those of [`crate::case::decode`]; they go into the answer. The program of the library must hold at least
/// every policy that may concern the case.
#[must_use]
pub fn determine(case: &Case, notes: &[Note], library: &dyn Library) -> Answer {
    let mut notes: Vec<NoteText> = notes.iter().map(NoteText::from).collect();
    let mut scratch = Scratch::new(library.program());
    let lines = (0..case.lines.len())
        .map(|index| {
            let question = Question::new(case, index, library);
            let judged = judge(&question, &question.row.cells, &Granted::default(), &mut scratch);
            if judged.exactness == Some(Exactness::BudgetExhausted) {
                notes.push(NoteText {
                    code: NOTE_BUDGET.to_owned(),
                    text: format!(
                        "Line {}: too many combinations of open facts to try all; something may be called open that is decided.",
                        index + 1
                    ),
                });
            }
            answer_line(&question, &judged, &mut scratch)
        })
        .collect();
    notes.sort();
    notes.dedup();
    let payer = case.coverage.payer.as_deref().and_then(|id| library.payer(id).ok());
    Answer {
        format: FORMAT,
        library: LibraryStamp { version: library.version().to_owned(), sha256: library.sha256().to_owned() },
        as_of: Day(case.as_of),
        date: Day(case.date),
        payer: payer.map(|payer| PayerName { id: payer.id.to_owned(), name: payer.name.to_owned() }),
        lines,
        notes,
        disclaimer: DISCLAIMER.to_owned(),
    }
}

fn answer_line(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> LineAnswer {
    LineAnswer {
        line: question.index + 1,
        what: what(question),
        verdict: judged.verdict,
        coverage: judged.coverage,
        lawful_here: judged.lawful,
        billable_here: judged.billable,
        prior_authorization: judged.authorization,
        route: judged.cell.route,
        because: reasons::because(question, judged),
        missing: missing::missing(question, judged, scratch),
        assumed: assumed(question, judged, scratch),
        unread: reasons::unread(question, judged),
        near_misses: near::near_misses(question, judged),
        warnings: warnings::warnings(question, judged),
        duties: duties(judged),
        modifiers: modifiers(question, judged),
        denial: denial(question, judged),
        would_change: change::would_change(question, judged, scratch),
        money: money::money(question, judged),
        act: judged.cell.act.map(str::to_owned),
        steps: judged.cell.steps.iter().map(|step| (*step).to_owned()).collect(),
    }
}

/// What is done, in plain words: the treatment, else the codes.
fn what(question: &Question<'_>) -> String {
    let treatment = question.line.treatment.as_deref().and_then(|id| question.library.treatment(id).ok());
    if let Some(treatment) = treatment {
        return treatment.name.to_owned();
    }
    let codes: Vec<String> = question.codes().unwrap_or_default().iter().map(ToString::to_string).collect();
    codes.join(" with ")
}

/// What was taken for granted and bears on the answer: usual codes, and facts as the dictionary assumes them.
fn assumed(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> Vec<Assumed> {
    let mut list = Vec::new();
    if let Some(usual) = &question.usual_codes {
        let codes: Vec<String> = usual.codes.iter().map(ToString::to_string).collect();
        let says = if codes.is_empty() {
            format!("No billing code is taken for this, as is usual for {}; say so if there is one.", usual.indication)
        } else {
            format!(
                "It is taken to be billed with {}, as is usual for {}; say so if not.",
                codes.join(" and "),
                usual.indication
            )
        };
        list.push(Assumed { fact: "codes".to_owned(), value: codes.join(", "), says });
    }
    if rests_on_unseen_booklet(question, judged) {
        let says =
            "the patient's plan booklet, which comes before the payer's policy, is taken to say nothing against it";
        let (fact, value) = ("plan_document".to_owned(), "silent".to_owned());
        list.push(Assumed { fact, value, says: says.to_owned() });
    }
    let dictionary = question.library.dictionary();
    let named = assumptions_that_bear(question, judged, scratch).into_iter().filter_map(|slot| {
        let SlotKey::Named(fact) = question.program.slots[slot as usize].key else { return None };
        Some((fact, slot))
    });
    let mut named: Vec<_> = named.collect();
    // In the order of the dictionary: facts are numbered as the policies come, and which are compiled must not show.
    named.sort_unstable();
    for (fact, slot) in named {
        let fact = dictionary.fact(fact);
        if let Some(assumed) = &fact.assumed {
            let value = words::value(question, slot, question.row.cells[slot as usize].lo).unwrap_or_default();
            list.push(Assumed { fact: fact.name.clone(), value, says: assumed.says.clone() });
        }
    }
    list
}

/// Whether a private plan is said to cover although its booklet, which comes before the payer's policy, was not entered.
fn rests_on_unseen_booklet(question: &Question<'_>, judged: &Judged) -> bool {
    let has_booklet = matches!(question.class(), Some(PayerClass::Commercial | PayerClass::Fehb));
    let rank = question.library.rank(PLAN_DOCUMENT);
    let entered = question.stack.policies.iter().map(|index| question.policy(*index)).any(|policy| {
        Some(policy.rank) == rank && policy.entered_by_practice && judged.proof[policy.scope as usize] != NOT_MET
    });
    has_booklet && !entered && judged.outcomes.has(Outcome::Covered)
}

/// The assumed facts without which something would come out otherwise; all that were read, if only together they bear.
fn assumptions_that_bear(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> Vec<SlotId> {
    let read: Vec<SlotId> =
        question.row.assumed.iter().copied().filter(|slot| is_read(question, judged, *slot)).collect();
    let mut differs = |open: &[SlotId]| {
        let mut cells = question.row.cells.clone();
        for slot in open {
            cells[*slot as usize] = question.program.slots[*slot as usize].domain;
        }
        let other = glance(question, &cells, &Granted::default(), scratch);
        let parts = |judged: &Judged| (judged.outcomes, judged.lawful, judged.billable, judged.authorization);
        parts(&other) != parts(judged)
    };
    if !differs(&read) {
        return Vec::new();
    }
    let alone: Vec<SlotId> = read.iter().copied().filter(|slot| differs(&[*slot])).collect();
    if alone.is_empty() { read } else { alone }
}

/// Whether a policy that may be in scope tests a fact.
fn is_read(question: &Question<'_>, judged: &Judged, slot: SlotId) -> bool {
    question.selections().into_iter().flat_map(|selection| &selection.policies).any(|index| {
        let policy = question.policy(*index);
        let nodes = &question.program.nodes[policy.nodes.clone()];
        judged.proof[policy.scope as usize] != NOT_MET && nodes.iter().any(|node| node.slot() == Some(slot))
    })
}

/// Whether a claim may come of it: only then claim modifiers, filing days and papers for the plan matter.
fn may_be_claimed(judged: &Judged) -> bool {
    !matches!(judged.cell.route, Route::SelfPay | Route::Stop)
}

fn duties(judged: &Judged) -> Vec<Duty> {
    let matters = |duty: &&duties::Duty| may_be_claimed(judged) || duty.kind == DutyKind::Notice;
    let duties = judged.duties.list.iter().filter(matters).map(|duty| Duty {
        kind: duty.kind,
        what: duty.what.clone(),
        state: duty.state,
        due: duty.due.map(Day),
        citation: duty.citation.clone(),
    });
    duties.collect()
}

/// Modifiers of the rules and of the route, each with whether the claim has it.
fn modifiers(question: &Question<'_>, judged: &Judged) -> Vec<ModifierNeed> {
    let on_claim = |modifier: &str| {
        let codes = question.line.codes.iter().flatten();
        codes.flat_map(|code| code.modifiers.iter().flatten()).any(|found| found.as_str() == modifier)
    };
    let of_rules = judged
        .duties
        .modifiers
        .iter()
        .filter(|_| may_be_claimed(judged))
        .map(|needed| (needed.modifier.clone(), needed.why.clone()));
    let of_route = judged.cell.modifier.map(|modifier| (modifier.to_owned(), notice_modifier(modifier).to_owned()));
    of_rules
        .chain(of_route)
        .map(|(modifier, why)| ModifierNeed { on_claim: on_claim(&modifier), modifier, why })
        .collect()
}

/// What a modifier of the route tells Medicare, in our own words.
fn notice_modifier(modifier: &str) -> &'static str {
    match modifier {
        "GA" => "a signed ABN is on file",
        "GZ" => "a denial is expected and no ABN is on file",
        _ => "the route asks for it",
    }
}

/// The codes that a denial would carry, from the policies that deny.
fn denial(question: &Question<'_>, judged: &Judged) -> Option<Denial> {
    let [stack, _, billing] = &judged.said;
    let against = deciding::against(question, &question.stack, stack, &judged.proof);
    let forbidding = deciding::forbidding(question, &question.billing, billing, &judged.proof);
    let denies = if judged.outcomes.has(Outcome::Covered) { forbidding } else { against };
    let (mut carc, mut rarc) = (Vec::new(), Vec::new());
    for decider in &denies {
        for duty in &decider.policy.file.duties {
            let policy::ast::DutyKind::Denies(codes) = &duty.kind else { continue };
            for code in codes {
                // Remark codes start with M or N; adjustment reasons are numbers, or A, B, P, W, Y with a number.
                let list = if code.value.starts_with(['M', 'N']) { &mut rarc } else { &mut carc };
                if !list.contains(&code.value) {
                    list.push(code.value.clone());
                }
            }
        }
    }
    (!carc.is_empty() || !rarc.is_empty()).then_some(Denial { carc, rarc })
}
