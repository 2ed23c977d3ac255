//! A policy, or one condition of it, as a person reads it.

mod phrase;
mod spoken;
mod value;

use std::fmt::Write as _;

use crate::ast::{
    Certainty, Clause, Criterion, Dates, Duty, DutyKind, Expr, Grade, Head, Kind, Name, PolicyFile, When,
};
use crate::dictionary::Dictionary;
use crate::span::Spanned;
pub(crate) use phrase::Words;
pub use phrase::phrase;
pub(crate) use phrase::{codes, diagnoses, duration, number, term, turned};
use phrase::{group, items};
pub use spoken::{ValueName, is_sentence, spoken, spoken_value};
pub use value::fact_words;

/// Columns by which each level of a group is indented.
const INDENT: usize = 2;

/// A whole policy in plain words: title, source, caveats, whom and what it is for, criteria with their quotes, exceptions and duties.
///
/// Names that the dictionary does not have stand as they are written. Examples are left out.
#[must_use]
pub fn policy(file: &PolicyFile, dictionary: &Dictionary) -> String {
    let mut page = Page { out: String::new(), words: Words { dictionary } };
    page.header(file);
    for clause in &file.clauses {
        page.clause(clause);
    }
    if !file.unless.is_empty() {
        page.line(0, "\nExceptions:");
        for excuse in &file.unless {
            let labels: Vec<&str> = excuse.excuses.iter().map(|label| label.value.as_str()).collect();
            let excused = format!("in place of {}:", labels.join(" and "));
            page.criterion(&excuse.condition, INDENT, &excused);
        }
    }
    page.line(0, &format!("\nOtherwise {}.", head(&file.otherwise)));
    if !file.duties.is_empty() {
        page.line(0, "\nAlso:");
        for duty in &file.duties {
            page.duty(duty);
        }
    }
    page.out
}

/// What a clause gives, in plain words: `not covered (for looks)`.
#[must_use]
pub fn head(head: &Head) -> String {
    let with_kind = |word: &str, kind: &Option<Spanned<Kind>>| match kind {
        Some(kind) => format!("{word} ({})", kind_words(kind.value)),
        None => word.to_owned(),
    };
    match head {
        Head::Covered => "covered".to_owned(),
        Head::NotCovered { kind } => with_kind("not covered", kind),
        Head::Allowed => "allowed".to_owned(),
        Head::NotAllowed { kind } => with_kind("not allowed", kind),
        Head::Silent => "this policy does not say".to_owned(),
        Head::Unread(document) => format!("unknown, because this was not read: {}", document.value),
    }
}

/// Why something is not covered, in plain words.
#[must_use]
pub const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Necessity => "not medically necessary",
        Kind::Cosmetic => "for looks",
        Kind::Excluded => "not a benefit",
        Kind::Experimental => "experimental or investigational",
        Kind::Frequency => "too soon or too often",
        Kind::Quantity => "too much",
        Kind::Documentation => "not documented",
        Kind::Coding => "wrong or missing code",
        Kind::Age => "outside the age limits",
        Kind::Site => "not in this place",
        Kind::Clinician => "not by this clinician",
        Kind::Network => "out of network",
        Kind::Enrollment => "not enrolled with the payer",
        Kind::Sanction => "excluded from the program",
        Kind::StepTherapy => "another treatment comes first",
    }
}

/// How closely a source was read, in plain words.
#[must_use]
pub const fn grade_words(grade: Grade) -> &'static str {
    match grade {
        Grade::Text => "full text",
        Grade::Page => "the authority's page",
        Grade::Mirror => "a copy elsewhere",
        Grade::Digest => "a summary",
        Grade::Header => "known to exist, not read",
        Grade::Known => "general knowledge, not read",
    }
}

/// What a policy says besides its clauses, a line for each thing: title, rank, dates, source, caveats, services, scope and duties.
#[must_use]
pub fn frame(file: &PolicyFile, dictionary: &Dictionary) -> Vec<String> {
    let mut page = Page { out: String::new(), words: Words { dictionary } };
    page.header(file);
    for duty in &file.duties {
        page.duty(duty);
    }
    page.out.lines().map(|line| line.trim_start().to_owned()).collect()
}

struct Page<'a> {
    out: String,
    words: Words<'a>,
}

impl Page<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn header(&mut self, file: &PolicyFile) {
        self.line(0, &file.title);
        self.line(0, &format!("{} (rank {}), for services {}", *file.id, *file.rank, dates(file.dates)));
        let mut source = format!("Source: {}", *file.source.citation);
        if let Some(url) = &file.source.url {
            let _ = write!(source, ", {}", url.value);
        }
        let _ = write!(source, " ({}", grade_words(*file.source.grade));
        if let Some(read) = &file.source.read {
            let was_read = !matches!(*file.source.grade, Grade::Header | Grade::Known);
            let _ = write!(source, ", {} {}", if was_read { "read" } else { "as of" }, read.value);
        }
        self.line(0, &format!("{source})"));
        for caveat in &file.caveats {
            self.line(0, &format!("Caveat: {}", caveat.value));
        }
        let services = if file.applies.any { "any service".to_owned() } else { items(&file.applies.items) };
        match &file.applies.with {
            Some(with) => self.line(0, &format!("For {services}, together with {}", items(with))),
            None => self.line(0, &format!("For {services}")),
        }
        if file.scope.len() == 1 {
            let term = self.words.expr(&file.scope[0], false);
            self.line(0, &format!("If {term}"));
        } else if !file.scope.is_empty() {
            self.line(0, "If all of these hold:");
            for term in &file.scope {
                let term = self.words.expr(term, false);
                self.line(INDENT, &term);
            }
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let mut head = head(&clause.head);
        if let Some(first) = head.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let when = match clause.when {
            When::All if clause.criteria.len() == 1 => " when this holds:",
            When::All => " when all of these hold:",
            When::Any => " when one of these holds:",
            When::Always => ".",
        };
        self.line(0, &format!("\n{head}{when}"));
        for criterion in &clause.criteria {
            self.criterion(criterion, INDENT, "");
        }
    }

    /// One criterion with its quote and source, and the members of its group below.
    fn criterion(&mut self, criterion: &Criterion, indent: usize, before: &str) {
        let label = criterion.label.as_ref().map(|label: &Name| format!("[{}] ", label.value)).unwrap_or_default();
        let before = if before.is_empty() { String::new() } else { format!("{before} ") };
        match group(&criterion.expr) {
            None => {
                let words = self.words.expr(&criterion.expr, false);
                self.line(indent, &format!("{label}{before}{words}"));
                self.remarks(criterion, indent + INDENT);
            }
            Some((opening, members)) => {
                self.line(indent, &format!("{label}{before}{opening} these:"));
                self.remarks(criterion, indent + INDENT);
                for member in members {
                    self.criterion(member, indent + INDENT, "");
                }
            }
        }
    }

    /// What the source says, and how sure it is.
    fn remarks(&mut self, criterion: &Criterion, indent: usize) {
        let mut remarks = Vec::new();
        if let Some(quote) = &criterion.quote {
            remarks.push(format!("“{}”", quote.value));
        }
        if let Some(citation) = &criterion.citation {
            remarks.push(citation.value.clone());
        }
        if let Some(grade) = &criterion.grade {
            remarks.push(grade_words(grade.value).to_owned());
        }
        match criterion.certainty {
            Certainty::Plain => {}
            Certainty::Unverified => remarks.push("not seen as written: ask the payer".to_owned()),
            Certainty::Indicative => remarks.push("may support, does not block".to_owned()),
        }
        if let Some(kind) = &criterion.kind {
            remarks.push(format!("if not: {}", kind_words(kind.value)));
        }
        if !remarks.is_empty() {
            self.line(indent, &format!("— {}", remarks.join("; ")));
        }
    }

    fn duty(&mut self, duty: &Duty) {
        let mut text = match &duty.kind {
            DutyKind::PriorAuthorization => "prior authorization is needed".to_owned(),
            DutyKind::Document(kind) => {
                let dictionary = self.words.dictionary;
                let label = dictionary.document_id(kind).map(|id| &dictionary.document(id).label);
                format!("document needed: {}", label.unwrap_or(&kind.value))
            }
            DutyKind::Notice(notice) => format!("notice to the patient needed: {}", notice.value),
            DutyKind::Modifiers(modifiers) => format!("modifier needed: {}", names(modifiers)),
            DutyKind::Denies(denials) => format!("a denial carries {}", names(denials)),
            DutyKind::Due { what, within, before, event } => {
                let order = if *before { "before" } else { "after" };
                format!("{} is due {} {order} {}", what.value, term(within.value), event.value)
            }
        };
        if let Some(when) = &duty.when {
            let _ = write!(text, ", if {}", self.condition(when));
        }
        if let Some(citation) = &duty.citation {
            let _ = write!(text, " — {}", citation.value);
        }
        self.line(INDENT, &text);
    }

    fn condition(&self, expr: &Expr) -> String {
        self.words.expr(expr, false)
    }
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
    names.join(" ")
}

fn dates(dates: Dates) -> String {
    match (dates.from, dates.until) {
        (None, None) => "on any date".to_owned(),
        (Some(from), None) => format!("from {}", from.value),
        (None, Some(until)) => format!("before {}", until.value),
        (Some(from), Some(until)) => format!("from {} up to, not including, {}", from.value, until.value),
    }
}
