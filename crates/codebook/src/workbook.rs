//! Workbooks (`.xlsx`): each sheet becomes CSV text, and is then read like any other file.
//!
//! Some owners publish a workbook beside the text file, or alone.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use zip::ZipArchive;

use crate::error::ImportError;
use crate::source::{Member, damaged, temporary};

/// The edits of the NCCI, 600,000 rows to a workbook, have some 250 MB unpacked.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Texts are held in memory while a sheet is read.
const TEXTS_BYTES_MAX: u64 = 1 << 26;
/// Where the texts of all sheets stand.
const TEXTS: &str = "xl/sharedStrings.xml";
/// No code file has so many columns; what stands further to the right is left out.
const COLUMNS_MAX: u32 = 256;
/// What a sheet can hold.
const ROWS_MAX: u32 = 1 << 20;

/// Hands over every sheet of a workbook as a file of its own.
///
/// # Errors
/// When the workbook is damaged or larger than any such is, or `each` fails.
pub(crate) fn sheets(
    mut file: File,
    name: &str,
    each: &mut dyn FnMut(Member<'_>) -> Result<bool, ImportError>,
) -> Result<bool, ImportError> {
    measure(&mut file, name)?;
    file.seek(SeekFrom::Start(0)).map_err(|cause| damaged(name, &cause))?;
    let broken = |cause: String| ImportError::Damaged { member: name.to_owned(), near: "a sheet".to_owned(), cause };
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let mut taken = false;
    for sheet in workbook.sheet_names() {
        let mut text = temporary().map_err(|cause| damaged(name, &cause))?;
        write_sheet(&mut workbook, &sheet, &mut text).map_err(|cause| broken(format!("`{sheet}`: {cause}")))?;
        text.seek(SeekFrom::Start(0)).map_err(|cause| damaged(name, &cause))?;
        taken |= each(Member::new(name, text).map_err(|cause| damaged(name, &cause))?)?;
    }
    Ok(taken)
}

/// Unpacks everything once, to nowhere: sizes that a zip declares may be wrong.
fn measure(file: &mut File, name: &str) -> Result<(), ImportError> {
    file.seek(SeekFrom::Start(0)).map_err(|cause| damaged(name, &cause))?;
    let mut left = UNPACKED_BYTES_MAX;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(name, &io::Error::other(error)))?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| damaged(name, &io::Error::other(error)))?;
        let holds_texts = entry.name().eq_ignore_ascii_case(TEXTS);
        let limit = if holds_texts { left.min(TEXTS_BYTES_MAX) } else { left };
        let count = io::copy(&mut entry.take(limit + 1), &mut io::sink()).map_err(|cause| damaged(name, &cause))?;
        if count > limit {
            return Err(ImportError::TooLarge { member: name.to_owned(), limit_bytes: limit });
        }
        left -= count;
    }
    Ok(())
}

/// Writes a sheet as CSV, a line for each of its rows.
fn write_sheet(workbook: &mut Xlsx<BufReader<File>>, sheet: &str, to: &mut File) -> Result<(), String> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| error.to_string())?;
    let mut out = BufWriter::new(to);
    let (mut row, mut column) = (0, 0);
    while let Some(cell) = cells.next_cell().map_err(|error| error.to_string())? {
        let (at_row, at_column) = cell.get_position();
        if at_row >= ROWS_MAX || at_row < row || (at_row == row && at_column < column) {
            return Err("its cells are not in their order".to_owned());
        }
        if at_column >= COLUMNS_MAX {
            continue;
        }
        let value = text(cell.get_value());
        if value.is_empty() {
            continue;
        }
        for _ in row..at_row {
            out.write_all(b"\n").map_err(|cause| cause.to_string())?;
            column = 0;
        }
        for _ in column..at_column {
            out.write_all(b",").map_err(|cause| cause.to_string())?;
        }
        (row, column) = (at_row, at_column);
        write!(out, "\"{}\"", value.replace('"', "\"\"")).map_err(|cause| cause.to_string())?;
    }
    out.write_all(b"\n").and_then(|()| out.flush()).map_err(|cause| cause.to_string())
}

/// A cell as a CSV file would have it, on one line.
fn text(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        // The shortest figures that mean this number: 6.543, and not its nearest binary fraction.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(day) => date(day),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    };
    text.replace(['\r', '\n'], " ")
}

/// The day of a date; what has no day, as a number.
fn date(day: &ExcelDateTime) -> String {
    if !day.is_datetime() {
        return day.as_f64().to_string();
    }
    let (year, month, of_month, ..) = day.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{of_month:02}")
}
