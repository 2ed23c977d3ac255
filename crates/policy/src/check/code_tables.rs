//! E110 and N002: codes against the dated tables.

use std::collections::{BTreeMap, BTreeSet};

use codes::dates::Interval;
use codes::hcpcs::CodeStatus;
use codes::icd10::IcdStatus;
use codes::{IcdCode, ProcedureCode};
use jiff::civil::Date;

use super::finding;
use crate::ast::{
    Answer, Atom, Bind, BindKind, CodeItem, CodeSet, Criterion, DiagnosisItem, DiagnosisSet, Expr, ExprKind, Items,
    ListName, PolicyFile,
};
use crate::compile::Context;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::span::Span;

/// Codes of lists that were reported already: a list is named by many policies.
#[derive(Default)]
pub(super) struct Reported(BTreeSet<(String, String)>);

/// Looks every code of a policy up.
pub(super) fn check(file: &PolicyFile, context: &Context<'_>, reported: &mut Reported, findings: &mut Vec<Diagnostic>) {
    let period = Period {
        from: file.dates.from.map(|from| from.value),
        until: file.dates.until.map(|until| until.value),
        read: file.source.read.map(|read| read.value),
    };
    let mut looker = Looker {
        file,
        context,
        reported,
        findings,
        unchecked: BTreeSet::new(),
        by_code: BTreeMap::new(),
        in_example: false,
    };
    looker.items(&file.applies.items, period);
    if let Some(with) = &file.applies.with {
        looker.items(with, period);
    }
    for term in &file.scope {
        looker.expr(term, period);
    }
    for criterion in file.clauses.iter().flat_map(|clause| &clause.criteria) {
        looker.criterion(criterion, period);
    }
    for excuse in &file.unless {
        looker.criterion(&excuse.condition, period);
    }
    for when in file.duties.iter().filter_map(|duty| duty.when.as_ref()) {
        looker.expr(when, period);
    }
    looker.in_example = true;
    for example in &file.examples {
        let day = example.at.or(file.dates.from).or(file.source.read);
        let Some(day) = day.map(|day| day.value) else { continue };
        let period = Period { from: Some(day), until: day.tomorrow().ok(), read: None };
        for bind in &example.binds {
            looker.bind(bind, period);
        }
    }
    looker.finish();
}

/// Dates of service, half open; an end that is not there is not known.
#[derive(Clone, Copy)]
struct Period {
    from: Option<Date>,
    until: Option<Date>,
    /// The day the source was read.
    read: Option<Date>,
}

impl Period {
    fn within(self, row_from: Option<Date>, row_until: Option<Date>) -> Self {
        let until = match (self.until, row_until) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { from: self.from.max(row_from), until, ..self }
    }

    /// The days to look up, and whether the file names them: its first and last, the day its source was read, and the ends of
    /// the table. That a table does not reach to the end of time is no news.
    fn days(self, window: Interval) -> Vec<(Date, bool)> {
        let last = self.until.and_then(|until| until.yesterday().ok());
        let window_last = window.until.and_then(|until| until.yesterday().ok());
        let named = [self.from, last, self.read].into_iter().flatten().map(|day| (day, true));
        let unnamed = [Some(window.from), window_last, window.until].into_iter().flatten().map(|day| (day, false));
        let inside =
            |(day, _): &(Date, bool)| self.from.is_none_or(|from| from <= *day) && last.is_none_or(|last| *day <= last);
        let mut days: Vec<(Date, bool)> = named.chain(unnamed).filter(inside).collect();
        days.sort_unstable_by_key(|(day, named)| (*day, !named));
        days.dedup_by_key(|(day, _)| *day);
        days
    }
}

struct Looker<'a, 'f> {
    file: &'a PolicyFile,
    context: &'a Context<'a>,
    reported: &'f mut Reported,
    findings: &'f mut Vec<Diagnostic>,
    unchecked: BTreeSet<String>,
    /// Findings by code: a code that stands in several places is one finding.
    by_code: BTreeMap<String, Diagnostic>,
    in_example: bool,
}

/// Where a code stands: in the file, or in a list that the file names there.
#[derive(Clone, Copy)]
struct Place<'a> {
    span: Span,
    list: Option<&'a ListName>,
}

impl<'a> Looker<'a, '_> {
    fn criterion(&mut self, criterion: &'a Criterion, period: Period) {
        self.expr(&criterion.expr, period);
    }

    fn expr(&mut self, expr: &'a Expr, period: Period) {
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner, period),
            ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
                members.iter().for_each(|member| self.criterion(member, period));
            }
            ExprKind::Atom(Atom::Diagnosis { set, .. }) => self.diagnoses(set, period),
            ExprKind::Atom(Atom::Billed(items)) => self.items(items, period),
            ExprKind::Atom(Atom::Amount { codes, .. } | Atom::SameDay(codes)) => self.codes(codes, period),
            // Codes of earlier services may have ended since.
            ExprKind::Atom(_) => {}
        }
    }

    fn items(&mut self, items: &'a Items, period: Period) {
        self.codes(&items.codes, period);
    }

    fn codes(&mut self, set: &'a CodeSet, period: Period) {
        for item in &set.items {
            let place = Place { span: item.span, list: None };
            match &item.value {
                CodeItem::Code(code) => self.procedure(code, place, period),
                // A range may hold codes of the past and of the future.
                CodeItem::Range { .. } => {}
                CodeItem::List(list) => self.rows(list, item.span, |looker, code, place, from, until| {
                    looker.procedure(code, place, period.within(from, until));
                }),
            }
        }
    }

    fn rows(
        &mut self,
        list: &'a ListName,
        span: Span,
        mut each: impl FnMut(&mut Self, &'a str, Place<'a>, Option<Date>, Option<Date>),
    ) {
        for row in self.context.lists.rows(list).unwrap_or_default() {
            each(self, &row.code, Place { span, list: Some(list) }, row.from, row.until);
        }
    }

    fn diagnoses(&mut self, set: &'a DiagnosisSet, period: Period) {
        for item in &set.items {
            let place = Place { span: item.span, list: None };
            match &item.value {
                DiagnosisItem::Code(code) => self.diagnosis(code, place, period, Wanted::Billable),
                DiagnosisItem::Below(stem) => {
                    self.diagnosis(stem.trim_end_matches('.'), place, period, Wanted::Any);
                }
                DiagnosisItem::Range { first, last } => {
                    self.diagnosis(first, place, period, Wanted::Any);
                    self.diagnosis(last, place, period, Wanted::Any);
                }
                DiagnosisItem::List(list) => self.rows(list, item.span, |looker, code, place, from, until| {
                    let period = period.within(from, until);
                    if let Some(stem) = code.strip_suffix('*') {
                        looker.diagnosis(stem.trim_end_matches('.'), place, period, Wanted::Any);
                    } else if let Some((first, last)) = code.split_once('-') {
                        looker.diagnosis(first, place, period, Wanted::Any);
                        looker.diagnosis(last, place, period, Wanted::Any);
                    } else {
                        looker.diagnosis(code, place, period, Wanted::Billable);
                    }
                }),
            }
        }
    }

    fn bind(&mut self, bind: &'a Bind, period: Period) {
        match &bind.kind {
            BindKind::Diagnoses(Answer::Known(codes)) => {
                for code in codes {
                    self.diagnosis(&code.value, Place { span: code.span, list: None }, period, Wanted::Billable);
                }
            }
            BindKind::Codes(Answer::Known(codes)) => {
                for code in codes {
                    self.procedure(&code.value, Place { span: code.span, list: None }, period);
                }
            }
            BindKind::Units { code, .. } => {
                self.procedure(&code.value, Place { span: code.span, list: None }, period);
            }
            _ => {}
        }
    }

    fn diagnosis(&mut self, text: &str, place: Place<'_>, period: Period, wanted: Wanted) {
        let Ok(code) = text.parse::<IcdCode>() else { return };
        for (day, named) in period.days(codes::icd10::window()) {
            let status = codes::icd10::lookup(code, day);
            let (what, help) = match status {
                IcdStatus::Billable => continue,
                IcdStatus::Header { .. } if wanted == Wanted::Any => continue,
                IcdStatus::OutsideWindow { .. } => {
                    if named {
                        self.unchecked.insert(code.to_string());
                    }
                    continue;
                }
                IcdStatus::Header { examples, billable_below } => {
                    let examples: Vec<String> = examples.iter().map(IcdCode::to_string).collect();
                    (
                        format!(
                            "`{code}` is the start of {billable_below} longer codes; no claim carries it by itself"
                        ),
                        format!("write `{code}.*` for all of them, or choose: {}", examples.join(" ")),
                    )
                }
                IcdStatus::Unknown { nearest } => {
                    let nearest: Vec<String> = nearest.iter().map(IcdCode::to_string).collect();
                    (format!("`{code}` is no diagnosis code on {day}"), suggestion(&nearest))
                }
                // A star or a range takes what there is on each day.
                IcdStatus::NotValidOn { .. } if wanted == Wanted::Any => continue,
                IcdStatus::NotValidOn { from, until } => {
                    return self.not_valid(&code.to_string(), place, day, period, (from, until));
                }
            };
            return self.report(&code.to_string(), place, Severity::Error, what, help);
        }
    }

    fn procedure(&mut self, text: &str, place: Place<'_>, period: Period) {
        let Ok(code) = text.parse::<ProcedureCode>() else { return };
        for (day, named) in period.days(codes::hcpcs::window()) {
            let (what, help) = match codes::hcpcs::lookup(code, day) {
                CodeStatus::Listed { .. } | CodeStatus::NotChecked => continue,
                CodeStatus::OutsideWindow { .. } => {
                    if named {
                        self.unchecked.insert(code.to_string());
                    }
                    continue;
                }
                CodeStatus::NotValidOn { from, until } => {
                    return self.not_valid(code.as_str(), place, day, period, (from, until));
                }
                CodeStatus::Unknown { nearest } => {
                    let nearest: Vec<String> = nearest.iter().map(ProcedureCode::to_string).collect();
                    (format!("`{code}` is no HCPCS code on {day}"), suggestion(&nearest))
                }
            };
            return self.report(code.as_str(), place, Severity::Error, what, help);
        }
    }

    /// A code that is valid on some of the days only is an error where it is valid on none of them, or on the day of an example.
    fn not_valid(
        &mut self,
        code: &str,
        place: Place<'_>,
        day: Date,
        period: Period,
        (from, until): (Option<Date>, Option<Date>),
    ) {
        let never = from.zip(period.until).is_some_and(|(from, end)| end <= from)
            || until.zip(period.from).is_some_and(|(until, start)| until <= start);
        let severity = if never || self.in_example { Severity::Error } else { Severity::Warning };
        let valid = match (from, until) {
            (Some(from), Some(until)) => format!("{from} .. {until}"),
            (Some(from), None) => format!("{from} .."),
            (None, Some(until)) => format!(".. {until}"),
            (None, None) => "on other days".to_owned(),
        };
        let help = if self.in_example {
            format!("it is valid {valid}: add `at` a day on which the code exists")
        } else {
            format!("it is valid {valid}: split the policy there, or put the code in a list with these dates")
        };
        self.report(code, place, severity, format!("`{code}` is not valid on {day}"), help);
    }

    fn report(&mut self, code: &str, place: Place<'_>, severity: Severity, message: String, help: String) {
        let mut there = String::new();
        if let Some(list) = place.list {
            if !self.reported.0.insert((list.name.clone(), code.to_owned())) {
                return;
            }
            there = format!("in library/lists/{}.csv", list.name);
        }
        let new = || Diagnostic::new(&finding::BAD_CODE, severity, message);
        let finding = self.by_code.entry(code.to_owned()).or_insert_with(new);
        finding.severity = finding.severity.min(severity);
        finding.labels.push(Label { source: self.file.file, span: place.span, text: there });
        if !finding.help.contains(&help) {
            finding.help.push(help);
        }
    }

    /// One note for the file, however many codes it names.
    fn finish(self) {
        self.findings.extend(self.by_code.into_values());
        let Some(first) = self.unchecked.first() else { return };
        let message = match self.unchecked.len() {
            1 => format!("`{first}` was not looked up on every day that this policy names"),
            count => format!("{count} codes were not looked up on every day that this policy names"),
        };
        let (icd, hcpcs) = (codes::icd10::window(), codes::hcpcs::window());
        self.findings.push(
            Diagnostic::new(&finding::NOT_CHECKED, Severity::Note, message)
                .at(self.file.file, self.file.dates.span, "")
                .help(format!("the tables of this program hold ICD-10-CM for {icd} and HCPCS for {hcpcs}")),
        );
    }
}

/// What a diagnosis code must be where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A code that a claim may carry.
    Billable,
    /// A code or the start of codes.
    Any,
}

fn suggestion(nearest: &[String]) -> String {
    match nearest {
        [] => "check it in the source".to_owned(),
        [only] => format!("did you mean `{only}`?"),
        several => format!("did you mean one of these: {}", several.join(" ")),
    }
}
