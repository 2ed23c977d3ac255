//! A numbered fact and some of its values in plain words: `headache days a month: 8 to 14 days`.

use super::phrase::{amount_words, duration, number, past_words, per_words, window_words};
use crate::ast::{DiagnosisPosition, Measure, Number};
use crate::dictionary::{Dictionary, FactType};
use crate::program::{Cell, NEVER, Past, Program, Services, SlotId, SlotKey};

/// What it means that a fact lies in one of these cells, which are in rising order.
#[must_use]
pub fn fact_words(program: &Program, dictionary: &Dictionary, slot: SlotId, cells: &[Cell]) -> String {
    let of_set = |words: &[String], set: usize| words.get(set).cloned().unwrap_or_else(|| "a code of a set".to_owned());
    let codes = |set: &usize| of_set(&program.code_words, *set);
    let since = |Past { services: Services { set, failed, per }, end, within }: &Past| {
        past_words(*end, *failed, &codes(set), *within, *per)
    };
    let domain = program.slots[slot as usize].domain;
    match &program.slots[slot as usize].key {
        SlotKey::Named(fact) => {
            let known = dictionary.fact(*fact);
            let values = match &known.fact_type {
                FactType::YesNo => yes_no(cells).to_owned(),
                FactType::Number { unit, decimals } => {
                    let write = |value: i64| number(Number { digits: value, scale: *decimals });
                    let unit = unit.phrase(false);
                    ranges(cells, domain, write, unit)
                }
                FactType::Choice { values } => listed(cells, values, None),
                FactType::Name => listed(cells, program.words(*fact), Some("another")),
            };
            format!("{}: {values}", known.label)
        }
        SlotKey::Diagnosis(position, set) => {
            let which = match position {
                DiagnosisPosition::Any => "diagnosis",
                DiagnosisPosition::Primary => "primary diagnosis",
                DiagnosisPosition::Other => "further diagnosis",
            };
            format!("{which}: {}{}", not(cells), of_set(&program.diagnosis_words, *set))
        }
        SlotKey::Billed(set) => format!("on the claim: {}{}", not(cells), codes(set)),
        SlotKey::SameDay(set) => format!("on the same day: {}{}", not(cells), codes(set)),
        SlotKey::SinceDays(past) => format!("{}: {}", since(past), stretch(cells, domain, "day")),
        SlotKey::SinceMonths(past) => format!("{}: {}", since(past), stretch(cells, domain, "month")),
        SlotKey::Count(services, window) => {
            let (what, place) = (amount_words(Measure::Count, services.failed), per_words(services.per));
            format!("{what} {} {}{place}: {}", codes(&services.set), window_words(*window), counted(cells, domain))
        }
        SlotKey::Units(services, window) => {
            let (what, place) = (amount_words(Measure::Units, services.failed), per_words(services.per));
            format!("{what} {} {}{place}: {}", codes(&services.set), window_words(*window), counted(cells, domain))
        }
        SlotKey::Readings { fact, lo, hi, within } => {
            let known = dictionary.fact(*fact);
            let within = within.map(|within| format!(" within {}", duration(within))).unwrap_or_default();
            let (decimals, unit) = match known.fact_type {
                FactType::Number { decimals, unit } => (decimals, unit.phrase(false)),
                _ => (0, ""),
            };
            let write = |value: i64| number(Number { digits: value, scale: decimals });
            let limit = ranges(&[Cell::between(*lo, *hi)], Cell::between(i64::MIN, i64::MAX), write, unit);
            format!("{} {limit}: on {} separate dates{within}", known.label, counted(cells, domain))
        }
        SlotKey::Contraindicated(class) => {
            let label = dictionary.trial_class_id(class).map(|id| &dictionary.trial_class(id).label);
            format!("could not be tried for a medical reason, {}: {}", label.unwrap_or(class), yes_no(cells))
        }
        SlotKey::TrialMonths(class) | SlotKey::TrialDays(class) => {
            let label = dictionary.trial_class_id(class).map(|id| &dictionary.trial_class(id).label);
            let unit = if matches!(program.slots[slot as usize].key, SlotKey::TrialDays(_)) { "day" } else { "month" };
            let label = label.unwrap_or(class);
            let write = |value: i64| time(value, unit);
            format!("earlier treatment that did not help, {label}: {}", ranges(cells, domain, write, ""))
        }
        SlotKey::Document { kind, within, before_service } => {
            let known = dictionary.documents().iter().find(|known| crate::ast::value_key(&known.name) == *kind);
            let age = within.map(|within| format!(", not older than {}", duration(within))).unwrap_or_default();
            let before = if *before_service { ", dated before the service" } else { "" };
            let label = known.map_or(kind.as_str(), |known| &known.label);
            format!("{}on file: {label}{age}{before}", not(cells))
        }
        SlotKey::TableMargin(fact, table, argument) => {
            let (fact, argument) = (dictionary.fact(*fact), dictionary.fact(*argument));
            let decimals = if let FactType::Number { decimals, .. } = fact.fact_type { decimals } else { 0 };
            let margin = ranges(cells, domain, |value| number(Number { digits: value, scale: decimals }), "");
            let table = program.tables.get(*table).map_or("", |table| table.name.as_str());
            format!("{} less the value of the table {table} for {}: {margin}", fact.label, argument.label)
        }
        SlotKey::Unseen { label, .. } => {
            format!(
                "what was not seen under `{label}`: {}",
                if is_yes(cells) { "it holds" } else { "it does not hold" }
            )
        }
    }
}

fn is_yes(cells: &[Cell]) -> bool {
    cells.iter().all(|cell| cell.lo >= 1)
}

fn yes_no(cells: &[Cell]) -> &'static str {
    if is_yes(cells) { "yes" } else { "no" }
}

fn not(cells: &[Cell]) -> &'static str {
    if is_yes(cells) { "" } else { "not " }
}

/// The values of a choice or a name, or all but a few of them.
fn listed(cells: &[Cell], values: &[String], beyond: Option<&str>) -> String {
    let end = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let inside = |value: i64| cells.iter().any(|cell| cell.lo <= value && value <= cell.hi);
    let words = |wanted: bool| -> Vec<&str> {
        let named = (0..end).zip(values).filter(|(value, _)| inside(*value) == wanted).map(|(_, word)| word.as_str());
        named.chain(beyond.filter(|_| inside(end) == wanted)).collect()
    };
    let (is, is_not) = (words(true), words(false));
    if is.len() > is_not.len() && beyond.is_some_and(|_| inside(end)) || is.len() > 2 * is_not.len() {
        format!("not {}", is_not.join(", "))
    } else {
        is.join(", ")
    }
}

/// Numbers: `8 to 14`, `at least 15`, `less than 3 or more than 9`.
fn ranges(cells: &[Cell], domain: Cell, write: impl Fn(i64) -> String, unit: &str) -> String {
    let one = |cell: &Cell| match (cell.lo == domain.lo, cell.hi == domain.hi) {
        (true, true) => "anything".to_owned(),
        (true, false) => format!("at most {}", write(cell.hi)),
        (false, true) => format!("at least {}", write(cell.lo)),
        _ if cell.lo == cell.hi => write(cell.lo),
        _ => format!("{} to {}", write(cell.lo), write(cell.hi)),
    };
    let text = cells.iter().map(one).collect::<Vec<_>>().join(" or ");
    format!("{text} {unit}").trim_end().to_owned()
}

fn counted(cells: &[Cell], domain: Cell) -> String {
    ranges(cells, domain, |value| value.to_string(), "")
}

fn time(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Stretches of time, of which the last may be "never".
fn stretch(cells: &[Cell], domain: Cell, unit: &str) -> String {
    let count = |value: i64| time(value, unit);
    let one = |cell: &Cell| {
        if cell.lo == NEVER {
            return "never before".to_owned();
        }
        match (cell.lo <= domain.lo, cell.hi) {
            (true, NEVER) => "anything".to_owned(),
            (false, NEVER) => format!("at least {}, or never", count(cell.lo)),
            (_, hi) if hi == NEVER - 1 => format!("at least {}", count(cell.lo)),
            (true, hi) => format!("at most {}", count(hi)),
            (false, hi) if hi == cell.lo => count(hi),
            (false, hi) => format!("{} to {}", cell.lo, count(hi)),
        }
    };
    cells.iter().map(one).collect::<Vec<_>>().join(" or ")
}
