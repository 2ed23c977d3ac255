//! `covered check --x12`: a claim line is answered as the same case in a file is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The invented claims as they stand, and sent to Original Medicare.
fn claims(name: &str, medicare: bool) -> PathBuf {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/x12/837p/good/example.edi");
    let mut text = fs::read_to_string(example).expect("the example");
    if medicare {
        text = text.replace("*CI~", "*MB~").replace("NM1*PR*2*EXAMPLE HEALTH PLAN", "NM1*PR*2*MEDICARE");
    }
    write(name, &text)
}

fn write(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("x12_case");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let path = folder.join(name);
    fs::write(&path, text).expect("the file");
    path
}

fn check(file: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(["check", "--x12"])
        .arg(file)
        .args(arguments)
        .output()
        .expect("it starts")
}

fn answer(file: &Path, arguments: &[&str]) -> Value {
    let output = check(file, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

fn refused(file: &Path, arguments: &[&str]) -> String {
    let output = check(file, arguments);
    let errors = String::from_utf8(output.stderr).expect("errors are UTF-8");
    assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]), "{arguments:?}\n{errors}");
    errors
}

/// What a biller would write by hand for the first line of the first claim, and its drug.
#[test]
fn a_claim_line_is_answered_as_the_same_case_in_a_file() {
    let case = write(
        "same.toml",
        r#"
date = 2026-08-03
[patient]
birth_date = 1984-05-06
[coverage]
payer = "medicare"
[facility]
state = "TX"
place_of_service = "11"
npi = "1234567893"
[[line]]
purpose = "cosmetic"
diagnoses = ["G43.709"]
[[line.code]]
code = "64615"
units = 1
modifiers = []
charge = 425
pointers = [1]
[[line.code]]
code = "J0585"
units = 155
modifiers = []
charge = 750
ndc = "00023-1145-01"
pointers = [1]
"#,
    );
    let by_hand = Command::new(env!("CARGO_BIN_EXE_covered"))
        .arg("check")
        .arg(&case)
        .arg("--json")
        .output()
        .expect("the program starts");
    let by_hand: Value = serde_json::from_slice(&by_hand.stdout).expect("--json prints JSON");
    let by_claim =
        answer(&claims("same.edi", true), &["--claim", "EX0001", "--line", "1", "--state", "TX", "--for", "looks"]);
    assert_eq!(by_claim, by_hand);
    assert_eq!(by_claim["payer"]["id"], "medicare");
    assert_eq!(by_claim["lines"][0]["what"], "64615 with J0585");
}

#[test]
fn lines_of_other_services_stay_apart() {
    let file = claims("apart.edi", true);
    // The visit shares its diagnosis with the injection, but is no part of it.
    assert_eq!(answer(&file, &["--claim", "EX0004", "--line", "1"])["lines"][0]["what"], "99213");
    assert_eq!(answer(&file, &["--claim", "EX0004", "--line", "2"])["lines"][0]["what"], "11900");
    assert_eq!(
        answer(&file, &["--claim", "EX0001", "--line", "2", "--for", "looks"])["lines"][0]["what"],
        "J0585 with 64615"
    );
}

#[test]
fn the_payer_is_known_only_where_name_and_kind_of_coverage_agree() {
    let payer = |file: &Path, flags: &[&str]| {
        answer(file, &[&["--claim", "EX0002", "--line", "1"], flags].concat())["payer"].clone()
    };
    let unknown = claims("unknown-payer.edi", false);
    assert_eq!(payer(&unknown, &[]), Value::Null);
    assert_eq!(payer(&unknown, &["--payer", "aetna"])["id"], "aetna");
    let text = fs::read_to_string(&unknown).expect("the claims");
    // Aetna sells commercial plans and Medicare Advantage: the name alone does not tell.
    for (filing, known) in [("CI", Some("aetna")), ("16", None), ("MB", None), ("ZZ", None)] {
        let named =
            text.replace("*CI~", &format!("*{filing}~")).replace("NM1*PR*2*EXAMPLE HEALTH PLAN", "NM1*PR*2*AETNA");
        let file = write(&format!("aetna-{filing}.edi"), &named);
        assert_eq!(payer(&file, &[])["id"].as_str(), known, "{filing}");
    }
    let medicare = claims("contradiction.edi", true);
    let errors = refused(&medicare, &["--claim", "EX0002", "--line", "1", "--payer", "aetna"]);
    assert!(errors.contains("error[I0013]"), "{errors}");
}

#[test]
fn nothing_is_guessed_about_which_line() {
    let file = claims("which.edi", false);
    for arguments in [
        &["--line", "1"][..],
        &["--claim", "EX0009", "--line", "1"],
        &["--claim", "EX0001", "--line", "3"],
        &["--claim", "EX0001", "--line", "0"],
    ] {
        assert!(refused(&file, arguments).contains("error[I0012]"), "{arguments:?}");
    }
    refused(&file, &["--claim", "EX0001"]);
    refused(&file, &["--claim", "EX0001", "--line", "1", "--date", "2026-08-03"]);
    let text = fs::read_to_string(&file).expect("the claims");
    let cut = write("cut.edi", &text[..1500]);
    assert!(refused(&cut, &["--claim", "EX0001", "--line", "1"]).contains("error[X0001]"));
    let twice = write("twice.edi", &text.replace("EX0002*", "EX0001*"));
    assert!(refused(&twice, &["--claim", "EX0001", "--line", "1"]).contains("several claims have this number"));
    let undated = write("undated.edi", &text.replacen("DTP*472*D8*20260803~", "NTE*ADD*NONE~", 1));
    assert!(refused(&undated, &["--claim", "EX0001", "--line", "1"]).contains("no date of service"));
}

/// Names, addresses and numbers of the patient stay in the claim file.
#[test]
fn people_stay_in_the_claim_file() {
    let file = claims("people.edi", true);
    for flags in [&[][..], &["--json"], &["--explain"]] {
        let output =
            check(&file, &[&["--claim", "EX0001", "--line", "1", "--state", "TX", "--for", "looks"], flags].concat());
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        for value in ["ALEX", "EXAMPLE ROAD", "W100000001", "1984", "AUTH0001"] {
            assert!(!all.contains(value), "{flags:?} shows {value}\n{all}");
        }
    }
    // A code that is none is refused without the rest of the claim.
    let text = fs::read_to_string(&file).expect("the claims");
    let errors =
        refused(&write("bad-code.edi", &text.replace("ABK:G43709", "ABK:1984")), &["--claim", "EX0001", "--line", "1"]);
    assert!(errors.contains("error[") && !errors.contains("1984-05-06") && !errors.contains("ALEX"), "{errors}");
}
