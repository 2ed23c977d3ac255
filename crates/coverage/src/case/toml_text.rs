//! TOML to the common tree.

use toml::de::{DeTable, DeValue};

use super::tree::{Entry, Node, NodeKind, SyntaxError, Table, span_of};

/// The tree of a TOML text, as far as it could be read, and every syntax error.
pub(super) fn parse(text: &str) -> (Table, Vec<SyntaxError>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let errors = errors
        .iter()
        .map(|error| SyntaxError { span: span_of(error.span().unwrap_or(0..0)), message: error.message().to_owned() })
        .collect();
    (table(root.get_ref()), errors)
}

fn table(from: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = from
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: span_of(key.span()),
            value: node(value.span(), value.get_ref()),
        })
        .collect();
    // The parser keeps keys in alphabetical order; errors are told in the order of the text.
    entries.sort_by_key(|entry| entry.key_span.start);
    Table { entries }
}

fn node(span: std::ops::Range<usize>, value: &DeValue<'_>) -> Node {
    let kind = match value {
        DeValue::String(text) => NodeKind::Text(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => NodeKind::Number(number.as_str().to_owned()),
        // Hexadecimal and the like: nobody writes units or dollars so; it fails as "not a number".
        DeValue::Integer(number) => NodeKind::Number(format!("0_{}", number.as_str())),
        DeValue::Float(number) => NodeKind::Number(number.as_str().to_owned()),
        DeValue::Boolean(value) => NodeKind::YesNo(*value),
        DeValue::Datetime(value) => NodeKind::Date(value.to_string()),
        DeValue::Array(items) => NodeKind::List(items.iter().map(|item| node(item.span(), item.get_ref())).collect()),
        DeValue::Table(inner) => NodeKind::Table(table(inner)),
    };
    Node { span: span_of(span), kind }
}
