//! The interview: which question comes next, and where its answer goes in the case.
//!
//! Five questions bring the first useful answer; after them only what can still change the answer is asked, the most decisive
//! first, and each question once. Not knowing is always an answer. The command line and the page ask by this one logic.

mod draft;
mod entry;
mod input;

use std::collections::BTreeSet;

use policy::ast::value_key;
use policy::dictionary::Dictionary;

use crate::answer::{Answer, Missing, WhoWord};
use crate::case::keys::{Section, ValueType};

pub use draft::Draft;
pub use entry::{Entry, EntryError};
pub use input::Input;

/// More questions than any rule has; an interview that needs more has gone in a circle.
pub const QUESTIONS_MAX: usize = 200;

/// What every case is asked first: key, question, what may be typed.
pub const FIRST: [(&str, &str, &str); 5] = [
    ("line.treatment", "What is to be done? (the menu's words)", "botox"),
    ("line.purpose", "Is it for looks, or for a medical problem, as the clinician documents it?", "cosmetic | medical"),
    ("coverage.payer", "Who is asked to pay?", "aetna, medicare, none"),
    ("facility.state", "In which state is it done?", "TX"),
    ("clinician.license", "Which licence does the person hold who does it?", "MD, NP, RN"),
];

/// The diagnosis tells which codes are usual, and so which policies speak at all.
const DIAGNOSES: &str = "line.diagnoses";
/// What the question about the diagnosis is about; the engine calls it so too.
const DIAGNOSIS: &str = "diagnosis";

/// One question to put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about; a question is put once. Of a line but the first it says which: `lesion_bleeds#2`.
    pub about: String,
    /// The question in English.
    pub words: String,
    /// The question in Spanish, where the dictionary has it.
    pub words_es: Option<String>,
    /// Who can tell; `None` for what whoever asks knows.
    pub who: Option<WhoWord>,
    /// Document and part of the rule that asks.
    pub citation: Option<String>,
    /// What may be typed.
    pub input: Input,
    /// Where the answer goes.
    pub entry: Entry,
}

/// The next question; `None` when nothing can change the answer any more.
///
/// `asked` holds [`Question::about`] of every question that was put; `answer` judges the draft, and is not called while one of
/// the first questions is open.
///
/// # Errors
/// Those of `answer`.
pub fn next<E>(
    draft: &Draft,
    asked: &BTreeSet<String>,
    dictionary: &Dictionary,
    answer: impl FnOnce() -> Result<Answer, E>,
) -> Result<Option<Question>, E> {
    match first(draft, asked) {
        Some(question) => Ok(Some(question)),
        None => Ok(open(&answer()?, dictionary).into_iter().find(|question| !asked.contains(&question.about))),
    }
}

/// The first of the opening questions that was neither put nor answered: the five, then the diagnosis.
#[must_use]
pub fn first(draft: &Draft, asked: &BTreeSet<String>) -> Option<Question> {
    let is_open = |about: &str, key: &str| !asked.contains(about) && !draft.has(0, key);
    let for_looks = draft.word(0, "line.purpose") == Some("cosmetic");
    let of_five = FIRST.iter().map(|(key, ..)| *key).find(|key| is_open(key, key));
    let about = of_five.or_else(|| (!for_looks && is_open(DIAGNOSIS, DIAGNOSES)).then_some(DIAGNOSIS))?;
    opening(about)
}

/// One of the opening questions by what it is about; `None` for anything else.
#[must_use]
pub fn opening(about: &str) -> Option<Question> {
    if about == DIAGNOSIS {
        return Some(Question {
            about: DIAGNOSIS.to_owned(),
            words: "Which diagnoses did the clinician make and write in the chart?".to_owned(),
            words_es: Some(DIAGNOSIS_ES.to_owned()),
            who: Some(WhoWord::Clinician),
            citation: None,
            input: Input::Like("G43.709".to_owned() + input::SEVERAL),
            entry: Entry::key(0, DIAGNOSES),
        });
    }
    let (key, words, hint) = FIRST.iter().find(|(key, ..)| *key == about)?;
    Some(Question {
        about: (*key).to_owned(),
        words: (*words).to_owned(),
        words_es: None,
        who: None,
        citation: None,
        input: Input::Like((*hint).to_owned()),
        entry: Entry::key(0, key),
    })
}

/// What stands under the key where an answer goes, for keys that are no yes or no: a question about a licence is answered by the
/// day on which it expires. How a file says that there is none is left out: who is asked writes no file.
#[must_use]
pub fn says(entry: &Entry) -> Option<&'static str> {
    let Entry::Key { path, .. } = entry else { return None };
    let (section, key) = path.rsplit_once('.')?;
    let key = Section::at(section)?.key(key)?;
    let is_asked = !matches!(key.value, ValueType::YesNo | ValueType::List { .. });
    is_asked.then(|| key.doc.split_once("; `").map_or(key.doc, |(says, _)| says))
}

/// The open facts that a case can hold, as questions, each once; the most decisive first.
#[must_use]
pub fn open(answer: &Answer, dictionary: &Dictionary) -> Vec<Question> {
    let mut list: Vec<Question> = Vec::new();
    for (index, line) in answer.lines.iter().enumerate() {
        for question in line.missing.iter().filter_map(|missing| question(missing, index, dictionary)) {
            if list.iter().all(|known| known.about != question.about) {
                list.push(question);
            }
        }
    }
    list
}

/// The question for an open fact of a line, counted from 0; `None` for one that no case can hold.
#[must_use]
pub fn question(missing: &Missing, line: usize, dictionary: &Dictionary) -> Option<Question> {
    let entry = Entry::of(missing, line)?;
    let about =
        if entry.is_of_line() && line > 0 { format!("{}#{}", missing.fact, line + 1) } else { missing.fact.clone() };
    Some(Question {
        about,
        words: missing.question.clone(),
        words_es: spanish(missing, dictionary),
        who: Some(missing.who),
        citation: missing.citation.clone(),
        input: Input::of(&entry, &missing.fact, dictionary),
        entry,
    })
}

const DIAGNOSIS_ES: &str = "¿Qué diagnósticos hizo el clínico y anotó en el expediente?";

/// The Spanish words of a question, where there are any: those of the dictionary, and of what is no fact of it.
#[must_use]
pub fn spanish(missing: &Missing, dictionary: &Dictionary) -> Option<String> {
    let fixed = match missing.fact.as_str() {
        DIAGNOSIS => DIAGNOSIS_ES,
        "codes" => "¿Qué códigos de procedimiento y de medicamento corresponden a lo que se hace?",
        "units" => "¿Cuántas unidades de cada código se aplican ese día?",
        "history" => {
            "¿Cuándo se dio este servicio antes, y desde qué día está completa la lista de los servicios anteriores?"
        }
        name => {
            let fact = || dictionary.fact_id(name).and_then(|id| dictionary.fact(id).question_es.clone());
            let document = || {
                let name = name.strip_prefix("document ")?;
                let same = |kind: &&policy::dictionary::DocumentKind| value_key(&kind.name) == value_key(name);
                dictionary.documents().iter().find(same)?.question_es.clone()
            };
            return fact().or_else(document);
        }
    };
    Some(fixed.to_owned())
}
