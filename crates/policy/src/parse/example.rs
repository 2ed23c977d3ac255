//! Examples: a case, and the outcome its author expects.

use super::clause::lines_below;
use super::cursor::{Cursor, Failed, File, Parse};
use super::layout::Statement;
use crate::ast::{Answer, Bind, BindKind, Example, Expected, FactAnswer, Name, Number, Subject, Value};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::{Mark, TokenKind};
use crate::span::Spanned;

/// Words with which an example goes on after a statement.
const AFTER_BIND: [&str; 2] = ["but", "at"];

/// `examples` and its lines.
pub(super) fn examples(file: &mut File<'_>, statement: &Statement) -> Vec<Example> {
    lines_below(file, statement, "write `\"name\" { FACT VALUE } => covered` on a line below, indented", example)
}

fn example(mut cursor: Cursor<'_, '_, '_>) -> Parse<Example> {
    let span = cursor.whole();
    let name = cursor.string("the name of the example")?;
    cursor.file.examples.push(name.clone());
    let brace = cursor.here();
    let (base, binds) = if cursor.eat_mark(Mark::OpenBrace) {
        if cursor.file.lexed.unclosed_braces.binary_search(&brace).is_ok() {
            return Err(Failed);
        }
        (None, cursor.braced_binds()?)
    } else if cursor.is_string() {
        (Some(cursor.string("the name of an earlier example")?), cursor.but_binds()?)
    } else {
        return cursor.expected("`{`, or the name of an earlier example");
    };
    let at = if cursor.eat_word("at") { Some(cursor.date()?) } else { None };
    cursor.expect_mark(Mark::Arrow, "=>")?;
    let expected = cursor.result()?;
    cursor.end()?;
    Ok(Example { span, name, base, binds, at, expected })
}

impl Cursor<'_, '_, '_> {
    /// The statements between braces; an error in one does not hide those of the others.
    fn braced_binds(&mut self) -> Parse<Vec<Bind>> {
        let mut binds = Vec::new();
        let mut failed = false;
        while !self.eat_mark(Mark::CloseBrace) {
            match self.bind() {
                Ok(bind) => binds.push(bind),
                Err(Failed) => {
                    failed = true;
                    while !self.is_end() && !self.is_mark(Mark::Comma) && !self.is_mark(Mark::CloseBrace) {
                        self.advance();
                    }
                }
            }
            if !self.eat_mark(Mark::Comma) && !self.is_mark(Mark::CloseBrace) {
                let diagnostic = self
                    .error_here(&codes::COMMA, format!("expected `,` or `}}`, found {}", self.found()))
                    .help("separate the statements of an example by `,`");
                return self.fail(diagnostic);
            }
        }
        if failed { Err(Failed) } else { Ok(binds) }
    }

    /// The changes of an earlier example: `but A, B but C`.
    fn but_binds(&mut self) -> Parse<Vec<Bind>> {
        let mut binds = Vec::new();
        while self.eat_word("but") || (!binds.is_empty() && self.eat_mark(Mark::Comma)) {
            binds.push(self.bind()?);
        }
        Ok(binds)
    }

    fn bind(&mut self) -> Parse<Bind> {
        let start = self.here();
        let second = self.peek_second().map(|token| token.kind);
        let kind = match self.peek_word() {
            Some("dx") => {
                self.advance();
                BindKind::Diagnoses(self.some_or_open(Self::diagnosis)?)
            }
            Some("codes") => {
                self.advance();
                BindKind::Codes(self.some_or_open(Self::code)?)
            }
            Some("units") => {
                self.advance();
                let code = self.code()?;
                let number = if self.eat_mark(Mark::Question) { Answer::Open } else { Answer::Known(self.number()?) };
                BindKind::Units { code, number }
            }
            Some("last") => {
                self.advance();
                let code = self.code()?;
                let before = self.answer("never", |cursor| {
                    let duration = cursor.duration()?;
                    cursor.expect_word("before")?;
                    Ok(duration)
                })?;
                BindKind::Last { code, before }
            }
            Some("service") => self.service()?,
            Some("reading") if matches!(second, Some(TokenKind::Word)) => self.reading()?,
            Some("history") => {
                self.advance();
                let what = "`none` or `?`";
                match self.answer("none", |cursor| cursor.expected(what))? {
                    Answer::None => BindKind::History(Answer::None),
                    Answer::Known(()) | Answer::Open => BindKind::History(Answer::Open),
                }
            }
            Some("trial") if second != Some(TokenKind::Mark(Mark::OpenParenthesis)) => {
                self.advance();
                let class = self.name("a class of treatment")?;
                if self.eat_word("contraindicated") {
                    BindKind::Contraindicated(class)
                } else {
                    BindKind::Trial { class, length: self.answer("none", Self::duration)? }
                }
            }
            Some("trial") => {
                let diagnostic = self
                    .error_here(&codes::EXPECTED, "an example names the class of a trial without parentheses")
                    .help("write `trial CLASS 3 months`");
                return self.fail(diagnostic);
            }
            Some("document") => {
                self.advance();
                let kind = self.string("the kind of document")?;
                let before = self.answer("none", |cursor| {
                    let duration = cursor.duration_or_zero()?;
                    cursor.expect_word("before")?;
                    Ok(duration)
                })?;
                BindKind::Document { kind, before }
            }
            _ => {
                let fact = self.free_name("a fact")?;
                BindKind::Fact { fact, value: self.fact_answer()? }
            }
        };
        Ok(Bind { span: self.span_from(start), kind })
    }

    fn service(&mut self) -> Parse<BindKind> {
        self.advance();
        let code = self.code()?;
        let before = self.duration_or_zero()?;
        self.expect_word("before")?;
        let units: Option<Spanned<Number>> = if self.eat_word("units") { Some(self.number()?) } else { None };
        let region = if self.eat_word("region") { Some(self.value()?) } else { None };
        let side = if self.eat_word("side") { Some(self.value()?) } else { None };
        let failed = if self.eat_word("failed") { Some(true) } else { self.eat_word("helped").then_some(false) };
        Ok(BindKind::Service { code, before, units, region, side, failed })
    }

    /// `reading FACT NUMBER [UNIT] at DUR before`, `reading FACT none` or `reading FACT ?`.
    fn reading(&mut self) -> Parse<BindKind> {
        self.advance();
        let fact = self.free_name("a fact")?;
        let value = self.answer("none", |cursor| {
            let quantity = cursor.quantity()?;
            cursor.expect_word("at")?;
            let before = cursor.duration_or_zero()?;
            cursor.expect_word("before")?;
            Ok((quantity, before))
        })?;
        Ok(BindKind::Reading { fact, value })
    }

    /// `?`, the word for nothing, or something known.
    fn answer<T>(&mut self, nothing: &str, mut known: impl FnMut(&mut Self) -> Parse<T>) -> Parse<Answer<T>> {
        if self.eat_mark(Mark::Question) {
            Ok(Answer::Open)
        } else if self.eat_word(nothing) {
            Ok(Answer::None)
        } else {
            known(self).map(Answer::Known)
        }
    }

    /// `?`, or one or more codes.
    fn some_or_open(&mut self, mut read: impl FnMut(&mut Self) -> Parse<Name>) -> Parse<Answer<Vec<Name>>> {
        if self.eat_mark(Mark::Question) {
            return Ok(Answer::Open);
        }
        let mut codes = vec![read(self)?];
        while self.peek_word().is_some_and(|word| !AFTER_BIND.contains(&word)) {
            codes.push(read(self)?);
        }
        Ok(Answer::Known(codes))
    }

    fn fact_answer(&mut self) -> Parse<FactAnswer> {
        if self.eat_mark(Mark::Question) {
            return Ok(FactAnswer::Open);
        }
        if self.is_number() {
            return Ok(FactAnswer::Number(self.quantity()?));
        }
        match self.peek() {
            Some(token) if token.kind == TokenKind::String => {
                let text = self.string("a value")?;
                Ok(FactAnswer::Value(Value { span: text.span, text: text.value }))
            }
            Some(token) if token.kind == TokenKind::Word && !AFTER_BIND.contains(&self.text(token)) => {
                self.advance();
                Ok(match self.text(token) {
                    "yes" => FactAnswer::Yes,
                    "no" => FactAnswer::No,
                    text => FactAnswer::Value(Value { span: token.span, text: text.to_owned() }),
                })
            }
            _ => self.expected("a value, a number, `yes`, `no` or `?`"),
        }
    }

    /// What follows `=>`.
    fn result(&mut self) -> Parse<Spanned<Expected>> {
        let start = self.here();
        let expected = match self.peek_word() {
            Some("silent") => {
                self.advance();
                Expected::Silent
            }
            Some("unread") => {
                self.advance();
                Expected::Unread
            }
            Some("does") => {
                self.advance();
                self.expect_word("not")?;
                self.expect_word("apply")?;
                Expected::DoesNotApply
            }
            _ => self.decided()?,
        };
        Ok(Spanned::new(expected, self.span_from(start)))
    }

    fn decided(&mut self) -> Parse<Expected> {
        let negated = self.eat_word("not");
        let subject = match self.peek_word() {
            Some("covered") => Subject::Coverage,
            Some("allowed") => Subject::Permission,
            _ => {
                let message = format!("expected an outcome, found {}", self.found());
                let diagnostic = self.error_here(&codes::RESULT, message).help(
                    "write `covered`, `not covered: LABEL`, `covered if LABEL`, the same with `allowed`, `silent`, `unread` or `does not apply`",
                );
                return self.fail(diagnostic);
            }
        };
        self.advance();
        if self.eat_word("if") {
            let open = self.result_labels(&["and", "or"])?;
            return Ok(Expected::If { subject, negated, open });
        }
        if !negated {
            return Ok(Expected::Yes(subject));
        }
        let because = if self.eat_mark(Mark::Colon) { self.result_labels(&[])? } else { Vec::new() };
        Ok(Expected::No { subject, because })
    }

    /// Labels with `,` or one of `joins` between them.
    fn result_labels(&mut self, joins: &[&str]) -> Parse<Vec<Name>> {
        let mut labels = Vec::new();
        loop {
            labels.push(self.name("the label of a criterion")?);
            let joined = self.eat_mark(Mark::Comma) || joins.iter().any(|join| self.eat_word(join));
            if !joined {
                return Ok(labels);
            }
        }
    }
}
