//! Reading `ledger.csv`.

use std::collections::HashMap;

use policy::ast::Grade;
use policy::diagnostic::{Diagnostic, Explanation, Severity};
use policy::span::{SourceId, Span};

use super::{Home, Ledger, OWN, ROWS_MAX, Row, RowKey};
use crate::finding;

const COLUMNS: [&str; 6] = ["row", "payer", "grade", "dated", "homes", "why"];

/// Most homes of one row; a general rule of a family of policies has some hundreds.
const HOMES_MAX: usize = 1_000;

/// Reads the text of a ledger; what cannot be read of it is left out and reported.
pub fn read(source: SourceId, text: &str, findings: &mut Vec<Diagnostic>) -> Ledger {
    let mut report = Report { source, findings };
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    if !reader.headers().is_ok_and(|names| names.iter().eq(COLUMNS)) {
        let message = format!("the first line is not `{}`", COLUMNS.join(","));
        report.error(&finding::NOT_LEDGER, Span::default(), message);
        return Ledger { rows: Vec::new(), source };
    }
    let mut rows = Vec::new();
    let mut seen: HashMap<RowKey, Span> = HashMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let start = error.position().map_or(0, csv::Position::byte);
                report.error(&finding::NOT_LEDGER, line(text, start), "this line has not six columns");
                continue;
            }
        };
        let span = line(text, record.position().map_or(0, csv::Position::byte));
        if rows.len() == ROWS_MAX {
            report.error(&finding::NOT_LEDGER, span, format!("more than {ROWS_MAX} rows"));
            break;
        }
        let Some(row) = row(&record, span, &mut report) else { continue };
        if let Some(first) = seen.insert(row.key.clone(), span) {
            let twice = Diagnostic::new(&finding::TWICE, Severity::Error, format!("`{}` stands here twice", row.key));
            report.findings.push(twice.at(source, span, "").at(source, first, "the first time"));
        }
        rows.push(row);
    }
    Ledger { rows, source }
}

fn row(record: &csv::StringRecord, span: Span, report: &mut Report<'_>) -> Option<Row> {
    let cell = |column: usize| record.get(column).unwrap_or_default();
    let Some(key) = key(cell(0)) else {
        let message = format!("`{}` is no row: write `base/record` or `base/record/1`", cell(0));
        report.error(&finding::NOT_LEDGER, span, message);
        return None;
    };
    let grade = Grade::ALL.iter().find(|(_, word)| *word == cell(2)).map(|(grade, _)| *grade);
    if grade.is_none() && !cell(2).is_empty() {
        report.error(&finding::BAD_WORD, span, format!("`{}` is no grade", cell(2)));
    }
    if !is_dated(cell(3)) {
        report.error(&finding::NOT_LEDGER, span, format!("`{}` is no year, month or day", cell(3)));
    }
    Some(Row {
        key,
        payer: cell(1).to_owned(),
        grade,
        dated: cell(3).to_owned(),
        homes: homes(cell(4), span, report),
        why: cell(5).to_owned(),
        span,
    })
}

fn key(text: &str) -> Option<RowKey> {
    let (base, rest) = text.split_once('/')?;
    let numbered = rest.rsplit_once('/').and_then(|(record, number)| Some((record, number.parse::<u32>().ok()?)));
    let (record, number) = match numbered {
        Some((record, number)) if base != OWN => (record, Some(number)),
        _ => (rest, None),
    };
    let is_whole = !base.is_empty() && !record.is_empty() && (base == OWN || !record.contains('/'));
    is_whole.then(|| RowKey { base: base.to_owned(), record: record.to_owned(), number })
}

/// The homes of one cell, with `{a,b}` written out.
fn homes(cell: &str, span: Span, report: &mut Report<'_>) -> Vec<Home> {
    let mut homes = Vec::new();
    for text in cell.split_whitespace() {
        let room = HOMES_MAX - homes.len();
        match written_out(text, room) {
            Some(texts) => homes.extend(texts.iter().map(|text| home(text))),
            None => {
                let message =
                    format!("`{text}` has a brace without its pair, or the row has more than {HOMES_MAX} homes");
                report.error(&finding::NOT_LEDGER, span, message);
            }
        }
    }
    homes
}

/// `x/{a,b}/c` as `x/a/c` and `x/b/c`; several braces give all pairs. None if a brace has no pair, or there would be more than `most`.
fn written_out(text: &str, most: usize) -> Option<Vec<String>> {
    let Some((before, rest)) = text.split_once('{') else {
        return (!text.contains('}') && most > 0).then(|| vec![text.to_owned()]);
    };
    let (choices, after) = rest.split_once('}')?;
    if before.contains('}') || choices.contains('{') {
        return None;
    }
    let tails = written_out(after, most)?;
    let heads = choices.split(',');
    let texts: Vec<String> = heads
        .flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}")))
        .take(most + 1)
        .collect();
    (texts.len() <= most).then_some(texts)
}

/// One home, as a cell has it.
pub(crate) fn home(text: &str) -> Home {
    let (file, name) = text.split_once(':').map_or((text, None), |(file, name)| (file, Some(name.to_owned())));
    if file.ends_with(".toml") || file.ends_with(".csv") {
        return Home::Entry { file: file.to_owned(), name };
    }
    let (id, part) = text.split_once('#').map_or((text, None), |(id, part)| (id, Some(part.to_owned())));
    Home::Policy { id: id.to_owned(), part }
}

/// `2019`, `2019-09`, `2019-09-11` or nothing.
fn is_dated(text: &str) -> bool {
    let form: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    matches!(form.as_str(), "" | "0000" | "0000-00" | "0000-00-00")
}

/// The line that starts at this byte.
fn line(text: &str, start: u64) -> Span {
    let start = usize::try_from(start).unwrap_or(0).min(text.len());
    let length = text[start..].lines().next().map_or(0, str::len);
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(place(start), place(start + length))
}

struct Report<'r> {
    source: SourceId,
    findings: &'r mut Vec<Diagnostic>,
}

impl Report<'_> {
    fn error(&mut self, explanation: &'static Explanation, span: Span, message: impl Into<String>) {
        self.findings.push(Diagnostic::new(explanation, Severity::Error, message).at(self.source, span, ""));
    }
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn braces_are_written_out() {
        let all = |text: &str, most| written_out(text, most).map(|texts| texts.join(" "));
        assert_eq!(all("a/b#c", 9).as_deref(), Some("a/b#c"));
        assert_eq!(all("a/{b,c}", 9).as_deref(), Some("a/b a/c"));
        assert_eq!(all("{a,b}/{c,d}#e", 9).as_deref(), Some("a/c#e a/d#e b/c#e b/d#e"));
        assert_eq!(all("{a,b}/{c,d}", 4).as_deref(), Some("a/c a/d b/c b/d"));
        assert_eq!(all("{a,b}/{c,d}", 3), None);
        for broken in ["a/{b", "a/b}", "a/{b{c}}", "}a{b}", "a/{b}}"] {
            assert_eq!(all(broken, 9), None, "{broken}");
        }
    }
}
