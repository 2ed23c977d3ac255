//! The files of a library: embedded in the program or read from a folder.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

mod table {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Largest file that is read from a folder; the largest of the library itself are under 100 kB.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// Most files that are read from a folder; the library itself has some hundreds.
pub const FILES_MAX: usize = 10_000;

/// Deepest folder below the given one; the library itself goes five deep.
const DEPTH_MAX: usize = 16;

/// What the paths of overlay files start with.
pub(crate) const OVERLAY: &str = "overlay/";

/// Folder of the rows that policies were written from: they decide nothing and take no part.
const SOURCES: &str = "sources";

/// Endings of the files that take part in a library. Notes for people (`.md`) do not.
const EXTENSIONS: [&str; 3] = ["cov", "csv", "toml"];

/// One file of the embedded library.
pub(crate) struct Embedded {
    /// From the root of the library, with `/`.
    pub(crate) path: &'static str,
    /// The content; none for the code tables, which the crate `codes` holds.
    pub(crate) text: Option<&'static str>,
    /// SHA-256 of the content.
    pub(crate) digest: [u8; 32],
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// From the root of the library, with `/`: `policies/cms/lcd/L39909-migraine/2026-02-15.cov`.
    pub(crate) path: String,
    /// What is printed in errors: the path, below the folder that was given if there was one.
    pub(crate) shown: String,
    /// The content.
    pub(crate) text: Cow<'static, str>,
    /// SHA-256 of the content.
    pub(crate) digest: [u8; 32],
}

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder cannot be opened.
    #[error("`{path}` cannot be read; check the path and the permissions")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A file is not UTF-8.
    #[error("`{path}` is not UTF-8 text; save it as UTF-8")]
    NotText {
        /// Which.
        path: PathBuf,
    },
    /// A file is larger than [`FILE_BYTES_MAX`].
    #[error("`{path}` has {bytes} bytes, more than {FILE_BYTES_MAX}; a library file is smaller")]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// More than [`FILES_MAX`] files or too many levels of folders.
    #[error("`{path}` holds more than {FILES_MAX} files or goes too deep; name the folder of a library")]
    TooMany {
        /// The folder that was given.
        path: PathBuf,
    },
    /// There is no library file in the folder.
    #[error("`{path}` holds no library file (`.toml`, `.csv` or `.cov`); name the folder of a library")]
    Empty {
        /// The folder that was given.
        path: PathBuf,
    },
}

impl ReadError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "L0901",
            Self::NotText { .. } => "L0902",
            Self::TooLarge { .. } => "L0903",
            Self::TooMany { .. } => "L0904",
            Self::Empty { .. } => "L0905",
        }
    }
}

/// The files of the embedded library, without the code tables.
pub(crate) fn embedded() -> Vec<File> {
    let with_text = |file: &Embedded| {
        let text = file.text?;
        Some(File {
            path: file.path.to_owned(),
            shown: format!("library/{}", file.path),
            text: text.into(),
            digest: file.digest,
        })
    };
    table::EMBEDDED.iter().filter_map(with_text).collect()
}

/// The files of a library in a folder, sorted by path, without code tables that this program has too.
///
/// # Errors
/// The first file that cannot be read, is too large or is not text.
pub(crate) fn from_dir(root: &Path) -> Result<Vec<File>, ReadError> {
    let mut paths = Vec::new();
    walk(root, root, 0, &mut paths)?;
    let mut files = paths.into_iter().map(|path| read(root, &path)).collect::<Result<Vec<_>, _>>()?;
    if files.is_empty() {
        return Err(ReadError::Empty { path: root.to_owned() });
    }
    // Code tables that equal those of this program are already here.
    files.retain(|file| !code_tables().any(|table| table.path == file.path && table.digest == file.digest));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The code tables of this program; the crate `codes` holds their content.
fn code_tables() -> impl Iterator<Item = &'static Embedded> {
    table::EMBEDDED.iter().filter(|file| file.text.is_none())
}

/// The files of an overlay; their paths start with [`OVERLAY`], so that the hash tells them from those of the library.
///
/// # Errors
/// As [`from_dir`].
pub(crate) fn overlay(root: &Path) -> Result<Vec<File>, ReadError> {
    let mut files = from_dir(root)?;
    for file in &mut files {
        file.path.insert_str(0, OVERLAY);
    }
    Ok(files)
}

fn walk(root: &Path, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    if depth > DEPTH_MAX {
        return Err(ReadError::TooMany { path: root.to_owned() });
    }
    let failed = |source| ReadError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(root, &path, depth + 1, files)?;
        } else if takes_part(root, &path) {
            files.push(path);
            if files.len() > FILES_MAX {
                return Err(ReadError::TooMany { path: root.to_owned() });
            }
        }
    }
    Ok(())
}

/// Whether a file is part of a library; code tables may end in `.txt`, which elsewhere is a note for people.
fn takes_part(root: &Path, path: &Path) -> bool {
    if path.starts_with(root.join(SOURCES)) {
        return false;
    }
    let ends_in = |ending: &str| path.extension().is_some_and(|extension| extension == ending);
    EXTENSIONS.iter().any(|ending| ends_in(ending)) || (ends_in("txt") && path.starts_with(root.join("codes")))
}

fn read(root: &Path, path: &Path) -> Result<File, ReadError> {
    let failed = |source| ReadError::Io { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge { path: path.to_owned(), bytes });
    }
    let content = fs::read(path).map_err(failed)?;
    let digest = Sha256::digest(&content).into();
    let text = String::from_utf8(content).map_err(|_| ReadError::NotText { path: path.to_owned() })?;
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    Ok(File { path: parts.join("/"), shown: path.display().to_string(), text: text.into(), digest })
}

/// The hash of a library: SHA-256 over one line for each file, sorted by path, in the form that `sha256sum` prints
/// (`<hex>  <path>`). The code tables of this build always take part, because every answer rests on them.
///
/// For the embedded library it is what this prints:
/// `cd library && find . -type f ! -name '*.md' ! -path './sources/*' | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum | sha256sum`
pub(crate) fn sha256(files: &[File]) -> [u8; 32] {
    let tables = code_tables().map(|file| (file.path, &file.digest));
    let mut lines: Vec<(&str, &[u8; 32])> =
        files.iter().map(|file| (file.path.as_str(), &file.digest)).chain(tables).collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for (path, digest) in lines {
        hash.update(digits(digest));
        hash.update(b"  ");
        hash.update(path.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().into()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    digits(digest).map(char::from).iter().collect()
}

fn digits(digest: &[u8; 32]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    digits
}
