//! `covered policy new`: whatever is answered, the file that is written passes its own checks, or nothing is written.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of its own for one test, deleted at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("covered-new-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn covered(arguments: &[&str], file: &Path, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
        .arg("policy")
        .args(arguments)
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ends before it has read everything closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The file passes `check`, `check --thorough` without an error, and `test`; its layout is the house's.
fn passes(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("the file is there");
    for arguments in [&["check"][..], &["check", "--thorough"], &["test"], &["explain"]] {
        let output = covered(arguments, file, "");
        assert!(output.status.success(), "{arguments:?}\n{}\n{text}", said(&output));
    }
    let formatted = covered(&["fmt"], file, "");
    assert_eq!(String::from_utf8_lossy(&formatted.stdout), text);
    text
}

const ANSWERS: &str = "Acme policy 84, eyelid surgery\nhttps://example.org/84\npage 2026-11-23\naetna\nbulletin\n15823\n\
    2026-01-01 .. 2027-01-01\ncovered-if\nheadache_days_per_month >= 15 days @ \"II\"\nthe payer's own form\n\
    since last 15823 >= 12 months or never @ \"III\"\n\nyes\n";

#[test]
fn answers_become_a_policy_with_examples() {
    let folder = Folder::new("whole");
    let file = folder.file("acme.cov");
    let output = covered(&["new"], &file, ANSWERS);
    assert!(output.status.success(), "{}", said(&output));
    let text = passes(&file);
    for part in [
        "policy   \"aetna/acme-policy-84-eyelid-surgery\"  \"Acme policy 84, eyelid surgery\"",
        "scope    payer aetna",
        "dates    2026-01-01 .. 2027-01-01",
        "source   \"Acme policy 84, eyelid surgery\" \"https://example.org/84\" page read 2026-11-23",
        "unverified \"the payer's own form\"",
        "headache_days_per_month >= 15 days",
        "needs    prior_authorization\n",
        "=> not covered: headache_days",
        "=> not covered: gap",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    // The fact that the plain words meant is named.
    let output = covered(
        &["new", "--says", "covered-if"],
        &folder.file("near.cov"),
        "Acme 12\n\n\nuhc\nbooklet\n15823\n\nheadache days per month at least 15\n\n\n",
    );
    assert!(said(&output).contains("headache_days_per_month"), "{}", said(&output));
    assert!(passes(&folder.file("near.cov")).contains("rank     plan_document"));

    // A code that no claim can carry is refused at once, with the codes that it stands for.
    let file = folder.file("header.cov");
    let wrong = ANSWERS.replace("the payer's own form\n", "diagnosis in G43.7\ndiagnosis in G43.7.*\n");
    let output = covered(&["new"], &file, &wrong);
    assert!(said(&output).contains("G43.701"), "{}", said(&output));
    assert!(passes(&file).contains("diagnosis in G43.7.*"));

    // Both sides of each threshold, so nothing is left to propose.
    let thorough = said(&covered(&["check", "--thorough"], &folder.file("acme.cov"), ""));
    assert!(!thorough.contains("W141") && !thorough.contains("W142"), "{thorough}");
}

#[test]
fn what_is_not_said_is_not_made_up() {
    let folder = Folder::new("little");
    let file = folder.file("little.cov");
    let output = covered(&["new"], &file, "Acme 12\n\n\nuhc\nbulletin\n15823\n\n\n");
    assert!(output.status.success(), "{}", said(&output));
    let text = passes(&file);
    assert!(text.contains("dates    ..\n") && text.contains(" known\n"), "{text}");
    assert!(text.contains("otherwise unread \"Acme 12\"") && text.contains("=> unread"), "{text}");

    let file = folder.file("conditions.cov");
    let output = covered(&["new"], &file, "Acme 12\n\n\nuhc\nbulletin\nbotox\n\ncovered-if\n\n\n");
    assert!(output.status.success(), "{}", said(&output));
    let text = passes(&file);
    assert!(text.contains("unverified \"the conditions of Acme 12\""), "{text}");
    assert!(text.contains("needs    prior_authorization when unverified"), "{text}");
}

#[test]
fn flags_answer_too() {
    let folder = Folder::new("flags");
    let file = folder.file("flags.cov");
    let arguments = [
        "new",
        "--document",
        "Lawful",
        "--kind",
        "gate_lawful",
        "--payer",
        "commercial; service state TX",
        "--for",
        "botox",
        "--says",
        "covered-if",
        "--condition",
        "exam_on_file @ \"224.7\"",
        "--read",
        "text 2026-11-01",
    ];
    let output = covered(&arguments, &file, "");
    assert!(output.status.success(), "{}", said(&output));
    let text = passes(&file);
    assert!(text.contains("allowed when all") && text.contains("=> not allowed: exam_on"), "{text}");
}

#[test]
fn nothing_is_overwritten_or_half_written() {
    let folder = Folder::new("kept");
    let file = folder.file("kept.cov");
    fs::write(&file, "mine").expect("a file");
    let output = covered(&["new"], &file, ANSWERS);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "mine");

    // A link to nowhere is not followed.
    #[cfg(unix)]
    {
        let link = folder.file("link.cov");
        std::os::unix::fs::symlink(folder.file("elsewhere"), &link).expect("a link");
        assert_eq!(covered(&["new"], &link, ANSWERS).status.code(), Some(2));
        assert!(!folder.file("elsewhere").exists());
    }
    for input in ["", "Acme 12\n", "Acme 12\n\n\nno such payer\n", "Acme 12\n\n\nuhc\nbulletin\n"] {
        let file = folder.file("short.cov");
        let output = covered(&["new"], &file, input);
        assert_eq!(output.status.code(), Some(2), "{input:?}: {}", said(&output));
        assert!(!file.exists() && said(&output).contains("--for"), "{}", said(&output));
    }
    let left: Vec<_> =
        fs::read_dir(&folder.0).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}

/// Answers that try to write something else into the file.
#[test]
fn hostile_answers_stay_answers() {
    let folder = Folder::new("hostile");
    let hostile = [
        "\"",
        "\\",
        "\\\" page\nx",
        "x\" known\notherwise not covered",
        "# not a comment",
        "}{",
        "covered always",
        "ärzte \u{202e}kehrt",
        "\u{7f}",
        "a\tb",
        "@ \"x\"",
        "purpose = medical @ \"a\\\"b\"",
        "not not purpose",
        "at least 3 of",
        "unverified",
        "x excuses y when z",
        "(((((",
        "units J0585 today <= 99999999999999999999",
    ];
    let (mut written, mut refused) = (0, 0);
    for (number, answer) in hostile.iter().enumerate() {
        for (place, answers) in [
            format!("{answer}\n{answer}\n\nuhc\nbulletin\n15823\n\n\n\n"),
            format!("Acme\n\n\nuhc; {answer}\n\nuhc\nbulletin\n15823\n\ncovered-if\n{answer}\n\n\n"),
        ]
        .into_iter()
        .enumerate()
        {
            let file = folder.file(&format!("{number}-{place}.cov"));
            let output = covered(&["new"], &file, &answers);
            if output.status.success() {
                let text = fs::read_to_string(&file).expect("it was written");
                let tested = covered(&["test"], &file, "");
                assert!(tested.status.success(), "{answer:?} at {place}: {}\n{text}", said(&tested));
                let statements = text.lines().filter(|line| line.starts_with("otherwise")).count();
                assert_eq!(statements, 1, "{answer:?} at {place} wrote a statement:\n{text}");
                written += 1;
            } else {
                assert!(!file.exists(), "{answer:?} at {place}: {}", said(&output));
                assert!(!said(&output).contains("mistake of the program"), "{answer:?} at {place}: {}", said(&output));
                refused += 1;
            }
        }
    }
    println!("{written} written, {refused} refused");
    assert!(written > 20, "only {written} answers made a policy");
}
