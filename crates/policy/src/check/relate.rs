//! Facts that exclude each other: a diagnosis in a small set is in the large one too, a diary of this year is a diary.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::ast::DiagnosisPosition;
use crate::bind::back;
use crate::dictionary::{Dictionary, Fact};
use crate::program::{Cell, Program, SlotId, SlotKey};

/// That one fact leaves only some values of another, whatever the policies say: a payer has one class of coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settles {
    /// Name of the fact that settles.
    pub fact: String,
    /// Name of the fact that is settled.
    pub other: String,
    /// For values of the first fact, the values that the other may then have. Values that are not listed settle nothing.
    pub pairs: Vec<(String, Vec<String>)>,
}

/// A fact, and some of its values.
pub(crate) type Part = (SlotId, Vec<Cell>);

/// Two parts that no case has together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) one: Part,
    pub(crate) other: Part,
}

const YES: Cell = Cell::known(1);
const NO: Cell = Cell::known(0);

/// What these facts exclude among each other on every one of these days.
pub(crate) fn conflicts(program: &Program, slots: &[SlotId], days: &[Date]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (at, one) in slots.iter().enumerate() {
        for other in &slots[at + 1..] {
            let sides = [(*one, *other), (*other, *one)];
            for (a, b) in sides {
                if implies(program, &program.slots[a as usize].key, &program.slots[b as usize].key, days) {
                    found.push(Conflict { one: (a, vec![positive(program, a)]), other: (b, vec![NO]) });
                }
            }
            if exclusive(program, &program.slots[*one as usize].key, &program.slots[*other as usize].key, days) {
                found.push(Conflict { one: (*one, vec![YES]), other: (*other, vec![YES]) });
            }
        }
    }
    found
}

/// What is settled beforehand, for those of these facts that it is about.
pub(crate) fn settled(
    program: &Program,
    dictionary: &Dictionary,
    slots: &[SlotId],
    known: &[Settles],
) -> Vec<Conflict> {
    let slot_of = |name: &str| {
        let id = dictionary.fact_id(name)?;
        let slot = slots.iter().find(|slot| program.slots[**slot as usize].key == SlotKey::Named(id))?;
        Some((dictionary.fact(id), *slot))
    };
    let mut found = Vec::new();
    for settles in known {
        let (Some((fact, slot)), Some((other, other_slot))) = (slot_of(&settles.fact), slot_of(&settles.other)) else {
            continue;
        };
        let mut by_values: BTreeMap<Vec<i64>, Vec<Cell>> = BTreeMap::new();
        for (value, others) in &settles.pairs {
            let index = |fact: &Fact, word: &String| fact.value_id(word).map(|value| i64::from(value.0));
            let mut left: Vec<i64> = others.iter().filter_map(|word| index(other, word)).collect();
            left.sort_unstable();
            if let Some(value) = index(fact, value) {
                by_values.entry(left).or_default().push(Cell::known(value));
            }
        }
        for (left, values) in by_values {
            let domain = program.slots[other_slot as usize].domain;
            let excluded = (domain.lo..=domain.hi).filter(|value| !left.contains(value)).map(Cell::known).collect();
            found.push(Conflict { one: (slot, values), other: (other_slot, excluded) });
        }
    }
    found
}

/// Yes, or any number above zero.
fn positive(program: &Program, slot: SlotId) -> Cell {
    Cell::between(1, program.slots[slot as usize].domain.hi)
}

/// Does "yes" (or a number above zero) for the first fact leave only "yes" (or such a number) for the second?
fn implies(program: &Program, one: &SlotKey, other: &SlotKey, days: &[Date]) -> bool {
    match (one, other) {
        (SlotKey::Diagnosis(position, small), SlotKey::Diagnosis(of, large)) => {
            let looked_at_too = *of == DiagnosisPosition::Any || of == position;
            let (small, large) = (&program.diagnosis_sets[*small], &program.diagnosis_sets[*large]);
            let within = |day: Date| {
                small.on(day).all(|small| {
                    let mut all = large.on(day);
                    all.any(|large| small.union(large) == *large)
                })
            };
            looked_at_too && days.iter().all(|day| within(*day))
        }
        (SlotKey::Billed(small), SlotKey::Billed(large)) => {
            let (small, large) = (&program.code_sets[*small], &program.code_sets[*large]);
            let within = |day: Date| {
                small.on(day).all(|small| {
                    let mut all = large.on(day);
                    all.any(|large| small.union(large) == *large)
                })
            };
            days.iter().all(|day| within(*day))
        }
        (
            SlotKey::Document { kind, within, before_service },
            SlotKey::Document { kind: other_kind, within: other_within, before_service: other_before },
        ) => {
            let as_young = match (within, other_within) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(one), Some(other)) => days.iter().all(|day| back(*day, *one) >= back(*day, *other)),
            };
            kind == other_kind && as_young && (*before_service || !*other_before)
        }
        // A whole month has days; a few days need not make a month.
        (SlotKey::TrialMonths(class), SlotKey::TrialDays(other)) => class == other,
        _ => false,
    }
}

/// Can the two facts not both be yes?
fn exclusive(program: &Program, one: &SlotKey, other: &SlotKey, days: &[Date]) -> bool {
    let (SlotKey::Diagnosis(DiagnosisPosition::Primary, one), SlotKey::Diagnosis(DiagnosisPosition::Primary, other)) =
        (one, other)
    else {
        return false;
    };
    let (one, other) = (&program.diagnosis_sets[*one], &program.diagnosis_sets[*other]);
    days.iter().all(|day| one.on(*day).all(|one| other.on(*day).all(|other| !one.intersects(other))))
}
