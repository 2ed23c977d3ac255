//! Numbers, lengths of time and dates.

use jiff::civil::Date;

use super::cursor::{Cursor, Parse};
use crate::ast::{Comparison, Duration, DurationUnit, Number, Quantity, Term};
use crate::diagnostic::codes::syntax as codes;
use crate::dictionary::Unit;
use crate::lex::{Mark, NUMBER_DIGITS_MAX, NUMBER_SCALE_MAX, TokenKind};
use crate::span::{Span, Spanned};

/// Longest count of a length of time: more days than anybody lives, so that dates never overflow.
pub const DURATION_COUNT_MAX: u32 = 50_000;

/// Longest count of business days or hours: a year of working hours.
pub const TERM_COUNT_MAX: u32 = 9_000;

/// Words that may follow a number without being its unit.
const AFTER_NUMBER: [&str; 10] = ["as", "unverified", "indicative", "grade", "when", "but", "at", "and", "or", "on"];

impl Cursor<'_, '_, '_> {
    /// `>=`, `>`, `<=`, `<`, `=` or `!=`.
    pub(super) fn comparison(&mut self) -> Option<Spanned<Comparison>> {
        let token = self.peek()?;
        let TokenKind::Mark(mark) = token.kind else { return None };
        let comparison = match mark {
            Mark::AtLeast => Comparison::AtLeast,
            Mark::MoreThan if !self.next_is_quote() => Comparison::MoreThan,
            Mark::AtMost => Comparison::AtMost,
            Mark::LessThan => Comparison::LessThan,
            Mark::Equal => Comparison::Equal,
            Mark::NotEqual => Comparison::NotEqual,
            _ => return None,
        };
        self.advance();
        Some(Spanned::new(comparison, token.span))
    }

    pub(super) fn expect_comparison(&mut self) -> Parse<Spanned<Comparison>> {
        match self.comparison() {
            Some(comparison) => Ok(comparison),
            None if self.is_mark(Mark::Arrow) => {
                let diagnostic = self.error_here(&codes::EXPECTED, "`=>` is not a comparison").help("write `>=`");
                self.fail(diagnostic)
            }
            None => self.expected("a comparison (`>=`, `>`, `<=`, `<`, `=`, `!=`)"),
        }
    }

    /// Whether the next word begins like a number.
    pub(super) fn is_number(&self) -> bool {
        self.peek_word().is_some_and(looks_like_number)
    }

    /// A decimal number.
    pub(super) fn number(&mut self) -> Parse<Spanned<Number>> {
        let word = self.any_word("a number")?;
        match parse_number(&word) {
            Ok(number) => Ok(Spanned::new(number, word.span)),
            Err(why) => {
                let diagnostic =
                    self.error(&codes::NUMBER, word.span, format!("`{}` is not a number", *word)).help(why);
                self.fail(diagnostic)
            }
        }
    }

    /// A number with its unit, if one is written.
    pub(super) fn quantity(&mut self) -> Parse<Quantity> {
        let written = self.peek_word().unwrap_or_default().to_owned();
        let number = self.number()?;
        let unit = match self.peek_word() {
            Some(word) if !AFTER_NUMBER.contains(&word) => Some(self.unit()?),
            _ => None,
        };
        Ok(Quantity { span: self.span_from(number.span), number: number.value, written, unit })
    }

    fn unit(&mut self) -> Parse<Spanned<Unit>> {
        let word = self.any_word("a unit")?;
        if let Some(unit) = Unit::from_word(&word) {
            return Ok(Spanned::new(unit, word.span));
        }
        let units = Unit::ALL.iter().flat_map(|(_, words)| words.iter().copied());
        let diagnostic = self.error(&codes::UNIT, word.span, format!("`{}` is not a unit", *word));
        let diagnostic = match self.file.report.near(&word, units) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("a number is followed by its unit or by nothing"),
        };
        self.fail(diagnostic)
    }

    /// A length of time of at least one day.
    pub(super) fn duration(&mut self) -> Parse<Spanned<Duration>> {
        let duration = self.duration_or_zero()?;
        if duration.count == 0 {
            let diagnostic = self.error(&codes::DURATION, duration.span, "this length of time is nothing");
            return self.fail(diagnostic);
        }
        Ok(duration)
    }

    /// A length of time: `12 weeks`.
    pub(super) fn duration_or_zero(&mut self) -> Parse<Spanned<Duration>> {
        let count = self.any_word("a length of time such as `12 weeks`")?;
        let Some(number) = count.parse::<u32>().ok().filter(|number| *number <= DURATION_COUNT_MAX) else {
            let message = format!("`{}` is not a whole number of days, weeks, months or years", *count);
            let diagnostic = self
                .error(&codes::DURATION, count.span, message)
                .help(format!("write a length of time as `12 weeks`, at most {DURATION_COUNT_MAX} of a unit"));
            return self.fail(diagnostic);
        };
        let unit = self.keyword(&DURATION_UNITS, &codes::DURATION, "a unit of time")?;
        Ok(Spanned::new(Duration { count: number, unit: unit.value }, count.span.to(unit.span)))
    }

    /// A length of time until something is due: `30 days`, `3 business days`, `72 hours`.
    pub(super) fn term(&mut self) -> Parse<Spanned<Term>> {
        let second = self.peek_second_word();
        if !matches!(second, Some("business" | "hours" | "hour")) {
            return Ok(self.duration()?.map(Term::Calendar));
        }
        let count = self.any_word("a length of time such as `30 days`")?;
        let Some(number) = count.parse::<u32>().ok().filter(|number| (1..=TERM_COUNT_MAX).contains(number)) else {
            let message = format!("`{}` is not a whole number of business days or hours", *count);
            let diagnostic = self
                .error(&codes::DURATION, count.span, message)
                .help(format!("write `3 business days` or `72 hours`, from 1 to {TERM_COUNT_MAX}"));
            return self.fail(diagnostic);
        };
        let term = if self.eat_word("business") {
            self.keyword(&[((), "days"), ((), "day")], &codes::DURATION, "`business days`")?;
            Term::BusinessDays(number)
        } else {
            self.advance();
            Term::Hours(number)
        };
        Ok(Spanned::new(term, self.span_from(count.span)))
    }

    /// A date: `2026-02-15`.
    pub(super) fn date(&mut self) -> Parse<Spanned<Date>> {
        let word = self.any_word("a date such as `2026-02-15`")?;
        match parse_date(&word) {
            Some(date) => Ok(Spanned::new(date, word.span)),
            None => self.not_a_date(&word, word.span),
        }
    }

    fn not_a_date<T>(&mut self, word: &str, span: Span) -> Parse<T> {
        let diagnostic = self
            .error(&codes::DATE, span, format!("`{word}` is not a date of the calendar"))
            .help("write year, month and day: `2026-02-15`");
        self.fail(diagnostic)
    }
}

const DURATION_UNITS: [(DurationUnit, &str); 8] = [
    (DurationUnit::Day, "days"),
    (DurationUnit::Week, "weeks"),
    (DurationUnit::Month, "months"),
    (DurationUnit::Year, "years"),
    (DurationUnit::Day, "day"),
    (DurationUnit::Week, "week"),
    (DurationUnit::Month, "month"),
    (DurationUnit::Year, "year"),
];

pub(super) fn looks_like_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|next| next.is_ascii_digit() || next == '.')
}

/// Reads a decimal number; the error says what to write.
pub(crate) fn parse_number(word: &str) -> Result<Number, String> {
    let (negative, unsigned) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || unsigned.ends_with('.') {
        return Err("write digits with at most one point, and a space before the unit: `12.5 mm`".to_owned());
    }
    if whole.len() + fraction.len() > NUMBER_DIGITS_MAX || fraction.len() > usize::from(NUMBER_SCALE_MAX) {
        return Err(format!(
            "a number has at most {NUMBER_DIGITS_MAX} digits, {NUMBER_SCALE_MAX} of them after the point"
        ));
    }
    let digits: i64 = format!("{whole}{fraction}").parse().expect("at most NUMBER_DIGITS_MAX digits");
    let scale = u8::try_from(fraction.len()).expect("at most NUMBER_SCALE_MAX digits");
    Ok(Number { digits: if negative { -digits } else { digits }, scale })
}

/// Reads `YYYY-MM-DD`, and nothing else that a date library might take.
pub(crate) fn parse_date(word: &str) -> Option<Date> {
    let bytes = word.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    Date::new(word[..4].parse().ok()?, word[5..7].parse().ok()?, word[8..].parse().ok()?).ok()
}
