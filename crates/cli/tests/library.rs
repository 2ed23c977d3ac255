//! `covered library …` over the built program: the figures fit together, and every command ends as it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn covered(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program starts")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What a command that answers prints.
fn answered(arguments: &[&str]) -> String {
    let output = covered(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    text(&output)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&answered(arguments)).expect("JSON")
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("`{key}` is a number"))
}

fn sum(value: &Value) -> u64 {
    value.as_object().expect("counts by grade").values().filter_map(Value::as_u64).sum()
}

/// A copy of the library in which one text stands for another in one file.
fn changed(name: &str, file: &str, from: &str, to: &str) -> PathBuf {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let path = entry.expect("an entry").path();
            let target = to.join(path.file_name().expect("a name"));
            if path.is_dir() {
                copy(&path, &target);
            } else {
                fs::copy(&path, &target).expect("a copy");
            }
        }
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library").join(name);
    let _ = fs::remove_dir_all(&folder);
    copy(&root().join("library"), &folder);
    let path = folder.join(file);
    let old = fs::read_to_string(&path).expect("the policy is there");
    assert!(old.contains(from), "{file} does not say `{from}`");
    fs::write(&path, old.replace(from, to)).expect("written");
    folder
}

/// Lines keep to 80 columns, but for an address or identifier that cannot be broken.
fn assert_narrow(text: &str) {
    let wide = text.lines().find(|line| line.chars().count() > 80 && line.trim().contains(' '));
    assert_eq!(wide, None);
}

#[test]
fn the_figures_of_the_report_fit_together() {
    let report = json(&["library", "report", "--json"]);
    let of = |key| number(&report, key);
    let ledger = json(&["library", "ledger", "--json"]);
    let rows = ledger.as_array().expect("rows").iter().filter(|row| row["base"] != "own");
    assert_eq!(of("rows"), rows.count() as u64);
    assert_eq!(of("rows"), of("rows_mapped") + of("rows_decided") + of("rows_open"));
    assert_eq!(of("rows"), of("records") + sum(&report["rows_by_grade"]));
    assert_eq!(of("policies"), sum(&report["policies_by_grade"]));
    let conflicts = json(&["library", "conflicts", "--json"]);
    let conflicts = conflicts.as_array().expect("conflicts");
    assert_eq!(of("conflicts"), conflicts.len() as u64);
    let unsettled = conflicts.iter().filter(|conflict| conflict["state"] != "settled").count();
    assert_eq!(of("conflicts_unsettled"), unsettled as u64);
    for key in ["treatments", "payers", "examples", "facts"] {
        assert!(of(key) > 0, "{key}");
    }
    // Nobody has written of this before Medicare began.
    let oldest = report["oldest_source"].as_str().expect("a day");
    assert!(oldest > "1966" && oldest < "2026", "{oldest}");
}

#[test]
fn the_heat_map_has_a_row_for_each_treatment() {
    let svg = answered(&["library", "report", "--svg"]);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    let treatments = number(&json(&["library", "report", "--json"]), "treatments");
    assert_eq!(svg.matches("text-anchor=\"end\"").count() as u64, treatments);
    for element in ["svg", "g", "text", "title", "desc"] {
        let opened = svg.matches(&format!("<{element}>")).count() + svg.matches(&format!("<{element} ")).count();
        assert_eq!(opened, svg.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn the_ledger_can_be_asked_from_both_ends() {
    let rows = json(&["library", "ledger", "--policy", "cms/ncd/210.12", "--json"]);
    let rows: Vec<&str> = rows.as_array().expect("rows").iter().filter_map(|row| row["row"].as_str()).collect();
    assert_eq!(rows, ["injectables/obesity_counseling/1"]);
    let decided = json(&["library", "ledger", "--state", "decided", "--json"]);
    for row in decided.as_array().expect("rows") {
        assert!(row["homes"].as_array().is_some_and(Vec::is_empty) && row["why"] != "", "{row}");
    }
    let all = answered(&["library", "ledger", "warts"]);
    assert_narrow(&all);
    assert!(all.contains("aetna/0633/lesions"), "{all}");
    assert_eq!(covered(&["library", "ledger", "--grade", "good"]).status.code(), Some(2));
}

#[test]
fn a_home_that_does_not_exist_is_found() {
    let library = changed("no-home", "ledger.csv", "cms/ncd/210.12,", "cms/ncd/210.13,");
    let output = covered(&["--library", library.to_str().expect("UTF-8"), "library", "ledger", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    assert!(text.contains("error[L0023]") && text.contains("did you mean `cms/ncd/210.12`?"), "{text}");
    assert!(text.contains("error[L0024]: no row of the ledger leads to `cms/ncd/210.12`"), "{text}");
}

#[test]
fn the_matrix_says_what_is_known_of_one_payer() {
    let asked = ["library", "matrix", "vein", "--payer", "medicare", "--state", "OH", "--date", "2026-11-23"];
    let rows = json(&[&asked[..], &["--json"]].concat());
    let rows = rows["rows"].as_array().expect("rows");
    let of = |treatment: &str, indication: &str| {
        let row = rows.iter().find(|row| row["treatment"] == treatment && row["indication"] == indication);
        row.unwrap_or_else(|| panic!("{treatment} for {indication}"))
    };
    // Ohio belongs to CGS, whose LCD on veins is L34082.
    let varicose = of("vein-ablation", "varicose-veins");
    assert_eq!((&varicose["coverage"], &varicose["grade"]), (&"conditional".into(), &"mirror".into()));
    assert!(varicose["policy"].as_str().is_some_and(|policy| policy.starts_with("cms/lcd/L34082/")), "{varicose}");
    let looks = of("sclerotherapy", "appearance");
    assert_eq!(looks["coverage"], "not-covered");
    assert_narrow(&answered(&asked));
    let unknown = covered(&["library", "matrix", "--payer", "nobody"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn what_was_read_long_ago_is_stale() {
    let count = |arguments: &[&str]| {
        let stale = json(&[&["library", "stale", "--json"], arguments].concat());
        let policies = stale["policies"].as_array().expect("policies").clone();
        let known = policies.iter().filter(|policy| !policy["days"].is_null()).count();
        (known, policies.len() - known)
    };
    let (fresh, never) = count(&["--days", "3650", "--as-of", "2026-12-01"]);
    let (stale, still_never) = count(&["--days", "365", "--as-of", "2036-12-01"]);
    assert_eq!((fresh, never), (0, still_never));
    let policies = number(&json(&["library", "report", "--json"]), "policies");
    assert_eq!((stale + never) as u64, policies);
    let old = json(&["library", "stale", "--days", "7000", "--of", "text", "--as-of", "2026-11-23", "--json"]);
    let old: BTreeSet<&str> =
        old["policies"].as_array().expect("policies").iter().filter_map(|policy| policy["policy"].as_str()).collect();
    assert!(old.contains("highmark/i-2-004/vitamin-b12"), "{old:?}");
    assert!(!old.contains("cms/lcd/L39909/chronic-migraine"), "{old:?}");
    assert_narrow(&answered(&["library", "stale", "--days", "3000", "--of", "text", "--as-of", "2026-11-23"]));
    assert_eq!(covered(&["library", "stale", "--days", "-1"]).status.code(), Some(2));
}

#[test]
fn conflicts_say_what_was_done() {
    let text = answered(&["library", "conflicts"]);
    assert_narrow(&text);
    assert!(text.contains("plasma-wound-code  (open)"), "{text}");
    let settled = json(&["library", "conflicts", "--state", "settled", "--json"]);
    for conflict in settled.as_array().expect("conflicts") {
        assert!(conflict["state"] == "settled" && conflict["decision"] != "", "{conflict}");
    }
}

#[test]
fn impact_names_the_case_the_policy_and_the_criterion() {
    let policy = "policies/cms/lcd/L39909-chronic-migraine/2026-02-15.cov";
    let library = changed("impact", policy, "units J0585 today <= 195", "units J0585 today <= 150");
    let new = library.to_str().expect("UTF-8");
    let cases = ["examples/migraine-botox.toml", "examples/botox-for-looks.toml"];
    let output = covered(&[&["library", "impact", "library", new, "--json"], &cases[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let impact: Value = serde_json::from_str(&text(&output)).expect("JSON");
    assert_eq!((number(&impact, "cases"), number(&impact, "lines")), (2, 2));
    let flips = impact["flips"].as_array().expect("flips");
    assert_eq!(flips.len(), 1, "{impact}");
    let says = |side: &str, key: &str| flips[0][side][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(flips[0]["case"], cases[0]);
    assert_eq!((says("old", "verdict"), says("new", "verdict")), ("covered".to_owned(), "not-covered".to_owned()));
    assert_eq!(says("new", "policy"), "cms/lcd/L39909/chronic-migraine");
    assert_eq!(says("new", "criterion"), "dose");
    assert!(says("new", "text").starts_with("Not met: at most 150 units"), "{impact}");
    let same = answered(&["library", "impact", "library", "library", cases[1]]);
    assert_eq!(same, "0 of 1 lines in 1 cases get another answer\n");
    for bad in [["library", "impact", "library", "nosuch", cases[0]], ["library", "impact", "library", new, "nosuch"]] {
        assert_eq!(covered(&bad).status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn every_help_has_an_example_and_keeps_to_80_columns() {
    for command in ["report", "ledger", "matrix", "stale", "conflicts", "impact"] {
        let help = answered(&["library", command, "--help"]);
        assert!(help.contains(&format!("\n  covered library {command}")), "{help}");
        // What all commands share is another matter.
        let own = help.lines().filter(|line| !line.contains("<FOLDER>"));
        let wide: Vec<&str> = own.filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
}

/// What a check of the whole library still says stands in `docs/policy-checks.md` with its reason; a finding that is new is mended.
#[test]
fn the_library_has_no_findings_but_those_that_are_explained() {
    let explained = fs::read_to_string(root().join("docs/policy-checks.md")).expect("the document");
    let explained = explained.split_once("## What stands in the library").expect("the table").1;
    let explained = explained.split("\n## ").next().expect("a section");
    let rows = explained.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        Some((cells.next()?.to_owned(), cells.next()?.parse::<usize>().ok()?))
    });
    let rows: Vec<(String, usize)> = rows.collect();
    let found = text(&covered(&["policy", "check", "--thorough"]));
    let codes: BTreeSet<&str> =
        found.lines().filter_map(|line| line.strip_prefix("warning[")?.split(']').next()).collect();
    assert_eq!(codes, rows.iter().map(|(code, _)| code.as_str()).collect());
    for (code, count) in &rows {
        assert_eq!(found.matches(&format!("\nwarning[{code}]")).count(), *count, "{code}");
    }
    assert!(!found.contains("\nerror["), "an error");
}
