//! Every input that was kept is tried again.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of one folder, or none where the folder is not there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    files
}

/// Tries the inputs in the folder and says how many they were.
fn replay(folder: &Path, target: fuzz::Target) -> usize {
    let files = files(folder);
    for path in &files {
        // Shown when the test fails: the input that broke a promise.
        println!("{}", path.display());
        target(&fs::read(path).expect("the input can be read"));
    }
    files.len()
}

#[test]
fn kept_inputs_break_no_promise() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for (name, target) in fuzz::TARGETS {
        let kind = name.split('-').next().unwrap_or(name);
        // One target that breaks does not hide the others.
        let tried = std::panic::catch_unwind(|| {
            let kept = replay(&root.join("corpus").join(kind), target);
            replay(&root.join("crashers").join(kind), target);
            kept
        });
        match tried {
            Ok(kept) => assert!(kept > 0, "fuzz/corpus/{kind} has no input"),
            Err(_) => broken.push(name),
        }
    }
    assert_eq!(broken, Vec::<&str>::new(), "what is broken is said above");
}

#[test]
fn every_folder_has_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["corpus", "crashers"].iter().flat_map(|kind| files(&root.join(kind))) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert!(fuzz::TARGETS.iter().any(|(target, _)| *target == name), "{} belongs to no target", folder.display());
    }
}
