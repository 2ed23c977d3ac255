//! Delimited files whose columns are found by the names in their header, wherever it stands and in whatever order.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};
use jiff::civil::Date;

use crate::kind::Kind;

/// The header of every file stands within so many lines.
const HEADER_LINES_MAX: usize = 60;
/// Names of columns are spread over up to so many lines.
const HEADER_HEIGHT_MAX: usize = 5;
/// No cell of a code file is so long; the text of a coverage document may be, and is not read.
const CELL_CHARS_MAX: usize = 4_000;

/// One column that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Names that the file may give it, in capitals; `~` before one asks only that it be part of the name.
    pub(crate) accept: &'static [&'static str],
    /// Whether a file without it is another file.
    pub(crate) required: bool,
}

impl Column {
    pub(crate) const fn must(accept: &'static [&'static str]) -> Self {
        Self { accept, required: true }
    }

    pub(crate) const fn may(accept: &'static [&'static str]) -> Self {
        Self { accept, required: false }
    }

    fn fits(&self, header: &str) -> bool {
        self.accept.iter().any(|name| name.strip_prefix('~').map_or(header == *name, |part| header.contains(part)))
    }
}

/// What is done with a row.
pub(crate) enum Taken {
    /// Lines of the table.
    Rows(Vec<Vec<String>>),
    /// Nothing: a note, a blank line, a row that is not of this table.
    Left,
    /// It should be a row and cannot be used.
    Refused(String),
}

/// The first day on which a file counts, and the day after its last if it has one.
pub(crate) type Days = (Date, Option<Date>);

/// How one kind of file is read.
pub(crate) struct Layout {
    pub(crate) kind: Kind,
    pub(crate) columns: &'static [Column],
    /// What the table's columns hold.
    pub(crate) table: &'static [&'static str],
    /// Makes rows of the cells of a line, which come in the order of `columns`.
    pub(crate) take: fn(&[&str]) -> Taken,
    /// The days on which the file counts, from its name and the text above its header.
    pub(crate) days: fn(&str, &str) -> Option<Days>,
    /// Which part of a release it is.
    pub(crate) part: fn(&str, &str) -> Option<String>,
}

/// Where the columns of a layout stand in a file.
pub(crate) struct Header {
    /// Text above the header, each line on its own.
    pub(crate) preamble: String,
    delimiter: u8,
    /// How many records come before the rows.
    skip: usize,
    /// For each column of the layout its place.
    places: Vec<Option<usize>>,
}

/// Capitals, digits and single blanks: `HCPCS/\nCPT Code` becomes `HCPCS CPT CODE`.
pub(crate) fn plain(name: &str) -> String {
    let spaced: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { ' ' }).collect();
    spaced.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of a cell, from UTF-8 or else Windows-1252 as far as Latin-1 goes; blanks at the ends and line ends within are taken out.
pub(crate) fn text(bytes: &[u8]) -> String {
    let decoded = std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect::<String>(), str::to_owned);
    let cleaned: String = decoded
        .trim_start_matches('\u{FEFF}')
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(CELL_CHARS_MAX)
        .collect();
    cleaned.trim().to_owned()
}

fn reader<R: Read>(from: R, delimiter: u8) -> csv::Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).quoting(true).from_reader(from)
}

impl Layout {
    /// Finds the header in the first bytes of a file.
    pub(crate) fn header(&self, head: &[u8]) -> Option<Header> {
        [b',', b'\t'].into_iter().find_map(|delimiter| self.header_by(head, delimiter))
    }

    fn header_by(&self, head: &[u8], delimiter: u8) -> Option<Header> {
        let mut above: Vec<Vec<String>> = Vec::new();
        let mut preamble = String::new();
        for (skip, record) in reader(head, delimiter).into_byte_records().take(HEADER_LINES_MAX).enumerate() {
            let cells: Vec<String> = record.ok()?.iter().map(text).collect();
            let own: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
            // The names may be spread over lines above; the fewest lines that give every name are taken.
            for height in 0..=above.len().min(HEADER_HEIGHT_MAX - 1) {
                let names: Vec<String> = (0..own.len())
                    .map(|column| {
                        let upper = above[above.len() - height..].iter().filter_map(|line| line.get(column));
                        upper
                            .map(String::as_str)
                            .chain([own[column].as_str()])
                            .filter(|name| !name.is_empty())
                            .collect::<Vec<_>>()
                            .join(" ")
                    })
                    .collect();
                let places: Vec<Option<usize>> =
                    self.columns.iter().map(|column| names.iter().position(|name| column.fits(name))).collect();
                if self.columns.iter().zip(&places).all(|(column, place)| place.is_some() || !column.required) {
                    return Some(Header { preamble, delimiter, skip: skip + 1, places });
                }
            }
            preamble.push_str(&cells.join(" "));
            preamble.push('\n');
            above.push(own);
        }
        None
    }

    /// Reads every row. `each` is told the line, and what it became.
    pub(crate) fn read(
        &self,
        from: impl Read,
        header: &Header,
        each: &mut dyn FnMut(u64, Taken) -> std::io::Result<()>,
    ) -> Result<(), (u64, String)> {
        let mut reader = reader(from, header.delimiter);
        let mut record = ByteRecord::new();
        let mut seen = 0;
        loop {
            let line = reader.position().line();
            match reader.read_byte_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(error) => return Err((line, error.to_string())),
            }
            seen += 1;
            if seen <= header.skip || record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let cells: Vec<String> = header
                .places
                .iter()
                .map(|place| place.and_then(|at| record.get(at)).map_or_else(String::new, text))
                .collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            each(line, (self.take)(&cells)).map_err(|error| (line, error.to_string()))?;
        }
    }
}
