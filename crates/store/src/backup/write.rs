//! Making a backup while others work.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::civil::Date;

use super::BackupError;
use super::frames::Writer;
use super::manifest::{FORMAT, Manifest, TableRows};
use super::tables::{TABLES, write_row};
use crate::act::Act;
use crate::audit::{Action, time_text};
use crate::database::{Tx, execute, row};
use crate::nouns::Practice;
use crate::root::sync_folder;
use crate::seal::Key;
use crate::store::Store;
use crate::{Id, StoreError};

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The size of the file.
    pub bytes: u64,
}

impl Store {
    /// Writes everything to a new file, sealed, while others read and write. `keep_until` is the last day that the file is kept: until then
    /// it can bring back a patient who is shredded later. `library` is the hash of the library that the program answers with.
    ///
    /// # Errors
    /// When the file is there already or cannot be written, or the database fails. Then no file of that name is left.
    pub async fn backup(&self, act: &Act, to: &Path, keep_until: Date, library: &str) -> Result<Made, BackupError> {
        let problem = |source| BackupError::Write { path: to.to_path_buf(), source };
        if fs::symlink_metadata(to).is_ok() {
            return Err(problem(std::io::ErrorKind::AlreadyExists.into()));
        }
        let id: Id<Key> = Id::new(act.at);
        let part = part(to, &id.to_string());
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(problem)?;
        let made = self.write_backup(act, id, file, to, keep_until, library).await;
        let named = match made {
            // Unlike a rename, a link never takes the place of a file that is there.
            Ok(made) => match fs::hard_link(&part, to).and_then(|()| sync_folder(to)) {
                Ok(()) => Ok(made),
                Err(source) => Err(problem(source)),
            },
            Err(error) => Err(error),
        };
        let _ = fs::remove_file(&part);
        if named.is_err() {
            // Best effort: a backup that is told and was never made only makes the promise about shredding more careful.
            let _ = self.forget_backup(&id.to_string()).await;
        }
        named
    }

    async fn write_backup(
        &self,
        act: &Act,
        id: Id<Key>,
        file: File,
        to: &Path,
        keep_until: Date,
        library: &str,
    ) -> Result<Made, BackupError> {
        let problem = |source| BackupError::Write { path: to.to_path_buf(), source };
        let backup = id.to_string();
        self.tell_backup(act, &backup, keep_until).await?;
        let mut tx = self.inner.pool.read().await?;
        let manifest = self.manifest(&mut tx, act, &backup, keep_until, library).await?;
        let root = self.root();
        let mut out = Writer::new(BufWriter::new(file), &backup, Key::random(id), root.as_ref()).map_err(problem)?;
        let text = serde_json::to_vec(&manifest).expect("a manifest is plain JSON");
        out.write_all(&u32::try_from(text.len()).expect("a manifest is short").to_be_bytes()).map_err(problem)?;
        out.write_all(&text).map_err(problem)?;
        for (table, told) in TABLES.iter().zip(&manifest.tables) {
            let (mut after, mut count) = (None, 0);
            loop {
                let page = table.page(&mut tx, after.as_deref()).await?;
                count += page.len() as u64;
                for row in &page {
                    write_row(&mut out, row).map_err(problem)?;
                }
                after = page.into_iter().next_back();
                if after.is_none() {
                    break;
                }
            }
            if count != told.rows {
                return Err(BackupError::Content { cause: "rows came or went while they were read" });
            }
        }
        tx.roll_back().await;
        let file = out.finish().map_err(problem)?.into_inner().map_err(|error| problem(error.into_error()))?;
        file.sync_all().map_err(problem)?;
        let bytes = file.metadata().map_err(problem)?.len();
        Ok(Made { manifest, bytes })
    }

    /// Enters the backup before it is made, so that it holds its own entry, and who shreds a patient is told of it.
    async fn tell_backup(&self, act: &Act, backup: &str, keep_until: Date) -> Result<(), StoreError> {
        let mut work = self.begin(act).await?;
        execute!(
            &mut work.rows.tx,
            "INSERT INTO backup (id, at, keep_until, seq) VALUES ($1, $2, $3, $4)",
            backup,
            time_text(act.at),
            keep_until.to_string(),
            work.head.seq,
        )?;
        work.note(Action::Backup, Some(self.practice()), None, None)?;
        work.commit().await
    }

    async fn forget_backup(&self, backup: &str) -> Result<(), StoreError> {
        let mut tx = self.inner.pool.write().await?;
        execute!(&mut tx, "DELETE FROM backup WHERE id = $1", backup)?;
        tx.commit().await
    }

    async fn manifest(
        &self,
        tx: &mut Tx,
        act: &Act,
        backup: &str,
        kept_until: Date,
        library: &str,
    ) -> Result<Manifest, StoreError> {
        let mut tables = Vec::new();
        for table in &TABLES {
            let columns = table.columns.iter().map(|(name, _)| (*name).to_string()).collect();
            tables.push(TableRows { name: table.name.to_string(), columns, rows: table.count(tx).await? });
        }
        let head = row!(tx, (i64, Vec<u8>), "SELECT seq, hash FROM audit_head")?.ok_or(StoreError::Empty)?;
        let schema = row!(tx, (i64,), "SELECT MAX(version) FROM _sqlx_migrations")?.map_or(0, |(version,)| version);
        let sql = "SELECT COUNT(*) FROM seal_key WHERE kind = 'patient' AND wrapped IS NULL";
        let shredded = row!(tx, (i64,), sql)?.map_or(0, |(count,)| count.unsigned_abs());
        let practice: Id<Practice> = self.practice();
        Ok(Manifest {
            format: FORMAT,
            backup: backup.to_string(),
            made_at: crate::audit::milliseconds(act.at),
            kept_until,
            program: env!("CARGO_PKG_VERSION").to_string(),
            schema,
            practice,
            head_seq: head.0,
            head_hash: HEXLOWER.encode(&head.1),
            library: library.to_string(),
            shredded,
            tables,
        })
    }
}

/// Where the file grows: a name that no command reads, in the same folder, so that giving it its own is one step.
fn part(to: &Path, backup: &str) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(format!(".{backup}.part"));
    PathBuf::from(name)
}
