//! What policies mean, as policies whose examples say so: `tests/policy/meaning`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use policy::compile::{Context, Entry};
use policy::diagnostic::{Sources, Style, render_all};
use policy::dictionary::Vocabulary;
use policy::lists::Lists;
use policy::program::{Rank, Ranks};

#[test]
fn examples_give_what_they_expect() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/meaning");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the folder is complete");
    let mut sources = Sources::default();

    let facts = read("facts.toml");
    let source = sources.add("facts.toml", facts.clone());
    let parsed = policy::dictionary::parse(&[(source, facts.as_str())], &Vocabulary::default());
    let dictionary = parsed.dictionary.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
    let rows = read("tissue.csv");
    let table = policy::lists::table(sources.add("tissue.csv", rows.clone()), &rows).expect("a table");
    let tables = BTreeMap::from([("tissue".to_owned(), table)]);
    let rank = |name: &str, gate| Rank { name: name.to_owned(), gate };
    let ranks = Ranks(vec![rank("statute", false), rank("lcd", false), rank("gate_lawful", true)]);
    let mut lists = Lists::default();
    let rows = read("paired.csv");
    lists.add(sources.add("paired.csv", rows.clone()), "paired", &rows).expect("a list");
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };

    let mut names: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cov"))
        .collect();
    names.sort();
    let (mut passed, mut findings) = (0, Vec::new());
    for path in &names {
        let text = std::fs::read_to_string(path).expect("a text");
        let source = sources.add(path.file_name().expect("a name").to_string_lossy(), text.clone());
        let parsed = policy::parse::parse(source, &text);
        findings.extend(parsed.diagnostics);
        let Some(file) = parsed.file else { continue };
        let report = policy::example::run(&Entry::from(file), &context);
        passed += report.passed;
        findings.extend(report.findings);
    }
    assert!(findings.is_empty(), "{}", render_all(&findings, &sources, Style::default()));
    assert!(names.len() >= 15 && passed >= 138, "{passed} examples in {} files: some were lost", names.len());
}
