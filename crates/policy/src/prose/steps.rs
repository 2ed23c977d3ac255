//! The header and the steps by which a policy decides.

use super::dates::{capital, day, sentence};
use super::{Glossary, Item, Part, Section};
use crate::ast::{Atom, Certainty, Clause, Criterion, Excuse, Expr, ExprKind, Grade, Head, PolicyFile, When, Window};
use crate::compile::WITH_LABEL;
use crate::dictionary::{Assumed, Fact, FactType, FactValue, GivenBy, Who};
use crate::show;

/// Where a criterion stands.
#[derive(Clone, Copy)]
struct At {
    depth: usize,
    /// In a step that says yes, so that failing it is what counts against.
    grants: bool,
}

/// Writes the sections of one policy.
pub(super) struct Writer<'a> {
    file: &'a PolicyFile,
    glossary: Glossary<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(file: &'a PolicyFile, glossary: Glossary<'a>) -> Self {
        Self { file, glossary }
    }

    /// What the page is and where its policy was read.
    pub(super) fn about(&self) -> Section {
        let file = self.file;
        let rank = self.glossary.names.rank(&file.rank).unwrap_or_else(|| file.rank.value.clone());
        let mut parts = vec![
            Part::Text(
                "This page says in plain English what one policy file says, so that a clinician or a biller can hold it against \
                 the source, and sign it. If a sentence differs from the source, the file is wrong. It is no legal or medical \
                 advice, and no guarantee of payment."
                    .to_owned(),
            ),
            Part::Text(format!("Policy: {}. Kind: {rank} ({}).", file.id.value, file.rank.value)),
            Part::Text(format!("Source: {}", sentence(&file.source.citation))),
        ];
        if let Some(url) = &file.source.url {
            parts.push(Part::Text(format!("Address: {}", url.value)));
        }
        parts.push(Part::Text(format!("How it was read: {}.", was_read(file, file.source.grade.value))));
        parts
            .extend(file.caveats.iter().map(|caveat| Part::Text(format!("Keep in mind: {}", sentence(&caveat.value)))));
        Section { heading: "What this page is".to_owned(), parts }
    }

    /// Every step, in the order in which they are taken.
    pub(super) fn steps(&self) -> Vec<Section> {
        let mut sections = vec![self.applies()];
        for clause in &self.file.clauses {
            let number = sections.len() + 1;
            sections.push(self.clause(number, clause));
        }
        sections.push(self.otherwise(sections.len() + 1));
        if !self.file.unless.is_empty() {
            let numbers = self.numbers();
            sections.push(self.exceptions(sections.len() + 1, &numbers));
        }
        sections
    }

    fn applies(&self) -> Section {
        let file = self.file;
        let mut items = vec![if file.applies.any {
            "Any service.".to_owned()
        } else {
            format!("The claim line bills {}.", self.glossary.services(&file.applies.items))
        }];
        items.push(match (file.dates.from.map(|day| day.value), file.dates.until.map(|day| day.value)) {
            (None, None) => "Any date of service; the source names none.".to_owned(),
            (Some(from), None) => format!("The date of service is {} or later.", day(from)),
            (None, Some(until)) => format!("The date of service is before {}.", day(until)),
            (Some(from), Some(until)) => {
                format!("The date of service is {} or later, and before {}.", day(from), day(until))
            }
        });
        items.extend(file.scope.iter().map(|term| self.glossary.sentence(term)));
        let mut parts = vec![Part::Text("It speaks about a service only if all of these are true:".to_owned())];
        for (index, says) in items.into_iter().enumerate() {
            parts.push(Part::Item(Item {
                number: format!("1.{}", index + 1),
                label: None,
                depth: 0,
                says,
                notes: Vec::new(),
            }));
        }
        Section { heading: "1. When it applies".to_owned(), parts }
    }

    fn clause(&self, number: usize, clause: &Clause) -> Section {
        let head = &clause.head.value;
        let then = then(head);
        let opening = match clause.when {
            When::All if clause.criteria.len() == 1 => format!("If this is true, stop here: {then}."),
            When::Any if clause.criteria.len() == 1 => format!("If this is true, stop here: {then}."),
            When::All => format!("If all of these are true, stop here: {then}."),
            When::Any => format!("If any one of these is true, stop here: {then}."),
            When::Always => format!("In every case {then}. Nothing else is asked."),
        };
        let grants = matches!(head, Head::Covered | Head::Allowed);
        let mut parts = vec![Part::Text(opening)];
        let mut counted = 0;
        for criterion in &clause.criteria {
            counted += 1;
            self.criterion(&format!("{number}.{counted}"), criterion, At { depth: 0, grants }, &mut parts);
        }
        if let (Head::Covered, Some(with)) = (head, &self.file.applies.with) {
            parts.push(Part::Item(Item {
                number: format!("{number}.{}", counted + 1),
                label: Some(WITH_LABEL.to_owned()),
                depth: 0,
                says: format!("The same claim line also bills {}.", self.glossary.services(with)),
                notes: vec!["If this is not so, the reason is: wrong or missing code.".to_owned()],
            }));
        }
        Section { heading: format!("{number}. {}", heading(head)), parts }
    }

    fn criterion(&self, number: &str, criterion: &Criterion, at: At, parts: &mut Vec<Part>) {
        let label = criterion.label.as_ref().map(|label| label.value.clone());
        let says = self.glossary.sentence(&criterion.expr);
        let notes = self.notes(criterion, at);
        parts.push(Part::Item(Item { number: number.to_owned(), label, depth: at.depth, says, notes }));
        for (index, member) in members(&criterion.expr).iter().enumerate() {
            let below = At { depth: at.depth + 1, ..at };
            self.criterion(&format!("{number}.{}", index + 1), member, below, parts);
        }
    }

    /// Where it stands and how sure it is. A member of a group shares the place of its group unless it has its own.
    fn notes(&self, criterion: &Criterion, at: At) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(quote) = &criterion.quote {
            notes.push(format!("The source says: “{}”", quote.value));
        }
        let grade = criterion.grade.as_ref().map(|grade| grade.value);
        if at.depth == 0 || criterion.citation.is_some() || grade.is_some() {
            let place = criterion.citation.as_ref().map(|place| place.value.as_str());
            notes.push(found_in(self.file, place, grade.unwrap_or(self.file.source.grade.value)));
        }
        match criterion.certainty {
            Certainty::Plain => {}
            Certainty::Unverified => notes.push(
                "The exact wording or number was not seen. Whatever the chart says, this stays open until the payer confirms it."
                    .to_owned(),
            ),
            Certainty::Indicative => notes.push(
                "This is a guide, not the payer's own list or number. It can speak for coverage, but never against it: if it is \
                 not met, the point stays open."
                    .to_owned(),
            ),
        }
        if let Some(kind) = criterion.kind.as_ref().filter(|_| criterion.certainty != Certainty::Indicative) {
            let when = if at.grants { "If this is not so" } else { "If this is so" };
            notes.push(format!("{when}, the reason is: {}.", show::kind_words(kind.value)));
        }
        notes.extend(self.not_recorded(&criterion.expr));
        notes
    }

    /// What happens when nobody has recorded what a single test asks for.
    fn not_recorded(&self, expr: &Expr) -> Option<String> {
        let inner = match &expr.kind {
            ExprKind::Not(inner) => inner,
            _ => expr,
        };
        let ExprKind::Atom(atom) = &inner.kind else { return None };
        let stays_open = |who: &str| Some(format!("If not recorded, it stays open: ask {who}."));
        match atom {
            Atom::Fact(name) | Atom::Compare { fact: name, .. } | Atom::In { fact: name, .. } => {
                let fact = self.glossary.fact(name)?;
                match &fact.assumed {
                    Some(assumed) => Some(format!("If not recorded: {}.", taken(fact, assumed))),
                    None if fact.given_by == GivenBy::Chart => stays_open(who(fact.who)),
                    None => None,
                }
            }
            Atom::Diagnosis { .. } => stays_open("the clinician"),
            Atom::Trial { .. } | Atom::Readings { .. } => stays_open("the clinician, and look in earlier records"),
            Atom::Amount { window, .. } if window.value == Window::Today => {
                stays_open("the clinician how much is given")
            }
            Atom::Since { .. } | Atom::Amount { .. } | Atom::SameDay(_) => {
                stays_open("for the history of earlier services")
            }
            Atom::Document { kind, .. } => {
                let id = self.glossary.dictionary.document_id(kind)?;
                stays_open(who(self.glossary.dictionary.document(id).who))
            }
            Atom::Billed(_) | Atom::Unverified(_) => None,
        }
    }

    fn otherwise(&self, number: usize) -> Section {
        let says = format!("If no step above gives an answer, {}.", then(&self.file.otherwise.value));
        Section { heading: format!("{number}. In every other case"), parts: vec![Part::Text(says)] }
    }

    fn exceptions(&self, number: usize, numbers: &[(String, String)]) -> Section {
        let mut parts = vec![Part::Text("An exception takes the place of a point above that is not met.".to_owned())];
        for (index, excuse) in self.file.unless.iter().enumerate() {
            let number = format!("{number}.{}", index + 1);
            self.criterion(&number, &excuse.condition, At { depth: 0, grants: true }, &mut parts);
            let excused = Part::Text(format!("If {number} is true, {} counts as met.", excused(excuse, numbers)));
            parts.push(excused);
        }
        Section { heading: format!("{number}. Exceptions"), parts }
    }

    /// The number of every label.
    fn numbers(&self) -> Vec<(String, String)> {
        let mut numbers = Vec::new();
        for (step, clause) in self.file.clauses.iter().enumerate() {
            for (index, criterion) in clause.criteria.iter().enumerate() {
                number(&format!("{}.{}", step + 2, index + 1), criterion, &mut numbers);
            }
        }
        numbers
    }
}

fn number(number_of: &str, criterion: &Criterion, numbers: &mut Vec<(String, String)>) {
    if let Some(label) = &criterion.label {
        numbers.push((label.value.clone(), number_of.to_owned()));
    }
    for (index, member) in members(&criterion.expr).iter().enumerate() {
        number(&format!("{number_of}.{}", index + 1), member, numbers);
    }
}

fn excused(excuse: &Excuse, numbers: &[(String, String)]) -> String {
    let text = |label: &crate::ast::Name| {
        let number = numbers.iter().find(|(of, _)| *of == label.value).map(|(_, number)| number.as_str());
        number.map_or_else(|| label.value.clone(), |number| format!("{number} ({})", label.value))
    };
    let texts: Vec<String> = excuse.excuses.iter().map(text).collect();
    super::dates::joined(&texts, "and")
}

fn members(expr: &Expr) -> &[Criterion] {
    match &expr.kind {
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => members,
        ExprKind::Not(_) | ExprKind::Atom(_) => &[],
    }
}

fn heading(head: &Head) -> String {
    match head {
        Head::Silent => "No answer from this policy".to_owned(),
        Head::Unread(_) => "Unknown".to_owned(),
        head => capital(&show::head(head)),
    }
}

/// What a head means for the answer.
fn then(head: &Head) -> String {
    match head {
        Head::Silent => "this policy says nothing, and the next weaker rule decides".to_owned(),
        Head::Unread(document) => format!("the answer is “unknown”, because this was not read: {}", document.value),
        head => format!("the answer is “{}”", show::head(head)),
    }
}

/// What a fact is taken as while nobody recorded it.
pub(super) fn taken(fact: &Fact, assumed: &Assumed) -> String {
    let value = match &assumed.value {
        FactValue::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        FactValue::Number(number) => number.to_string(),
        FactValue::Name(name) => name.clone(),
        FactValue::Choice(id) => match &fact.fact_type {
            FactType::Choice { values } => values.get(id.0 as usize).cloned().unwrap_or_default(),
            _ => String::new(),
        },
    };
    format!("taken as “{value}”, and the answer says: “{}”", assumed.says)
}

/// How the source was read, and when.
pub(super) fn was_read(file: &PolicyFile, grade: Grade) -> String {
    let (what, verb) = match grade {
        Grade::Text => ("the full text was read", "on"),
        Grade::Page => ("the authority's own page was read", "on"),
        Grade::Mirror => ("a copy on another site was read", "on"),
        Grade::Digest => ("only a summary was read", "on"),
        Grade::Header => ("it is known to exist, but was not read", "as of"),
        Grade::Known => ("nothing was read; this is general knowledge", "as of"),
    };
    match &file.source.read {
        Some(read) => format!("{what} {verb} {}", day(read.value)),
        None => format!("{what}; no date"),
    }
}

/// Which part of the source says so, how that was read, and when.
pub(super) fn found_in(file: &PolicyFile, part: Option<&str>, grade: Grade) -> String {
    let how = match grade {
        Grade::Text => "full text",
        Grade::Page => "the authority's page",
        Grade::Mirror => "a copy elsewhere",
        Grade::Digest => "a summary",
        Grade::Header => "not read",
        Grade::Known => "general knowledge, not read",
    };
    let part = part.map_or_else(|| "no part named".to_owned(), |part| format!("“{part}”"));
    match &file.source.read {
        Some(read) => format!("Source: {part} ({how}, {}).", day(read.value)),
        None => format!("Source: {part} ({how}, no date)."),
    }
}

const fn who(who: Who) -> &'static str {
    match who {
        Who::Clinician => "the clinician",
        Who::Patient => "the patient",
        Who::FrontDesk => "the front desk",
        Who::Biller => "the biller",
        Who::Payer => "the payer",
        Who::Practice => "the practice",
    }
}
