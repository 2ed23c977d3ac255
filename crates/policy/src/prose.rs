//! A policy as plain English sentences that a clinician can check against the source and sign.
//!
//! [`page`] says everything that a policy file says: every criterion with its quantity, unit, quote, citation, grade and date,
//! the exceptions, the duties, what is taken for granted, and what happens when something is not recorded. The same page is
//! printed as text ([`text`]) and as HTML.

mod appendix;
mod dates;
mod examples;
mod named;
mod render;
mod sentences;
mod steps;
mod values;

use crate::ast::PolicyFile;
use crate::dictionary::Dictionary;
use crate::lists::Lists;
pub use dates::day;
pub use named::Named;
pub use render::text;

/// What names in a policy mean to people.
#[derive(Clone, Copy)]
pub struct Glossary<'a> {
    /// The facts, documents and classes of earlier treatment.
    pub dictionary: &'a Dictionary,
    /// The code lists.
    pub lists: &'a Lists,
    /// Everything else that has a name.
    pub names: &'a dyn Names,
}

/// Plain names of identifiers that a library defines; what has none stands as it is written.
pub trait Names {
    /// A value of a fact: the payer `uhc` is UnitedHealthcare.
    fn value(&self, fact: &str, value: &str) -> Option<String>;
    /// A rank: `lcd` is a local coverage determination.
    fn rank(&self, rank: &str) -> Option<String>;
    /// What a procedure or drug code usually stands for, in the library's own words.
    fn service(&self, code: &str) -> Option<String>;
}

/// No names at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn value(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn rank(&self, _: &str) -> Option<String> {
        None
    }

    fn service(&self, _: &str) -> Option<String> {
        None
    }
}

/// The whole text, without layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The title of the policy.
    pub title: String,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// One part under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading, with a number where other parts refer to it.
    pub heading: String,
    /// What it says.
    pub parts: Vec<Part>,
}

/// A paragraph or an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A numbered statement.
    Item(Item),
    /// A line to write on, after these words.
    Blank(String),
}

/// A numbered statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `3.8`, or `3.8.1` for a member of a group.
    pub number: String,
    /// How the policy file names it.
    pub label: Option<String>,
    /// How deep it stands; 0 for the criteria of a step.
    pub depth: usize,
    /// One or two sentences.
    pub says: String,
    /// Where it stands in the source, how sure it is, and what happens if it is not recorded.
    pub notes: Vec<String>,
}

/// Everything that a policy says. `fingerprint` stands beside the signature and says which bytes were signed.
///
/// ```
/// use policy::{dictionary::Dictionary, lists::Lists, parse, prose, span::SourceId};
/// let text = "policy \"x\" \"Freezing of warts\"\nrank lcd\nfor 17110\ndates 2026-01-01 ..\nsource \"LCD 7\" text read 2026-02-03\n\
///     covered when all\n  gap: since last 17110 >= 2 weeks or never @ \"II\"\notherwise not covered as frequency\n";
/// let file = parse::parse(SourceId(0), text).file.expect("no errors");
/// let (dictionary, lists) = (Dictionary::default(), Lists::default());
/// let page = prose::page(&file, prose::Glossary { dictionary: &dictionary, lists: &lists, names: &prose::NoNames }, None);
/// let printed = prose::text(&page, 120);
/// assert!(printed.contains("At least 2 weeks have passed since the last 17110, or there was none before."));
/// assert!(printed.contains("Source: “II” (full text, February 3, 2026)."));
/// ```
#[must_use]
pub fn page(file: &PolicyFile, glossary: Glossary<'_>, fingerprint: Option<&str>) -> Page {
    let writer = steps::Writer::new(file, glossary);
    let mut sections = vec![writer.about()];
    sections.extend(writer.steps());
    sections.extend(appendix::sections(file, glossary));
    sections.push(appendix::signature(file, fingerprint));
    Page { title: file.title.value.clone(), sections }
}
