//! One condition in plain words.

use std::fmt::Write as _;

use crate::ast::{
    Atom, CodeItem, CodeSet, Comparison, Criterion, DiagnosisItem, DiagnosisPosition, DiagnosisSet, Duration,
    DurationUnit, End, Expr, ExprKind, Items, Measure, Name, Number, Operand, Per, Quantity, Term, Value, ValueSet,
    Window,
};
use crate::dictionary::{Dictionary, Fact, FactType, Unit};
use crate::span::Spanned;

/// A condition in plain words, on one line: `headache days a month: at least 15 days`.
///
/// Names that the dictionary does not have stand as they are written.
///
/// ```
/// use policy::{dictionary::Dictionary, parse, show, span::SourceId};
/// let text = "policy \"x\" \"X\"\nrank lcd\nfor 64615\ndates ..\nsource \"x\" text\n\
///     covered when all\n  gap: since last 64615 >= 12 weeks or never\notherwise not covered\n";
/// let file = parse::parse(SourceId(0), text).file.expect("no errors");
/// assert_eq!(
///     show::phrase(&file.clauses[0].criteria[0].expr, &Dictionary::default()),
///     "time since the last 64615: at least 12 weeks, or never before",
/// );
/// ```
#[must_use]
pub fn phrase(expr: &Expr, dictionary: &Dictionary) -> String {
    let words = Words { dictionary };
    words.expr(expr, false)
}

pub(crate) struct Words<'a> {
    pub(crate) dictionary: &'a Dictionary,
}

impl Words<'_> {
    pub(super) fn expr(&self, expr: &Expr, negated: bool) -> String {
        let not = not(negated);
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner, !negated),
            ExprKind::Atom(atom) => self.atom(atom, negated),
            ExprKind::AtLeast { count, members } => {
                format!("{not}at least {} of ({})", count.value, self.members(members, "; "))
            }
            ExprKind::All(members) if negated => format!("not ({})", self.members(members, "; and ")),
            ExprKind::Any(members) if negated => format!("not ({})", self.members(members, "; or ")),
            ExprKind::All(members) => self.members(members, "; and "),
            ExprKind::Any(members) => self.members(members, "; or "),
        }
    }

    /// The members of a group with these words between them; a group among them is put into brackets.
    fn members(&self, members: &[Criterion], between: &str) -> String {
        let member = |member: &Criterion| {
            let words = self.expr(&member.expr, false);
            let is_group = matches!(&member.expr.kind, ExprKind::All(_) | ExprKind::Any(_));
            if is_group && members.len() > 1 { format!("({words})") } else { words }
        };
        members.iter().map(member).collect::<Vec<_>>().join(between)
    }

    pub(super) fn fact(&self, name: &Name) -> Option<&Fact> {
        self.dictionary.fact_id(name).map(|id| self.dictionary.fact(id))
    }

    pub(super) fn label(&self, name: &Name) -> String {
        self.fact(name).map_or_else(|| name.value.clone(), |fact| fact.label.clone())
    }

    pub(crate) fn atom(&self, atom: &Atom, negated: bool) -> String {
        match atom {
            Atom::Fact(fact) => format!("{}: {}", self.label(fact), if negated { "no" } else { "yes" }),
            Atom::Compare { fact, comparison, operand } => self.compare(fact, comparison, operand, negated),
            Atom::In { fact, negated: not_in, set } => {
                let values = match set {
                    ValueSet::Values(values) => {
                        let texts: Vec<&str> = values.iter().map(|value: &Value| value.text.as_str()).collect();
                        alternatives(&texts)
                    }
                    ValueSet::List(list) => format!("in the list {}", list.value),
                };
                format!("{}: {}{values}", self.label(fact), not(negated != *not_in))
            }
            Atom::Diagnosis { position, negated: not_in, set } => {
                let which = match position {
                    DiagnosisPosition::Any => "diagnosis",
                    DiagnosisPosition::Primary => "primary diagnosis",
                    DiagnosisPosition::Other => "further diagnosis",
                };
                format!("{which}: {}{}", not(negated != *not_in), diagnoses(set))
            }
            Atom::Billed(codes) => format!("on the claim: {}{}", not(negated), items(codes)),
            Atom::SameDay(set) => format!("on the same day: {}{}", not(negated), codes(set)),
            Atom::Since { end, failed, codes: set, within, per, comparison, duration: time, or_never } => {
                let never = if *or_never { ", or never before" } else { "" };
                let limit = format!("{} {}", comparison_words(comparison.value), duration(time.value));
                let within = within.as_ref().map(|within| within.value);
                let past = past_words(*end, *failed, &codes(set), within, per.as_deref().copied());
                format!("{past}: {}{limit}{never}", not(negated))
            }
            Atom::Amount { measure, failed, codes: set, window, per, comparison, limit } => {
                let what = amount_words(*measure, *failed);
                let place = per_words(per.as_deref().copied());
                let comparison = comparison_words(turned(comparison.value, negated));
                format!(
                    "{what} {} {}{place}: {comparison} {}",
                    codes(set),
                    window_words(window.value),
                    number(limit.value)
                )
            }
            Atom::Trial { class, length, or_contraindicated } => {
                let tried = self.trial(class, length.as_ref(), negated);
                match (or_contraindicated, negated) {
                    (false, _) => tried,
                    (true, false) => format!("{tried}, or it could not be tried for a medical reason"),
                    (true, true) => format!("{tried}, and it could be tried"),
                }
            }
            Atom::Readings { fact, comparison, limit, dates, within } => {
                let unit = match self.fact(fact).map(|fact| &fact.fact_type) {
                    Some(FactType::Number { unit, .. }) => Some(*unit),
                    _ => None,
                };
                let dates = dates.value;
                let number = if negated { format!("fewer than {dates}") } else { format!("at least {dates}") };
                let limit = format!("{} {}", comparison_words(comparison.value), quantity(limit, unit));
                let within = within.as_ref().map(|within| format!(" within {}", duration(within.value)));
                format!("{} {limit}: on {number} separate dates{}", self.label(fact), within.unwrap_or_default())
            }
            Atom::Document { kind, within, before_service } => {
                let mut text = if negated { "not on file: ".to_owned() } else { "on file: ".to_owned() };
                let label = self.dictionary.document_id(kind).map(|id| &self.dictionary.document(id).label);
                text.push_str(label.unwrap_or(&kind.value));
                if let Some(within) = within {
                    let _ = write!(text, ", not older than {}", duration(within.value));
                }
                if *before_service {
                    text.push_str(", dated before the service");
                }
                text
            }
            Atom::Unverified(question) => format!("to be asked: {}", question.value),
        }
    }

    fn compare(&self, name: &Name, comparison: &Spanned<Comparison>, operand: &Operand, negated: bool) -> String {
        let label = self.label(name);
        let turned = turned(comparison.value, negated);
        match operand {
            Operand::Value(value) => format!("{label}: {}{}", not(turned == Comparison::NotEqual), value.text),
            Operand::Table { table, argument, .. } => {
                let limit = format!("the value of the table {} for {}", table.value, self.label(argument));
                format!("{label}: {} {limit}", comparison_words(turned))
            }
            Operand::Number(written) => match self.fact(name).map(|fact| &fact.fact_type) {
                Some(FactType::Choice { .. } | FactType::Name | FactType::YesNo) => {
                    format!("{label}: {}{}", not(turned == Comparison::NotEqual), written.written)
                }
                Some(FactType::Number { unit, .. }) => {
                    format!("{label}: {} {}", comparison_words(turned), quantity(written, Some(*unit)))
                }
                None => format!("{label}: {} {}", comparison_words(turned), quantity(written, None)),
            },
        }
    }

    fn trial(&self, class: &Name, length: Option<&(Spanned<Comparison>, Spanned<Duration>)>, negated: bool) -> String {
        let label = self.dictionary.trial_class_id(class).map(|id| &self.dictionary.trial_class(id).label);
        let label = label.unwrap_or(&class.value);
        match length {
            None => format!("earlier treatment that did not help, {label}: {}", if negated { "no" } else { "yes" }),
            Some((comparison, time)) => {
                let comparison = comparison_words(turned(comparison.value, negated));
                format!("earlier treatment that did not help, {label}: {comparison} {}", duration(time.value))
            }
        }
    }
}

/// The first words of a group, and its members.
pub(super) fn group(expr: &Expr) -> Option<(String, &[Criterion])> {
    match &expr.kind {
        ExprKind::All(members) => Some(("all of".to_owned(), members)),
        ExprKind::Any(members) => Some(("any of".to_owned(), members)),
        ExprKind::AtLeast { count, members } => Some((format!("at least {} of", count.value), members)),
        ExprKind::Not(_) | ExprKind::Atom(_) => None,
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "not " } else { "" }
}

/// `a, b or c`.
pub(super) fn alternatives<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    match texts.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

pub(crate) fn diagnoses(set: &DiagnosisSet) -> String {
    let texts: Vec<String> = set
        .items
        .iter()
        .map(|item| match &item.value {
            DiagnosisItem::Code(code) => code.clone(),
            DiagnosisItem::Below(code) => format!("{code}*"),
            DiagnosisItem::Range { first, last } => format!("{first} to {last}"),
            DiagnosisItem::List(list) => format!("in the list {list}"),
        })
        .collect();
    alternatives(&texts)
}

pub(crate) fn codes(set: &CodeSet) -> String {
    alternatives(&code_texts(set))
}

fn code_texts(set: &CodeSet) -> Vec<String> {
    let text = |item: &Spanned<CodeItem>| match &item.value {
        CodeItem::Code(code) => code.clone(),
        CodeItem::Range { first, last } => format!("{first} to {last}"),
        CodeItem::List(list) => format!("a code of the list {list}"),
    };
    set.items.iter().map(text).collect()
}

pub(super) fn items(items: &Items) -> String {
    let mut texts = code_texts(&items.codes);
    texts.extend(items.treatments.iter().map(|treatment| format!("the treatment {}", treatment.value)));
    alternatives(&texts)
}

pub(super) const fn comparison_words(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::AtLeast => "at least",
        Comparison::MoreThan => "more than",
        Comparison::AtMost => "at most",
        Comparison::LessThan => "less than",
        Comparison::Equal => "exactly",
        Comparison::NotEqual => "other than",
    }
}

/// The comparison that holds where this one does not.
pub(crate) const fn turned(comparison: Comparison, negated: bool) -> Comparison {
    if !negated {
        return comparison;
    }
    match comparison {
        Comparison::AtLeast => Comparison::LessThan,
        Comparison::MoreThan => Comparison::AtMost,
        Comparison::AtMost => Comparison::MoreThan,
        Comparison::LessThan => Comparison::AtLeast,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
    }
}

/// `time since the last 64615, for each side`.
pub(super) fn past_words(end: End, failed: bool, codes: &str, within: Option<Duration>, per: Option<Per>) -> String {
    let end = match end {
        End::Last => "last",
        End::First => "first",
    };
    let failed = if failed { " that failed" } else { "" };
    let within = within.map(|within| format!(" within {}", duration(within))).unwrap_or_default();
    format!("time since the {end} {codes}{failed}{within}{}", per_words(per))
}

pub(super) const fn amount_words(measure: Measure, failed: bool) -> &'static str {
    match (measure, failed) {
        (Measure::Count, false) => "services with",
        (Measure::Count, true) => "failed services with",
        (Measure::Units, _) => "units of",
    }
}

/// `30 days`, `3 business days`, `72 hours`.
pub(crate) fn term(term: Term) -> String {
    let counted = |count: u32, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match term {
        Term::Calendar(time) => duration(time),
        Term::BusinessDays(count) => counted(count, "business day"),
        Term::Hours(count) => counted(count, "hour"),
    }
}

pub(super) const fn per_words(per: Option<Per>) -> &'static str {
    match per {
        None => "",
        Some(Per::Region) => ", for each body region",
        Some(Per::Side) => ", for each side",
        Some(Per::RegionAndSide) => ", for each body region and side",
    }
}

pub(super) fn window_words(window: Window) -> String {
    match window {
        Window::Today => "on the day".to_owned(),
        Window::In(time) => format!("within {}", duration(time)),
        Window::CalendarMonth => "in the calendar month".to_owned(),
        Window::CalendarYear => "in the calendar year".to_owned(),
        Window::Ever => "ever".to_owned(),
    }
}

/// `1 month`, `12 weeks`.
pub(crate) fn duration(duration: Duration) -> String {
    let unit = match duration.unit {
        DurationUnit::Day => "day",
        DurationUnit::Week => "week",
        DurationUnit::Month => "month",
        DurationUnit::Year => "year",
    };
    format!("{} {unit}{}", duration.count, if duration.count == 1 { "" } else { "s" })
}

/// A number with its unit, or else with the fact's.
pub(super) fn quantity(quantity: &Quantity, of_fact: Option<Unit>) -> String {
    let unit = quantity.unit.map(|unit| unit.value).or(of_fact);
    let one = quantity.number == Number { digits: 1, scale: 0 };
    match unit.map(|unit| unit.phrase(one)) {
        None | Some("") => number(quantity.number),
        Some(unit) => format!("{} {unit}", number(quantity.number)),
    }
}

/// The number as it was written, without needless zeros in front.
pub(crate) fn number(number: Number) -> String {
    let sign = if number.digits < 0 { "-" } else { "" };
    let scale = usize::from(number.scale);
    let digits = format!("{:0width$}", number.digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
