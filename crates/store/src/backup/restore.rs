//! Restoring a backup: all of it, compared with the audit, or nothing.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use super::BackupError;
use super::frames::{OpenError, Reader};
use super::manifest::{FORMAT, Manifest, TableRows};
use super::tables::{TABLES, Table, read_row};
use crate::StoreError;
use crate::act::Act;
use crate::audit::{self, Action, Checked};
use crate::database::{Pool, Tx, newest_migration};
use crate::keyring::{self, Ring};
use crate::root::RootKey;
use crate::store::{Options, Store};

/// A manifest names eight tables.
const MANIFEST_BYTES_MAX: u32 = 64 * 1024;

/// A backup, opened as far as its manifest.
pub struct Backup {
    path: PathBuf,
    from: Reader<BufReader<File>>,
    manifest: Manifest,
}

/// What was restored.
pub struct Restored {
    /// The store, open.
    pub store: Store,
    /// What the backup said of itself; every number was compared.
    pub manifest: Manifest,
    /// What the check of chain and rows found, before anything was kept.
    pub checked: Checked,
}

impl std::fmt::Debug for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restored")
            .field("manifest", &self.manifest)
            .field("checked", &self.checked)
            .finish_non_exhaustive()
    }
}

impl Backup {
    /// Opens a backup with the root key that it was made under.
    ///
    /// # Errors
    /// When it cannot be read, is no backup, was changed, or needs another root key.
    pub fn open(path: &Path, root: &dyn RootKey) -> Result<Backup, BackupError> {
        let problem = |error| opened(path, &root.name(), error);
        let file = File::open(path).map_err(|error| problem(OpenError::Io(error)))?;
        let mut from = Reader::new(BufReader::new(file), root).map_err(problem)?;
        let manifest = manifest(&mut from).map_err(problem)?;
        Ok(Backup { path: path.to_path_buf(), from, manifest })
    }

    /// What it says of itself.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Restores it to a database that holds no records. Everything is compared before it is kept: the number of rows of each table, the
    /// audit's chain and its head, and each sealed row with the entry that wrote it last.
    ///
    /// # Errors
    /// When there are records already, the backup is not whole, or the database fails. The database holds no practice then.
    pub async fn restore(mut self, options: &Options, act: &Act) -> Result<Restored, BackupError> {
        let schema = self.manifest.schema;
        if schema > newest_migration() {
            return Err(BackupError::Newer { schema });
        }
        let pool = Pool::connect(&options.database).await?;
        if pool.holds_practice().await? {
            return Err(BackupError::NotEmpty);
        }
        pool.migrate_to(schema).await?;
        let mut tx = pool.write().await?;
        let checked = match self.fill(&mut tx, options.root_key.as_ref()).await {
            Ok(checked) => checked,
            Err(error) => {
                tx.roll_back().await;
                pool.close().await;
                return Err(error);
            }
        };
        tx.commit().await?;
        pool.close().await;
        let store = Store::open(options).await?;
        store.enter(act, Action::Restore, Some(store.practice()), None, None).await?;
        Ok(Restored { store, manifest: self.manifest, checked })
    }

    async fn fill(&mut self, tx: &mut Tx, root: &dyn RootKey) -> Result<Checked, BackupError> {
        for table in &TABLES {
            if table.count(tx).await? > 0 {
                return Err(BackupError::NotEmpty);
            }
        }
        for told in &self.manifest.tables {
            let unknown = BackupError::Content { cause: "it has a table or a column that this version does not know" };
            let Some((table, columns)) = known(told) else { return Err(unknown) };
            for _ in 0..told.rows {
                let row = read_row(&mut self.from, columns.len());
                let row = row.map_err(|error| opened(&self.path, &root.name(), error))?;
                let row = row.ok_or(BackupError::Content { cause: "a row is none" })?;
                table.insert(tx, &columns, &row).await?;
            }
            if table.count(tx).await? != told.rows {
                return Err(BackupError::Content {
                    cause: "a table has another number of rows than the manifest says",
                });
            }
        }
        if !self.from.is_done().map_err(|error| opened(&self.path, &root.name(), error))? {
            return Err(BackupError::Content { cause: "something follows its last row" });
        }
        let checked = audit::check(tx).await?;
        if (checked.head.seq, HEXLOWER.encode(&checked.head.hash))
            != (self.manifest.head_seq, self.manifest.head_hash.clone())
        {
            return Err(BackupError::Content { cause: "the audit ends elsewhere than the manifest says" });
        }
        let current =
            crate::database::row!(tx, (String,), "SELECT seal_key FROM audit_head")?.ok_or(StoreError::Empty)?;
        Ring::load(tx, root, keyring::parse(&current.0)?).await?;
        Ok(checked)
    }
}

/// The manifest, which stands first.
fn manifest<R: Read>(from: &mut Reader<R>) -> Result<Manifest, OpenError> {
    let length = u32::from_be_bytes(from.take(4)?.try_into().expect("four bytes"));
    if length > MANIFEST_BYTES_MAX {
        return Err(OpenError::Kind);
    }
    let text = from.take(length as usize)?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| OpenError::Kind)?;
    if manifest.format != FORMAT || manifest.backup != from.backup() {
        return Err(OpenError::Kind);
    }
    Ok(manifest)
}

/// The table that a manifest tells of, and the places of its columns; none, if this version does not know one of them.
fn known(told: &TableRows) -> Option<(&'static Table, Vec<usize>)> {
    let table = Table::named(&told.name)?;
    let place = |name: &String| table.columns.iter().position(|(column, _)| column == name);
    let columns: Vec<usize> = told.columns.iter().map(place).collect::<Option<_>>()?;
    (!columns.is_empty()).then_some((table, columns))
}

/// Reads a file as a restore does, and keeps nothing: how many rows there are, if it is whole.
pub(crate) fn try_out(file: &[u8], root: &dyn RootKey) -> Option<u64> {
    let mut from = Reader::new(file, root).ok()?;
    let manifest = manifest(&mut from).ok()?;
    for told in &manifest.tables {
        let (_, columns) = known(told)?;
        for _ in 0..told.rows {
            read_row(&mut from, columns.len()).ok()??;
        }
    }
    from.is_done().ok()?.then(|| manifest.rows())
}

fn opened(path: &Path, here: &str, error: OpenError) -> BackupError {
    match error {
        OpenError::Io(source) => BackupError::Read { path: path.to_path_buf(), source },
        OpenError::Kind => BackupError::Kind { path: path.to_path_buf() },
        OpenError::RootKey { needed } => BackupError::RootKey { needed, here: here.to_string() },
        OpenError::Piece(piece) => BackupError::Damaged { piece },
    }
}
