//! `covered policy doc`: a folder that is whole, replaces only its own, and can be written again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("covered-doc-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }

    /// Everything in the folder by name, hidden files too.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn doc(out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(["policy", "doc", "--out"])
        .arg(out)
        .output()
        .expect("the program starts")
}

#[test]
fn a_site_is_written_and_replaced_whole() {
    let folder = Folder::new("whole");
    let out = folder.0.join("site");
    for _ in 0..2 {
        let output = doc(&out);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(folder.names(), ["site"], "nothing else is left");
        let index = fs::read_to_string(out.join("index.html")).expect("the first page");
        assert!(index.ends_with("</html>\n"), "{index}");
        let policies = fs::read_dir(out.join("policies")).expect("a folder").count();
        assert!(policies > 400, "{policies} policies");
        // A page of an earlier library is not carried over.
        assert!(!out.join("policies/gone.html").exists());
        fs::write(out.join("policies/gone.html"), "old").expect("the folder can be written");
    }
}

#[test]
fn a_folder_of_somebody_else_stays() {
    let folder = Folder::new("other");
    let out = folder.0.join("mine");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("index.html"), "mine").expect("a file");
    let output = doc(&out);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(out.join("index.html")).expect("it is there"), "mine");
    // Nor is a file replaced, and a folder that is missing is said.
    let file = folder.0.join("file");
    fs::write(&file, "mine").expect("a file");
    assert_eq!(doc(&file).status.code(), Some(2));
    assert_eq!(doc(&folder.0.join("no/such/site")).status.code(), Some(2));
    assert_eq!(folder.names(), ["file", "mine"]);
}
