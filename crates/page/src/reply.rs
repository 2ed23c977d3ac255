//! Replies: an answer, or what is wrong with a request.

use coverage::answer::Answer;
use coverage::case::CaseErrors;
use coverage::interview::EntryError;
use library::LibraryError;
use serde::Serialize;
use serde_json::Value;

/// A reply as text.
pub(crate) fn written(reply: &impl Serialize) -> String {
    serde_json::to_string(reply).expect("INVARIANT: a reply has a JSON form")
}

/// The answer to a case, and what the page shows beside it.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'a> {
    /// The answer, of each line with its first reasons.
    pub(crate) answer: &'a Answer,
    /// How many reasons of each line were left out.
    pub(crate) more_reasons: Vec<usize>,
    /// The three opening lines of each line.
    pub(crate) opening: Vec<[String; 3]>,
    /// Of the questions that can still change the answer, the next one for each who can tell.
    pub(crate) questions: Vec<Value>,
    /// The Spanish words of every open question, line by line.
    pub(crate) missing: Vec<Vec<Option<String>>>,
    /// What is done and who is asked to pay, in both languages.
    pub(crate) what: Value,
}

/// Something that is wrong, and what to do.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// Stable code.
    code: &'static str,
    /// What is wrong.
    message: String,
    /// What to do.
    help: String,
    /// Where in the file, from 1; 0 where there is no place.
    line: usize,
    /// Column of that line, from 1; 0 where there is no place.
    column: usize,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into(), line: 0, column: 0 }
    }

    pub(crate) fn of_request(error: &serde_json::Error) -> Self {
        let message = format!("the request cannot be read at its line {} column {}", error.line(), error.column());
        Self::new("G0001", message, "open the page again")
    }

    pub(crate) fn no_question() -> Self {
        Self::new("G0002", "this question does not matter any more", "go on with the next one")
    }

    pub(crate) fn typed(error: &EntryError) -> Self {
        Self::new("G0003", error.to_string(), "correct the answer, or leave it open")
    }

    pub(crate) fn library(error: &LibraryError) -> Self {
        Self::new("G0004", error.to_string(), "take the page of another release")
    }

    /// Everything that is wrong with a case file, in its order.
    pub(crate) fn of_case(text: &str, errors: &CaseErrors) -> Vec<Self> {
        let (_, diagnostics) = errors.diagnostics();
        let place = |offset: usize| {
            let before = text.get(..offset).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
        };
        let problem = |diagnostic: policy::diagnostic::Diagnostic| {
            let start = diagnostic.labels.first().map_or(0, |label| label.span.start as usize);
            let (line, column) = place(start);
            let help = diagnostic.help.join("; ");
            Self { code: diagnostic.code, message: diagnostic.message, help, line, column }
        };
        diagnostics.into_iter().map(problem).collect()
    }
}
