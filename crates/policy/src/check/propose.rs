//! The missing example, ready to paste.

use codes::icd10::IcdStatus;
use codes::{IcdCode, ProcedureCode};

use super::cases::{Case, Cases};
use super::solve::{Answer, Goal, Solver, Values};
use super::write;
use crate::ast::{
    Answer as Known, Bind, BindKind, Duration, DurationUnit, End, Example, Expected, FactAnswer, Name, Number,
    Quantity, Value, Window,
};
use crate::bind::back;
use crate::dictionary::{Fact, FactType};
use crate::program::{Cell, NEVER, Past, Program, Services, SlotId, SlotKey};
use crate::span::{Span, Spanned};

/// Most examples that are tried as the base of a new one.
const BASES_MAX: usize = 24;
/// Most entries of the history that a new example adds.
const SERVICES_MAX: i64 = 6;
/// Longest name of a new example, in characters.
const NAME_CHARACTERS_MAX: usize = 48;

/// What a new example shall show.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    /// The node decides by being met, or by failing, while something else holds.
    Decides { node: u32, met: bool, besides: Option<Goal> },
    /// A test decides while its fact has this value.
    At { node: u32, value: i64 },
}

impl Aim {
    fn node(self) -> u32 {
        match self {
            Self::Decides { node, .. } | Self::At { node, .. } => node,
        }
    }
}

/// An example that shows what none shows so far, as a line of the file. Every proposal was run.
pub(super) fn example(cases: &mut Cases<'_, '_>, aim: Aim, slots: &[SlotId]) -> Option<String> {
    let all = std::mem::take(&mut cases.all);
    let line = (0..all.len()).take(BASES_MAX).find_map(|base| from_base(cases, &all[base], aim, slots));
    cases.all = all;
    line
}

/// The statement that gives a fact a value.
pub(super) fn statement(cases: &Cases<'_, '_>, slot: SlotId, value: i64) -> Option<String> {
    let teller = Teller::new(cases, cases.all.first());
    let binds = teller.tell(slot, &[Cell::known(value)], Cell::known(value))?;
    let binds: Vec<String> = binds.iter().map(write::bind).collect();
    Some(binds.join(", "))
}

fn from_base(cases: &mut Cases<'_, '_>, base: &Case, aim: Aim, slots: &[SlotId]) -> Option<String> {
    // One fact alone first: a short example says more.
    let alone = slots.iter().map(std::slice::from_ref);
    let together = (slots.len() > 1).then_some(slots);
    alone.chain(together).find_map(|free| {
        let values = wanted(cases, base, aim, free)?;
        let binds = binds(cases, base, &values, free)?;
        let example = derived(cases, base, binds)?;
        let case = cases.run(&standing_alone(cases, &example))?;
        shows(cases, &case, aim).then(|| {
            let expected = cases.expected(&case);
            format!("{}  => {expected}", write::example(&example))
        })
    })
}

/// The values that the free facts need, all others staying as in the base.
fn wanted(cases: &Cases<'_, '_>, base: &Case, aim: Aim, free: &[SlotId]) -> Option<Values> {
    let subject = cases.subject;
    if let Aim::At { node, value } = aim {
        let slot = subject.program.nodes[node as usize].slot()?;
        return (free == [slot]).then(|| Values::from([(slot, vec![Cell::known(value)])]));
    }
    let Aim::Decides { node, met, besides } = aim else { return None };
    let fixed = (0..).zip(&base.row.cells).filter(|(slot, _)| !free.contains(slot));
    let fixed: Values = fixed.map(|(slot, cell)| (slot, vec![*cell])).collect();
    let mut solver = Solver::new(&subject.program, &subject.conflicts).knowing(fixed);
    let goals: Vec<Goal> = std::iter::once((node, met)).chain(besides).collect();
    match solver.ask(&goals) {
        Answer::Possible(values) => Some(values),
        Answer::Impossible | Answer::GaveUp => None,
    }
}

fn shows(cases: &mut Cases<'_, '_>, case: &Case, aim: Aim) -> bool {
    match aim {
        Aim::Decides { node, met, .. } => cases.depends(case, node, !met),
        Aim::At { node, value } => {
            let slot = cases.subject.program.nodes[node as usize].slot();
            let met = case.proof[node as usize] == crate::program::MET;
            slot.is_some_and(|slot| case.row.cells[slot as usize] == Cell::known(value))
                && cases.depends(case, aim.node(), !met)
        }
    }
}

/// A new example that changes an old one.
fn derived(cases: &Cases<'_, '_>, base: &Case, binds: Vec<Bind>) -> Option<Example> {
    let file = cases.subject.file;
    let base = &file.examples[base.example?];
    let name = short(&write::binds(&binds).replace('"', ""));
    if binds.is_empty() || file.examples.iter().any(|example| example.name.value == name) {
        return None;
    }
    let at = base.at;
    Some(Example {
        span: Span::default(),
        name: unplaced(name),
        base: Some(base.name.clone()),
        binds,
        at,
        expected: unplaced(Expected::Silent),
    })
}

/// A text cut after a word.
fn short(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(NAME_CHARACTERS_MAX) else { return text.to_owned() };
    let cut = &text[..end];
    let word = cut.rfind(' ').map_or(cut, |blank| &cut[..blank]);
    format!("{} …", word.trim_end_matches(','))
}

/// The same case without a base, so that it can be run though it does not stand in the file.
fn standing_alone(cases: &Cases<'_, '_>, example: &Example) -> Example {
    let examples = &cases.subject.file.examples;
    let mut binds = example.binds.clone();
    let mut base = example.base.as_ref();
    // A base always stands above, so the chain ends.
    while let Some(found) = base.and_then(|name| examples.iter().find(|other| other.name.value == name.value)) {
        binds.splice(0..0, found.binds.iter().cloned());
        base = found.base.as_ref();
    }
    Example { base: None, binds, ..example.clone() }
}

pub(super) fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

/// Statements that give the free facts values that are wanted.
fn binds(cases: &Cases<'_, '_>, base: &Case, values: &Values, free: &[SlotId]) -> Option<Vec<Bind>> {
    let teller = Teller::new(cases, Some(base));
    let mut binds = Vec::new();
    for slot in free {
        let now = base.row.cells[*slot as usize];
        let Some(cells) = values.get(slot) else { continue };
        let stays = cells.iter().any(|cell| cell.lo <= now.lo && now.hi <= cell.hi);
        if !stays {
            binds.extend(teller.tell(*slot, cells, now)?);
        }
    }
    let bind = |kind| Bind { span: Span::default(), kind };
    Some(binds.into_iter().map(bind).collect())
}

/// Says in words of the language that a fact has a value.
pub(super) struct Teller<'t> {
    program: &'t Program,
    dictionary: &'t crate::dictionary::Dictionary,
    date: jiff::civil::Date,
    billed: Vec<ProcedureCode>,
    pub(super) diagnoses: Vec<IcdCode>,
    pub(super) procedures: Vec<ProcedureCode>,
}

/// Diagnoses that are in few sets: for "none of these".
const ELSEWHERE: [&str; 4] = ["L98.9", "I10", "M54.50", "Z41.1"];

impl<'t> Teller<'t> {
    fn new(cases: &'t Cases<'_, '_>, base: Option<&Case>) -> Self {
        let subject = cases.subject;
        let date = base.map_or_else(|| super::place::days(subject.file)[0], |base| base.inputs.service_date);
        let billed = base.and_then(|base| base.inputs.billed.as_ref());
        let billed = billed.map(|billed| billed.iter().map(|billed| billed.code).collect()).unwrap_or_default();
        Self::of(&subject.program, subject.context, &[subject.file], date, billed)
    }

    /// Codes are taken from those that the files name.
    pub(super) fn of(
        program: &'t Program,
        context: &'t crate::compile::Context<'_>,
        files: &[&crate::ast::PolicyFile],
        date: jiff::civil::Date,
        billed: Vec<ProcedureCode>,
    ) -> Self {
        let mut named = super::named::Named::default();
        for file in files {
            named.file(file, context.lists);
        }
        let diagnoses = named
            .diagnoses
            .iter()
            .chain(&ELSEWHERE.map(str::to_owned))
            .filter_map(|text| billable(text.parse().ok()?, date))
            .collect();
        let procedures = named.procedures.iter().filter_map(|text| text.parse().ok()).collect();
        Self { program, dictionary: context.dictionary, date, billed, diagnoses, procedures }
    }

    /// Statements after which the fact has one of these values, the one nearest to `now` if that is known.
    pub(super) fn tell(&self, slot: SlotId, cells: &[Cell], now: Cell) -> Option<Vec<BindKind>> {
        let value = nearest(cells, now)?;
        let one = |kind| Some(vec![kind]);
        match &self.program.slots[slot as usize].key {
            SlotKey::Named(fact) => one(BindKind::Fact {
                fact: unplaced(self.dictionary.fact(*fact).name.clone()),
                value: self.answer(self.dictionary.fact(*fact), *fact, value)?,
            }),
            SlotKey::Diagnosis(_, set) => {
                let set = &self.program.diagnosis_sets[*set];
                let fits = |code: &&IcdCode| set.contains(**code, self.date) == (value == 1);
                let code = self.diagnoses.iter().find(fits)?;
                one(BindKind::Diagnoses(Known::Known(vec![unplaced(code.to_string())])))
            }
            SlotKey::Billed(set) => {
                let set_holds = |code: &ProcedureCode| self.program.code_sets[*set].contains(*code, self.date);
                let mut codes = self.billed.clone();
                if value == 1 {
                    codes.extend(self.procedures.iter().find(|code| set_holds(code)));
                } else {
                    codes.retain(|code| !set_holds(code));
                }
                let codes: Vec<Name> = codes.iter().map(|code| unplaced(code.to_string())).collect();
                (!codes.is_empty()).then(|| vec![BindKind::Codes(Known::Known(codes))])
            }
            SlotKey::SameDay(set) => self.same_day(*set, value),
            SlotKey::SinceDays(past) => one(self.past(*past, value, DurationUnit::Day)?),
            SlotKey::SinceMonths(past) => one(self.past(*past, value, DurationUnit::Month)?),
            SlotKey::Units(services, Window::Today) => {
                let number = Known::Known(unplaced(Number::whole(value)));
                one(BindKind::Units { code: self.code_of(services.set)?, number })
            }
            SlotKey::Count(services, window) if *window != Window::Today => self.services(*services, *window, value),
            SlotKey::Readings { fact, lo, hi, within } => self.readings(*fact, Cell::between(*lo, *hi), *within, value),
            SlotKey::Contraindicated(class) => {
                let class = unplaced(class.clone());
                let tried = BindKind::Trial { class: class.clone(), length: Known::None };
                one(if value == 1 { BindKind::Contraindicated(class) } else { tried })
            }
            SlotKey::TrialMonths(class) => one(trial(class, value, DurationUnit::Month)?),
            SlotKey::TrialDays(class) => one(trial(class, value, DurationUnit::Day)?),
            SlotKey::Document { kind, .. } => {
                let kind = self.dictionary.documents().iter().find(|one| crate::ast::value_key(&one.name) == *kind)?;
                let before = if value == 1 { Known::Known(length(1, DurationUnit::Day)?) } else { Known::None };
                one(BindKind::Document { kind: unplaced(kind.name.clone()), before })
            }
            SlotKey::Units(..) | SlotKey::Count(..) | SlotKey::TableMargin(..) | SlotKey::Unseen { .. } => None,
        }
    }

    fn answer(&self, fact: &Fact, id: crate::dictionary::FactId, value: i64) -> Option<FactAnswer> {
        let word = |text: String| FactAnswer::Value(Value { span: Span::default(), text });
        Some(match &fact.fact_type {
            FactType::YesNo if value == 1 => FactAnswer::Yes,
            FactType::YesNo => FactAnswer::No,
            FactType::Number { decimals, .. } => {
                if value < 0 {
                    return None;
                }
                let number = Number { digits: value, scale: *decimals };
                let written = write::number(number);
                FactAnswer::Number(Quantity { span: Span::default(), number, written, unit: None })
            }
            FactType::Choice { values } => word(values.get(usize::try_from(value).ok()?)?.clone()),
            FactType::Name => {
                let words = self.program.words(id);
                word(words.get(usize::try_from(value).ok()?).cloned().unwrap_or_else(|| "elsewhere".to_owned()))
            }
        })
    }

    fn code_of(&self, set: usize) -> Option<Name> {
        let set = &self.program.code_sets[set];
        // A code that is on the line already, so that a range of drugs is told by the drug that is billed.
        let on_line = self.billed.iter().chain(&self.procedures).find(|code| set.contains(**code, self.date));
        on_line.map(|code| unplaced(code.to_string()))
    }

    fn past(&self, past: Past, value: i64, unit: DurationUnit) -> Option<BindKind> {
        let Services { set, failed, per } = past.services;
        let code = self.code_of(set)?;
        if value >= NEVER - 1 {
            return Some(BindKind::Last { code, before: Known::None });
        }
        let before = length(value, unit)?;
        // The place that is treated cannot be told apart from here.
        match (past.end, failed, per) {
            (_, _, Some(_)) => None,
            (End::Last, false, None) => Some(BindKind::Last { code, before: Known::Known(before) }),
            (_, failed, None) => Some(BindKind::Service {
                code,
                before,
                units: None,
                region: None,
                side: None,
                failed: failed.then_some(true),
            }),
        }
    }

    fn same_day(&self, set: usize, value: i64) -> Option<Vec<BindKind>> {
        if value == 0 {
            return Some(vec![BindKind::History(Known::None)]);
        }
        let held = &self.program.code_sets[set];
        let code = self.procedures.iter().find(|code| held.contains(**code, self.date))?;
        Some(vec![service(unplaced(code.to_string()), length(0, DurationUnit::Day)?, false)])
    }

    /// So many readings in the range, a week apart.
    fn readings(
        &self,
        fact: crate::dictionary::FactId,
        range: Cell,
        within: Option<Duration>,
        count: i64,
    ) -> Option<Vec<BindKind>> {
        let known = self.dictionary.fact(fact);
        let name = unplaced(known.name.clone());
        let inside = |days: i64| {
            let day = codes::dates::add_days(self.date, -i32::try_from(days).unwrap_or(i32::MAX));
            within.is_none_or(|within| day > back(self.date, within))
        };
        if count == 0 {
            return Some(vec![BindKind::Reading { fact: name, value: Known::None }]);
        }
        if !(1..=SERVICES_MAX).contains(&count) || !inside(7 * count) {
            return None;
        }
        let value = if range.lo == i64::MIN { range.hi } else { range.lo };
        let FactAnswer::Number(quantity) = self.answer(known, fact, value)? else { return None };
        let one = |number: i64| {
            let before = length(7 * number, DurationUnit::Day)?;
            Some(BindKind::Reading { fact: name.clone(), value: Known::Known((quantity.clone(), before)) })
        };
        let mut binds = vec![BindKind::Reading { fact: name.clone(), value: Known::None }];
        binds.extend((1..=count).map(one).collect::<Option<Vec<_>>>()?);
        Some(binds)
    }

    /// So many services in the window, the one of today included, as far apart as the window allows.
    fn services(&self, services: Services, window: Window, value: i64) -> Option<Vec<BindKind>> {
        if services.per.is_some() {
            return None;
        }
        let code = self.code_of(services.set)?;
        let on_line = self.billed.iter().any(|billed| *billed.as_str() == *code.value);
        let today = i64::from(on_line && !services.failed);
        let earlier = value - today;
        if !(0..=SERVICES_MAX).contains(&earlier) {
            return None;
        }
        let days = match window {
            Window::In(duration) => i64::from(codes::dates::days_between(back(self.date, duration), self.date)),
            Window::CalendarMonth => i64::from(codes::dates::days_between(self.date.first_of_month(), self.date)),
            Window::CalendarYear => i64::from(codes::dates::days_between(self.date.first_of_year(), self.date)),
            Window::Today | Window::Ever => 7 * (SERVICES_MAX + 1),
        };
        let apart = (days / (earlier + 1)).max(1);
        let one = |number| Some(service(code.clone(), length(number * apart, DurationUnit::Day)?, services.failed));
        let mut binds = vec![BindKind::History(Known::None)];
        binds.extend((1..=earlier).map(one).collect::<Option<Vec<_>>>()?);
        Some(binds)
    }
}

fn service(code: Name, before: Spanned<Duration>, failed: bool) -> BindKind {
    BindKind::Service { code, before, units: None, region: None, side: None, failed: failed.then_some(true) }
}

fn trial(class: &str, value: i64, unit: DurationUnit) -> Option<BindKind> {
    let length = if value == 0 { Known::None } else { Known::Known(length(value, unit)?) };
    Some(BindKind::Trial { class: unplaced(class.to_owned()), length })
}

fn length(count: i64, unit: DurationUnit) -> Option<Spanned<Duration>> {
    let count = u32::try_from(count).ok().filter(|count| *count <= crate::parse::DURATION_COUNT_MAX)?;
    Some(unplaced(Duration { count, unit }))
}

/// A code that a claim of this day may carry: the code itself, or one below it.
fn billable(code: IcdCode, date: jiff::civil::Date) -> Option<IcdCode> {
    let window = codes::icd10::window();
    let day = if window.contains(date) { date } else { window.from };
    match codes::icd10::lookup(code, day) {
        IcdStatus::Billable => Some(code),
        IcdStatus::Header { examples, .. } => examples.first().copied(),
        _ => None,
    }
}

/// The value of these cells that is nearest to a known one, or else the smallest that is not an end of all numbers.
fn nearest(cells: &[Cell], now: Cell) -> Option<i64> {
    let finite = |value: &i64| *value != i64::MIN && *value != i64::MAX;
    let ends = cells.iter().flat_map(|cell| [cell.lo, cell.hi]);
    let to = if now.is_open() { 0 } else { now.lo };
    let found = ends.clone().filter(finite).min_by_key(|value| (value.abs_diff(to), *value));
    found.or_else(|| ends.max())
}
