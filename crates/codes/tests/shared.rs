//! The embedded tables are what their sources say.
//!
//! The sources are large and stay outside the repository, in `../shared/data`.
//! With `UPDATE_TABLES=1` the tables are written anew instead of compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use codes::dates::add_days;
use jiff::civil::Date;

const NO_DATE: &str = "----------";

/// CPT modifiers in common use. The AMA's list is not a source here: these ids
/// are what public payer texts name.
const CPT_MODIFIERS: &str = "22 23 24 25 26 27 32 33 47 50 51 52 53 54 55 56 57 58 59 62 63 66 73 \
    74 76 77 78 79 80 81 82 90 91 92 93 95 96 97 99";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of sources. Without it there is nothing to compare; where the
/// whole project is checked, that is a failure.
fn shared_data() -> Option<PathBuf> {
    let folder = workspace().join("../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "shared data not here");
    println!("shared data not here");
    None
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares, or with `UPDATE_TABLES=1` writes, one embedded table.
fn check(table: &str, mut rows: Vec<String>) {
    rows.sort_unstable();
    let expected: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let path = workspace().join("library/codes").join(table);
    if std::env::var_os("UPDATE_TABLES").is_some() {
        fs::write(&path, &expected).expect("the table can be written");
    }
    let first_difference = read(&path).lines().map(str::to_owned).zip(&rows).find(|(held, row)| held != *row);
    assert_eq!(first_difference, None, "{table} is not what its source says");
    assert_eq!(read(&path).len(), expected.len(), "{table} is shorter or longer than its source");
}

/// Rows of a CSV file as columns by name.
fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = read(path);
    let mut records = vec![vec![String::new()]];
    let mut in_quotes = false;
    for character in text.chars().filter(|&character| character != '\r') {
        let record = records.last_mut().expect("there is a record");
        match character {
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => record.push(String::new()),
            '\n' if !in_quotes => records.push(vec![String::new()]),
            other => record.last_mut().expect("there is a column").push(other),
        }
    }
    let mut records = records.into_iter().filter(|record| record.len() > 1);
    let heading = records.next().expect("a heading");
    records.map(|record| heading.iter().cloned().zip(record).collect()).collect()
}

fn or_no_date(text: &str) -> &str {
    if text.is_empty() { NO_DATE } else { text }
}

#[test]
fn icd10cm() {
    let Some(data) = shared_data() else { return };
    let source = read(&data.join("icd10cm/icd10cm_codes_2026_billable.txt"));
    check("icd10cm-2026.txt", source.lines().map(|line| format!("{:7}", line.trim())).collect());
}

#[test]
fn hcpcs() {
    let Some(data) = shared_data() else { return };
    let attributes: BTreeMap<_, _> = csv(&data.join("hcpcs/hcpcs_level2_attributes_2024-07.csv"))
        .into_iter()
        .map(|row| (row["hcpcs_code"].clone(), row))
        .collect();
    let row = |code: &str| {
        let column = |name: &str| attributes.get(code).map_or("", |row| row[name].as_str());
        // The source gives the last day of use; our intervals end the day after.
        let until = match column("date_term") {
            "" => NO_DATE.to_owned(),
            last => add_days(last.parse::<Date>().unwrap(), 1).to_string(),
        };
        format!("{code} {} {until}", or_no_date(column("date_added")))
    };
    let source = read(&data.join("hcpcs/hcpcs_level2_2026q3.txt"));
    check("hcpcs-2026q3.txt", source.lines().map(|line| row(line.trim())).collect());
}

#[test]
fn modifiers() {
    let Some(data) = shared_data() else { return };
    let level_two = csv(&data.join("hcpcs/modifiers_level2.csv"));
    let ids: BTreeSet<String> = level_two
        .into_iter()
        .map(|row| row["mod_code"].clone())
        .chain(CPT_MODIFIERS.split_whitespace().map(str::to_owned))
        .collect();
    check("modifiers.txt", ids.into_iter().collect());
}

#[test]
fn adjustment_codes() {
    let Some(data) = shared_data() else { return };
    let source = csv(&data.join("x12_codes/carc_rarc_2024-06.csv"));
    for (list, table, width) in [("CARC", "carc.txt", 3), ("RARC", "rarc.txt", 5)] {
        let rows = source.iter().filter(|row| row["adj_type"] == list).map(|row| {
            format!(
                "{:width$} {} {}",
                row["adj_code"],
                or_no_date(&row["adj_start_date"]),
                or_no_date(&row["adj_end_date"]),
            )
        });
        check(table, rows.collect());
    }
}

/// Names are our own, so only the numbers and the settings are compared.
#[test]
fn places_of_service() {
    let Some(data) = shared_data() else { return };
    let source: Vec<(String, String)> = csv(&data.join("pos/pos_codes_2024-06.csv"))
        .into_iter()
        .map(|row| (row["pos_code"].clone(), row["pos_type"].to_lowercase()))
        .filter(|(_, setting)| setting != "unassigned")
        .collect();
    let held: Vec<(String, String)> = csv(&workspace().join("library/codes/place-of-service.csv"))
        .into_iter()
        .map(|row| (row["code"].clone(), row["setting"].clone()))
        .collect();
    assert_eq!(held, source);
}
