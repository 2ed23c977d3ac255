//! Names inside one file: labels and examples are unique, and what refers to them exists.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::File;
use crate::ast::{Atom, Example, Excuse, Expected, Expr, ExprKind, Name};
use crate::diagnostic::codes::syntax as codes;
use crate::span::{Span, Spanned};

/// The criterion that `for … with …` implies; a result may name it.
const WITH: &str = "with";

/// Checks every label that was read, even where its criterion could not be.
pub(super) fn labels(file: &mut File<'_>) -> BTreeSet<String> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for label in &file.labels {
        match first.entry(&label.value) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(label.span);
            }
            std::collections::btree_map::Entry::Occupied(entry) => {
                let diagnostic = file
                    .report
                    .error(&codes::REPEATED_LABEL, label.span, format!("the label `{}` is already taken", **label))
                    .at(file.report.source, *entry.get(), "by this criterion")
                    .help("labels are unique in the file, because answers and examples refer to them");
                file.report.add(diagnostic);
            }
        }
    }
    first.into_keys().map(str::to_owned).collect()
}

/// Checks what each excuse refers to.
pub(super) fn excuses(file: &mut File<'_>, labels: &BTreeSet<String>, excuses: &[Excuse]) {
    for label in excuses.iter().flat_map(|excuse| &excuse.excuses) {
        known_label(file, labels, label);
    }
}

/// Checks the names of examples, what they change, and the labels in their results.
pub(super) fn examples(
    file: &mut File<'_>,
    labels: &BTreeSet<String>,
    scope: &[Expr],
    with: bool,
    examples: &[Example],
) {
    let names = example_names(file);
    let mut labels = labels.clone();
    if with {
        labels.insert(WITH.to_owned());
    }
    labels.extend(scope.iter().filter_map(scope_fact).map(str::to_owned));
    for example in examples {
        if let Some(base) = &example.base
            && names.get(&base.value).is_none_or(|place| *place >= example.name.span)
        {
            unknown_example(file, base, &names);
        }
        if let Expected::No { because: named, .. } | Expected::If { open: named, .. } = &example.expected.value {
            for label in named {
                known_label(file, &labels, label);
            }
        }
    }
}

/// The first example of each name, also of those that could not be read.
fn example_names(file: &mut File<'_>) -> BTreeMap<String, Span> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for name in &file.examples {
        if let Some(taken) = first.get(&name.value) {
            let message = format!("there is already an example \"{}\"", **name);
            let diagnostic = file.report.error(&codes::REPEATED_EXAMPLE, name.span, message).at(
                file.report.source,
                *taken,
                "this one",
            );
            file.report.add(diagnostic);
        } else {
            first.insert(name.value.clone(), name.span);
        }
    }
    first
}

/// The fact of a scope term: an open one is named in a result by its fact, since it has no label.
fn scope_fact(term: &Expr) -> Option<&str> {
    match &term.kind {
        ExprKind::Not(inner) => scope_fact(inner),
        ExprKind::Atom(Atom::Fact(fact) | Atom::Compare { fact, .. } | Atom::In { fact, .. }) => Some(&fact.value),
        ExprKind::Atom(_) | ExprKind::All(_) | ExprKind::Any(_) | ExprKind::AtLeast { .. } => None,
    }
}

fn known_label(file: &mut File<'_>, labels: &BTreeSet<String>, label: &Name) {
    if labels.contains(&label.value) {
        return;
    }
    let message = format!("no criterion has the label `{}`", **label);
    let diagnostic = file.report.error(&codes::UNKNOWN_LABEL, label.span, message);
    let diagnostic = match file.report.near(label, labels.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    };
    file.report.add(diagnostic);
}

fn unknown_example(file: &mut File<'_>, base: &Spanned<String>, names: &BTreeMap<String, Span>) {
    let diagnostic = match names.get(&base.value) {
        Some(place) => file
            .report
            .error(&codes::UNKNOWN_EXAMPLE, base.span, format!("the example \"{}\" does not stand above", **base))
            .at(file.report.source, *place, "it stands here")
            .help("an example can only change one that stands above it"),
        None => {
            let message = format!("there is no example \"{}\"", **base);
            let diagnostic = file.report.error(&codes::UNKNOWN_EXAMPLE, base.span, message);
            match file.report.near(base, names.keys().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
                None => diagnostic,
            }
        }
    };
    file.report.add(diagnostic);
}
