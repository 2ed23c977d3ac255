//! A file as rows: what stands on each line, and to which line it belongs.

use crate::lex::{Lexed, Mark, Token, TokenKind};

/// A word, string or mark with its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
}

impl Piece<'_> {
    pub(super) fn is_mark(self, mark: Mark) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    pub(super) fn is_word(self, words: &[&str]) -> bool {
        self.kind == TokenKind::Word && words.contains(&self.text)
    }
}

/// One line of the file.
#[derive(Debug)]
pub(super) struct Row<'t> {
    /// Nothing, for an empty line or a line of its own for a comment.
    pub(super) pieces: Vec<Piece<'t>>,
    /// With its `#`.
    pub(super) comment: Option<&'t str>,
    pub(super) place: Place,
}

/// What a line is to those above it. Parents are given by their row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// No words on it.
    Bare,
    /// A statement at the margin.
    Statement,
    /// A line of the block of a clause, of `unless` or of `examples`.
    Line {
        /// The statement.
        parent: usize,
    },
    /// A member of a group, or a line that goes on with the one above.
    Deeper {
        /// That line.
        parent: usize,
    },
    /// A quote below its criterion.
    Quote {
        /// The criterion.
        parent: usize,
    },
    /// Goes on between braces.
    InBraces {
        /// The line with the opening brace.
        parent: usize,
    },
}

/// Statements with a block of lines below them.
const BLOCKS: [&str; 7] = ["covered", "not", "allowed", "silent", "unread", "unless", "examples"];

/// The rows of a file that could be parsed.
pub(super) fn rows<'t>(text: &'t str, lexed: &Lexed) -> Vec<Row<'t>> {
    let mut rows = Vec::new();
    // The open lines, each with its indentation and its row.
    let mut open: Vec<(u32, usize)> = Vec::new();
    let (mut token, mut line, mut start) = (0, 0, 0);
    for written in text.split_inclusive('\n') {
        let end = start + written.len();
        let first = token;
        while lexed.tokens.get(token).is_some_and(|token| token.span.range().start < end) {
            token += 1;
        }
        let tokens = &lexed.tokens[first..token];
        let after = tokens.last().map_or(start, |last| last.span.range().end);
        let rest = text[after..end].trim_start_matches('\u{FEFF}').trim();
        let begins = lexed.lines.get(line).filter(|line| line.start == first && !tokens.is_empty());
        let place = match begins {
            _ if tokens.is_empty() => Place::Bare,
            None => Place::InBraces { parent: open.last().map_or(0, |(_, row)| *row) },
            Some(begun) => {
                line += 1;
                place(&rows, &mut open, begun.indent, tokens[0])
            }
        };
        if begins.is_some_and(|_| !matches!(place, Place::Quote { .. })) {
            let indent = lexed.lines[line - 1].indent;
            open.push((indent, rows.len()));
        }
        let pieces = tokens.iter().map(|token| Piece { kind: token.kind, text: &text[token.span.range()] }).collect();
        rows.push(Row { pieces, comment: rest.starts_with('#').then_some(rest), place });
        start = end;
    }
    rows
}

/// The same rule as the parser's: a line belongs to the nearest one above that is less indented, a quote to the nearest that is
/// not more indented.
fn place(rows: &[Row<'_>], open: &mut Vec<(u32, usize)>, indent: u32, first: Token) -> Place {
    let is_quote = first.kind == TokenKind::Mark(Mark::MoreThan);
    while open.last().is_some_and(|(last, _)| *last > indent || (*last == indent && !is_quote)) {
        open.pop();
    }
    let Some((_, parent)) = open.last().copied() else { return Place::Statement };
    let in_block = rows[parent].place == Place::Statement && rows[parent].pieces[0].is_word(&BLOCKS);
    match (is_quote, in_block) {
        (true, _) => Place::Quote { parent },
        (false, true) => Place::Line { parent },
        (false, false) => Place::Deeper { parent },
    }
}
