//! A folder with a desk's records, and the program beside it.

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder for one test.
pub(crate) struct Desk(pub(crate) PathBuf);

impl Desk {
    pub(crate) fn new(name: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("covered-desk-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Desk(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    pub(crate) fn covered(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_covered")).args(arguments).current_dir(&self.0).output().unwrap()
    }

    /// The output of a command that answers.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.covered(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// With where the records lie, and a root key.
    pub(crate) fn on(&self, key: &str, arguments: &[&str]) -> String {
        let mut all = arguments.to_vec();
        all.extend(["--data", "data", "--root-key", key]);
        self.says(&all)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
