//! The canonical layout of a policy file.
//!
//! Only blanks change: every word, string, mark and comment stays, in its order and on its line. Statements of the header line up
//! at one column, so do the labels of a block, its suffixes, and in the examples the cases and results.

mod columns;
mod source;

use crate::diagnostic::{Diagnostic, Report};
use crate::lex::lex;
use crate::parse::parse;
use crate::span::SourceId;

/// Lays a policy file out. Doing it again changes nothing.
///
/// # Errors
/// All errors of a file that cannot be read: where it is not clear what belongs together, nothing is moved.
///
/// ```
/// let text = "policy \"x/1\" \"A title\"\nrank lcd\nfor 64615\ndates 2026-01-01..\nsource \"x\" text\n\n\
///     covered when all\n dx: diagnosis in G43.709 @ \"I\"\n days:headache_days>=15 days @\"II\" as necessity # read twice\n\
///     otherwise not covered\n";
/// let expected = r#"policy   "x/1"  "A title"
/// rank     lcd
/// for      64615
/// dates    2026-01-01 ..
/// source   "x" text
///
/// covered when all
///   dx:   diagnosis in G43.709      @ "I"
///   days: headache_days >= 15 days  @ "II"   as necessity  # read twice
/// otherwise not covered
/// "#;
/// assert_eq!(policy::fmt::format(text), Ok(expected.to_owned()));
/// assert_eq!(policy::fmt::format(expected), Ok(expected.to_owned()));
/// ```
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(SourceId(0), text);
    if parsed.file.is_none() {
        return Err(parsed.diagnostics);
    }
    let mut report = Report::new(SourceId(0));
    let lexed = lex(text, &mut report);
    let rows = source::rows(text, &lexed);
    Ok(columns::lay_out(&rows))
}
