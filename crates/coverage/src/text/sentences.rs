//! The sentences of the three opening lines.

use super::page::COLUMNS;
use crate::answer::{
    Answer, Coverage, DutyKind, DutyState, FactChange, LineAnswer, Missing, Money, MoveWord, Permission, Route,
    Verdict, WhoWord,
};

/// Most points that the first line names.
const NAMED_MAX: usize = 2;

/// Who was asked to pay, in a sentence.
fn payer(answer: &Answer) -> &str {
    answer.payer.as_ref().map_or("the insurance", |payer| &payer.name)
}

/// The payer that stands for no insurance at all, in the library.
const NO_INSURANCE: &str = "none";

/// Whether the patient uses no insurance for this: then there is nobody of whom to speak.
fn uses_none(answer: &Answer) -> bool {
    answer.payer.as_ref().is_some_and(|payer| payer.id == NO_INSURANCE)
}

/// The verdict in one plain sentence that names the payer.
pub(super) fn verdict(answer: &Answer, line: &LineAnswer) -> String {
    let (payer, what) = (payer(answer), &line.what);
    sentence(&match line.verdict {
        Verdict::NotCovered if uses_none(answer) => format!("no insurance is used: the patient pays for {what}."),
        Verdict::NotBillableHere if uses_none(answer) && line.lawful_here == Permission::No => {
            format!("{what} must not be done as planned.")
        }
        Verdict::Covered => {
            first_that_fits([Some(format!("{payer} covers {what}.")), Some(format!("{payer} covers this."))])
        }
        Verdict::CoveredIf => {
            let points = points(line);
            let count = match points.len() {
                1 => "one point below is".to_owned(),
                count => format!("{count} points below are"),
            };
            let named = points.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(" and ");
            let more = match points.len().saturating_sub(NAMED_MAX) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            first_that_fits([
                (!points.is_empty()).then(|| format!("{payer} covers {what} if this is settled: {named}{more}.")),
                (points.len() == 1).then(|| format!("{payer} covers this if this is settled: {named}.")),
                (!points.is_empty()).then(|| format!("{payer} covers {what} if {count} settled.")),
                (!points.is_empty()).then(|| format!("{payer} covers this if {count} settled.")),
                Some(format!("{payer} covers this if what is open below is settled.")),
            ])
        }
        Verdict::PriorAuthorization => first_that_fits([
            Some(format!("{payer} must approve {what} first (prior authorization).")),
            Some(format!("{payer} must approve this first (prior authorization).")),
            Some(format!("{payer} must approve this first.")),
        ]),
        Verdict::PatientClaim => first_that_fits([
            Some(format!("the practice does not bill {payer} for {what}; the patient may claim.")),
            Some(format!("the practice does not bill {payer} for this; the patient may claim.")),
            Some(format!("{payer} is not billed for this; the patient may claim.")),
        ]),
        Verdict::NotCovered => match reason(line) {
            Some(why) => first_that_fits([
                Some(format!("{payer} does not cover {what}: {why}.")),
                Some(format!("{payer} does not cover this: {why}.")),
            ]),
            None => first_that_fits([
                Some(format!("{payer} does not cover {what}.")),
                Some(format!("{payer} does not cover this.")),
            ]),
        },
        Verdict::NotBillableHere if line.lawful_here == Permission::No => first_that_fits([
            Some(format!("{what} must not be done as planned; {payer} cannot be billed.")),
            Some(format!("it must not be done as planned; {payer} cannot be billed.")),
        ]),
        Verdict::NotBillableHere if line.billable_here == Permission::No => first_that_fits([
            Some(format!("this practice may not bill {payer} for {what}.")),
            Some(format!("this practice may not bill {payer} for this.")),
        ]),
        Verdict::NotBillableHere => first_that_fits([
            Some(format!("{payer} does not cover {what} in this place or by this person.")),
            Some(format!("{payer} does not cover this in this place or by this person.")),
        ]),
        Verdict::Unknown if answer.payer.is_none() => {
            format!("it is not known whether {what} is covered: no insurance is recorded.")
        }
        Verdict::Unknown => first_that_fits([
            Some(format!("it is not known whether {payer} covers {what}.")),
            Some(format!("it is not known whether {payer} covers this.")),
        ]),
    })
}

/// The first sentence that fits its line; the last one if none does.
fn first_that_fits<const N: usize>(sentences: [Option<String>; N]) -> String {
    let mut said: Vec<String> = sentences.into_iter().flatten().collect();
    let fitting = said.iter().position(|text| text.chars().count() <= COLUMNS);
    said.swap_remove(fitting.unwrap_or(said.len() - 1))
}

/// Why it is not covered, in a few words.
fn reason(line: &LineAnswer) -> Option<&'static str> {
    Some(match line.because.first()?.kind.as_deref()? {
        "necessity" => "a condition is not met",
        "cosmetic" => "it is for looks",
        "excluded" => "it is not a benefit",
        "experimental" => "it counts as experimental",
        "frequency" => "it is too soon or too often",
        "quantity" => "it is too much at once",
        "documentation" => "the record lacks something",
        "coding" => "the code is wrong or not paid apart",
        "age" => "the plan sets an age limit",
        "site" => "not in this place",
        "clinician" => "not by this person",
        "network" => "the practice is out of network",
        "enrollment" => "the practice is not enrolled",
        "sanction" => "somebody is excluded from the program",
        "step-therapy" => "another treatment comes first",
        _ => return None,
    })
}

/// The points that are still open or not done.
fn points(line: &LineAnswer) -> Vec<String> {
    let missing = line.missing.iter().map(|missing| missing.label.clone());
    let unmet = line.duties.iter().filter(|duty| {
        duty.state == DutyState::Unmet && !matches!(duty.kind, DutyKind::Deadline | DutyKind::Authorization)
    });
    let mut points: Vec<String> = Vec::new();
    for point in missing.chain(unmet.map(|duty| duty.what.clone())) {
        if !points.contains(&point) {
            points.push(point);
        }
    }
    points
}

/// What stands before the act on the second line.
pub(super) const ACT_OPENING: &str = "What to do now: ";

/// One act for one person, on one line.
pub(super) fn act(answer: &Answer, line: &LineAnswer) -> String {
    let payer = payer(answer);
    let of_route = || line.act.clone();
    let found = match line.verdict {
        Verdict::Covered if line.route == Route::Claim => Some(claim(line)),
        Verdict::Covered => of_route(),
        Verdict::PriorAuthorization => [
            of_route(),
            Some(format!("biller, ask {payer} for prior authorization first.")),
            Some("biller, ask the plan for prior authorization first.".to_owned()),
        ]
        .into_iter()
        .flatten()
        .find(|act| fits(act)),
        Verdict::CoveredIf | Verdict::Unknown => question(line).or_else(|| change(line)).or_else(of_route),
        Verdict::NotCovered => waiting(line).or_else(of_route).or_else(|| change(line)),
        Verdict::PatientClaim | Verdict::NotBillableHere => of_route().or_else(|| change(line)),
    };
    found.filter(|act| fits(act)).unwrap_or_else(|| last_resort(payer, line))
}

fn fits(act: &str) -> bool {
    ACT_OPENING.len() + act.chars().count() <= COLUMNS
}

/// The claim, and by when.
fn claim(line: &LineAnswer) -> String {
    let by = line.duties.iter().find(|duty| duty.kind == DutyKind::Deadline).and_then(|duty| duty.due);
    match by {
        Some(day) => format!("biller, send the claim after the service, by {day}."),
        None => "biller, send the claim after the service.".to_owned(),
    }
}

/// The first change that would bring a better verdict, for the person who can make it.
fn change(line: &LineAnswer) -> Option<String> {
    let FactChange { says, movement, .. } = line.would_change.first()?.changes.first()?;
    match movement {
        MoveWord::Record => Some(format!("clinician, {}", lower_first(says))).filter(|act| fits(act)),
        MoveWord::Choose => Some(format!("practice, {}", lower_first(says))).filter(|act| fits(act)),
        MoveWord::Wait => waiting(line),
    }
}

/// A later day that would bring a better verdict.
fn waiting(line: &LineAnswer) -> Option<String> {
    let alone = line.would_change.iter().filter_map(|change| match &change.changes[..] {
        [only] if only.movement == MoveWord::Wait => Some(&only.to),
        _ => None,
    });
    alone.map(|day| format!("front desk, move the visit to {day} or later.")).next()
}

/// The most decisive open question. It is put to the person; whoever it is, the answer must be true, so no hint is given.
fn question(line: &LineAnswer) -> Option<String> {
    let missing = line.missing.first()?;
    let (person, asked) = match missing.who {
        WhoWord::Payer => ("front desk", format!("front desk, {}", lower_first(&missing.question))),
        who => (person(who), format!("{}, answer this: {}", person(who), missing.question)),
    };
    // Only what advice may touch is named; a bare "find out: the diagnosis" would sound like a hint.
    let named = missing.outcomes.is_some().then(|| format!("{person}, find out: {}.", missing.label));
    let below = match missing.who {
        WhoWord::Payer => format!("{person}, ask the plan what is listed first below."),
        _ => format!("{person}, answer the first question below."),
    };
    [Some(asked), named, Some(below)].into_iter().flatten().find(|act| fits(act))
}

fn last_resort(payer: &str, line: &LineAnswer) -> String {
    match line.verdict {
        Verdict::NotBillableHere if line.lawful_here == Permission::No => {
            "practice, do not give the service as planned.".to_owned()
        }
        Verdict::CoveredIf => {
            let unmet = line.duties.iter().find(|duty| duty.state == DutyState::Unmet);
            let named = unmet.map(|duty| format!("clinician, before the service see to: {}.", duty.what));
            named.filter(|act| fits(act)).unwrap_or_else(|| "clinician, see to what is listed below.".to_owned())
        }
        _ if line.coverage == Coverage::NotCovered => "front desk, give the patient the price in writing.".to_owned(),
        _ => Some(format!("front desk, call {payer} and note who said what."))
            .filter(|act| fits(act))
            .unwrap_or_else(|| "front desk, call the plan and note who said what.".to_owned()),
    }
}

/// An open question, and who can tell.
pub(super) fn asked(missing: &Missing) -> String {
    // "Ask the plan …" says already whom.
    if missing.who == WhoWord::Payer && missing.question.starts_with("Ask the plan ") {
        return missing.question.clone();
    }
    format!("{} ({})", missing.question, person(missing.who))
}

/// What the patient pays.
pub(super) fn money(money: &Money) -> String {
    let low = money.patient_low.0;
    match money.patient_high.map(|high| high.0) {
        Some(high) if high == low && high.0 == 0 => "nothing.".to_owned(),
        Some(high) if high == low => format!("{high}."),
        Some(high) if low.0 == 0 => format!("anything up to {high}."),
        Some(high) => format!("between {low} and {high}."),
        None => "not known yet; ask for the price in writing.".to_owned(),
    }
}

/// A verdict in a few words.
pub(super) fn short(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Covered => "covered",
        Verdict::CoveredIf => "covered if the rest is settled",
        Verdict::PriorAuthorization => "prior authorization is needed",
        Verdict::PatientClaim => "the patient may claim",
        Verdict::NotCovered => "not covered",
        Verdict::NotBillableHere => "not billable here",
        Verdict::Unknown => "not known",
    }
}

/// Who is asked.
pub(super) fn person(who: WhoWord) -> &'static str {
    match who {
        WhoWord::Clinician => "clinician",
        WhoWord::Patient => "patient",
        WhoWord::FrontDesk => "front desk",
        WhoWord::Biller => "biller",
        WhoWord::Payer => "the plan",
        WhoWord::Practice => "practice",
    }
}

/// A sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    first + characters.as_str()
}

/// A sentence in the middle of another; names that start with a capital of their own stay.
fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return String::new() };
    let second_is_capital = characters.clone().next().is_some_and(char::is_uppercase);
    if second_is_capital { text.to_owned() } else { first.to_lowercase().collect::<String>() + characters.as_str() }
}
