//! `covered codes`: official code files, imported, listed, looked up and compared.

pub(crate) mod arguments;
mod import;
mod lists;
mod meaning;
pub(crate) mod price;
mod schedule;
mod together;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use codebook::{Kind, Store, StoreError};
use serde_json::json;

use crate::Done;
use crate::output::{Failure, print, wrapped};
use crate::source;
use arguments::{CodesCommand, Diff, List, Show, StoreArguments};
pub(crate) use lists::ImportedLists;

pub(crate) fn run(command: &CodesCommand) -> Result<Done, Failure> {
    match command {
        CodesCommand::Import(arguments) => import::run(arguments),
        CodesCommand::List(arguments) => list(arguments),
        CodesCommand::Show(arguments) => show(arguments),
        CodesCommand::Diff(arguments) => diff(arguments),
    }
}

/// Adds what the imported fee schedule in `folder` allows to the lines of a case.
pub(crate) fn with_schedule(case: &mut coverage::case::Case, folder: &Path) -> Result<(), Failure> {
    schedule::add_to(case, &Store::at(folder)).map_err(in_store)
}

/// The store that was named, or the user's.
fn store(arguments: &StoreArguments) -> Result<Store, Failure> {
    folder(arguments.codes.as_deref()).map(Store::at).ok_or_else(|| Failure::Name {
        message: "there is no home folder to keep imported code files in".to_owned(),
        help: "name a folder with --codes, or set COVERED_CODES".to_owned(),
    })
}

/// The folder that was named, or where this user keeps imported code files.
fn folder(named: Option<&Path>) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    let own = || set("COVERED_CODES").or_else(|| Some(home()?.join("covered/codes")));
    named.map(Path::to_owned).or_else(own)
}

fn in_store(error: StoreError) -> Failure {
    Failure::Errors(format!("error[{}]: {error}\n  = help: {}", error.code(), error.help()))
}

fn kind(word: &str) -> Result<Kind, Failure> {
    Kind::find(word).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.into_iter().map(Kind::word).collect();
        let help = codes::suggest(word, words.iter().copied())
            .map_or_else(|| format!("the kinds are {}", words.join(", ")), |near| format!("did you mean `{near}`?"));
        Failure::Name { message: format!("there is no kind of code file `{word}`"), help }
    })
}

fn pretty(value: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("INVARIANT: a value is JSON");
    text.push('\n');
    text
}

fn list(arguments: &List) -> Result<Done, Failure> {
    let store = store(&arguments.store)?;
    let mut rows = Vec::new();
    let mut damaged = Vec::new();
    for kind in Kind::ALL {
        for manifest in store.vintages(kind).map_err(in_store)? {
            if arguments.verify
                && let Err(error) = store.verify(kind, &manifest)
            {
                damaged.push(format!("error[{}]: {error}\n  = help: {}", error.code(), error.help()));
            }
            rows.push((kind, manifest));
        }
    }
    let mut out = String::new();
    if arguments.json {
        let imported: Vec<_> = rows
            .iter()
            .map(|(kind, manifest)| {
                json!({
                    "kind": kind.word(), "vintage": manifest.vintage(), "from": manifest.from.to_string(),
                    "until": manifest.until.map(|until| until.to_string()), "source": manifest.source,
                    "source_sha256": manifest.source_sha256, "rows": manifest.rows, "refused": manifest.refused,
                })
            })
            .collect();
        let built_in = json!([
            { "kind": "icd10cm", "from": codes::icd10::window().from.to_string(), "rows": codes::icd10::billable_count() },
            { "kind": "hcpcs", "from": codes::hcpcs::window().from.to_string(), "rows": codes::hcpcs::listed_count() },
        ]);
        out = pretty(&json!({ "format": 1, "folder": store.root(), "imported": imported, "built_in": built_in }));
    } else {
        let (icd, hcpcs) = (codes::icd10::window(), codes::hcpcs::window());
        let _ = writeln!(out, "Built in (ids and days, no descriptions)");
        let _ = writeln!(out, "  icd10cm           {}  {:>9} rows", icd.from, codes::icd10::billable_count());
        let _ = writeln!(out, "  hcpcs             {}  {:>9} rows", hcpcs.from, codes::hcpcs::listed_count());
        let _ = writeln!(out, "\nImported, in {}", store.root().display());
        for (kind, manifest) in &rows {
            let until = manifest.until.map_or_else(String::new, |until| format!("  until {until}"));
            let _ = writeln!(out, "  {:<16}  {}  {:>9} rows{until}", kind.word(), manifest.vintage(), manifest.rows);
        }
        if rows.is_empty() {
            out.push_str("  nothing yet: `covered codes import FILE` takes official files; --help lists them\n");
        }
    }
    print(&out)?;
    if damaged.is_empty() {
        Ok(Done::Answered)
    } else {
        eprintln!("{}", damaged.join("\n"));
        Ok(Done::FoundErrors)
    }
}

fn show(arguments: &Show) -> Result<Done, Failure> {
    let store = store(&arguments.store)?;
    let day = arguments.date.unwrap_or_else(|| source::now().date());
    let said = match &arguments.other {
        Some(other) => together::said(&store, &arguments.code, other, day)?,
        None => meaning::said(&store, &arguments.code, day)?,
    };
    if said.is_empty() {
        return Err(Failure::Name {
            message: "this is no code of any kind that is known".to_owned(),
            help:
                "write it as it stands on a claim: G43.709, 64615, J0585, GA, N130; two codes are separated by a blank"
                    .to_owned(),
        });
    }
    if arguments.json {
        let said: Vec<_> = said.iter().map(|(what, text)| json!({ "what": what, "says": text })).collect();
        print(&pretty(&json!({ "format": 1, "date": day.to_string(), "says": said })))?;
    } else {
        let mut out = String::new();
        for (what, text) in said {
            let _ = writeln!(out, "{}", wrapped(&format!("{what}: {text}"), 2));
        }
        print(&out)?;
    }
    Ok(Done::Answered)
}

fn diff(arguments: &Diff) -> Result<Done, Failure> {
    use codebook::diff::{Difference, differences};

    let (store, kind) = (store(&arguments.store)?, kind(&arguments.kind)?);
    if kind == Kind::Ptp {
        return Err(Failure::Name {
            message: "pairs are packed and are not compared line by line".to_owned(),
            help: "ask about one pair on two days: `covered codes show 64615 64612 --date …`".to_owned(),
        });
    }
    let vintages = store.vintages(kind).map_err(in_store)?;
    let table = |wanted: &str| {
        let names: Vec<String> = vintages.iter().map(codebook::Manifest::vintage).collect();
        let found =
            vintages.iter().find(|manifest| manifest.vintage() == wanted).cloned().ok_or_else(|| Failure::Name {
                message: format!("no {} of `{wanted}` were imported", kind.title()),
                help: if names.is_empty() {
                    format!("none were imported yet: `covered codes import FILE --kind {}`", kind.word())
                } else {
                    format!("there are {}", names.join(", "))
                },
            })?;
        store.table(kind, found).map_err(in_store)
    };
    let (first, second) = (table(&arguments.first)?, table(&arguments.second)?);
    let found = differences(&first, &second);
    let columns = first.manifest.columns.clone();
    if arguments.json {
        let found: Vec<_> = found
            .iter()
            .map(|difference| match difference {
                Difference::Added(row) => json!({ "change": "added", "row": row.line() }),
                Difference::Removed(row) => json!({ "change": "removed", "row": row.line() }),
                Difference::Changed(old, new) => json!({ "change": "changed", "old": old.line(), "new": new.line() }),
            })
            .collect();
        print(&pretty(&json!({ "format": 1, "columns": columns, "differences": found })))?;
        return Ok(Done::Answered);
    }
    let mut out = String::new();
    for difference in &found {
        let line = match difference {
            Difference::Added(row) => format!("+ {}", row.line().replace('\t', "  ")),
            Difference::Removed(row) => format!("- {}", row.line().replace('\t', "  ")),
            Difference::Changed(old, new) => {
                let changes = columns.iter().enumerate().filter(|(at, _)| old.cell(*at) != new.cell(*at));
                let changes: Vec<String> =
                    changes.map(|(at, name)| format!("{name} {} → {}", old.cell(at), new.cell(at))).collect();
                format!("  {}: {}", old.cell(0), changes.join(", "))
            }
        };
        let _ = writeln!(out, "{}", wrapped(&line, 4));
    }
    let _ = writeln!(out, "{} differences of {} and {} rows", found.len(), first.manifest.rows, second.manifest.rows);
    print(&out)?;
    Ok(Done::Answered)
}
