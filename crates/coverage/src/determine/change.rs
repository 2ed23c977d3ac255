//! What would bring a better verdict: the smallest changes that advice may propose.
//!
//! INVARIANT: a fact that describes what is or was (diagnosis, purpose, age, measurement, symptom, outcome of a trial,
//! units given) has no cost here, so no change ever contains it; the property tests hold this over generated policies
//! and over the printed text.

use std::cell::RefCell;

use jiff::civil::Date;
use policy::eval::{Scratch, Selection};
use policy::exact::Composition;
use policy::flip::{Change, Cost, cheapest};
use policy::program::{Cell, Outcome, SlotId, SlotKey};

use super::duties::Granted;
use super::facts::{FactWords, advisable, of_slot};
use super::judge::{Judged, verdict};
use super::question::Question;
use super::wait::earliest;
use super::words;
use crate::answer::{DutyKind, DutyState, FactChange, MoveWord, Permission, Verdict, WouldChange};

/// Cost of putting something on file.
const RECORD_COST: u32 = 1;
/// Cost of choosing another person or place: more than any number of papers.
const CHOOSE_COST: u32 = 100;

/// How good a verdict is for the patient; smaller is better.
pub(super) const fn standing(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Covered => 0,
        Verdict::CoveredIf => 1,
        Verdict::PriorAuthorization => 2,
        Verdict::PatientClaim => 3,
        Verdict::Unknown => 4,
        Verdict::NotCovered => 5,
        Verdict::NotBillableHere => 6,
    }
}

/// Changes that bring a better verdict, the easiest first.
pub(super) fn would_change(question: &Question<'_>, judged: &Judged, scratch: &mut Scratch) -> Vec<WouldChange> {
    let mut list: Vec<WouldChange> = Vec::new();
    let mut add = |change: Option<WouldChange>| {
        if let Some(change) = change.filter(|change| standing(change.verdict) < standing(judged.verdict))
            && !list.iter().any(|other| other.changes == change.changes)
        {
            list.push(change);
        }
    };
    add(by_changing(question, judged, &[MoveWord::Record], scratch));
    add(by_changing(question, judged, &[MoveWord::Record, MoveWord::Choose], scratch));
    add(earliest(question, judged).map(|(date, verdict)| WouldChange { changes: vec![on_or_after(date)], verdict }));
    list
}

fn on_or_after(date: Date) -> FactChange {
    FactChange {
        fact: "date".to_owned(),
        to: date.to_string(),
        movement: MoveWord::Wait,
        says: format!("Give the service on or after {date}."),
    }
}

/// The cheapest changes by these moves, with the verdict that they bring together with all papers that are due.
fn by_changing(
    question: &Question<'_>,
    judged: &Judged,
    moves: &[MoveWord],
    scratch: &mut Scratch,
) -> Option<WouldChange> {
    // A fact is asked about at every test of it.
    let known: RefCell<Vec<Option<Cost>>> = RefCell::new(vec![None; question.program.slots.len()]);
    let cost = |slot: SlotId| *known.borrow_mut()[slot as usize].get_or_insert_with(|| cost_of(question, slot, moves));
    let mut changes: Vec<(usize, Change)> = Vec::new();
    // What stops the service comes first, then what stops the bill, then the plan's own conditions.
    let parts: [(&Selection, Composition, bool); 3] = [
        (&question.lawful, Composition::Gates, judged.lawful == Permission::Yes),
        (&question.billing, Composition::Gates, judged.billable == Permission::Yes),
        (&question.stack, Composition::Stack, judged.outcomes == Outcome::Covered.set()),
    ];
    for (part, (selection, composition, reached)) in parts.into_iter().enumerate() {
        if reached {
            continue;
        }
        let cells = &question.row.cells[..];
        let goal = Outcome::Covered.set();
        let flip = cheapest(question.program, selection, cells, composition, goal, &cost, scratch)?;
        for change in flip.changes {
            match changes.iter().find(|(_, other)| other.slot == change.slot) {
                // Stack and gates may ask for different values of one fact: then no value serves both.
                Some((_, other)) if other.to != change.to => return None,
                Some(_) => {}
                None => changes.push((part, change)),
            }
        }
    }
    let (granted, of_papers) = papers(question, judged);
    let mut cells = question.row.cells.clone();
    for (_, change) in &changes {
        cells[change.slot as usize] = change.to;
    }
    let then = verdict(question, &cells, &granted, scratch);
    let mut said = Vec::new();
    for (part, change) in &changes {
        said.push((*part, in_words(question, change, &cells, &granted, then, scratch)?));
    }
    // Facts are numbered as the policies come, and which policies are compiled must not show.
    said.sort_by(|(a, one), (b, other)| (a, &one.fact, &one.to).cmp(&(b, &other.fact, &other.to)));
    let mut said: Vec<FactChange> = said.into_iter().map(|(_, change)| change).collect();
    said.extend(of_papers);
    (!said.is_empty()).then_some(WouldChange { changes: said, verdict: then })
}

/// What advice may do with a numbered fact, at which cost.
fn cost_of(question: &Question<'_>, slot: SlotId, moves: &[MoveWord]) -> Cost {
    let movement = movement(question, slot)?;
    if !moves.contains(&movement) {
        return None;
    }
    match movement {
        MoveWord::Record => Some(RECORD_COST),
        MoveWord::Choose => Some(CHOOSE_COST),
        MoveWord::Wait => None,
    }
}

fn movement(question: &Question<'_>, slot: SlotId) -> Option<MoveWord> {
    let movement = advisable(question, of_slot(question, slot).movable)?;
    if movement != MoveWord::Record {
        return Some(movement);
    }
    // Something that somebody looked for and did not find can only be made, and only before the service.
    let is_open = question.row.cells[slot as usize].is_open();
    let case = question.case;
    let can_be_made = match &question.program.slots[slot as usize].key {
        SlotKey::Document { before_service: true, .. } => case.as_of < case.date,
        _ => case.as_of <= case.date,
    };
    (is_open || can_be_made).then_some(MoveWord::Record)
}

/// Papers and authorization that are due and can still be had, as if they were there, with what to do about each.
fn papers(question: &Question<'_>, judged: &Judged) -> (Granted, Vec<FactChange>) {
    let (mut granted, mut said) = (Granted::default(), Vec::new());
    let to_do = |duty: &&super::duties::Duty| !matches!(duty.state, DutyState::Held | DutyState::Later);
    for duty in judged.duties.list.iter().filter(to_do) {
        let before = question.is_before_service();
        let says = match (duty.kind, duty.state) {
            (DutyKind::Deadline, _) => continue,
            // Whether it is asked for at all is open: that question comes first.
            (_, DutyState::Open) if duty.open_condition.is_some() => continue,
            (DutyKind::Authorization, _) if before => {
                "Get prior authorization from the plan before the service.".to_owned()
            }
            (_, DutyState::Unmet) if before => {
                format!("Make this before the service and keep it on file: {}.", duty.what)
            }
            (DutyKind::Authorization, _) | (_, DutyState::Unmet) => continue,
            _ if before => format!("Have on file, with its true date: {}.", duty.what),
            _ => format!("Put on file, if it was done and dated: {}.", duty.what),
        };
        let name = duty.name.as_deref().unwrap_or_default();
        let (fact, to) = match duty.kind {
            DutyKind::Authorization => ("prior_authorization".to_owned(), "held"),
            DutyKind::Document => (format!("document {name}"), "on file"),
            _ => (format!("notice {name}"), "given"),
        };
        granted.authorization |= duty.kind == DutyKind::Authorization;
        granted.papers.extend(duty.name.clone());
        said.push(FactChange { fact, to: to.to_owned(), movement: MoveWord::Record, says });
    }
    (granted, said)
}

/// One change in plain words, with every value that serves as well.
fn in_words(
    question: &Question<'_>,
    change: &Change,
    cells: &[Cell],
    granted: &Granted,
    then: Verdict,
    scratch: &mut Scratch,
) -> Option<FactChange> {
    let movement = movement(question, change.slot)?;
    let FactWords { name, label, .. } = of_slot(question, change.slot);
    let spoken = |values: &str| values.replace('-', " ");
    let to = values(question, change, cells, granted, then, scratch);
    let is_yes = to == "yes" || to == "on file";
    let known_not = !question.row.cells[change.slot as usize].is_open();
    let says = match movement {
        MoveWord::Record if is_yes && known_not => {
            format!("Have this in the chart before the service, if true: {label}.")
        }
        MoveWord::Record if is_yes => format!("Put on file, if it was done and dated: {label}."),
        MoveWord::Record => format!("Put on file, if it is true: {label}: {}.", spoken(&to)),
        MoveWord::Choose if is_yes => choose(&name, &label, true),
        MoveWord::Choose if to == "no" => choose(&name, &label, false),
        MoveWord::Choose | MoveWord::Wait => format!("Choose {label}: {}.", spoken(&to)),
    };
    Some(FactChange { fact: name, to, movement, says })
}

/// Nobody opts back into Medicare for one visit: what is chosen is another person or place.
fn choose(fact: &str, label: &str, is_so: bool) -> String {
    let of =
        |owner: &str| label.strip_prefix(owner).map(|rest| if is_so { rest.to_owned() } else { format!("not {rest}") });
    if let Some(rest) = label.strip_prefix("clinician's ") {
        return format!("Have it done by a clinician {} this: {rest}.", if is_so { "with" } else { "without" });
    }
    if let Some(rest) = of("clinician ") {
        return format!("Have it done by a clinician {rest}.");
    }
    if let Some(rest) = of("practice ") {
        return format!("Do it in a practice {rest}.");
    }
    match (fact.split_once('_'), is_so) {
        (Some(("clinician", _)), true) => format!("Have it done by somebody for whom this holds: {label}."),
        (Some(("clinician", _)), false) => format!("Have it done by somebody for whom this does not hold: {label}."),
        (Some(("facility", _)), true) => format!("Do it in a place for which this holds: {label}."),
        (Some(("facility", _)), false) => format!("Do it in a place for which this does not hold: {label}."),
        (_, true) => format!("Make sure of this first: {label}."),
        (_, false) => format!("Make sure that this is not so: {label}."),
    }
}

/// All values of a choice that bring the same verdict, else the bounds.
fn values(
    question: &Question<'_>,
    change: &Change,
    cells: &[Cell],
    granted: &Granted,
    then: Verdict,
    scratch: &mut Scratch,
) -> String {
    let slot = change.slot;
    let domain = question.program.slots[slot as usize].domain;
    let few = domain.hi.saturating_sub(domain.lo) < 64;
    let mut tried = cells.to_vec();
    let candidates: Vec<i64> = if few { (domain.lo..=domain.hi).collect() } else { vec![change.to.lo] };
    let serving = candidates.into_iter().filter(|value| {
        tried[slot as usize] = Cell::known(*value);
        !few || verdict(question, &tried, granted, scratch) == then
    });
    let serving: Vec<i64> = serving.collect();
    let named: Vec<String> = serving.iter().filter_map(|value| words::value(question, slot, *value)).collect();
    match named.split_last() {
        None => "another value".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
