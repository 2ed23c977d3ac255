//! `covered facts`, `covered payers`, `covered treatments`: what a case may name.

use std::fmt::Write as _;

use library::{Library, NameError};
use policy::dictionary::{FactType, GivenBy, Move, Who};

use crate::Done;
use crate::args::{LibraryArguments, Word};
use crate::output::{Failure, print, wrapped, wrapped_at};
use crate::source;

fn matches(word: &Option<String>, texts: &[&str]) -> bool {
    let Some(word) = word else { return true };
    let word = word.to_lowercase();
    texts.iter().any(|text| text.to_lowercase().contains(&word))
}

fn nothing(what: &str, word: &Option<String>, near: Option<String>) -> Failure {
    let word = word.as_deref().unwrap_or_default();
    let help = near.map_or_else(
        || format!("`covered {what}s` without a word lists all of them"),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::Name { message: format!("there is no {what} with `{word}` in its name"), help }
}

/// `covered facts [WORD]`
pub(crate) fn facts(word: &Word, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let dictionary = library.dictionary();
    let mut out = String::new();
    for fact in dictionary.facts().iter().filter(|fact| fact.given_by == GivenBy::Chart) {
        if !matches(&word.word, &[&fact.name, &fact.label, &fact.question]) {
            continue;
        }
        let kind = match &fact.fact_type {
            FactType::YesNo => "yes or no".to_owned(),
            FactType::Number { unit, .. } => format!("a number of {unit}"),
            FactType::Choice { values } => values.join(" | "),
            FactType::Name => "a name".to_owned(),
        };
        let _ = writeln!(out, "{}", wrapped(&format!("{}  ({kind})", fact.name), 6));
        let _ = writeln!(out, "    {}", wrapped_at(&fact.question, 4, 4));
        let mut more = format!("asked of {}", who(fact.who));
        if let Some(place) = &fact.found_in {
            let _ = write!(more, "; found in: {place}");
        }
        if fact.movable == Move::Never {
            more.push_str("; never suggested");
        }
        let _ = writeln!(out, "    {}", wrapped_at(&more, 4, 4));
        if let Some(assumed) = &fact.assumed {
            let _ = writeln!(out, "    {}", wrapped_at(&format!("if not recorded: {}", assumed.says), 4, 4));
        }
    }
    if out.is_empty() {
        let typed = word.word.as_deref().unwrap_or_default();
        let near = codes::suggest(typed, dictionary.facts().iter().map(|fact| fact.name.as_str())).map(str::to_owned);
        return Err(nothing("fact", &word.word, near));
    }
    print(&out)?;
    Ok(Done::Answered)
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

/// `covered payers [WORD]`
pub(crate) fn payers(word: &Word, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let meant = word.word.as_deref().map(|word| library.payers().find(word));
    let meant_id = meant.as_ref().and_then(|found| found.as_ref().ok()).map(|payer| payer.id.clone());
    let mut out = String::new();
    for payer in library.payers().all() {
        if matches(&word.word, &[&payer.id, &payer.name]) || meant_id.as_ref() == Some(&payer.id) {
            let _ = writeln!(
                out,
                "{:<36} {}",
                payer.id,
                wrapped_at(&format!("{} ({})", payer.name, payer.class.word()), 37, 37)
            );
            if let Some(note) = &payer.note {
                let _ = writeln!(out, "    {}", wrapped_at(note, 4, 4));
            }
        }
    }
    if out.is_empty() {
        let near = match meant {
            Some(Err(NameError::Ambiguous { question, .. })) => {
                let message = "several payers answer to that name".to_owned();
                return Err(Failure::Name { message, help: question });
            }
            Some(Err(NameError::Unknown { near, .. })) => near.into_iter().next(),
            _ => None,
        };
        return Err(nothing("payer", &word.word, near));
    }
    // Several answer to the name: what was found stands above the question that tells them apart.
    if let Some(Err(NameError::Ambiguous { question, .. })) = &meant {
        let _ = writeln!(out, "\n{}", wrapped(question, 0));
    }
    print(&out)?;
    Ok(Done::Answered)
}

/// `covered treatments [WORD]`
pub(crate) fn treatments(word: &Word, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let mut out = String::new();
    match &word.word {
        None => list(&library, &mut out, |_, _| true),
        Some(typed) => match library.menu().find(typed) {
            Ok(found) => {
                let treatment = found.treatment;
                let _ = writeln!(out, "{}  {}", treatment.id, treatment.name);
                let _ = writeln!(
                    out,
                    "    {}",
                    wrapped_at(&format!("{}: {}", treatment.kind.word(), treatment.because), 4, 4)
                );
                for indication in &treatment.indications {
                    let codes: Vec<String> = indication.codes.iter().map(ToString::to_string).collect();
                    let billed =
                        if codes.is_empty() { String::new() } else { format!(" (usual codes {})", codes.join(" ")) };
                    let _ = writeln!(out, "    for {}", wrapped(&format!("{}{billed}", indication.name), 8));
                }
            }
            Err(NameError::Ambiguous { question, choices, .. }) => {
                let message = format!("several treatments answer to that name: {}", choices.join(", "));
                return Err(Failure::Name { message, help: question });
            }
            Err(NameError::Unknown { near, .. }) => {
                list(&library, &mut out, |id, name| matches(&word.word, &[id, name]));
                if out.is_empty() {
                    return Err(nothing("treatment", &word.word, near.into_iter().next()));
                }
            }
        },
    }
    print(&out)?;
    Ok(Done::Answered)
}

fn list(library: &Library, out: &mut String, wanted: impl Fn(&str, &str) -> bool) {
    for treatment in library.menu().all() {
        if wanted(&treatment.id, &treatment.name) {
            let text = format!("{} ({})", treatment.name, treatment.kind.word());
            let _ = writeln!(out, "{:<32} {}", treatment.id, wrapped_at(&text, 33, 33));
        }
    }
}
