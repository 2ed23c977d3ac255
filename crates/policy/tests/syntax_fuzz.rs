//! Whatever the text, reading it never panics, and what comes out hangs together.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::path::Path;
use std::sync::LazyLock;

use policy::ast::{Criterion, Expr, ExprKind, PolicyFile};
use policy::diagnostic::{DIAGNOSTICS_MAX, Diagnostic, Severity, Sources, Style, render_all};
use policy::dictionary::{self, Dictionary, Vocabulary};
use policy::lists::{self, Lists};
use policy::span::Span;
use policy::{parse, show};
use proptest::prelude::*;

/// The good files of `tests/policy`.
static GOOD: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy/good");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == "cov")).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
});

/// Reads, renders and shows a text, and checks what must hold of every text.
fn check(text: &str) {
    let mut sources = Sources::default();
    let source = sources.add("fuzz.cov", text);
    let parsed = parse::parse(source, text);
    let failed = parsed.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(parsed.file.is_none(), failed);
    assert!(parsed.diagnostics.len() <= DIAGNOSTICS_MAX + 1);
    check_diagnostics(&parsed.diagnostics, &sources, text);
    if let Some(file) = &parsed.file {
        check_spans(file, text);
        assert!(show::policy(file, &Dictionary::default()).contains(file.title.trim()));
    }
}

fn check_diagnostics(diagnostics: &[Diagnostic], sources: &Sources, text: &str) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.labels.is_empty());
        for label in &diagnostic.labels {
            assert!(text.get(label.span.range()).is_some(), "{diagnostic:?}");
        }
    }
    for (width, colour) in [(0, true), (60, false), (1000, false)] {
        let report = render_all(diagnostics, sources, Style { width, colour });
        let steers = |character: char| character.is_control() && character != '\n' && !(colour && character == '\x1b');
        assert!(!report.contains(steers), "{report:?}");
    }
}

/// Every criterion lies within its clause, and every member within its group.
fn check_spans(file: &PolicyFile, text: &str) {
    for clause in &file.clauses {
        assert!(text.get(clause.span.range()).is_some());
        for criterion in &clause.criteria {
            assert!(criterion.label.is_some());
            check_criterion(criterion, clause.span);
        }
    }
    for excuse in &file.unless {
        check_criterion(&excuse.condition, excuse.span);
    }
}

fn check_criterion(criterion: &Criterion, within: Span) {
    assert!(within.start <= criterion.span.start && criterion.span.end <= within.end);
    check_expr(&criterion.expr, criterion.span);
}

fn check_expr(expr: &Expr, within: Span) {
    assert!(within.start <= expr.span.start && expr.span.end <= within.end);
    match &expr.kind {
        ExprKind::Not(inner) => check_expr(inner, expr.span),
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
            assert!(!members.is_empty());
            members.iter().for_each(|member| check_criterion(member, expr.span));
        }
        ExprKind::Atom(_) => {}
    }
}

/// Pieces of the language, so that random texts get past the first word.
const PIECES: [&str; 84] = [
    "policy",
    "rank",
    "scope",
    "for",
    "dates",
    "source",
    "caveat",
    "covered",
    "not",
    "allowed",
    "silent",
    "unread",
    "unless",
    "otherwise",
    "needs",
    "denies",
    "due",
    "examples",
    "when",
    "all",
    "any",
    "of",
    "at",
    "least",
    "2",
    "always",
    "as",
    "frequency",
    "unverified",
    "indicative",
    "grade",
    "text",
    "read",
    "2026-02-15",
    "2026-02-30",
    "..",
    "\"a\"",
    "\"",
    "\\",
    "a:",
    "b",
    ":",
    ";",
    ",",
    "@",
    ">",
    "?",
    "{",
    "}",
    "(",
    ")",
    "=>",
    ">=",
    "<=",
    "<",
    "=",
    "!=",
    "trial",
    "table",
    "document",
    "within",
    "before",
    "service",
    "since",
    "last",
    "64615",
    "J0585-J0589",
    "A1/b",
    "count",
    "units",
    "in",
    "12",
    "2.5",
    "weeks",
    "diagnosis",
    "G43.*",
    "billed",
    "treatment",
    "with",
    "excuses",
    "but",
    "#",
    "é",
    "\u{202e}",
];

const SPACES: [&str; 8] = [" ", " ", " ", "", "\n", "\n  ", "\n    ", "\r\n\t"];

fn soup() -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(&PIECES[..]), prop::sample::select(&SPACES[..]));
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

/// One change of a good file, at a place given as a fraction of its length.
#[derive(Clone, Debug)]
enum Change {
    Delete(usize),
    Repeat(usize),
    Insert(String),
    DropLine,
    Indent(usize),
}

fn change() -> impl Strategy<Value = (u16, Change)> {
    let kind = prop_oneof![
        (1..40usize).prop_map(Change::Delete),
        (1..40usize).prop_map(Change::Repeat),
        prop::sample::select(&PIECES[..]).prop_map(|piece| Change::Insert(piece.to_owned())),
        any::<char>().prop_map(|character| Change::Insert(character.to_string())),
        Just(Change::DropLine),
        (0..12usize).prop_map(Change::Indent),
    ];
    (any::<u16>(), kind)
}

fn apply(text: &mut String, place: u16, change: &Change) {
    let at = text.floor_char_boundary(text.len() * usize::from(place) / usize::from(u16::MAX));
    let end = |length: usize| text.floor_char_boundary((at + length).min(text.len())).max(at);
    match change {
        Change::Delete(length) => text.replace_range(at..end(*length), ""),
        Change::Repeat(length) => {
            let piece = text[at..end(*length)].to_owned();
            text.insert_str(at, &piece);
        }
        Change::Insert(piece) => text.insert_str(at, piece),
        Change::DropLine => {
            let length = text[at..].find('\n').map_or(text.len() - at, |newline| newline + 1);
            text.replace_range(at..at + length, "");
        }
        Change::Indent(columns) => {
            let line = text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
            let blanks = text[line..].len() - text[line..].trim_start_matches(' ').len();
            text.replace_range(line..line + blanks, &" ".repeat(*columns));
        }
    }
}

/// `PROPTEST_CASES` widens a run.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(500), failure_persistence: None, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let source = Sources::default().add("fuzz.cov", "");
        if let Ok(text) = parse::decode(source, &bytes) {
            check(text);
        }
    }

    #[test]
    fn words_of_the_language_in_any_order(text in soup()) {
        check(&text);
    }

    #[test]
    fn changed_good_files(file in 0..GOOD.len(), changes in prop::collection::vec(change(), 1..5)) {
        let mut text = GOOD[file].clone();
        for (place, change) in &changes {
            apply(&mut text, *place, change);
        }
        check(&text);
    }

    #[test]
    fn any_dictionary(text in prop_oneof![any::<String>(), r#"(\[?(document|trial_class|a|b)\.?[a-z"]{0,3}\]?\n|(type|unit|values|assumed|says) = ("(yes-no|number|choice|no)"|[0-9.]{1,4}|\["a"\])\n){0,12}"#]) {
        let mut sources = Sources::default();
        let source = sources.add("fuzz.toml", text.as_str());
        let parsed = dictionary::parse(&[(source, &text)], &Vocabulary::default());
        prop_assert_eq!(parsed.dictionary.is_none(), !parsed.diagnostics.is_empty());
        check_diagnostics(&parsed.diagnostics, &sources, &text);
    }

    #[test]
    fn any_list_or_table(rows in "(([A-Z0-9.]{0,4}|2026-[0-9]{2}-[0-9]{2}|\"|é),?){0,40}|[ -~\n]{0,80}", list in any::<bool>()) {
        let text = format!("{}\n{rows}", if list { "code,from,until,group" } else { "from,value" });
        let mut sources = Sources::default();
        let source = sources.add("fuzz.csv", text.as_str());
        let errors = if list { Lists::default().add(source, "fuzz", &text).err() } else { lists::table(source, &text).err() };
        check_diagnostics(&errors.unwrap_or_default(), &sources, &text);
    }
}

#[test]
fn the_good_files_pass_unchanged() {
    for text in GOOD.iter() {
        check(text);
        let source = Sources::default().add("good.cov", "");
        assert!(parse::parse(source, text).file.is_some());
    }
}
