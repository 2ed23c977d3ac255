//! From text to a case: syntax, keys, values, contradictions, each with all of its errors.

use codes::{BuiltIn, CodeLists};
use policy::diagnostic::{Diagnostic, Label, Severity, Sources};
use policy::span::Span;

use super::error::{CaseError, Located, Note};
use super::{Case, build, check, json_text, mask, read, toml_text, tree};
use crate::reference::Reference;

/// Most bytes of a case file: one visit with a long history has a hundredth of it.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// How a case text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

impl Notation {
    /// The notation that a text seems to be in: JSON starts with a brace.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') { Self::Json } else { Self::Toml }
    }
}

/// A case and what is worth knowing about its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The case.
    pub case: Case,
    /// Codes that no table could check, and the like.
    pub notes: Vec<Note>,
}

/// Everything that is wrong with one case file.
///
/// It holds no value that says who the patient is: the text kept for the snippets has those masked.
#[derive(Clone, Debug)]
pub struct CaseErrors {
    name: String,
    masked: String,
    errors: Vec<Located>,
}

impl CaseErrors {
    /// The errors, in the order of the file.
    #[must_use]
    pub fn errors(&self) -> &[Located] {
        &self.errors
    }

    /// The errors for the renderer of [`policy::diagnostic`].
    #[must_use]
    pub fn diagnostics(&self) -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let source = sources.add(self.name.clone(), self.masked.clone());
        let diagnostics = self
            .errors
            .iter()
            .map(|Located { span, error }| Diagnostic {
                code: error.code(),
                severity: Severity::Error,
                message: error.to_string(),
                labels: vec![Label { source, span: *span, text: String::new() }],
                help: error.help(),
            })
            .collect();
        (sources, diagnostics)
    }
}

/// One line for each error: place, code, message.
impl std::fmt::Display for CaseErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, Located { span, error }) in self.errors.iter().enumerate() {
            let (line, column) = line_and_column(&self.masked, span.start as usize);
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{line}:{column}: {}: {error}", self.name, error.code())?;
        }
        Ok(())
    }
}

impl std::error::Error for CaseErrors {}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Whether a syntax error ends where it stands: a date or number that is none. An unclosed quote or bracket does not; it
/// swallows what follows, private values too.
fn is_contained(text: &str, span: Span) -> bool {
    let written = text.get(span.range()).unwrap_or_default();
    !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit() || b"-+:._TZ".contains(&byte))
}

/// What a text says, key by key, if it is TOML or JSON at all and not too long.
pub(crate) fn tree_of(text: &str, notation: Notation) -> Option<tree::Table> {
    if text.len() > FILE_BYTES_MAX {
        return None;
    }
    match notation {
        Notation::Toml => {
            let (tree, errors) = toml_text::parse(text);
            errors.is_empty().then_some(tree)
        }
        Notation::Json => json_text::parse(text).ok(),
    }
}

/// Reads a case.
///
/// `name` stands in error messages, usually the file name.
///
/// # Errors
/// Everything that is wrong with the text, at once: unknown keys, impossible values, contradictions. Of a text whose
/// brackets or quotes are not closed, the syntax errors alone.
pub fn decode(name: &str, text: &str, notation: Notation, reference: &dyn Reference) -> Result<Decoded, CaseErrors> {
    decode_by(name, text, notation, reference, &BuiltIn)
}

/// Reads a case as [`decode`] does, and checks its codes by these lists.
///
/// # Errors
/// As [`decode`].
pub fn decode_by(
    name: &str,
    text: &str,
    notation: Notation,
    reference: &dyn Reference,
    lists: &dyn CodeLists,
) -> Result<Decoded, CaseErrors> {
    if text.len() > FILE_BYTES_MAX {
        let error = CaseError::TooLarge { bytes: text.len(), max: FILE_BYTES_MAX };
        let errors = vec![Located { span: Span::default(), error }];
        return Err(CaseErrors { name: name.to_owned(), masked: String::new(), errors });
    }
    let mut errors = Vec::new();
    let (tree, syntax) = match notation {
        Notation::Toml => toml_text::parse(text),
        Notation::Json => match json_text::parse(text) {
            Ok(tree) => (tree, Vec::new()),
            Err(error) => (tree::Table::default(), vec![error]),
        },
    };
    let notation = if notation == Notation::Toml { "TOML" } else { "JSON" };
    let swallows = syntax.iter().any(|error| !is_contained(text, error.span));
    errors.extend(
        syntax
            .into_iter()
            .map(|error| Located { span: error.span, error: CaseError::Syntax { notation, message: error.message } }),
    );
    if swallows {
        // Nothing but the syntax errors is told, and nothing but key names is shown, until the text can be read.
        return Err(CaseErrors { name: name.to_owned(), masked: mask::mask(text, &[]), errors });
    }
    let broken: Vec<Span> = errors.iter().map(|located| located.span).collect();
    let reading = read::read(&tree, tree::span_of(0..text.len()), reference, &mut errors);
    let mut notes = Vec::new();
    let case = build::build(&reading.root, reference);
    check::check(&reading.root, reference, lists, &mut errors, &mut notes);
    // What the notation already refused needs no second error.
    let is_syntax = |located: &Located| matches!(located.error, CaseError::Syntax { .. });
    errors.retain(|located| is_syntax(located) || !broken.contains(&located.span));
    // A treatment that was named and not found, or whose key is misspelt, is no line without a treatment.
    let is_name =
        |located: &Located| matches!(located.error, CaseError::UnknownName { .. } | CaseError::UnknownKey { .. });
    if errors.iter().any(is_name) {
        errors.retain(|located| !matches!(located.error, CaseError::NothingToJudge { .. }));
    }
    match case {
        Some(case) if errors.is_empty() => Ok(Decoded { case, notes }),
        _ => {
            errors.sort_by_key(|located| (located.span.start, located.error.code()));
            let masked = mask::mask(text, &reading.public);
            Err(CaseErrors { name: name.to_owned(), masked, errors })
        }
    }
}
