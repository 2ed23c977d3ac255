//! The words of the page: both languages say the same things, and a patient can read them.

mod readability;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use library::Library;
use policy::dictionary::Who;

use readability::{english_grade, spanish_ease};

/// Highest grade of the US school (Flesch and Kincaid) for whatever a patient reads in English.
const GRADE_MAX: f64 = 8.0;
/// Least reading ease (Fernández Huerta) in Spanish: 60 to 70 is the seventh and eighth grade.
const EASE_MIN: f64 = 60.0;
/// Shorter than this is a label, which a formula for sentences does not measure.
const WORDS_MIN: usize = 4;

type Words = BTreeMap<String, String>;

fn words(language: &str) -> Words {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("front/words/{language}.json"));
    let text = std::fs::read_to_string(path).expect("the words are there");
    serde_json::from_str(&text).expect("the words are a JSON object of texts")
}

fn library() -> Library {
    Library::embedded().unwrap_or_else(|error| panic!("{error}"))
}

/// The `{names}` in a text.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// A text with a short word in place of names, which are what they are.
fn filled(text: &str, with: &str) -> String {
    places(text).into_iter().fold(text.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), with))
}

/// Whether a text is a sentence, without the names in it.
fn is_sentence(text: &str) -> bool {
    filled(text, "").split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() >= WORDS_MIN
}

/// The questions that a patient is asked, or reads out to the plan, with their Spanish.
fn questions(library: &Library) -> Vec<(String, String, Option<String>)> {
    let read = |who: Who| matches!(who, Who::Patient | Who::FrontDesk | Who::Payer);
    let dictionary = library.dictionary();
    let facts = dictionary.facts().iter().filter(|fact| read(fact.who));
    let facts = facts.map(|fact| (fact.name.clone(), fact.question.clone(), fact.question_es.clone()));
    let documents = dictionary.documents().iter().filter(|kind| read(kind.who));
    facts.chain(documents.map(|kind| (kind.name.clone(), kind.question.clone(), kind.question_es.clone()))).collect()
}

#[test]
fn both_languages_have_the_same_keys_and_places() {
    let (english, spanish) = (words("en"), words("es"));
    let keys = |words: &Words| words.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&spanish), "en.json and es.json");
    for (key, text) in &english {
        assert_eq!(places(text), places(&spanish[key]), "{key}: the names to fill in");
        assert!(!text.trim().is_empty() && !spanish[key].trim().is_empty(), "{key} is empty");
    }
}

/// No key that the page asks for is missing, and none is left over.
#[test]
fn every_key_is_said_somewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("front");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources: String = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "js" || extension == "html"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    // Keys that are put together: `say(`verdict.${…}`)`.
    let made: BTreeSet<&str> = sources
        .split('`')
        .filter_map(|text| text.split_once("${").map(|(start, _)| start))
        .filter(|start| start.ends_with('.') && start.len() > 2)
        .collect();
    for key in words("en").keys() {
        let whole = ["\"", "'"].iter().any(|quote| sources.contains(&format!("{quote}{key}{quote}")));
        assert!(whole || made.iter().any(|start| key.starts_with(start)), "nothing says `{key}`");
    }
}

/// Every word of the answer's closed sets is said in words; a new one fails here and not before a patient.
#[test]
fn every_word_of_an_answer_has_its_words() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/answer.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let words = words("en");
    for (set, prefix) in [("Verdict", "verdict."), ("DutyState", "before."), ("WhoWord", "open.")] {
        let values = schema["$defs"][set]["oneOf"].as_array().expect("a closed set of words");
        for value in values.iter().map(|value| value["const"].as_str().expect("a word")) {
            assert!(words.contains_key(&format!("{prefix}{value}")), "{set} `{value}` has no `{prefix}{value}`");
        }
    }
}

#[test]
fn whatever_is_chosen_or_asked_has_its_spanish() {
    let library = library();
    let mut lacking = Vec::new();
    for treatment in library.menu().all().iter().filter(|treatment| treatment.name_es.is_none()) {
        lacking.push(format!("treatment {}: name_es in library/menu", treatment.id));
    }
    for license in library.licenses().all().iter().filter(|license| license.name_es.is_none()) {
        lacking.push(format!("licence {}: name_es in library/licenses.toml", license.id));
    }
    // A proper name is the same in both; what begins with an article is none.
    let described = |name: &str| ["a ", "an ", "another ", "no "].iter().any(|word| name.starts_with(word));
    for payer in library.payers().all().iter().filter(|payer| payer.name_es.is_none() && described(&payer.name)) {
        lacking.push(format!("payer {}: name_es in library/payers.toml", payer.id));
    }
    for (name, _, spanish) in questions(&library) {
        if spanish.is_none() {
            lacking.push(format!("fact {name}: question_es in library/facts"));
        }
    }
    assert!(lacking.is_empty(), "no Spanish:\n{}", lacking.join("\n"));
}

#[test]
fn a_patient_can_read_every_sentence() {
    let library = library();
    let mut hard = Vec::new();
    let mut english = |what: &str, text: &str| {
        let grade = english_grade(&filled(text, "this"));
        if is_sentence(text) && grade > GRADE_MAX {
            hard.push(format!("{what}: grade {grade:.1}, more than {GRADE_MAX}: {text}"));
        }
    };
    words("en").iter().for_each(|(key, text)| english(key, text));
    questions(&library).iter().for_each(|(name, text, _)| english(name, text));
    let mut spanish = |what: &str, text: &str| {
        let ease = spanish_ease(&filled(text, "esto"));
        if is_sentence(text) && ease < EASE_MIN {
            hard.push(format!("{what}: ease {ease:.0}, less than {EASE_MIN}: {text}"));
        }
    };
    words("es").iter().for_each(|(key, text)| spanish(key, text));
    questions(&library).iter().for_each(|(name, _, text)| spanish(name, text.as_deref().unwrap_or_default()));
    assert!(hard.is_empty(), "{} hard to read\n{}", hard.len(), hard.join("\n"));
}

/// A clinician or a biller knows harder words; but the front desk reads the question out.
#[test]
fn every_question_of_the_dictionary_can_be_read_out() {
    let library = library();
    let dictionary = library.dictionary();
    let facts = dictionary.facts().iter().map(|fact| (&fact.name, &fact.question));
    let documents = dictionary.documents().iter().map(|kind| (&kind.name, &kind.question));
    let questions: Vec<_> = facts.chain(documents).collect();
    assert!(questions.len() > 500, "{} questions", questions.len());
    let grades = questions.iter().map(|(name, text)| (english_grade(text), name, text));
    let hard: Vec<String> = grades
        .filter(|(grade, _, text)| is_sentence(text) && *grade > GRADE_MAX)
        .map(|(grade, name, text)| format!("{name}: grade {grade:.1}, more than {GRADE_MAX}: {text}"))
        .collect();
    assert!(hard.is_empty(), "{} hard to read\n{}", hard.len(), hard.join("\n"));
}
