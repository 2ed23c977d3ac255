//! Diagnostics as text, in the manner of rustc.

use std::fmt::Write as _;

use super::{Diagnostic, Label, Severity, Sources};
use crate::lex::{TAB_COLUMNS, is_invisible};
use crate::span::SourceId;

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal or page; long source lines are cut and help is wrapped to it. At least 40 are taken.
    pub width: usize,
    /// Whether ANSI colours are written.
    pub colour: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, colour: false }
    }
}

const WIDTH_MIN: usize = 40;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BLUE: &str = "\x1b[1;34m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// One diagnostic as text, with a line end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let mut printer = Printer { out: String::new(), style, margin: margin(diagnostic, sources) };
    printer.heading(diagnostic);
    let mut files: Vec<SourceId> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.source) {
            files.push(label.source);
        }
    }
    for file in files {
        printer.file(diagnostic, sources, file);
    }
    for help in &diagnostic.help {
        printer.help(help);
    }
    printer.out
}

/// All diagnostics as text, with an empty line between them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let texts: Vec<String> = diagnostics.iter().map(|diagnostic| render(diagnostic, sources, style)).collect();
    texts.join("\n")
}

/// A label resolved to its first line.
struct Mark<'a> {
    /// Counted from 1.
    line_number: usize,
    /// Characters before the label in its line, counted from 1.
    column: usize,
    /// The line, or what stands around the label in a very long one.
    line: &'a str,
    /// Bytes of `line`; the end is at the line's end if the label goes on.
    start: usize,
    end: usize,
    main: bool,
    text: &'a str,
}

/// Bytes of a line that are looked at before and after the start of a label. More never fits on a page.
const CONTEXT_BYTES: usize = 500;

/// Resolves a label, unless its file is unknown. A span that is out of range or splits a character is moved to fit.
fn resolve<'a>(label: &'a Label, sources: &'a Sources, main: bool) -> Option<Mark<'a>> {
    let text = sources.text(label.source)?;
    let fit = |at: usize| text.floor_char_boundary(at.min(text.len()));
    let (start, end) = (fit(label.span.start as usize), fit(label.span.end as usize));
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let first = line_start.max(fit(start.saturating_sub(CONTEXT_BYTES)));
    let last = line_end.min(fit(start + CONTEXT_BYTES));
    let line = text[first..last].trim_end_matches('\r');
    Some(Mark {
        line_number: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        line,
        start: (start - first).min(line.len()),
        end: (end.max(start) - first).min(line.len()),
        main,
        text: &label.text,
    })
}

/// Columns of the longest line number.
fn margin(diagnostic: &Diagnostic, sources: &Sources) -> usize {
    let numbers = diagnostic.labels.iter().filter_map(|label| resolve(label, sources, false));
    numbers.map(|mark| mark.line_number).max().unwrap_or(1).to_string().len()
}

struct Printer {
    out: String,
    style: Style,
    margin: usize,
}

impl Printer {
    fn colour(&self, colour: &'static str) -> &'static str {
        if self.style.colour { colour } else { "" }
    }

    fn heading(&mut self, diagnostic: &Diagnostic) {
        let (word, colour) = severity(diagnostic.severity);
        let (colour, bold, reset) = (self.colour(colour), self.colour(BOLD), self.colour(RESET));
        let message = clean(&diagnostic.message);
        let _ = writeln!(self.out, "{colour}{word}[{}]{reset}{bold}: {message}{reset}", diagnostic.code);
    }

    /// Prints the lines of one file that have labels.
    fn file(&mut self, diagnostic: &Diagnostic, sources: &Sources, file: SourceId) {
        let marks = diagnostic.labels.iter().enumerate().filter(|(_, label)| label.source == file);
        let mut marks: Vec<Mark> = marks.filter_map(|(index, label)| resolve(label, sources, index == 0)).collect();
        let (Some(name), Some(first)) = (sources.name(file), marks.first()) else { return };
        let (line, column) = (first.line_number, first.column);
        let (blue, reset) = (self.colour(BLUE), self.colour(RESET));
        let _ =
            writeln!(self.out, "{:margin$} {blue}┌─{reset} {}:{line}:{column}", "", clean(name), margin = self.margin);
        marks.sort_by_key(|mark| (mark.line_number, mark.start));
        let mut printed = None;
        for mark in &marks {
            if printed != Some(mark.line_number) {
                self.source_line(mark);
            }
            self.carets(mark, severity(diagnostic.severity).1);
            printed = Some(mark.line_number);
        }
    }

    fn source_line(&mut self, mark: &Mark) {
        let (blue, reset) = (self.colour(BLUE), self.colour(RESET));
        let number = mark.line_number.to_string();
        let shown = Shown::new(mark, self.source_width());
        let _ = writeln!(self.out, "{blue}{number:>margin$} │{reset} {}", shown.text, margin = self.margin);
    }

    fn carets(&mut self, mark: &Mark, colour: &'static str) {
        let shown = Shown::new(mark, self.source_width());
        let (blue, reset) = (self.colour(BLUE), self.colour(RESET));
        let colour = if mark.main { self.colour(colour) } else { blue };
        let carets = (if mark.main { "^" } else { "-" }).repeat(shown.columns.max(1));
        let text = clean(mark.text);
        let line = format!("{:before$}{colour}{carets}{reset} {colour}{text}{reset}", "", before = shown.before);
        let line = if text.is_empty() {
            format!("{:before$}{colour}{carets}{reset}", "", before = shown.before)
        } else {
            line
        };
        let _ = writeln!(self.out, "{:margin$} {blue}│{reset} {line}", "", margin = self.margin);
    }

    fn help(&mut self, text: &str) {
        let (bold, reset) = (self.colour(BOLD), self.colour(RESET));
        let first = format!("{:margin$} = {bold}help{reset}: ", "", margin = self.margin);
        let next = " ".repeat(self.margin + " = help: ".len());
        let width = self.style.width.max(WIDTH_MIN).saturating_sub(next.len());
        for (index, line) in wrap(&clean(text), width).iter().enumerate() {
            let start = if index == 0 { &first } else { &next };
            let _ = writeln!(self.out, "{start}{line}");
        }
    }

    /// Columns left for source text.
    fn source_width(&self) -> usize {
        self.style.width.max(WIDTH_MIN).saturating_sub(self.margin + " │ ".chars().count())
    }
}

/// A source line as it is printed: cut around the label if it is too long.
struct Shown {
    text: String,
    /// Columns before the label.
    before: usize,
    /// Columns of the label.
    columns: usize,
}

/// Columns of context kept before a label when a line is cut.
const CONTEXT_COLUMNS: usize = 20;

impl Shown {
    fn new(mark: &Mark, width: usize) -> Self {
        let cells = cells(mark.line);
        let label_start = column_of(&cells, mark.start);
        let label_end = column_of(&cells, mark.end);
        let total = cells.last().map_or(0, |cell| cell.column + cell.columns);
        if total <= width {
            let text = cells.into_iter().map(|cell| cell.text).collect();
            return Self { text, before: label_start, columns: label_end - label_start };
        }
        // Keep the label and what stands before it, if possible from the start of the line.
        let first = if label_end < width { 0 } else { label_start.saturating_sub(CONTEXT_COLUMNS) };
        let room = width - 2;
        let kept: Vec<Cell> = cells
            .into_iter()
            .filter(|cell| cell.column >= first && cell.column + cell.columns <= first + room)
            .collect();
        let (from, to) =
            kept.first().zip(kept.last()).map_or((first, first), |(a, b)| (a.column, b.column + b.columns));
        let left = if first > 0 { "…" } else { "" };
        let right = if to < total { "…" } else { "" };
        let text: String = kept.into_iter().map(|cell| cell.text).collect();
        let before = label_start.saturating_sub(from) + left.chars().count();
        Self {
            text: format!("{left}{text}{right}"),
            before,
            columns: label_end.min(to).saturating_sub(label_start.max(from)),
        }
    }
}

/// A character as it is printed.
struct Cell {
    byte: usize,
    column: usize,
    columns: usize,
    text: String,
}

fn cells(line: &str) -> Vec<Cell> {
    let mut column = 0;
    let tab = TAB_COLUMNS as usize;
    line.char_indices()
        .map(|(byte, character)| {
            let (columns, text) = match character {
                '\t' => {
                    let columns = tab - column % tab;
                    (columns, " ".repeat(columns))
                }
                _ if is_invisible(character) => (1, "\u{FFFD}".to_owned()),
                _ => (columns_of(character), character.to_string()),
            };
            let cell = Cell { byte, column, columns, text };
            column += columns;
            cell
        })
        .collect()
}

/// The column at which a byte of the line is printed.
fn column_of(cells: &[Cell], byte: usize) -> usize {
    let after = cells.last().map_or(0, |cell| cell.column + cell.columns);
    cells.iter().find(|cell| cell.byte >= byte).map_or(after, |cell| cell.column)
}

/// Columns of a character in a terminal: none for combining marks, two for East Asian wide letters and emoji. Covers the
/// blocks that occur in names and quotes; the full table of Unicode would be larger than this file.
const fn columns_of(character: char) -> usize {
    match character {
        '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{303E}'
        | '\u{3041}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1F64F}'
        | '\u{1F900}'..='\u{1F9FF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
        Severity::Note => ("note", BLUE),
    }
}

/// The text without anything that would steer a terminal or hide in a page.
fn clean(text: &str) -> String {
    let visible = |character| if is_invisible(character) || character == '\t' { '\u{FFFD}' } else { character };
    text.chars().map(visible).collect()
}

/// Breaks a text at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut columns = 0;
    for word in text.split(' ') {
        let word_columns: usize = word.chars().map(columns_of).sum();
        if columns > 0 && columns + 1 + word_columns > width {
            lines.push(String::new());
            columns = 0;
        }
        let line = lines.last_mut().expect("starts with one line");
        if columns > 0 {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += word_columns;
    }
    lines
}
