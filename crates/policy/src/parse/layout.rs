//! From lines to statements: which line belongs to which.

use crate::diagnostic::Report;
use crate::diagnostic::codes::syntax as codes;
use crate::lex::{Lexed, Mark, Token, TokenKind};

/// How deep statements may stand within one another. Real policies need four levels: clause, criterion, group, group.
pub const NESTING_MAX: usize = 16;

/// A line with the deeper lines that belong to it.
#[derive(Debug)]
pub(super) struct Statement {
    indent: u32,
    start: usize,
    end: usize,
    pub(super) children: Vec<Statement>,
}

impl Statement {
    /// The tokens of its own line; at least one.
    pub(super) fn tokens<'a>(&self, lexed: &'a Lexed) -> &'a [Token] {
        &lexed.tokens[self.start..self.end]
    }
}

/// Builds the statements of a file. A line belongs to the nearest line above it that is less indented; a line that starts with
/// `>` quotes the nearest one that is not more indented.
pub(super) fn layout(lexed: &Lexed, report: &mut Report) -> Vec<Statement> {
    let mut finished = Vec::new();
    let mut open: Vec<Statement> = Vec::new();
    let mut too_deep = false;
    for line in &lexed.lines {
        let first = lexed.tokens[line.start];
        let is_quote = first.kind == TokenKind::Mark(Mark::MoreThan);
        while open.last().is_some_and(|last| last.indent > line.indent || (last.indent == line.indent && !is_quote)) {
            close_last(&mut open, &mut finished);
        }
        if open.len() >= NESTING_MAX {
            // One report for all lines below the same one.
            if !std::mem::replace(&mut too_deep, true) {
                let message = format!("this line stands more than {NESTING_MAX} levels deep");
                report.add(report.error(&codes::NESTING, first.span, message).help("split the policy"));
            }
            continue;
        }
        too_deep = false;
        if open.is_empty() && line.indent > 0 {
            report.add(
                report
                    .error(&codes::STRAY_INDENT, first.span, "this line is indented but belongs to no statement")
                    .help("begin a statement at the left margin"),
            );
        }
        let statement = Statement { indent: line.indent, start: line.start, end: line.end, children: Vec::new() };
        match open.last_mut() {
            // A quote never has lines of its own.
            Some(parent) if is_quote => parent.children.push(statement),
            _ => open.push(statement),
        }
    }
    while !open.is_empty() {
        close_last(&mut open, &mut finished);
    }
    finished
}

fn close_last(open: &mut Vec<Statement>, finished: &mut Vec<Statement>) {
    if let Some(last) = open.pop() {
        open.last_mut().map_or(finished, |parent| &mut parent.children).push(last);
    }
}

/// Reports the lines of one block that do not begin in the column of its first line: a reader could not tell where they belong.
pub(super) fn check_alignment(block: &[&Statement], lexed: &Lexed, report: &mut Report) {
    let Some(first) = block.first() else { return };
    for statement in block.iter().filter(|statement| statement.indent != first.indent) {
        let span = statement.tokens(lexed)[0].span;
        report.add(
            report
                .error(&codes::MISALIGNED, span, "this line does not begin in the column of its block")
                .at(report.source, first.tokens(lexed)[0].span, "the block begins here")
                .help(format!("indent it by {} columns", first.indent)),
        );
    }
}
