//! Code lists and look-up tables of the library: small CSV files that policies name.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::ast::{ListName, Number};
use crate::diagnostic::codes::lists as codes;
use crate::diagnostic::{Diagnostic, Explanation, Report};
use crate::parse::{parse_date, parse_number};
use crate::span::{SourceId, Span};

/// Largest list or table in bytes: every diagnosis code with dates and a group takes about 3 MiB.
pub const LIST_BYTES_MAX: usize = 8 * 1024 * 1024;

const LIST_COLUMNS: [&str; 4] = ["code", "from", "until", "group"];
const TABLE_COLUMNS: [&str; 2] = ["from", "value"];

/// All code lists of a library.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    lists: BTreeMap<String, Vec<ListRow>>,
}

/// One row of a code list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// A code or pattern, as in a policy: `G43.709`, `C44.*`, `64642-64647`.
    pub code: String,
    /// First day on which it counts; none is "always did".
    pub from: Option<Date>,
    /// First day on which it no longer counts; none is "until further notice".
    pub until: Option<Date>,
    /// Group within the list.
    pub group: Option<String>,
    /// Where the code stands in the file.
    pub span: Span,
}

impl ListRow {
    /// Whether the row counts on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

impl Lists {
    /// Adds the list of one file; `name` is its name without `.csv`.
    ///
    /// # Errors
    /// All errors of the file; then the list is not added.
    ///
    /// ```
    /// use policy::ast::ListName;
    /// use policy::{lists::Lists, span::SourceId};
    /// let mut lists = Lists::default();
    /// lists.add(SourceId(0), "L39909", "code,from,until,group\nG43.709,,,migraine\nG24.3,,,dystonia\n").expect("no errors");
    /// let migraine = ListName { name: "L39909".into(), group: Some("migraine".into()) };
    /// let day = jiff::civil::date(2026, 2, 15);
    /// assert_eq!(lists.on(&migraine, day).expect("it is there").collect::<Vec<_>>(), ["G43.709"]);
    /// ```
    pub fn add(&mut self, source: SourceId, name: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        let mut report = Report::new(source);
        if self.lists.contains_key(name) {
            report.add(report.error(&codes::REPEATED, Span::default(), format!("there is already a list `{name}`")));
        }
        let rows = list_rows(text, &mut report);
        check_overlaps(&rows, &mut report);
        if report.has_errors() {
            return Err(report.finish());
        }
        self.lists.insert(name.to_owned(), rows);
        Ok(())
    }

    /// The rows of a list, or of one group of it, on all days. None if there is no such list or group.
    #[must_use]
    pub fn rows(&self, list: &ListName) -> Option<Vec<&ListRow>> {
        let rows = self.lists.get(&list.name)?;
        let in_group = |row: &&ListRow| list.group.is_none() || row.group == list.group;
        let rows: Vec<&ListRow> = rows.iter().filter(in_group).collect();
        (list.group.is_none() || !rows.is_empty()).then_some(rows)
    }

    /// The codes and patterns of a list, or of one group of it, that count on a day. None if there is no such list or group.
    #[must_use]
    pub fn on(&self, list: &ListName, day: Date) -> Option<impl Iterator<Item = &str>> {
        let rows = self.rows(list)?;
        Some(rows.into_iter().filter(move |row| row.holds_on(day)).map(|row| row.code.as_str()))
    }

    /// All lists by name, with their groups.
    pub fn names(&self) -> impl Iterator<Item = ListName> {
        self.lists.iter().flat_map(|(name, rows)| {
            let groups: std::collections::BTreeSet<&String> =
                rows.iter().filter_map(|row| row.group.as_ref()).collect();
            let whole = ListName { name: name.clone(), group: None };
            let groups: Vec<ListName> =
                groups.into_iter().map(|group| ListName { name: name.clone(), group: Some(group.clone()) }).collect();
            std::iter::once(whole).chain(groups)
        })
    }

    /// The list or group that an unknown name was most likely meant to be.
    #[must_use]
    pub fn near(&self, list: &ListName) -> Option<String> {
        let names: Vec<String> = self.names().map(|name| name.to_string()).collect();
        ::codes::suggest(&list.to_string(), names.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// A look-up table: the value holds from its argument up to the next row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Arguments and values, by rising argument. Below the first argument there is no value.
    pub rows: Vec<(Number, Number)>,
}

/// Reads a table file with the columns `from,value`.
///
/// # Errors
/// All errors of the file.
pub fn table(source: SourceId, text: &str) -> Result<Table, Vec<Diagnostic>> {
    let mut report = Report::new(source);
    let mut rows: Vec<(Number, Number)> = Vec::new();
    for row in rows_of(text, &TABLE_COLUMNS, &mut report) {
        let numbers = row.cells.map(|(cell, span)| {
            parse_number(cell).map_err(|_| {
                report.add(report.error(&codes::NUMBER, span, format!("`{cell}` is not a number")));
            })
        });
        let [Ok(from), Ok(value)] = numbers else { continue };
        if rows.last().is_some_and(|(last, _)| exact(*last) >= exact(from)) {
            let message = "this argument is not above the one before".to_owned();
            report.add(report.error(&codes::ORDER, row.cells[0].1, message));
        }
        rows.push((from, value));
    }
    if report.has_errors() { Err(report.finish()) } else { Ok(Table { rows }) }
}

/// The number in billionths, for comparison.
fn exact(number: Number) -> i128 {
    i128::from(number.digits) * 10_i128.pow(u32::from(crate::lex::NUMBER_SCALE_MAX - number.scale))
}

fn list_rows(text: &str, report: &mut Report) -> Vec<ListRow> {
    let mut rows = Vec::new();
    for Row { cells: [code, from, until, group] } in rows_of(text, &LIST_COLUMNS, report) {
        if code.0.is_empty() {
            report.add(report.error(&codes::EMPTY, code.1, "this row has no code"));
            continue;
        }
        let (Ok(first), Ok(last)) = (date(from, report), date(until, report)) else { continue };
        if first.zip(last).is_some_and(|(first, last)| first >= last) {
            report.add(report.error(&codes::DATE, from.1.to(until.1), "this row ends before it begins"));
            continue;
        }
        let group = (!group.0.is_empty()).then(|| group.0.to_owned());
        rows.push(ListRow { code: code.0.to_owned(), from: first, until: last, group, span: code.1 });
    }
    rows
}

fn date((cell, span): (&str, Span), report: &mut Report) -> Result<Option<Date>, ()> {
    if cell.is_empty() {
        return Ok(None);
    }
    parse_date(cell).map(Some).ok_or_else(|| {
        let message = format!("`{cell}` is not a date of the calendar");
        report.add(report.error(&codes::DATE, span, message).help("write year, month and day: `2026-02-15`"));
    })
}

/// Reports rows that say the same of one day.
fn check_overlaps(rows: &[ListRow], report: &mut Report) {
    let mut sorted: Vec<&ListRow> = rows.iter().collect();
    sorted.sort_by_key(|row| (&row.group, &row.code, row.from));
    for pair in sorted.windows(2) {
        let [earlier, later] = pair else { continue };
        let same = earlier.group == later.group && earlier.code == later.code;
        let apart = earlier.until.zip(later.from).is_some_and(|(until, from)| until <= from);
        if same && !apart {
            let (first, second) = if earlier.span < later.span { (earlier, later) } else { (later, earlier) };
            let message = format!("`{}` already counts on some of these days", second.code);
            let diagnostic = report.error(&codes::OVERLAP, second.span, message).at(report.source, first.span, "here");
            report.add(diagnostic);
        }
    }
}

/// The cells of one row, without the blanks around them.
struct Row<'t, const COLUMNS: usize> {
    cells: [(&'t str, Span); COLUMNS],
}

/// The rows below the line of column names. Empty lines and lines that start with `#` are skipped.
fn rows_of<'t, const COLUMNS: usize>(
    text: &'t str,
    columns: &[&str; COLUMNS],
    report: &mut Report,
) -> Vec<Row<'t, COLUMNS>> {
    if text.len() > LIST_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {LIST_BYTES_MAX}", text.len());
        report.add(report.error(&codes::TOO_LARGE, Span::default(), message));
        return Vec::new();
    }
    let mut rows = Vec::new();
    let mut header = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start;
        start += line.len();
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<(&str, Span)> = cells(line, place).collect();
        if !std::mem::replace(&mut header, true) {
            if cells.iter().map(|(cell, _)| *cell).ne(columns.iter().copied()) {
                let message = format!("the first line is not `{}`", columns.join(","));
                report.add(report.error(&codes::HEADER, span(place, line.len()), message));
                return Vec::new();
            }
            continue;
        }
        let found = cells.len();
        match <[(&str, Span); COLUMNS]>::try_from(cells) {
            Ok(cells) if !line.contains('"') => rows.push(Row { cells }),
            _ => {
                let message = if found == COLUMNS {
                    "this row has quotation marks".to_owned()
                } else {
                    format!("this row has {found} of {COLUMNS} columns")
                };
                report.add(report.error(&codes::COLUMNS, span(place, line.len()), message));
            }
        }
    }
    if !header {
        let explanation: &'static Explanation = &codes::HEADER;
        report.add(report.error(explanation, Span::default(), format!("there is no line `{}`", columns.join(","))));
    }
    rows
}

fn cells(line: &str, place: usize) -> impl Iterator<Item = (&str, Span)> {
    let mut start = place;
    line.split(',').map(move |cell| {
        let blank = cell.len() - cell.trim_start().len();
        let at = start + blank;
        start += cell.len() + 1;
        (cell.trim(), span(at, cell.trim().len()))
    })
}

fn span(start: usize, length: usize) -> Span {
    let position = |at| u32::try_from(at).expect("a file is smaller than LIST_BYTES_MAX");
    Span::new(position(start), position(start + length))
}
