//! Where a name is defined.

use library::Library;
use policy::ast::{Criterion, Expr, ExprKind, PolicyFile};
use policy::span::{SourceId, Span};
use serde_json::{Value, json};

use crate::Locate;
use crate::document::{Read, Token};
use crate::hover::list_name;
use crate::position::Lines;

/// Longest library that is searched for a list, in files.
const SOURCES_MAX: u32 = 20_000;

/// The place as the protocol writes it.
pub(crate) fn of(
    token: &Token<'_>,
    uri: &str,
    text: &str,
    read: &Read,
    library: &Library,
    locate: &Locate<'_>,
) -> Option<Value> {
    let dictionary = library.dictionary();
    let in_library = |(source, span): (SourceId, Span)| {
        let sources = library.sources();
        let uri = locate(sources.name(source)?)?;
        Some(json!({ "uri": uri, "range": Lines::new(sources.text(source)?).range(span) }))
    };
    match token {
        Token::String(name) => match dictionary.document_id(name) {
            Some(id) => in_library(dictionary.document(id).place),
            None => here(uri, text, example(read.file()?, name)?),
        },
        Token::Word(word) => {
            if let Some(id) = dictionary.fact_id(word) {
                return in_library(dictionary.fact(id).place);
            }
            if let Some(id) = dictionary.trial_class_id(word) {
                return in_library(dictionary.trial_class(id).place);
            }
            if let Some(span) = read.file().and_then(|file| label(file, word)) {
                return here(uri, text, span);
            }
            in_library(list(word, library)?)
        }
    }
}

fn here(uri: &str, text: &str, span: Span) -> Option<Value> {
    Some(json!({ "uri": uri, "range": Lines::new(text).range(span) }))
}

/// The example with this name: another one is built on it.
fn example(file: &PolicyFile, name: &str) -> Option<Span> {
    file.examples.iter().find(|example| example.name.value == name).map(|example| example.name.span)
}

/// The criterion with this label.
fn label(file: &PolicyFile, label: &str) -> Option<Span> {
    fn within(criterion: &Criterion, label: &str) -> Option<Span> {
        let own = criterion.label.as_ref().filter(|own| own.value == label).map(|own| own.span);
        own.or_else(|| members(&criterion.expr).iter().find_map(|member| within(member, label)))
    }
    let criteria = file.clauses.iter().flat_map(|clause| &clause.criteria);
    criteria.chain(file.unless.iter().map(|excuse| &excuse.condition)).find_map(|criterion| within(criterion, label))
}

pub(crate) fn members(expr: &Expr) -> &[Criterion] {
    match &expr.kind {
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => members,
        ExprKind::Not(_) | ExprKind::Atom(_) => &[],
    }
}

/// The first row of a list or of one of its groups.
fn list(word: &str, library: &Library) -> Option<(SourceId, Span)> {
    let name = list_name(word);
    let span = library.context().lists.rows(&name)?.first()?.span;
    let ending = format!("lists/{}.csv", name.name);
    let sources = library.sources();
    let source = (0..SOURCES_MAX).map(SourceId).take_while(|source| sources.name(*source).is_some());
    let mut found =
        source.filter(|source| sources.name(*source).is_some_and(|name| name.replace('\\', "/").ends_with(&ending)));
    found.next().map(|source| (source, span))
}
