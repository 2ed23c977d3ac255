//! The checks beyond the compiler, against what is expected of them.
//!
//! Each folder of `tests/policy/check/{good,bad}` is one library: policies, and lists if it has any. Beside it stands
//! the report, `.expected`, which is empty for a good one. `UPDATE=1 cargo test -p policy --test check` writes the reports again;
//! review them as a diff.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

#[path = "support/generate.rs"]
mod generate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use policy::check::{Settles, against, age, finding, library};
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::{Diagnostic, Severity, Sources, Style, render_all};
use policy::dictionary::{self, Dictionary, Vocabulary};
use policy::lists::{Lists, Table};
use policy::parse::parse;
use policy::program::{Rank, Ranks};

/// The day on which sources are looked at, and how old they may be.
const TODAY: Date = date(2027, 1, 1);
const DAYS_MAX: u32 = 365;
/// What the hash of every `source.txt` is taken to be.
const HASH: &str = "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a7988";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/check")
}

fn ranks() -> Ranks {
    let rank = |name: &str, gate| Rank { name: name.to_owned(), gate };
    Ranks(vec![rank("lcd", false), rank("ncd", false), rank("gate_lawful", true)])
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

fn cases(kind: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root().join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// A small library.
struct Case {
    sources: Sources,
    entries: Vec<Entry>,
    dictionary: Dictionary,
    lists: Lists,
    ranks: Ranks,
    tables: BTreeMap<String, Table>,
    /// `source.txt`: the text that the only policy quotes.
    source_text: Option<String>,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let mut sources = Sources::default();
        let own = folder.join("facts.toml");
        let facts = std::fs::read_to_string(if own.exists() { own } else { root().join("facts.toml") }).unwrap();
        let source = sources.add("facts.toml", facts.clone());
        let parsed = dictionary::parse(&[(source, &facts)], &Vocabulary::default());
        assert_eq!(render_all(&parsed.diagnostics, &sources, Style::default()), "");
        let mut lists = Lists::default();
        for path in files(folder, "csv") {
            let (name, text) = (path.file_stem().unwrap().to_string_lossy(), std::fs::read_to_string(&path).unwrap());
            let source = sources.add(format!("{name}.csv"), text.clone());
            lists.add(source, &name, &text).unwrap();
        }
        let mut case = Self {
            sources,
            entries: Vec::new(),
            dictionary: parsed.dictionary.unwrap(),
            lists,
            ranks: ranks(),
            tables: BTreeMap::new(),
            source_text: std::fs::read_to_string(folder.join("source.txt")).ok(),
        };
        for path in files(folder, "cov") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            case.add(&name, &std::fs::read_to_string(&path).unwrap());
        }
        case
    }

    fn add(&mut self, name: &str, text: &str) {
        let source = self.sources.add(name, text);
        let parsed = parse(source, text);
        assert_eq!(render_all(&parsed.diagnostics, &self.sources, Style::default()), "");
        self.entries.push(Entry::from(parsed.file.unwrap()));
    }

    fn context(&self) -> Context<'_> {
        Context { dictionary: &self.dictionary, ranks: &self.ranks, lists: &self.lists, tables: &self.tables }
    }

    /// What the checks find. The policies must compile, and the examples of the good ones hold.
    fn findings(&self) -> Vec<Diagnostic> {
        for entry in &self.entries {
            if let Err(errors) = compile(std::slice::from_ref(entry), &self.context()) {
                panic!("{}", render_all(&errors, &self.sources, Style::default()));
            }
        }
        let mut findings = library(&self.entries, &self.context(), &settled());
        findings.extend(age(&self.entries, TODAY, DAYS_MAX));
        if let (Some(text), [entry]) = (&self.source_text, &self.entries[..]) {
            findings.extend(against(&entry.file, text, HASH));
        }
        findings
    }

    fn report(&self) -> String {
        render_all(&self.findings(), &self.sources, Style::default())
    }
}

/// Zenith is always commercial.
fn settled() -> Vec<Settles> {
    let pair = |payer: &str, class: &str| (payer.to_owned(), vec![class.to_owned()]);
    vec![Settles {
        fact: "payer".to_owned(),
        other: "payer_class".to_owned(),
        pairs: vec![pair("zenith", "commercial"), pair("medicare", "original-medicare")],
    }]
}

#[test]
fn each_case_gives_its_report() {
    let mut differing = Vec::new();
    for (kind, is_bad) in [("good", false), ("bad", true)] {
        for folder in cases(kind) {
            let actual = Case::read(&folder).report();
            assert_eq!(!actual.is_empty(), is_bad, "{}\n{actual}", folder.display());
            let beside = folder.with_extension("expected");
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&beside, &actual).unwrap();
                continue;
            }
            let expected = std::fs::read_to_string(&beside).unwrap_or_default();
            if expected != actual {
                differing.push(format!("--- {}\nexpected:\n{expected}\nactual:\n{actual}", beside.display()));
            }
        }
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
}

#[test]
fn every_code_has_a_case_and_every_finding_a_fix() {
    let mut seen = BTreeSet::new();
    for folder in cases("bad") {
        for found in Case::read(&folder).findings() {
            assert!(!found.help.is_empty() && !found.labels.is_empty(), "{found:?}");
            seen.insert(found.code);
        }
    }
    assert_eq!(seen, finding::ALL.iter().map(|explanation| explanation.code).collect());
}

#[test]
fn examples_of_good_cases_hold() {
    for folder in cases("good") {
        let case = Case::read(&folder);
        for entry in &case.entries {
            let report = policy::example::run(entry, &case.context());
            assert_eq!(render_all(&report.findings, &case.sources, Style::default()), "");
            assert_eq!(report.passed, entry.file.examples.len());
        }
    }
}

/// An example that a finding proposes gives what it says, and with all of them pasted nothing is left to propose.
#[test]
fn proposed_examples_can_be_pasted() {
    let mut proposed = 0;
    for folder in cases("bad") {
        for path in files(&folder, "cov") {
            let mut text = std::fs::read_to_string(&path).unwrap();
            for round in 0.. {
                let mut case = Case::read(&folder);
                case.entries.clear();
                case.add("pasted.cov", &text);
                let findings = case.findings();
                let lines: BTreeSet<String> = findings
                    .iter()
                    .flat_map(|found| &found.help)
                    .filter_map(|help| help.strip_prefix("add  \""))
                    .map(|line| format!("  \"{line}\n"))
                    .collect();
                if lines.is_empty() {
                    break;
                }
                assert!(round < 4, "{} never ends: {lines:?}", path.display());
                for line in lines {
                    text.push_str(&line);
                    proposed += 1;
                }
                let source = case.sources.add("pasted.cov", text.clone());
                let file = parse(source, &text).file.unwrap_or_else(|| panic!("cannot be pasted:\n{text}"));
                let added = Entry::from(file);
                let before = policy::example::run(&case.entries[0], &case.context()).findings.len();
                let after = policy::example::run(&added, &case.context());
                let report = render_all(&after.findings, &case.sources, Style::default());
                assert_eq!(after.findings.len(), before, "{report}\n{text}");
            }
        }
    }
    assert!(proposed > 15, "only {proposed} examples were proposed");
}

#[test]
fn a_policy_that_does_not_compile_is_left_out() {
    let mut case = Case::read(&root().join("bad/w122-retired"));
    let text = "policy \"x/1\" \"X\"\nrank lcd\nfor 17110\ndates 2026-07-01 ..\nsource \"x\" known\n\
                covered when all\n  a: no_such_fact\notherwise not covered\n";
    let source = case.sources.add("broken.cov", text);
    let before = case.findings();
    case.entries.insert(0, Entry::from(parse(source, text).file.unwrap()));
    let mut after = library(&case.entries, &case.context(), &settled());
    after.extend(age(&case.entries, TODAY, DAYS_MAX));
    assert_eq!(after, before);
}

/// A thousand random policies: the goal is 100 ms on one core of an optimized build.
#[test]
fn a_thousand_policies_are_checked_in_time() {
    let mut sources = Sources::default();
    let facts = generate::dictionary();
    let source = sources.add("facts.toml", facts.clone());
    let dictionary = dictionary::parse(&[(source, &facts)], &Vocabulary::default()).dictionary.unwrap();
    let entries: Vec<Entry> = (0..1_000)
        .map(|number| {
            let mut random = generate::Random::new(number as u64);
            // Each about codes of its own, as policies of one rank mostly are.
            let text = generate::policy(&mut random, number, if number % 2 == 0 { "ncd" } else { "lcd" })
                .replace("for any", &format!("for {:05}", 10_000 + number / 4));
            let source = sources.add(format!("{number}.cov"), text.clone());
            Entry::from(parse(source, &text).file.unwrap_or_else(|| panic!("{text}")))
        })
        .collect();
    let (lists, tables, ranks) = (Lists::default(), BTreeMap::new(), ranks());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
    let start = Instant::now();
    let findings = library(&entries, &context, &[]);
    let took = start.elapsed();
    let errors = findings.iter().filter(|found| found.severity == Severity::Error).count();
    println!("{} policies, {} findings ({errors} errors) in {took:?}", entries.len(), findings.len());
    assert!(errors > 0, "random policies hold nothing idle?");
    assert!(took < Duration::from_secs(20), "{took:?}");
}
