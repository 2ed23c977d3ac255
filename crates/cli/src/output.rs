//! What is written where, and how a command fails.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use library::LibraryError;
use policy::diagnostic::{Diagnostic, Sources, Style, render_all};

/// Columns that text for people keeps to.
pub(crate) const COLUMNS: usize = 80;

/// Why a command could not do what it was asked to. Every message says what to do next.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file could not be read or written.
    #[error("error[I0001]: cannot {what} `{}`: {source}\n  = help: {help}", .path.display())]
    File {
        /// Read or write.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What to do.
        help: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The case or a policy has errors, rendered.
    #[error("{0}")]
    Errors(String),
    /// The library cannot be used.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A name that was typed is not known.
    #[error("error[I0002]: {message}\n  = help: {help}")]
    Name {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// Nothing was asked.
    #[error(
        "error[I0003]: there is no case to answer\n  = help: name a case file, or ask with --treatment, --for, --payer, --state and --by; `covered check --help` has examples"
    )]
    Nothing,
    /// Standard output failed.
    #[error("error[I0004]: cannot write the answer: {0}")]
    Output(io::Error),
    /// This program was built without the page, or the page is not what was asked for.
    #[error("error[I0005]: {message}\n  = help: {help}")]
    Page {
        /// What is wrong.
        message: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The desk cannot be kept or served; the message has its code and the next step.
    #[cfg(feature = "desk")]
    #[error("{0}")]
    Desk(String),
    /// Whoever reads standard output has gone.
    #[error("")]
    Closed,
}

/// Prints to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Closed),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Findings for standard error.
pub(crate) fn findings(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    render_all(diagnostics, sources, style(io::stderr().is_terminal()))
}

/// Findings for standard output.
pub(crate) fn findings_for_output(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    render_all(diagnostics, sources, style(io::stdout().is_terminal()))
}

/// Colour only at a terminal, and only if nobody asked to do without (<https://no-color.org>).
fn style(terminal: bool) -> Style {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { width: COLUMNS, colour: terminal && !unwanted }
}

/// What every answer about the law says of itself.
pub(crate) const DISCLAIMER: &str = "This is no legal advice; ask counsel before relying on it.";

/// A JSON value as tools read it, with a line end.
pub(crate) fn json_text(value: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("INVARIANT: a JSON value has a text");
    text.push('\n');
    text
}

/// Adds a text that starts at a column and is wrapped below it.
pub(crate) fn below(out: &mut String, indent: usize, text: &str) {
    hanging(out, indent, indent, text);
}

/// The same, where the other lines start at another column.
pub(crate) fn hanging(out: &mut String, start: usize, indent: usize, text: &str) {
    out.extend(std::iter::repeat_n(' ', start));
    out.push_str(&wrapped_at(text, start, indent));
    out.push('\n');
}

/// `1 policy`, `2 policies`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Help and usage with no line longer than [`COLUMNS`]: what is broken goes on below its own column.
///
/// The parser of the command line could do this with a feature that costs the first build more than these lines do.
pub(crate) fn folded(help: &str) -> String {
    let mut out = String::new();
    for line in help.lines() {
        if line.chars().count() <= COLUMNS {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        // `  check        Answer one case`: the text begins after the last wide gap, or where the line does.
        let text = line.trim_end().rfind("  ").map_or(0, |gap| gap + 2);
        let column = line[..text].chars().count();
        out.push_str(&line[..text]);
        out.push_str(&wrapped_at(&line[text..], column, column.max(2)));
        out.push('\n');
    }
    out
}

/// Text broken into lines of at most [`COLUMNS`], every line but the first indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    wrapped_at(text, 0, indent)
}

/// The same, where something already stands in the first `start` columns of the first line.
pub(crate) fn wrapped_at(text: &str, start: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = start;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !out.is_empty() && column + 1 + width > COLUMNS {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !out.is_empty() {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}
