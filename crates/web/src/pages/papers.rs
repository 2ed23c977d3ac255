//! What is printed of a kept answer: the sheet of one page, the call script, the questions for the chart.

use askama::Template;
use coverage::answer::{Answer, DutyState, LineAnswer, Missing, WhoWord};
use coverage::text;

use super::answer::{by_whom, outcome};
use super::parts;

/// Longest text of an entry on the sheet, which must stay one page.
const ENTRY_CHARACTERS_MAX: usize = 140;
/// Most entries of each list of the sheet: why, unknown, before, money.
const WHY_MAX: usize = 4;
const OPEN_MAX: usize = 5;
const BEFORE_MAX: usize = 5;
const MONEY_MAX: usize = 3;

/// Hexadecimal digits of the library's hash on paper.
pub(crate) const STAMP_DIGITS: usize = 12;

/// What a plan is asked in any case.
const ALWAYS_ASKED: [&str; 5] = [
    "Is this covered under this plan? What must be true for that?",
    "Must the plan say yes before the visit (prior authorization)? How is that asked for?",
    "Is this practice in the network of the plan on that day?",
    "How much of the deductible is left? What is the copay, and what share of the cost comes after it?",
    "Where is this written? May I have it sent?",
];

/// The patient, as papers name them.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnPaper {
    pub(crate) name: String,
    pub(crate) born: String,
    pub(crate) member: String,
}

/// What all papers of an answer share.
pub(crate) struct About<'a> {
    pub(crate) answer: &'a Answer,
    pub(crate) patient: Option<OnPaper>,
    pub(crate) practice: &'a str,
    pub(crate) demo: bool,
    pub(crate) back: String,
}

struct Entry {
    text: String,
    source: String,
}

struct List {
    title: &'static str,
    boxes: bool,
    shown: Vec<Entry>,
    more: usize,
}

struct Sheet<'a> {
    line: &'a LineAnswer,
    opening: [String; 3],
    lists: Vec<List>,
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage<'a> {
    title: &'static str,
    answer: &'a Answer,
    patient: Option<OnPaper>,
    practice: &'a str,
    demo: bool,
    back: String,
    payer: String,
    stamp: &'a str,
    sheets: Vec<Sheet<'a>>,
}

/// The answer on one page, legible in black and white.
///
/// # Errors
/// Never for an answer of this program.
pub(crate) fn sheet(about: About<'_>) -> askama::Result<String> {
    let About { answer, patient, practice, demo, back } = about;
    let sheets =
        answer.lines.iter().map(|line| Sheet { line, opening: text::opening(answer, line), lists: lists(line) });
    let (payer, stamp, sheets) = (payer(answer), stamp(answer), sheets.collect());
    SheetPage { title: "The answer on paper", answer, patient, practice, demo, back, payer, stamp, sheets }.render()
}

fn lists(line: &LineAnswer) -> Vec<List> {
    let entry = |text: &str, source: &str| Entry { text: cut(text), source: cut(source) };
    let why = line.because.iter().map(|because| {
        let state = outcome(because).filter(|_| !because.criterion.is_empty());
        let text = state.map_or_else(|| because.text.clone(), |(_, word)| format!("{word}: {}", because.text));
        entry(&text, &because.citation)
    });
    let unread = line.unread.iter().map(|text| entry(&format!("Not read: {}", text.why), &text.document));
    let open = line.missing.iter().map(|missing| entry(&missing.question, parts::person(missing.who)));
    let steps = line.steps.iter().map(|step| entry(step, ""));
    let duties = line.duties.iter().filter(|duty| duty.state != DutyState::Held).map(|duty| {
        let due = duty.due.map_or_else(String::new, |due| format!(", by {}", parts::day(due.0)));
        Entry { text: format!("{}{due}", cut(&parts::sentence(&duty.what))), source: String::new() }
    });
    let money = line.money.basis.iter().map(|basis| entry(basis, ""));
    let lists = [
        list("Why", false, why.chain(unread).collect(), WHY_MAX),
        list("Still unknown, and whom to ask", false, open.collect(), OPEN_MAX),
        list("Before the treatment, and for the claim", true, steps.chain(duties).collect(), BEFORE_MAX),
        list("How much, and why", false, money.collect(), MONEY_MAX),
    ];
    lists.into_iter().flatten().collect()
}

fn list(title: &'static str, boxes: bool, mut shown: Vec<Entry>, most: usize) -> Option<List> {
    let more = shown.len().saturating_sub(most);
    shown.truncate(most);
    (!shown.is_empty()).then_some(List { title, boxes, shown, more })
}

/// A text that fits the sheet; it is cut between words.
fn cut(text: &str) -> String {
    if text.chars().count() <= ENTRY_CHARACTERS_MAX {
        return text.to_owned();
    }
    let head: String = text.chars().take(ENTRY_CHARACTERS_MAX).collect();
    format!("{} …", head.rsplit_once(char::is_whitespace).map_or(head.as_str(), |(head, _)| head))
}

struct Script {
    what: String,
    questions: Vec<String>,
}

#[derive(Template)]
#[template(path = "call_script.html")]
struct ScriptPage<'a> {
    title: &'static str,
    answer: &'a Answer,
    patient: Option<OnPaper>,
    demo: bool,
    back: String,
    payer: String,
    stamp: &'a str,
    scripts: Vec<Script>,
}

/// What to say to the plan, with room for what it says.
///
/// # Errors
/// Never for an answer of this program.
pub(crate) fn call_script(about: About<'_>) -> askama::Result<String> {
    let About { answer, patient, demo, back, .. } = about;
    let scripts = answer.lines.iter().map(|line| {
        // The plan is the one that is asked: what is left of the question is the question.
        let own = line.missing.iter().filter(|missing| missing.who == WhoWord::Payer);
        let own = own.map(|missing| parts::sentence(missing.question.trim_start_matches("Ask the plan: ")));
        Script { what: line.what.clone(), questions: own.chain(ALWAYS_ASKED.map(str::to_owned)).collect() }
    });
    let (payer, stamp, scripts) = (payer(answer), stamp(answer), scripts.collect());
    ScriptPage { title: "Call script", answer, patient, demo, back, payer, stamp, scripts }.render()
}

struct PaperGroup<'a> {
    title: &'static str,
    clinician: bool,
    missing: Vec<&'a Missing>,
}

struct Questions<'a> {
    what: &'a str,
    groups: Vec<PaperGroup<'a>>,
}

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage<'a> {
    title: &'static str,
    answer: &'a Answer,
    patient: Option<OnPaper>,
    demo: bool,
    back: String,
    payer: String,
    stamp: &'a str,
    papers: Vec<Questions<'a>>,
}

/// The open facts of the chart, without a hint which answer would help.
///
/// # Errors
/// Never for an answer of this program.
pub(crate) fn questions(about: About<'_>) -> askama::Result<String> {
    let About { answer, patient, demo, back, .. } = about;
    let papers = answer.lines.iter().map(|line| {
        let groups = by_whom(line).into_iter().filter(|group| group.who != WhoWord::Payer);
        let groups = groups.map(|group| {
            let clinician = group.who == WhoWord::Clinician;
            PaperGroup { title: group.title, clinician, missing: group.missing }
        });
        Questions { what: &line.what, groups: groups.collect() }
    });
    let (payer, stamp, papers) = (payer(answer), stamp(answer), papers.collect());
    QuestionsPage { title: "Questions for the chart", answer, patient, demo, back, payer, stamp, papers }.render()
}

fn payer(answer: &Answer) -> String {
    answer.payer.as_ref().map_or_else(|| "the plan".to_owned(), |payer| payer.name.clone())
}

/// The beginning of the library's hash.
pub(crate) fn stamp(answer: &Answer) -> &str {
    answer.library.sha256.get(..STAMP_DIGITS).unwrap_or(&answer.library.sha256)
}
