//! What the tools have to say about a source text, and how it is printed.
//!
//! The renderer is our own 200 lines rather than `miette` or `codespan-reporting`: it needs no dependency in the WebAssembly
//! page, and it replaces control characters of the source, which those print as they are.

pub mod codes;
mod render;

use crate::span::{SourceId, Span};
pub use render::{Style, render, render_all};

/// Most diagnostics kept of one file: after so many the first ones have to be mended anyway.
pub const DIAGNOSTICS_MAX: usize = 100;

/// Most names that a misspelt one is compared with.
const SUGGESTIONS_MAX: usize = 2_000;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but should not stay so.
    Warning,
    /// Worth knowing.
    Note,
}

/// A stable code with what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code: `P0012`. Never given to another meaning.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why it is an error, and what to do.
    pub text: &'static str,
}

/// One finding about one or several places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code: `P0012`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One line: lower case, no full stop, what was written in backticks.
    pub message: String,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// What to do next, one line each.
    pub help: Vec<String>,
}

/// One place of a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub source: SourceId,
    /// The bytes.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// A finding without a place yet.
    #[must_use]
    pub fn new(explanation: &'static Explanation, severity: Severity, message: impl Into<String>) -> Self {
        Self { code: explanation.code, severity, message: message.into(), labels: Vec::new(), help: Vec::new() }
    }

    /// Adds a place; the first one is the main one.
    #[must_use]
    pub fn at(mut self, source: SourceId, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { source, span, text: text.into() });
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// The source texts that spans refer to.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    /// Adds a file under the name that is printed, and gives its number.
    ///
    /// # Panics
    /// With more than 2^32 files.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = u32::try_from(self.files.len()).expect("fewer files than 2^32");
        self.files.push((name.into(), text.into()));
        SourceId(id)
    }

    /// The name of a file, if it was added.
    #[must_use]
    pub fn name(&self, source: SourceId) -> Option<&str> {
        self.files.get(source.0 as usize).map(|(name, _)| name.as_str())
    }

    /// The text of a file, if it was added.
    #[must_use]
    pub fn text(&self, source: SourceId) -> Option<&str> {
        self.files.get(source.0 as usize).map(|(_, text)| text.as_str())
    }
}

/// The findings about one file, while it is read.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) source: SourceId,
    diagnostics: Vec<Diagnostic>,
    dropped: usize,
}

impl Report {
    pub(crate) fn new(source: SourceId) -> Self {
        Self { source, diagnostics: Vec::new(), dropped: 0 }
    }

    /// An error about `span` of this file; it counts once it is added.
    pub(crate) fn error(
        &self,
        explanation: &'static Explanation,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(explanation, Severity::Error, message).at(self.source, span, "")
    }

    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < DIAGNOSTICS_MAX {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// The candidate that a misspelt word was most likely meant to be. None once the report is full: then nobody would see it,
    /// and a file of nothing but misspelt words is still read in linear time.
    pub(crate) fn near<'c>(&self, word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        if self.diagnostics.len() >= DIAGNOSTICS_MAX {
            return None;
        }
        ::codes::suggest(word, candidates.into_iter().take(SUGGESTIONS_MAX))
    }

    /// Whether anything but the lexer's and parser's warnings was found.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All findings in the order of the text.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        if self.dropped > 0 {
            let message = format!("{} more errors are not shown", self.dropped);
            self.diagnostics.push(
                Diagnostic::new(&codes::syntax::TOO_MANY_ERRORS, Severity::Error, message)
                    .at(self.source, Span::default(), "")
                    .help("mend the first ones and check again"),
            );
        }
        self.diagnostics
    }
}
