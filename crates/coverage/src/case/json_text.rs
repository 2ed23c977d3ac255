//! JSON to the common tree.

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{Entry, Node, NodeKind, SyntaxError, Table, span_of};

/// RFC 8259 and nothing more: a file that another JSON reader refuses is refused here too.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The tree of a JSON text.
///
/// # Errors
/// The first place where the text is not JSON; without closed brackets there is nothing to go on with.
pub(super) fn parse(text: &str) -> Result<Table, SyntaxError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| SyntaxError { span: span(error.range()), message: lower_first(&error.kind().to_string()) })?;
    match parsed.value {
        Some(Value::Object(object)) => Ok(table(object.properties)),
        Some(other) => Err(not_an_object(span(other.range()))),
        None => Err(not_an_object(span_of(0..0))),
    }
}

fn not_an_object(span: policy::span::Span) -> SyntaxError {
    SyntaxError { span, message: "a case is one JSON object, in `{` and `}`".to_owned() }
}

fn table(properties: Vec<ObjectProp<'_>>) -> Table {
    let entries = properties
        .into_iter()
        .map(|property| Entry {
            key_span: span(property.name.range()),
            key: property.name.into_string(),
            value: node(property.value),
        })
        .collect();
    Table { entries }
}

fn node(value: Value<'_>) -> Node {
    let span = span(value.range());
    let kind = match value {
        Value::StringLit(text) => NodeKind::Text(text.value.into_owned()),
        Value::NumberLit(number) => NodeKind::Number(number.value.to_owned()),
        Value::BooleanLit(value) => NodeKind::YesNo(value.value),
        Value::Object(object) => NodeKind::Table(table(object.properties)),
        Value::Array(array) => NodeKind::List(array.elements.into_iter().map(node).collect()),
        Value::NullKeyword(_) => NodeKind::Null,
    };
    Node { span, kind }
}

fn span(range: Range) -> policy::span::Span {
    span_of(range.start..range.end)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
