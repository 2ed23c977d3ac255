//! A folder that grows under another name and gets its own when it is whole.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{ExportError, FileRow, Manifest};
use crate::Id;
use crate::root::sync_folder;

/// The folder. Dropped before [`Folder::finish`], it is taken away.
pub(super) struct Folder {
    to: PathBuf,
    part: PathBuf,
    files: Vec<FileRow>,
    is_finished: bool,
}

/// A file of the folder, hashed as it is written.
pub(super) struct Hashed {
    name: String,
    path: PathBuf,
    to: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Hashed {
    pub(super) fn problem(&self, source: io::Error) -> ExportError {
        ExportError::Write { path: self.path.clone(), source }
    }
}

impl Folder {
    pub(super) fn new(to: &Path, id: Id<()>) -> Result<Folder, ExportError> {
        let problem = |source| ExportError::Write { path: to.to_path_buf(), source };
        if fs::symlink_metadata(to).is_ok() {
            return Err(problem(io::ErrorKind::AlreadyExists.into()));
        }
        let mut part = to.components().as_path().as_os_str().to_owned();
        part.push(format!(".{id}.part"));
        let part = PathBuf::from(part);
        DirBuilder::new().mode(0o700).create(&part).map_err(problem)?;
        Ok(Folder { to: to.to_path_buf(), part, files: Vec::new(), is_finished: false })
    }

    pub(super) fn folder(&self, name: &str) -> Result<(), ExportError> {
        let path = self.part.join(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(source) if source.kind() != io::ErrorKind::AlreadyExists => Err(ExportError::Write { path, source }),
            _ => Ok(()),
        }
    }

    /// A new file, which nobody else may read.
    pub(super) fn file(&self, name: &str) -> Result<Hashed, ExportError> {
        let path = self.part.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|source| ExportError::Write { path: path.clone(), source })?;
        Ok(Hashed { name: name.to_string(), path, to: BufWriter::new(file), hash: Sha256::new() })
    }

    /// Puts a file onto the disk and into the manifest.
    pub(super) fn keep(&mut self, file: Hashed, records: Option<u64>) -> Result<(), ExportError> {
        let Hashed { name, path, to, hash } = file;
        let written = to.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        written.map_err(|source| ExportError::Write { path, source })?;
        self.files.push(FileRow { name, records, sha256: HEXLOWER.encode(&hash.finalize()) });
        Ok(())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.part.join(name)
    }

    pub(super) fn files(&self) -> Vec<FileRow> {
        self.files.clone()
    }

    /// Writes the manifest, and gives the folder its name.
    pub(super) fn finish(mut self, manifest: &Manifest) -> Result<(), ExportError> {
        let mut file = self.file("manifest.json")?;
        let text = serde_json::to_string_pretty(manifest).expect("a manifest is plain JSON");
        writeln!(file, "{text}").map_err(|source| file.problem(source))?;
        self.keep(file, None)?;
        let named = sync_folder(&self.path("manifest.json"))
            .and_then(|()| match fs::symlink_metadata(&self.to) {
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(_) => fs::rename(&self.part, &self.to),
            })
            .and_then(|()| sync_folder(&self.to));
        named.map_err(|source| ExportError::Write { path: self.to.clone(), source })?;
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_finished {
            // What is left has a name that says so.
            let _ = fs::remove_dir_all(&self.part);
        }
    }
}
