//! A practice's own contract and a patient's plan booklet: `covered overlay new` and `--overlay`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder of its own for one test, deleted at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("covered-overlay-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).expect("a file is written");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn covered(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(arguments)
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

/// A booklet of an invented plan.
const BOOKLET: [&str; 10] = [
    "--payer",
    "aetna",
    "--plan",
    "Example Choice",
    "--document",
    "Example Choice booklet 2026",
    "--read",
    "2026-11-20",
    "--from",
    "2026-01-01",
];

fn case(payer: &str, line: &str) -> String {
    format!(
        r#"date = 2026-12-07
as_of = 2026-11-23
patient = {{ age = 70, home_state = "MI" }}
coverage = {{
    payer = "{payer}", plan = "Example Choice", product = "ppo", funding = "insured", issue_state = "MI",
    network = "in",
}}
facility = {{
    kind = "medical-spa", state = "MI", place_of_service = "11", licensed = true,
    network = ["aetna"], enrolled = ["medicare"],
}}
clinician = {{
    license = "MD", license_state = "MI", license_from = 2018-07-01, license_expires = 2028-06-30,
    network = ["aetna"], enrolled = ["medicare"], opted_out_from = false, excluded = false,
}}
document = [{{ kind = "actinic keratosis note", date = 2026-11-09 }}]
[[line]]
{line}
"#
    )
}

const PRECANCER: &str = r#"treatment = "precancer freeze"
purpose = "medical"
purpose_by = "clinician"
diagnoses = ["L57.0"]
codes = ["17000"]
[chart]
pulsed_dye_laser_used = false"#;
const WRINKLES: &str = "treatment = \"forehead lines\"\npurpose = \"cosmetic\"\npurpose_by = \"clinician\"";

fn new_plan(folder: &Folder, name: &str, answers: &[&str]) -> String {
    let path = folder.path(name);
    let mut arguments = vec!["overlay", "new", path.as_str()];
    arguments.extend(BOOKLET);
    arguments.extend(answers);
    let output = covered(&arguments, "");
    assert!(output.status.success(), "{}", said(&output));
    path
}

#[test]
fn a_booklet_that_excludes_a_service_flips_the_answer_and_is_named() {
    let folder = Folder::new("flips");
    let plan = new_plan(&folder, "plan", &["--excludes", "17000, 17003"]);
    let case = folder.write("case.toml", &case("aetna", PRECANCER));
    let before = said(&covered(&["check", &case], ""));
    assert!(before.starts_with("Aetna covers freezing or burning off a spot."), "{before}");
    let after = said(&covered(&["check", &case, "--overlay", &plan], ""));
    assert!(after.starts_with("Aetna does not cover freezing or burning off a spot: it is not a benefit."), "{after}");
    assert!(after.contains("entered by the practice"), "{after}");
    // Another plan of the same payer has another booklet.
    let other = fs::read_to_string(&case).expect("the case").replace("Example Choice", "Example Basic");
    let other = folder.write("other.toml", &other);
    let unmoved = said(&covered(&["check", &other, "--overlay", &plan], ""));
    assert!(unmoved.starts_with("Aetna covers"), "{unmoved}");
}

#[test]
fn a_booklet_that_wants_authorization_and_a_filing_time_says_so() {
    let folder = Folder::new("duties");
    let plan = new_plan(&folder, "plan", &["--authorize", "precancer freeze", "--claim-within", "180"]);
    let case = folder.write("case.toml", &case("aetna", PRECANCER));
    let text = said(&covered(&["check", &case, "--overlay", &plan], ""));
    assert!(text.starts_with("Aetna must approve freezing or burning off a spot first"), "{text}");
    assert!(text.contains("by 2027-06-05"), "180 days after 2026-12-07: {text}");
}

#[test]
fn a_contract_says_when_and_by_whom_a_plan_may_be_billed() {
    let folder = Folder::new("contract");
    let billed = "Aetna covers freezing or burning off a spot.";
    // The case says that the practice is in the network: it may not ask the patient to claim.
    let not_billed = "This practice may not bill Aetna for freezing or burning off a spot.";
    let text = case("aetna", PRECANCER)
        .replace("network = \"in\",", "network = \"in\", benefits = { out_of_network_benefits = true },");
    let case = folder.write("case.toml", &text);
    let answered = |plan: &str| said(&covered(&["check", &case, "--overlay", plan], ""));
    // The service is on 2026-12-07.
    for (name, days, opening) in [
        ("holds", "2026-01-01 .. 2026-12-08", billed),
        ("first-day", "2026-12-07 ..", billed),
        ("ended", "2026-01-01 .. 2026-12-07", not_billed),
        ("to-come", "2026-12-08 ..", not_billed),
        ("never", "no", not_billed),
    ] {
        let after = answered(&new_plan(&folder, name, &["--network", days]));
        assert!(after.starts_with(opening), "{name}: {after}");
        assert_eq!(after.contains("entered by the practice"), opening != billed, "{name}: {after}");
    }
    // The clinician is an MD.
    let after = answered(&new_plan(&folder, "physicians", &["--billers", "physician, DO"]));
    assert!(after.starts_with(billed), "{after}");
    let after = answered(&new_plan(&folder, "nurses", &["--billers", "NP PA"]));
    assert!(after.starts_with(not_billed), "{after}");
    assert!(after.contains("Not met: clinician's licence: NP or PA (here: MD)"), "{after}");
    // An indemnity plan has no network to be outside of.
    let indemnity = folder.write("indemnity.toml", &text.replace("product = \"ppo\"", "product = \"indemnity\""));
    let after = said(&covered(&["check", &indemnity, "--overlay", &folder.path("never")], ""));
    assert!(after.starts_with(billed), "{after}");
}

#[test]
fn a_booklet_does_not_weaken_a_law() {
    let folder = Folder::new("law");
    // No booklet makes Medicare pay for looks, and none is taken for a program that has none.
    let refused = covered(
        &[
            "overlay",
            "new",
            &folder.path("medicare"),
            "--payer",
            "medicare",
            "--document",
            "A leaflet",
            "--read",
            "2026-11-20",
            "--from",
            "2026-01-01",
            "--covers",
            "botox",
        ],
        "",
    );
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("has no plan booklet"), "{}", said(&refused));
    assert!(!folder.0.join("medicare").exists());
    // Nor does one written by hand.
    fs::create_dir(folder.0.join("hand")).expect("a folder");
    let policy = r#"policy   "own/medicare/covered"  "A leaflet: Medicare pays for wrinkles"
rank     plan_document
scope    payer medicare
for      any
dates    2026-01-01 ..
source   "A leaflet" text read 2026-11-20

covered when all
  date: clinician_license = MD

otherwise silent

examples
  "a doctor"  { clinician_license MD }  => covered
"#;
    fs::write(folder.0.join("hand/leaflet.cov"), policy).expect("a file");
    let case = folder.write("case.toml", &case("medicare", WRINKLES));
    let text = said(&covered(&["check", &case, "--overlay", &folder.path("hand")], ""));
    assert!(text.starts_with("Original Medicare does not cover botulinum toxin injection: it is for looks."), "{text}");
}

#[test]
fn a_booklet_pays_for_no_looks() {
    let folder = Folder::new("looks");
    let plan = new_plan(&folder, "plan", &["--covers", "botox"]);
    let case = folder.write("case.toml", &case("aetna", WRINKLES));
    let text = said(&covered(&["check", &case, "--overlay", &plan], ""));
    assert!(text.starts_with("Aetna does not cover botulinum toxin injection: it is for looks."), "{text}");
}

#[test]
fn a_broken_overlay_is_refused_with_the_place() {
    let folder = Folder::new("broken");
    fs::create_dir(folder.0.join("plan")).expect("a folder");
    let wrong = "policy \"own/x\" \"X\"\nrank statute\nscope payer aetna\nfor 17000\ndates 2026-01-01 ..\nsource \"X\" text read 2026-11-20\n\notherwise not covered\n";
    fs::write(folder.0.join("plan/x.cov"), wrong).expect("a file");
    let case = folder.write("case.toml", &case("aetna", PRECANCER));
    let output = covered(&["check", &case, "--overlay", &folder.path("plan")], "");
    assert_eq!(output.status.code(), Some(2));
    let text = said(&output);
    assert!(text.contains("x.cov:2:6") && text.contains("statute"), "{text}");
}

#[test]
fn nothing_is_written_over_and_nothing_is_half_written() {
    let folder = Folder::new("whole");
    let plan = new_plan(&folder, "plan", &["--looks", "yes"]);
    let again = covered(&[&["overlay", "new", plan.as_str()][..], &BOOKLET, &["--looks", "yes"]].concat(), "");
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    let path = folder.path("none");
    for wrong in [
        &["--looks", "perhaps"][..],
        &["--excludes", "no such treatment"],
        &["--excludes", "99999X"],
        &["--claim-within", "0"],
        &["--out-of-network", "140"],
        &["--network", "perhaps"],
        &["--network", "2026-12-08 .. 2026-12-08"],
        &["--network", ".."],
        &["--network", "yes"],
        &["--billers", "plumber"],
        &[],
    ] {
        let output = covered(&[&["overlay", "new", path.as_str()][..], &BOOKLET, wrong].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", said(&output));
    }
    let left: Vec<_> =
        fs::read_dir(&folder.0).expect("the folder").map(|one| one.expect("an entry").file_name()).collect();
    assert_eq!(left, ["plan"], "nothing else is there");
}

#[test]
fn the_dozen_questions_are_put_one_by_one() {
    let folder = Folder::new("asked");
    let path = folder.path("plan");
    let typed = "aetna\nExample Choice\nExample Choice booklet 2026\n2026-11-20\nsoon\n2026-01-01\n17000\nyes\n\n\n180\n500.00 20\nnone\nno\nNP PA\n";
    let output = covered(&["overlay", "new", &path], typed);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("14 of 14.") && text.contains("`soon` is no day"), "{text}");
    assert!(
        text.contains("coinsurance_percent = 20")
            && text.contains("network = \"out\"")
            && text.contains("out_of_network_benefits = false"),
        "{text}"
    );
    let mut files: Vec<_> =
        fs::read_dir(&path).expect("the plan").map(|one| one.expect("an entry").file_name()).collect();
    files.sort();
    assert_eq!(files, ["billers.cov", "claims.cov", "excluded.cov", "looks.cov", "network.cov"]);
}
