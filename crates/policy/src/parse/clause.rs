//! Clauses, criteria with their suffixes, `unless` and `otherwise`.

use super::cursor::{Cursor, Failed, File, Parse};
use super::layout::{Statement, check_alignment};
use crate::ast::{Certainty, Clause, Criterion, Excuse, Expr, Grade, Head, Kind, Name, When};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::{Mark, TokenKind};
use crate::span::{Span, Spanned};

/// Words with which a sentence goes on after a label.
const RESERVED_LABELS: [&str; 8] = ["and", "or", "if", "with", "when", "excuses", "but", "at"];

impl Cursor<'_, '_, '_> {
    /// `covered`, `not covered as KIND`, `silent`, ….
    pub(super) fn head(&mut self) -> Parse<Spanned<Head>> {
        let start = self.here();
        let negated = self.eat_word("not");
        let head = match self.peek_word() {
            Some("covered") => {
                self.advance();
                if negated { Head::NotCovered { kind: self.kind()? } } else { Head::Covered }
            }
            Some("allowed") => {
                self.advance();
                if negated { Head::NotAllowed { kind: self.kind()? } } else { Head::Allowed }
            }
            Some("silent") if !negated => {
                self.advance();
                Head::Silent
            }
            Some("unread") if !negated => {
                self.advance();
                Head::Unread(self.string("which document was not read")?)
            }
            _ if negated => return self.expected("`covered` or `allowed`"),
            _ => return self.expected("`covered`, `not covered`, `allowed`, `not allowed`, `silent` or `unread`"),
        };
        Ok(Spanned::new(head, self.span_from(start)))
    }

    fn kind(&mut self) -> Parse<Option<Spanned<Kind>>> {
        if !self.eat_word("as") {
            return Ok(None);
        }
        self.keyword(&Kind::ALL, &codes::KIND, "a kind of denial").map(Some)
    }

    fn when(&mut self) -> Parse<When> {
        if self.eat_word("always") {
            return Ok(When::Always);
        }
        if self.is_end() {
            let diagnostic = self
                .error_here(&codes::WHEN, "this clause does not say when it holds")
                .help("end its line with `when all`, `when any` or `always`");
            return self.fail(diagnostic);
        }
        self.expect_word("when")?;
        let when = match self.peek_word() {
            Some("all") => When::All,
            Some("any") => When::Any,
            _ => {
                let diagnostic = self
                    .error_here(&codes::WHEN, format!("expected `all` or `any`, found {}", self.found()))
                    .help("write `when all` or `when any`, and each criterion with a label on a line of its own");
                return self.fail(diagnostic);
            }
        };
        self.advance();
        if self.peek_word() == Some("of") {
            let diagnostic =
                self.error_here(&codes::WHEN, "a clause has no `of`").help("write `when all` or `when any`");
            return self.fail(diagnostic);
        }
        Ok(when)
    }

    /// A label, an expression and its suffixes, up to the end of the statement.
    pub(super) fn criterion(mut self, labelled: bool) -> Parse<Criterion> {
        let start = self.here();
        let label = if self.second_is_mark(Mark::Colon) { Some(self.label()?) } else { None };
        if labelled && label.is_none() {
            let diagnostic = self
                .error_here(&codes::NO_LABEL, "this criterion has no label")
                .help("begin it with a short name and a colon, `age: age_years >= 18`; answers refer to it");
            self.file.report.add(diagnostic);
        }
        let expr = self.expr()?;
        let criterion = self.suffixes(start, label, expr)?;
        self.end()?;
        Ok(criterion)
    }

    /// `LABEL :`
    fn label(&mut self) -> Parse<Name> {
        let label = self.new_label("a label")?;
        self.expect_mark(Mark::Colon, ":")?;
        Ok(label)
    }

    /// A word that becomes a label of the file.
    fn new_label(&mut self, what: &str) -> Parse<Name> {
        let label = self.name(what)?;
        if RESERVED_LABELS.contains(&label.as_str()) {
            let message = format!("`{}` is a word of the language and cannot be a label", *label);
            let diagnostic = self.error(&codes::RESERVED_WORD, label.span, message);
            return self.fail(diagnostic);
        }
        self.file.labels.push(label.clone());
        Ok(label)
    }

    /// What may follow the expression of a criterion, in any order, each at most once.
    fn suffixes(&mut self, start: Span, label: Option<Name>, expr: Expr) -> Parse<Criterion> {
        let mut criterion = Criterion {
            span: start.to(expr.span),
            label,
            expr,
            citation: None,
            kind: None,
            certainty: Certainty::Plain,
            grade: None,
            quote: None,
        };
        loop {
            let suffix = self.here();
            let repeated = if self.next_is_quote() {
                self.advance();
                let quote = self.string("a quote")?;
                criterion.quote.replace(quote).is_some()
            } else if self.eat_mark(Mark::At) {
                let citation = self.string("a citation")?;
                criterion.citation.replace(citation).is_some()
            } else if self.eat_word("as") {
                let kind = self.keyword(&Kind::ALL, &codes::KIND, "a kind of denial")?;
                criterion.kind.replace(kind).is_some()
            } else if self.eat_word("grade") {
                let grade = self.keyword(&Grade::ALL, &codes::GRADE, "a grade")?;
                criterion.grade.replace(grade).is_some()
            } else if self.eat_word("unverified") {
                std::mem::replace(&mut criterion.certainty, Certainty::Unverified) != Certainty::Plain
            } else if self.eat_word("indicative") {
                std::mem::replace(&mut criterion.certainty, Certainty::Indicative) != Certainty::Plain
            } else {
                break;
            };
            criterion.span = criterion.span.to(self.span_from(suffix));
            if repeated {
                let diagnostic = self
                    .error(&codes::REPEATED_SUFFIX, self.span_from(suffix), "this was already said of the criterion")
                    .help("a criterion has one citation, one kind, one grade and one quote, and is either unverified or indicative");
                return self.fail(diagnostic);
            }
        }
        Ok(criterion)
    }
}

/// A whole clause. All its criteria are read even if some, or its head, cannot be.
pub(super) fn clause(file: &mut File<'_>, statement: &Statement) -> Parse<Clause> {
    let mut cursor = Cursor::first_line(file, statement);
    let head = cursor.head();
    let when = if head.is_ok() { cursor.when() } else { Err(Failed) };
    let line = cursor.whole();
    if when.is_ok() {
        // What follows on the line is reported, but the clause is known well enough to read on.
        let _ = cursor.end();
    }
    if !matches!(when, Ok(When::Always)) && statement.children.is_empty() {
        let diagnostic = file
            .report
            .error(&codes::EMPTY_BLOCK, line, "this clause has no criteria")
            .help("write each criterion with a label on a line of its own below, indented; or write `always`");
        if when.is_ok() {
            file.report.add(diagnostic);
        }
    }
    if matches!(when, Ok(When::Always))
        && let Some(child) = statement.children.first()
    {
        let span = child.tokens(file.lexed)[0].span;
        let diagnostic = file
            .report
            .error(&codes::WHEN, span, "a clause that holds always has no criteria")
            .help("write `when all` instead of `always`");
        file.report.add(diagnostic);
    }
    let criteria = block(file, statement, |cursor| cursor.criterion(true));
    let span = criteria.last().map_or(line, |last: &Criterion| line.to(last.span));
    Ok(Clause { span, head: head?, when: when?, criteria })
}

/// Reads every line of a block; those that cannot be read are reported and left out.
pub(super) fn block<T>(
    file: &mut File<'_>,
    statement: &Statement,
    mut read: impl FnMut(Cursor<'_, '_, '_>) -> Parse<T>,
) -> Vec<T> {
    let mut lines = Vec::new();
    for child in &statement.children {
        let first = child.tokens(file.lexed)[0];
        if first.kind == TokenKind::Mark(Mark::MoreThan) {
            let diagnostic = file
                .report
                .error(&codes::STRAY_QUOTE, first.span, "this quote stands below no criterion")
                .help("put it below the criterion that it is the source of");
            file.report.add(diagnostic);
        } else {
            lines.push(child);
        }
    }
    check_alignment(&lines, file.lexed, &mut file.report);
    lines.into_iter().filter_map(|child| read(Cursor::new(file, child)).ok()).collect()
}

/// Reads the lines below a statement that is a single word, and reports it if there are none.
pub(super) fn lines_below<T>(
    file: &mut File<'_>,
    statement: &Statement,
    help: &str,
    read: impl FnMut(Cursor<'_, '_, '_>) -> Parse<T>,
) -> Vec<T> {
    let mut cursor = Cursor::first_line(file, statement);
    let (word, span) = (cursor.found(), cursor.here());
    cursor.advance();
    // What follows on the line is in the report; the lines below are read all the same.
    let _ = cursor.end();
    if statement.children.is_empty() {
        let diagnostic = file.report.error(&codes::EMPTY_BLOCK, span, format!("{word} has no lines")).help(help);
        file.report.add(diagnostic);
    }
    block(file, statement, read)
}

/// `unless` and its lines.
pub(super) fn unless(file: &mut File<'_>, statement: &Statement) -> Vec<Excuse> {
    lines_below(file, statement, "write `NAME excuses LABEL when TEST` on a line below, indented", excuse)
}

/// `LABEL excuses LABEL+ when EXPR`
fn excuse(mut cursor: Cursor<'_, '_, '_>) -> Parse<Excuse> {
    let whole = cursor.whole();
    let label = cursor.new_label("the label of the excuse")?;
    cursor.expect_word("excuses")?;
    let mut excuses = Vec::new();
    while cursor.peek_word().is_some_and(|word| word != "when") {
        excuses.push(cursor.name("the label of a criterion")?);
    }
    if excuses.is_empty() {
        return cursor.expected("the label of a criterion");
    }
    cursor.expect_word("when")?;
    let expr = cursor.expr()?;
    let condition = cursor.suffixes(label.span, Some(label), expr)?;
    cursor.end()?;
    Ok(Excuse { span: whole.to(condition.span), excuses, condition })
}

/// `otherwise` and its head, which cannot be `covered`.
pub(super) fn otherwise(mut cursor: Cursor<'_, '_, '_>) -> Parse<Spanned<Head>> {
    cursor.advance();
    let head = cursor.head()?;
    if head.value == Head::Covered {
        let diagnostic = cursor
            .error(&codes::OTHERWISE, head.span, "`otherwise` cannot cover")
            .help("write a clause `covered always`, so that an example shows it");
        return cursor.fail(diagnostic);
    }
    cursor.end()?;
    Ok(head)
}
