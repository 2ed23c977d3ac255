//! Reads a list without a database: for tests, and for the fuzzer.

use jiff::civil::date;

use super::Kind;
use super::columns::Columns;
use super::rows::{Row, change_clinician, change_menu_item, change_patient};
use super::table::Table;

fn treatments(name: &str) -> Option<String> {
    (name == "Botox").then(|| "botox".to_string())
}

/// Reads a file as far as rows; gives every text that a person would see.
///
/// # Panics
/// When a row that was taken would change itself.
pub(crate) fn try_out(kind: Kind, file: &[u8]) -> Vec<String> {
    let table = match Table::read(file) {
        Ok(table) => table,
        Err(error) => return vec![error.to_string(), format!("{error:?}")],
    };
    let columns = match Columns::of(kind, &table.headings, &[]) {
        Ok(columns) => columns,
        Err(error) => return vec![error.to_string(), format!("{error:?}")],
    };
    let mut texts = vec![format!("{:?}", columns.told)];
    for row in &table.rows {
        let rejection = Row::of(kind, &columns, &row.cells).and_then(|row| {
            let changes = match kind {
                Kind::Patients => {
                    let patient = row.patient(date(2026, 11, 29))?;
                    change_patient(&mut patient.clone(), patient)
                }
                Kind::Clinicians => {
                    let clinician = row.clinician()?;
                    change_clinician(&mut clinician.clone(), clinician, true)
                }
                Kind::Menu => {
                    let item = row.menu_item(&treatments)?;
                    change_menu_item(&mut item.clone(), item, true)
                }
            };
            assert!(changes.0.is_empty(), "a row does not change itself");
            Ok(())
        });
        texts.extend(rejection.err().map(|(field, reason)| format!("{field:?} {reason:?} {}", reason.text())));
    }
    texts
}
