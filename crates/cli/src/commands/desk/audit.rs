//! `covered audit`: the audit is checked, written out and signed.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use store::{SignedHead, StoreError, VerifyError, verify};

use super::Keeping;
use super::run::{block_on, open, told};
use crate::Done;
use crate::output::{Failure, hanging, print};
use crate::source;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check an export on any machine, or the records themselves; names the first bad entry.
    Verify(Verify),
    /// Write the whole audit as JSON Lines, which names nobody and can be checked anywhere.
    Export(Export),
    /// Print the head of the chain, signed: kept on another machine it shows later that nothing was rewritten.
    Head(Head),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A file that `covered audit export` wrote; without it, the records of the desk are checked.
    #[arg(value_name = "EXPORT", conflicts_with_all = ["data", "database", "root_key"])]
    export: Option<PathBuf>,
    /// A file of heads that was kept elsewhere: its last line must be in the chain.
    #[arg(long, value_name = "HEADS")]
    against: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// A new file.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Debug, Args)]
pub(crate) struct Head {
    /// Add it as a line to this file instead, which should lie on another machine.
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
}

pub(crate) fn run(command: &AuditCommand) -> Result<Done, Failure> {
    match command {
        AuditCommand::Verify(arguments) => match &arguments.export {
            Some(export) => verify_export(export, arguments.against.as_deref()),
            None => verify_records(arguments),
        },
        AuditCommand::Export(arguments) => export(arguments),
        AuditCommand::Head(arguments) => head(arguments),
    }
}

fn failed(error: &StoreError) -> Failure {
    told(error.code(), error, error.next_step())
}

fn kept_head(against: Option<&Path>) -> Result<Option<SignedHead>, Failure> {
    let Some(path) = against else { return Ok(None) };
    let head = SignedHead::last(path).map_err(|error| failed(&error))?;
    let empty = || {
        let source = std::io::Error::new(std::io::ErrorKind::NotFound, "it holds no head");
        failed(&StoreError::File { path: path.to_path_buf(), source })
    };
    head.ok_or_else(empty).map(Some)
}

/// What does not hold is an answer, and exit code 1; what could not be read is exit code 2.
fn bad(code: &str, error: &dyn std::fmt::Display, next_step: &str) -> Result<Done, Failure> {
    eprintln!("error[{code}]: {error}\n  = help: {next_step}");
    Ok(Done::FoundErrors)
}

fn verify_export(export: &Path, against: Option<&Path>) -> Result<Done, Failure> {
    let against = kept_head(against)?;
    let file = File::open(export).map_err(|source| failed(&StoreError::File { path: export.to_path_buf(), source }))?;
    let verified = match verify(&mut BufReader::new(file), against.as_ref()) {
        Ok(verified) => verified,
        Err(error @ VerifyError::Read { .. }) => return Err(told(error.code(), &error, error.next_step())),
        Err(error) => return bad(error.code(), &error, error.next_step()),
    };
    let mut out = format!("The audit holds: {} entries, none missing and none changed.\n", verified.entries);
    hanging(&mut out, 0, 2, &format!("Signed at {} by key {}", verified.head.at, verified.head.public_key));
    let says = match against {
        Some(head) => format!("It holds what the kept head says of entry {}, signed by the same key.", head.seq),
        None => "Compare the key with the recovery sheet: without that, and without --against, somebody who rewrote everything and \
                 signed it with a key of their own is not found."
            .to_owned(),
    };
    hanging(&mut out, 0, 2, &says);
    print(&out)?;
    Ok(Done::Answered)
}

fn verify_records(arguments: &Verify) -> Result<Done, Failure> {
    let against = kept_head(arguments.against.as_deref())?;
    let mut export = Vec::new();
    let checked = block_on(async {
        let store = open(&arguments.keeping).await?;
        let checked = store.check_audit().await;
        if checked.is_ok() && against.is_some() {
            store.export_audit(&mut export, source::now().timestamp()).await.map_err(|error| failed(&error))?;
        }
        store.close().await;
        Ok(checked)
    })?;
    let checked = match checked {
        Ok(checked) => checked,
        Err(error @ (StoreError::Chain { .. } | StoreError::Tampered { .. })) => {
            return bad(error.code(), &error, error.next_step());
        }
        Err(error) => return Err(failed(&error)),
    };
    if let Some(head) = &against
        && let Err(error) = verify(&mut export.as_slice(), Some(head))
    {
        return bad(error.code(), &error, error.next_step());
    }
    let mut out = format!("The audit holds: {} entries, none missing and none changed.\n", checked.entries);
    hanging(
        &mut out,
        0,
        2,
        &format!("{} records and documents are as its last entry about each wrote them.", checked.rows),
    );
    if let Some(head) = against {
        hanging(
            &mut out,
            0,
            2,
            &format!("It holds what the kept head says of entry {}, signed by the same key.", head.seq),
        );
    }
    print(&out)?;
    Ok(Done::Answered)
}

fn export(arguments: &Export) -> Result<Done, Failure> {
    let problem = |source| failed(&StoreError::File { path: arguments.to.clone(), source });
    let file = File::create_new(&arguments.to).map_err(problem)?;
    let mut out = BufWriter::new(file);
    let head = block_on(async {
        let store = open(&arguments.keeping).await?;
        let head = store.export_audit(&mut out, source::now().timestamp()).await;
        store.close().await;
        head.map_err(|error| failed(&error))
    });
    let written = head.and_then(|head| {
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(problem)?;
        Ok(head)
    });
    let head = written.inspect_err(|_| {
        // What is not whole is no export.
        let _ = std::fs::remove_file(&arguments.to);
    })?;
    print(&format!("`{}`: {} entries, signed by key {}\n", arguments.to.display(), head.seq, head.public_key))?;
    Ok(Done::Answered)
}

fn head(arguments: &Head) -> Result<Done, Failure> {
    let head = block_on(async {
        let store = open(&arguments.keeping).await?;
        let head = store.signed_head(source::now().timestamp()).await;
        store.close().await;
        head.map_err(|error| failed(&error))
    })?;
    let Some(path) = &arguments.append else {
        let line = serde_json::to_string(&head).expect("a head is plain JSON");
        print(&format!("{line}\n"))?;
        return Ok(Done::Answered);
    };
    // Heads beside the records would be rewritten with them.
    if let Some(folder) = arguments.keeping.place()?.directory()
        && let (Ok(folder), Some(Ok(real))) = (folder.canonicalize(), path.parent().map(Path::canonicalize))
        && real.starts_with(&folder)
    {
        let cause = "it lies in the folder of the records: who rewrites those would rewrite it too";
        let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, cause);
        return Err(failed(&StoreError::File { path: path.clone(), source }));
    }
    head.append(path).map_err(|error| failed(&error))?;
    print(&format!("`{}`: entry {} is signed\n", path.display(), head.seq))?;
    Ok(Done::Answered)
}
