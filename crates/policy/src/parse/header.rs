//! The statements at the top of a file.

use super::cursor::{Cursor, Parse};
use crate::ast::{Applies, Atom, CodeSet, Dates, Expr, ExprKind, Grade, Items, Name, Source};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::Mark;
use crate::span::{Span, Spanned};

/// Short forms in `scope`: the words, and the fact that they stand for.
const SCOPE_KEYS: [(&[&str], &str); 16] = [
    (&["payer"], "payer"),
    (&["class"], "payer_class"),
    (&["plan"], "plan"),
    (&["product"], "product"),
    (&["funding"], "funding"),
    (&["network"], "network"),
    (&["benefit"], "benefit"),
    (&["county"], "county"),
    (&["place"], "place_of_service"),
    (&["mac"], "mac"),
    (&["service", "state"], "service_state"),
    (&["issue", "state"], "issue_state"),
    (&["home", "state"], "home_state"),
    (&["course"], "course"),
    (&["license"], "clinician_license"),
    (&["facility"], "facility_kind"),
];

/// `policy STR STR`
pub(super) fn policy(mut cursor: Cursor<'_, '_, '_>) -> Parse<(Name, Name)> {
    cursor.advance();
    let id = cursor.string("the identifier of the policy")?;
    let title = cursor.string("the title of the policy")?;
    cursor.end()?;
    Ok((id, title))
}

/// `rank NAME`
pub(super) fn rank(mut cursor: Cursor<'_, '_, '_>) -> Parse<Name> {
    cursor.advance();
    let rank = cursor.name("a rank")?;
    cursor.end()?;
    Ok(rank)
}

/// `caveat STR`
pub(super) fn caveat(mut cursor: Cursor<'_, '_, '_>) -> Parse<Spanned<String>> {
    cursor.advance();
    let caveat = cursor.string("the caveat")?;
    cursor.end()?;
    Ok(caveat)
}

/// `scope term { ";" term }`
pub(super) fn scope(mut cursor: Cursor<'_, '_, '_>) -> Parse<Vec<Expr>> {
    cursor.advance();
    let mut terms = vec![cursor.scope_term()?];
    while cursor.eat_mark(Mark::Semicolon) {
        terms.push(cursor.scope_term()?);
    }
    if !cursor.is_end() {
        let diagnostic = cursor
            .error_here(&codes::LEFT_OVER, format!("{} does not belong to this term", cursor.found()))
            .help("separate the terms of `scope` by `;`");
        return cursor.fail(diagnostic);
    }
    Ok(terms)
}

impl Cursor<'_, '_, '_> {
    /// `KEY NAME+`, or a test.
    fn scope_term(&mut self) -> Parse<Expr> {
        let start = self.here();
        let Some(fact) = self.scope_key() else { return self.expr() };
        // `network in` names a value; for every other key `in` begins a test.
        let is_test = match self.peek_word() {
            Some("in") => *fact != "network",
            Some("not") => true,
            Some(_) => false,
            None => !self.is_string() && !self.is_end() && !self.is_mark(Mark::Semicolon),
        };
        let fact = fact.map(str::to_owned);
        let atom =
            if is_test { self.fact_test(fact)? } else { Atom::In { fact, negated: false, set: self.value_set()? } };
        Ok(Expr { span: self.span_from(start), kind: ExprKind::Atom(atom) })
    }

    fn scope_key(&mut self) -> Option<Spanned<&'static str>> {
        let next = (self.peek_word()?, self.peek_second_word());
        let (words, fact) = SCOPE_KEYS.into_iter().find(|(words, _)| match words {
            [only] => *only == next.0,
            _ => words[0] == next.0 && next.1 == Some(words[1]),
        })?;
        let start = self.here();
        for _ in words {
            self.advance();
        }
        Some(Spanned::new(fact, self.span_from(start)))
    }
}

/// `for any`, or `for items [with items]`
pub(super) fn applies(mut cursor: Cursor<'_, '_, '_>) -> Parse<Applies> {
    let span = cursor.whole();
    cursor.advance();
    let any = cursor.peek_word() == Some("any");
    if any {
        let here = cursor.here();
        cursor.advance();
        let empty = Span::new(here.start, here.start);
        let codes = CodeSet { span: empty, items: Vec::new() };
        cursor.end()?;
        return Ok(Applies { span, any, items: Items { span: empty, codes, treatments: Vec::new() }, with: None });
    }
    let items = cursor.items()?;
    let with = if cursor.eat_word("with") { Some(cursor.items()?) } else { None };
    cursor.end()?;
    Ok(Applies { span, any, items, with })
}

/// `dates [DATE] .. [DATE]`
pub(super) fn dates(mut cursor: Cursor<'_, '_, '_>) -> Parse<Dates> {
    let span = cursor.whole();
    cursor.advance();
    let from = if cursor.is_mark(Mark::DotDot) { None } else { Some(cursor.date()?) };
    cursor.expect_mark(Mark::DotDot, "..")?;
    let until = if cursor.is_end() { None } else { Some(cursor.date()?) };
    if let (Some(from), Some(until)) = (from, until)
        && from.value >= until.value
    {
        let diagnostic = cursor
            .error(&codes::DATES, span, "the policy ends before it begins")
            .help("the second date is the first day on which the policy is no longer in force");
        return cursor.fail(diagnostic);
    }
    cursor.end()?;
    Ok(Dates { span, from, until })
}

/// `source STR [STR] GRADE [read DATE]`
pub(super) fn source(mut cursor: Cursor<'_, '_, '_>) -> Parse<Source> {
    let span = cursor.whole();
    cursor.advance();
    let citation = cursor.string("the citation of the source")?;
    let url = if cursor.is_string() { Some(cursor.string("the address of the source")?) } else { None };
    let grade = cursor.keyword(&Grade::ALL, &codes::GRADE, "a grade")?;
    let read = if cursor.eat_word("read") { Some(cursor.date()?) } else { None };
    let sha256 = if cursor.eat_word("sha256") { Some(hash(&mut cursor)?) } else { None };
    cursor.end()?;
    Ok(Source { span, citation, url, grade, read, sha256 })
}

/// The hash of a text: 64 hexadecimal digits.
fn hash(cursor: &mut Cursor<'_, '_, '_>) -> Parse<Spanned<String>> {
    const DIGITS: usize = 64;
    let word = cursor.any_word("the SHA-256 of the text that was read")?;
    if word.len() == DIGITS && word.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(Spanned::new(word.value.to_owned(), word.span));
    }
    let diagnostic = cursor
        .error(&codes::EXPECTED, word.span, "expected the 64 hexadecimal digits of a SHA-256")
        .help("`covered policy check FILE --source TEXT` prints it");
    cursor.fail(diagnostic)
}
