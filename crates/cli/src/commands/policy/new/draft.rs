//! The answers so far, and the policy that they make.

use std::fmt::Write as _;

use library::Library;
use library::ranks::Effect;
use policy::compile::Entry;
use policy::diagnostic::{Diagnostic, Severity};
use policy::dictionary::GivenBy;
use policy::parse::parse;
use policy::span::SourceId;

use super::{Topic, services};
use crate::source;

/// Most facts that are named for a condition in plain words.
const NEAR_FACTS_MAX: usize = 3;
/// Shortest word that makes a fact look near.
const NEAR_WORD_CHARACTERS_MIN: usize = 5;

/// Words that nearly every question has, without a plural's end.
const COMMON_WORDS: [&str; 6] = ["patient", "least", "before", "there", "which", "treatment"];

/// What became of an answer.
pub(super) enum Taken {
    /// The question is answered.
    Whole,
    /// More may follow; a remark on this one.
    More(Option<String>),
}

/// What the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    CoveredIf,
    Covered,
    Looks,
    NotCovered,
}

#[derive(Clone, Debug)]
struct Condition {
    label: String,
    /// As it stands after the label.
    text: String,
}

/// The answers, as they stand in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    document: Option<String>,
    address: Option<String>,
    read: Option<String>,
    scope: Option<String>,
    authority: String,
    rank: Option<String>,
    services: Option<String>,
    dates: Option<String>,
    says: Option<Says>,
    conditions: Vec<Condition>,
    authorization: Option<bool>,
}

impl Draft {
    pub(super) fn answered(&self, topic: Topic) -> bool {
        match topic {
            Topic::Document => self.document.is_some(),
            Topic::Address => self.address.is_some(),
            Topic::Read => self.read.is_some(),
            Topic::Payer => self.scope.is_some(),
            Topic::Kind => self.rank.is_some(),
            Topic::Services => self.services.is_some(),
            Topic::Dates => self.dates.is_some(),
            Topic::Says => self.says.is_some(),
            Topic::Conditions => !self.conditions.is_empty(),
            Topic::Authorization => self.authorization.is_some(),
        }
    }

    /// Conditions are asked for only where the document sets some; a rule that says no needs no authorization.
    pub(super) fn needs_no(&self, topic: Topic) -> bool {
        match topic {
            Topic::Conditions => self.says != Some(Says::CoveredIf),
            Topic::Authorization => matches!(self.says, Some(Says::Looks | Says::NotCovered)),
            _ => false,
        }
    }

    /// Takes one answer.
    ///
    /// # Errors
    /// What is wrong with it, in words for the author; then nothing was taken.
    pub(super) fn take(&mut self, topic: Topic, typed: &str, library: &Library) -> Result<Taken, String> {
        if typed.chars().any(char::is_control) {
            return Err("an answer is one line of text".to_owned());
        }
        let mut changed = self.clone();
        match topic {
            Topic::Document => changed.document = Some(quoted(typed)),
            Topic::Address => changed.address = Some(quoted(typed)),
            Topic::Read => changed.read = Some(read(typed)?),
            Topic::Payer => changed.payer(typed, library)?,
            Topic::Kind => changed.rank = Some(rank(typed, library)?),
            Topic::Services => changed.services = Some(services::of(typed, library)?),
            Topic::Dates => changed.dates = Some(dates(typed)?),
            Topic::Says => changed.says = Some(says(typed)?),
            Topic::Conditions => return self.condition(typed, library),
            Topic::Authorization => {
                changed.authorization = Some(match typed.to_lowercase().as_str() {
                    "yes" | "y" => true,
                    "no" | "n" => false,
                    _ => return Err("type yes or no, or nothing if you do not know".to_owned()),
                });
            }
        }
        changed.compiles(library)?;
        *self = changed;
        Ok(Taken::Whole)
    }

    fn payer(&mut self, typed: &str, library: &Library) -> Result<(), String> {
        let (name, more) = typed.split_once(';').map_or((typed, None), |(name, more)| (name.trim(), Some(more.trim())));
        let (mut scope, authority) = match (library.classes().find(name), library.payers().find(name)) {
            (Ok(class), _) => (format!("class {}", class.word()), class.word().to_owned()),
            (_, Ok(payer)) => (format!("payer {}", payer.id), payer.id.clone()),
            (_, Err(error)) => return Err(format!("{error}; `covered payers` lists the payers")),
        };
        if let Some(more) = more.filter(|more| !more.is_empty()) {
            let _ = write!(scope, "; {more}");
        }
        (self.scope, self.authority) = (Some(scope), authority);
        Ok(())
    }

    /// A test, or plain words.
    fn condition(&mut self, typed: &str, library: &Library) -> Result<Taken, String> {
        let mut changed = self.clone();
        changed.says = Some(Says::CoveredIf);
        changed.conditions.push(Condition { label: changed.label(typed), text: typed.to_owned() });
        let problem = match changed.compiles(library) {
            Ok(()) => {
                changed.holds(library)?;
                *self = changed;
                return Ok(Taken::More(None));
            }
            Err(problem) => problem,
        };
        if looks_like_a_test(typed, library) {
            let near = near_tests(typed, library);
            let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
            return Err(format!("{}{near}", problem.replace("; add it to a file of library/facts", "")));
        }
        let (words, part) =
            typed.split_once('@').map_or((typed, None), |(words, part)| (words.trim(), Some(part.trim())));
        let part = part.map(|part| format!("  @ {}", quoted(part.trim_matches('"')))).unwrap_or_default();
        let condition = changed.conditions.last_mut().expect("it was pushed above");
        *condition = Condition { label: self.label("ask"), text: format!("unverified {}{part}", quoted(words)) };
        changed.compiles(library)?;
        *self = changed;
        let mut remark = "kept as a question to the payer".to_owned();
        let near = near_tests(words, library);
        if !near.is_empty() {
            let _ = write!(remark, "; if one of these says the same, write it as a test: {}", near.join(", "));
        }
        Ok(Taken::More(Some(remark)))
    }

    /// A short name for a condition that no other one has.
    fn label(&self, text: &str) -> String {
        let first =
            text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).find(|word| !word.is_empty());
        let stem = match first.unwrap_or("ask") {
            "diagnosis" | "primary" | "other" => "dx".to_owned(),
            "since" => "gap".to_owned(),
            "units" => "dose".to_owned(),
            "count" => "times".to_owned(),
            "trial" | "at" | "all" | "any" => "tried".to_owned(),
            "document" => "papers".to_owned(),
            "billed" => "codes".to_owned(),
            "not" => return self.label(text.trim_start().trim_start_matches("not")),
            word => word.split('_').take(2).collect::<Vec<_>>().join("_").to_lowercase(),
        };
        let stem = if stem.starts_with(|first: char| first.is_ascii_alphabetic()) { stem } else { "ask".to_owned() };
        let taken = |label: &str| self.conditions.iter().any(|condition| condition.label == label);
        (1..)
            .map(|number| if number == 1 { stem.clone() } else { format!("{stem}_{number}") })
            .find(|label| !taken(label))
            .unwrap_or(stem)
    }

    /// What may be answered, for somebody who asks.
    pub(super) fn help(&self, topic: Topic, library: &Library) -> String {
        let mut out = String::new();
        match topic {
            Topic::Kind => {
                for rank in library.ranks().ranks() {
                    let _ = writeln!(out, "  {:<16} {}", rank.id, rank.name);
                }
            }
            Topic::Payer => out.push_str("  `covered payers WORD` lists the payers; kinds of coverage:\n"),
            Topic::Services => out.push_str("  `covered treatments WORD` lists the menu\n"),
            _ => out.push_str("  this one is needed: without it there is no policy\n"),
        }
        if topic == Topic::Payer {
            for class in library.classes().all() {
                let _ = writeln!(out, "  {:<20} {}", class.class.word(), class.name);
            }
        }
        out
    }

    fn compiles(&self, library: &Library) -> Result<(), String> {
        let parsed = parse(SourceId(0), &self.text(library));
        let mut found = parsed.diagnostics;
        if let Some(file) = parsed.file {
            match library.compile(&[Entry::from(file)]) {
                Ok(_) => return Ok(()),
                Err(errors) => found.extend(errors),
            }
        }
        Err(first_error(found).unwrap_or_else(|| "this cannot be read".to_owned()))
    }

    /// Whether codes can be billed and conditions can decide, as `check --thorough` sees it.
    fn holds(&self, library: &Library) -> Result<(), String> {
        let entries: Vec<Entry> = parse(SourceId(0), &self.text(library)).file.into_iter().map(Entry::from).collect();
        let found = policy::check::library(&entries, &library.context(), &[library.classes_of_payers()]);
        first_error(found).map_or(Ok(()), Err)
    }

    /// The policy without examples. What is not answered yet has a harmless stand-in; [`super::run`] writes nothing while a needed
    /// answer is missing.
    pub(super) fn text(&self, library: &Library) -> String {
        let document = self.document.clone().unwrap_or_else(|| "\"the document\"".to_owned());
        let rank = self.rank.as_deref().unwrap_or("default");
        let mut out = String::from(
            "# Begun with `covered policy new`. What was not seen is marked `unverified` or `unread`: settle these points first.\n",
        );
        let _ = writeln!(out, "policy \"{}/{}\" {document}", self.authority_or("unnamed"), slug(&document));
        let _ = writeln!(out, "rank {rank}");
        if let Some(scope) = &self.scope {
            let _ = writeln!(out, "scope {scope}");
        }
        let _ = writeln!(out, "for {}", self.services.as_deref().unwrap_or("any"));
        let _ = writeln!(out, "dates {}", self.dates.as_deref().unwrap_or(".."));
        let address = self.address.as_ref().map(|address| format!(" {address}")).unwrap_or_default();
        let _ = writeln!(out, "source {document}{address} {}\n", self.read.as_deref().unwrap_or("known"));
        self.rules(&document, rank, library, &mut out);
        out
    }

    fn authority_or<'d>(&'d self, other: &'d str) -> &'d str {
        if self.authority.is_empty() { other } else { &self.authority }
    }

    fn rules(&self, document: &str, rank: &str, library: &Library, out: &mut String) {
        let effect = library.ranks().find(rank).map(|index| library.ranks().rank(index).effect).unwrap_or_default();
        let (yes, no) = if effect == Effect::Gate { ("allowed", "not allowed") } else { ("covered", "not covered") };
        let otherwise = if effect == Effect::Grants { "silent" } else { no };
        match self.says {
            None => {
                let _ = writeln!(out, "otherwise unread {document}");
            }
            Some(Says::Covered) => {
                let _ = writeln!(out, "{yes} always\n\notherwise silent");
            }
            Some(Says::NotCovered) => {
                let _ = writeln!(out, "{no} always\n\notherwise {no}");
            }
            Some(Says::Looks) => {
                let _ = writeln!(out, "{no} as cosmetic when all\n  looks: purpose = cosmetic\n\notherwise silent");
            }
            Some(Says::CoveredIf) => {
                let _ = writeln!(out, "{yes} when all");
                for condition in &self.conditions {
                    let _ = writeln!(out, "  {}: {}", condition.label, condition.text);
                }
                if self.conditions.is_empty() {
                    let question = quoted(&format!("the conditions of {}", document.trim_matches('"')));
                    let _ = writeln!(out, "  terms: unverified {question}");
                }
                let _ = writeln!(out, "\notherwise {otherwise}");
            }
        }
        match self.authorization {
            _ if self.says.is_none() || self.needs_no(Topic::Authorization) || effect == Effect::Gate => {}
            Some(true) => out.push_str("\nneeds prior_authorization\n"),
            Some(false) => {}
            None => {
                out.push_str(
                    "\nneeds prior_authorization when unverified \"whether the payer must authorize it first\"\n",
                );
            }
        }
    }
}

/// A string of the language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Letters and digits with hyphens between.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "document".to_owned() } else { slug.to_owned() }
}

/// `page 2026-11-23`, `page today`, `page`.
fn read(typed: &str) -> Result<String, String> {
    let (grade, day) =
        typed.split_once(char::is_whitespace).map_or((typed, None), |(grade, day)| (grade, Some(day.trim())));
    let grade = grade.to_lowercase();
    if !policy::ast::Grade::ALL.iter().any(|(_, word)| *word == grade) {
        return Err(format!("`{grade}` is not one of text, page, mirror, digest, header, known"));
    }
    let Some(day) = day else { return Ok(grade) };
    let today = source::now().date();
    let day = if day == "today" { today } else { date(day.strip_prefix("read ").unwrap_or(day))? };
    if day > today {
        return Err(format!("{day} has not come yet"));
    }
    Ok(format!("{grade} read {day}"))
}

fn date(typed: &str) -> Result<jiff::civil::Date, String> {
    typed.trim().parse().map_err(|_| format!("`{}` is not a date; write it like 2026-01-31", typed.trim()))
}

fn dates(typed: &str) -> Result<String, String> {
    let (from, until) = typed.split_once("..").unwrap_or((typed, ""));
    let side =
        |text: &str| if text.trim().is_empty() { Ok(String::new()) } else { date(text).map(|day| day.to_string()) };
    Ok(format!("{} .. {}", side(from)?, side(until)?))
}

fn says(typed: &str) -> Result<Says, String> {
    Ok(match typed.to_lowercase().replace(' ', "-").as_str() {
        "covered-if" | "allowed-if" | "if" => Says::CoveredIf,
        "covered" | "allowed" | "always" => Says::Covered,
        "looks" | "cosmetic" => Says::Looks,
        "not-covered" | "not-allowed" | "never" => Says::NotCovered,
        _ => return Err(format!("`{typed}` is not one of covered-if, covered, looks, not-covered")),
    })
}

fn rank(typed: &str, library: &Library) -> Result<String, String> {
    let id = typed.to_lowercase().replace([' ', '-'], "_");
    let ranks = library.ranks().ranks();
    if let Some(rank) = ranks.iter().find(|rank| rank.id == id || rank.name.eq_ignore_ascii_case(typed)) {
        return Ok(rank.id.clone());
    }
    // `booklet` is enough for the plan booklet, if nothing else has that word.
    let typed_low = typed.to_lowercase();
    let mut with_word = ranks.iter().filter(|rank| rank.name.to_lowercase().contains(&typed_low));
    if let (Some(only), None) = (with_word.next(), with_word.next()) {
        return Ok(only.id.clone());
    }
    let near = codes::suggest(&id, ranks.iter().map(|rank| rank.id.as_str()));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_else(|| ".".to_owned());
    let all: Vec<&str> = ranks.iter().map(|rank| rank.id.as_str()).collect();
    Err(format!("there is no kind `{typed}`{near} The kinds: {}", all.join(", ")))
}

/// Somebody who writes a comparison or a name with `_` means a test, so that a slip is not taken for plain words.
fn looks_like_a_test(typed: &str, library: &Library) -> bool {
    let before_part = typed.split('@').next().unwrap_or_default();
    let words = || before_part.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    before_part.contains(['<', '>', '='])
        || words().any(|word| word.contains('_'))
        || before_part.contains("trial(")
        || words().next().is_some_and(|word| library.dictionary().fact_id(word).is_some())
}

/// Tests that may be meant by these words: facts, documents and earlier treatments that share most of the longer ones.
fn near_tests(words: &str, library: &Library) -> Vec<String> {
    let dictionary = library.dictionary();
    let mut wanted: Vec<String> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() >= NEAR_WORD_CHARACTERS_MIN)
        // Without the end, so that a plural finds its singular.
        .map(|word| word.trim_end_matches('s').to_lowercase())
        .filter(|word| !COMMON_WORDS.contains(&word.as_str()))
        .collect();
    if wanted.iter().any(|word| word.starts_with("diagnos")) {
        return vec!["diagnosis in G43.709 C44.*".to_owned()];
    }
    wanted.dedup();
    let shared = |text: String| {
        let text = text.to_lowercase();
        wanted.iter().filter(|word| text.contains(word.as_str())).count()
    };
    let facts = dictionary.facts().iter().filter(|fact| fact.given_by == GivenBy::Chart);
    let facts =
        facts.map(|fact| (shared(format!("{} {} {}", fact.name, fact.label, fact.question)), fact.name.clone()));
    let documents = dictionary.documents().iter();
    let documents = documents.map(|kind| {
        (shared(format!("{} {} {}", kind.name, kind.label, kind.question)), format!("document \"{}\"", kind.name))
    });
    let trials = dictionary.trial_classes().iter();
    let trials =
        trials.map(|class| (shared(format!("{} {}", class.name, class.label)), format!("trial({})", class.name)));
    let near = |(shared, _): &(usize, String)| *shared > 0 && *shared * 2 >= wanted.len();
    let mut found: Vec<(usize, String)> = facts.chain(documents).chain(trials).filter(near).collect();
    // Of two that share as much, the one whose own name says least that was not typed.
    let typed = words.to_lowercase();
    let foreign = |name: &str| {
        let parts = name.split(|letter: char| !letter.is_alphanumeric());
        parts.filter(|part| !part.is_empty() && !typed.contains(part)).count()
    };
    found.sort_by_key(|(shared, name)| (std::cmp::Reverse(*shared), foreign(name), name.clone()));
    found.into_iter().take(NEAR_FACTS_MAX).map(|(_, name)| name).collect()
}

/// The first error and how to mend it, on one line.
fn first_error(found: Vec<Diagnostic>) -> Option<String> {
    let error = found.into_iter().find(|finding| finding.severity == Severity::Error)?;
    Some(match error.help.first() {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    })
}
