//! From words and marks to the tree.
//!
//! A file is read in three steps: [`lex`](crate::lex) makes words and lines, `layout` decides by indentation which line belongs
//! to which, and one function per statement reads it. A statement that cannot be read is reported and left out, so that all
//! errors of a file come out at once. Work and memory are linear in the size of the file.

mod atom;
mod clause;
mod cursor;
mod duty;
mod example;
mod header;
mod items;
mod layout;
mod names;
mod quantity;

use std::collections::BTreeMap;

use crate::ast::{Applies, Clause, Dates, Duty, Example, Excuse, Expr, Head, Name, PolicyFile, Source};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Diagnostic, Report};
use crate::lex::{FILE_BYTES_MAX, Mark, STATEMENT_WORDS, TokenKind, lex};
use crate::span::{SourceId, Span, Spanned};
pub(crate) use cursor::RESERVED;
use cursor::{Cursor, File, Parse};
pub use layout::NESTING_MAX;
use layout::{Statement, layout};
pub use quantity::{DURATION_COUNT_MAX, TERM_COUNT_MAX};
pub(crate) use quantity::{parse_date, parse_number};

/// What came out of one file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; none if there was any error.
    pub file: Option<PolicyFile>,
    /// All errors and warnings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a policy file.
///
/// Never panics, whatever the text. All errors are found in one pass; names of facts, ranks, payers and lists are not looked up
/// here, and the outcome of examples is not tried.
///
/// ```
/// use policy::diagnostic::Sources;
/// let text = "policy \"x/1\" \"A title\"\nrank lcd\nfor 64615\ndates ..\nsource \"x\" text\notherwise silent\n";
/// let mut sources = Sources::default();
/// let source = sources.add("x.cov", text);
/// let parsed = policy::parse::parse(source, text);
/// assert_eq!(parsed.diagnostics, []);
/// assert_eq!(parsed.file.expect("no errors").id.value, "x/1");
/// ```
#[must_use]
pub fn parse(source: SourceId, text: &str) -> Parsed {
    let mut report = Report::new(source);
    if text.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {FILE_BYTES_MAX}", text.len());
        report.add(report.error(&codes::FILE_TOO_LARGE, Span::default(), message));
        return Parsed { file: None, diagnostics: report.finish() };
    }
    let lexed = lex(text, &mut report);
    let statements = layout(&lexed, &mut report);
    let mut file = File { text, lexed: &lexed, report, labels: Vec::new(), examples: Vec::new() };
    let mut draft = Draft::default();
    for statement in &statements {
        draft.statement(&mut file, statement);
    }
    draft.check_names(&mut file);
    draft.check_missing(&mut file);
    let tree = if file.report.has_errors() { None } else { draft.finish(source) };
    Parsed { file: tree, diagnostics: file.report.finish() }
}

/// The text of a policy file that was read as bytes.
///
/// # Errors
/// If the file is too large or is not UTF-8; the place is the first byte that cannot be read.
pub fn decode(source: SourceId, bytes: &[u8]) -> Result<&str, Diagnostic> {
    let report = Report::new(source);
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {FILE_BYTES_MAX}", bytes.len());
        return Err(report.error(&codes::FILE_TOO_LARGE, Span::default(), message));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = u32::try_from(error.valid_up_to()).expect("a file is smaller than FILE_BYTES_MAX");
        report
            .error(&codes::NOT_UTF8, Span::new(at, at), "the file is not UTF-8 text")
            .help("save it as UTF-8; a policy cannot be read from a PDF or a word processor's file")
    })
}

/// Parts of a file, in the order in which they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    #[default]
    Header,
    Clauses,
    Unless,
    Otherwise,
    Duties,
    Examples,
}

/// The statements that each file has exactly once, in the order in which a missing one is named.
const REQUIRED: [&str; 6] = ["policy", "rank", "for", "dates", "source", "otherwise"];

/// What has been read of a file so far.
#[derive(Default)]
struct Draft {
    /// The first statement of each kind that may stand once.
    seen: BTreeMap<&'static str, Span>,
    /// The last part that was begun, and where.
    part: Option<(Part, Span)>,
    identity: Option<(Name, Name)>,
    rank: Option<Name>,
    scope: Option<Vec<Expr>>,
    applies: Option<Applies>,
    dates: Option<Dates>,
    source: Option<Source>,
    caveats: Vec<Spanned<String>>,
    clauses: Vec<Clause>,
    unless: Vec<Excuse>,
    otherwise: Option<Spanned<Head>>,
    duties: Vec<Duty>,
    examples: Vec<Example>,
}

impl Draft {
    /// Reads one statement. An error is in the report; the part stays empty.
    fn statement(&mut self, file: &mut File<'_>, statement: &Statement) {
        let cursor = Cursor::first_line(file, statement);
        let (word, span) = (cursor.peek_word().unwrap_or_default(), cursor.here());
        let Some(&word) = STATEMENT_WORDS.iter().find(|known| **known == word) else {
            return unknown_statement(file, statement);
        };
        let part = match word {
            "covered" | "not" | "allowed" | "silent" | "unread" => Part::Clauses,
            "unless" => Part::Unless,
            "otherwise" => Part::Otherwise,
            "needs" | "denies" | "due" => Part::Duties,
            "examples" => Part::Examples,
            _ => Part::Header,
        };
        self.check_order(file, part, word, span);
        let once = matches!(part, Part::Header | Part::Unless | Part::Otherwise | Part::Examples) && word != "caveat";
        if once && self.is_repeated(file, word, span) {
            return;
        }
        match word {
            "policy" => keep(&mut self.identity, header::policy(Cursor::new(file, statement))),
            "rank" => keep(&mut self.rank, header::rank(Cursor::new(file, statement))),
            "scope" => keep(&mut self.scope, header::scope(Cursor::new(file, statement))),
            "for" => keep(&mut self.applies, header::applies(Cursor::new(file, statement))),
            "dates" => keep(&mut self.dates, header::dates(Cursor::new(file, statement))),
            "source" => keep(&mut self.source, header::source(Cursor::new(file, statement))),
            "caveat" => self.caveats.extend(header::caveat(Cursor::new(file, statement))),
            "unless" => self.unless = clause::unless(file, statement),
            "otherwise" => keep(&mut self.otherwise, clause::otherwise(Cursor::new(file, statement))),
            "needs" => self.duties.extend(duty::needs(Cursor::new(file, statement))),
            "denies" => self.duties.extend(duty::denies(Cursor::new(file, statement))),
            "due" => self.duties.extend(duty::due(Cursor::new(file, statement))),
            "examples" => self.examples = example::examples(file, statement),
            _ => self.clauses.extend(clause::clause(file, statement)),
        }
    }

    fn check_order(&mut self, file: &mut File<'_>, part: Part, word: &str, span: Span) {
        match self.part {
            Some((last, place)) if last > part => {
                let diagnostic = file
                    .report
                    .error(&codes::ORDER, span, format!("`{word}` stands too late"))
                    .at(file.report.source, place, "it stands before this")
                    .help("the order is: header, clauses, `unless`, `otherwise`, duties, `examples`");
                file.report.add(diagnostic);
            }
            Some((last, _)) if last == part => {}
            _ => self.part = Some((part, span)),
        }
    }

    fn is_repeated(&mut self, file: &mut File<'_>, word: &'static str, span: Span) -> bool {
        let Some(first) = self.seen.insert(word, span) else { return false };
        let diagnostic = file
            .report
            .error(&codes::REPEATED_STATEMENT, span, format!("`{word}` stands here a second time"))
            .at(file.report.source, first, "the first time")
            .help("a file has one of these; another version of the policy is a file of its own");
        file.report.add(diagnostic);
        true
    }

    fn check_names(&self, file: &mut File<'_>) {
        let labels = names::labels(file);
        names::excuses(file, &labels, &self.unless);
        let with = self.applies.as_ref().is_none_or(|applies| applies.with.is_some());
        let scope = self.scope.as_deref().unwrap_or_default();
        names::examples(file, &labels, scope, with, &self.examples);
    }

    fn check_missing(&self, file: &mut File<'_>) {
        let missing: Vec<String> =
            REQUIRED.into_iter().filter(|word| !self.seen.contains_key(word)).map(|word| format!("`{word}`")).collect();
        if !missing.is_empty() {
            let message = format!("the file has no {}", missing.join(", no "));
            let end = u32::try_from(file.text.trim_end().len()).expect("a file is smaller than FILE_BYTES_MAX");
            let diagnostic = file.report.error(&codes::MISSING_STATEMENT, Span::new(end, end), message);
            file.report.add(diagnostic);
        }
    }

    /// The tree, if every required part is there.
    fn finish(self, source: SourceId) -> Option<PolicyFile> {
        let (id, title) = self.identity?;
        Some(PolicyFile {
            file: source,
            id,
            title,
            rank: self.rank?,
            scope: self.scope.unwrap_or_default(),
            applies: self.applies?,
            dates: self.dates?,
            source: self.source?,
            caveats: self.caveats,
            clauses: self.clauses,
            unless: self.unless,
            otherwise: self.otherwise?,
            duties: self.duties,
            examples: self.examples,
        })
    }
}

/// Keeps what was read; an error is already in the report.
fn keep<T>(part: &mut Option<T>, read: Parse<T>) {
    *part = read.ok();
}

fn unknown_statement(file: &mut File<'_>, statement: &Statement) {
    // Labels below it are taken as known, so that one misspelt word does not make every reference an error.
    for child in &statement.children {
        let tokens = child.tokens(file.lexed);
        if let [label, colon, ..] = tokens
            && label.kind == TokenKind::Word
            && colon.kind == TokenKind::Mark(Mark::Colon)
        {
            file.labels.push(Spanned::new(file.text[label.span.range()].to_owned(), label.span));
        }
    }
    let cursor = Cursor::first_line(file, statement);
    let diagnostic = cursor.error_here(&codes::STATEMENT, format!("{} begins no statement", cursor.found()));
    let near = cursor.peek_word().and_then(|word| cursor.file.report.near(word, STATEMENT_WORDS));
    let diagnostic = match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if cursor.second_is_mark(Mark::Colon) => diagnostic.help("indent a criterion below its clause"),
        None if cursor.peek_word().is_none() => diagnostic.help("indent it below the line that it belongs to"),
        None => diagnostic.help(format!("a statement begins with one of {}", STATEMENT_WORDS.join(", "))),
    };
    file.report.add(diagnostic);
}
