//! A file of comma-separated values as rows of cells.

use super::{BYTES_MAX, COLUMNS_MAX, ImportError, ROWS_MAX};

/// A row and the line of the file that it begins in.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

/// The headings and the rows below them. Nothing of it is printed.
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    pub(super) fn read(file: &[u8]) -> Result<Table, ImportError> {
        if file.len() > BYTES_MAX {
            return Err(ImportError::TooLarge { what: "bytes", found: file.len(), max: BYTES_MAX });
        }
        let text = std::str::from_utf8(file).map_err(|error| {
            let before = &file[..error.valid_up_to()];
            ImportError::Encoding { line: before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1 }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        check_quotes(text)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .delimiter(delimiter(text))
            .from_reader(text.as_bytes());
        let mut records = reader.records().map(|record| {
            record.map_err(|error| ImportError::Form { line: error.position().map_or(1, csv::Position::line) })
        });
        let headings: Vec<String> = records.next().ok_or(ImportError::Empty)??.iter().map(str::to_string).collect();
        if headings.len() > COLUMNS_MAX {
            return Err(ImportError::TooLarge { what: "columns", found: headings.len(), max: COLUMNS_MAX });
        }
        let (mut rows, mut found) = (Vec::new(), 0);
        let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
        for record in records {
            let record = record?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() > COLUMNS_MAX {
                return Err(ImportError::TooLarge { what: "columns", found: record.len(), max: COLUMNS_MAX });
            }
            found += 1;
            // What is too many is counted, and not kept.
            if found > ROWS_MAX {
                continue;
            }
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            rows.push(Row { line, cells: record.iter().map(str::to_string).collect() });
        }
        match found {
            0 => Err(ImportError::Empty),
            _ if found > ROWS_MAX => Err(ImportError::TooLarge { what: "rows", found, max: ROWS_MAX }),
            _ => Ok(Table { headings, rows }),
        }
    }
}

/// Counts lines up to places that only go forward.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character that is no line end, from a place on: a reader of CSV begins a row at the blank lines before it.
    fn of(&mut self, place: u64) -> u64 {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.text.len());
        while let Some(byte) = self.text.get(self.at) {
            if self.at >= place && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// Spreadsheets write what the country or the clipboard has: the one that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A quotation mark that is not closed swallows every row below it, in silence.
fn check_quotes(text: &str) -> Result<(), ImportError> {
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    if marks % 2 == 0 {
        return Ok(());
    }
    let at = text.rfind('"').unwrap_or_default();
    Err(ImportError::Form { line: text[..at].bytes().filter(|byte| *byte == b'\n').count() as u64 + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_write_is_read() {
        for text in
            ["a,b\r\n1,\"x, y\"\r\n", "\u{feff}a;b\n1;x, y\n", "a\tb\n\n1\tx, y\n , \n", "a,b\n 1 ,\"x, y\"\n,,,\n"]
        {
            let table = Table::read(text.as_bytes()).unwrap();
            assert_eq!(table.headings, ["a", "b"], "{text}");
            assert_eq!(table.rows[0].cells, ["1", "x, y"], "{text}");
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let table = Table::read(b"a,b\n\"1\n2\",x\n\n3,y\n").unwrap();
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let error = |file: &[u8]| Table::read(file).err().unwrap();
        assert!(matches!(error(b""), ImportError::Empty));
        assert!(matches!(error(b"a,b\n"), ImportError::Empty));
        assert!(matches!(error(b"a,b\n1,\"x\n2,y\n"), ImportError::Form { line: 2 }));
        assert!(matches!(error(b"a,b\n1,\xe9\n"), ImportError::Encoding { line: 2 }));
        let wide = [",".repeat(COLUMNS_MAX), "\n1".to_string()].concat();
        assert!(matches!(error(wide.as_bytes()), ImportError::TooLarge { what: "columns", .. }));
        let wide = ["a,b\n1,x".to_string(), ",".repeat(COLUMNS_MAX)].concat();
        assert!(matches!(error(wide.as_bytes()), ImportError::TooLarge { what: "columns", .. }));
        let long = ["a\n".to_string(), "1\n".repeat(ROWS_MAX + 1)].concat();
        assert!(
            matches!(error(long.as_bytes()), ImportError::TooLarge { what: "rows", found, .. } if found == ROWS_MAX + 1)
        );
    }
}
