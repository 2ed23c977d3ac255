//! What may be typed after `covered codes` and `covered price`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

/// Where imported code files lie.
#[derive(Debug, Args)]
pub(crate) struct StoreArguments {
    /// Folder of imported code files; without it $COVERED_CODES, else the user's data folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) codes: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// Import official code files as their owners publish them, also from zips.
    #[command(after_help = "\
Files that are recognized by their content:
  icd10cm           ICD-10-CM order file (CMS)
  icd10cm-tabular   ICD-10-CM tabular list, XML (NCHS)
  hcpcs             HCPCS level II ANWEB, text or CSV (CMS)
  ncci-ptp          NCCI procedure-to-procedure edits, text (CMS)
  ncci-mue          NCCI medically unlikely edits, CSV (CMS)
  pfs               fee schedule relative values PPRRVU, CSV (CMS)
  gpci, localities, opps-cap    the other files of a PFS release, CSV (CMS)
  asp               Part B drug payment limits, CSV (CMS)
  carc-rarc, place-of-service   lists, CSV or a saved web page
  taxonomy          provider taxonomy, CSV (NUCC)
  leie              list of exclusions UPDATED.csv (OIG)
  mcd-documents, mcd-procedures, mcd-diagnoses
                    Medicare Coverage Database, export or list (CMS)
  cpt               CPT, for who holds the AMA's licence
A workbook (.xlsx) is read where no text is beside it, by a build with
--features spreadsheets.

Examples:
  covered codes import rvu26d.zip
  covered codes import UPDATED.csv --from 2026-11-10")]
    Import(Import),
    /// List what is imported, and what is built in.
    #[command(after_help = "Example:\n  covered codes list --verify")]
    List(List),
    /// Tell what a code means, or how two codes go together.
    #[command(after_help = "\
Examples:
  covered codes show L82
  covered codes show 64615 64612 --date 2026-09-01
  covered codes show 1234567893")]
    Show(Show),
    /// Tell what changed from one vintage to another.
    #[command(after_help = "Example:\n  covered codes diff asp 2026-07-01 2026-10-01")]
    Diff(Diff),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Files, or zips of them.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Take only this kind; another is an error.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// First day on which it counts, where the file does not say.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<Date>,
    /// First day on which it does not count any more.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<Date>,
    /// Take the place of another file for the same days.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Say that you hold a licence of the AMA for the CPT file.
    #[arg(long)]
    pub(crate) licensed: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Look whether every table is as it was written.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A diagnosis, procedure, modifier, place of service, reason or remark code, taxonomy code, coverage document or NPI.
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
    /// A second code: how the two go together.
    #[arg(value_name = "OTHER")]
    pub(crate) other: Option<String>,
    /// On this day; without it, today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Kind of file: asp, hcpcs, ncci-mue.
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
    /// First vintage, as `covered codes list` names it.
    #[arg(value_name = "VINTAGE")]
    pub(crate) first: String,
    /// Second vintage.
    #[arg(value_name = "VINTAGE")]
    pub(crate) second: String,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `covered price`
#[derive(Debug, Args)]
pub(crate) struct Price {
    /// Codes: 64615, with units J0585:155, with modifiers 64615-50.
    #[arg(value_name = "CODE[-MODIFIER][:UNITS]", required = true)]
    pub(crate) lines: Vec<String>,
    /// State and Medicare locality: CA-18; the state alone where it has one.
    #[arg(long, value_name = "STATE-NUMBER")]
    pub(crate) locality: String,
    /// Date of service; without it, today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// The place of service is paid the facility amount.
    #[arg(long)]
    pub(crate) facility: bool,
    /// A nurse practitioner, clinical nurse specialist or physician assistant bills.
    #[arg(long)]
    pub(crate) non_physician: bool,
    /// The biller does not participate in Medicare.
    #[arg(long)]
    pub(crate) non_participating: bool,
    /// The biller is a qualifying participant of an advanced payment model (another conversion factor since 2026).
    #[arg(long)]
    pub(crate) qualifying: bool,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
