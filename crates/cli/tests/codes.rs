//! `covered codes` and `covered price` over the built program, on our own samples of the official layouts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codebook/tests/samples")
}

/// A new folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("codes").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn covered(store: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(arguments)
        .env("COVERED_CODES", store)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn printed(store: &Path, arguments: &[&str], code: i32) -> String {
    let output = covered(store, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(store: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(store, &[arguments, &["--json"]].concat(), 0)).expect("JSON")
}

fn import(store: &Path, names: &[&str]) {
    let paths: Vec<String> = names.iter().map(|name| samples().join(name).display().to_string()).collect();
    let arguments: Vec<&str> = ["codes", "import"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    printed(store, &arguments, 0);
}

const SCHEDULE: [&str; 3] = ["PPRRVU2026_Jul_nonQPP.csv", "GPCI2026.csv", "asp.csv"];

#[test]
fn what_is_imported_is_listed_shown_and_compared() {
    let folder = folder("show");
    let store = folder.join("store");
    import(&store, &["icd10cm-tabular-2026.xml", "ccipra-v322r0-f1.txt", "leie.csv", "asp.csv"]);
    let listed = json(&store, &["codes", "list", "--verify"]);
    assert_eq!(listed["imported"].as_array().map(Vec::len), Some(4), "{listed}");

    let shown = printed(&store, &["codes", "show", "L82", "--date", "2026-09-01"], 0);
    assert!(shown.contains("did you mean L82.0 or L82.1?"), "{shown}");
    let drug = printed(&store, &["codes", "show", "J0585", "--date", "2026-09-01"], 0);
    assert!(drug.starts_with("Procedure J0585"), "{drug}");
    let together = printed(&store, &["codes", "show", "64612", "64615", "--date", "2026-09-01"], 0);
    assert!(together.contains("never paid beside it"), "{together}");
    let unrelated = printed(&store, &["codes", "show", "L82.0", "L21.9", "--date", "2026-09-01"], 0);
    assert!(unrelated.contains("Excludes2"), "{unrelated}");
    let excluded = printed(&store, &["codes", "show", "1234567893", "--date", "2026-11-20"], 0);
    assert!(excluded.contains("excluded from federal programs since 2026-09-20"), "{excluded}");

    let next = folder.join("asp.csv");
    let text = fs::read_to_string(samples().join("asp.csv")).unwrap();
    let text = text.replace("October 1, 2026 through December 31, 2026", "January 1, 2027 through March 31, 2027");
    fs::write(&next, text.replace("6.543", "6.611")).unwrap();
    printed(&store, &["codes", "import", next.to_str().unwrap()], 0);
    let differences = printed(&store, &["codes", "diff", "asp", "2026-10-01", "2027-01-01"], 0);
    assert!(differences.contains("J0585: limit 6.543 → 6.611"), "{differences}");
}

#[test]
fn every_error_says_what_to_do() {
    let folder = folder("errors");
    let store = folder.join("store");
    let readme = samples().join("README.md").display().to_string();
    let mue = samples().join("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv").display().to_string();
    for (arguments, code) in [
        (vec!["codes", "import", readme.as_str()], "K004"),
        (vec!["codes", "import", mue.as_str(), "--kind", "ncci-ptp"], "K005"),
        (vec!["codes", "import", mue.as_str(), "--kind", "ncci-mux"], "did you mean `ncci-mue`"),
        (vec!["codes", "diff", "asp", "2026-01-01", "2026-04-01"], "none were imported yet"),
        (vec!["codes", "show", "?"], "this is no code"),
        (vec!["price", "64615", "--locality", "AL"], "covered codes import rvu26d.zip"),
        (vec!["price", "64615:0", "--locality", "AL"], "units are a whole number from 1"),
    ] {
        let output = covered(&store, &arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(errors.contains(code) && errors.contains("= help: "), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_price_shows_its_arithmetic() {
    let store = folder("price").join("store");
    import(&store, &SCHEDULE);
    let priced = printed(&store, &["price", "64615", "J0585:155", "--locality", "AL", "--date", "2026-11-20"], 0);
    assert!(priced.contains("(1.85 × 1.000 + 2.12 × 0.875 + 0.63 × 0.566) × 33.4009 = $135.66"), "{priced}");
    assert!(priced.contains("Medicare allows $1,149.83 (AL-00, office, 2026-11-20)"), "{priced}");
    let priced = json(&store, &["price", "64615", "--locality", "CA-54", "--date", "2026-11-20"]);
    assert_eq!(priced["allowed_cents"], 15339);
}

/// The schedule prices a line that the case gives no allowed amount for, for Medicare and for nobody else.
#[test]
fn the_schedule_feeds_the_patients_share() {
    let folder = folder("share");
    let store = folder.join("store");
    import(&store, &SCHEDULE);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/migraine-botox.toml");
    let text = fs::read_to_string(example).unwrap();
    let text: String =
        text.lines().filter(|line| !line.starts_with("allowed = ")).map(|line| format!("{line}\n")).collect();
    let at_home = text.replace("2026-11-23", "2026-11-20");
    let case = folder.join("case.toml");
    let money = |text: &str, codes: bool| {
        fs::write(&case, text).unwrap();
        let mut arguments = vec!["check", case.to_str().unwrap()];
        if codes {
            arguments.extend(["--codes", store.to_str().unwrap()]);
        }
        json(&store, &arguments)["lines"][0]["money"].clone()
    };
    let without = money(&at_home, false);
    assert_eq!(without["patient_low"], "0.00", "{without}");
    // There is no locality of Michigan among the samples, so nothing is said.
    assert_eq!(money(&at_home, true), without);
    let alabama = at_home.replace("\"MI\"", "\"AL\"");
    let with = money(&alabama, true);
    // 85 % of 135.66 for the nurse practitioner, and 200 units of the drug, discarded ones among them: 20 % of 115.31 + 1,308.60 is the least.
    assert_eq!(with["patient_low"], "284.78", "{with}");
    assert!(with["basis"].to_string().contains("by its fee schedule of 2026-07-01.nonqpp and 2026-10-01"), "{with}");
}

/// An import that is killed at any moment leaves the vintage as it was before or as it is after.
#[test]
fn a_killed_import_leaves_all_or_nothing() {
    let folder = folder("kill");
    let store = folder.join("store");
    let row = |number: usize, units: u32| format!("{:05},{units},3,generated\n", number);
    let file = |units: u32| {
        let path = folder.join(format!("MUE_PractitionerServices_{units}_Eff_10-01-2026.csv"));
        let rows: String = (10_000..60_000).map(|number| row(number, units)).collect();
        fs::write(&path, format!("HCPCS/CPT Code,MUE Values,MUE Adjudication Indicator,MUE Rationale\n{rows}"))
            .unwrap();
        path.display().to_string()
    };
    let (first, second) = (file(1), file(2));
    printed(&store, &["codes", "import", &first], 0);
    let mut seen = [false; 2];
    for delay in 0..24 {
        printed(&store, &["codes", "import", &first, "--replace"], 0);
        let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
            .args(["codes", "import", &second, "--replace"])
            .env("COVERED_CODES", &store)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(delay * 12));
        let _ = child.kill();
        child.wait().expect("it ends");
        printed(&store, &["codes", "list", "--verify"], 0);
        let shown = printed(&store, &["codes", "show", "59999", "--date", "2026-11-20"], 0);
        let units = [1, 2].map(|units| shown.contains(&format!("Most units (practitioner): {units},")));
        assert!(units[0] != units[1], "{shown}");
        seen[usize::from(units[1])] = true;
    }
    assert!(seen[0], "the first file was there after at least one kill: {seen:?}");
}

#[test]
fn a_check_asks_the_imported_lists() {
    let folder = folder("lists");
    let store = folder.join("store");
    for (name, next) in
        [("icd10cm_order_2026.txt", "icd10cm_order_2027.txt"), ("icd10cm-tabular-2026.xml", "tabular.xml")]
    {
        let text = fs::read_to_string(samples().join(name)).expect("a sample");
        fs::write(folder.join(next), text.replace("<version>2026", "<version>2027")).expect("a file");
    }
    let case = folder.join("case.toml");
    let write = |diagnoses: &str| {
        let text = format!(
            "date = 2026-11-20\n[coverage]\npayer = \"aetna\"\n[[line]]\ncodes = [\"17110\"]\ndiagnoses = {diagnoses}\n"
        );
        fs::write(&case, text).expect("a case");
        ["check", case.to_str().expect("UTF-8")].map(str::to_owned)
    };
    let check = |diagnoses: &str| covered(&store, &write(diagnoses).each_ref().map(String::as_str));
    let text = |output: &Output| {
        let text = [output.stdout.clone(), output.stderr.clone()].concat();
        String::from_utf8(text).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(text(&check(r#"["L82"]"#)).contains("Diagnosis codes not checked"));

    let files = ["icd10cm_order_2027.txt", "tabular.xml"].map(|name| folder.join(name).display().to_string());
    printed(&store, &["codes", "import", &files[0], &files[1]], 0);
    let header = check(r#"["L82"]"#);
    assert_eq!(header.status.code(), Some(2), "{}", text(&header));
    assert!(text(&header).contains("did you mean `L82.0` or `L82.1`?"), "{}", text(&header));
    let good = text(&check(r#"["L82.0"]"#));
    assert!(good.contains("not a guarantee") && !good.contains("not checked"), "{good}");

    // Three codes are no list: whoever imported a part of one sees it.
    let missing = text(&check(r#"["L57.0"]"#));
    assert!(
        missing.contains("note: codes were checked by the imported ICD-10-CM order file of 2026-10-01 (3 rows)"),
        "{missing}"
    );

    fs::remove_dir_all(store.join("icd10cm/tables")).expect("the tables");
    let lost = text(&check(r#"["L82.0"]"#));
    assert!(lost.starts_with("error[K020]"), "{lost}");
}

/// `ask` and `x12 check` ask the lists of the folder that is named, and a folder that is not there is an error.
#[test]
fn questions_and_claims_ask_the_named_folder() {
    let folder = folder("named");
    let (own, named) = (folder.join("own"), folder.join("named"));
    let order = folder.join("icd10cm_order_2026.txt");
    fs::copy(samples().join("icd10cm_order_2026.txt"), &order).expect("a sample");
    let named = named.to_str().expect("UTF-8");
    printed(&own, &["codes", "import", order.to_str().expect("UTF-8"), "--codes", named], 0);

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let claim = root.join("tests/x12/837p/good/example.edi");
    let claim = claim.to_str().expect("UTF-8");
    let built_in = printed(&own, &["x12", "check", claim], 0);
    assert!(!built_in.contains("codes were checked by"), "{built_in}");
    let imported = printed(&own, &["x12", "check", claim, "--codes", named], 1);
    assert!(imported.contains("error[X5002]"), "{imported}");
    assert!(
        imported.contains("codes were checked by the imported ICD-10-CM order file of 2025-10-01 (3 rows)"),
        "{imported}"
    );

    let case = folder.join("case.toml");
    fs::write(
        &case,
        "date = 2026-08-20\n[coverage]\npayer = \"aetna\"\n[[line]]\ncodes = [\"17110\"]\ndiagnoses = [\"L57.0\"]\n",
    )
    .expect("a case");
    let case = case.to_str().expect("UTF-8");
    for command in ["ask", "check"] {
        let output = covered(&own, &[command, case, "--codes", named]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{command}: {said}");
        assert!(said.contains("`L57.0`"), "{command}: {said}");
        assert!(said.contains("(3 rows)"), "{command}: {said}");
    }
    for arguments in [&["ask", case][..], &["check", case], &["x12", "check", claim]] {
        let output = covered(&own, &[arguments, &["--codes", "/nowhere/at/all"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("there is no folder `/nowhere/at/all` of imported code files"), "{said}");
    }
}
