//! The case files that paths name.

use std::path::{Path, PathBuf};

use crate::output::Failure;

/// Deepest folder below a given one.
const DEPTH_MAX: usize = 8;

/// Most case files of one question.
const CASES_MAX: usize = 100_000;

/// Every file that is named, and every `.toml` below a folder that is named, each folder in order.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { walk(path, 0, &mut found)? } else { found.push(path.clone()) }
    }
    if found.is_empty() {
        let message = "there is no case in these folders".to_owned();
        return Err(Failure::Name {
            message,
            help: "name case files, or folders with `.toml` files in them".to_owned(),
        });
    }
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let help = "name a case file (.toml) or a folder of them";
    let failed = |source| Failure::File { what: "read", path: folder.to_owned(), help, source };
    let mut inside = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .map_err(failed)?;
    inside.sort();
    for path in inside {
        if path.is_dir() && depth < DEPTH_MAX {
            walk(&path, depth + 1, found)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
        if found.len() > CASES_MAX {
            let message = format!("more than {CASES_MAX} cases");
            return Err(Failure::Name { message, help: "ask about fewer at a time".to_owned() });
        }
    }
    Ok(())
}
