//! Where cases and libraries come from.

use std::io::Read;
use std::path::{Path, PathBuf};

use codes::{BuiltIn, CodeLists};
use coverage::case::{Case, Decoded, Notation, Note, decode_by};
use jiff::civil::Date;
use library::{Compiled, Library};

use crate::args::{LibraryArguments, Purpose, Questions};
use crate::output::{Failure, findings};

/// Loads the library that the arguments name.
pub(crate) fn library(arguments: &LibraryArguments) -> Result<Library, Failure> {
    let base = match &arguments.library {
        Some(folder) => Library::from_dir(folder)?,
        None => Library::embedded()?,
    };
    match &arguments.overlay {
        Some(folder) => Ok(base.with_overlay(folder)?),
        None => Ok(base),
    }
}

/// What every whole library has.
#[cfg(feature = "desk")]
const WHOLE: &str = "payers.toml";

/// The library in a folder of libraries: a whole one, or contracts and plan booklets on top of that of `arguments`.
#[cfg(feature = "desk")]
pub(crate) fn other_library(arguments: &LibraryArguments, folder: &Path) -> Result<Library, Failure> {
    let mut arguments = LibraryArguments { library: arguments.library.clone(), overlay: arguments.overlay.clone() };
    let part = if folder.join(WHOLE).is_file() { &mut arguments.library } else { &mut arguments.overlay };
    *part = Some(folder.to_owned());
    library(&arguments)
}

/// Text of a case file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    read_text(path, "check the path; a case is a text file in TOML or JSON")
}

/// Text of a policy file, or of standard input for `-`.
pub(crate) fn read_policy(path: &Path) -> Result<String, Failure> {
    read_text(path, "check the path; a policy is a text file (.cov)")
}

/// The text of a source, which somebody kept.
pub(crate) fn read_source_text(path: &Path) -> Result<String, Failure> {
    read_text(path, "check the path; the text of a source is a plain text file in UTF-8")
}

fn read_text(path: &Path, help: &'static str) -> Result<String, Failure> {
    let failed = |source| Failure::File { what: "read", path: path.to_owned(), help, source };
    if path == Path::new("-") {
        let mut text = String::new();
        // One byte more than a case may have, so that a longer one is refused and not cut.
        let most = u64::try_from(coverage::case::FILE_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        std::io::stdin().lock().take(most).read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// Reads a case from a text.
pub(crate) fn case(name: &str, text: &str, library: &Library) -> Result<(Case, Vec<Note>), Failure> {
    case_by(name, text, library, &BuiltIn)
}

/// Reads a case from a text and checks its codes by these lists.
pub(crate) fn case_by(
    name: &str,
    text: &str,
    library: &Library,
    lists: &dyn CodeLists,
) -> Result<(Case, Vec<Note>), Failure> {
    match decode_by(name, text, Notation::guess(text), library, lists) {
        Ok(Decoded { case, notes }) => Ok((case, notes)),
        Err(errors) => {
            let (sources, diagnostics) = errors.diagnostics();
            Err(Failure::Errors(findings(&diagnostics, &sources)))
        }
    }
}

/// The case that the flags describe, as a file would say it.
pub(crate) fn case_text(questions: &Questions) -> String {
    let date = questions.date.unwrap_or_else(|| now().date());
    case_table(questions, date).to_string()
}

/// The case that the flags describe, with one line and this date of service.
pub(crate) fn case_table(questions: &Questions, date: Date) -> toml::Table {
    let mut root = toml::Table::new();
    root.insert("date".to_owned(), date.to_string().into());
    if let Some(as_of) = questions.as_of {
        root.insert("as_of".to_owned(), as_of.to_string().into());
    }
    let mut section = |name: &str, key: &str, value: &Option<String>| {
        if let Some(value) = value {
            let table = root.entry(name).or_insert_with(|| toml::Table::new().into());
            if let Some(table) = table.as_table_mut() {
                table.insert(key.to_owned(), value.clone().into());
            }
        }
    };
    section("coverage", "payer", &questions.payer);
    section("facility", "state", &questions.state);
    section("clinician", "license", &questions.license);
    let mut line = toml::Table::new();
    if let Some(treatment) = &questions.treatment {
        line.insert("treatment".to_owned(), treatment.clone().into());
    }
    if let Some(purpose) = questions.purpose {
        let word = match purpose {
            Purpose::Looks => "cosmetic",
            Purpose::Medical => "medical",
        };
        line.insert("purpose".to_owned(), word.into());
    }
    root.insert("line".to_owned(), toml::Value::Array(vec![line.into()]));
    root
}

/// Day and time by the clock and the time zone of this computer; the only clock in the program.
pub(crate) fn now() -> jiff::Zoned {
    jiff::Zoned::now()
}

/// The library with the policies that may concern a case, compiled.
pub(crate) fn compiled<'l>(library: &'l Library, case: &Case) -> Result<Compiled<'l>, Failure> {
    Ok(library.for_case(case)?)
}

/// The name of a case for messages.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// Every policy file that these paths name, folders searched through.
pub(crate) fn policy_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    while let Some(path) = pending.pop() {
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let help = "name a policy file (.cov) or a folder of them";
        let failed = |source| Failure::File { what: "read", path: path.clone(), help, source };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "cov") {
                inside.push(entry);
            }
        }
        inside.sort();
        pending.extend(inside.into_iter().rev());
    }
    Ok(found)
}

/// An answer as the JSON that tools read, with a line end.
pub(crate) fn json(answer: &coverage::answer::Answer) -> String {
    let mut text = serde_json::to_string_pretty(answer).expect("INVARIANT: an answer has only string keys");
    text.push('\n');
    text
}
