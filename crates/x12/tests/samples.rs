//! The shared sample files, where they are at hand.

use std::path::{Path, PathBuf};

/// One row of the index.
struct Sample {
    name: String,
    valid: bool,
    transactions: u64,
    interchanges: u64,
    bytes: Vec<u8>,
}

/// The samples, or none where the folder is not here; a build server must have it.
fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder: PathBuf = root.join("../shared/data/x12");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "the sample files are missing");
        println!("the sample files are not here");
        return Vec::new();
    }
    let index = std::fs::read_to_string(folder.join("index.csv")).expect("the index is text");
    index
        .lines()
        .skip(1)
        .map(|line| {
            let fields = fields(line);
            Sample {
                valid: fields[4] == "yes",
                transactions: fields[7].parse().unwrap_or(0),
                interchanges: fields[8].parse().unwrap_or(0),
                bytes: std::fs::read(folder.join(&fields[0])).expect("an indexed file is there"),
                name: fields[0].clone(),
            }
        })
        .collect()
}

/// The fields of one line of comma-separated values.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("never empty").push(letter),
        }
    }
    fields
}

#[test]
fn counts_agree_with_the_index() {
    for sample in samples() {
        let record = match x12::read(&sample.bytes) {
            Ok(record) => record,
            Err(x12::Incomplete(record)) => *record,
        };
        // The index gives no counts for files without a readable header.
        if record.interchanges > 0 && sample.interchanges > 0 {
            assert_eq!(record.interchanges, sample.interchanges, "{}", sample.name);
            assert_eq!(record.transactions, sample.transactions, "{}", sample.name);
        }
        assert_eq!(record.bytes, sample.bytes.len() as u64, "{}", sample.name);
    }
}

#[test]
fn files_labelled_valid_are_complete() {
    for sample in samples().into_iter().filter(|sample| sample.valid) {
        let read = x12::read(&sample.bytes);
        assert!(read.is_ok(), "{}: {}", sample.name, read.unwrap_err());
    }
}

/// Errors in files labelled valid that `docs/x12-disagreements.md` argues.
const ARGUED: &[&str] = &["X5001", "X5015"];

#[test]
fn files_labelled_valid_have_no_error_that_is_not_argued() {
    for sample in samples().into_iter().filter(|sample| sample.valid) {
        let report = x12::judge::judge(&sample.bytes, x12::judge::Options::default());
        for finding in &report.findings {
            let is_error = finding.severity == x12::judge::Severity::Error;
            let argued = ARGUED.contains(&finding.rule.id);
            assert!(!is_error || argued, "{}: {} {}", sample.name, finding.rule.id, finding.message);
        }
    }
}

#[test]
fn every_file_is_written_again_byte_for_byte() {
    for sample in samples() {
        assert!(x12::Document::read(&sample.bytes).emit() == sample.bytes, "{}", sample.name);
    }
}

#[test]
fn no_file_makes_any_part_of_the_crate_panic() {
    for sample in samples() {
        let report = x12::judge::judge(&sample.bytes, x12::judge::Options::default());
        if let Ok(edits) = x12::fix::fix(&sample.bytes) {
            let once = x12::edit::apply(&sample.bytes, &edits);
            let twice = x12::fix::fix(&once).expect("a repaired file is whole");
            assert!(twice.is_empty(), "{}: {:?}", sample.name, twice[0].reason);
        }
        let options = x12::ack::AckOptions {
            date: jiff::civil::date(2026, 8, 6),
            time: "0800".to_owned(),
            control: 1,
            production: false,
        };
        // A header that is too long for its width cannot be answered in kind.
        let answer = x12::ack::acknowledge(&sample.bytes, &report, &options).unwrap_or_default();
        let about = x12::judge::judge(&answer, x12::judge::Options::default());
        // An answer repeats the control numbers of the file, and those may be wrong.
        let excused = !sample.valid || answer.is_empty();
        assert!(excused || about.errors == 0, "{}: {:?}", sample.name, about.counts);
    }
}
