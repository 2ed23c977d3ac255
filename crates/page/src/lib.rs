//! The engine and the library behind the page: one request in JSON, one reply in JSON.
//!
//! The page holds the case and the questions that were put; every request carries what it needs. The last answer is kept, for a
//! question is answered right after it was put; no reply depends on that. Nothing here knows a browser, a clock or a file, so the
//! tests call it as the page does.

mod names;
mod question;
mod reply;
mod request;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use coverage::answer::{Answer, Because, LineAnswer};
use coverage::case::{Decoded, Notation, decode};
use coverage::determine::{determine, explain};
use coverage::interview::{self, Draft, QUESTIONS_MAX, Question};
use coverage::text;
use library::{Library, LibraryError};
use serde_json::{Value, json};

use reply::{Problem, Told, written};
use request::{Form, Request};

/// Reasons of a line that an answer brings at once; before a state is known there may be a hundred, and few readers want them all.
const REASONS_MAX: usize = 6;

/// What the page asks.
#[derive(Debug)]
pub struct Page {
    library: Library,
    /// The last case, as text, and its answer.
    last: RefCell<Option<(String, Rc<Kept>)>>,
}

/// An answer, of each line with the first reasons alone, and the rest of them. What two texts say in the same words is one reason, as
/// in the text for people; the whole proof has both.
#[derive(Debug)]
struct Kept {
    answer: Answer,
    rest: Vec<Vec<Because>>,
}

impl Page {
    /// The page with the library of this program.
    ///
    /// # Errors
    /// Those of [`Library::embedded`]: never for a released program.
    pub fn new() -> Result<Self, LibraryError> {
        Ok(Self { library: Library::embedded()?, last: RefCell::default() })
    }

    /// The reply to a request. What cannot be done is a reply too: `{"problems": [{code, message, help, line, column}]}`.
    #[must_use]
    pub fn call(&self, request: &str) -> String {
        let reply = match serde_json::from_str(request) {
            Ok(request) => self.reply(request),
            // What was asked may hold a person's facts: the error tells its kind and place, and repeats nothing.
            Err(error) => Err(vec![Problem::of_request(&error)]),
        };
        reply.unwrap_or_else(|problems| written(&json!({ "problems": problems })))
    }

    fn reply(&self, request: Request) -> Result<String, Vec<Problem>> {
        match request {
            Request::Names => Ok(written(&names::names(&self.library))),
            Request::Ask { case, asked } => self.ask(&Draft::parse(&case.to_string()), &asked),
            Request::Reasons { case, line } => self.reasons(&Draft::parse(&case.to_string()), line),
            Request::Put { case, about, typed } => {
                self.put(Draft::parse(&case.to_string()), &about, typed.trim()).map(|case| written(&case))
            }
            Request::Open { name, text } => self.open(&name, &text).map(|case| written(&case)),
            Request::Check { text, form } => self.check(&text, form).map(|said| written(&json!({ "said": said }))),
        }
    }

    /// The answer as it stands, and of the questions that can still change it the next one for each who can tell.
    fn ask(&self, draft: &Draft, asked: &BTreeSet<String>) -> Result<String, Vec<Problem>> {
        let kept = self.answer(draft)?;
        let Kept { answer, rest } = &*kept;
        let open = interview::open(answer, self.library.dictionary());
        let first = interview::first(draft, asked);
        let about_first = first.as_ref().map(|question| question.about.clone());
        let open = open.into_iter().filter(|question| Some(&question.about) != about_first.as_ref());
        let questions = first.into_iter().chain(open).filter(|question| !asked.contains(&question.about));
        // Of each who can tell, the next question is enough: the page asks one, of whom it may ask.
        let mut tellers = Vec::new();
        let is_next = |question: &Question| {
            let is_new = !tellers.contains(&question.who);
            tellers.push(question.who);
            is_new
        };
        let questions: Vec<Question> =
            questions.take(QUESTIONS_MAX.saturating_sub(asked.len())).filter(is_next).collect();
        let next = questions.first();
        Ok(written(&Told {
            answer,
            more_reasons: rest.iter().map(Vec::len).collect(),
            opening: answer.lines.iter().map(|line| opening(answer, line, next)).collect(),
            questions: questions.iter().map(|question| question::question(question, &self.library)).collect(),
            missing: question::missing(answer, &self.library),
            what: names::what(draft, answer, &self.library),
        }))
    }

    /// The reasons of a line, counted from 0, that its answer left out.
    fn reasons(&self, draft: &Draft, line: usize) -> Result<String, Vec<Problem>> {
        let kept = self.answer(draft)?;
        let rest = kept.rest.get(line).map_or(&[][..], Vec::as_slice);
        Ok(written(&rest))
    }

    /// The case with the answer to one question, or why it cannot be the answer.
    fn put(&self, mut draft: Draft, about: &str, typed: &str) -> Result<Value, Vec<Problem>> {
        let dictionary = self.library.dictionary();
        let question = match interview::opening(about) {
            Some(question) => Some(question),
            None => {
                let kept = self.answer(&draft)?;
                interview::open(&kept.answer, dictionary).into_iter().find(|question| question.about == about)
            }
        };
        let Some(question) = question else { return Err(vec![Problem::no_question()]) };
        question.entry.write(&mut draft, typed, dictionary).map_err(|error| vec![Problem::typed(&error)])?;
        let text = draft.to_string();
        self.decode("the answers", &text)?;
        Ok(json!({ "case": draft.keys() }))
    }

    /// The case of a file.
    fn open(&self, name: &str, text: &str) -> Result<Value, Vec<Problem>> {
        self.decode(name, text)?;
        Ok(json!({ "case": Draft::parse(text).keys() }))
    }

    /// What `covered check` prints for a case file.
    fn check(&self, text: &str, form: Form) -> Result<String, Vec<Problem>> {
        let Decoded { case, notes } = self.decode("case", text)?;
        let compiled = self.library.for_case(&case).map_err(|error| vec![Problem::library(&error)])?;
        let answer = determine(&case, &notes, &compiled);
        Ok(match form {
            Form::Json => answer.to_json(),
            Form::Text => text::render(&answer),
            Form::Explain => format!("{}\n{}", text::render(&answer), explain(&case, &compiled)),
        })
    }

    fn answer(&self, draft: &Draft) -> Result<Rc<Kept>, Vec<Problem>> {
        let text = draft.to_string();
        if let Some((_, kept)) = self.last.borrow().as_ref().filter(|(last, _)| *last == text) {
            return Ok(Rc::clone(kept));
        }
        let Decoded { case, notes } = self.decode("the answers", &text)?;
        let compiled = self.library.for_case(&case).map_err(|error| vec![Problem::library(&error)])?;
        let mut answer = determine(&case, &notes, &compiled);
        let rest = answer.lines.iter_mut().map(|line| {
            let mut different: Vec<Because> = text::different(&line.because).into_iter().cloned().collect();
            let rest = different.split_off(different.len().min(REASONS_MAX));
            line.because = different;
            rest
        });
        let rest = rest.collect();
        let kept = Rc::new(Kept { answer, rest });
        self.last.replace(Some((text, Rc::clone(&kept))));
        Ok(kept)
    }

    fn decode(&self, name: &str, text: &str) -> Result<Decoded, Vec<Problem>> {
        decode(name, text, Notation::guess(text), &self.library).map_err(|errors| Problem::of_case(text, &errors))
    }
}

/// The three opening lines. Who is told to answer a question is who can tell the one that the page puts next.
fn opening(answer: &Answer, line: &LineAnswer, next: Option<&Question>) -> [String; 3] {
    let at = next.and_then(|next| line.missing.iter().position(|missing| missing.fact == next.about));
    let Some(at) = at.filter(|at| *at > 0) else { return text::opening(answer, line) };
    let mut line = line.clone();
    line.missing[..=at].rotate_right(1);
    text::opening(answer, &line)
}
