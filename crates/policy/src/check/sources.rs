//! W150, W151 and W160: how long ago a source was read, and what a reader of it would have carried over.

use codes::dates::days_between;
use jiff::civil::Date;

use super::finding;
use super::place::Subject;
use crate::ast::{
    Atom, Certainty, CodeItem, CodeSet, Criterion, Expr, ExprKind, Grade, Head, Kind, Measure, PolicyFile,
};
use crate::diagnostic::{Diagnostic, Severity};

/// Was so much read that every number has its place in the source?
pub(super) const fn was_read(grade: Grade) -> bool {
    matches!(grade, Grade::Text | Grade::Page | Grade::Mirror)
}

/// Policies that are still in force and whose source was read longer ago than so many days.
pub(super) fn old(files: &[&PolicyFile], today: Date, days_max: u32, findings: &mut Vec<Diagnostic>) {
    for file in files {
        let ended = file.dates.until.is_some_and(|until| until.value <= today);
        let Some(read) = file.source.read.filter(|_| !ended && file.source.grade.value != Grade::Known) else {
            continue;
        };
        let age = days_between(read.value, today);
        if i64::from(age) <= i64::from(days_max) {
            continue;
        }
        let address = file.source.url.as_ref().map_or("the source", |url| url.value.as_str());
        let message = format!("the source of `{}` was read {age} days ago", file.id.value);
        findings.push(
            Diagnostic::new(&finding::OLD, Severity::Warning, message)
                .at(file.file, read.span, format!("more than {days_max} days before {today}"))
                .help(format!(
                    "read {address} again: write `read {today}` if it says the same, else a new version from the day of the change"
                )),
        );
    }
}

/// Criteria without a place in the source.
pub(super) fn citations(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for placed in subject.criteria.iter().filter(|placed| placed.group.is_none() && was_read(placed.grade)) {
        let criterion = placed.criterion;
        if criterion.certainty == Certainty::Unverified || is_unseen(&criterion.expr) || is_cited(criterion) {
            continue;
        }
        let label = criterion.label.as_ref().map_or("", |label| label.value.as_str());
        let message = format!("`{label}` does not say where the source says it");
        findings.push(
            Diagnostic::new(&finding::NO_CITATION, Severity::Warning, message)
                .at(subject.file.file, criterion.expr.span, "")
                .help(
                    "add `@ \"section\"`, or a line `> \"short quote\"` below; `grade known` if it was not read there",
                ),
        );
    }
}

fn is_unseen(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Atom(Atom::Unverified(_)))
}

/// A group is cited by its own citation or by that of each member.
fn is_cited(criterion: &Criterion) -> bool {
    if criterion.citation.is_some() || criterion.quote.is_some() {
        return true;
    }
    match &criterion.expr.kind {
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
            members.iter().all(is_cited)
        }
        ExprKind::Not(_) | ExprKind::Atom(_) => false,
    }
}

/// Drugs without their procedure, or without a limit of units.
pub(super) fn drugs(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let file = subject.file;
    let Some(with) = &file.applies.with else { return };
    let drugs_only = |set: &CodeSet| !set.items.is_empty() && set.items.iter().all(|item| is_drug(&item.value));
    if drugs_only(&file.applies.items.codes) && file.applies.items.treatments.is_empty() {
        findings.push(
            Diagnostic::new(&finding::DRUG, Severity::Warning, "`for` names no procedure, only drugs")
                .at(file.file, file.applies.items.span, "the procedure that gives the drug belongs here")
                .help("write `for PROCEDURE with DRUG`"),
        );
    }
    if drugs_only(&with.codes) && bounds_nothing_that_was_read(subject) {
        let message = "nothing bounds the units of the drug";
        findings.push(
            Diagnostic::new(&finding::DRUG, Severity::Warning, message)
                .at(file.file, with.span, "billed by the unit")
                .help("add `dose: units CODE today <= NUMBER @ \"section\" as quantity`")
                .help("if the source was read and names no limit, say so: `dose: unverified \"how many units the payer accepts\" as quantity`"),
        );
    }
}

/// A covering clause whose criteria were all read, none of them about a quantity.
fn bounds_nothing_that_was_read(subject: &Subject<'_>) -> bool {
    let file: &PolicyFile = subject.file;
    let covers = file.clauses.iter().any(|clause| clause.head.value == Head::Covered && !clause.criteria.is_empty());
    let about_quantity = |criterion: &Criterion| {
        criterion.kind.as_ref().is_some_and(|kind| kind.value == Kind::Quantity)
            || matches!(&criterion.expr.kind, ExprKind::Atom(Atom::Amount { measure: Measure::Units, .. }))
    };
    let unread = |criterion: &Criterion| criterion.certainty == Certainty::Unverified || is_unseen(&criterion.expr);
    let in_covering = |clause: usize| file.clauses[clause].head.value == Head::Covered;
    covers
        && was_read(file.source.grade.value)
        && !subject.criteria.iter().any(|placed| about_quantity(placed.criterion))
        && !subject.criteria.iter().any(|placed| in_covering(placed.clause) && unread(placed.criterion))
}

/// Is every code of the item a drug of HCPCS level II?
fn is_drug(item: &CodeItem) -> bool {
    let starts = |code: &str| code.starts_with(['J', 'Q', 'S', 'C']);
    match item {
        CodeItem::Code(code) => starts(code),
        CodeItem::Range { first, last } => starts(first) && starts(last),
        CodeItem::List(_) => false,
    }
}
