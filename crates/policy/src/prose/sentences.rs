//! One condition as a sentence.

use super::Glossary;
use super::dates::{capital, sentence};
use super::values::{comparison, limit, passed};
use crate::ast::{
    Atom, CodeSet, Comparison, DiagnosisPosition, DiagnosisSet, Duration, End, Expr, ExprKind, Measure, Name, Number,
    Operand, Per, Window,
};
use crate::dictionary::{Fact, FactType, GivenBy};
use crate::show::{duration, number, turned};
use crate::span::Spanned;

/// How a fact that every case has is said; `{}` is its value. Everything else is said as a question with its answer.
const CASE_FACTS: [(&str, &str); 21] = [
    ("age_years", "On the date of service the patient is {} old."),
    ("benefit", "The plan pays under {}."),
    ("clinician_license", "The person who does it holds this license: {}."),
    ("county", "The facility is in this county: {}."),
    ("course", "It is {}."),
    ("drug", "The product is {}."),
    ("drug_source", "The drug is {}."),
    ("facility_kind", "The place is of this kind: {}."),
    ("funding", "The plan is {}."),
    ("home_state", "The patient lives in {}."),
    ("issue_state", "The insurance contract was issued in {}."),
    ("mac", "The Medicare contractor for the place is {}."),
    ("network", "The practice is {}."),
    ("payer", "The payer is {}."),
    ("payer_class", "The coverage is {}."),
    ("place_of_service", "The place of service is {}."),
    ("plan", "The plan is {}."),
    ("product", "The plan is of the type {}."),
    ("purpose", "The documented purpose is {}."),
    ("service_state", "The service is given in {}."),
    ("treatment", "The treatment is {}."),
];

impl<'a> Glossary<'a> {
    pub(super) fn fact(self, name: &str) -> Option<&'a Fact> {
        self.dictionary.fact_id(name).map(|id| self.dictionary.fact(id))
    }

    /// A single test, or the words that introduce a group.
    pub(super) fn sentence(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::All(_) => "All of these are true:".to_owned(),
            ExprKind::Any(_) => "At least one of these is true:".to_owned(),
            ExprKind::AtLeast { count, members } => {
                format!("At least {} of these {} are true:", count.value, members.len())
            }
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Atom(atom) => self.atom(atom, true),
                // Not written by people: `not` stands only before a single test.
                _ => format!("This is not so: {}", self.sentence(inner)),
            },
            ExprKind::Atom(atom) => self.atom(atom, false),
        }
    }

    fn atom(self, atom: &Atom, negated: bool) -> String {
        match atom {
            Atom::Fact(fact) => self.answer(fact, if negated { "no" } else { "yes" }),
            Atom::Compare { fact, comparison, operand } => {
                self.compare(fact, turned(comparison.value, negated), operand)
            }
            Atom::In { fact, negated: not_in, set } => {
                let outside = negated != *not_in;
                let values = self.values(&fact.value, set);
                self.answer(fact, &if outside { format!("anything but {values}") } else { values })
            }
            Atom::Diagnosis { position, negated: not_in, set } => self.diagnosis(*position, negated != *not_in, set),
            Atom::Billed(items) => {
                let what = self.services(items);
                if negated {
                    format!("The claim line does not bill {what}.")
                } else {
                    format!("The claim line bills {what}.")
                }
            }
            Atom::SameDay(_) | Atom::Readings { .. } => self.in_short(atom, negated),
            Atom::Since { end, failed, within, per, .. }
                if *end == End::First || *failed || within.is_some() || per.is_some() =>
            {
                self.in_short(atom, negated)
            }
            Atom::Since { codes, comparison, duration, or_never, .. } => {
                self.since(codes, turned(comparison.value, negated), duration.value, *or_never, negated)
            }
            Atom::Amount { failed: true, .. } => self.in_short(atom, negated),
            Atom::Amount { measure, codes, window, per, comparison, limit, .. } => {
                let per = per.as_ref().map(|per| per.value);
                self.amount(*measure, codes, window.value, per, turned(comparison.value, negated), limit.value)
            }
            Atom::Trial { or_contraindicated: true, .. } => self.in_short(atom, negated),
            Atom::Trial { class, length, .. } => self.trial(class, length.as_ref(), negated),
            Atom::Document { kind, within, before_service } => {
                let found = self.dictionary.document_id(kind).map(|id| &self.dictionary.document(id).label);
                let mut text =
                    if negated { "This is not on file: ".to_owned() } else { "This is on file: ".to_owned() };
                text.push_str(found.unwrap_or(&kind.value));
                if *before_service {
                    text.push_str("; it was made before the service");
                }
                if let Some(within) = within {
                    text.push_str(&format!("; it is not older than {}", duration(within.value)));
                }
                sentence(&text)
            }
            Atom::Unverified(question) => {
                format!("Not known yet, ask the payer: {}", sentence(&question.value))
            }
        }
    }

    /// The condition as one line says it.
    fn in_short(self, atom: &Atom, negated: bool) -> String {
        sentence(&capital(&crate::show::Words { dictionary: self.dictionary }.atom(atom, negated)))
    }

    /// A fact and the answer that makes the condition true.
    fn answer(self, name: &Name, value: &str) -> String {
        if let Some((_, says)) = CASE_FACTS.iter().find(|(fact, _)| *fact == name.value) {
            return says.replace("{}", value);
        }
        match self.fact(name) {
            Some(fact) if fact.given_by == GivenBy::Case && !matches!(fact.fact_type, FactType::YesNo) => {
                sentence(&format!("{}: {value}", capital(&fact.label)))
            }
            Some(fact) => format!("{} Answer: {}", fact.question, sentence(value)),
            None => sentence(&format!("{}: {value}", name.value)),
        }
    }

    fn compare(self, name: &Name, how: Comparison, operand: &Operand) -> String {
        let only = |value: String| if how == Comparison::NotEqual { format!("anything but {value}") } else { value };
        let answer = match operand {
            Operand::Value(value) => only(self.value(&name.value, &value.text)),
            Operand::Table { table, argument, .. } => {
                let of = self.fact(argument).map_or(argument.value.as_str(), |fact| &fact.label);
                format!("{} what the table {} gives for the {of}", comparison(how), table.value)
            }
            Operand::Number(written) => match self.fact(name).map(|fact| &fact.fact_type) {
                Some(FactType::Choice { .. } | FactType::Name | FactType::YesNo) => {
                    only(self.value(&name.value, &written.written))
                }
                Some(FactType::Number { unit, .. }) => limit(how, written, Some(*unit)),
                None => limit(how, written, None),
            },
        };
        self.answer(name, &answer)
    }

    fn diagnosis(self, position: DiagnosisPosition, outside: bool, set: &DiagnosisSet) -> String {
        let codes = self.diagnoses(set);
        match (position, outside) {
            (DiagnosisPosition::Any, false) => format!("One of the diagnoses is {codes}."),
            (DiagnosisPosition::Any, true) => format!("None of the diagnoses is {codes}."),
            (DiagnosisPosition::Primary, false) => format!("The first (primary) diagnosis is {codes}."),
            (DiagnosisPosition::Primary, true) => format!("The first (primary) diagnosis is not {codes}."),
            (DiagnosisPosition::Other, false) => format!("One of the diagnoses after the first is {codes}."),
            (DiagnosisPosition::Other, true) => format!("None of the diagnoses after the first is {codes}."),
        }
    }

    fn since(self, codes: &CodeSet, how: Comparison, time: Duration, or_never: bool, negated: bool) -> String {
        let passed = capital(&passed(how, time));
        let last = self.codes(codes);
        match (or_never, negated) {
            (true, false) => format!("{passed} since the last {last}, or there was none before."),
            (true, true) => {
                format!("There was a {last} before, and {} since the last one.", super::values::passed(how, time))
            }
            (false, _) => format!("{passed} since the last {last}."),
        }
    }

    fn amount(
        self,
        measure: Measure,
        codes: &CodeSet,
        window: Window,
        per: Option<Per>,
        how: Comparison,
        most: Number,
    ) -> String {
        let one = number(most) == "1";
        let what = match (measure, one) {
            (Measure::Count, true) => "service with",
            (Measure::Count, false) => "services with",
            (Measure::Units, true) => "billing unit of",
            (Measure::Units, false) => "billing units of",
        };
        let amount = format!("{} {} {what} {}", capital(comparison(how)), number(most), self.codes(codes));
        let per = match per {
            None => "",
            Some(Per::Region) => ", for each part of the body by itself",
            Some(Per::Side) => ", for each side of the body by itself",
            Some(Per::RegionAndSide) => ", for each part and side of the body by itself",
        };
        match window {
            Window::Today => format!("{amount} on the day of service{per}."),
            Window::In(time) => format!("{amount} within {}{per}, this service included.", duration(time)),
            Window::CalendarMonth => format!("{amount} in the calendar month{per}, this service included."),
            Window::CalendarYear => format!("{amount} in the calendar year{per}, this service included."),
            Window::Ever => format!("{amount} in all{per}, this service included."),
        }
    }

    fn trial(self, class: &Name, length: Option<&(Spanned<Comparison>, Spanned<Duration>)>, negated: bool) -> String {
        let found = self.dictionary.trial_class_id(class).map(|id| &self.dictionary.trial_class(id).label);
        let label = found.unwrap_or(&class.value);
        let text = match (length, negated) {
            (None, false) => format!("Tried before without success: {label}"),
            (None, true) => format!("Not tried before without success: {label}"),
            (Some((how, time)), _) => {
                let how = comparison(turned(how.value, negated));
                format!("Tried before without success for {how} {}: {label}", duration(time.value))
            }
        };
        sentence(&text)
    }
}
