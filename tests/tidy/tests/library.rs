//! Rules about the library that its own reader does not check.

use tidy::{File, Findings, files};

fn under(folder: &str, extension: &str) -> Vec<File> {
    files().into_iter().filter(|file| file.path.starts_with(folder) && file.has_extension(&[extension])).collect()
}

#[test]
fn every_policy_has_examples() {
    let policies = under("library/policies/", "cov");
    assert!(!policies.is_empty(), "no policies found");
    let mut findings = Findings::default();
    for file in &policies {
        let text = file.text().expect("a policy is UTF-8");
        let examples = text.split_once("\nexamples").map_or("", |(_, examples)| examples);
        if !examples.contains("=>") {
            findings.file(file, "no examples");
        }
    }
    findings.none();
}

/// `policies/AUTHORITY/…/YYYY-MM-DD.cov`: one version of one text, under the day it begins or was read.
#[test]
fn policies_are_filed_by_day() {
    let mut findings = Findings::default();
    for file in under("library/policies/", "cov") {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let form: String = name.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
        if form != "0000-00-00.cov" {
            findings.file(&file, "the name is not a day, as in `2026-02-15.cov`");
        }
    }
    findings.none();
}

#[test]
fn every_code_table_says_where_it_is_from() {
    let files = files();
    let provenance =
        files.iter().find(|file| file.path == "library/codes/PROVENANCE.md").expect("library/codes/PROVENANCE.md");
    let says = provenance.text().expect("a document is UTF-8");
    let mut findings = Findings::default();
    for file in files.iter().filter(|file| file.has_extension(&["txt", "csv"])) {
        if let Some(name) = file.path.strip_prefix("library/codes/")
            && !says.contains(&format!("`{name}`"))
        {
            findings.file(file, "not named in PROVENANCE.md");
        }
    }
    findings.none();
}
