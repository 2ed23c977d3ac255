//! One tree for both notations: what was written, with the bytes it was written at.

use policy::span::Span;

/// A table (TOML) or object (JSON): its entries in the order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// One key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(super) key_span: Span,
    pub(crate) value: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(super) span: Span,
    pub(crate) kind: NodeKind,
}

/// What was written. Numbers stay text, so that no cent passes through a float.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Table(Table),
    List(Vec<Node>),
    Text(String),
    Number(String),
    YesNo(bool),
    /// A bare TOML date; JSON has only text.
    Date(String),
    /// JSON's `null`; never a value here.
    Null,
}

impl NodeKind {
    /// How a person calls it, for errors.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::List(_) => "a list",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::YesNo(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Null => "null",
        }
    }
}

/// A text that is not TOML, or not JSON, at one place.
#[derive(Clone, Debug)]
pub(super) struct SyntaxError {
    pub(super) span: Span,
    /// In the words of the parser, which name what was expected and never quote the text.
    pub(super) message: String,
}

/// The span of a byte range; texts are limited to [`super::FILE_BYTES_MAX`], far below 2^32.
pub(super) fn span_of(range: std::ops::Range<usize>) -> Span {
    let at = |byte: usize| u32::try_from(byte).expect("a case file is limited to 1 MiB");
    Span::new(at(range.start), at(range.end))
}
