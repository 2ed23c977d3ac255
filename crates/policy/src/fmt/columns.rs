//! Where everything goes on its line.

use std::collections::BTreeMap;

use super::source::{Piece, Place, Row};
use crate::lex::{Mark, TokenKind};

/// The column of what a statement of the header or a duty says.
const STATEMENT_COLUMN: usize = 9;
/// Columns by which a block stands in, and a group or a continued line below its line.
const STEP: usize = 2;
/// Lines that are longer than this up to a column do not move it.
const ALIGNED_MAX: usize = 104;
/// Names of examples that are longer than this do not move the cases.
const NAME_MAX: usize = 32;

/// A line in parts: the label, what it says, and what follows in a column of its own.
#[derive(Debug, Default)]
struct Line {
    indent: usize,
    label: String,
    body: String,
    tail: String,
    /// Where the body stands.
    body_column: usize,
}

/// The text of the rows, blanks apart the same.
pub(super) fn lay_out(rows: &[Row<'_>]) -> String {
    let mut lines: Vec<Line> = rows.iter().map(|row| parts(row, rows)).collect();
    let blocks = blocks(rows);
    // The criteria of all clauses share the column of their conditions.
    let of_clauses: Vec<usize> = (0..rows.len()).filter(|at| in_clause(rows, *at)).collect();
    let shared = label_width(&of_clauses, &lines, usize::MAX);
    for (at, row) in rows.iter().enumerate() {
        match blocks.get(&row.place) {
            // A block is laid out with its first line; its parent's columns are known by then.
            Some(block) if block[0] == at => {
                let labels = match row.place {
                    Place::Line { .. } if in_clause(rows, at) => shared,
                    Place::Line { .. } => label_width(block, &lines, NAME_MAX),
                    _ => label_width(block, &lines, usize::MAX),
                };
                columns(rows, &mut lines, block, labels);
            }
            Some(_) => {}
            None => {
                lines[at].indent = indent(row.place, rows, &lines);
                lines[at].body_column = body_column(&lines[at], row);
            }
        }
    }
    duties(rows, &mut lines);
    write(rows, &lines)
}

/// The lines of each block, by what they are to the line above the block.
fn blocks(rows: &[Row<'_>]) -> BTreeMap<Place, Vec<usize>> {
    let mut blocks: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if matches!(row.place, Place::Line { .. } | Place::Deeper { .. }) {
            blocks.entry(row.place).or_default().push(at);
        }
    }
    blocks
}

/// The widest label of some lines, those above a limit left out.
fn label_width(block: &[usize], lines: &[Line], limit: usize) -> usize {
    let widths = block.iter().map(|at| lines[*at].label.chars().count());
    widths.filter(|width| *width <= limit).max().unwrap_or(0)
}

/// What stands on a line, without its columns.
fn parts(row: &Row<'_>, rows: &[Row<'_>]) -> Line {
    let pieces = &row.pieces[..];
    let whole = || Line { body: join(pieces), ..Line::default() };
    match row.place {
        Place::Bare | Place::Quote { .. } | Place::InBraces { .. } => whole(),
        Place::Statement if is_padded(pieces) => {
            let tail = citation(pieces);
            Line {
                label: pieces[0].text.to_owned(),
                body: join_statement(&pieces[1..tail]),
                tail: join(&pieces[tail..]),
                ..Line::default()
            }
        }
        Place::Statement => whole(),
        Place::Line { parent } if rows[parent].pieces[0].is_word(&["examples"]) => {
            let arrow = pieces.iter().position(|piece| piece.is_mark(Mark::Arrow)).unwrap_or(pieces.len());
            Line {
                label: pieces[0].text.to_owned(),
                body: join(&pieces[1..arrow.max(1)]),
                tail: join(&pieces[arrow.max(1)..]),
                ..Line::default()
            }
        }
        Place::Line { .. } | Place::Deeper { .. } => {
            let label = if pieces.get(1).is_some_and(|piece| piece.is_mark(Mark::Colon)) { 2 } else { 0 };
            let tail = suffix(pieces, label);
            Line {
                label: join(&pieces[..label]),
                body: join(&pieces[label..tail]),
                tail: join_suffix(&pieces[tail..]),
                ..Line::default()
            }
        }
    }
}

/// Statements whose first word has a column to itself.
fn is_padded(pieces: &[Piece<'_>]) -> bool {
    const PADDED: [&str; 10] =
        ["policy", "rank", "scope", "for", "dates", "source", "caveat", "needs", "denies", "due"];
    pieces[0].is_word(&PADDED)
}

/// The citation at the end of a duty.
fn citation(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().position(|piece| piece.is_mark(Mark::At)).unwrap_or(pieces.len())
}

/// The first suffix of a criterion, after its label and the first piece of its condition.
fn suffix(pieces: &[Piece<'_>], label: usize) -> usize {
    let begins = |at: usize| {
        let quote =
            pieces[at].is_mark(Mark::MoreThan) && pieces.get(at + 1).is_some_and(|next| next.kind == TokenKind::String);
        quote || is_suffix(pieces[at])
    };
    (label + 1..pieces.len()).find(|at| begins(*at)).unwrap_or(pieces.len())
}

fn is_suffix(piece: Piece<'_>) -> bool {
    piece.is_mark(Mark::At) || piece.is_word(&["as", "unverified", "indicative", "grade"])
}

/// The columns of the lines of one block whose widest label is given.
fn columns(rows: &[Row<'_>], lines: &mut [Line], block: &[usize], labels: usize) {
    let indent = indent(rows[block[0]].place, rows, lines);
    let is_examples =
        matches!(rows[block[0]].place, Place::Line { parent } if rows[parent].pieces[0].is_word(&["examples"]));
    let width = |text: &str| text.chars().count();
    let gap = if is_examples { 2 } else { 1 };
    for at in block {
        let line = &mut lines[*at];
        line.indent = indent;
        line.body_column = match width(&line.label) {
            0 => indent,
            own => indent + labels.max(own) + gap,
        };
    }
    if !is_examples {
        align_trials(lines, block);
    }
    let end = |line: &Line| line.body_column + width(&line.body);
    let column = block
        .iter()
        .filter(|at| !lines[**at].tail.is_empty())
        .map(|at| end(&lines[*at]))
        .filter(|end| *end <= ALIGNED_MAX)
        .max()
        .map_or(0, |end| end + 2);
    for at in block {
        pad_body(&mut lines[*at], column);
    }
}

/// Is this a criterion of a clause?
fn in_clause(rows: &[Row<'_>], at: usize) -> bool {
    let Place::Line { parent } = rows[at].place else { return false };
    !rows[parent].pieces[0].is_word(&["unless", "examples"])
}

/// Lengthens the body so that the tail stands in a column, or two columns after the body.
fn pad_body(line: &mut Line, column: usize) {
    if line.tail.is_empty() {
        return;
    }
    let end = line.body_column + line.body.chars().count();
    let blanks = column.saturating_sub(end).max(if line.body.is_empty() { 0 } else { 2 });
    line.body.extend(std::iter::repeat_n(' ', blanks));
}

/// Lines up what follows `trial(CLASS)` in a block of such lines.
fn align_trials(lines: &mut [Line], block: &[usize]) {
    let split = |line: &Line| {
        let close = line.body.find(')')?;
        (line.body.starts_with("trial(") && line.body.len() > close + 1).then_some(close + 1)
    };
    let column = block.iter().filter_map(|at| split(&lines[*at])).max();
    for at in block {
        if let (Some(column), Some(own)) = (column, split(&lines[*at])) {
            lines[*at].body.insert_str(own, &" ".repeat(column - own));
        }
    }
}

fn body_column(line: &Line, row: &Row<'_>) -> usize {
    match row.place {
        Place::Statement if is_padded(&row.pieces) => STATEMENT_COLUMN,
        _ => line.indent,
    }
}

/// How far a line stands in, by the columns of the line that it belongs to.
fn indent(place: Place, rows: &[Row<'_>], lines: &[Line]) -> usize {
    match place {
        Place::Bare | Place::Statement => 0,
        Place::Line { .. } => STEP,
        // Below a label or a group; a quote stands before that, so that it belongs to the group.
        Place::Deeper { parent } => match rows[parent].place {
            Place::Statement => lines[parent].body_column,
            _ => lines[parent].body_column + STEP,
        },
        Place::Quote { parent } => lines[parent].body_column,
        Place::InBraces { parent } => {
            let before = lines[parent].body.split('{').next().unwrap_or_default().chars().count();
            lines[parent].body_column + before + STEP
        }
    }
}

/// Lines up the citations of duties that stand one below the other.
fn duties(rows: &[Row<'_>], lines: &mut [Line]) {
    let is_duty = |row: &Row<'_>| row.place == Place::Statement && row.pieces[0].is_word(&["needs", "due"]);
    let column = rows
        .iter()
        .zip(lines.iter())
        .filter(|(row, line)| is_duty(row) && !line.tail.is_empty())
        .map(|(_, line)| line.body_column + line.body.chars().count())
        .filter(|end| *end <= ALIGNED_MAX)
        .max()
        .map_or(0, |end| end + 2);
    for (row, line) in rows.iter().zip(lines.iter_mut()) {
        if is_duty(row) {
            pad_body(line, column);
        }
    }
}

/// Pieces with one blank between them, where one belongs.
fn join(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let sticks = at == 0
            || [Mark::Comma, Mark::Semicolon, Mark::Colon, Mark::OpenParenthesis, Mark::CloseParenthesis]
                .into_iter()
                .any(|mark| piece.is_mark(mark))
            || pieces[at - 1].is_mark(Mark::OpenParenthesis);
        if !sticks {
            text.push(' ');
        }
        text.push_str(piece.text);
    }
    text
}

/// A statement of the header: two blanks between the identifier and the title of a policy, one elsewhere.
fn join_statement(pieces: &[Piece<'_>]) -> String {
    match pieces {
        [id, title] if id.kind == TokenKind::String && title.kind == TokenKind::String => {
            format!("{}  {}", id.text, title.text)
        }
        _ => join(pieces),
    }
}

/// Suffixes of a criterion: three blanks after a citation.
fn join_suffix(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            let after_citation =
                pieces[at - 1].kind == TokenKind::String && (is_suffix(*piece) || piece.is_mark(Mark::MoreThan));
            text.push_str(if after_citation { "   " } else { " " });
        }
        text.push_str(piece.text);
    }
    text
}

/// The rows one below the other, never two empty ones in a row.
fn write(rows: &[Row<'_>], lines: &[Line]) -> String {
    // A comment stands where the line below it stands.
    let mut below = vec![0; rows.len()];
    let mut next = 0;
    for (at, row) in rows.iter().enumerate().rev() {
        next = if row.pieces.is_empty() { next } else { lines[at].indent };
        below[at] = next;
    }
    let mut out = String::new();
    let mut blank = false;
    for ((row, line), below) in rows.iter().zip(lines).zip(below) {
        if row.pieces.is_empty() && row.comment.is_none() {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push('\n');
        }
        let mut text = String::new();
        if row.pieces.is_empty() {
            text.extend(std::iter::repeat_n(' ', below));
        } else {
            text.extend(std::iter::repeat_n(' ', line.indent));
            text.push_str(&line.label);
            let to_body = line.body_column.saturating_sub(text.chars().count());
            text.extend(std::iter::repeat_n(' ', to_body));
            text.push_str(&line.body);
            text.push_str(&line.tail);
        }
        if let Some(comment) = row.comment {
            if !row.pieces.is_empty() {
                text.truncate(text.trim_end().len());
                text.push_str("  ");
            }
            text.push_str(comment);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}
