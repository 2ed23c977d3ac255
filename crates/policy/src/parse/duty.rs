//! `needs`, `denies` and `due`.

use super::cursor::{Cursor, Parse};
use crate::ast::{Duty, DutyKind, Name};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::Mark;

/// The kinds of `needs`.
const NEEDS: [(Need, &str); 4] = [
    (Need::PriorAuthorization, "prior_authorization"),
    (Need::Document, "document"),
    (Need::Notice, "notice"),
    (Need::Modifier, "modifier"),
];

#[derive(Clone, Copy)]
enum Need {
    PriorAuthorization,
    Document,
    Notice,
    Modifier,
}

/// `needs … [when EXPR] [@ STR]`
pub(super) fn needs(mut cursor: Cursor<'_, '_, '_>) -> Parse<Duty> {
    let start = cursor.here();
    cursor.advance();
    let kind = match cursor.keyword(&NEEDS, &codes::DUTY, "something that a policy can need")?.value {
        Need::PriorAuthorization => DutyKind::PriorAuthorization,
        Need::Document => DutyKind::Document(cursor.string("the kind of document")?),
        Need::Notice => DutyKind::Notice(cursor.name("a notice")?),
        Need::Modifier => DutyKind::Modifiers(cursor.modifiers()?),
    };
    let when = if cursor.eat_word("when") { Some(cursor.expr()?) } else { None };
    let citation = if cursor.eat_mark(Mark::At) { Some(cursor.string("a citation")?) } else { None };
    cursor.end()?;
    let end = when.as_ref().map_or(cursor.previous(), |when| when.span.to(cursor.previous()));
    Ok(Duty { span: start.to(end), kind, when, citation })
}

/// `denies CODE+`
pub(super) fn denies(mut cursor: Cursor<'_, '_, '_>) -> Parse<Duty> {
    let start = cursor.here();
    cursor.advance();
    let mut denials = Vec::new();
    loop {
        let code = cursor.any_word("an adjustment or remark code such as `50` or `N115`")?;
        if !is_denial_code(&code) {
            let diagnostic = cursor
                .error(&codes::DENIAL_CODE, code.span, format!("`{}` is not an adjustment or remark code", *code))
                .help("write the number of an adjustment code (`50`) or a remark code (`N115`)");
            return cursor.fail(diagnostic);
        }
        denials.push(code.map(str::to_owned));
        if cursor.is_end() {
            break;
        }
    }
    Ok(Duty { span: cursor.span_from(start), kind: DutyKind::Denies(denials), when: None, citation: None })
}

/// `due NAME TERM (after | before) NAME [@ STR]`
pub(super) fn due(mut cursor: Cursor<'_, '_, '_>) -> Parse<Duty> {
    let start = cursor.here();
    cursor.advance();
    let what = cursor.name("what is due")?;
    let within = cursor.term()?;
    let before = cursor.keyword(&[(false, "after"), (true, "before")], &codes::EXPECTED, "`after` or `before`")?.value;
    let event = cursor.name("the event that the time is counted from")?;
    let citation = if cursor.eat_mark(Mark::At) { Some(cursor.string("a citation")?) } else { None };
    cursor.end()?;
    Ok(Duty {
        span: cursor.span_from(start),
        kind: DutyKind::Due { what, within, before, event },
        when: None,
        citation,
    })
}

impl Cursor<'_, '_, '_> {
    /// Modifiers, at least one.
    fn modifiers(&mut self) -> Parse<Vec<Name>> {
        let mut modifiers = Vec::new();
        while modifiers.is_empty() || self.peek_word().is_some_and(|word| word != "when") {
            let word = self.any_word("a modifier such as `JW`")?;
            match word.parse::<::codes::Modifier>() {
                Ok(modifier) => modifiers.push(word.map(|_| modifier.to_string())),
                Err(error) => {
                    let message = format!("`{}` is not a modifier", *word);
                    let diagnostic = self.error(&codes::MODIFIER, word.span, message).help(error.to_string());
                    return self.fail(diagnostic);
                }
            }
        }
        Ok(modifiers)
    }
}

/// The shapes of adjustment reason codes (`50`, `A1`, `B7`, `P6`) and remark codes (`M15`, `MA01`, `N115`).
fn is_denial_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|first: char| first.is_ascii_uppercase());
    let letters = word.len() - digits.len();
    let is_number = |longest| (1..=longest).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    match letters {
        0 | 1 => is_number(3),
        2 => word.starts_with("MA") && is_number(3),
        _ => false,
    }
}
