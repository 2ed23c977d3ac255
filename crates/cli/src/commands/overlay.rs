//! `covered overlay new`: asks a dozen questions about a contract or a plan booklet and writes them as policies.
//!
//! What a booklet says ranks as `plan_document`, so it comes before a payer's medical policy and after the law; who may bill under a
//! contract, and when, is a gate beside the others. Every answer shows them as entered by the practice. What a plan pays is no rule:
//! it is printed as a piece of a case.

mod draft;

use std::fs;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use library::Library;
use policy::diagnostic::Severity;

use crate::Done;
use crate::args::LibraryArguments;
use crate::commands::write_new;
use crate::output::{Failure, findings, print, wrapped};
use crate::source;
use draft::{Answers, Topic};

/// Longest answer in bytes; a string of the language has at most 2,000.
const ANSWER_BYTES_MAX: usize = 1_500;
/// How often one question is put again.
const ATTEMPTS_MAX: usize = 5;

#[derive(Debug, Subcommand)]
pub(crate) enum OverlayCommand {
    /// Write a plan booklet or a contract as policies, from a dozen questions.
    #[command(after_help = "\
Examples:
  covered overlay new my-plans/example-choice
  covered overlay new my-plans/choice --payer aetna --plan \"Example Choice\" \\
    --document \"Example Choice booklet 2026\" --read 2026-11-20 \\
    --from 2026-01-01 --excludes \"17000, 17003\" --authorize \"vein closure\"")]
    New(Box<New>),
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The folder to write; it must not exist.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Whose plan it is.
    #[arg(long, value_name = "PAYER")]
    payer: Option<String>,
    /// Name of the plan on the card; without it, every plan of the payer.
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
    /// What the booklet or contract is called, with its edition.
    #[arg(long, value_name = "NAME")]
    document: Option<String>,
    /// The day it was read.
    #[arg(long, value_name = "DAY")]
    read: Option<String>,
    /// First day for which it holds.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Services that it excludes for every reason.
    #[arg(long, value_name = "SERVICES")]
    excludes: Option<String>,
    /// Whether it excludes work for looks: yes or no.
    #[arg(long, value_name = "YES|NO")]
    looks: Option<String>,
    /// Services that must be authorized first.
    #[arg(long, value_name = "SERVICES")]
    authorize: Option<String>,
    /// Services that it covers for a medical reason, whatever the payer's medical policy says.
    #[arg(long, value_name = "SERVICES")]
    covers: Option<String>,
    /// Days after the service within which the claim has to arrive.
    #[arg(long, value_name = "DAYS")]
    claim_within: Option<String>,
    /// Deductible, and the patient's percent in network: "500.00 20".
    #[arg(long, value_name = "DOLLARS PERCENT")]
    share: Option<String>,
    /// What it pays out of network: the patient's percent, or none.
    #[arg(long, value_name = "PERCENT|NONE")]
    out_of_network: Option<String>,
    /// Whether the practice is in its network under a contract: yes, no, or the days on which it is,
    /// "2026-01-01 .. 2027-01-01" (the second is the first day after the end).
    #[arg(long, value_name = "YES|NO|DAYS")]
    network: Option<String>,
    /// Licences with which somebody may bill under the contract.
    #[arg(long, value_name = "LICENCES")]
    billers: Option<String>,
}

pub(crate) fn run(command: &OverlayCommand, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let OverlayCommand::New(new) = command;
    let library = source::library(arguments)?;
    if new.folder.symlink_metadata().is_ok() {
        return Err(Failure::Name {
            message: format!("`{}` is there already; nothing was changed", new.folder.display()),
            help: "name a folder that does not exist".to_owned(),
        });
    }
    let mut answers = Answers::default();
    for (topic, typed) in flags(new) {
        answers.take(topic, typed, &library).map_err(|problem| Failure::Name {
            message: format!("{}: {problem}", topic.flag()),
            help: "`covered overlay new --help` has an example".to_owned(),
        })?;
    }
    ask(&mut answers, &library)?;
    let missing: Vec<&str> =
        Topic::ALL.into_iter().filter(|topic| topic.needed() && !answers.has(*topic)).map(Topic::flag).collect();
    if !missing.is_empty() {
        return Err(Failure::Name {
            message: "the answers end before the plan can be written; nothing was written".to_owned(),
            help: format!("answer also: {}", missing.join(", ")),
        });
    }
    let files = answers.policies(&library)?;
    if files.is_empty() {
        return Err(Failure::Name {
            message:
                "the answers hold no rule: nothing excluded, authorized, covered or due, and nobody kept from billing"
                    .to_owned(),
            help: "what a plan pays, and that the practice is in its network, goes into the case, under `[coverage]`"
                .to_owned(),
        });
    }
    write(&new.folder, &files, library)?;
    print(&farewell(&new.folder, &files, &answers))?;
    Ok(Done::Answered)
}

fn flags(new: &New) -> impl Iterator<Item = (Topic, &str)> {
    [
        (Topic::Payer, &new.payer),
        (Topic::Plan, &new.plan),
        (Topic::Document, &new.document),
        (Topic::Read, &new.read),
        (Topic::From, &new.from),
        (Topic::Excludes, &new.excludes),
        (Topic::Looks, &new.looks),
        (Topic::Authorize, &new.authorize),
        (Topic::Covers, &new.covers),
        (Topic::ClaimWithin, &new.claim_within),
        (Topic::Share, &new.share),
        (Topic::OutOfNetwork, &new.out_of_network),
        (Topic::Network, &new.network),
        (Topic::Billers, &new.billers),
    ]
    .into_iter()
    .filter_map(|(topic, typed)| Some((topic, typed.as_deref()?)))
}

/// Puts the questions that no flag answered; an empty line leaves one out.
fn ask(answers: &mut Answers, library: &Library) -> Result<(), Failure> {
    let failed = |source| Failure::File {
        what: "read",
        path: "standard input".into(),
        help: "answers are lines of text",
        source,
    };
    let mut input = std::io::stdin().lock();
    let echoes = std::io::stdin().is_terminal();
    for (number, topic) in
        Topic::ALL.into_iter().enumerate().filter(|(_, topic)| !answers.has(*topic)).collect::<Vec<_>>()
    {
        let asked = format!("{} of {}. {}", number + 1, Topic::ALL.len(), topic.question());
        print(&format!("{}\n", wrapped(&asked, 0)))?;
        for _ in 0..ATTEMPTS_MAX {
            print(&format!("  [{}] ", topic.hint()))?;
            let mut line = Vec::new();
            let most = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX) + 1;
            let read = std::io::Read::take(&mut input, most).read_until(b'\n', &mut line).map_err(failed)?;
            if !echoes {
                print("\n")?;
            }
            if read == 0 {
                return Ok(());
            }
            if line.len() > ANSWER_BYTES_MAX {
                let message = format!("an answer has more than {ANSWER_BYTES_MAX} bytes; nothing was written");
                return Err(Failure::Name { message, help: "cite the booklet, do not copy it".to_owned() });
            }
            let typed = String::from_utf8_lossy(&line).trim().to_owned();
            if typed.is_empty() {
                break;
            }
            match answers.take(topic, &typed, library) {
                Ok(()) => break,
                Err(problem) => print(&format!("  {}\n", wrapped(&problem, 2)))?,
            }
        }
    }
    Ok(())
}

/// Writes the folder whole, or not at all: it is made beside its place, checked like the rest of the library, and renamed.
fn write(folder: &Path, files: &[(&'static str, String)], library: Library) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Failure::File { what: "write", path, help: "check that its parent folder is there", source }
    };
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let beside = folder.with_file_name(name);
    fs::create_dir(&beside).map_err(failed(&beside))?;
    let made =
        files.iter().try_for_each(|(name, text)| write_new(&beside.join(name), text.as_bytes())).and_then(|()| {
            let whole = library.with_overlay(&beside)?;
            let wrong: Vec<_> = whole.check().into_iter().filter(|found| found.severity == Severity::Error).collect();
            if wrong.is_empty() { Ok(()) } else { Err(Failure::Errors(findings(&wrong, whole.sources()))) }
        });
    let made = made.and_then(|()| fs::rename(&beside, folder).map_err(failed(folder)));
    if made.is_err() {
        // Nothing half-written stays; that it cannot be removed is the lesser trouble.
        let _ = fs::remove_dir_all(&beside);
    }
    made
}

fn farewell(folder: &Path, files: &[(&'static str, String)], answers: &Answers) -> String {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let mut out = wrapped(&format!("Written to {}: {}.", folder.display(), names.join(", ")), 0);
    if let Some(of_case) = answers.of_case() {
        out.push_str("\n\nThis belongs into each case:\n\n");
        out.push_str(&of_case);
    }
    format!("{out}\n\nNext:\n  covered check CASE.toml --overlay {}\n", folder.display())
}
