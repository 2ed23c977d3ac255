//! `covered x12 …` over the built program: what it prints, and how it ends.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A megabyte of anything is judged in less, also without optimization and beside other tests.
const TIME_MAX: Duration = Duration::from_secs(30);

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/x12")
}

fn good() -> PathBuf {
    samples().join("837p/good/example.edi")
}

/// A new folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("x12").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn covered(arguments: &[&str]) -> Output {
    covered_reading(arguments, b"")
}

fn covered_reading(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // Who does not read its input closes it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the input is written");
    output
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// What a command prints, after a look at how it ended.
fn printed(arguments: &[&str], code: i32) -> String {
    let output = covered(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{errors}");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn refused(arguments: &[&str], code: &str) -> String {
    let output = covered(arguments);
    let errors = String::from_utf8(output.stderr).expect("errors are UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{errors}");
    assert!(errors.contains(&format!("error[{code}]")) && errors.contains("= help: "), "{arguments:?}\n{errors}");
    assert_eq!(output.stdout, b"", "{arguments:?} prints although it fails");
    errors
}

fn json(arguments: &[&str], code: i32) -> Value {
    serde_json::from_str(&printed(arguments, code)).expect("--json prints JSON")
}

/// A file of the example that breaks this rule.
fn broken(folder: &Path, rule: &str) -> PathBuf {
    let path = folder.join(format!("{rule}.edi"));
    printed(&["x12", "make", "--break", rule, "--out", text(&path)], 0);
    path
}

#[test]
fn a_good_file_is_clean_and_counted() {
    let out = printed(&["x12", "check", text(&good())], 0);
    assert!(out.contains("complete: 2267 bytes, 1 interchange, 1 group, 1 transaction set"), "{out}");
    assert!(out.contains("4 claims, 6 lines; charged $1,679.05, paid $0.00\n"), "{out}");
    assert!(out.ends_with("0 errors, 0 warnings\n"), "{out}");
    let shown = json(&["x12", "show", text(&good()), "--json"], 0);
    for (key, value) in
        [("interchanges", 1), ("transactions", 1), ("claims", 4), ("lines", 6), ("charge_cents", 167_905)]
    {
        assert_eq!(shown[key], value, "{key}");
    }
    assert_eq!((&shown["complete"], &shown["paid_cents"]), (&Value::from(true), &Value::from(0)));
}

#[test]
fn findings_point_at_the_place_and_end_with_1() {
    let path = broken(&folder("findings"), "X3001");
    let out = printed(&["x12", "check", text(&path)], 1);
    let finding = "\
   |
   | CLM*EX0001*1170***11:B:1*Y*A*Y*Y
   |            ^^^^
   = help: ";
    assert!(out.starts_with("error[X3001]: ") && out.contains(finding), "{out}");
    assert!(out.contains("byte 708, CLM02, claim EX0001, loop 2000A/2000B/2300\n"), "{out}");
    let found = json(&["x12", "check", text(&path), "--json"], 1);
    let file = &found["files"][0];
    assert_eq!((&file["errors"], &file["findings"][0]["rule"]), (&Value::from(1), &Value::from("X3001")));
    assert_eq!(file["record"]["complete"], true);
}

#[test]
fn levels_and_receivers_choose_the_rules() {
    let folder = folder("levels");
    let path = broken(&folder, "X3001");
    printed(&["x12", "check", text(&path), "--level", "2"], 0);
    printed(&["x12", "check", text(&path), "--level", "3"], 1);
    let receiver = folder.join("receiver");
    fs::write(&receiver, "X3001 warning\n").expect("the receiver's file");
    let out = printed(&["x12", "check", text(&path), "--receiver", text(&receiver)], 0);
    assert!(out.ends_with("0 errors, 1 warning\n"), "{out}");
    fs::write(&receiver, "X9999 off\n").expect("the receiver's file");
    refused(&["x12", "check", text(&path), "--receiver", text(&receiver)], "X0102");
}

#[test]
fn rules_of_an_overlay_name_their_source() {
    let folder = folder("overlays");
    let bad = folder.join("bad.edi");
    printed(&["x12", "make", "--overlay", "medicare-ngs", "--break", "NGS-MBI", "--out", text(&bad)], 0);
    let out = printed(&["x12", "check", text(&bad), "--overlay", "medicare-ngs"], 1);
    for part in [
        "error[X7003]: Medicare (National Government Services): the Medicare number has not the form",
        "(NGS-MBI)\n",
        "   = help: copy the eleven characters",
        "   = source: Quarterly Top Ten EDI Part B EDI Edits, edit X222.121.2010BA.NM109.020, https://ngsmedicare.com/",
    ] {
        assert!(out.contains(part), "{out}");
    }
    assert!(!out.contains("1EG4TE5MK7S"), "a number of a person is masked: {out}");
    let found = json(&["x12", "check", text(&bad), "--overlay", "medicare-ngs", "--json"], 1);
    let asked = &found["files"][0]["findings"][0]["asked"];
    assert_eq!((&asked["rule"], &asked["read"]), (&Value::from("NGS-MBI"), &Value::from("2026-11-29")));
    // Another payer asks for nothing of the kind.
    printed(&["x12", "check", text(&bad)], 0);
    let kept = covered(&["x12", "make", "--overlay", "stedi", "--keep", "STEDI-ZERO"]).stdout;
    assert!(covered_reading(&["x12", "check", "-", "--overlay", "stedi"], &kept).status.success());
    let listed = printed(&["x12", "rules", "--overlay", "stedi"], 0);
    assert!(
        listed.contains("STEDI-PRIMARY (Stedi): ") && listed.contains("https://www.stedi.com/changelog/"),
        "{listed}"
    );

    refused(&["x12", "make", "--overlay", "stedi", "--break", "NGS-MBI"], "X0302");
    refused(&["x12", "check", text(&bad), "--overlay", "medicare"], "I0002");
    let own = folder.join("own.overlay");
    fs::write(&own, "receiver A\nsource B\nrule A-1\nforbid 2300 K3\n").expect("the overlay can be written");
    let errors = refused(&["x12", "check", text(&bad), "--overlay", text(&own)], "X0105");
    assert!(errors.contains("line 4: the rule lacks `says`") && errors.contains("= help: add that line"), "{errors}");
}

#[test]
fn every_rule_is_explained_and_has_a_file_that_breaks_it() {
    let rules = json(&["x12", "rules", "--json"], 0);
    let rules = rules["rules"].as_array().expect("a list of rules");
    assert!(rules.len() > 80, "{} rules", rules.len());
    // The rules of receivers are broken for the one that `make` knows.
    let receiver = folder("rules").join("receiver");
    printed(&["x12", "make", "--receiver", "--out", text(&receiver)], 0);
    printed(&["x12", "rules", "--overlay", text(&receiver)], 0);
    for rule in rules {
        let id = rule["id"].as_str().expect("a rule has an identifier");
        let explained = printed(&["x12", "rules", id], 0);
        assert!(explained.contains("What to do: ") && explained.contains("Source: "), "{explained}");
        let bytes = covered(&["x12", "make", "--break", id]).stdout;
        let is_of_receivers = rule["level"] == 7;
        let mut arguments = vec!["x12", "check", "-", "--json"];
        if is_of_receivers {
            arguments.extend(["--receiver", text(&receiver)]);
            let near = covered(&["x12", "make", "--keep", id]).stdout;
            assert!(covered_reading(&arguments, &near).status.success(), "{id}");
        }
        let output = covered_reading(&arguments, &bytes);
        let found: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
        let counts = found["files"][0]["counts"].as_object().expect("counts by rule");
        assert_eq!(counts.keys().collect::<Vec<_>>(), [id], "{id}");
        let errors = found["files"][0]["errors"].as_u64().expect("a count");
        let unread = found["files"][0]["record"]["interchanges"] == 0;
        let whole = found["files"][0]["record"]["complete"] == true;
        let expected = if unread { 2 } else { i32::from(errors > 0 || !whole) };
        assert_eq!(output.status.code(), Some(expected), "{id}");
    }
    let errors = refused(&["x12", "rules", "X3O01"], "I0002");
    assert!(errors.contains("did you mean `X3001`?"), "{errors}");
    refused(&["x12", "make", "--break", "nothing"], "I0002");
}

/// Cut off anywhere, a file never passes for a whole one.
#[test]
fn a_file_that_was_cut_off_is_never_clean() {
    let bytes = fs::read(good()).expect("the example");
    for length in [0, 1, 50, 105, 106, 700, 1500, bytes.len() - 20, bytes.len() - 2] {
        let output = covered_reading(&["x12", "check", "-"], &bytes[..length]);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.contains("INCOMPLETE"), "{length}: {out}");
        let code = if length <= 105 { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{length}: {out}");
    }
}

#[test]
fn one_file_that_cannot_be_read_hides_no_other() {
    let folder = folder("several");
    let path = broken(&folder, "X3001");
    let output = covered(&["x12", "check", text(&folder.join("missing")), text(&path), text(&good())]);
    assert_eq!(output.status.code(), Some(2));
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(errors.contains("error[I0001]") && out.contains("error[X3001]") && out.ends_with("0 errors, 0 warnings\n"));
}

/// What tells who somebody is stays masked, whatever is asked for, unless a person looks at a screen.
#[test]
fn people_are_masked_away_from_a_terminal() {
    let people = ["EXAMPLE ROAD", "ALEX", "W100000001", "19840506", "SPECIMEN", "JORDAN"];
    let folder = folder("masking");
    let rules = json(&["x12", "rules", "--json"], 0);
    let mut files = 0;
    for rule in rules["rules"].as_array().expect("a list of rules") {
        let path = broken(&folder, rule["id"].as_str().expect("a rule has an identifier"));
        let file = fs::read(&path).expect("the file");
        let file = String::from_utf8_lossy(&file);
        files += usize::from(people.iter().filter(|value| file.contains(**value)).count() >= 4);
        for arguments in [
            &["x12", "check", text(&path), "--show-phi"][..],
            &["x12", "check", text(&path), "--json", "--show-phi"],
            &["x12", "fix", text(&path), "--show-phi"],
            &["x12", "diff", text(&good()), text(&path), "--show-phi"],
        ] {
            let output = covered(arguments);
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8_lossy(&all);
            for value in people {
                assert!(!all.contains(value), "{arguments:?} shows {value}\n{all}");
            }
        }
    }
    assert!(files > 50, "only {files} files have people in them");
    let errors = covered(&["x12", "check", text(&good()), "--show-phi"]).stderr;
    assert!(String::from_utf8_lossy(&errors).contains("--show-phi works at a terminal only"));
}

/// A value of a file could move the cursor of a terminal or name it anew.
#[test]
fn control_characters_of_a_file_are_not_printed() {
    let bytes = fs::read_to_string(good()).expect("the example").replace("EX0001*1175", "E\u{1b}]0;*1170");
    let output = covered_reading(&["x12", "check", "-"], bytes.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("claim E·]0;") && !out.contains('\u{1b}'), "{out}");
}

#[test]
fn answers_are_written_and_explained() {
    let folder = folder("answers");
    let answer = folder.join("answer.999");
    printed(&["x12", "ack", text(&good()), "--out", text(&answer), "--control", "7"], 0);
    printed(&["x12", "check", text(&answer)], 0);
    assert!(fs::read_to_string(&answer).expect("the answer").contains("*000000007*0*T*"));
    let out = printed(&["x12", "explain", text(&answer), "--sent", text(&good())], 0);
    assert!(out.contains("transaction set 0001: accepted\n"), "{out}");

    let sent = broken(&folder, "X2009");
    printed(&["x12", "ack", text(&sent), "--out", text(&answer)], 0);
    let out = printed(&["x12", "explain", text(&answer), "--sent", text(&sent)], 0);
    assert!(out.contains("rejected\n") && out.contains("What to do next: ") && out.contains("Sent at byte "), "{out}");

    let remittance = samples().join("835/good/example.edi");
    let found = json(&["x12", "explain", text(&remittance), "--sent", text(&good()), "--json"], 0);
    let all = found["explanations"].as_array().expect("a list");
    let claim = all.iter().find(|one| one["about"] == "claim EX0002").expect("claim EX0002");
    assert_eq!(claim["outcome"], "denied");
    refused(&["x12", "explain", text(&good())], "I0007");

    // Errors that are only counted would be missing from the answer.
    let bytes =
        fs::read_to_string(good()).expect("the example").replace("BHT*", &format!("{}BHT*", "ZZZ~".repeat(100_001)));
    let output = covered_reading(&["x12", "ack", "-"], bytes.as_bytes());
    assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error[I0014]"));
    refused(&["x12", "ack", text(&folder.join("nothing"))], "I0001");
}

#[test]
fn claims_are_compared_with_claims_and_with_their_payment() {
    let other = broken(&folder("diff"), "X3001");
    assert_eq!(printed(&["x12", "diff", text(&good()), text(&good())], 0), "0 differences\n");
    let out = printed(&["x12", "diff", text(&good()), text(&other)], 1);
    assert_eq!(out, "claim EX0001: charge: $1,175.00 -> $1,170.00\n1 difference\n");
    let remittance = samples().join("835/good/example.edi");
    let out = printed(&["x12", "diff", text(&good()), text(&remittance)], 1);
    assert!(out.contains("claim EX0003: claim: sent -> not answered\n"), "{out}");
    let found = json(&["x12", "diff", text(&good()), text(&other), "--json"], 1);
    assert_eq!(found["differences"][0]["before"], "$1,175.00");
    refused(&["x12", "diff", text(&remittance), text(&good())], "I0008");
}

#[test]
fn a_megabyte_of_nothing_is_judged_in_bounded_time() {
    let header = fs::read_to_string(good()).expect("the example");
    let envelope = &header[..header.find("BHT").expect("the example has a header")];
    let levels = "HL*1**20*1~".repeat(95_000);
    let hostile = [
        ("terminators", "~".repeat(1 << 20)),
        ("identifiers", "HL".repeat(1 << 19)),
        ("terminators inside", format!("{envelope}{}", "~".repeat(1 << 20))),
        ("one identifier inside", format!("{envelope}{}", "HL".repeat(1 << 19))),
        ("levels inside", format!("{envelope}{levels}")),
    ];
    for (name, bytes) in hostile {
        let start = Instant::now();
        let output = covered_reading(&["x12", "check", "-"], bytes.as_bytes());
        let code = output.status.code().unwrap_or_else(|| panic!("{name}: {}", output.status));
        assert!(code == 1 || code == 2, "{name} ends with {code}");
        assert!(start.elapsed() < TIME_MAX, "{name} takes {:?}", start.elapsed());
        assert!(String::from_utf8_lossy(&output.stdout).contains("INCOMPLETE"), "{name}");
    }
}
