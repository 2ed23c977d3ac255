//! What may be typed after `covered library`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use library::conflicts::ConflictState;
use library::ledger::State;
use policy::ast::Grade;

#[derive(Debug, Subcommand)]
pub(crate) enum LibraryCommand {
    /// Count what the library holds, and how closely its sources were read.
    #[command(after_help = "\
Examples:
  covered library report
  covered library report --json
  covered library report --svg > heat.svg")]
    Report(Report),
    /// Say where each row of the sources went, or why nowhere.
    #[command(after_help = "\
Exit code with --check: 0, every row has a home or a reason, every home exists
and every policy of the coverage side has a row; 1, otherwise.

Examples:
  covered library ledger warts
  covered library ledger --policy cms/ncd/210.12
  covered library ledger --state decided --json")]
    Ledger(Ledger),
    /// Say for every treatment what the library says of one payer.
    #[command(after_help = "\
Each line is the answer to a case that tells nothing but the payer, the state,
the treatment, what it is for, and a usual diagnosis and code of it.
`conditional` means that it hangs on what such a case does not tell.

Examples:
  covered library matrix --payer aetna --state TX
  covered library matrix vein --payer medicare --state OH --json")]
    Matrix(Matrix),
    /// List policies whose source was read, or written, too long ago.
    #[command(after_help = "\
Examples:
  covered library stale --days 365
  covered library stale --days 1500 --of text --as-of 2026-11-23")]
    Stale(Stale),
    /// List where the sources speak against each other, and what was done.
    #[command(after_help = "Examples:\n  covered library conflicts\n  covered library conflicts --state open --json")]
    Conflicts(Conflicts),
    /// Say which cases another library answers otherwise, and by which policy.
    #[command(after_help = "\
Exit code: 0, every case has the same answer; 1, some have another; 2, a
library or a case cannot be read.

Example:
  covered library impact old/library new/library tests/vignettes examples")]
    Impact(Impact),
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print a picture: how closely each treatment was read.
    #[arg(long, conflicts_with = "json")]
    pub(crate) svg: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ledger {
    /// Only rows with this in their name, payer, homes or reason.
    #[arg(value_name = "WORD")]
    pub(crate) word: Option<String>,
    /// Only rows of this source: injectables, skin, addendum.
    #[arg(long, value_name = "BASE")]
    pub(crate) base: Option<String>,
    /// Only rows that lead to this policy.
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// Only rows of which this became.
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub(crate) state: Option<State>,
    /// Only rows read so closely: text, page, mirror, digest…
    #[arg(long, value_name = "GRADE", value_parser = grade)]
    pub(crate) grade: Option<Grade>,
    /// Find rows without a home and policies without a row.
    #[arg(long, conflicts_with_all = ["word", "base", "policy", "state", "grade", "json"])]
    pub(crate) check: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// Only treatments with this in their name.
    #[arg(value_name = "WORD")]
    pub(crate) word: Option<String>,
    /// Who is asked to pay: aetna, medicare.
    #[arg(long, value_name = "PAYER")]
    pub(crate) payer: String,
    /// State where the service is given: TX.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Date of service; without it, today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Stale {
    /// Older than so many days.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(0..))]
    pub(crate) days: i32,
    /// Age on this day; without it, today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<Date>,
    /// Age of what: of our reading, or of the text itself.
    #[arg(long, value_name = "WHAT", default_value = "reading")]
    pub(crate) of: AgeOf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AgeOf {
    /// Days since the source was read.
    Reading,
    /// Days since the latest day that the source names.
    Text,
}

impl AgeOf {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Text => "text",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Conflicts {
    /// Only such: settled, cautious, open.
    #[arg(long, value_name = "STATE", value_parser = conflict_state)]
    pub(crate) state: Option<ConflictState>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Impact {
    /// Folder of the library that answers now.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// Folder of the library that is to answer.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// Case files, or folders of them (`.toml`).
    #[arg(value_name = "CASES", required = true)]
    pub(crate) cases: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn state(typed: &str) -> Result<State, String> {
    one_of(typed, &State::ALL.map(|(state, word)| (word, state)))
}

fn grade(typed: &str) -> Result<Grade, String> {
    one_of(typed, &Grade::ALL.map(|(grade, word)| (word, grade)))
}

fn conflict_state(typed: &str) -> Result<ConflictState, String> {
    one_of(typed, &ConflictState::ALL)
}

fn one_of<T: Copy>(typed: &str, words: &[(&str, T)]) -> Result<T, String> {
    let all = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    words.iter().find(|(word, _)| *word == typed).map(|(_, value)| *value).ok_or_else(|| format!("one of {}", all()))
}
