//! The house rules that a machine can check, as tests over the files of the repository.
//!
//! What the compiler, clippy, rustfmt or `covered policy check` already refuse is not repeated here.

mod rust_text;

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use rust_text::{code_only, comments_only};

/// The folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the repository, or one that is about to be.
#[derive(Clone, Debug)]
pub struct File {
    /// From the root, with forward slashes.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl File {
    /// The text; none if the file is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// Whether the name ends so.
    #[must_use]
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// Every file that git tracks or would add, in the order of their paths.
///
/// # Panics
/// If git is not there, or this is not a repository: the rules are about what is committed.
#[must_use]
pub fn files() -> Vec<File> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8(listing.stdout).expect("paths are UTF-8");
    let mut paths: Vec<&str> = names.split_terminator('\0').collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| {
        // A file that was deleted but not yet committed is listed and not there.
        let bytes = fs::read(root().join(path)).ok()?;
        Some(File { path: path.to_owned(), bytes })
    };
    paths.into_iter().filter_map(read).collect()
}

/// What breaks a rule, gathered so that one run shows all.
#[derive(Debug, Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Something about a whole file.
    pub fn file(&mut self, file: &File, says: impl Display) {
        self.0.push(format!("{}: {says}", file.path));
    }

    /// Something about a place in a file, given by its byte.
    pub fn place(&mut self, file: &File, offset: usize, says: impl Display) {
        let line = 1 + file.bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
        self.0.push(format!("{}:{line}: {says}", file.path));
    }

    /// Ends the test.
    ///
    /// # Panics
    /// If there is a finding.
    pub fn none(self) {
        assert!(self.0.is_empty(), "{} found\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// The bytes at which a word begins that is no part of a longer name.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_name = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let joins_before = word.starts_with(is_name) && text[..*at].ends_with(is_name);
        let joins_after = word.ends_with(is_name) && text[at + word.len()..].starts_with(is_name);
        !joins_before && !joins_after
    })
}
