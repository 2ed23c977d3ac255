//! `covered backup` and `covered restore`.

use std::fmt::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::ToSpan as _;
use library::Library;
use store::backup::{Backup, BackupError, Manifest, Restored};

use super::Keeping;
use super::replay::{Replayed, replay};
use super::run::{act, block_on, open, told};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{Failure, hanging, print};
use crate::source;

/// Five weeks: what is noticed when a month is closed can still be fetched back.
const KEEP_DAYS: u16 = 35;

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    /// A new file.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Days that the file will be kept: until then it can bring back a patient who is shredded.
    #[arg(long, value_name = "DAYS", default_value_t = KEEP_DAYS)]
    keep_days: u16,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// A file that `covered backup` wrote.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Open every record and answer every case again; without --data or --database, in a folder that is taken away again.
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    keeping: Keeping,
}

fn failed(error: &BackupError) -> Failure {
    told(error.code(), error, error.next_step())
}

pub(crate) fn make(arguments: &BackupArguments, library: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(library)?;
    let keep_until = source::now().date().saturating_add(i64::from(arguments.keep_days).days());
    let made = block_on(async {
        let store = open(&arguments.keeping).await?;
        let made = store.backup(&act("backup"), &arguments.to, keep_until, library.sha256()).await;
        store.close().await;
        made.map_err(|error| failed(&error))
    })?;
    let mut out = String::new();
    let (rows, bytes) = (made.manifest.rows(), made.bytes);
    hanging(&mut out, 0, 2, &format!("`{}`: {rows} rows, {bytes} bytes, sealed.", arguments.to.display()));
    told_by(&mut out, &made.manifest);
    out.push_str("`covered restore --from FILE --verify` shows that it can be restored.\n");
    print(&out)?;
    Ok(Done::Answered)
}

fn told_by(out: &mut String, manifest: &Manifest) {
    let _ = writeln!(out, "Backup {} of {}", manifest.backup, manifest.made_at);
    let _ = writeln!(out, "Audit: entry {}, {}", manifest.head_seq, manifest.head_hash);
    let until = manifest.kept_until;
    hanging(out, 0, 2, &format!("Kept until {until}: until then it can bring back a patient who is shredded later."));
    if manifest.shredded > 0 {
        let _ = writeln!(out, "Patients whose key was deleted before, and who stay so: {}", manifest.shredded);
    }
}

pub(crate) fn restore(arguments: &RestoreArguments, library: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(library)?;
    let is_rehearsal = arguments.verify && arguments.keeping.data.is_none() && arguments.keeping.database.is_none();
    let rehearsal = if is_rehearsal { Some(Rehearsal::new()?) } else { None };
    let keeping = Keeping {
        data: rehearsal.as_ref().map(|rehearsal| rehearsal.0.join("data")).or(arguments.keeping.data.clone()),
        database: arguments.keeping.database.clone(),
        root_key: arguments.keeping.root_key.clone(),
    };
    let replayed = block_on(restored(arguments, &keeping, &library))?;
    if rehearsal.is_some() {
        print("This was a rehearsal: nothing was kept.\n")?;
    }
    Ok(if replayed.is_some_and(|replayed| !replayed.otherwise.is_empty()) { Done::FoundErrors } else { Done::Answered })
}

async fn restored(
    arguments: &RestoreArguments,
    keeping: &Keeping,
    library: &Library,
) -> Result<Option<Replayed>, Failure> {
    let options = keeping.options()?;
    let backup = Backup::open(&arguments.from, options.root_key.as_ref()).map_err(|error| failed(&error))?;
    let Restored { store, manifest, checked } =
        backup.restore(&options, &act("restore")).await.map_err(|error| failed(&error))?;
    let mut out = String::new();
    told_by(&mut out, &manifest);
    for table in &manifest.tables {
        let _ = writeln!(out, "{:>10}  {}", table.rows, table.name);
    }
    hanging(&mut out, 0, 2, "Restored: every table has as many rows as the manifest says.");
    let (entries, rows) = (checked.entries, checked.rows);
    hanging(
        &mut out,
        0,
        2,
        &format!("The audit holds: {entries} entries up to its head, and {rows} sealed rows are as it wrote them."),
    );
    print(&out)?;
    let replayed = if arguments.verify { Some(verified(&store, library).await?) } else { None };
    store.close().await;
    Ok(replayed)
}

async fn verified(store: &store::Store, library: &Library) -> Result<Replayed, Failure> {
    let opened = store.open_everything().await;
    let opened = opened.map_err(|error| told(error.code(), &error, error.next_step()))?;
    let mut out = String::new();
    let (records, contents) = (opened.records, opened.contents);
    hanging(&mut out, 0, 2, &format!("Opened: {records} records and what {contents} documents hold."));
    let replayed = replay(store, library).await?;
    let (alike, elsewhere) = (replayed.alike, replayed.other_library);
    hanging(
        &mut out,
        0,
        2,
        &format!("Answered again: {alike} cases, each as it was kept; {elsewhere} were answered with another library."),
    );
    for id in &replayed.otherwise {
        let _ = writeln!(out, "Determination {id} is answered otherwise now.");
    }
    print(&out)?;
    Ok(replayed)
}

/// A folder that nobody else sees, and that is taken away at the end.
struct Rehearsal(PathBuf);

impl Rehearsal {
    fn new() -> Result<Rehearsal, Failure> {
        let name = format!("covered-restore-{}-{}", std::process::id(), source::now().timestamp().as_nanosecond());
        let folder = std::env::temp_dir().join(name);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        let help = "make room, or name another folder in TMPDIR";
        made.map_err(|source| Failure::File { what: "make", path: folder.clone(), help, source })?;
        Ok(Rehearsal(folder))
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}
