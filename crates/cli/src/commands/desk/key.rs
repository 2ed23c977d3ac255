//! `covered key`: keys are made, checked, changed and recovered, and a patient is shredded.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use store::nouns::Patient;
use store::{Id, LocalRoot, RootKey as _, StoreError, apart};
use zeroize::Zeroizing;

use super::Keeping;
use super::run::{act, block_on, open, told};
use crate::Done;
use crate::output::{Failure, hanging, print};

/// Records that one act seals anew, so that others need not wait long.
const AT_ONCE: u32 = 200;

/// A recovery sheet is a page.
const SHEET_BYTES_MAX: u64 = 16 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Write a new root key to a new file of mode 0400.
    New(New),
    /// Print the recovery sheet: who has it, and the records, reads everything.
    Escrow(Escrow),
    /// Write the root key from a recovery sheet to a new file.
    Recover(Recover),
    /// Change the root key, or the practice's key.
    Rotate(Rotate),
    /// Open every key, and say how many there are.
    Check(Check),
    /// Delete a patient's key and everything that it sealed, for good.
    Shred(Shred),
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// A new file, outside the folder of the records.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Escrow {
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// The four lines of the sheet as typed, or the whole sheet as it was printed; `-` reads them from the keyboard.
    #[arg(long, value_name = "FILE")]
    sheet: PathBuf,
    /// A new file, outside the folder of the records.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The root key: a new one is written to --to, and wraps the practice's keys from then on.
    #[arg(long, conflicts_with = "practice", requires = "to", required_unless_present = "practice")]
    root: bool,
    /// A new file for the new root key.
    #[arg(long, value_name = "FILE", conflicts_with = "practice")]
    to: Option<PathBuf>,
    /// The practice's key: everything below is wrapped with a new one, and the practice's own records are sealed anew.
    #[arg(long)]
    practice: bool,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Shred {
    /// The identifier of the patient, as their page has it.
    #[arg(value_name = "PATIENT")]
    patient: String,
    /// Say that it is meant: nothing brings the patient back.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    keeping: Keeping,
}

pub(crate) fn run(command: &KeyCommand) -> Result<Done, Failure> {
    match command {
        KeyCommand::New(arguments) => new(&arguments.to),
        KeyCommand::Escrow(arguments) => escrow(&arguments.keeping),
        KeyCommand::Recover(arguments) => recover(arguments),
        KeyCommand::Rotate(arguments) => rotate(arguments),
        KeyCommand::Check(arguments) => check(&arguments.keeping),
        KeyCommand::Shred(arguments) => shred(arguments),
    }
}

fn failed(error: &StoreError) -> Failure {
    told(error.code(), error, error.next_step())
}

fn new(to: &Path) -> Result<Done, Failure> {
    let mut root = LocalRoot::random();
    root.write(to).map_err(|error| failed(&error))?;
    print(&format!("`{}` holds the new root key {}\n", to.display(), root.name()))?;
    Ok(Done::Answered)
}

/// The key itself, which a key service would not give out.
fn local_root(keeping: &Keeping) -> Result<LocalRoot, Failure> {
    let read = match &keeping.root_key {
        Some(path) => LocalRoot::read(path),
        None => LocalRoot::from_credential("root-key"),
    };
    read.map_err(|error| failed(&error))
}

fn escrow(keeping: &Keeping) -> Result<Done, Failure> {
    let root = local_root(keeping)?;
    let (name, audit_key) = block_on(async {
        let store = open(keeping).await?;
        let practice = store.peek(store.practice()).await.map_err(|error| failed(&error))?;
        let audit_key = store.audit_key();
        store.close().await;
        Ok((practice.body.name, audit_key))
    })?;
    let mut sheet = Zeroizing::new(String::new());
    let _ = writeln!(sheet, "RECOVERY SHEET\nPractice   {name}\nRoot key   {}\nAudit key  {audit_key}\n", root.name());
    hanging(
        &mut sheet,
        0,
        0,
        "Whoever has this sheet and a copy of the records reads everything. Print it, compare the print, delete the file, and keep the \
         paper in a safe that is not where the computer is.",
    );
    let _ = write!(sheet, "\n{}\n", root.sheet().as_str());
    hanging(
        &mut sheet,
        0,
        0,
        "To use it on a new machine: type the four lines into a file, then `covered key recover --sheet FILE --to root.key`. The last two \
         of each line are check digits: a misread line is named. O is read as 0, I and L as 1.",
    );
    print(&sheet)?;
    Ok(Done::Answered)
}

fn recover(arguments: &Recover) -> Result<Done, Failure> {
    let problem = |source| failed(&StoreError::File { path: arguments.sheet.clone(), source });
    let mut typed = Zeroizing::new(String::new());
    if arguments.sheet == Path::new("-") {
        std::io::stdin().take(SHEET_BYTES_MAX).read_to_string(&mut typed).map_err(problem)?;
    } else {
        let file = std::fs::File::open(&arguments.sheet).map_err(problem)?;
        file.take(SHEET_BYTES_MAX).read_to_string(&mut typed).map_err(problem)?;
    }
    let mut root = LocalRoot::from_sheet(key_lines(&typed)).map_err(|error| {
        Failure::Desk(format!("error[W0311]: {error}\n  = help: compare the line with the sheet, digit by digit"))
    })?;
    root.write(&arguments.to).map_err(|error| failed(&error))?;
    print(&format!(
        "`{}` holds the root key {}: compare that name with the sheet\n",
        arguments.to.display(),
        root.name()
    ))?;
    Ok(Done::Answered)
}

/// The lines of the key in a whole sheet: what stands between the empty line before and the one after.
fn key_lines(text: &str) -> &str {
    if !text.starts_with("RECOVERY SHEET") {
        return text;
    }
    text.split("\n\n")
        .find(|part| part.lines().count() == 4 && part.lines().all(|line| line.len() == 17))
        .unwrap_or(text)
}

fn rotate(arguments: &Rotate) -> Result<Done, Failure> {
    let out = match &arguments.to {
        Some(to) => rotate_root(&arguments.keeping, to)?,
        None => rotate_practice(&arguments.keeping)?,
    };
    print(&out)?;
    Ok(Done::Answered)
}

fn rotate_root(keeping: &Keeping, to: &Path) -> Result<String, Failure> {
    apart(&keeping.place()?, to).map_err(|error| failed(&error))?;
    let mut root = LocalRoot::random();
    let name = root.name();
    block_on(async {
        let store = open(keeping).await?;
        // The key is safe on the disk before anything is wrapped with it.
        root.write(to).map_err(|error| failed(&error))?;
        let rotated = store.rotate_root(Arc::new(root), &act("key rotate --root")).await;
        store.close().await;
        if rotated.is_err() {
            let _ = std::fs::remove_file(to);
        }
        rotated.map_err(|error| failed(&error))
    })?;
    let mut out = format!("The root key is {name} now, in `{}`.\n", to.display());
    hanging(
        &mut out,
        0,
        2,
        "Start every server again with it, and print a new recovery sheet (`covered key escrow`). Keep the old key as long as backups from \
         before are kept: they open with it alone.",
    );
    Ok(out)
}

fn rotate_practice(keeping: &Keeping) -> Result<String, Failure> {
    block_on(async {
        let store = open(keeping).await?;
        let keys = store.rotate_practice(&act("key rotate --practice")).await.map_err(|error| failed(&error))?;
        let mut done = 0;
        loop {
            let resealed =
                store.reseal(AT_ONCE, &act("key rotate --practice")).await.map_err(|error| failed(&error))?;
            done += resealed.done;
            if resealed.left == 0 {
                break;
            }
        }
        store.close().await;
        Ok(format!("A new key of the practice wraps {keys} keys, and seals {done} records anew.\n"))
    })
}

fn check(keeping: &Keeping) -> Result<Done, Failure> {
    let report = block_on(async {
        let store = open(keeping).await?;
        let report = store.check_keys(&act("key check")).await;
        store.close().await;
        report.map_err(|error| failed(&error))
    })?;
    let mut out = String::from("Every key opens.\n");
    let _ = writeln!(out, "  root key            {}", report.root);
    let _ = writeln!(out, "  practice's keys     {}, earlier ones among them", report.practice);
    let _ = writeln!(out, "  patients' keys      {}", report.patients);
    let _ = writeln!(out, "  shredded patients   {}", report.shredded);
    let _ = writeln!(out, "  to seal anew        {} records", report.to_reseal);
    let _ = writeln!(out, "  audit key           {}", report.audit_key);
    print(&out)?;
    Ok(Done::Answered)
}

fn shred(arguments: &Shred) -> Result<Done, Failure> {
    let patient: Id<Patient> = arguments.patient.parse().map_err(|error| {
        Failure::Desk(format!(
            "error[W0312]: the patient is {error}\n  = help: copy it from the address of the patient's page"
        ))
    })?;
    if !arguments.yes {
        return Err(Failure::Desk(format!(
            "error[W0313]: everything about patient {patient} would be deleted for good\n  = help: look at the patient once more, make sure that no \
             retention or legal hold stands against it, then add `--yes`"
        )));
    }
    let shredded = block_on(async {
        let store = open(&arguments.keeping).await?;
        let shredded = store.shred(patient, &act("key shred")).await;
        store.close().await;
        shredded.map_err(|error| failed(&error))
    })?;
    let mut out = format!("The key of patient {patient} is deleted, with {} records.\n", shredded.records);
    let until = match shredded.restorable_until {
        Some(day) => format!(
            "Backups that this program made are kept until {day} at the latest: until then one that was made before, with the root key, could \
             bring the patient back. Delete them earlier, if that must not be."
        ),
        None => {
            "No backup of this program could bring the patient back. Copies that it did not make, it does not know."
                .to_owned()
        }
    };
    hanging(&mut out, 0, 2, &until);
    if !shredded.log_emptied {
        hanging(&mut out, 0, 2, "Somebody was reading, so the database's own log is emptied at the next chance.");
    }
    print(&out)?;
    Ok(Done::Answered)
}
