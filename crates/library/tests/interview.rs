//! The interview over the embedded library: what is asked, in which order, and where the answers go.

use std::collections::BTreeSet;
use std::path::Path;

use coverage::answer::Answer;
use coverage::case::{Decoded, Notation, decode};
use coverage::determine::determine;
use coverage::interview::{Draft, FIRST, Input, QUESTIONS_MAX, Question, next, opening};
use library::Library;

fn library() -> Library {
    Library::embedded().unwrap_or_else(|error| panic!("{error}"))
}

fn answer(draft: &Draft, library: &Library) -> Answer {
    let text = draft.to_string();
    let Decoded { case, notes } =
        decode("draft", &text, Notation::Json, library).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    determine(&case, &notes, &library.for_case(&case).expect("the library compiles"))
}

fn ask(draft: &Draft, asked: &BTreeSet<String>, library: &Library) -> Option<Question> {
    next(draft, asked, library.dictionary(), || Ok::<_, std::convert::Infallible>(answer(draft, library))).unwrap()
}

fn draft(text: &str) -> Draft {
    Draft::parse(text)
}

/// Little more than the first five questions: the rule asks for days, trials, units and history.
const HARDLY_STARTED: &str = "date = 2026-11-23\nas_of = 2026-11-20\n[coverage]\npayer = \"medicare\"\n[facility]\nstate = \"MI\"\n\
    [clinician]\nlicense = \"MD\"\n[[line]]\ntreatment = \"botox\"\npurpose = \"medical\"\ndiagnoses = [\"G43.709\"]\n";

/// The examples of the repository, by name.
fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let paths = std::fs::read_dir(folder).expect("the examples are here").map(|entry| entry.expect("an entry").path());
    let cases = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let read = |path: std::path::PathBuf| {
        (path.display().to_string(), std::fs::read_to_string(&path).expect("an example is text"))
    };
    let examples: Vec<_> = cases.map(read).collect();
    assert!(!examples.is_empty());
    examples
}

#[test]
fn the_first_five_come_in_their_order_and_then_the_diagnosis() {
    let library = library();
    let draft = draft("date = 2026-11-23\n[[line]]\ntreatment = \"botox\"\n");
    let mut asked = BTreeSet::new();
    let mut order = Vec::new();
    for _ in 0..5 {
        let question = ask(&draft, &asked, &library).unwrap();
        order.push(question.about.clone());
        asked.insert(question.about);
    }
    let expected = ["line.purpose", "coverage.payer", "facility.state", "clinician.license", "diagnosis"];
    assert_eq!(order, expected, "the treatment is known already");
    assert!(FIRST.iter().all(|(key, ..)| opening(key).is_some_and(|question| question.about == *key)));
}

#[test]
fn looks_alone_need_no_diagnosis() {
    let library = library();
    let case =
        "date = 2026-11-23\n[[line]]\ntreatment = \"botox\"\npurpose = \"cosmetic\"\n[coverage]\npayer = \"aetna\"\n";
    let asked = FIRST.iter().map(|(key, ..)| (*key).to_owned()).collect();
    let question = ask(&draft(case), &asked, &library);
    assert!(question.is_none_or(|question| question.about != "diagnosis"));
}

/// "I don't know" is always an answer: the questions of every example end, and none is put twice.
#[test]
fn whoever_knows_nothing_comes_to_an_end() {
    let library = library();
    for (name, text) in examples() {
        let draft = draft(&text);
        let answer = answer(&draft, &library);
        let mut asked = BTreeSet::new();
        let ask = |asked: &BTreeSet<String>| {
            next(&draft, asked, library.dictionary(), || Ok::<_, std::convert::Infallible>(answer.clone())).unwrap()
        };
        while let Some(question) = ask(&asked) {
            assert!(asked.insert(question.about.clone()), "{name}: `{}` is asked twice", question.about);
            assert!(asked.len() < QUESTIONS_MAX, "{name}: no end");
        }
    }
}

/// A draft says what its file says: both are the same case, and so the same answer.
#[test]
fn a_draft_is_the_case_that_it_was_read_from() {
    let library = library();
    for (name, text) in examples() {
        let case =
            |text: &str| decode(&name, text, Notation::guess(text), &library).unwrap_or_else(|e| panic!("{e}")).case;
        assert_eq!(case(&text), case(&draft(&text).to_string()), "{name}");
    }
}

/// Every open question of every example takes an answer of the kind that it names, and the case stays a case.
#[test]
fn every_kind_of_answer_finds_its_place() {
    let library = library();
    let mut kinds = std::collections::HashSet::new();
    let hardly = ("hardly started".to_owned(), HARDLY_STARTED.to_owned());
    for (name, text) in examples().into_iter().chain([hardly]) {
        let draft = draft(&text);
        for question in coverage::interview::open(&answer(&draft, &library), library.dictionary()) {
            let typed = match &question.input {
                Input::YesNo => "yes".to_owned(),
                Input::Number { .. } => "18".to_owned(),
                Input::Choice(values) => values[0].clone(),
                Input::Trial => "failed 3 months".to_owned(),
                Input::History => "none".to_owned(),
                Input::Units => "J0585 155".to_owned(),
                Input::Key(_) | Input::Like(_) | Input::Word => continue,
            };
            kinds.insert(std::mem::discriminant(&question.input));
            let mut changed = draft.clone();
            question.entry.write(&mut changed, &typed, library.dictionary()).unwrap();
            assert_ne!(changed, draft, "{name}: {}", question.about);
            let text = changed.to_string();
            decode(&name, &text, Notation::Json, &library).unwrap_or_else(|errors| panic!("{errors}"));
        }
    }
    assert!(kinds.len() >= 4, "the examples ask for several kinds of answer, not {}", kinds.len());
}

#[test]
fn answers_of_a_second_service_stay_with_it() {
    let library = library();
    let example = "date = 2026-11-23\n[coverage]\npayer = \"aetna\"\n[facility]\nstate = \"TX\"\n[clinician]\nlicense = \"MD\"\n\
                   [[line]]\ntreatment = \"botox\"\npurpose = \"cosmetic\"\n[[line]]\ntreatment = \"botox\"\n";
    let draft = draft(example);
    let answered = answer(&draft, &library);
    let questions = coverage::interview::open(&answered, library.dictionary());
    let question = questions.iter().find(|question| question.about == "purpose#2").expect("the second has no purpose");
    let mut changed = draft.clone();
    question.entry.write(&mut changed, "medical", library.dictionary()).unwrap();
    assert_eq!(changed.word(0, "line.purpose"), Some("cosmetic"));
    assert_eq!(changed.word(1, "line.purpose"), Some("medical"));
}

#[test]
fn what_is_no_answer_is_refused() {
    let library = library();
    let history = coverage::interview::Entry::History;
    let mut draft = draft("date = 2026-11-23\n");
    assert!(history.write(&mut draft, "lately", library.dictionary()).is_err());
    let units = coverage::interview::Entry::Units { line: 0 };
    assert!(units.write(&mut draft, "J0585 many", library.dictionary()).is_err());
    let document = coverage::interview::Entry::Document("headache diary".to_owned());
    assert!(document.write(&mut draft, "perhaps", library.dictionary()).is_err());
}
