//! From text to words and marks, line by line.
//!
//! The lexer never fails: what it cannot read it reports and skips, so that the parser sees as much of the file as possible.

use crate::diagnostic::Report;
use crate::diagnostic::codes::syntax as codes;
use crate::span::Span;

/// Largest policy file in bytes: a page of criteria is 5 KiB, so this is far beyond any real policy.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// Most digits of a number: every such number fits 64 bits.
pub const NUMBER_DIGITS_MAX: usize = 15;

/// Most digits after the point of a number.
pub const NUMBER_SCALE_MAX: u8 = 9;

/// Longest word in bytes: the longest fact names have about 60.
pub const WORD_BYTES_MAX: usize = 128;

/// Longest string in bytes: citations, questions and quotes are short; a source is cited, not copied.
pub const STRING_BYTES_MAX: usize = 2_000;

/// A tab moves to the next multiple of this many columns.
pub(crate) const TAB_COLUMNS: u32 = 4;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, digits, `_`, `-`, `.`, `*`, `/`.
    Word,
    /// A string; the span holds the quotation marks.
    String,
    /// One or two characters with a meaning of their own.
    Mark(Mark),
}

/// The marks of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Colon,
    Semicolon,
    Comma,
    At,
    Question,
    OpenBrace,
    CloseBrace,
    OpenParenthesis,
    CloseParenthesis,
    DotDot,
    Arrow,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
    Equal,
    NotEqual,
}

/// Marks as written, longer ones first.
const MARKS: [(&str, Mark); 21] = [
    ("..", Mark::DotDot),
    ("=>", Mark::Arrow),
    (">=", Mark::AtLeast),
    ("<=", Mark::AtMost),
    ("!=", Mark::NotEqual),
    ("≥", Mark::AtLeast),
    ("≤", Mark::AtMost),
    ("≠", Mark::NotEqual),
    ("==", Mark::Equal),
    (">", Mark::MoreThan),
    ("<", Mark::LessThan),
    ("=", Mark::Equal),
    (":", Mark::Colon),
    (";", Mark::Semicolon),
    (",", Mark::Comma),
    ("@", Mark::At),
    ("?", Mark::Question),
    ("{", Mark::OpenBrace),
    ("}", Mark::CloseBrace),
    ("(", Mark::OpenParenthesis),
    (")", Mark::CloseParenthesis),
];

/// A word, string or mark and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// A line that holds tokens. What stands between braces belongs to the line of the opening brace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Columns of white space before the first token.
    pub(crate) indent: u32,
    /// Index of its first token.
    pub(crate) start: usize,
    /// Index after its last token.
    pub(crate) end: usize,
}

/// A file in tokens and lines.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Line>,
    /// Braces without an end, in the order of the file.
    pub(crate) unclosed_braces: Vec<Span>,
}

/// Words that begin a statement, for whoever offers them.
///
/// One at the very start of a line ends a brace that was not closed, so that a forgotten `}` does
/// not hide the rest of the file.
pub const STATEMENT_WORDS: [&str; 18] = [
    "policy",
    "rank",
    "scope",
    "for",
    "dates",
    "source",
    "caveat",
    "covered",
    "not",
    "allowed",
    "silent",
    "unread",
    "unless",
    "otherwise",
    "needs",
    "denies",
    "due",
    "examples",
];

/// Splits `text`, which must not be longer than [`FILE_BYTES_MAX`].
pub(crate) fn lex(text: &str, report: &mut Report) -> Lexed {
    debug_assert!(text.len() <= FILE_BYTES_MAX);
    let byte_order_mark = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut lexer =
        Lexer { text, at: byte_order_mark, out: Lexed::default(), open_brace: None, continues: false, report };
    while lexer.at < text.len() {
        lexer.line();
    }
    lexer.end_brace();
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Lexed,
    open_brace: Option<Span>,
    /// Whether the line being read stands between braces, and so belongs to the line before.
    continues: bool,
    report: &'a mut Report,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn span_from(&self, start: usize) -> Span {
        let position = |at| u32::try_from(at).expect("a file is smaller than FILE_BYTES_MAX");
        Span::new(position(start), position(self.at))
    }

    /// Reads one line and its line end.
    fn line(&mut self) {
        let indent = self.indent();
        if indent == 0 && STATEMENT_WORDS.contains(&self.word_ahead()) {
            self.end_brace();
        }
        self.continues = self.open_brace.is_some();
        let start = self.out.tokens.len();
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                break;
            }
            if let Some(line_end) = ["\n", "\r\n"].into_iter().find(|line_end| rest.starts_with(line_end)) {
                self.at += line_end.len();
                break;
            }
            self.token();
        }
        let end = self.out.tokens.len();
        match self.out.lines.last_mut() {
            Some(last) if self.continues => last.end = end,
            _ if start == end => {}
            _ => self.out.lines.push(Line { indent, start, end }),
        }
    }

    /// Reads the white space at the start of a line and gives its width.
    fn indent(&mut self) -> u32 {
        let start = self.at;
        let mut columns = 0;
        loop {
            match self.rest().as_bytes().first() {
                Some(b' ') => columns += 1,
                Some(b'\t') => columns = (columns / TAB_COLUMNS + 1) * TAB_COLUMNS,
                _ => break,
            }
            self.at += 1;
        }
        let blank = matches!(self.rest().as_bytes().first(), None | Some(b'\n' | b'\r' | b'#'));
        if !blank && self.text[start..self.at].contains('\t') {
            let span = self.span_from(start);
            self.report.add(
                self.report
                    .error(&codes::TAB_INDENT, span, "a tab indents this line")
                    .help("indent with spaces: how deep a line stands decides what it belongs to"),
            );
        }
        columns
    }

    fn word_ahead(&self) -> &str {
        let rest = self.rest();
        &rest[..rest.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(rest.len())]
    }

    fn end_brace(&mut self) {
        if let Some(open) = self.open_brace.take() {
            self.out.unclosed_braces.push(open);
            self.report.add(
                self.report
                    .error(&codes::BRACE, open, "this `{` has no `}`")
                    .help("end the facts of the example with `}` before `=>`"),
            );
        }
    }

    /// Reads one token, or skips one comment or piece of white space.
    fn token(&mut self) {
        let start = self.at;
        let next = self.rest().chars().next().expect("the caller saw a character");
        if is_word_character(next) && !self.rest().starts_with("..") {
            self.word(start);
        } else if let Some((written, mark)) = MARKS.into_iter().find(|(written, _)| self.rest().starts_with(written)) {
            self.at += written.len();
            self.mark(start, written, mark);
        } else {
            match next {
                ' ' | '\t' => self.at += 1,
                '#' => self.comment(start),
                '"' | '“' | '”' => self.string(start, next),
                _ => self.unexpected(start),
            }
        }
    }

    fn push(&mut self, start: usize, kind: TokenKind) {
        let span = self.span_from(start);
        self.out.tokens.push(Token { kind, span });
    }

    /// Reads a word. Two points in a row are a mark of their own, so `2026-01-01..` is a date and `..`.
    fn word(&mut self, start: usize) {
        while let Some(next) = self.rest().chars().next()
            && is_word_character(next)
            && !self.rest().starts_with("..")
        {
            self.at += next.len_utf8();
        }
        if self.at - start > WORD_BYTES_MAX {
            let span = self.span_from(start);
            let message = format!("this word has more than {WORD_BYTES_MAX} letters");
            self.report.add(self.report.error(&codes::WORD_TOO_LONG, span, message));
        }
        self.push(start, TokenKind::Word);
    }

    fn mark(&mut self, start: usize, written: &str, mark: Mark) {
        let plain = match written {
            "≥" => Some(">="),
            "≤" => Some("<="),
            "≠" => Some("!="),
            "==" => Some("="),
            _ => None,
        };
        let span = self.span_from(start);
        if let Some(plain) = plain {
            self.report.add(
                self.report
                    .error(&codes::CHARACTER, span, format!("`{written}` is not a mark of the language"))
                    .help(format!("write `{plain}`")),
            );
        }
        match mark {
            Mark::OpenBrace => {
                if self.open_brace.is_some() {
                    // The example above lacks its `}`; this line is another one.
                    self.continues = false;
                }
                self.end_brace();
                self.open_brace = Some(span);
            }
            Mark::CloseBrace if self.open_brace.take().is_none() => {
                self.report.add(self.report.error(&codes::BRACE, span, "this `}` closes nothing"));
                return;
            }
            _ => {}
        }
        self.push(start, TokenKind::Mark(mark));
    }

    /// Skips a comment; only its invisible characters matter.
    fn comment(&mut self, start: usize) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        self.at += length - usize::from(self.rest()[..length].ends_with('\r'));
        self.check_invisible(start);
    }

    /// Reads a string up to its closing mark, at most to the end of the line.
    fn string(&mut self, start: usize, opening: char) {
        self.at += opening.len_utf8();
        let closed = loop {
            match self.rest().chars().next() {
                None | Some('\n') => break false,
                Some('\r') if self.rest().starts_with("\r\n") => break false,
                Some('\\') => self.escape(),
                Some(next) => {
                    self.at += next.len_utf8();
                    if next == '"' || (opening != '"' && next == '”') {
                        break true;
                    }
                }
            }
        };
        let span = self.span_from(start);
        if opening != '"' {
            self.report.add(
                self.report
                    .error(&codes::CHARACTER, span, "a string stands between plain quotation marks")
                    .help("write `\"` instead of `“` and `”`"),
            );
        }
        if !closed {
            self.report.add(
                self.report
                    .error(&codes::UNCLOSED_STRING, span, "this string does not end on its line")
                    .help("close it with `\"`; a `\"` inside is written `\\\"`"),
            );
        }
        if span.range().len() > STRING_BYTES_MAX {
            let message = format!("this string has more than {STRING_BYTES_MAX} bytes");
            self.report
                .add(self.report.error(&codes::STRING_TOO_LONG, span, message).help("cite the source, do not copy it"));
        }
        self.check_invisible(start);
        self.push(start, TokenKind::String);
    }

    /// Reads `\"` or `\\`.
    fn escape(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.rest().chars().next() {
            Some('"' | '\\') => self.at += 1,
            Some(next) if next != '\n' && next != '\r' => {
                self.at += next.len_utf8();
                let span = self.span_from(start);
                self.report.add(
                    self.report
                        .error(&codes::ESCAPE, span, format!("`\\{next}` means nothing in a string"))
                        .help("a string knows `\\\"` and `\\\\` only"),
                );
            }
            _ => {}
        }
    }

    /// Reports what a reader would not see in a string or comment but a program would: control characters, and those that turn
    /// the direction of writing.
    fn check_invisible(&mut self, start: usize) {
        let text = &self.text[start..self.at];
        let Some((offset, found)) = text.char_indices().find(|(_, character)| is_invisible(*character)) else {
            return;
        };
        let place = u32::try_from(start + offset).expect("a file is smaller than FILE_BYTES_MAX");
        let span = Span::new(place, place + u32::try_from(found.len_utf8()).expect("at most four bytes"));
        self.report.add(
            self.report
                .error(
                    &codes::INVISIBLE,
                    span,
                    format!("the invisible character U+{:04X} stands here", u32::from(found)),
                )
                .help("delete it: a policy says only what a reader sees"),
        );
    }

    /// Reports a run of characters that begin no token.
    fn unexpected(&mut self, start: usize) {
        let begins_token = |next: char| {
            next.is_ascii()
                && (!next.is_ascii_control() || next == '\n' || next == '\t')
                && !"!$%&'+[]\\^`|~".contains(next)
        };
        let length = self.rest().find(begins_token).unwrap_or(self.rest().len());
        // `\r` may be half of a line end, and `!` the start of `!=`; both end up here only if they are not.
        let first = self.rest().chars().next().map_or(0, char::len_utf8);
        self.at += length.max(first);
        let span = self.span_from(start);
        let found: String = self.text[start..self.at].chars().take(20).collect();
        let mut diagnostic =
            self.report.error(&codes::CHARACTER, span, format!("`{found}` is not part of the language"));
        if found == "'" || found == "‘" || found == "’" {
            diagnostic = diagnostic.help("a string stands between `\"` and `\"`");
        }
        if found == "%" {
            diagnostic = diagnostic.help("write `percent`");
        }
        self.report.add(diagnostic);
    }
}

const fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '*' | '/')
}

/// Control characters, and the format characters that reorder, join or hide text.
pub(crate) fn is_invisible(character: char) -> bool {
    (character.is_control() && character != '\t')
        || matches!(character, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}
