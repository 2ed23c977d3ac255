//! Looking things up in what was imported.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use codes::{Exclusion, IcdCode, ProcedureCode};
use jiff::civil::Date;

use crate::error::StoreError;
use crate::kind::Kind;
use crate::pairs::{Edit, Pairs};
use crate::store::{Manifest, Store};

/// A table of lines in memory, sorted by its first column.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is.
    pub manifest: Manifest,
    text: String,
    /// Where the lines of sections and chapters stand, once somebody asked.
    ranges: OnceLock<Vec<Range<usize>>>,
}

impl Table {
    /// The lines whose first column is `key`.
    pub fn rows<'a>(&'a self, key: &str) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let from = self.lower_bound(&format!("{key}\t"));
        let until = self.lower_bound(&format!("{key}\u{b}"));
        self.lines(from..until)
    }

    /// The lines whose first column begins with `prefix`.
    pub fn beginning_with<'a>(&'a self, prefix: &str) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let from = self.lower_bound(prefix);
        let until = self.lower_bound(&format!("{prefix}\u{7f}"));
        self.lines(from..until)
    }

    /// All lines.
    pub fn all(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines(0..self.text.len())
    }

    /// The lines whose first column is a range of codes: `L80-L99`.
    fn ranges(&self) -> impl Iterator<Item = Row<'_>> {
        let find = || {
            let mut found = Vec::new();
            let mut start = 0;
            for line in self.text.split_inclusive('\n') {
                if line.bytes().take_while(|byte| *byte != b'\t').any(|byte| byte == b'-') {
                    found.push(start..start + line.len());
                }
                start += line.len();
            }
            found
        };
        self.ranges.get_or_init(find).iter().flat_map(|range| self.lines(range.clone()))
    }

    fn lines<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.text[range].lines().map(|line| Row { line })
    }

    /// Where the first line starts that is not before `wanted`.
    fn lower_bound(&self, wanted: &str) -> usize {
        let bytes = self.text.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1).max(low);
            let end = bytes[middle..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| middle + at);
            if bytes[start..end] < *wanted.as_bytes() { low = (end + 1).min(high) } else { high = start }
        }
        low
    }
}

/// One line of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    line: &'a str,
}

impl<'a> Row<'a> {
    pub(crate) const fn of(line: &'a str) -> Self {
        Self { line }
    }

    /// The cell of a column; empty where the line is too short.
    #[must_use]
    pub fn cell(self, column: usize) -> &'a str {
        self.line.split('\t').nth(column).unwrap_or_default()
    }

    /// The whole line, its columns separated by tabs.
    #[must_use]
    pub fn line(self) -> &'a str {
        self.line
    }
}

impl Store {
    /// The vintages that count on a day: of each part the latest.
    ///
    /// # Errors
    /// When a manifest cannot be read or is damaged.
    pub fn on(&self, kind: Kind, day: Date) -> Result<Vec<Manifest>, StoreError> {
        let mut found: Vec<Manifest> = Vec::new();
        for manifest in self.vintages(kind)?.into_iter().filter(|manifest| manifest.counts_on(day)) {
            match found.iter_mut().find(|other| other.part == manifest.part) {
                // They come in the order of their first days.
                Some(other) => *other = manifest,
                None => found.push(manifest),
            }
        }
        Ok(found)
    }

    /// The tables of a kind that count on a day.
    ///
    /// # Errors
    /// When one cannot be read or is damaged.
    pub fn tables_on(&self, kind: Kind, day: Date) -> Result<Vec<Table>, StoreError> {
        self.on(kind, day)?.into_iter().map(|manifest| self.table(kind, manifest)).collect()
    }

    /// One table.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn table(&self, kind: Kind, manifest: Manifest) -> Result<Table, StoreError> {
        let path = self.table_path(kind, &manifest);
        let text = String::from_utf8(read(&path)?)
            .map_err(|_| StoreError::Changed { path: path.clone(), cause: "it is no text".to_owned() })?;
        if !text.ends_with('\n') {
            return Err(StoreError::Changed { path, cause: "its last line breaks off".to_owned() });
        }
        Ok(Table { manifest, text, ranges: OnceLock::new() })
    }

    /// The pairs of a vintage.
    ///
    /// # Errors
    /// When they cannot be read or are damaged.
    pub fn pairs(&self, manifest: &Manifest) -> Result<Pairs, StoreError> {
        let path = self.table_path(Kind::Ptp, manifest);
        Pairs::new(read(&path)?)
            .ok_or_else(|| StoreError::Changed { path, cause: "it is no table of pairs".to_owned() })
    }

    /// The edit that keeps two procedures apart on a day, and which of them is the column 2 code that is not paid.
    ///
    /// # Errors
    /// When a table cannot be read or is damaged.
    pub fn edit_between(
        &self,
        first: ProcedureCode,
        second: ProcedureCode,
        day: Date,
    ) -> Result<Option<(ProcedureCode, Edit)>, StoreError> {
        for manifest in self.on(Kind::Ptp, day)? {
            let pairs = self.pairs(&manifest)?;
            for (column_1, column_2) in [(first, second), (second, first)] {
                if let Some(edit) = pairs.edit_on(column_1, column_2, day) {
                    return Ok(Some((column_2, edit)));
                }
            }
        }
        Ok(None)
    }

    /// Whether a table is as it was written.
    ///
    /// # Errors
    /// When it cannot be read, or its hash is another.
    pub fn verify(&self, kind: Kind, manifest: &Manifest) -> Result<(), StoreError> {
        use sha2::Digest as _;
        let path = self.table_path(kind, manifest);
        let sha256 = crate::store::hex(&sha2::Sha256::digest(read(&path)?));
        if sha256 == manifest.table_sha256 {
            Ok(())
        } else {
            Err(StoreError::Changed { path, cause: "its hash is another".to_owned() })
        }
    }
}

fn read(path: &PathBuf) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(|cause| StoreError::Read { path: path.clone(), cause })
}

/// The exclusion notes between two diagnoses, from either side and from everything above them.
///
/// The rows must be of a tabular list.
#[must_use]
pub fn exclusions(list: &Table, one: IcdCode, other: IcdCode) -> Vec<Exclusion> {
    let mut found = Vec::new();
    for (code, against) in [(one, other), (other, one)] {
        for (under, row) in above(list, code) {
            let never_together = match row.cell(1) {
                "excludes1" => true,
                "excludes2" => false,
                _ => continue,
            };
            if names(row.cell(2), against) {
                found.push(Exclusion {
                    never_together,
                    under,
                    of: code,
                    note: row.cell(2).to_owned(),
                    list: list.manifest.from,
                });
            }
        }
    }
    found
}

/// The notes of a code and of everything above it.
fn above<'a>(list: &'a Table, code: IcdCode) -> Vec<(String, Row<'a>)> {
    let mut notes = Vec::new();
    for length in 3..=code.as_str().len() {
        let upper = &code.as_str()[..length];
        notes.extend(list.rows(upper).map(|row| (dotted(upper), row)));
    }
    // Sections and chapters: `L80-L99`.
    let ranges = list.ranges().filter(|row| range_has(row.cell(0), code));
    notes.extend(ranges.map(|row| (row.cell(0).to_owned(), row)));
    notes
}

fn dotted(code: &str) -> String {
    if code.len() > 3 { format!("{}.{}", &code[..3], &code[3..]) } else { code.to_owned() }
}

/// Whether a note names a diagnosis: `(L57.0)`, `(Z22.-)`, `(P35-P39)`, `(H02.40-, H02.43-)`.
fn names(note: &str, code: IcdCode) -> bool {
    let within = note.split('(').skip(1).filter_map(|part| part.split(')').next());
    within.flat_map(|part| part.split([',', ' '])).any(|reference| range_has(reference.trim(), code))
}

/// Whether a reference covers a code. The last of a range stands for everything below it.
fn range_has(reference: &str, code: IcdCode) -> bool {
    let plain = |text: &str| text.replace('.', "").to_ascii_uppercase();
    let is_code =
        |text: &str| text.len() >= 3 && text.as_bytes()[0].is_ascii_alphabetic() && text.as_bytes()[1].is_ascii_digit();
    let (first, last) = match reference.split_once('-') {
        Some((first, "")) | Some((first, ".")) => (plain(first), plain(first)),
        Some((first, last)) => (plain(first), plain(last.trim_end_matches(['-', '.']))),
        None => (plain(reference), plain(reference)),
    };
    let code = code.as_str();
    is_code(&first) && is_code(&last) && code >= first.as_str() && (code <= last.as_str() || code.starts_with(&last))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn table(lines: &[&str]) -> Table {
        let mut lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        lines.sort();
        let manifest = Manifest {
            from: date(2025, 10, 1),
            until: None,
            part: None,
            source: String::new(),
            source_sha256: String::new(),
            rows: 0,
            refused: 0,
            columns: Vec::new(),
            table_sha256: String::new(),
        };
        Table { manifest, text: lines.concat(), ranges: OnceLock::new() }
    }

    #[test]
    fn rows_by_key() {
        let table = table(&["A\t1", "AB\t2", "AB\t3", "ABC\t4", "B\t5"]);
        let of = |key: &str| table.rows(key).map(|row| row.cell(1).to_owned()).collect::<Vec<_>>().join(" ");
        assert_eq!(of("AB"), "2 3");
        assert_eq!(of("A"), "1");
        assert_eq!(of("ABC"), "4");
        assert_eq!(of("B"), "5");
        assert_eq!(of("AC"), "");
        assert_eq!(of(""), "");
        assert_eq!(table.beginning_with("AB").count(), 3);
        assert_eq!(table.all().count(), 5);
    }

    #[test]
    fn references_of_notes() {
        let code = |text: &str| text.parse::<IcdCode>().unwrap();
        assert!(names("actinic keratosis (L57.0)", code("L57.0")));
        assert!(names("carrier (Z22.-)", code("Z22.31")));
        assert!(names("perinatal (P35-P39)", code("P39.9")));
        assert!(names("ptosis (H02.40-, H02.43-)", code("H02.431")));
        assert!(!names("ptosis (H02.40-)", code("H02.431")));
        assert!(!names("certain localized infections - see chapters", code("H02.431")));
        assert!(!names("carrier (Z22.-)", code("Z23")));
    }

    #[test]
    fn exclusions_from_above_and_from_either_side() {
        let list = table(&[
            "L80-L99\texcludes1\tof newborn (P83.-)",
            "L82\texcludes2\tseborrheic dermatitis (L21.-)",
            "L820\ttitle\tof a kind",
        ]);
        let between = |a: &str, b: &str| exclusions(&list, a.parse().unwrap(), b.parse().unwrap());
        let found = between("L21.9", "L82.0");
        assert_eq!(found.len(), 1);
        assert!(!found[0].never_together);
        assert_eq!(found[0].under, "L82");
        assert!(between("L82.0", "P83.1")[0].never_together);
        assert!(between("L82.0", "L57.0").is_empty());
    }
}
