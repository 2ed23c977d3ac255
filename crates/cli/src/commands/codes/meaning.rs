//! What one code means: everything that it may be, since `N130` is a diagnosis to one reader and a remark code to another.

use codebook::{Kind, Store};
use codes::adjustment::AdjustmentStatus;
use codes::hcpcs::CodeStatus;
use codes::icd10::IcdStatus;
use codes::place_of_service::{PlaceStatus, Setting};
use codes::{CarcCode, IcdCode, Modifier, Npi, PlaceOfService, ProcedureCode, RarcCode};
use jiff::civil::Date;

use super::in_store;
use crate::output::Failure;

/// Pairs of what it is and what is said.
pub(super) type Said = Vec<(String, String)>;

/// Everything that is known of a code on a day.
pub(super) fn said(store: &Store, code: &str, day: Date) -> Result<Said, Failure> {
    let mut said = Said::new();
    if let Ok(code) = code.parse::<IcdCode>() {
        diagnosis(store, code, day, &mut said)?;
    }
    if let Ok(code) = code.parse::<ProcedureCode>() {
        procedure(store, code, day, &mut said)?;
    }
    if let Ok(modifier) = code.parse::<Modifier>() {
        let known = modifier.exists().then(|| "listed".to_owned());
        let described = cells(store, Kind::Hcpcs, modifier.as_str(), day, 2)?;
        if let Some(says) = described.or(known) {
            said.push((format!("Modifier {modifier}"), says));
        }
    }
    if let Ok(place) = code.parse::<PlaceOfService>()
        && let PlaceStatus::Assigned { name, setting } = codes::place_of_service::lookup(place, day)
    {
        let paid = match setting {
            Setting::Facility => "paid the facility amount",
            Setting::NonFacility => "paid the office (non-facility) amount",
        };
        said.push((format!("Place of service {place}"), format!("{name}; {paid}")));
    }
    adjustment(store, code, day, &mut said)?;
    if code.parse::<Npi>().is_ok() {
        said.push((format!("NPI {code}"), excluded(store, &format!("npi:{code}"), day)?));
    }
    if code.len() == 10
        && let Some(name) = cells(store, Kind::Taxonomy, code, day, 4)?
    {
        said.push((format!("Taxonomy {code}"), name));
    }
    document(store, code, day, &mut said)?;
    // A code of another kind may have the form of a diagnosis: J0585 is a drug, and J05.85 is nothing.
    let is_no_diagnosis = |(what, says): &(String, String)| {
        what.starts_with("Diagnosis ") && (says.starts_with(NO_CODE) || says.starts_with(NOT_IN_LIST))
    };
    if said.len() > 1 && said.first().is_some_and(is_no_diagnosis) {
        said.remove(0);
    }
    Ok(said)
}

/// What is said of a diagnosis that the built-in list does not have.
const NO_CODE: &str = "no such code";
/// What is said of one that an imported list does not have.
const NOT_IN_LIST: &str = "not in the list of";

/// A cell of the first row of a key in any table that counts on the day.
fn cells(store: &Store, kind: Kind, key: &str, day: Date, column: usize) -> Result<Option<String>, Failure> {
    let tables = store.tables_on(kind, day).map_err(in_store)?;
    let cell = tables.iter().find_map(|table| table.rows(key).next().map(|row| row.cell(column).to_owned()));
    Ok(cell.filter(|cell| !cell.is_empty()))
}

fn diagnosis(store: &Store, code: IcdCode, day: Date, said: &mut Said) -> Result<(), Failure> {
    let imported = store.tables_on(Kind::IcdOrder, day).map_err(in_store)?;
    let status = match imported.first() {
        Some(table) => match table.rows(code.as_str()).next().map(|row| row.cell(1) == "1") {
            Some(true) => "may be billed".to_owned(),
            Some(false) => {
                let below: Vec<String> = table
                    .beginning_with(code.as_str())
                    .filter(|row| row.cell(1) == "1")
                    .take(5)
                    .filter_map(|row| row.cell(0).parse::<IcdCode>().ok())
                    .map(|code| code.to_string())
                    .collect();
                header(&below)
            }
            None => format!("{NOT_IN_LIST} {}", table.manifest.vintage()),
        },
        None => match codes::icd10::lookup(code, day) {
            IcdStatus::Billable => "may be billed".to_owned(),
            IcdStatus::Header { examples, .. } => header(&examples.iter().map(ToString::to_string).collect::<Vec<_>>()),
            IcdStatus::Unknown { nearest } if nearest.is_empty() => NO_CODE.to_owned(),
            IcdStatus::Unknown { nearest } => {
                let nearest: Vec<String> = nearest.iter().map(ToString::to_string).collect();
                format!("{NO_CODE}: did you mean {}?", nearest.join(" or "))
            }
            IcdStatus::NotValidOn { from: Some(from), .. } if day < from => format!("not valid before {from}"),
            IcdStatus::NotValidOn { until, .. } => {
                until.map_or_else(|| "not valid on this day".to_owned(), |until| format!("not valid from {until} on"))
            }
            IcdStatus::OutsideWindow { window } => format!(
                "not checked: the built-in list begins {} and ends {}; `covered codes import` takes the file of the year",
                window.from,
                window.until.map_or_else(|| "never".to_owned(), |until| until.to_string())
            ),
        },
    };
    said.push((format!("Diagnosis {code}"), status));
    if let Some(description) = cells(store, Kind::IcdOrder, code.as_str(), day, 2)? {
        said.push(("- Description".to_owned(), description));
    }
    for table in store.tables_on(Kind::IcdTabular, day).map_err(in_store)? {
        for row in table.rows(code.as_str()) {
            let what = match row.cell(1) {
                "includes" => "- Includes",
                "inclusion-term" => "- Also said",
                "excludes1" => "- Never together with (Excludes1)",
                "excludes2" => "- Not included here, may stand beside it (Excludes2)",
                "code-first" => "- Code first",
                "use-additional-code" => "- Use an additional code",
                "code-also" => "- Code also",
                "seventh-character" => "- Seventh character",
                _ => continue,
            };
            said.push((what.to_owned(), row.cell(2).to_owned()));
        }
    }
    Ok(())
}

fn header(below: &[String]) -> String {
    let (last, others) = below.split_last().map_or(("", below), |(last, others)| (last.as_str(), others));
    if others.is_empty() {
        return format!("a header, which no claim may carry: did you mean {last}?");
    }
    format!("a header, which no claim may carry: did you mean {} or {last}?", others.join(", "))
}

fn procedure(store: &Store, code: ProcedureCode, day: Date, said: &mut Said) -> Result<(), Failure> {
    let mut facts = Vec::new();
    let key = code.as_str();
    let imported = store.tables_on(Kind::Hcpcs, day).map_err(in_store)?;
    if let Some(row) = imported.first().and_then(|table| table.rows(key).find(|row| row.cell(1) == "procedure")) {
        facts.push(match row.cell(7).parse::<Date>() {
            Ok(last) if last < day => format!("ended on {last} (HCPCS level II)"),
            _ => "listed (HCPCS level II)".to_owned(),
        });
        facts.push(row.cell(2).to_owned());
    } else {
        facts.push(built_in(code, day));
        facts.extend(cells(store, Kind::Cpt, key, day, 1)?);
    }
    said.push((format!("Procedure {code}"), facts.join("; ")));

    for table in store.tables_on(Kind::Mue, day).map_err(in_store)? {
        for row in table.rows(key) {
            let by = match row.cell(2) {
                "1" => ", by claim line",
                "2" => ", by day, never more",
                "3" => ", by day, more only where documents show the need",
                _ => "",
            };
            let part = table.manifest.part.as_deref().unwrap_or("any setting");
            said.push((
                format!("- Most units ({part})"),
                format!("{}{by} (NCCI MUE {})", row.cell(1), table.manifest.from),
            ));
        }
    }
    for table in store.tables_on(Kind::RelativeValues, day).map_err(in_store)? {
        for row in table.rows(key).filter(|row| row.cell(1).is_empty()) {
            let text = format!(
                "status {}, global period {}, multiple procedure {}, bilateral {} (PFS {})",
                row.cell(2),
                row.cell(9),
                row.cell(10),
                row.cell(11),
                table.manifest.vintage()
            );
            said.push(("- Fee schedule".to_owned(), text));
        }
    }
    if let Some(limit) = cells(store, Kind::Asp, key, day, 3)? {
        let unit = cells(store, Kind::Asp, key, day, 2)?.unwrap_or_else(|| "unit".to_owned());
        said.push(("- Drug payment limit".to_owned(), format!("${limit} for {unit}")));
    }
    let documents: Vec<String> = store
        .tables_on(Kind::CoverageProcedures, day)
        .map_err(in_store)?
        .iter()
        .flat_map(|table| table.rows(key).map(|row| row.cell(1).to_owned()).collect::<Vec<_>>())
        .collect();
    if !documents.is_empty() {
        said.push(("- Medicare Coverage Database".to_owned(), format!("documents {}", documents.join(", "))));
    }
    Ok(())
}

/// What the built-in list says of a procedure code.
fn built_in(code: ProcedureCode, day: Date) -> String {
    match codes::hcpcs::lookup(code, day) {
        CodeStatus::Listed { .. } => "listed (HCPCS level II)".to_owned(),
        CodeStatus::NotValidOn { until: Some(until), .. } => format!("not valid from {until} on"),
        CodeStatus::NotValidOn { .. } => "not valid on this day".to_owned(),
        CodeStatus::Unknown { nearest } if nearest.is_empty() => "not on the HCPCS level II list".to_owned(),
        CodeStatus::Unknown { nearest } => {
            let nearest: Vec<String> = nearest.iter().map(ToString::to_string).collect();
            format!("not on the HCPCS level II list: did you mean {}?", nearest.join(" or "))
        }
        CodeStatus::OutsideWindow { .. } => "this day is not checked (HCPCS level II)".to_owned(),
        CodeStatus::NotChecked if code.is_cpt() => "CPT: the AMA's list is not built in".to_owned(),
        CodeStatus::NotChecked => "not checked".to_owned(),
    }
}

fn adjustment(store: &Store, code: &str, day: Date, said: &mut Said) -> Result<(), Failure> {
    let found = [
        code.parse::<CarcCode>().ok().map(|code| ("Reason code (CARC)", code.status(day), code.plain_words())),
        code.parse::<RarcCode>().ok().map(|code| ("Remark code (RARC)", code.status(day), code.plain_words())),
    ];
    for (what, status, words) in found.into_iter().flatten() {
        let status = match status {
            AdjustmentStatus::Active => "in use",
            AdjustmentStatus::Inactive { .. } => "no longer in use",
            _ => continue,
        };
        let words = words.map_or_else(String::new, |words| format!(": {words}"));
        said.push((format!("{what} {code}"), format!("{status}{words}")));
    }
    if let Some(text) = cells(store, Kind::Adjustments, code, day, 2)? {
        said.push(("- As its list says".to_owned(), text));
    }
    Ok(())
}

/// Whether somebody may be paid by a federal program.
fn excluded(store: &Store, key: &str, day: Date) -> Result<String, Failure> {
    let tables = store.tables_on(Kind::Exclusions, day).map_err(in_store)?;
    let Some(newest) = tables.iter().map(|table| table.manifest.from).max() else {
        return Ok("the check digit is right; no list of exclusions has been imported".to_owned());
    };
    let row = tables.iter().find_map(|table| table.rows(key).find(|row| row.cell(6).is_empty()));
    Ok(row.map_or_else(
        || format!("not on the list of exclusions of {newest}"),
        |row| format!("excluded from federal programs since {} ({})", row.cell(5), row.cell(4)),
    ))
}

fn document(store: &Store, code: &str, day: Date, said: &mut Said) -> Result<(), Failure> {
    let id = code.to_ascii_uppercase();
    let number = id.trim_start_matches(['L', 'A']);
    if number.len() < 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    for key in [id.as_str(), number] {
        for table in store.tables_on(Kind::CoverageDocuments, day).map_err(in_store)? {
            for row in table.rows(key) {
                let text = format!("{}, version {}, in effect {}", row.cell(2), row.cell(1), row.cell(3));
                said.push((format!("Coverage document {key}"), text));
            }
        }
    }
    let diagnoses: usize = store
        .tables_on(Kind::CoverageDiagnoses, day)
        .map_err(in_store)?
        .iter()
        .map(|table| table.rows(number).filter(|row| row.cell(2) == "supports").count())
        .sum();
    if diagnoses > 0 {
        said.push(("- Diagnoses that support necessity".to_owned(), diagnoses.to_string()));
    }
    Ok(())
}
