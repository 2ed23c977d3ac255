//! Numbering what is known: from [`Inputs`] to one [`Cell`] per fact of a program.
//!
//! This is the only place that reads history, windows, trials and documents.

use codes::dates::{add_days, add_months, days_between, months_between};
use codes::{CodeSet, ProcedureCode};
use jiff::civil::Date;

use crate::ast::{DiagnosisPosition, Duration, DurationUnit, End, Per, Window, value_key};
use crate::dictionary::{Dictionary, Fact, FactId, FactType, FactValue};
use crate::inputs::{Inputs, Known, Service, ServiceOutcome, Trial, TrialOutcome};
use crate::program::{Cell, Dated, NEVER, Past, Program, Services, SlotId, SlotKey};

/// What is known of every fact of a program about one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One cell per fact, in the order of [`Program::slots`].
    pub cells: Vec<Cell>,
    /// Facts that were not recorded and are taken as the dictionary says.
    pub assumed: Vec<SlotId>,
}

/// The form in which names are compared: case and `_`/`-` do not count.
#[must_use]
pub fn name_key(text: &str) -> String {
    value_key(&text.trim().to_lowercase())
}

/// Numbers what is known about a line.
#[must_use]
pub fn bind(program: &Program, dictionary: &Dictionary, inputs: &Inputs) -> Row {
    let mut row = Row { cells: Vec::with_capacity(program.slots.len()), assumed: Vec::new() };
    let binder = Binder { program, dictionary, inputs };
    for (slot, at) in program.slots.iter().zip(0..) {
        let known = binder.known(&slot.key);
        let cell = match (known, &slot.key) {
            (Some(cell), _) => cell,
            (None, SlotKey::Named(fact)) => {
                binder.assumed(*fact).inspect(|_| row.assumed.push(at)).unwrap_or(slot.domain)
            }
            (None, _) => slot.domain,
        };
        row.cells.push(cell);
    }
    row
}

struct Binder<'a> {
    program: &'a Program,
    dictionary: &'a Dictionary,
    inputs: &'a Inputs,
}

impl Binder<'_> {
    /// `None`: nothing is known.
    fn known(&self, key: &SlotKey) -> Option<Cell> {
        match key {
            SlotKey::Named(fact) => self.named(*fact),
            SlotKey::Diagnosis(position, set) => {
                let codes = self.inputs.diagnoses.as_ref()?;
                let looked_at = match position {
                    DiagnosisPosition::Any => &codes[..],
                    DiagnosisPosition::Primary => &codes[..codes.len().min(1)],
                    DiagnosisPosition::Other => codes.get(1..).unwrap_or(&[]),
                };
                let set = &self.program.diagnosis_sets[*set];
                Some(Cell::yes_no(looked_at.iter().any(|code| set.contains(*code, self.inputs.service_date))))
            }
            SlotKey::Billed(set) => {
                let billed = self.inputs.billed.as_ref()?;
                Some(Cell::yes_no(billed.iter().any(|billed| self.in_set(*set, billed.code))))
            }
            SlotKey::SameDay(set) => self.same_day(*set),
            SlotKey::SinceDays(past) => {
                Some(self.since(*past, |day| i64::from(days_between(day, self.inputs.service_date))))
            }
            SlotKey::SinceMonths(past) => {
                Some(self.since(*past, |day| i64::from(months_between(day, self.inputs.service_date))))
            }
            SlotKey::Count(services, window) => self.amount(*services, *window, Today::Services),
            SlotKey::Units(services, window) => self.amount(*services, *window, Today::Units),
            SlotKey::Readings { fact, lo, hi, within } => self.readings(*fact, Cell::between(*lo, *hi), *within),
            SlotKey::Contraindicated(class) => self.contraindicated(class),
            SlotKey::TrialMonths(class) => {
                self.trial(class, |start, end| i64::from(months_between(start, end)), months_in)
            }
            SlotKey::TrialDays(class) => self.trial(class, |start, end| i64::from(days_between(start, end)), days_in),
            SlotKey::Document { kind, within, before_service } => self.document(kind, *within, *before_service),
            SlotKey::TableMargin(fact, table, argument) => {
                let (value, argument) = (self.named(*fact)?, self.named(*argument)?);
                if argument.is_open() {
                    return None;
                }
                let floor = self.program.tables[*table].at(argument.lo)?;
                Some(Cell::between(value.lo.saturating_sub(floor), value.hi.saturating_sub(floor)))
            }
            SlotKey::Unseen { .. } => None,
        }
    }

    fn in_set(&self, set: usize, code: ProcedureCode) -> bool {
        let set: &Dated<CodeSet> = &self.program.code_sets[set];
        set.contains(code, self.inputs.service_date)
    }

    fn named(&self, id: FactId) -> Option<Cell> {
        let fact = self.dictionary.fact(id);
        match self.inputs.facts.get(&fact.name)? {
            Known::YesNo(value) => Some(Cell::yes_no(*value)),
            Known::Number(number) => Some(Cell::known(number.at_scale(decimals(fact))?)),
            Known::Between(lo, hi) => {
                let end = |bound: &Option<crate::ast::Number>, open: i64| {
                    bound.map_or(Some(open), |number| number.at_scale(decimals(fact)))
                };
                Some(Cell::between(end(lo, i64::MIN)?, end(hi, i64::MAX)?))
            }
            Known::Word(word) => self.word(id, fact, word).map(Cell::known),
            Known::OneOf(words) => {
                let values: Vec<i64> = words.iter().filter_map(|word| self.word(id, fact, word)).collect();
                Some(Cell::between(*values.iter().min()?, *values.iter().max()?))
            }
            Known::Other => match &fact.fact_type {
                FactType::Choice { values } => i64::try_from(values.len()).ok().map(Cell::known),
                _ => None,
            },
            Known::Asked => None,
        }
    }

    fn word(&self, id: FactId, fact: &Fact, word: &str) -> Option<i64> {
        match &fact.fact_type {
            FactType::Choice { .. } => fact.value_id(word).map(|value| i64::from(value.0)),
            FactType::Name => {
                let (words, key) = (self.program.words(id), name_key(word));
                let at = words.iter().position(|known| *known == key).unwrap_or(words.len());
                i64::try_from(at).ok()
            }
            FactType::YesNo | FactType::Number { .. } => None,
        }
    }

    fn assumed(&self, id: FactId) -> Option<Cell> {
        let fact = self.dictionary.fact(id);
        match &fact.assumed.as_ref()?.value {
            FactValue::YesNo(value) => Some(Cell::yes_no(*value)),
            FactValue::Number(value) => Some(Cell::known(*value)),
            FactValue::Choice(value) => Some(Cell::known(i64::from(value.0))),
            FactValue::Name(word) => self.word(id, fact, word).map(Cell::known),
        }
    }

    /// Earlier services, and whether each is surely one of those meant; `false`: perhaps.
    fn earlier(&self, services: Services) -> impl Iterator<Item = (&Service, bool)> {
        let before = self.inputs.history.services.iter().filter(|service| service.date < self.inputs.service_date);
        before.filter_map(move |service| Some((service, self.is_meant(service, services)?)))
    }

    /// Whether a service is one of those meant: surely, or perhaps (`false`); `None`: surely not.
    fn is_meant(&self, service: &Service, services: Services) -> Option<bool> {
        if !self.in_set(services.set, service.code) {
            return None;
        }
        let failed = match service.outcome {
            _ if !services.failed => true,
            Some(ServiceOutcome::Failed) => true,
            Some(ServiceOutcome::Helped) => return None,
            None => false,
        };
        self.same_place(service, services.per).map_or(Some(false), |same| same.then_some(failed))
    }

    /// Time since the latest or the first service of those meant, with what unlisted services could make of it.
    fn since(&self, past: Past, measure: impl Fn(Date) -> i64) -> Cell {
        let service_date = self.inputs.service_date;
        let earliest = past.within.map(|within| back(service_date, within));
        let inside = |day: Date| earliest.is_none_or(|earliest| day > earliest);
        let days = |sure: bool| {
            self.earlier(past.services).filter(move |(_, is)| *is || !sure).map(|(service, _)| service.date)
        };
        let (sure, any) = (days(true).filter(|day| inside(*day)), days(false).filter(|day| inside(*day)));
        // An unlisted service may have been on any day before the list is complete: on this one at the latest.
        let unlisted = match self.inputs.history.complete_since {
            Some(since) => since.yesterday().ok(),
            None => service_date.yesterday().ok(),
        };
        let unlisted = unlisted.map(|day| day.min(service_date.yesterday().unwrap_or(day))).filter(|day| inside(*day));
        match past.end {
            End::Last => {
                let longest = sure.max().map_or(NEVER, &measure);
                let shortest = any.max().max(unlisted).map_or(NEVER, &measure);
                Cell::between(shortest.min(longest), longest)
            }
            End::First => {
                let (sure, latest, first) = (sure.min(), days(false).filter(|day| inside(*day)).max(), any.min());
                let shortest = sure.or_else(|| latest.max(unlisted)).map_or(NEVER, &measure);
                let longest = match (sure, unlisted) {
                    (None, _) => NEVER,
                    (Some(_), Some(_)) => earliest.map_or(NEVER - 1, &measure),
                    (Some(sure), None) => measure(first.map_or(sure, |first| first.min(sure))),
                };
                Cell::between(shortest.min(longest), longest)
            }
        }
    }

    /// Whether one of the codes is on the day: on this line, on another of the visit, or in the history.
    fn same_day(&self, set: usize) -> Option<Cell> {
        let on_line = self.inputs.billed.iter().flatten().map(|billed| billed.code);
        let beside = self.inputs.beside.iter().map(|service| service.code);
        let that_day = self.inputs.history.services.iter().filter(|service| service.date == self.inputs.service_date);
        let mut codes = on_line.chain(beside).chain(that_day.map(|service| service.code));
        if codes.any(|code| self.in_set(set, code)) {
            return Some(Cell::yes_no(true));
        }
        (self.inputs.beside_is_all && self.inputs.billed.is_some()).then_some(Cell::yes_no(false))
    }

    fn amount(&self, services: Services, window: Window, measure: Today) -> Option<Cell> {
        let mut sum = Cell::known(0);
        let mut add = |(lo, hi): (i64, i64), surely: bool| {
            let lo = if surely { lo } else { 0 };
            sum = Cell::between(sum.lo.saturating_add(lo), sum.hi.saturating_add(hi));
        };
        let amount = |units: Option<u32>| match (measure, units) {
            (Today::Services, _) => (1, 1),
            (Today::Units, Some(units)) => (i64::from(units), i64::from(units)),
            (Today::Units, None) => (0, i64::MAX),
        };
        // What came of today's services is not known yet, so none of them has failed.
        if !services.failed {
            for billed in self.inputs.billed.as_ref()?.iter().filter(|billed| self.in_set(services.set, billed.code)) {
                add(amount(billed.units), true);
            }
            let history = self.inputs.history.services.iter();
            let that_day = history.filter(|service| service.date == self.inputs.service_date);
            for service in self.inputs.beside.iter().chain(that_day) {
                if let Some(surely) = self.is_meant(service, services) {
                    add(amount(service.units), surely);
                }
            }
        }
        let after = match window {
            Window::Today => return Some(sum),
            Window::In(duration) => back(self.inputs.service_date, duration),
            Window::CalendarMonth => self.inputs.service_date.first_of_month().yesterday().unwrap_or(Date::MIN),
            Window::CalendarYear => self.inputs.service_date.first_of_year().yesterday().unwrap_or(Date::MIN),
            Window::Ever => Date::MIN,
        };
        for (service, surely) in self.earlier(services) {
            if service.date > after || window == Window::Ever {
                add(amount(service.units), surely);
            }
        }
        let complete = self
            .inputs
            .history
            .complete_since
            .is_some_and(|since| since.yesterday().is_ok_and(|day| day <= after) || since == Date::MIN);
        Some(if complete { sum } else { Cell::between(sum.lo, i64::MAX) })
    }

    /// Was a service to the place that is treated now? `None`: not recorded.
    fn same_place(&self, service: &Service, per: Option<Per>) -> Option<bool> {
        let same = |fact: &str, there: &Option<String>| match (self.inputs.facts.get(fact), there) {
            (Some(Known::Word(here)), Some(there)) => Some(name_key(here) == name_key(there)),
            _ => None,
        };
        match per {
            None => Some(true),
            Some(Per::Region) => same("region", &service.region),
            Some(Per::Side) => same("side", &service.side),
            Some(Per::RegionAndSide) => match (same("region", &service.region), same("side", &service.side)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
        }
    }

    /// On how many separate dates a number was measured in a range. What is listed may not be all.
    fn readings(&self, fact: FactId, range: Cell, within: Option<Duration>) -> Option<Cell> {
        let known = self.dictionary.fact(fact);
        let readings = self.inputs.readings.get(&known.name)?;
        let earliest = within.map(|within| back(self.inputs.service_date, within));
        let counts = |(date, number): &&(Date, crate::ast::Number)| {
            let value = number.at_scale(decimals(known));
            *date <= self.inputs.service_date
                && earliest.is_none_or(|earliest| *date > earliest)
                && value.is_some_and(|value| range.lo <= value && value <= range.hi)
        };
        let mut dates: Vec<Date> = readings.list.iter().filter(counts).map(|(date, _)| *date).collect();
        dates.sort_unstable();
        dates.dedup();
        let count = i64::try_from(dates.len()).ok()?;
        Some(if readings.is_all { Cell::known(count) } else { Cell::between(count, i64::MAX) })
    }

    /// Whether a class could not be tried for a medical reason.
    fn contraindicated(&self, class: &str) -> Option<Cell> {
        let of_class = |trial: &&Trial| value_key(&trial.class) == value_key(class);
        let mut trials = self.inputs.trials.iter().filter(of_class).peekable();
        trials.peek()?;
        Some(Cell::yes_no(trials.any(|trial| trial.outcome == Some(TrialOutcome::Contraindicated))))
    }

    fn trial(
        &self,
        class: &str,
        by_dates: impl Fn(Date, Date) -> i64,
        by_length: impl Fn(Duration) -> Cell,
    ) -> Option<Cell> {
        let mut longest: Option<Cell> = None;
        for trial in self.inputs.trials.iter().filter(|trial| value_key(&trial.class) == value_key(class)) {
            let one = self.trial_length(trial, &by_dates, &by_length);
            longest = Some(longest.map_or(one, |all| Cell::between(all.lo.max(one.lo), all.hi.max(one.hi))));
        }
        longest
    }

    fn trial_length(
        &self,
        trial: &Trial,
        by_dates: &impl Fn(Date, Date) -> i64,
        by_length: &impl Fn(Duration) -> Cell,
    ) -> Cell {
        match trial.outcome {
            Some(TrialOutcome::Helped | TrialOutcome::Contraindicated | TrialOutcome::NotTried) => {
                return Cell::known(0);
            }
            Some(TrialOutcome::Failed | TrialOutcome::NotTolerated) | None => {}
        }
        let length = match (trial.start, trial.length) {
            (Some(start), _) => {
                let end = trial.end.unwrap_or(self.inputs.service_date).min(self.inputs.service_date);
                Cell::known(by_dates(start, end.max(start)))
            }
            (None, Some(length)) => by_length(length),
            (None, None) => Cell::between(1, i64::MAX),
        };
        if trial.outcome.is_none() { Cell::between(0, length.hi) } else { length }
    }

    fn document(&self, kind: &str, within: Option<Duration>, before_service: bool) -> Option<Cell> {
        let service = self.inputs.service_date;
        let mut found: Option<Cell> = None;
        for document in self.inputs.documents.iter().filter(|document| value_key(&document.kind) == *kind) {
            let one = match (document.on_file, document.date) {
                (false, _) => Cell::yes_no(false),
                (true, None) if within.is_none() && !before_service => Cell::yes_no(true),
                (true, None) => Cell::between(0, 1),
                (true, Some(date)) => {
                    let young = within.is_none_or(|within| date > back(service, within));
                    Cell::yes_no(young && (!before_service || date < service) && date <= service)
                }
            };
            found = Some(found.map_or(one, |all| Cell::between(all.lo.max(one.lo), all.hi.max(one.hi))));
        }
        found
    }
}

/// What is added up.
#[derive(Clone, Copy)]
enum Today {
    Services,
    Units,
}

fn decimals(fact: &Fact) -> u8 {
    match fact.fact_type {
        FactType::Number { decimals, .. } => decimals,
        _ => 0,
    }
}

/// The day so long before a date; a missing day is the month's last.
#[must_use]
pub fn back(date: Date, duration: Duration) -> Date {
    let count = i32::try_from(duration.count).unwrap_or(i32::MAX);
    match duration.unit {
        DurationUnit::Day => add_days(date, -count),
        DurationUnit::Week => add_days(date, count.saturating_mul(-7)),
        DurationUnit::Month => add_months(date, -count),
        DurationUnit::Year => add_months(date, count.saturating_mul(-12)),
    }
}

/// Whole months in a length that was given without dates.
fn months_in(length: Duration) -> Cell {
    let count = i64::from(length.count);
    match length.unit {
        DurationUnit::Month => Cell::known(count),
        DurationUnit::Year => Cell::known(count * 12),
        // No month is longer than 31 days, no two months together shorter than 59.
        DurationUnit::Day => Cell::between(count / 31, count / 28),
        DurationUnit::Week => Cell::between(count * 7 / 31, count * 7 / 28),
    }
}

/// Days in a length that was given without dates.
fn days_in(length: Duration) -> Cell {
    let count = i64::from(length.count);
    match length.unit {
        DurationUnit::Day => Cell::known(count),
        DurationUnit::Week => Cell::known(count * 7),
        DurationUnit::Month => Cell::between(count * 28, count * 31),
        DurationUnit::Year => Cell::between(count * 365, count * 366),
    }
}
