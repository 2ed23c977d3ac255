//! Policies of every shape as plain English: `tests/policy/explain`.
//!
//! `UPDATE=1 cargo test -p policy --test prose` writes the pages again; read them aloud before you keep them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use policy::compile::{Context, Entry};
use policy::diagnostic::{Sources, Style, render_all};
use policy::dictionary::Vocabulary;
use policy::lists::{Lists, table};
use policy::program::{Rank, Ranks};
use policy::prose::{self, Glossary, Names};
use policy::span::SourceId;

/// The names that the invented policies need.
struct Invented;

impl Names for Invented {
    fn value(&self, fact: &str, value: &str) -> Option<String> {
        let name = match (fact, value) {
            ("payer", "north-star") => "North Star",
            ("payer", "south-cross") => "South Cross",
            ("payer_class", "original-medicare") => "Original Medicare (Part B)",
            ("clinician_license", "RN") => "registered nurse",
            ("clinician_license", "none") => "no license",
            ("treatment", "light-therapy") => "light therapy",
            _ => return None,
        };
        Some(name.to_owned())
    }

    fn rank(&self, rank: &str) -> Option<String> {
        (rank == "lcd").then(|| "local coverage determination".to_owned())
    }

    fn service(&self, code: &str) -> Option<String> {
        (code == "64615").then(|| "an injection for migraine".to_owned())
    }
}

const RANKS: [&str; 6] = ["statute", "lcd", "plan_document", "formulary", "bulletin", "gate_lawful"];

#[test]
fn pages_are_the_stored_ones() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/explain");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the folder is complete");
    let facts = read("facts.toml");
    let parsed = policy::dictionary::parse(&[(SourceId(0), facts.as_str())], &Vocabulary::default());
    let dictionary = parsed.dictionary.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
    let mut lists = Lists::default();
    lists.add(SourceId(0), "growths", &read("growths.csv")).expect("a list");
    let tables = BTreeMap::from([("schedule".to_owned(), table(SourceId(0), &read("schedule.csv")).expect("a table"))]);
    let ranks = Ranks(RANKS.map(|name| Rank { name: name.to_owned(), gate: name.starts_with("gate") }).to_vec());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
    let glossary = Glossary { dictionary: &dictionary, lists: &lists, names: &Invented };

    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cov"));
    paths.sort();
    assert!(paths.len() >= 12, "only {} policies", paths.len());
    let mut differing = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).expect("a text");
        let mut sources = Sources::default();
        let parsed = policy::parse::parse(sources.add(path.display().to_string(), text.clone()), &text);
        let entry = Entry::from(
            parsed.file.unwrap_or_else(|| panic!("{}", render_all(&parsed.diagnostics, &sources, Style::default()))),
        );
        // A page about a policy that does not do what its examples say would be read in vain.
        let report = policy::example::run(&entry, &context);
        if !report.findings.is_empty() {
            differing.push(render_all(&report.findings, &sources, Style::default()));
            continue;
        }

        let page = prose::text(&prose::page(&entry.file, glossary, Some("0123456789abcdef")), 80);
        assert!(page.lines().all(|line| line.chars().count() <= 80 || line.starts_with("http")), "{page}");
        let stored = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&stored, &page).expect("the folder can be written");
        } else if std::fs::read_to_string(&stored).ok().as_deref() != Some(&page) {
            differing.push(format!("{} differs; now:\n{page}", stored.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
