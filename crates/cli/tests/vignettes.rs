//! The vignettes of `tests/vignettes/`: whole cases, each with the answer that its author expects from the sources.
//!
//! A vignette is one file: an ordinary case, opened by lines that begin with `#|` and say what is expected, and on which
//! sentence of which source that rests. How they were written, and how they fared, stands in `tests/vignettes/README.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use coverage::answer::{Answer, Verdict};
use coverage::case::{Notation, decode};
use coverage::determine::determine;
use coverage::text::{LINES_FURTHER_MAX, LINES_MAX, render};
use library::Library;

/// What a vignette expects of the answer.
struct Expectation {
    /// In one sentence, what the case is about.
    title: String,
    /// One for each line of the case.
    verdicts: Vec<String>,
    /// One for each line of the case.
    routes: Vec<String>,
    /// What the text must say; `a|b` is satisfied by either.
    mention: Vec<String>,
    /// What the text must not say.
    never: Vec<String>,
    /// Where the source stands.
    rests_on: String,
    /// The sentence of the source.
    says: String,
}

/// A case and its expectation.
struct Vignette {
    /// The path below `tests/vignettes`, without the extension.
    name: String,
    case: String,
    expectation: Expectation,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vignettes")
}

/// Every vignette, by name.
fn vignettes() -> Vec<Vignette> {
    let mut found = Vec::new();
    for group in fs::read_dir(folder()).expect("the folder of vignettes") {
        let group = group.expect("an entry").path();
        if !group.is_dir() {
            continue;
        }
        for file in fs::read_dir(&group).expect("a folder of vignettes") {
            let file = file.expect("an entry").path();
            let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let name = format!("{}/{stem}", group.file_name().expect("a folder has a name").to_string_lossy());
            let case = fs::read_to_string(&file).expect("a vignette is text");
            let expectation = expectation(&name, &case);
            found.push(Vignette { name, case, expectation });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    found
}

/// Reads the lines that begin with `#|`.
fn expectation(name: &str, case: &str) -> Expectation {
    let head: String =
        case.lines().filter_map(|line| line.strip_prefix("#|")).map(|line| format!("{line}\n")).collect();
    let mut table: toml::Table = head.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut words = |key: &str| match table.remove(key) {
        None => Vec::new(),
        Some(toml::Value::String(word)) => vec![word],
        Some(toml::Value::Array(words)) => {
            words.into_iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
        }
        Some(other) => panic!("{name}: `{key}` is {other}"),
    };
    let mut one = |key: &str| match <[String; 1]>::try_from(words(key)) {
        Ok([word]) if !word.is_empty() => word,
        _ => panic!("{name}: `{key}` has to be one text"),
    };
    let (title, rests_on, says) = (one("title"), one("rests_on"), one("says"));
    let (verdicts, routes) = (words("verdict"), words("route"));
    let (mention, never) = (words("mention"), words("never"));
    words("trap");
    assert!(table.is_empty(), "{name}: no key of an expectation: {table:?}");
    Expectation { title, verdicts, routes, mention, never, rests_on, says }
}

/// The form alone: nothing is asked of any policy here.
#[test]
fn every_vignette_is_a_case_with_an_expectation() {
    const VERDICTS: [&str; 7] = [
        "covered",
        "covered-if",
        "prior-authorization",
        "patient-claim",
        "not-covered",
        "not-billable-here",
        "unknown",
    ];
    const ROUTES: [&str; 5] = ["claim", "patient-claim", "self-pay", "stop", "ask"];
    let library = Library::embedded().expect("the library loads");
    let vignettes = vignettes();
    assert!(vignettes.len() >= 150, "{} vignettes", vignettes.len());
    let mut wrong = Vec::new();
    for Vignette { name, case, expectation } in &vignettes {
        let Expectation { title, verdicts, routes, mention, never, rests_on, says } = expectation;
        for text in [title, rests_on, says].into_iter().chain(mention).chain(never) {
            assert!(!text.trim().is_empty(), "{name}: an empty text");
        }
        assert!(verdicts.iter().all(|verdict| VERDICTS.contains(&verdict.as_str())), "{name}: {verdicts:?}");
        assert!(routes.iter().all(|route| ROUTES.contains(&route.as_str())), "{name}: {routes:?}");
        match decode(name, case, Notation::guess(case), &library) {
            Ok(decoded) => assert_eq!(
                (decoded.case.lines.len(), decoded.case.lines.len()),
                (verdicts.len(), routes.len()),
                "{name}: a verdict and a route for each line"
            ),
            Err(errors) => wrong.extend(errors.errors().iter().map(|error| format!("{name}: {}", error.error))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The answer to a vignette and its text for people.
fn answer(vignette: &Vignette, library: &Library) -> (Answer, String) {
    let Vignette { name, case, .. } = vignette;
    let decoded = decode(name, case, Notation::guess(case), library).unwrap_or_else(|_| panic!("{name} is no case"));
    let compiled = library.for_case(&decoded.case).unwrap_or_else(|error| panic!("{name}: {error}"));
    let answer = determine(&decoded.case, &decoded.notes, &compiled);
    let text = render(&answer);
    (answer, text)
}

/// A word as the JSON writes it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).expect("a word").as_str().expect("a word").to_owned()
}

/// Small letters and single blanks: a line may break anywhere.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What an answer says otherwise than its vignette expects, a line each, opened by its kind.
fn disagreements(vignette: &Vignette, answer: &Answer, text: &str) -> Vec<String> {
    let Vignette { name, expectation, .. } = vignette;
    let said = plain(text);
    let mut found = Vec::new();
    for (at, line) in answer.lines.iter().enumerate() {
        for (kind, expected, actual) in [
            ("verdict", &expectation.verdicts[at], word(line.verdict)),
            ("route", &expectation.routes[at], word(line.route)),
        ] {
            if *expected != actual {
                found.push(format!("{kind}: {name}, line {}: expected {expected}, found {actual}", line.line));
            }
        }
    }
    for wanted in &expectation.mention {
        if !wanted.split('|').any(|word| said.contains(&plain(word))) {
            found.push(format!("mention: {name}: does not say `{wanted}`"));
        }
    }
    for unwanted in &expectation.never {
        if said.contains(&plain(unwanted)) {
            found.push(format!("never: {name}: says `{unwanted}`"));
        }
    }
    found
}

/// Vignettes that are known to disagree, each with what has to change; what is not listed has to agree.
fn open() -> BTreeSet<String> {
    let list = fs::read_to_string(folder().join("open.txt")).unwrap_or_default();
    list.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn answers_are_what_the_sources_promise() {
    let library = Library::embedded().expect("the library loads");
    let open = open();
    let mut wrong = Vec::new();
    let mut agreeing = 0;
    let vignettes = vignettes();
    for vignette in &vignettes {
        let (answer, text) = answer(vignette, &library);
        let found = disagreements(vignette, &answer, &text);
        agreeing += usize::from(found.is_empty());
        if !open.contains(&vignette.name) {
            wrong.extend(found);
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{agreeing} of {} agree\n{}", vignettes.len(), wrong.join("\n"));
}

/// Columns that text for people keeps to.
const COLUMNS_MAX: usize = 80;
/// Whoever stands at a desk reads no more reasons.
const REASONS_MAX: usize = 5;
/// What stands before a reason; `Not read` names a text, not a reason.
const REASONS: [&str; 5] = ["Against it: ", "Met: ", "Not met: ", "Open: ", "Not read: "];
/// How a source may have been read; every reason stands under one of these.
const GRADES: [&str; 6] = [
    "full text",
    "the authority's page",
    "a copy elsewhere",
    "a summary only",
    "the heading only",
    "general knowledge",
];

/// The vignettes and the examples, by name.
fn everything() -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = vignettes().into_iter().map(|one| (one.name, one.case)).collect();
    for file in fs::read_dir(folder().join("../../examples")).expect("the examples") {
        let file = file.expect("an entry").path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&file).expect("an example is text");
            cases.push((file.display().to_string(), text));
        }
    }
    cases
}

/// What is wrong with the text of an answer as a page for a front desk.
fn unreadable(answer: &Answer, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let most = LINES_MAX + LINES_FURTHER_MAX * answer.lines.len().saturating_sub(1);
    if lines.len() > most {
        wrong.push(format!("{} lines", lines.len()));
    }
    wrong.extend(
        lines
            .iter()
            .filter(|line| line.chars().count() > COLUMNS_MAX && !line.contains("://"))
            .map(|line| format!("a wide line: {line}")),
    );
    let openings = text.matches("What to do now: ").count();
    if openings != answer.lines.len() || text.matches("You pay: ").count() != answer.lines.len() {
        wrong.push("not one act and one amount for each service".to_owned());
    }
    let said = plain(text);
    for line in &answer.lines {
        if line.because.iter().any(|because| because.citation.trim().is_empty() || because.grade.is_empty()) {
            wrong.push("a reason without citation or grade".to_owned());
        }
        // Only text, page and mirror may say "covered" without saying how weakly the source was read.
        let weak = |grade: &str| matches!(grade, "digest" | "header" | "known");
        if line.verdict == Verdict::Covered && line.because.iter().all(|because| weak(&because.grade)) {
            let caveat =
                line.because.iter().flat_map(|because| &because.caveats).any(|note| said.contains(&plain(note)));
            if !caveat {
                wrong.push("covered on a weak source without its caveat".to_owned());
            }
        }
    }
    // Each reason stands under a line that names a source and how it was read.
    for why in text.split("\nWhy\n").skip(1) {
        let why: Vec<&str> = why.lines().take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
        let end = why.iter().position(|line| line.is_empty()).unwrap_or(why.len());
        let why = &why[..end];
        let is_reason = |line: &&str| REASONS[..4].iter().any(|word| line.starts_with(&format!("  - {word}")));
        let reasons = why.iter().filter(|line| is_reason(line)).count();
        if reasons > REASONS_MAX {
            wrong.push(format!("{reasons} reasons"));
        }
        if reasons > 0 && !GRADES.iter().any(|grade| plain(&why.join(" ")).contains(grade)) {
            wrong.push("reasons without a graded source".to_owned());
        }
    }
    wrong
}

#[test]
fn every_answer_is_a_page_that_a_front_desk_can_read() {
    let library = Library::embedded().expect("the library loads");
    let mut wrong = Vec::new();
    for (name, case) in everything() {
        let decoded = decode(&name, &case, Notation::guess(&case), &library).unwrap_or_else(|_| panic!("{name}"));
        let compiled = library.for_case(&decoded.case).unwrap_or_else(|error| panic!("{name}: {error}"));
        let answer = determine(&decoded.case, &decoded.notes, &compiled);
        let text = render(&answer);
        wrong.extend(unreadable(&answer, &text).into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a law forbids a plan to call it cosmetic: the rebuilding of a breast (42 U.S.C. 300gg-27).
const NOT_FOR_LOOKS_BY_LAW: [&str; 1] = ["skin/areola-tattoo-group-plan"];

/// Work done for looks is never paid for, whatever else the case says.
#[test]
fn nothing_for_looks_is_covered() {
    let library = Library::embedded().expect("the library loads");
    let paid = [Verdict::Covered, Verdict::CoveredIf, Verdict::PriorAuthorization, Verdict::PatientClaim];
    let mut wrong = Vec::new();
    let mut seen = 0;
    for vignette in vignettes().into_iter().filter(|one| !NOT_FOR_LOOKS_BY_LAW.contains(&one.name.as_str())) {
        // Every vignette once more as if its treatment were for looks.
        let case = vignette.case.replace("purpose = \"medical\"", "purpose = \"cosmetic\"");
        let decoded = decode(&vignette.name, &case, Notation::guess(&case), &library).expect("still a case");
        let compiled = library.for_case(&decoded.case).unwrap_or_else(|error| panic!("{}: {error}", vignette.name));
        for (line, of_case) in determine(&decoded.case, &decoded.notes, &compiled).lines.iter().zip(&decoded.case.lines)
        {
            let is_for_looks = of_case.purpose == Some(coverage::case::Purpose::Cosmetic);
            seen += usize::from(is_for_looks);
            if is_for_looks && paid.contains(&line.verdict) {
                wrong.push(format!("{}, line {}: {}", vignette.name, line.line, word(line.verdict)));
            }
        }
    }
    assert!(seen >= 300, "{seen} lines for looks");
    assert!(wrong.is_empty(), "{} of {seen} lines for looks\n{}", wrong.len(), wrong.join("\n"));
}
