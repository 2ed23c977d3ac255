//! What a word means.

use codes::hcpcs::CodeStatus;
use codes::icd10::IcdStatus;
use codes::{IcdCode, ProcedureCode};
use library::Library;
use policy::ast::ListName;
use policy::dictionary::{Fact, FactType, Move, Who};
use policy::prose::{Names as _, day};

use crate::document::Token;

/// Most entries of a list that are shown.
const ENTRIES_MAX: usize = 24;

/// Words of the language that are easily taken for something else.
const KEYWORDS: [(&str, &str); 12] = [
    ("excuses", "In place of the named criterion this one may be met."),
    ("header", "Grade: it is known that the text exists; it was not read."),
    ("indicative", "A guide from general knowledge: it may be met, and never fails."),
    ("known", "Grade: general knowledge of the trade; nothing was read."),
    ("mirror", "Grade: a faithful copy elsewhere was read."),
    ("otherwise", "What holds when no clause is met."),
    ("page", "Grade: the authority's own page was read."),
    ("digest", "Grade: somebody's summary was read."),
    ("silent", "This policy says nothing; the next weaker rank decides."),
    ("text", "Grade: the full text was read."),
    ("unread", "The authority has a text on this that was not read. The answer is `unknown`, never a weaker rule."),
    ("unverified", "The number or list was not seen: always open, the payer must be asked."),
];

/// The meaning as Markdown; none for what needs no words.
pub(crate) fn of(token: &Token<'_>, line: &str, library: &Library) -> Option<String> {
    match token {
        Token::String(text) => document(text, library),
        Token::Word(word) => fact(word, library)
            .or_else(|| trial(word, library))
            .or_else(|| denial(word, line))
            .or_else(|| name(word, line, library))
            .or_else(|| list(word, library))
            .or_else(|| procedure(word, library))
            .or_else(|| diagnosis(word))
            .or_else(|| KEYWORDS.iter().find(|(keyword, _)| keyword == word).map(|(_, says)| (*says).to_owned())),
    }
}

fn fact(word: &str, library: &Library) -> Option<String> {
    let dictionary = library.dictionary();
    let fact = dictionary.fact(dictionary.fact_id(word)?);
    let mut text = format!("**{}**: {}\n\n{}\n\nAsked of {}", fact.name, kind(fact), fact.question, who(fact.who));
    if let Some(place) = &fact.found_in {
        text.push_str(&format!("; found in: {place}"));
    }
    if fact.movable == Move::Never {
        text.push_str("; never suggested");
    }
    text.push('.');
    match &fact.assumed {
        Some(assumed) => text.push_str(&format!("\n\nIf not recorded: {}.", assumed.says)),
        None => text.push_str("\n\nIf not recorded: open."),
    }
    Some(text)
}

pub(crate) fn kind(fact: &Fact) -> String {
    match &fact.fact_type {
        FactType::YesNo => "yes or no".to_owned(),
        FactType::Number { unit, .. } => format!("a number of {unit}"),
        FactType::Choice { values } if values.len() <= 12 => format!("one of {}", values.join(", ")),
        FactType::Choice { values } => format!("one of {} values", values.len()),
        FactType::Name => "a name".to_owned(),
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

fn trial(word: &str, library: &Library) -> Option<String> {
    let dictionary = library.dictionary();
    let class = dictionary.trial_class(dictionary.trial_class_id(word)?);
    Some(format!("Earlier treatment: {}.", class.label))
}

fn document(text: &str, library: &Library) -> Option<String> {
    let dictionary = library.dictionary();
    let kind = dictionary.document(dictionary.document_id(text)?);
    Some(format!("Document: {}.\n\n{} Asked of {}.", kind.label, kind.question, who(kind.who)))
}

/// Adjustment and remark codes look like other codes, so only a `denies` line has them.
fn denial(word: &str, line: &str) -> Option<String> {
    if !line.starts_with("denies") {
        return None;
    }
    let reason = word.parse().ok().and_then(|code: codes::CarcCode| code.plain_words());
    let words = reason.or_else(|| word.parse().ok().and_then(|code: codes::RarcCode| code.plain_words()))?;
    Some(format!("**{word}**: {words} (our words)."))
}

/// Payers, classes, contractors, treatments, regions, licences, ranks: whatever the line is about.
fn name(word: &str, line: &str, library: &Library) -> Option<String> {
    let found = if line.starts_with("rank") {
        library.rank(word)
    } else {
        const FACTS: [&str; 6] = ["payer", "payer_class", "mac", "treatment", "region", "clinician_license"];
        FACTS.iter().find_map(|fact| library.value(fact, word))
    };
    found.map(|name| format!("**{word}**: {name}."))
}

fn list(word: &str, library: &Library) -> Option<String> {
    let name = list_name(word);
    let rows = library.context().lists.rows(&name)?;
    let shown: Vec<&str> = rows.iter().take(ENTRIES_MAX).map(|row| row.code.as_str()).collect();
    let more = if rows.len() > shown.len() { " …" } else { "" };
    Some(format!("**{name}**: a list of {} entries.\n\n{}{more}", rows.len(), shown.join(" ")))
}

/// `NAME` or `NAME/group`.
pub(crate) fn list_name(word: &str) -> ListName {
    match word.split_once('/') {
        Some((name, group)) => ListName { name: name.to_owned(), group: Some(group.to_owned()) },
        None => ListName { name: word.to_owned(), group: None },
    }
}

fn procedure(word: &str, library: &Library) -> Option<String> {
    let code: ProcedureCode = word.parse().ok()?;
    let mut text = format!("**{code}**");
    if let Some(words) = library.service(code.as_str()) {
        text.push_str(&format!(": used for {words} (our words)"));
    }
    text.push_str(".\n\n");
    let window = codes::hcpcs::window();
    // The newest day that the table answers for.
    let Some(on) = window.until.and_then(|until| until.yesterday().ok()) else { return Some(text) };
    text.push_str(&match codes::hcpcs::lookup(code, on) {
        CodeStatus::Listed { .. } => format!("On the list of HCPCS codes on {}.", day(on)),
        CodeStatus::NotValidOn { until: Some(until), .. } => format!("Not valid from {} on.", day(until)),
        CodeStatus::NotValidOn { from, .. } => {
            format!("Not valid before {}.", from.map_or_else(|| "a later day".to_owned(), day))
        }
        CodeStatus::Unknown { .. } => "Not on the list of HCPCS codes.".to_owned(),
        CodeStatus::OutsideWindow { .. } | CodeStatus::NotChecked => {
            "Not checked: no table of these codes may be carried.".to_owned()
        }
    });
    Some(text)
}

fn diagnosis(word: &str) -> Option<String> {
    let (stem, star) = word.strip_suffix('*').map_or((word, false), |stem| (stem.trim_end_matches('.'), true));
    // Without a point a longer word is the name of a list.
    if stem.len() > 3 && !stem.contains('.') {
        return None;
    }
    let code: IcdCode = stem.parse().ok()?;
    let on = codes::icd10::window().until?.yesterday().ok()?;
    let what = match codes::icd10::lookup(code, on) {
        IcdStatus::Billable => "a claim may carry it".to_owned(),
        IcdStatus::Header { billable_below, examples } => {
            let more = if billable_below > examples.len() { " …" } else { "" };
            let examples: Vec<String> = examples.iter().map(ToString::to_string).collect();
            format!("the start of {billable_below} codes: {}{more}", examples.join(" "))
        }
        IcdStatus::Unknown { nearest } if nearest.is_empty() => "not in ICD-10-CM".to_owned(),
        IcdStatus::Unknown { nearest } => {
            let nearest: Vec<String> = nearest.iter().map(ToString::to_string).collect();
            format!("not in ICD-10-CM; near: {}", nearest.join(" "))
        }
        IcdStatus::NotValidOn { .. } => "not valid any more, or not yet".to_owned(),
        IcdStatus::OutsideWindow { .. } => "not checked".to_owned(),
    };
    let every = if star { "every code that begins so; " } else { "" };
    Some(format!("**{word}**: {every}on {} {what}.", day(on)))
}
