//! What the compiler and the runner of examples find, against what is expected of them.
//!
//! Each `.cov` of `tests/policy/compile` has a slip or several; beside it stands the report. `UPDATE=1 cargo test -p policy --test compile`
//! writes the reports again; review them as a diff.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use policy::compile::{Context, Entry};
use policy::diagnostic::codes::compile as explained;
use policy::diagnostic::{Sources, Style, render_all};
use policy::dictionary::{self, Vocabulary};
use policy::lists::Lists;
use policy::program::{Rank, Ranks};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

#[test]
fn each_slip_is_reported_with_a_way_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy");
    let folder = root.join("compile");
    let mut sources = Sources::default();
    let facts = std::fs::read_to_string(root.join("check/facts.toml")).unwrap();
    let source = sources.add("facts.toml", facts.clone());
    let dictionary = dictionary::parse(&[(source, &facts)], &Vocabulary::default()).dictionary.unwrap();
    let mut lists = Lists::default();
    for path in files(&folder, "csv") {
        let (name, text) = (path.file_stem().unwrap().to_string_lossy(), std::fs::read_to_string(&path).unwrap());
        lists.add(sources.add(format!("{name}.csv"), text.clone()), &name, &text).unwrap();
    }
    let rows = "from,value\n1,2\n";
    let table = policy::lists::table(sources.add("tissue.csv", rows), rows).unwrap();
    let tables = BTreeMap::from([("tissue".to_owned(), table)]);
    let rank = |name: &str, gate| Rank { name: name.to_owned(), gate };
    let ranks = Ranks(vec![rank("lcd", false), rank("gate_lawful", true)]);
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };

    let (mut seen, mut differing) = (BTreeSet::new(), Vec::new());
    for path in files(&folder, "cov") {
        let text = std::fs::read_to_string(&path).unwrap();
        let source = sources.add(path.file_name().unwrap().to_string_lossy(), text.clone());
        let parsed = policy::parse::parse(source, &text);
        assert_eq!(render_all(&parsed.diagnostics, &sources, Style::default()), "", "{}", path.display());
        let report = policy::example::run(&Entry::from(parsed.file.unwrap()), &context);
        for found in &report.findings {
            assert!(!found.help.is_empty() && !found.labels.is_empty(), "no way out of {found:?}");
            seen.insert(found.code);
        }
        let actual = render_all(&report.findings, &sources, Style::default());
        let beside = path.with_extension("expected");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &actual).unwrap();
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if expected != actual {
            differing.push(format!("--- {}\nexpected:\n{expected}\nactual:\n{actual}", beside.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let codes = explained::ALL.iter().map(|explanation| explanation.code);
    let missing: Vec<&str> = codes.filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
