//! Answers to cases, by programs that are compiled once.
//!
//! Two cases that may concern the same policies have the same program, byte for byte; so an answer does not hang on what was asked
//! before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use coverage::answer::Answer;
use coverage::case::{Case, Decoded, Notation, Note, decode};
use coverage::determine::determine;
use library::{Compiled, Library, Selection};
use serde_json::Value;

use crate::error::{FieldProblem, Problem};

/// Programs that are kept; a practice of every state and payer needs some hundred.
const PROGRAMS_MAX: usize = 512;

/// What to do about a value of a case where the mistake itself says what is wrong with it.
const OTHERWISE: &str = "correct it; what is not known is left out, or written as `\"?\"`";

/// A library with the programs that were compiled of it.
pub struct Answers {
    library: &'static Library,
    programs: Mutex<HashMap<Selection, Arc<Compiled<'static>>>>,
}

impl Answers {
    /// Answers by a library.
    #[must_use]
    pub fn new(library: &'static Library) -> Self {
        Self { library, programs: Mutex::new(HashMap::new()) }
    }

    /// The library.
    #[must_use]
    pub fn library(&self) -> &'static Library {
        self.library
    }

    /// Reads a case.
    ///
    /// # Errors
    /// Everything that is wrong with it, each by its place; nothing private is repeated.
    pub fn read(&self, case: &Value) -> Result<(Case, Vec<Note>), Problem> {
        self.read_text(&case.to_string())
    }

    /// Reads a case from its text.
    ///
    /// # Errors
    /// As [`Answers::read`].
    pub fn read_text(&self, text: &str) -> Result<(Case, Vec<Note>), Problem> {
        let decoded = decode("the case", text, Notation::guess(text), self.library);
        let Decoded { case, notes } = decoded.map_err(|errors| {
            let (_, diagnostics) = errors.diagnostics();
            let field = |diagnostic: policy::diagnostic::Diagnostic| FieldProblem {
                pointer: diagnostic
                    .labels
                    .first()
                    .map_or(String::new(), |label| pointer(text, label.span.start as usize)),
                code: diagnostic.code.into(),
                detail: diagnostic.message,
                next: match diagnostic.help.is_empty() {
                    true => OTHERWISE.to_owned(),
                    false => diagnostic.help.join("; "),
                },
            };
            Problem::invalid(diagnostics.into_iter().map(field).collect())
        })?;
        Ok((case, notes))
    }

    /// Answers a case that was read.
    ///
    /// # Errors
    /// If a policy that may concern it cannot be compiled: never for a released library.
    pub fn answer(&self, case: &Case, notes: &[Note]) -> Result<Answer, Problem> {
        Ok(determine(case, notes, &*self.program(case)?))
    }

    fn program(&self, case: &Case) -> Result<Arc<Compiled<'static>>, Problem> {
        let failed = |error: library::LibraryError| {
            tracing::error!(library = self.library.version(), "a policy of the library cannot be used");
            drop(error);
            Problem::unavailable("a policy of the library cannot be used; `covered policy check` names it")
        };
        let selection = self.library.selection_for(case).map_err(failed)?;
        if let Some(program) = self.locked().get(&selection) {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(self.library.compiled_selection(&selection).map_err(failed)?);
        let mut programs = self.locked();
        if programs.len() >= PROGRAMS_MAX {
            programs.clear();
        }
        programs.insert(selection, Arc::clone(&program));
        Ok(program)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Selection, Arc<Compiled<'static>>>> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part of a pointer.
enum Part {
    Key(String),
    Index(usize),
}

/// The JSON Pointer of the value that stands at a place of a text in JSON, below `/case`.
fn pointer(text: &str, place: usize) -> String {
    let mut path: Vec<Part> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && at <= place {
        match bytes[at] {
            b'{' => path.push(Part::Key(String::new())),
            b'[' => path.push(Part::Index(0)),
            b'}' | b']' => {
                path.pop();
            }
            b',' => {
                if let Some(Part::Index(index)) = path.last_mut() {
                    *index += 1;
                }
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                let is_key = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if is_key && let Some(Part::Key(key)) = path.last_mut() {
                    *key = text[at + 1..end - 1].replace('~', "~0").replace('/', "~1");
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    path.iter().fold("/case".to_owned(), |out, part| match part {
        Part::Key(key) if key.is_empty() => out,
        Part::Key(key) => format!("{out}/{key}"),
        Part::Index(index) => format!("{out}/{index}"),
    })
}

/// The place after a string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_pointers() {
        let text = r#"{"date":"x","line":[{"treatment":"a"},{"treatment":"b, \"c\"","price":"z"}],"a/b":{"c":1}}"#;
        let of = |part: &str| pointer(text, text.find(part).unwrap());
        assert_eq!(of("\"x\""), "/case/date");
        assert_eq!(of("\"a\"}"), "/case/line/0/treatment");
        assert_eq!(of("\"b, "), "/case/line/1/treatment");
        assert_eq!(of("\"z\""), "/case/line/1/price");
        assert_eq!(of("1}}"), "/case/a~1b/c");
    }
}
