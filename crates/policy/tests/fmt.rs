//! The formatter: it changes blanks only, and nothing the second time.
//!
//! `tests/policy/check/fmt/*.cov` stand beside what they become; `UPDATE=1 cargo test -p policy --test fmt` writes it again.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

#[expect(dead_code, reason = "only the texts are needed here, not their dictionary")]
#[path = "support/generate.rs"]
mod generate;

use std::path::{Path, PathBuf};

use policy::diagnostic::{Sources, Style, render_all};
use policy::fmt::format;
use policy::parse::parse;
use policy::span::SourceId;
use proptest::prelude::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All policy files below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "cov") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// The debug text of a tree without its spans.
fn tree(text: &str) -> Option<String> {
    let debug = format!("{:?}", parse(SourceId(0), text).file?);
    let mut out = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("Span {") {
        let end = rest[at..].find('}').unwrap() + at + 1;
        out.push_str(&rest[..at]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Some(out)
}

/// The text without blanks. Comments keep their words, so none can be lost or moved.
fn ink(text: &str) -> String {
    text.trim_start_matches('\u{FEFF}').chars().filter(|character| !character.is_whitespace()).collect()
}

/// What must hold of every file that can be read.
fn check(name: &str, text: &str) -> String {
    let formatted = format(text).unwrap_or_else(|errors| {
        let mut sources = Sources::default();
        sources.add(name, text);
        panic!("{}", render_all(&errors, &sources, Style::default()))
    });
    assert_eq!(ink(&formatted), ink(text), "{name}");
    assert_eq!(tree(&formatted), tree(text), "{name}\n{formatted}");
    assert_eq!(format(&formatted).unwrap(), formatted, "{name} changes again");
    let tidy = |line: &str| !line.ends_with(' ') && !line.contains('\t') && !line.contains('\r');
    assert!(formatted.lines().all(tidy) && formatted.ends_with('\n') && !formatted.ends_with("\n\n"), "{name}");
    formatted
}

#[test]
fn examples_are_laid_out_as_expected() {
    let mut differing = Vec::new();
    for path in below(&root().join("tests/policy/check/fmt")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let actual = check(&name, &std::fs::read_to_string(&path).unwrap());
        let beside = path.with_extension("expected");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &actual).unwrap();
        } else if std::fs::read_to_string(&beside).unwrap_or_default() != actual {
            differing.push(format!("--- {}\nactual:\n{actual}", beside.display()));
        }
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
}

#[test]
fn policies_of_the_library_and_the_tests_keep_their_meaning() {
    let mut files = 0;
    for folder in ["library/policies", "tests/policy/good", "tests/policy/check"] {
        for path in below(&root().join(folder)) {
            check(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap());
            files += 1;
        }
    }
    println!("{files} files");
}

#[test]
fn random_policies_keep_their_meaning() {
    for seed in 0..500 {
        let text = generate::policy(&mut generate::Random::new(seed), 0, "lcd");
        check(&text, &text);
    }
}

#[test]
fn a_file_with_errors_is_left_alone() {
    for text in ["", "policy \"x\"\n", "covered when all\n a: b\n   c: d\n"] {
        assert!(!format(text).unwrap_err().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Blanks and comments anywhere between the words of a line.
    #[test]
    fn odd_blanks_are_put_right(seed in 0_u64..1_000, blanks in prop::collection::vec(0_usize..5, 20..60)) {
        let text = generate::policy(&mut generate::Random::new(seed), 0, "lcd");
        let mut odd = String::new();
        let mut next = blanks.iter().copied().cycle();
        let mut draw = || next.next().unwrap();
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            odd.push_str(&" ".repeat(indent * 3));
            for (at, part) in line.trim_start().split('"').enumerate() {
                // Every second part stands in a string.
                odd.push_str(if at > 0 { "\"" } else { "" });
                let blanks = if at % 2 == 0 { " ".repeat(1 + draw()) } else { " ".to_owned() };
                odd.push_str(&part.replace(' ', &blanks));
            }
            odd.push_str(&" ".repeat(1 + draw()));
            if draw() == 0 {
                odd.push_str("# a  comment, with \"marks\" => and more");
            }
            odd.push_str(if draw() == 1 { "\r\n" } else { "\n" });
            match draw() {
                0 => odd.push_str("\n\n   \n"),
                1 => odd.push_str("       #a comment of its own\n"),
                _ => {}
            }
        }
        check("odd", &odd);
        prop_assert_eq!(tree(&format(&odd).unwrap()), tree(&text));
    }

    /// Whatever the text: no panic, and what can be read keeps its ink.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        if let Ok(formatted) = format(&text) {
            prop_assert_eq!(ink(&formatted), ink(&text));
        }
    }
}

/// Twice as much takes about twice as long.
#[test]
fn large_files_are_laid_out_in_time() {
    let head = "policy \"x\" \"X\"\nrank lcd\nfor 64615\ndates ..\nsource \"x\" text\n";
    let criteria: String = (0..4_000).map(|at| format!(" a{at}: injury # {at}\n # more\n")).collect();
    let text = format!("{head}covered when any\n{criteria}otherwise silent\n");
    let start = std::time::Instant::now();
    let formatted = format(&text).unwrap();
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(formatted.lines().count(), text.lines().count());
}
