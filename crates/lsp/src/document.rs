//! Open files, and what stands at a place in one.

use library::Library;
use policy::ast::PolicyFile;
use policy::compile::Entry;
use policy::diagnostic::{Diagnostic, Severity};
use policy::parse::parse;
use policy::span::{SourceId, Span};

/// Most files that an editor may have open.
pub const DOCUMENTS_MAX: usize = 256;

/// Largest file that is looked at: what the parser reads.
pub const DOCUMENT_BYTES_MAX: usize = policy::lex::FILE_BYTES_MAX;

/// The number of the open file; no file of a library has it.
pub(crate) const SOURCE: SourceId = SourceId(u32::MAX);

/// What is known of a text.
pub(crate) struct Read {
    pub(crate) entry: Option<Entry>,
    pub(crate) findings: Vec<Diagnostic>,
}

impl Read {
    /// Reads a policy, looks up its names, runs its examples, and looks for what the examples do not show.
    pub(crate) fn of(text: &str, library: &Library) -> Self {
        let parsed = parse(SOURCE, text);
        let mut findings = parsed.diagnostics;
        let Some(file) = parsed.file else { return Self { entry: None, findings } };
        let entry = Entry::from(file);
        match library.compile(std::slice::from_ref(&entry)) {
            Err(errors) => findings.extend(errors),
            Ok(_) => {
                findings.extend(policy::example::run(&entry, &library.context()).findings);
                let entries = std::slice::from_ref(&entry);
                findings.extend(policy::check::library(entries, &library.context(), &[library.classes_of_payers()]));
            }
        }
        findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        Self { entry: Some(entry), findings }
    }

    pub(crate) fn file(&self) -> Option<&PolicyFile> {
        self.entry.as_ref().map(|entry| &*entry.file)
    }
}

/// The number by which the protocol says how much a finding matters.
pub(crate) const fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    }
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// A word of the language: a name, a code, a keyword.
    Word(&'t str),
    /// The content of a string.
    String(&'t str),
}

/// The word or string that a place is in, or just behind; none in a comment or between words.
pub(crate) fn token(text: &str, offset: usize) -> Option<(Token<'_>, Span)> {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    let line = &text[start..end];
    let span = |from: usize, to: usize| {
        let number = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
        Span::new(number(from), number(to))
    };
    let at = offset - start;
    let mut next = 0;
    while next < line.len() {
        let rest = &line[next..];
        let first = rest.chars().next()?;
        if first == '#' {
            return None;
        }
        let length = if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if is_word(first) {
            rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len())
        } else {
            next += first.len_utf8();
            continue;
        };
        if (next..=next + length).contains(&at) {
            let found = &rest[..length];
            return Some((
                if first == '"' { Token::String(found.trim_matches('"')) } else { Token::Word(found) },
                span(next, next + length),
            ));
        }
        next += length;
    }
    None
}

pub(crate) fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-.*/".contains(letter)
}
