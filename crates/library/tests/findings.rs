//! What is said about broken libraries and overlays.
//!
//! Each folder of `data/findings` holds files that replace or join those of the real library (without its policies), and
//! `expected.txt`, the findings. `UPDATE_EXPECTED=1 cargo test -p library --test findings` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test stops where its data cannot be read")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use library::{Library, LibraryError};

/// A folder that is removed when it goes out of scope.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("library-findings-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path, skip: &[&str]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if skip.contains(&name) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name), skip);
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn compare(said: &str, expected: &Path) {
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(expected, said).unwrap();
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    assert_eq!(said, wanted, "{}", expected.display());
}

#[test]
fn broken_libraries_are_told_all_their_errors() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    for case in fs::read_dir(data().join("findings")).unwrap() {
        let case = case.unwrap().path();
        let folder = Folder::new(case.file_name().unwrap().to_str().unwrap());
        copy(&real, &folder.0, &["policies", "codes"]);
        copy(&case, &folder.0, &["expected.txt", "REMOVE"]);
        for name in fs::read_to_string(case.join("REMOVE")).unwrap_or_default().lines() {
            fs::remove_file(folder.0.join(name)).unwrap();
        }
        let error = Library::from_dir(&folder.0).expect_err("the case is broken");
        let said = error.to_string().replace(&folder.0.display().to_string(), "library");
        compare(&said, &case.join("expected.txt"));
    }
}

#[test]
fn an_overlay_adds_what_a_practice_may_know() {
    let embedded = Library::embedded().unwrap_or_else(|error| panic!("{error}"));
    let (before, policies) = (embedded.sha256().to_owned(), embedded.policies().all().len());
    let overlay = data().join("overlay/good");
    let library = embedded.with_overlay(&overlay).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(library.policies().all().len(), policies + 1);
    let own: Vec<&str> =
        library.policies().all().iter().filter(|policy| policy.entered_by_practice()).map(|p| p.path()).collect();
    assert_eq!(own, ["overlay/contract.cov"]);
    assert_ne!(library.sha256(), before);
    assert!(library.version().ends_with("+overlay"), "{}", library.version());
}

#[test]
fn an_overlay_cannot_pose_as_an_authority() {
    for name in ["bad", "bad-file"] {
        let embedded = Library::embedded().unwrap_or_else(|error| panic!("{error}"));
        let overlay = data().join("overlay").join(name);
        let error = embedded.with_overlay(&overlay).expect_err("the overlay is broken");
        let said = error.to_string().replace(&overlay.display().to_string(), "overlay");
        compare(&said, &overlay.join("expected.txt"));
    }
}

#[test]
fn a_folder_that_is_no_library_is_refused() {
    let folder = Folder::new("empty");
    let error = Library::from_dir(&folder.0).expect_err("it is empty");
    assert!(matches!(&error, LibraryError::Read(read) if read.code() == "L0905"), "{error}");
    let error = Library::from_dir(&folder.0.join("missing")).expect_err("it is not there");
    assert!(matches!(&error, LibraryError::Read(read) if read.code() == "L0901"), "{error}");
    fs::write(folder.0.join("x.toml"), [0xff, 0xfe]).unwrap();
    let error = Library::from_dir(&folder.0).expect_err("it is not text");
    assert!(matches!(&error, LibraryError::Read(read) if read.code() == "L0902"), "{error}");
}

#[test]
fn the_folder_of_the_project_is_the_embedded_library() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    let read = Library::from_dir(&real).unwrap_or_else(|error| panic!("{error}"));
    let embedded = Library::embedded().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.sha256(), embedded.sha256());
}
