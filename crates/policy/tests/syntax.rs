//! Policy files, good and bad, against what is expected of them.
//!
//! `tests/policy/bad/*.cov` stand beside the report that each gives, `tests/policy/good/*.cov` beside what a person is shown.
//! `UPDATE=1 cargo test -p policy --test syntax` writes the expectations again; review them as a diff.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use policy::ast::PolicyFile;
use policy::diagnostic::{Diagnostic, Sources, Style, codes, render_all};
use policy::dictionary::{Dictionary, Vocabulary};
use policy::{dictionary, lex, parse, show};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("tests/policy").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cov"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// The tree, if there is one, and everything that was found, as text.
fn read(name: &str, text: &str) -> (Option<PolicyFile>, Vec<Diagnostic>, String) {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    let parsed = parse::parse(source, text);
    let report = render_all(&parsed.diagnostics, &sources, Style::default());
    (parsed.file, parsed.diagnostics, report)
}

fn test_dictionary() -> Dictionary {
    let text = std::fs::read_to_string(root().join("tests/policy/facts.toml")).unwrap();
    let mut sources = Sources::default();
    let source = sources.add("facts.toml", text.clone());
    let parsed = dictionary::parse(&[(source, &text)], &Vocabulary::default());
    let report = render_all(&parsed.diagnostics, &sources, Style::default());
    parsed.dictionary.unwrap_or_else(|| panic!("{report}"))
}

/// Compares with the file beside the case, or writes it.
fn check(path: &Path, actual: &str, differing: &mut Vec<String>) {
    let beside = path.with_extension("expected");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&beside, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    if expected != actual {
        differing.push(format!("--- {}\nexpected:\n{expected}\nactual:\n{actual}", beside.display()));
    }
}

#[test]
fn bad_files_give_their_report() {
    let mut differing = Vec::new();
    for path in cases("bad") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (file, diagnostics, report) = read(&name, &text);
        assert!(file.is_none(), "{name} has errors, but a tree came out");
        assert!(!diagnostics.is_empty(), "{name} is not bad");
        check(&path, &report, &mut differing);
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
}

#[test]
fn good_files_are_shown_as_expected() {
    let dictionary = test_dictionary();
    let mut differing = Vec::new();
    for path in cases("good") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (file, _, report) = read(&name, &text);
        assert_eq!(report, "", "{name}");
        let file = file.unwrap();
        let mut actual = show::policy(&file, &dictionary);
        if !file.examples.is_empty() {
            actual.push_str("\nExamples, as a tree without places:\n");
        }
        for example in &file.examples {
            let _ = writeln!(actual, "{}", without_places(&format!("{example:?}")));
        }
        check(&path, &actual, &mut differing);
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
}

/// The debug text of a tree without its spans, which only repeat the file.
fn without_places(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("span: Span {") {
        let before = &rest[..at];
        let after = &rest[at..];
        let end = after.find('}').map_or(after.len(), |end| end + 1);
        let after = &after[end..];
        out.push_str(before.strip_suffix(", ").unwrap_or(before));
        rest = if before.ends_with(", ") { after } else { after.strip_prefix(", ").unwrap_or(after) };
    }
    out.push_str(rest);
    out.replace("Spanned { value: ", "{ ")
}

#[test]
fn every_code_has_a_bad_file() {
    // These two are about the file as a whole and have tests of their own.
    let elsewhere = BTreeSet::from(["P0001", "P0002"]);
    let mut seen = BTreeSet::new();
    for path in cases("bad") {
        let text = std::fs::read_to_string(&path).unwrap();
        seen.extend(read("bad.cov", &text).1.iter().map(|diagnostic| diagnostic.code));
    }
    let known: BTreeSet<&str> = codes::syntax::ALL.iter().map(|explanation| explanation.code).collect();
    assert_eq!(seen.union(&elsewhere).copied().collect::<BTreeSet<_>>(), known);
}

#[test]
fn codes_are_unique_and_explained() {
    let mut codes_seen = BTreeSet::new();
    for explanation in codes::all() {
        assert!(codes_seen.insert(explanation.code), "{} is there twice", explanation.code);
        assert!(!explanation.title.is_empty() && explanation.text.ends_with('.'), "{}", explanation.code);
        assert_eq!(codes::find(&explanation.code.to_lowercase()), Some(explanation));
    }
    assert_eq!(codes::find("P9999"), None);
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let text = "#".repeat(lex::FILE_BYTES_MAX + 1);
    let (file, diagnostics, _) = read("large.cov", &text);
    assert!(file.is_none());
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["P0001"]);
    let source = Sources::default().add("large.cov", "");
    assert_eq!(parse::decode(source, text.as_bytes()).unwrap_err().code, "P0001");
    // One byte less is a file, if an empty one.
    assert_eq!(read("large.cov", &text[1..]).1[0].code, "P0018");
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let source = Sources::default().add("latin.cov", "");
    let error = parse::decode(source, b"policy \"caf\xe9\"").unwrap_err();
    assert_eq!(error.code, "P0002");
    assert_eq!(error.labels[0].span.start, 11);
    assert_eq!(parse::decode(source, "policy".as_bytes()), Ok("policy"));
}

/// The policy files in a page of documentation.
fn fenced_policies(markdown: &str) -> Vec<&str> {
    markdown.split("\n```").skip(1).step_by(2).filter_map(|block| block.strip_prefix('\n')).collect()
}

#[test]
fn the_policies_of_the_reference_can_be_read() {
    let markdown = std::fs::read_to_string(root().join("docs/policy-language.md")).unwrap();
    let policies: Vec<&str> =
        fenced_policies(&markdown).into_iter().filter(|block| block.starts_with("policy")).collect();
    assert!(!policies.is_empty(), "the reference has no policy any more");
    for text in policies {
        let (file, _, report) = read("docs/policy-language.md", text);
        assert_eq!(report, "");
        assert!(!file.unwrap().examples.is_empty());
    }
}

#[test]
fn the_policies_of_the_library_can_be_read() {
    let mut folders = vec![root().join("library/policies")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "cov") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(read(&path.display().to_string(), &text).2, "");
                files += 1;
            }
        }
    }
    assert!(files > 0);
}

/// Reading twice as much takes about twice as long, not four times: no input makes the work quadratic.
#[test]
fn hostile_files_are_read_in_time() {
    let repeat = |piece: &str| piece.repeat(lex::FILE_BYTES_MAX / piece.len());
    let stairs: String = (1..700).map(|depth| format!("{}x\n", " ".repeat(depth))).collect();
    let hostile = [
        repeat("a"),
        repeat("\""),
        repeat("{"),
        repeat("é"),
        repeat("a: any of\n "),
        repeat("covered when all\n a: b\n"),
        repeat("rank lcd\n"),
        repeat("examples\n"),
        format!("examples\n{}", repeat(" \"a\" \"b\" => covered\n")).chars().take(lex::FILE_BYTES_MAX).collect(),
        format!("examples\n \"a\" {{ {} }} => covered", "a 1,".repeat(60_000)),
        format!("scope {}", "a in b;".repeat(37_000)),
        format!("for {}", "64615 ".repeat(43_000)),
        stairs,
    ];
    for text in hostile {
        let start = std::time::Instant::now();
        let (file, _, _) = read("hostile.cov", &text);
        assert!(file.is_none());
        let seconds = start.elapsed().as_secs();
        assert!(seconds < 10, "{seconds} s for a file that begins with {:?}", &text[..40]);
    }
}
