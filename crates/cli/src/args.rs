//! What may be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::commands::appeals::Appeals;
use crate::commands::codes::arguments::{CodesCommand, Price};
use crate::commands::deadlines::Deadlines;
use crate::commands::figures::{Figures, Notices};
use crate::commands::flags::Flags;
use crate::commands::library::arguments::LibraryCommand;
use crate::commands::may::May;
use crate::commands::overlay::OverlayCommand;
use crate::commands::practice::Practice;
use crate::commands::states::States;
use crate::commands::status::Status;
use crate::commands::x12::arguments::X12Command;

/// Will insurance pay for this treatment at a medical spa, and why?
#[derive(Debug, Parser)]
#[command(
    name = "covered",
    version,
    max_term_width = 80,
    after_help = "\
Example: will Aetna pay for Botox for looks in Texas?
  covered check --treatment botox --for looks --payer aetna --state TX

No legal or medical advice, and no guarantee of payment."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) library: LibraryArguments,
}

/// Which library answers.
#[derive(Clone, Debug, Args)]
pub(crate) struct LibraryArguments {
    /// Use the library in this folder instead of the built-in one.
    #[arg(long, value_name = "FOLDER", global = true)]
    pub(crate) library: Option<PathBuf>,
    /// Add a practice's own contracts and plan booklets from this folder.
    #[arg(long, value_name = "FOLDER", global = true)]
    pub(crate) overlay: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer one case: will insurance pay, why, and what would change it.
    #[command(after_help = "\
Examples:
  covered check examples/migraine-botox.toml
  covered check --treatment botox --for looks --payer aetna --state TX --by RN
  covered check --x12 claims.edi --claim EX0001 --line 1 --state TX
  covered check --template botox > my-case.toml")]
    Check(Check),
    /// Ask only what can still change the answer, then answer.
    #[command(after_help = "\
Example:
  covered ask --save my-case.toml")]
    Ask(Ask),
    /// List the facts that a chart may record, or those with a word in them.
    #[command(after_help = "Example:\n  covered facts headache")]
    Facts(Word),
    /// List the payers, or those with a word in them.
    #[command(after_help = "Example:\n  covered payers blue")]
    Payers(Word),
    /// List the menu, or what a menu name means.
    #[command(after_help = "Example:\n  covered treatments \"frown lines\"")]
    Treatments(Word),
    /// Enter a practice's own contract or a patient's plan booklet.
    #[command(subcommand)]
    Overlay(OverlayCommand),
    /// Tell what a state's law says of medical spas, and what that rests on.
    #[command(after_help = "Examples:\n  covered states TX\n  covered states --table")]
    States(States),
    /// Tell whether somebody with a licence may do something in a state.
    #[command(after_help = "\
Examples:
  covered may RN inject --state TX
  covered may esthetician fire a laser --state AZ")]
    May(May),
    /// Tell what a case says of the practice: medical or day spa, owners, who bills, registrations.
    #[command(after_help = "Example:\n  covered practice examples/lay-owner.toml")]
    Practice(Practice),
    /// Tell which law of privacy binds the spa, and from when.
    #[command(after_help = "\
Examples:
  covered status --sends eligibility --by biller --state TX
  covered status --sends none --state CA
  covered status --sends claim --checklist")]
    Status(Status),
    /// Look for red flags in cases before they are billed; exit code 1 if there are any.
    #[command(after_help = "\
Examples:
  covered flags examples/*.toml
  covered flags november.json --json
  covered flags --list")]
    Flags(Flags),
    /// Tell the last day to act, from the day of an event.
    #[command(after_help = "\
Examples:
  covered deadlines --class original-medicare
  covered deadlines overpayment 2026-11-02
  covered deadlines estimate 2026-11-02 --service 2026-11-06")]
    Deadlines(Deadlines),
    /// Tell the way of an appeal: levels, days, least amounts.
    #[command(after_help = "Example:\n  covered appeals original-medicare --notice 2026-03-02 --amount 250.00")]
    Appeals(Appeals),
    /// List figures of law by year, with their sources.
    #[command(after_help = "Example:\n  covered parameters hsa --date 2026-11-23")]
    Parameters(Figures),
    /// List notices, contracts and papers: when each is due and what it must hold.
    #[command(after_help = "Example:\n  covered notices abn")]
    Notices(Notices),
    /// Read, check and test policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Say what the library knows, how well it was read, and how old that is.
    #[command(subcommand)]
    Library(LibraryCommand),
    /// Help an editor with policy files: started by the editor, not by hand (docs/editors.md).
    Lsp,
    /// Import official code files and look codes up.
    #[command(subcommand)]
    Codes(CodesCommand),
    /// Compute what Medicare allows, from imported fee schedules.
    #[command(after_help = "\
Examples:
  covered price 64615 J0585:155 --locality AL
  covered price 17000 17003:4 --locality CA-18 --date 2026-11-20 --non-physician")]
    Price(Price),
    /// Read, judge, explain and write healthcare transactions (X12).
    #[command(subcommand)]
    X12(X12Command),
    /// Print the page: engine and library in one HTML file that works offline.
    #[command(after_help = "Example:\n  covered page > covered.html")]
    Page,
    /// Serve the desk: a practice's records, pages and API.
    #[cfg(feature = "desk")]
    #[command(after_help = "\
Examples:
  covered serve --data desk-data --root-key root.key
  covered serve --data desk-data --root-key root.key --listen 0.0.0.0:443 --name desk.example.org --cert chain.pem --key key.pem
  covered serve --database postgres://localhost/covered --root-key root.key --behind-proxy desk.example.org

COVERED_METRICS_TOKEN in the environment is what a program shows to read
/metrics (Authorization: Bearer TOKEN). Without it nothing reads them.")]
    Serve(crate::commands::desk::serve::Serve),
    /// Check, export and sign the audit of the desk; exit code 1 if it does not hold.
    #[cfg(feature = "desk")]
    #[command(
        subcommand,
        after_help = "\
Examples:
  covered audit verify --data desk-data --root-key root.key
  covered audit export --to audit.jsonl --data desk-data --root-key root.key
  covered audit verify audit.jsonl --against heads.jsonl
  covered audit head --append heads.jsonl --data desk-data --root-key root.key"
    )]
    Audit(crate::commands::desk::audit::AuditCommand),
    /// Make, check, change and recover the keys of the desk, and shred a patient.
    #[cfg(feature = "desk")]
    #[command(
        subcommand,
        after_help = "\
Examples:
  covered key escrow --data desk-data --root-key root.key > sheet.txt
  covered key recover --sheet sheet.txt --to root.key
  covered key rotate --root --to new.key --data desk-data --root-key root.key
  covered key check --data desk-data --root-key root.key"
    )]
    Key(crate::commands::desk::key::KeyCommand),
    /// Take in patients, clinicians or the menu from CSV; exit code 1 if rows were rejected.
    #[cfg(feature = "desk")]
    #[command(
        subcommand,
        after_help = "\
Examples:
  covered import patients list.csv --dry-run --data desk-data --root-key root.key
  covered import menu menu.csv --column 2=price --data desk-data --root-key root.key
  covered import undo 06f9… --data desk-data --root-key root.key"
    )]
    Import(crate::commands::desk::import::ImportCommand),
    /// Write everything that the desk keeps to a new folder: JSON Lines, CSV, documents, audit.
    #[cfg(feature = "desk")]
    #[command(after_help = "Example:\n  covered export --to everything --data desk-data --root-key root.key")]
    Export(crate::commands::desk::export::Export),
    /// Write a sealed backup of everything while the desk serves.
    #[cfg(feature = "desk")]
    #[command(after_help = "Example:\n  covered backup --to monday.backup --data desk-data --root-key root.key")]
    Backup(crate::commands::desk::backup::BackupArguments),
    /// Restore a backup to a new place, or show that it can be restored; exit code 1 if an answer is another now.
    #[cfg(feature = "desk")]
    #[command(after_help = "\
Examples:
  covered restore --from monday.backup --verify --root-key root.key
  covered restore --from monday.backup --data new-data --root-key root.key
  covered restore --from monday.backup --database postgres://localhost/covered --root-key root.key")]
    Restore(crate::commands::desk::backup::RestoreArguments),
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  covered completions bash > ~/.local/share/bash-completion/completions/covered")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// The five questions that bring the first useful answer, and the two dates.
#[derive(Debug, Default, Args)]
pub(crate) struct Questions {
    /// What is to be done, in the menu's words: botox, "sun spots".
    #[arg(long, value_name = "NAME")]
    pub(crate) treatment: Option<String>,
    /// What it is for, as the clinician documents it.
    #[arg(long = "for", value_name = "PURPOSE")]
    pub(crate) purpose: Option<Purpose>,
    /// Who is asked to pay: aetna, medicare, none.
    #[arg(long, value_name = "PAYER")]
    pub(crate) payer: Option<String>,
    /// State where the service is given: TX.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Licence of the person who does it: MD, NP, RN.
    #[arg(long = "by", value_name = "LICENCE")]
    pub(crate) license: Option<String>,
    /// Date of service; without it, today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// The day the question is asked; without it, the date of service.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<Date>,
}

impl Questions {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { treatment, purpose, payer, state, license, date, as_of } = self;
        treatment.is_none()
            && purpose.is_none()
            && payer.is_none()
            && state.is_none()
            && license.is_none()
            && date.is_none()
            && as_of.is_none()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purpose {
    /// To look better.
    #[value(alias = "cosmetic")]
    Looks,
    /// For a medical problem.
    #[value(alias = "problem")]
    Medical,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A case file in TOML or JSON; `-` reads standard input.
    #[arg(value_name = "CASE", conflicts_with_all = ["treatment", "purpose", "payer", "state", "license", "date", "as_of"])]
    pub(crate) case: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) questions: Questions,
    #[command(flatten)]
    pub(crate) claim_line: ClaimLine,
    /// Folder of imported code files: its lists say which codes there are, its fee schedule prices what the case does not.
    /// Without it, the lists of your own folder are used, and no schedule.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) codes: Option<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long, conflicts_with = "explain")]
    pub(crate) json: bool,
    /// Print the whole proof: every criterion of every policy that was looked at.
    #[arg(long)]
    pub(crate) explain: bool,
    /// Print a case file to fill in for a treatment.
    #[arg(long, value_name = "TREATMENT", conflicts_with_all = ["case", "json", "explain"])]
    pub(crate) template: Option<String>,
}

/// A claim line that stands in place of a case file; flags add what a claim does not say.
#[derive(Debug, Args)]
pub(crate) struct ClaimLine {
    /// Answer for one line of this claim file (837P); flags add what it does not say.
    #[arg(long, value_name = "FILE", requires = "line", conflicts_with_all = ["case", "template", "date"])]
    pub(crate) x12: Option<PathBuf>,
    /// Which line of the claim: LX01.
    #[arg(long, value_name = "NUMBER", requires = "x12")]
    pub(crate) line: Option<u32>,
    /// Which claim, where the file holds several: CLM01.
    #[arg(long, value_name = "NUMBER", requires = "x12")]
    pub(crate) claim: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// Folder of imported code files: its lists say which codes there are [default: your own].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) codes: Option<PathBuf>,
    /// Start from this case file.
    #[arg(value_name = "CASE")]
    pub(crate) case: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) questions: Questions,
    /// Write the case to this file when it is decided.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Word {
    /// Only what has this in its name.
    #[arg(value_name = "WORD")]
    pub(crate) word: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Ask ten questions and write a new policy with its examples.
    #[command(after_help = "\
Examples:
  covered policy new my-policies/acme-84.cov
  covered policy new acme-84.cov --document \"Acme policy 84\" --payer aetna \\
    --kind bulletin --for 15823 --read \"page 2026-11-23\" --says covered-if \\
    --condition 'visual_field_loss >= 12 degrees @ \"II\"' </dev/null")]
    New(Box<New>),
    /// Look for errors in policy files: syntax, names, codes, ranks.
    #[command(after_help = "\
Examples:
  covered policy check my-policies/*.cov
  covered policy check --thorough my-policies/acme.cov")]
    Check(CheckPolicies),
    /// Lay a policy file out as the house does; changes blanks only.
    #[command(after_help = "Example:\n  covered policy fmt --write my-policies/acme.cov")]
    Fmt(Format),
    /// Run the examples inside policy files.
    #[command(after_help = "Example:\n  covered policy test\n  covered policy test my-policies/acme.cov")]
    Test(Files),
    /// List the policies of the library.
    #[command(after_help = "Example:\n  covered policy list --payer aetna\n  covered policy list botulinum")]
    List(List),
    /// Print every region of cases that a change of a policy changes, each with a case as witness.
    #[command(after_help = "\
Examples:
  covered policy diff cms/lcd/L39909/chronic-migraine            # its last two versions
  covered policy diff acme/0084@2025-01-01 my-policies/acme.cov")]
    Diff(Diff),
    /// Print a policy with its source, as a person reads it.
    #[command(after_help = "Example:\n  covered policy show cms/lcd/L39909/chronic-migraine")]
    Show(Show),
    /// Print a policy as plain English sentences that a clinician can check against the source and sign.
    #[command(after_help = "\
Examples:
  covered policy explain my-policies/acme.cov
  covered policy explain cms/lcd/L39909/chronic-migraine")]
    Explain(Explain),
    /// Write the library as a site of plain HTML pages that open without a server.
    #[command(after_help = "Example:\n  covered policy doc --out library-doc")]
    Doc(Doc),
    /// Explain the code of an error, or list all codes.
    #[command(after_help = "Example:\n  covered policy code P0012")]
    Code {
        /// The code: P0012. Without it, every code and what it is about.
        code: Option<String>,
    },
}

/// The ten questions; what no flag answers is asked.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The file to write; it must not exist. `-` prints the policy.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What the document is called.
    #[arg(long, value_name = "NAME")]
    pub(crate) document: Option<String>,
    /// Where it can be found.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// How it was read, and when: "page 2026-11-23".
    #[arg(long, value_name = "GRADE DAY")]
    pub(crate) read: Option<String>,
    /// Whose rule it is: aetna, "medicare; mac J5 J8".
    #[arg(long, value_name = "PAYER")]
    pub(crate) payer: Option<String>,
    /// What kind of rule it is: bulletin, lcd, plan_document.
    #[arg(long, value_name = "RANK")]
    pub(crate) kind: Option<String>,
    /// Which services it is about: "64615 with J0585", botox.
    #[arg(long = "for", value_name = "SERVICES")]
    pub(crate) services: Option<String>,
    /// Dates of service for which it holds: "2026-01-01 .. 2027-01-01".
    #[arg(long, value_name = "DATES")]
    pub(crate) dates: Option<String>,
    /// What it says: covered-if, covered, looks, not-covered.
    #[arg(long, value_name = "WORD")]
    pub(crate) says: Option<String>,
    /// A condition, as a test or in plain words; may be repeated.
    #[arg(long = "condition", value_name = "TEST")]
    pub(crate) conditions: Vec<String>,
    /// Whether the payer must authorize it first: yes or no.
    #[arg(long, value_name = "YES/NO")]
    pub(crate) authorization: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Files {
    /// Policy files or folders; without any, the whole library.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckPolicies {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Look also for criteria that decide nothing, missing examples, clashes between policies and codes that were not valid.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// The text of the source, in which quotes are looked for and whose hash is compared; or a folder with `IDENTIFIER.txt` for each policy.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Format {
    /// Policy files or folders.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Rewrite the files; without it, print what they would be.
    #[arg(long)]
    pub(crate) write: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only policies with this word in their identifier or title.
    #[arg(value_name = "WORD")]
    pub(crate) word: Option<String>,
    /// Only policies that may bind this payer.
    #[arg(long, value_name = "PAYER")]
    pub(crate) payer: Option<String>,
    /// Only policies in force on this day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct Doc {
    /// The folder to write; one that this command wrote before is replaced as a whole.
    #[arg(long, value_name = "FOLDER", default_value = "library-doc")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A policy file, or the identifier of a policy of the library.
    #[arg(value_name = "FILE")]
    pub(crate) policy: String,
    /// Of the library's policy, the version in force on this day; without it, the latest.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The old version: a policy file, an identifier, or IDENTIFIER@FIRST-DAY.
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The new version; without it, the last one, and OLD is the one before.
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Identifier of the policy.
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,
    /// The version in force on this day; without it, the latest.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
}
