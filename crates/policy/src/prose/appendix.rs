//! What stands after the steps: duties, assumptions, lists, examples and the signature.

use super::dates::{capital, day, joined, sentence};
use super::examples;
use super::steps::{found_in, taken};
use super::{Glossary, Item, Named, Part, Section};
use crate::ast::{Duty, DutyKind, Expr, ExprKind, Name, PolicyFile};
use crate::lists::ListRow;
use crate::show::term;

/// All of them that have something to say.
pub(super) fn sections(file: &PolicyFile, glossary: Glossary<'_>) -> Vec<Section> {
    let named = Named::of(file);
    let mut sections = Vec::new();
    if !file.duties.is_empty() {
        sections.push(duties(file, glossary));
    }
    sections.push(recorded(&named, glossary));
    if !file.examples.is_empty() {
        sections.push(examples::section(file, glossary));
    }
    let codes = codes(&named, glossary);
    if !codes.is_empty() {
        sections.push(Section { heading: "Codes and lists".to_owned(), parts: codes });
    }
    sections
}

fn duties(file: &PolicyFile, glossary: Glossary<'_>) -> Section {
    let intro = "These never turn a yes into a no. They say what must be asked for, given or kept, and what a denial looks like.";
    let mut parts = vec![Part::Text(intro.to_owned())];
    for (index, duty) in file.duties.iter().enumerate() {
        let mut notes = Vec::new();
        if let Some(citation) = &duty.citation {
            notes.push(found_in(file, Some(&citation.value), file.source.grade.value));
        }
        let number = format!("D{}", index + 1);
        parts.push(Part::Item(Item {
            number: number.clone(),
            label: None,
            depth: 0,
            says: says(duty, glossary),
            notes,
        }));
        if let Some(when) = &duty.when {
            condition(&number, when, 1, glossary, &mut parts);
        }
    }
    Section { heading: "What else is needed".to_owned(), parts }
}

fn says(duty: &Duty, glossary: Glossary<'_>) -> String {
    let text = match &duty.kind {
        DutyKind::PriorAuthorization => "The payer must authorize it before it is done".to_owned(),
        DutyKind::Document(kind) => {
            let dictionary = glossary.dictionary;
            let label = dictionary.document_id(kind).map(|id| &dictionary.document(id).label);
            format!("This must be on file: {}", label.unwrap_or(&kind.value))
        }
        DutyKind::Notice(notice) => {
            format!("The patient must get this notice: {}", notice.value.replace(['_', '-'], " "))
        }
        DutyKind::Modifiers(modifiers) => format!("The claim line must carry the modifier {}", names(modifiers, "and")),
        DutyKind::Denies(denials) => format!("A denial under this policy carries these codes: {}", denied(denials)),
        DutyKind::Due { what, within, before, event } => format!(
            "This is due {} {} {} the {}: {}",
            if *before { "at the latest" } else { "within" },
            term(within.value),
            if *before { "before" } else { "after" },
            event.value.replace(['_', '-'], " "),
            what.value.replace(['_', '-'], " ")
        ),
    };
    match duty.when {
        Some(_) => format!("{text}, if this is true:"),
        None => sentence(&text),
    }
}

fn condition(number: &str, expr: &Expr, depth: usize, glossary: Glossary<'_>, parts: &mut Vec<Part>) {
    let number = format!("{number}.1");
    parts.push(Part::Item(Item {
        number: number.clone(),
        label: None,
        depth,
        says: glossary.sentence(expr),
        notes: Vec::new(),
    }));
    members(&number, expr, depth + 1, glossary, parts);
}

fn members(number: &str, expr: &Expr, depth: usize, glossary: Glossary<'_>, parts: &mut Vec<Part>) {
    let (ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. }) = &expr.kind else {
        return;
    };
    for (index, member) in members.iter().enumerate() {
        let number = format!("{number}.{}", index + 1);
        let label = member.label.as_ref().map(|label| label.value.clone());
        let says = glossary.sentence(&member.expr);
        parts.push(Part::Item(Item { number: number.clone(), label, depth, says, notes: Vec::new() }));
        self::members(&number, &member.expr, depth + 1, glossary, parts);
    }
}

fn names(names: &[Name], before_last: &str) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
    joined(&names, before_last)
}

/// Denial codes with our own words for them.
fn denied(denials: &[Name]) -> String {
    let text = |code: &Name| {
        let adjustment = code.value.parse().ok().and_then(|code: codes::CarcCode| code.plain_words());
        let words = adjustment.or_else(|| code.value.parse().ok().and_then(|code: codes::RarcCode| code.plain_words()));
        words.map_or_else(|| code.value.clone(), |words| format!("{} ({words})", code.value))
    };
    let texts: Vec<String> = denials.iter().map(text).collect();
    joined(&texts, "and")
}

fn recorded(named: &Named, glossary: Glossary<'_>) -> Section {
    let mut text = "What nobody recorded is never taken as a “no”. The point stays open, the answer says what it depends on and who can \
                    settle it. The same holds for earlier services from before the first day for which the history is complete."
        .to_owned();
    if named.trials {
        text.push_str(
            " “Tried without success” means that it did not help or was not tolerated, and that the chart says which.",
        );
    }
    let mut text = "What nobody recorded is never taken as a “no”. The point stays open, the answer says what it depends on and who can \
                    settle it. The same holds for earlier services from before the first day for which the history is complete."
        .to_owned();
    if named.trials {
        text.push_str(
            " “Tried without success” means that it did not help or was not tolerated, and that the chart says which.",
        );
    }
    let mut parts = vec![Part::Text(text)];
    let assumed = named
        .facts
        .iter()
        .filter_map(|name| glossary.fact(name))
        .filter_map(|fact| Some((fact, fact.assumed.as_ref()?)));
    let assumed: Vec<String> =
        assumed.map(|(fact, assumed)| format!("{}: {}.", capital(&fact.label), taken(fact, assumed))).collect();
    if assumed.is_empty() {
        parts.push(Part::Text("This policy takes nothing for granted.".to_owned()));
    } else {
        parts.push(Part::Text("Only this is taken for granted, and every answer that rests on it says so:".to_owned()));
        for (index, says) in assumed.into_iter().enumerate() {
            parts.push(Part::Item(Item {
                number: format!("A{}", index + 1),
                label: None,
                depth: 0,
                says,
                notes: Vec::new(),
            }));
        }
    }
    Section { heading: "When something is not recorded".to_owned(), parts }
}

fn codes(named: &Named, glossary: Glossary<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    for code in &named.codes {
        if let Some(words) = glossary.names.service(code) {
            parts.push(Part::Text(format!("{code}: used for {words} (our words).")));
        }
    }
    for list in &named.lists {
        let rows = glossary.lists.rows(list).unwrap_or_default();
        let texts: Vec<String> = rows.into_iter().map(row).collect();
        parts.push(Part::Text(format!("The list {list}: {}.", texts.join(", "))));
    }
    parts
}

fn row(row: &ListRow) -> String {
    match (row.from, row.until) {
        (None, None) => row.code.clone(),
        (Some(from), None) => format!("{} (from {})", row.code, day(from)),
        (None, Some(until)) => format!("{} (before {})", row.code, day(until)),
        (Some(from), Some(until)) => format!("{} (from {}, before {})", row.code, day(from), day(until)),
    }
}

/// Where somebody signs.
pub(super) fn signature(file: &PolicyFile, fingerprint: Option<&str>) -> Section {
    let version = match (&file.dates.from, &file.source.read) {
        (Some(from), _) => format!("the version for services from {}", day(from.value)),
        (None, Some(read)) => format!("the version read on {}", day(read.value)),
        (None, None) => "a version without a date".to_owned(),
    };
    let mut parts = vec![Part::Text(format!(
        "I have compared this page with the source named above. It says what the source says. Policy {}, {version}.",
        file.id.value
    ))];
    if let Some(fingerprint) = fingerprint {
        parts.push(Part::Text(format!("Fingerprint of the file that was signed (SHA-256): {fingerprint}")));
    }
    let blanks = ["Name and license:", "Signature:", "Date:", "Not right, or missing:"];
    parts.extend(blanks.map(|words| Part::Blank(words.to_owned())));
    Section { heading: "Sign-off".to_owned(), parts }
}
