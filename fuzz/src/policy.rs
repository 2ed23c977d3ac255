//! Policy files.

use policy::ast::PolicyFile;
use policy::compile::Entry;
use policy::diagnostic::{Severity, Sources};
use policy::diff::Versions;
use policy::{check, example, fmt, parse, prose, show};

use crate::{LIBRARY, is_plain, print};

/// Reads a policy file, prints what is wrong with it or what it says, lays it out anew, runs its examples, checks it and compares it
/// with itself.
///
/// # Panics
/// If a step panics, if a finding has no place in the text, if a file with an error gives a tree or one without gives none,
/// if a control character reaches the terminal, if the layout changes what the file says or is another one the second time, or if a
/// policy differs from itself.
pub fn policy(data: &[u8]) {
    let mut sources = Sources::default();
    let source = sources.add("fuzz.cov", String::from_utf8_lossy(data));
    let text = match parse::decode(source, data) {
        Ok(text) => text,
        // Its place is one of the bytes, which the text does not have.
        Err(diagnostic) => return print(&[diagnostic], &Sources::default()),
    };
    let parsed = parse::parse(source, text);
    let errors = parsed.diagnostics.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(parsed.file.is_none(), errors, "a tree, or an error that says why there is none");
    print(&parsed.diagnostics, &sources);

    let Some(file) = parsed.file else { return };
    layout(text, &file);
    assert!(is_plain(&show::policy(&file, LIBRARY.dictionary())), "a control character was printed");
    let page = prose::text(&prose::page(&file, LIBRARY.glossary(), None), 80);
    assert!(is_plain(&page), "a control character was printed");
    let (entry, context) = (Entry::from(file), LIBRARY.context());
    let report = example::run(&entry, &context);
    print(&report.findings, &sources);
    // A mutated list can make a policy ask thousands of times for the same; a person's file never does.
    if text.len() > CHECKED_BYTES_MAX {
        return;
    }
    print(&check::library(std::slice::from_ref(&entry), &context, &[]), &sources);
    if let Ok(versions) = Versions::new(&entry, &entry, &context, &[]) {
        assert!(versions.changes.regions.is_empty(), "a policy differs from itself");
    }
}

/// Largest file that is checked for more than errors; the longest of the library has half of it.
const CHECKED_BYTES_MAX: usize = 20_000;

/// The layout changes blanks alone, and nothing the second time.
fn layout(text: &str, file: &PolicyFile) {
    let formatted = fmt::format(text).expect("a file without errors is laid out");
    assert_eq!(fmt::format(&formatted).as_deref(), Ok(formatted.as_str()), "laid out otherwise the second time");
    let comments = |text: &str| text.matches('#').count();
    assert_eq!(comments(text), comments(&formatted), "a comment was lost");
    let again = parse::parse(Sources::default().add("formatted.cov", formatted.clone()), &formatted).file;
    let says = |file: &PolicyFile| show::policy(file, LIBRARY.dictionary());
    assert_eq!(again.as_ref().map(says), Some(says(file)), "the layout changed what the file says");
}
