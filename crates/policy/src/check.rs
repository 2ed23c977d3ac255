//! What can be wrong with policies that compile: codes that no claim carries, criteria that decide nothing, examples that are
//! missing, documents that contradict each other.
//!
//! Every finding has a stable code, a place and a named fix; `docs/policy-checks.md` lists them. Whatever is not decided within
//! a counted number of steps is said aloud (N001), and so is what the code tables do not answer (N002).

mod cases;
mod clash;
mod code_tables;
mod decisive;
mod draft;
mod extent;
pub mod finding;
mod named;
pub(crate) mod place;
mod propose;
pub(crate) mod relate;
mod shape;
mod solve;
mod source_text;
mod sources;
mod versions;
pub(crate) mod witness;
mod write;

use jiff::civil::Date;

use crate::ast::PolicyFile;
use crate::compile::{Context, Entry, compile};
use crate::diagnostic::Diagnostic;
use code_tables::Reported;
pub use draft::draft_examples;
use extent::Extents;
use place::Subject;
pub use relate::Settles;
pub use source_text::against;

/// Checks policies one by one and against each other. They should come with their examples. `known` is what one fact tells of
/// another outside of all policies, such as the class of each payer; without it two policies may seem to meet that never do.
///
/// What the compiler finds, and examples that give another outcome than they expect, are reported by [`compile`] and
/// [`crate::example::run`]; a policy that does not compile is left out here. The findings are in the order of the files.
///
/// ```
/// use policy::compile::{Context, Entry};
/// use policy::{check, parse, program, span::SourceId};
/// let text = "policy \"x/1\" \"A title\"\nrank lcd\nfor 64615\ndates 2026-01-01 ..\nsource \"x\" known\n\
///     covered when all\n  dx: diagnosis in G43.70\notherwise not covered\n\
///     examples\n  \"a\" { dx G43.709 } => not covered: dx\n  \"b\" \"a\" but dx ? => covered if dx\n";
/// let file = parse::parse(SourceId(0), text).file.expect("no errors");
/// let ranks = program::Ranks(vec![program::Rank { name: "lcd".into(), gate: false }]);
/// let (dictionary, lists, tables) = Default::default();
/// let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
/// let findings = check::library(&[Entry::from(file)], &context, &[]);
/// assert_eq!(findings[0].message, "`G43.70` is the start of 2 longer codes; no claim carries it by itself");
/// ```
#[must_use]
pub fn library(entries: &[Entry], context: &Context<'_>, known: &[Settles]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut reported = Reported::default();
    let mut sound: Vec<&Entry> = Vec::new();
    let mut positions = Vec::new();
    for entry in entries {
        let compiles = one(entry, context, known, &mut reported, &mut findings);
        positions.push(compiles.then_some(sound.len()));
        if compiles {
            sound.push(entry);
        }
    }
    let sound: Vec<Entry> = sound.into_iter().cloned().collect();
    let files: Vec<&PolicyFile> = entries.iter().map(|entry| &*entry.file).collect();
    let extents = compile(&sound, context).ok().map(|program| Extents::new(program, positions));
    versions::check(&files, extents.as_ref(), &mut findings);
    if let Some(extents) = &extents {
        clash::check(extents, context, known, &mut findings);
    }
    findings.sort_by_key(|finding| finding.labels.first().map(|label| (label.source, label.span)));
    findings
}

/// Policies in force on a day whose source was read longer before it than so many days (W150), in the order of the files.
#[must_use]
pub fn age(entries: &[Entry], today: Date, days_max: u32) -> Vec<Diagnostic> {
    let files: Vec<&PolicyFile> = entries.iter().map(|entry| &*entry.file).collect();
    let mut findings = Vec::new();
    sources::old(&files, today, days_max, &mut findings);
    findings
}

/// Checks one policy by itself; false if it does not compile.
fn one(
    entry: &Entry,
    context: &Context<'_>,
    known: &[Settles],
    reported: &mut Reported,
    findings: &mut Vec<Diagnostic>,
) -> bool {
    let Some(subject) = Subject::new(entry, context, known) else { return false };
    code_tables::check(&entry.file, context, reported, findings);
    let idle = shape::check(&subject, findings);
    decisive::check(&subject, &idle, findings);
    sources::citations(&subject, findings);
    sources::drugs(&subject, findings);
    true
}
