//! Where imported tables lie: one folder for each kind, one manifest for each vintage.
//!
//! ```text
//! <root>/pfs/2026-07-01.nonqpp.toml     what it is: days, source, hash, counts, and which table
//! <root>/pfs/tables/3f2a….tsv           its rows, sorted, named by their SHA-256
//! ```
//!
//! A table is written whole and synced before its manifest, and the manifest takes its place by one rename: whoever looks, or
//! comes back after a power cut, finds the vintage as it was before or as it is after.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{ImportError, StoreError};
use crate::kind::Kind;
use crate::sort::Sorter;

/// A folder of imported tables.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What is known of one imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// First day on which it counts.
    #[serde(with = "day")]
    pub from: Date,
    /// First day on which it does not count any more, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "day::optional")]
    pub until: Option<Date>,
    /// Which part of a release it is: `f1`, `practitioner`, `nonqpp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// File name as it was imported.
    pub source: String,
    /// SHA-256 of its content.
    pub source_sha256: String,
    /// Rows taken.
    pub rows: u64,
    /// Rows refused.
    pub refused: u64,
    /// What each column of the table holds.
    pub columns: Vec<String>,
    /// SHA-256 of the table.
    pub table_sha256: String,
}

impl Manifest {
    /// The name of the vintage: `2026-07-01.nonqpp`.
    #[must_use]
    pub fn vintage(&self) -> String {
        self.part.as_ref().map_or_else(|| self.from.to_string(), |part| format!("{}.{part}", self.from))
    }

    /// Whether it counts on a day.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// Days as text: `2026-10-01`.
mod day {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no day")))
    }

    pub(super) mod optional {
        use jiff::civil::Date;
        use serde::{Deserializer, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
            match day {
                Some(day) => serializer.collect_str(day),
                None => serializer.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
            super::deserialize(from).map(Some)
        }
    }
}

/// What the rows of a table are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Lines of columns.
    Text,
    /// Pairs of procedures, packed.
    Pairs,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Imported,
    /// The very same file had been imported before.
    WasThere,
    /// It has taken the place of another.
    Replaced,
}

impl Store {
    /// The store at this folder, which need not exist yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn folder(&self, kind: Kind) -> PathBuf {
        self.root.join(kind.word())
    }

    pub(crate) fn table_path(&self, kind: Kind, manifest: &Manifest) -> PathBuf {
        self.folder(kind).join("tables").join(format!("{}.tsv", manifest.table_sha256))
    }

    /// The vintages of a kind, the earliest first.
    ///
    /// # Errors
    /// When a manifest cannot be read or is damaged.
    pub fn vintages(&self, kind: Kind) -> Result<Vec<Manifest>, StoreError> {
        let folder = self.folder(kind);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(StoreError::Read { path: folder, cause }),
        };
        let mut manifests = Vec::new();
        for entry in entries {
            let path = entry.map_err(|cause| StoreError::Read { path: folder.clone(), cause })?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = fs::read_to_string(&path).map_err(|cause| StoreError::Read { path: path.clone(), cause })?;
                let manifest: Manifest = toml::from_str(&text)
                    .map_err(|error| StoreError::Changed { path, cause: error.message().to_owned() })?;
                manifests.push(manifest);
            }
        }
        manifests.sort_by_key(Manifest::vintage);
        Ok(manifests)
    }

    /// Keeps other imports out until the guard is dropped.
    pub(crate) fn lock(&self) -> Result<File, ImportError> {
        let cannot = |cause| ImportError::Write { path: self.root.clone(), cause };
        fs::create_dir_all(&self.root).map_err(cannot)?;
        let file = File::create(self.root.join(".lock")).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(ImportError::Busy { path: self.root.clone() }),
            Err(fs::TryLockError::Error(cause)) => Err(cannot(cause)),
        }
    }

    /// Writes a table and its manifest. What was there before stays until the new manifest has taken its place.
    pub(crate) fn commit(
        &self,
        kind: Kind,
        mut manifest: Manifest,
        rows: Sorter,
        form: Form,
        replace: bool,
    ) -> Result<(Manifest, Outcome), ImportError> {
        let folder = self.folder(kind);
        let manifest_path = folder.join(format!("{}.toml", manifest.vintage()));
        let before = match fs::read_to_string(&manifest_path) {
            Ok(text) => toml::from_str::<Manifest>(&text).ok(),
            Err(_) => None,
        };
        if let Some(before) = &before {
            if before.source_sha256 == manifest.source_sha256 && self.table_path(kind, before).is_file() {
                return Ok((before.clone(), Outcome::WasThere));
            }
            if !replace {
                let (vintage, have) = (manifest.vintage(), before.source_sha256.clone());
                return Err(ImportError::AlreadyThere { kind, vintage, have });
            }
        }
        let tables = folder.join("tables");
        let cannot = |cause| ImportError::Write { path: tables.clone(), cause };
        fs::create_dir_all(&tables).map_err(cannot)?;
        let draft = tables.join(".draft");
        let (sha256, count) = write_table(&draft, rows, form).map_err(cannot)?;
        (manifest.table_sha256, manifest.rows) = (sha256, count);
        fs::rename(&draft, self.table_path(kind, &manifest)).map_err(cannot)?;
        sync_folder(&tables).map_err(cannot)?;

        let text = toml::to_string(&manifest).expect("INVARIANT: a manifest is TOML");
        let draft = folder.join(".draft");
        let written = write_synced(&draft, text.as_bytes()).and_then(|()| fs::rename(&draft, &manifest_path));
        written
            .and_then(|()| sync_folder(&folder))
            .map_err(|cause| ImportError::Write { path: manifest_path.clone(), cause })?;
        self.sweep(kind);
        let outcome = if before.is_some() { Outcome::Replaced } else { Outcome::Imported };
        Ok((manifest, outcome))
    }

    /// Removes tables that no manifest names, such as an import that was cut off leaves behind. What cannot be removed does no harm.
    fn sweep(&self, kind: Kind) {
        let Ok(manifests) = self.vintages(kind) else { return };
        let Ok(entries) = fs::read_dir(self.folder(kind).join("tables")) else { return };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if !manifests.iter().any(|manifest| self.table_path(kind, manifest) == path) {
                drop(fs::remove_file(path));
            }
        }
    }
}

fn write_table(path: &Path, rows: Sorter, form: Form) -> io::Result<(String, u64)> {
    let mut writer = Hashed { writer: BufWriter::new(File::create(path)?), hash: Sha256::new() };
    let mut count = 0;
    match form {
        Form::Text => rows.finish(&mut |line| {
            count += 1;
            writer.write_all(line)?;
            writer.write_all(b"\n")
        })?,
        Form::Pairs => count = crate::pairs::write(rows, &mut writer)?,
    }
    writer.flush()?;
    writer.writer.get_ref().sync_all()?;
    Ok((hex(&writer.hash.finalize()), count))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and a rename is as durable as the system makes it.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Hashed<W> {
    writer: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
