//! Expected output beside its input, written anew when `UPDATE_EXPECTED` is set.

use std::path::{Path, PathBuf};

/// The files of a folder with one of these extensions, sorted; at least one.
pub(crate) fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let wanted = |path: &PathBuf| path.extension().is_some_and(|found| extensions.iter().any(|one| found == *one));
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).filter(wanted).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

/// Compares with the expected file, or writes it.
pub(crate) fn compare(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "{} differs; UPDATE_EXPECTED=1 writes it anew", path.display());
}
