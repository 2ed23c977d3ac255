//! `covered policy new`: asks ten questions and writes a policy with its examples, which passes its checks.
//!
//! What the author does not say is not made up: a text that was not read becomes `unread`, a condition in plain words becomes a
//! question to the payer (`unverified`).

mod draft;
pub(crate) mod services;

use std::io::{BufRead, IsTerminal};

use library::Library;
use policy::compile::Entry;
use policy::parse::parse;
use policy::span::SourceId;

use crate::Done;
use crate::args::New;
use crate::commands::write_new;
use crate::output::{Failure, counted, print, wrapped};
use draft::{Draft, Taken};

/// Most lines that are read; nobody answers ten questions with more.
const LINES_MAX: usize = 1_000;
/// Longest answer in bytes; a string of the language has at most 2,000.
const ANSWER_BYTES_MAX: usize = 1_500;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Document,
    Address,
    Read,
    Payer,
    Kind,
    Services,
    Dates,
    Says,
    Conditions,
    Authorization,
}

/// A question, what may be typed, and the flag that answers it.
struct Question {
    topic: Topic,
    words: &'static str,
    hint: &'static str,
    flag: &'static str,
    /// Without an answer there is no policy.
    needed: bool,
}

const QUESTIONS: [Question; 10] = [
    Question {
        topic: Topic::Document,
        words: "What is the document called?",
        hint: "Acme medical policy 84, eyelid surgery",
        flag: "--document",
        needed: true,
    },
    Question {
        topic: Topic::Address,
        words: "At which address can a second reader find it?",
        hint: "https://… or a page of a booklet",
        flag: "--address",
        needed: false,
    },
    Question {
        topic: Topic::Read,
        words: "How did you read it, and on which day? text: all of it. page: the payer's own page. mirror: a copy elsewhere. digest: a summary. header: not read, but it exists. known: general knowledge.",
        hint: "page 2026-11-23",
        flag: "--read",
        needed: false,
    },
    Question {
        topic: Topic::Payer,
        words: "Whose rule is it? A payer or a kind of coverage; more limits after a semicolon.",
        hint: "aetna | medicare; mac J5 J8 | commercial; service state TX",
        flag: "--payer",
        needed: true,
    },
    Question {
        topic: Topic::Kind,
        words: "What kind of rule is it?",
        hint: "bulletin | plan_document | lcd | formulary …; ? lists all",
        flag: "--kind",
        needed: true,
    },
    Question {
        topic: Topic::Services,
        words: "Which services is it about? Codes, or treatments of the menu; a drug that must be on the same claim after \"with\".",
        hint: "64615 with J0585 | 15820-15823 | laser hair removal",
        flag: "--for",
        needed: true,
    },
    Question {
        topic: Topic::Dates,
        words: "From which date of service does it hold, and up to (not including) which?",
        hint: "2026-01-01 | 2026-01-01 .. 2027-01-01",
        flag: "--dates",
        needed: false,
    },
    Question {
        topic: Topic::Says,
        words: "What does it say? covered-if: covered if all conditions are met, otherwise not. covered: always. looks: not covered for looks, no word on the rest. not-covered: never.",
        hint: "covered-if | covered | looks | not-covered",
        flag: "--says",
        needed: false,
    },
    Question {
        topic: Topic::Conditions,
        words: "Which conditions must be met? One on each line, an empty line ends. Write a test, or plain words: these become a question to the payer. After @ the part of the document.",
        hint: "headache_days_per_month >= 15 days @ \"II.B\" | the payer's own list of diagnoses",
        flag: "--condition",
        needed: false,
    },
    Question {
        topic: Topic::Authorization,
        words: "Must the payer authorize it before it is done?",
        hint: "yes | no",
        flag: "--authorization",
        needed: false,
    },
];

pub(super) fn run(new: &New, library: &Library) -> Result<Done, Failure> {
    let to_output = new.file == std::path::Path::new("-");
    if !to_output && new.file.symlink_metadata().is_ok() {
        return Err(Failure::Name {
            message: format!("`{}` is there already; nothing was changed", new.file.display()),
            help: "name a file that does not exist".to_owned(),
        });
    }
    let mut draft = Draft::default();
    for (topic, answer) in flags(new) {
        draft.take(topic, answer, library).map_err(|problem| refused(topic, &problem))?;
    }
    let mut interview =
        Interview { input: Lines { input: std::io::stdin().lock(), left: LINES_MAX, ended: false }, quiet: to_output };
    interview.ask_all(&mut draft, library)?;
    let missing: Vec<&str> =
        QUESTIONS.iter().filter(|asked| asked.needed && !draft.answered(asked.topic)).map(|asked| asked.flag).collect();
    if !missing.is_empty() {
        return Err(Failure::Name {
            message: "the answers end before the policy can be written; nothing was written".to_owned(),
            help: format!("answer also: {}", missing.join(", ")),
        });
    }
    let text = finished(&draft, library)?;
    if to_output {
        print(&text)?;
        return Ok(Done::Answered);
    }
    write_new(&new.file, text.as_bytes())?;
    print(&farewell(&new.file.display().to_string(), &text))?;
    Ok(Done::Answered)
}

fn flags(new: &New) -> impl Iterator<Item = (Topic, &str)> {
    let single = [
        (Topic::Document, &new.document),
        (Topic::Address, &new.address),
        (Topic::Read, &new.read),
        (Topic::Payer, &new.payer),
        (Topic::Kind, &new.kind),
        (Topic::Services, &new.services),
        (Topic::Dates, &new.dates),
        (Topic::Says, &new.says),
        (Topic::Authorization, &new.authorization),
    ];
    let single = single.into_iter().filter_map(|(topic, answer)| Some((topic, answer.as_deref()?)));
    single.chain(new.conditions.iter().map(|condition| (Topic::Conditions, condition.as_str())))
}

fn refused(topic: Topic, problem: &str) -> Failure {
    let flag = QUESTIONS.iter().find(|asked| asked.topic == topic).map_or("", |asked| asked.flag);
    Failure::Name {
        message: format!("{flag}: {problem}"),
        help: "`covered policy new --help` has an example of each".to_owned(),
    }
}

/// Lines that somebody types or a program sends.
struct Lines<R> {
    input: R,
    left: usize,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// The next line without blanks around it; `None` at the end.
    fn next(&mut self) -> Result<Option<String>, Failure> {
        let failed = |source| Failure::File {
            what: "read",
            path: "standard input".into(),
            help: "answers are lines of text",
            source,
        };
        if self.ended || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut bytes = Vec::new();
        let most = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        let read = std::io::Read::take(&mut self.input, most).read_until(b'\n', &mut bytes).map_err(failed)?;
        if read == 0 {
            self.ended = true;
            return Ok(None);
        }
        if bytes.len() > ANSWER_BYTES_MAX {
            let message = format!("an answer has more than {ANSWER_BYTES_MAX} bytes; nothing was written");
            return Err(Failure::Name { message, help: "cite the document, do not copy it".to_owned() });
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}

struct Interview<R> {
    input: Lines<R>,
    /// The policy itself goes to standard output, so the questions do not.
    quiet: bool,
}

impl<R: BufRead> Interview<R> {
    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { print(text) }
    }

    fn ask_all(&mut self, draft: &mut Draft, library: &Library) -> Result<(), Failure> {
        let mut greeted = false;
        for (number, question) in QUESTIONS.iter().enumerate() {
            if draft.answered(question.topic) || draft.needs_no(question.topic) {
                continue;
            }
            if !std::mem::replace(&mut greeted, true) {
                self.say("Ten questions. An empty line means: I don't know; then it is marked as not known, and nothing is made up.\n\n")?;
            }
            let place = format!("{} of {}. ", number + 1, QUESTIONS.len());
            self.say(&format!("{}\n", wrapped(&format!("{place}{}", question.words), 0)))?;
            let mut hint = question.hint;
            while self.once(question, hint, draft, library)? {
                if question.topic == Topic::Conditions {
                    hint = "next condition; an empty line ends";
                }
            }
            self.say("\n")?;
        }
        Ok(())
    }

    /// Reads one answer; true if another one is wanted.
    fn once(&mut self, question: &Question, hint: &str, draft: &mut Draft, library: &Library) -> Result<bool, Failure> {
        self.say(&format!("  [{hint}] "))?;
        let line = self.input.next()?;
        if !std::io::stdin().is_terminal() {
            self.say("\n")?;
        }
        let Some(typed) = line else { return Ok(false) };
        if typed.is_empty() || typed == "?" {
            let explain = question.needed && !self.input.ended;
            if explain {
                self.say(&draft.help(question.topic, library))?;
            }
            return Ok(explain);
        }
        match draft.take(question.topic, &typed, library) {
            Ok(Taken::Whole) => Ok(false),
            Ok(Taken::More(remark)) => {
                if let Some(remark) = remark {
                    self.say(&format!("  {}\n", wrapped(&remark, 2)))?;
                }
                Ok(true)
            }
            Err(problem) => {
                self.say(&format!("  {}\n", wrapped(&problem, 2)))?;
                Ok(true)
            }
        }
    }
}

/// The whole file: laid out, with examples that give what they say.
fn finished(draft: &Draft, library: &Library) -> Result<String, Failure> {
    with_examples(&draft.text(library), library)
}

/// A policy without examples, laid out, with examples that give what they say.
///
/// # Errors
/// What the compiler finds in it.
pub(crate) fn with_examples(bare: &str, library: &Library) -> Result<String, Failure> {
    let settles = [library.classes_of_payers()];
    let examples = policy::check::draft_examples(bare, &library.context(), &settles);
    with_these_examples(bare, &examples.ok_or_else(|| bug("can be read"))?, library)
}

/// A policy laid out with examples that give what they say.
///
/// # Errors
/// What does not compile, and examples that say something else than the policy.
pub(crate) fn with_these_examples(bare: &str, examples: &[String], library: &Library) -> Result<String, Failure> {
    let text = format!("{bare}\nexamples\n  {}\n", examples.join("\n  "));
    let text = policy::fmt::format(&text).map_err(|_| bug("can be laid out"))?;
    let parsed = parse(SourceId(0), &text).file.ok_or_else(|| bug("can be read"))?;
    let report = policy::example::run(&Entry::from(parsed), &library.context());
    if report.findings.is_empty() { Ok(text) } else { Err(bug("gives what its examples say")) }
}

fn bug(what: &str) -> Failure {
    Failure::Name {
        message: format!("the answers make no policy that {what}; nothing was written"),
        help: "this is a mistake of the program; the answers would help to find it".to_owned(),
    }
}

fn farewell(file: &str, text: &str) -> String {
    let examples = text.matches("=>").count();
    let (rules, _) = text.split_once("\nexamples").unwrap_or((text, ""));
    let marked = |line: &&str| !line.starts_with('#') && (line.contains("unverified") || line.contains("unread"));
    let open = rules.lines().filter(marked).count();
    let mut out = wrapped(&format!("Written to {file}, with {}.", counted(examples, "example", "examples")), 0);
    if open > 0 {
        let points = counted(open, "line says", "lines say");
        out.push('\n');
        out.push_str(&wrapped(
            &format!("{points} that something was not seen: look for `unverified` and `unread`."),
            0,
        ));
    }
    format!(
        "{out}\n\nNext:\n  covered policy check {file}      (with --thorough: what is missing)\n  covered policy test {file}\n  covered policy explain {file}   (to read, and to sign)\n"
    )
}
