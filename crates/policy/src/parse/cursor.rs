//! Reading the tokens of one statement, with the errors that this can raise.

use crate::ast::{Name, value_key};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Diagnostic, Explanation, Report};
use crate::lex::{Lexed, Mark, Token, TokenKind};
use crate::span::{Span, Spanned};

use super::layout::Statement;

/// A statement could not be read; why is already in the report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

pub(super) type Parse<T> = Result<T, Failed>;

/// The file being read, and what was found in it so far.
pub(super) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) lexed: &'a Lexed,
    pub(super) report: Report,
    /// Labels in the order of the file, also those of criteria that could not be read.
    pub(super) labels: Vec<Name>,
    /// Names of examples in the order of the file, also of those that could not be read.
    pub(super) examples: Vec<Spanned<String>>,
}

/// Words that cannot be facts, because a test or a statement of an example begins or goes on with them.
pub(crate) const RESERVED: [&str; 36] = [
    "all",
    "and",
    "any",
    "as",
    "at",
    "billed",
    "but",
    "codes",
    "count",
    "diagnosis",
    "document",
    "dx",
    "excuses",
    "grade",
    "history",
    "if",
    "in",
    "indicative",
    "last",
    "never",
    "no",
    "none",
    "not",
    "of",
    "or",
    "other",
    "primary",
    "service",
    "since",
    "table",
    "trial",
    "units",
    "unverified",
    "when",
    "with",
    "yes",
];

/// A position in the tokens of one statement.
pub(super) struct Cursor<'s, 'f, 'a> {
    pub(super) file: &'f mut File<'a>,
    tokens: Vec<Token>,
    at: usize,
    /// The lines below the statement that are members of its group.
    pub(super) members: Vec<&'s Statement>,
}

impl<'s, 'f, 'a> Cursor<'s, 'f, 'a> {
    /// Reads a statement together with its continuation lines. If it ends in a group (`all of`), the lines below are members of
    /// the group, but for those that go on with a suffix of the criterion itself.
    pub(super) fn new(file: &'f mut File<'a>, statement: &'s Statement) -> Self {
        let mut cursor = Self { file, tokens: Vec::new(), at: 0, members: Vec::new() };
        cursor.gather(statement);
        cursor
    }

    /// Reads the own line of a statement only.
    pub(super) fn first_line(file: &'f mut File<'a>, statement: &'s Statement) -> Self {
        let tokens = statement.tokens(file.lexed).to_vec();
        Self { file, tokens, at: 0, members: Vec::new() }
    }

    fn gather(&mut self, statement: &'s Statement) {
        let own = statement.tokens(self.file.lexed);
        self.tokens.extend_from_slice(own);
        let opens_group = opens_group(self.file.text, own);
        for child in &statement.children {
            if opens_group && !begins_with_suffix(self.file.text, child.tokens(self.file.lexed)) {
                self.members.push(child);
            } else {
                self.gather(child);
            }
        }
    }

    pub(super) fn text(&self, token: Token) -> &'a str {
        &self.file.text[token.span.range()]
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_second(&self) -> Option<Token> {
        self.tokens.get(self.at + 1).copied()
    }

    /// The next token, if it is a word.
    pub(super) fn peek_word(&self) -> Option<&'a str> {
        self.peek().filter(|token| token.kind == TokenKind::Word).map(|token| self.text(token))
    }

    /// The token after the next, if it is a word.
    pub(super) fn peek_second_word(&self) -> Option<&'a str> {
        self.peek_second().filter(|token| token.kind == TokenKind::Word).map(|token| self.text(token))
    }

    pub(super) fn is_mark(&self, mark: Mark) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Mark(mark))
    }

    pub(super) fn second_is_mark(&self, mark: Mark) -> bool {
        self.peek_second().is_some_and(|token| token.kind == TokenKind::Mark(mark))
    }

    pub(super) fn is_string(&self) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::String)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_mark(&mut self, mark: Mark) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    /// The place of the next token, or just after the last one.
    pub(super) fn here(&self) -> Span {
        self.peek().map_or_else(|| self.previous().after(), |token| token.span)
    }

    /// The place of the token that was read last.
    pub(super) fn previous(&self) -> Span {
        let read = self.at.min(self.tokens.len());
        self.tokens[..read].last().or(self.tokens.first()).map_or(Span::default(), |token| token.span)
    }

    /// From `start` to the token that was read last.
    pub(super) fn span_from(&self, start: Span) -> Span {
        start.to(self.previous())
    }

    /// From the first to the last token of the statement.
    pub(super) fn whole(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }

    /// What stands next, for a message.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            None => "the end of the statement".to_owned(),
            Some(token) if token.kind == TokenKind::String => "a string".to_owned(),
            Some(token) => format!("`{}`", self.text(token)),
        }
    }

    /// An error about the next token.
    pub(super) fn error_here(&self, explanation: &'static Explanation, message: impl Into<String>) -> Diagnostic {
        self.file.report.error(explanation, self.here(), message)
    }

    pub(super) fn error(
        &self,
        explanation: &'static Explanation,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.file.report.error(explanation, span, message)
    }

    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Parse<T> {
        self.file.report.add(diagnostic);
        Err(Failed)
    }

    /// Fails with "expected …, found …".
    pub(super) fn expected<T>(&mut self, what: &str) -> Parse<T> {
        let message = format!("expected {what}, found {}", self.found());
        let diagnostic = self.error_here(&codes::EXPECTED, message);
        self.fail(diagnostic)
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parse<()> {
        if self.eat_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    pub(super) fn expect_mark(&mut self, mark: Mark, written: &str) -> Parse<()> {
        if self.eat_mark(mark) { Ok(()) } else { self.expected(&format!("`{written}`")) }
    }

    /// Any word at all.
    pub(super) fn any_word(&mut self, what: &str) -> Parse<Spanned<&'a str>> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Word => {
                self.advance();
                Ok(Spanned::new(self.text(token), token.span))
            }
            _ => self.expected(what),
        }
    }

    /// A string that says something.
    pub(super) fn string(&mut self, what: &str) -> Parse<Spanned<String>> {
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::String) else {
            return self.expected(&format!("{what} between quotation marks"));
        };
        self.advance();
        let value = unquote(self.text(token));
        if value.trim().is_empty() {
            let diagnostic = self.error(&codes::EMPTY_STRING, token.span, format!("{what} is empty"));
            return self.fail(diagnostic);
        }
        Ok(Spanned::new(value, token.span))
    }

    /// A name: of a fact, a rank, a class, a treatment, an event.
    pub(super) fn name(&mut self, what: &str) -> Parse<Name> {
        let word = self.any_word(what)?;
        if !is_name(&word) {
            let diagnostic = self
                .error(&codes::NOT_A_NAME, word.span, format!("`{}` is not {what}", *word))
                .help("a name begins with a letter and has letters, digits, `_` and `-` only");
            return self.fail(diagnostic);
        }
        Ok(word.map(str::to_owned))
    }

    /// A name that no sentence of the language goes on with.
    pub(super) fn free_name(&mut self, what: &str) -> Parse<Name> {
        let name = self.name(what)?;
        if RESERVED.contains(&name.as_str()) {
            let message = format!("`{}` is a word of the language and cannot be {what}", *name);
            let diagnostic = self.error(&codes::RESERVED_WORD, name.span, message);
            return self.fail(diagnostic);
        }
        Ok(name)
    }

    /// One of the words of a table.
    pub(super) fn keyword<T: Copy>(
        &mut self,
        table: &[(T, &'static str)],
        explanation: &'static Explanation,
        what: &str,
    ) -> Parse<Spanned<T>> {
        let word = self.any_word(what)?;
        let key = value_key(&word);
        if let Some((value, _)) = table.iter().find(|(_, written)| value_key(written) == key) {
            return Ok(Spanned::new(*value, word.span));
        }
        let words = table.iter().map(|(_, written)| *written);
        let message = format!("`{}` is not {what}", *word);
        let diagnostic = self.error(explanation, word.span, message);
        let diagnostic = match self.file.report.near(&word, words.clone()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("write one of {}", words.collect::<Vec<_>>().join(", "))),
        };
        self.fail(diagnostic)
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Parse<()> {
        if self.is_end() {
            return Ok(());
        }
        if self.next_is_quote() {
            let diagnostic = self
                .error_here(&codes::STRAY_QUOTE, "only a criterion can be quoted")
                .help("put the quote below the criterion that it is the source of");
            return self.fail(diagnostic);
        }
        let diagnostic = self.error_here(&codes::LEFT_OVER, format!("{} does not belong here", self.found()));
        let diagnostic = if self.is_mark(Mark::Comma) && self.follows_digit() {
            diagnostic.help("write a number without commas")
        } else if self.peek().is_some_and(|token| self.begins_line(token)) {
            diagnostic.help("a deeper line goes on with the statement above it; a new one begins in the same column")
        } else {
            diagnostic
        };
        self.fail(diagnostic)
    }

    /// Whether the next tokens are `>` and a string.
    pub(super) fn next_is_quote(&self) -> bool {
        self.is_mark(Mark::MoreThan) && self.peek_second().is_some_and(|token| token.kind == TokenKind::String)
    }

    fn follows_digit(&self) -> bool {
        self.file.text[self.previous().range()].ends_with(|last: char| last.is_ascii_digit())
    }

    fn begins_line(&self, token: Token) -> bool {
        let before = &self.file.text[..token.span.start as usize];
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }
}

/// Whether a line holds `all of`, `any of` or `at least N of`.
fn opens_group(text: &str, tokens: &[Token]) -> bool {
    let is_word =
        |token: &Token, words: &[&str]| token.kind == TokenKind::Word && words.contains(&&text[token.span.range()]);
    tokens.windows(2).any(|pair| is_word(&pair[0], &["all", "any"]) && is_word(&pair[1], &["of"]))
        || tokens.windows(3).any(|three| is_word(&three[0], &["least"]) && is_word(&three[2], &["of"]))
}

/// Whether a line goes on with a suffix of the criterion above it, rather than being a member of its group.
fn begins_with_suffix(text: &str, tokens: &[Token]) -> bool {
    match tokens[0].kind {
        TokenKind::Mark(mark) => matches!(mark, Mark::At | Mark::MoreThan),
        TokenKind::String => false,
        TokenKind::Word => match &text[tokens[0].span.range()] {
            "as" | "indicative" | "grade" => tokens.get(1).is_none_or(|next| next.kind != TokenKind::Mark(Mark::Colon)),
            "unverified" => tokens
                .get(1)
                .is_none_or(|next| next.kind != TokenKind::String && next.kind != TokenKind::Mark(Mark::Colon)),
            _ => false,
        },
    }
}

/// Whether a word can be a name.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.chars().all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-')
}

/// The content of a string token. The lexer has already reported what is wrong with it.
fn unquote(written: &str) -> String {
    let inner = written.strip_prefix(['"', '“', '”']).unwrap_or(written);
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(next) = characters.next() {
        match next {
            '\\' => value.extend(characters.next()),
            '"' | '”' if characters.as_str().is_empty() => {}
            _ => value.push(next),
        }
    }
    value
}
