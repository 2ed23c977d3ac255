//! `covered ask`: asks only what can still change the answer, most decisive first, until it is decided.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};

use coverage::answer::{Answer, WhoWord};
use coverage::determine::determine;
use coverage::interview::{self, Draft, QUESTIONS_MAX, Question};
use coverage::text;
use library::Library;

use crate::Done;
use crate::args::{Ask, LibraryArguments};
use crate::commands::codes::ImportedLists;
use crate::commands::write_whole;
use crate::output::{Failure, print, wrapped};
use crate::source;

pub(crate) fn run(ask: &Ask, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = &source::library(arguments)?;
    let lists = &ImportedLists::of(ask.codes.as_deref())?;
    let mut draft = match &ask.case {
        Some(path) => {
            let text = source::read(path)?;
            // The file must be a good case before it is added to.
            lists.case(&source::name(path), &text, library)?;
            Draft::parse(&text)
        }
        None => Draft::parse(&source::case_text(&ask.questions)),
    };
    let mut input = std::io::stdin().lock();
    let mut asked = BTreeSet::new();
    print("An empty line or \"?\" means: I don't know.\n\n")?;
    while asked.len() < QUESTIONS_MAX {
        let next = interview::next(&draft, &asked, library.dictionary(), || answer(&draft, library, lists))?;
        let Some(question) = next else { break };
        asked.insert(question.about.clone());
        if !put(&question, &mut draft, &mut input, library, lists)? {
            break;
        }
    }
    let answer = answer(&draft, library, lists)?;
    print(&format!("\n{}", text::render(&answer)))?;
    if let Some(path) = &ask.save {
        write_whole(path, case_file(&draft).as_bytes())?;
        print(&format!("\nThe case is in {}.\n", path.display()))?;
    }
    Ok(Done::Answered)
}

/// The case as a file: in TOML, the form that people read; in JSON, should TOML not know a value of it.
fn case_file(draft: &Draft) -> String {
    toml::Table::try_from(draft.keys()).map_or_else(|_| format!("{draft}\n"), |table| table.to_string())
}

fn answer(draft: &Draft, library: &Library, lists: &ImportedLists) -> Result<Answer, Failure> {
    let (case, notes) = lists.case("the answers", &draft.to_string(), library)?;
    Ok(determine(&case, &notes, &source::compiled(library, &case)?))
}

const fn who(who: WhoWord) -> &'static str {
    match who {
        WhoWord::Clinician => "the clinician",
        WhoWord::Patient => "the patient",
        WhoWord::FrontDesk => "the front desk",
        WhoWord::Biller => "the biller",
        WhoWord::Payer => "the payer",
        WhoWord::Practice => "the practice",
    }
}

/// Puts a question until the answer fits or nobody knows; false at the end of the input.
fn put(
    question: &Question,
    draft: &mut Draft,
    input: &mut impl BufRead,
    library: &Library,
    lists: &ImportedLists,
) -> Result<bool, Failure> {
    loop {
        let ask = question.who.map_or_else(String::new, |asked| format!(" (ask {})", who(asked)));
        print(&format!("{}\n  [{}] ", wrapped(&format!("{}{ask}", question.words), 0), question.input.hint()))?;
        let mut line = String::new();
        let read = input.read_line(&mut line).map_err(|source| Failure::File {
            what: "read",
            path: "standard input".into(),
            help: "answers are lines of text",
            source,
        })?;
        if !std::io::stdin().is_terminal() {
            print("\n")?;
        }
        if read == 0 {
            return Ok(false);
        }
        let typed = line.trim();
        if typed.is_empty() || typed == "?" {
            return Ok(true);
        }
        let mut changed = draft.clone();
        let problem = match question.entry.write(&mut changed, typed, library.dictionary()) {
            Err(problem) => problem.to_string(),
            Ok(()) => match lists.case("the answers", &changed.to_string(), library) {
                Ok(_) => {
                    *draft = changed;
                    return Ok(true);
                }
                Err(failure) => first_line(&failure),
            },
        };
        print(&format!("  {}\n", wrapped(&problem, 2)))?;
    }
}

/// What is wrong, without the place: the person typed one answer, not a file.
fn first_line(failure: &Failure) -> String {
    let text = failure.to_string();
    let help = text.lines().find_map(|line| line.trim_start().strip_prefix("= help: ")).unwrap_or_default();
    let message = text.lines().next().unwrap_or_default();
    let message = message.split_once("]: ").map_or(message, |(_, message)| message);
    if help.is_empty() { message.to_owned() } else { format!("{message}; {help}") }
}
