//! The situations of `examples/`, each with its answer as text and as JSON in `examples/answers/`.
//!
//! `UPDATE=1 cargo test -p covered --test examples` writes the answers again; review them as a diff.
//! What each example expects stands in the comment that opens it, and no program writes that.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Columns that text for people keeps to.
const COLUMNS_MAX: usize = 80;
/// Whoever stands at a desk reads no more reasons.
const REASONS_MAX: usize = 5;

/// One example and what the program says of it.
struct Example {
    name: String,
    case: String,
    text: String,
    json: String,
    answer: Value,
    proof: String,
}

static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let example = |name: String| {
        let json = check(&name, &["--json"]);
        Example {
            case: read(&root().join("examples").join(format!("{name}.toml"))),
            text: check(&name, &[]),
            answer: serde_json::from_str(&json).expect("--json prints JSON"),
            json,
            proof: check(&name, &["--explain"]),
            name,
        }
    };
    let examples: Vec<Example> = names(&root().join("examples"), "toml").into_iter().map(example).collect();
    assert!(!examples.is_empty(), "there are no examples");
    examples
});

impl Example {
    fn payer(&self, key: &str) -> &str {
        self.answer["payer"][key].as_str().unwrap_or_else(|| panic!("{} names no payer", self.name))
    }

    /// The answer to the only line: an example is one service.
    fn line(&self) -> &Value {
        match self.answer["lines"].as_array().map(Vec::as_slice) {
            Some([line]) => line,
            _ => panic!("{} is not one service", self.name),
        }
    }

    /// Verdict and route of `Expected: VERDICT, ROUTE` in the comment that opens it.
    fn expected(&self) -> (String, String) {
        let comment: Vec<&str> = self.case.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
        assert!((2..=4).contains(&comment.len()), "{}: the comment has {} lines", self.name, comment.len());
        let comment = comment.join(" ");
        let (_, expected) = comment.split_once("Expected: ").unwrap_or_else(|| panic!("{} expects nothing", self.name));
        let mut words = expected.split([',', ':', ' ']).filter(|word| !word.is_empty()).map(str::to_owned);
        words.next().zip(words.next()).unwrap_or_else(|| panic!("{}: no verdict and route: {expected}", self.name))
    }

    /// The JSON without which library answered: an edit of another policy leaves this answer as it is.
    fn json_without_library(&self) -> String {
        ["version", "sha256"].into_iter().fold(self.json.clone(), |json, key| {
            let value = self.answer["library"][key].as_str().expect("an answer names its library");
            assert!(!value.is_empty(), "the library's {key} is empty");
            json.replacen(&format!("\"{value}\""), &format!("\"({key})\""), 1)
        })
    }

    /// The text without it; the last line has the version and the first digits of the hash.
    fn text_without_library(&self) -> String {
        let (before, stamp) = self.text.rsplit_once("; library ").expect("the text names its library");
        let sha256 = self.answer["library"]["sha256"].as_str().expect("an answer names its library");
        assert!(stamp.contains(&sha256[..12]), "{}: the last line is `{stamp}`", self.name);
        format!("{before}; library (version), (sha256).\n")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder that have this extension, by name without it.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .collect()
}

/// What `covered check` prints for an example, run in the project's folder as the README does.
fn check(name: &str, flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_covered"))
        .arg("check")
        .arg(format!("examples/{name}.toml"))
        .args(flags)
        .current_dir(root())
        .output()
        .expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {flags:?}: {}\n{errors}", output.status);
    assert_eq!(errors, "", "{name} {flags:?} writes to standard error");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Compares with what is stored, or stores it.
fn compare(path: &Path, actual: &str, differing: &mut Vec<String>) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    } else if fs::read_to_string(path).ok().as_deref() != Some(actual) {
        differing.push(format!("{} differs; now:\n{actual}", path.display()));
    }
}

#[test]
fn answers_are_the_stored_ones() {
    let folder = root().join("examples/answers");
    let mut differing = Vec::new();
    for example in &*EXAMPLES {
        let stored = |extension: &str| folder.join(format!("{}.{extension}", example.name));
        compare(&stored("txt"), &example.text_without_library(), &mut differing);
        compare(&stored("json"), &example.json_without_library(), &mut differing);
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
    let examples: BTreeSet<String> = EXAMPLES.iter().map(|example| example.name.clone()).collect();
    for extension in ["txt", "json"] {
        assert_eq!(names(&folder, extension), examples, "{extension} files of {}", folder.display());
    }
}

#[test]
fn verdict_and_route_are_as_the_author_expected() {
    let mut wrong = Vec::new();
    for example in &*EXAMPLES {
        let (verdict, route) = example.expected();
        let found = (&example.line()["verdict"], &example.line()["route"]);
        if found != (&Value::from(verdict.as_str()), &Value::from(route.as_str())) {
            wrong.push(format!("{}: expected {verdict}, {route}; found {}, {}", example.name, found.0, found.1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    for example in &*EXAMPLES {
        let Example { name, text, json, proof, .. } = example;
        for (flags, before) in [(&[][..], text), (&["--json"], json), (&["--explain"], proof)] {
            assert_eq!(&check(name, flags), before, "{name} {flags:?}");
        }
    }
}

/// Verdict, act and money come first: whoever reads three lines has the answer.
#[test]
fn text_opens_with_verdict_act_and_money() {
    for example in &*EXAMPLES {
        let Example { name, text, .. } = example;
        let (verdict, rest) = text.split_once("\nWhat to do now: ").unwrap_or_else(|| panic!("{name}: no act\n{text}"));
        let (act, money) = rest.split_once("\nYou pay: ").unwrap_or_else(|| panic!("{name}: no money\n{text}"));
        assert!(!verdict.contains('\n') && !act.contains('\n'), "{name}: the opening is not three lines\n{text}");
        assert!(
            verdict.to_lowercase().contains(&example.payer("name").to_lowercase()),
            "{name}: `{verdict}` does not name the payer"
        );
        assert!(verdict.ends_with('.') && !verdict.contains(". "), "{name}: `{verdict}` is not one sentence");
        assert!(money.lines().next().is_some_and(|line| line.ends_with('.')), "{name}: nothing on money\n{text}");
    }
}

#[test]
fn text_gives_few_reasons() {
    for example in &*EXAMPLES {
        let (_, why) = example.text.split_once("\nWhy\n").unwrap_or_else(|| panic!("{}: no reasons", example.name));
        let (why, _) = why.split_once("\n\n").expect("something follows the reasons");
        let reasons = why.lines().filter(|line| line.starts_with("  - ") && !line.contains(" more; ")).count();
        assert!((1..=REASONS_MAX).contains(&reasons), "{}: {reasons} reasons\n{why}", example.name);
    }
}

#[test]
fn text_is_for_a_terminal_of_any_kind() {
    for example in &*EXAMPLES {
        for line in example.text.lines().chain(example.proof.lines()) {
            // The address of a source has no place to break.
            let columns = if line.contains("://") { 0 } else { line.chars().count() };
            assert!(columns <= COLUMNS_MAX, "{}: {columns} columns: {line}", example.name);
            assert!(!line.contains('\u{1b}'), "{}: colour away from a terminal: {line}", example.name);
        }
    }
}

/// The patient's own claim is no way round a duty to file, a contract, or Medicaid.
#[test]
fn patients_are_sent_to_claim_only_where_they_may() {
    for example in &*EXAMPLES {
        let Example { name, case, .. } = example;
        if matches!(example.payer("id"), "medicare" | "medicaid") || case.contains("network = \"in\"") {
            assert_ne!(example.line()["verdict"], "patient-claim", "{name}");
            assert_ne!(example.line()["route"], "patient-claim", "{name}");
        }
    }
}

/// A newcomer copies the commands of the README: the files that they name are there.
#[test]
fn files_in_the_commands_of_the_readme_exist() {
    let readme = read(&root().join("README.md"));
    // Every second piece between fences is inside one; its first line names the language.
    let blocks = readme.split("```").skip(1).step_by(2);
    let words = blocks.flat_map(str::split_whitespace);
    let files: Vec<&str> = words.filter(|word| word.contains('/') && !word.contains("://")).collect();
    assert!(files.contains(&"examples/migraine-botox.toml"), "README.md does not show the first command");
    for file in files {
        assert!(root().join(file).exists(), "README.md names `{file}`, which is not there");
    }
}
