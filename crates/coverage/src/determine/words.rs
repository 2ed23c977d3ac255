//! Conditions, values and facts in plain words.

use policy::ast::{Atom, Criterion, DiagnosisItem, DiagnosisSet, Expr, ExprKind, ListName, Number, PolicyFile};
use policy::dictionary::{FactType, Who};
use policy::program::{Cell, NEVER, Program, SlotId, SlotKey};
use policy::span::Spanned;

use super::question::Question;
use crate::answer::WhoWord;
use crate::reference::Library;

/// A condition in plain words, without the diagnosis codes that would meet it.
///
/// A list of the diagnoses that a payer accepts, printed beside a case that has another, would be coaching.
pub(super) fn phrase(library: &dyn Library, expr: &Expr) -> String {
    policy::show::phrase(&without_diagnoses(expr), library.dictionary())
}

/// A condition as somebody says it aloud to a patient or a colleague.
pub(super) fn spoken(library: &dyn Library, expr: &Expr) -> String {
    policy::show::spoken(expr, library.dictionary(), &|fact, value| value_name(library, fact, value))
}

/// The plain name of a value that the library defines.
fn value_name(library: &dyn Library, fact: &str, value: &str) -> Option<String> {
    match fact {
        "payer" => library.payer(value).ok().map(|payer| payer.name.to_owned()),
        "treatment" => library.treatment(value).ok().map(|treatment| treatment.name.to_owned()),
        _ => None,
    }
}

/// What the case says of the fact of a condition, beside that condition said aloud; `None` where the condition and its outcome say it
/// already.
pub(super) fn beside(question: &Question<'_>, slot: SlotId, cell: Cell, decided: bool) -> Option<String> {
    let program = question.program;
    let key = &program.slots[slot as usize].key;
    if cell.is_open() {
        let whole = matches!(key, SlotKey::Unseen { .. }) || cell == program.slots[slot as usize].domain;
        return (!whole).then(|| "not settled by what is recorded".to_owned());
    }
    let value = match key {
        SlotKey::TrialDays(_) if cell.lo == 0 => "not tried".to_owned(),
        SlotKey::TrialMonths(_) if cell.lo == 0 => "not for a month".to_owned(),
        _ => value(question, slot, cell.lo)?,
    };
    let SlotKey::Named(fact) = key else {
        let is_yes_no = matches!(
            key,
            SlotKey::Billed(_) | SlotKey::SameDay(_) | SlotKey::Contraindicated(_) | SlotKey::Document { .. }
        );
        return (!(is_yes_no && decided)).then_some(value);
    };
    let fact = question.library.dictionary().fact(*fact);
    match &fact.fact_type {
        FactType::YesNo if decided => None,
        FactType::YesNo | FactType::Number { .. } => Some(value),
        FactType::Choice { .. } | FactType::Name => {
            let name = |fact: &str, value: &str| value_name(question.library, fact, value);
            let is_said = decided && policy::show::is_sentence(&fact.name, &value);
            (!is_said).then(|| policy::show::spoken_value(&fact.name, &value, &name))
        }
    }
}

fn without_diagnoses(expr: &Expr) -> Expr {
    let members = |list: &[Criterion]| {
        let without = |member: &Criterion| Criterion { expr: without_diagnoses(&member.expr), ..member.clone() };
        list.iter().map(without).collect()
    };
    let kind = match &expr.kind {
        ExprKind::Not(inner) => ExprKind::Not(Box::new(without_diagnoses(inner))),
        ExprKind::All(list) => ExprKind::All(members(list)),
        ExprKind::Any(list) => ExprKind::Any(members(list)),
        ExprKind::AtLeast { count, members: list } => ExprKind::AtLeast { count: *count, members: members(list) },
        ExprKind::Atom(Atom::Diagnosis { position, negated, set }) => {
            let list = ListName { name: "of this policy".to_owned(), group: None };
            let items = vec![Spanned::new(DiagnosisItem::List(list), set.span)];
            let set = DiagnosisSet { span: set.span, items };
            ExprKind::Atom(Atom::Diagnosis { position: *position, negated: *negated, set })
        }
        other => other.clone(),
    };
    Expr { span: expr.span, kind }
}

/// Finds a criterion by its label anywhere in a policy.
pub(super) fn criterion_named<'f>(file: &'f PolicyFile, label: &str) -> Option<&'f Criterion> {
    let clauses = file.clauses.iter().flat_map(|clause| &clause.criteria);
    let excuses = file.unless.iter().map(|excuse| &excuse.condition);
    let mut pending: Vec<&Criterion> = clauses.chain(excuses).collect();
    while let Some(criterion) = pending.pop() {
        if criterion.label.as_ref().is_some_and(|found| found.value == label) {
            return Some(criterion);
        }
        if let ExprKind::All(list) | ExprKind::Any(list) | ExprKind::AtLeast { members: list, .. } =
            &criterion.expr.kind
        {
            pending.extend(list);
        }
    }
    None
}

/// What the case says about a numbered fact: `14 days`, `yes`, `not recorded`.
pub(super) fn recorded(question: &Question<'_>, slot: SlotId, cell: Cell) -> Option<String> {
    let program = question.program;
    let key = &program.slots[slot as usize].key;
    if cell.is_open() {
        return match key {
            SlotKey::Unseen { .. } => None,
            _ if cell == program.slots[slot as usize].domain => Some("not recorded".to_owned()),
            _ => Some("not settled by what is recorded".to_owned()),
        };
    }
    value(question, slot, cell.lo)
}

/// One value of a numbered fact in plain words; `None` where there are none that help.
pub(super) fn value(question: &Question<'_>, slot: SlotId, value: i64) -> Option<String> {
    value_in(question.library, question.program, slot, value)
}

/// One value of a numbered fact of any program of the library.
pub(super) fn value_in(library: &dyn Library, program: &Program, slot: SlotId, value: i64) -> Option<String> {
    let yes_no = || Some(if value == 0 { "no" } else { "yes" }.to_owned());
    match &program.slots[slot as usize].key {
        SlotKey::Named(fact) => {
            let dictionary = library.dictionary();
            let fact_entry = dictionary.fact(*fact);
            match &fact_entry.fact_type {
                FactType::YesNo => yes_no(),
                FactType::Number { unit, decimals } => {
                    let number = Number { digits: value, scale: *decimals };
                    let one = value == 10_i64.checked_pow(u32::from(*decimals)).unwrap_or(i64::MAX);
                    Some(format!("{} {}", decimal(number), unit.phrase(one)).trim_end().to_owned())
                }
                FactType::Choice { values } => usize::try_from(value).ok().and_then(|at| values.get(at).cloned()),
                FactType::Name => {
                    let words = program.words(*fact);
                    let known = usize::try_from(value).ok().and_then(|at| words.get(at).cloned());
                    known.or_else(|| Some("another".to_owned()))
                }
            }
        }
        SlotKey::Diagnosis(..) | SlotKey::Billed(_) | SlotKey::SameDay(_) | SlotKey::Contraindicated(_) => yes_no(),
        SlotKey::Readings { .. } => Some(counted(value, "date")),
        SlotKey::Document { .. } => Some(if value == 0 { "not on file" } else { "on file" }.to_owned()),
        SlotKey::SinceDays(_) | SlotKey::SinceMonths(_) if value == NEVER => Some("never before".to_owned()),
        SlotKey::SinceDays(_) => Some(counted(value, "day")),
        SlotKey::SinceMonths(_) => Some(counted(value, "month")),
        SlotKey::TrialMonths(_) => Some(counted(value, "month")),
        SlotKey::TrialDays(_) => Some(counted(value, "day")),
        SlotKey::Count(..) | SlotKey::Units(..) => Some(value.to_string()),
        SlotKey::TableMargin(..) | SlotKey::Unseen { .. } => None,
    }
}

fn counted(value: i64, unit: &str) -> String {
    if value == i64::MAX {
        return format!("not less than one {unit}");
    }
    format!("{value} {unit}{}", if value == 1 { "" } else { "s" })
}

/// A decimal number as people write it: no zeros at its end.
fn decimal(number: Number) -> String {
    let scale = usize::from(number.scale);
    let digits = format!("{:0width$}", number.digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if number.digits < 0 { "-" } else { "" };
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

pub(super) fn who(who: Who) -> WhoWord {
    match who {
        Who::Clinician => WhoWord::Clinician,
        Who::Patient => WhoWord::Patient,
        Who::FrontDesk => WhoWord::FrontDesk,
        Who::Biller => WhoWord::Biller,
        Who::Payer => WhoWord::Payer,
        Who::Practice => WhoWord::Practice,
    }
}
