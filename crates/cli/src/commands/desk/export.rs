//! `covered export`: everything, in forms that other programs read.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::Keeping;
use super::run::{act, block_on, open, told};
use crate::Done;
use crate::output::{Failure, counted, hanging, print};

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// A new folder.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    #[command(flatten)]
    keeping: Keeping,
}

pub(crate) fn run(arguments: &Export) -> Result<Done, Failure> {
    let manifest = block_on(async {
        let store = open(&arguments.keeping).await?;
        let exported = store.export(&act("export"), &arguments.to).await;
        store.close().await;
        exported.map_err(|error| told(error.code(), &error, error.next_step()))
    })?;
    let mut out = String::new();
    for file in manifest.files.iter().filter(|file| file.name.ends_with(".jsonl")) {
        if let Some(records) = file.records {
            let _ = writeln!(out, "{records:>8}  {}", file.name);
        }
    }
    let documents = manifest.files.iter().filter(|file| file.name.starts_with("documents/")).count();
    let _ = writeln!(out, "{documents:>8}  documents\n{:>8}  audit.jsonl", manifest.head.seq);
    if manifest.shredded > 0 {
        let records = usize::try_from(manifest.shredded).unwrap_or(usize::MAX);
        let _ = writeln!(out, "{} of shredded patients cannot be read.", counted(records, "record", "records"));
    }
    let to = arguments.to.display();
    hanging(&mut out, 0, 0, &format!("Everything is in `{to}`, in the clear: keep it as you would keep the charts."));
    print(&out)?;
    Ok(Done::Answered)
}
