//! What may be typed after `covered x12`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Control numbers have nine digits; parts of a split count up from the first.
const CONTROL_MAX: i64 = 999_000_000;

#[derive(Debug, Subcommand)]
pub(crate) enum X12Command {
    /// Say what a file holds, and whether it is whole.
    #[command(after_help = "Example:\n  covered x12 show claims.edi --json")]
    Show(Show),
    /// Judge files: syntax, structure, balance, situations, codes.
    #[command(after_help = "\
Exit code: 0, no errors; 1, errors, or a file that is not whole; 2, a file that
cannot be read.

Example:
  covered x12 check claims.edi --level 3")]
    Check(Check),
    /// Say what an answer means: TA1, 999, 277, 277CA or 835.
    #[command(after_help = "Example:\n  covered x12 explain answer.999 --sent claims.edi")]
    Explain(Explain),
    /// Write the TA1 and 999 that answer a file.
    #[command(after_help = "Example:\n  covered x12 ack claims.edi --out claims.999")]
    Ack(Ack),
    /// Repair the form of a file, never what it says: shows a diff, or writes the result.
    #[command(after_help = "\
Repairs counts, control numbers, numbering, padding, and points in diagnosis
codes. Exit code without --write: 0, nothing to repair; 1, there are repairs.

Example:
  covered x12 fix claims.edi
  covered x12 fix claims.edi --write repaired.edi")]
    Fix(Fix),
    /// Part a claim file into valid files by claim, payer or provider.
    #[command(after_help = "Example:\n  covered x12 split claims.edi --by payer --out parts")]
    Split(Split),
    /// Compare two claim files, or a claim file with the remittance that answers it.
    #[command(
        after_help = "Exit code: 0, no difference; 1, differences.\n\nExample:\n  covered x12 diff claims.edi remittance.835"
    )]
    Diff(Diff),
    /// Write a file of the same shape about nobody.
    #[command(after_help = "\
The key file holds a secret of at least 16 bytes. Files with the same key still
match each other. The result is pseudonymous, not anonymous.

Example:
  covered x12 deidentify claims.edi --key-file secret.key --out example.edi")]
    Deidentify(Deidentify),
    /// Write an example about invented people: a good one, or one that breaks a rule.
    #[command(after_help = "\
Files that break X7001 to X7005 break them for the receiver of --receiver; those
that break a rule of an overlay are made with --overlay.

Example:
  covered x12 make > good.edi
  covered x12 make --break X3001 > bad.edi
  covered x12 make --keep X4003 > near.edi
  covered x12 make --receiver > example.receiver
  covered x12 make --overlay medicare-ngs --break NGS-MBI > bad.edi")]
    Make(Make),
    /// List the rules, or explain one.
    #[command(after_help = "Example:\n  covered x12 rules X3001\n  covered x12 rules --overlay medicare-ngs")]
    Rules(Rules),
}

/// Whether values about people may be shown.
#[derive(Debug, Args)]
pub(crate) struct Privacy {
    /// Show names, numbers and dates of people; only at a terminal.
    #[arg(long)]
    show_phi: bool,
}

impl Privacy {
    /// Whether they are asked for and stay on a screen. Says so where they are asked for in vain.
    pub(crate) fn shows_phi(&self) -> bool {
        let terminal = std::io::stdout().is_terminal();
        if self.show_phi && !terminal {
            eprintln!("note: --show-phi works at a terminal only, so values about people stay masked");
        }
        self.show_phi && terminal
    }
}

/// Where the result goes.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write to this file; without it, to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Allow the output to take the place of the input.
    #[arg(long, requires = "out")]
    pub(crate) replace_input: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The files; `-` reads standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Judge up to this SNIP level: 1 syntax, 2 structure, 3 balance, 4 situation, 5 codes.
    #[arg(long, value_name = "LEVEL", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) level: u8,
    /// What this receiver asks for: `medicare-ngs`, `stedi`, or a file with lines such as `X4018 off` or
    /// `require 2300 REF*F8 when CLM05-3 7,8`; `make --receiver` writes one.
    #[arg(long, value_name = "NAME|FILE", visible_alias = "receiver")]
    pub(crate) overlay: Option<PathBuf>,
    /// Folder of imported code files: its lists say which codes there are [default: your own].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) codes: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) privacy: Privacy,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The answer; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file that it answers.
    #[arg(long, value_name = "FILE")]
    pub(crate) sent: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) privacy: Privacy,
}

#[derive(Debug, Args)]
pub(crate) struct Ack {
    /// The file to answer; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Control number of the first answer.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=CONTROL_MAX))]
    pub(crate) control: u32,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Fix {
    /// The file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Write the repaired file here.
    #[arg(long, value_name = "OUT")]
    pub(crate) write: Option<PathBuf>,
    /// Allow the output to take the place of the input.
    #[arg(long, requires = "write")]
    pub(crate) replace_input: bool,
    #[command(flatten)]
    pub(crate) privacy: Privacy,
}

/// What the claims of one part have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// One claim each.
    Claim,
    /// The payer.
    Payer,
    /// The billing provider.
    Provider,
}

#[derive(Debug, Args)]
pub(crate) struct Split {
    /// The claim file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What the claims of one part have in common.
    #[arg(long)]
    pub(crate) by: By,
    /// Write the parts into this folder, which must not hold files of their names.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Control number of the first part.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=CONTROL_MAX))]
    pub(crate) control: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A claim file.
    #[arg(value_name = "FILE")]
    pub(crate) before: PathBuf,
    /// Another claim file, or a remittance.
    #[arg(value_name = "OTHER")]
    pub(crate) after: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) privacy: Privacy,
}

#[derive(Debug, Args)]
pub(crate) struct Deidentify {
    /// The file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A file with the secret key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Make {
    /// Break this rule, and no other: X3001.
    #[arg(long = "break", value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// Come near to breaking this rule, and break none.
    #[arg(long, value_name = "RULE", conflicts_with = "rule")]
    pub(crate) keep: Option<String>,
    /// A remittance (835) in place of claims (837P).
    #[arg(long, conflicts_with_all = ["rule", "keep"])]
    pub(crate) remittance: bool,
    /// The demands of an invented receiver, for `check --overlay`.
    #[arg(long, conflicts_with_all = ["rule", "keep", "remittance"])]
    pub(crate) receiver: bool,
    /// The rule to break or keep is one of this overlay: `medicare-ngs`, `stedi`, or a file.
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["remittance", "receiver"])]
    pub(crate) overlay: Option<PathBuf>,
    /// Write to this file; without it, to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Identifier of the rule: X3001.
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// The rules of this overlay: `medicare-ngs`, `stedi`, or a file.
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "level")]
    pub(crate) overlay: Option<PathBuf>,
    /// Only rules of this SNIP level; 7 are those of receivers.
    #[arg(long, value_name = "LEVEL", conflicts_with = "rule", value_parser = clap::value_parser!(u8).range(1..=7))]
    pub(crate) level: Option<u8>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
