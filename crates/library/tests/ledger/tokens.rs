//! What can be compared: numbers with their unit, codes, and days.

use std::fmt;

/// One thing that a row and its policy must both say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// A number, with its unit if one is written.
    Number(Number),
    /// A procedure or drug code, or all from one to another.
    Code(String, String),
    /// A diagnosis code or the beginning of one, without its point (`G43709`, `L02`), or all from one to another.
    Diagnosis(String, String),
    /// An adjustment reason or remark code.
    Denial(String),
    /// A modifier.
    Modifier(String),
    /// A day, as `2026-02-15`.
    Day(String),
    /// How closely the source was read.
    Grade(&'static str),
}

/// A number in thousandths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number {
    /// As written.
    pub(crate) written: i64,
    /// As written; none if there is no unit, or one that only counts (visits, units, points).
    pub(crate) unit: Option<&'static str>,
}

/// Words for units, the unit that numbers are compared in, and how many thousandths of it one is.
const UNITS: [(&[&str], &str, i64); 19] = [
    (&["day", "days", "d"], "days", 1_000),
    (&["week", "weeks", "wk", "wks"], "days", 7_000),
    (&["month", "months", "mo"], "months", 1_000),
    (&["year", "years", "yr", "yrs"], "months", 12_000),
    (&["minute", "minutes", "min"], "minutes", 1_000),
    (&["hour", "hours", "h"], "minutes", 60_000),
    (&["ms", "millisecond", "milliseconds"], "milliseconds", 1_000),
    (&["percent", "%"], "percent", 1_000),
    (&["degree", "degrees"], "degrees", 1_000),
    (&["tenths_mm"], "mm", 100),
    (&["mm"], "mm", 1_000),
    (&["cm"], "mm", 10_000),
    (&["ml"], "ml", 1_000),
    (&["mg"], "mg", 1_000),
    (&["g", "gram", "grams"], "grams", 1_000),
    (&["kg"], "grams", 1_000_000),
    (&["ng_dl", "ng/dl"], "ng/dl", 1_000),
    (&["ng_ml", "ng/ml"], "ng/dl", 100_000),
    (&["mmhg"], "mmhg", 1_000),
];

impl Number {
    /// The unit that a word means; none for words that only count.
    pub(crate) fn unit(word: &str) -> Option<&'static str> {
        let word = word.to_lowercase();
        UNITS.iter().find(|(words, ..)| words.contains(&word.as_str())).map(|(words, ..)| words[0])
    }

    /// The number in the unit that is compared, in millionths.
    fn compared(&self) -> Option<(&'static str, i64)> {
        let unit = self.unit?;
        let (_, compared, factor) = UNITS.iter().find(|(words, ..)| words[0] == unit)?;
        Some((compared, self.written * factor))
    }

    /// Whether both say the same: equal in the same dimension, or written alike where one has no unit.
    fn is(&self, other: &Self) -> bool {
        match (self.compared(), other.compared()) {
            (Some(one), Some(another)) => one == another,
            _ => self.written == other.written,
        }
    }
}

impl Token {
    /// One procedure or drug code.
    pub(crate) fn code(code: &str) -> Self {
        Self::Code(code.to_owned(), code.to_owned())
    }

    /// One diagnosis code or pattern.
    pub(crate) fn diagnosis(code: &str) -> Self {
        Self::Diagnosis(pattern(code), pattern(code))
    }

    /// Whether a row and a policy mean the same with it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(another)) => one.is(another),
            // A range or pattern and a code in it; which of the codes are meant is what a pattern leaves open.
            (Self::Code(first, last), Self::Code(from, to)) => first <= to && from <= last,
            (Self::Diagnosis(first, last), Self::Diagnosis(from, to)) => {
                let before = |one: &str, another: &str| one <= another || one.starts_with(another);
                before(first, to) && before(from, last)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Number { written, unit }) => {
                write!(f, "{}", written / 1_000)?;
                let rest = format!("{:03}", written.abs() % 1_000);
                let rest = rest.trim_end_matches('0');
                if !rest.is_empty() {
                    write!(f, ".{rest}")?;
                }
                unit.map_or(Ok(()), |unit| write!(f, " {unit}"))
            }
            Self::Code(first, last) => write!(f, "code {}", range(first, last)),
            Self::Diagnosis(first, last) => write!(f, "dx {}", range(first, last)),
            Self::Denial(code) => write!(f, "denial {code}"),
            Self::Modifier(code) => write!(f, "modifier {code}"),
            Self::Day(day) => write!(f, "day {day}"),
            Self::Grade(grade) => write!(f, "grade {grade}"),
        }
    }
}

fn range(first: &str, last: &str) -> String {
    if first == last { first.to_owned() } else { format!("{first}-{last}") }
}

/// The tokens in a text for people.
pub(crate) fn in_text(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let words: Vec<&str> = text
        .split(|char: char| !is_word(char))
        .map(|word| word.trim_matches(['.', '-', '/', '*']))
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate() {
        if let Some(found) = whole(word) {
            tokens.extend(found);
            continue;
        }
        let parts: Vec<&str> = word.split(['-', '/']).collect();
        let unit = parts
            .last()
            .and_then(|last| Number::unit(last))
            .or_else(|| words.get(at + 1).and_then(|next| unit_of(next)));
        for part in parts {
            let inside = part.split('_').filter_map(duration);
            tokens.extend(inside.map(Token::Number));
            if let Some(found) = whole(part) {
                tokens.extend(found);
            } else if let Some(number) = number(part, unit) {
                tokens.push(Token::Number(number));
            }
        }
    }
    tokens
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '/' | '*' | '%' | '_')
}

/// The unit that the next word is or begins with: `month-long`.
fn unit_of(word: &str) -> Option<&'static str> {
    (word.len() > 1).then(|| Number::unit(word).or_else(|| word.split(['-', '/']).next().and_then(Number::unit)))?
}

/// A word that is a day, a duration of ISO 8601, a code, or a range of codes.
fn whole(word: &str) -> Option<Vec<Token>> {
    if form(word) == "0000-00-00" {
        return Some(vec![Token::Day(word.to_owned())]);
    }
    if is_code(word) {
        return Some(vec![Token::code(word)]);
    }
    if let Some((first, last)) = word.split_once('-')
        && is_code(first)
    {
        // The second is a modifier in `99213-25`.
        let last = if is_code(last) { last } else { first };
        return Some(vec![Token::Code(first.to_owned(), last.to_owned())]);
    }
    if let Some((first, last)) = word.split_once('-')
        && let (Some(first), Some(last)) = (diagnosis(first), diagnosis(last))
    {
        return Some(vec![Token::Diagnosis(first, last)]);
    }
    diagnosis(word).map(|code| vec![Token::Diagnosis(code.clone(), code)])
}

fn form(word: &str) -> String {
    word.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
}

/// `64615`, `J0585`, `0232T`.
fn is_code(word: &str) -> bool {
    let form: String = word
        .chars()
        .map(|char| match char {
            '0'..='9' => '0',
            'A'..='Z' => 'A',
            other => other,
        })
        .collect();
    matches!(form.as_str(), "00000" | "A0000" | "0000A")
}

/// The codes from the first to the last; the first alone where the second is a modifier (`99213-25`).
pub(crate) fn codes(first: &str, last: &str) -> Vec<String> {
    const RANGE_MAX: u32 = 1_000;
    let split = |code: &str| -> Option<(String, u32, String)> {
        let head: String = code.chars().take_while(char::is_ascii_alphabetic).collect();
        let digits: String = code[head.len()..].chars().take_while(char::is_ascii_digit).collect();
        let tail = code[head.len() + digits.len()..].to_owned();
        Some((head, digits.parse().ok()?, tail))
    };
    match (split(first), split(last)) {
        (Some((head, from, tail)), Some((same_head, to, same_tail)))
            if is_code(last) && head == same_head && tail == same_tail && from <= to && to - from < RANGE_MAX =>
        {
            let width = first.len() - head.len() - tail.len();
            (from..=to).map(|number| format!("{head}{number:0width$}{tail}")).collect()
        }
        _ => vec![first.to_owned()],
    }
}

/// `G43.709`, `L02.x`, `C44.x1`: without its point, up to the first letter that stands for any.
fn diagnosis(word: &str) -> Option<String> {
    let (category, rest) = word.split_once('.')?;
    let is_category = category.len() == 3
        && category.starts_with(|first: char| first.is_ascii_uppercase())
        && category[1..2].starts_with(|second: char| second.is_ascii_digit())
        && category.chars().all(|char| char.is_ascii_digit() || char.is_ascii_uppercase());
    let is_rest = rest.chars().all(|char| char.is_ascii_alphanumeric() || char == '*') && rest.len() <= 4;
    (is_category && is_rest).then(|| pattern(word))
}

/// The diagnoses in a list of them, where a category stands for itself: `L03`, `T20.x-T25.x`.
pub(crate) fn diagnoses(text: &str) -> Vec<Token> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '*' | '-');
    let one = |word: &str| diagnosis(word).or_else(|| diagnosis(&format!("{word}.")));
    let words = text.split(|char| !is_part(char)).map(|word| word.trim_matches(['.', '-']));
    let tokens = words.filter_map(|word| match word.split_once('-') {
        Some((first, last)) => Some(Token::Diagnosis(one(first)?, one(last)?)),
        None => one(word).map(|code| Token::Diagnosis(code.clone(), code)),
    });
    tokens.collect()
}

/// A diagnosis pattern without its point, up to where it leaves something open.
pub(crate) fn pattern(word: &str) -> String {
    let open = word.find(['x', '*', '_']).unwrap_or(word.len());
    word[..open].chars().filter(char::is_ascii_alphanumeric).collect()
}

/// `P12W`, `P6M`.
fn duration(word: &str) -> Option<Number> {
    let inside = word.strip_prefix('P')?;
    let unit = match inside.chars().last()? {
        'D' => "day",
        'W' => "week",
        'M' => "month",
        'Y' => "year",
        _ => return None,
    };
    Some(Number { written: inside[..inside.len() - 1].parse::<i64>().ok()? * 1_000, unit: Number::unit(unit) })
}

/// `15`, `2.5`, `30%`, `12wk`; years are no numbers.
fn number(word: &str, next: Option<&'static str>) -> Option<Number> {
    let end = word.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(word.len());
    let (digits, suffix) = word.split_at(end);
    let unit = if suffix.is_empty() { next } else { Some(Number::unit(suffix)?) };
    let written = thousandths(digits)?;
    let is_year = suffix.is_empty() && unit.is_none() && digits.len() == 4 && (1_900_000..2_100_000).contains(&written);
    (!is_year).then_some(Number { written, unit })
}

fn thousandths(digits: &str) -> Option<i64> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = format!("{part:0<3}");
    Some(whole.parse::<i64>().ok()? * 1_000 + part.get(..3)?.parse::<i64>().ok()?)
}

#[test]
fn texts_give_their_tokens() {
    let all = |text: &str| in_text(text).iter().map(Token::to_string).collect::<Vec<_>>().join(", ");
    assert_eq!(all("15+ headache days; no more often than every 12 weeks"), "15, 12 week");
    assert_eq!(
        all("P3M and P1Y, 30% or 2.5 mm, 12-month trial, 3-4 sessions"),
        "3 month, 1 year, 30 percent, 2.5 mm, 12 month, 3, 4"
    );
    assert_eq!(
        all("64642-64644, 99213-25, J0585/J0586, 0232T"),
        "code 64642-64644, code 99213, code J0585, code J0586, code 0232T"
    );
    assert_eq!(all("G43.709, L02.x, since 2026-02-15 (2019)"), "dx G43709, dx L02, day 2026-02-15");
    assert_eq!(all("L34082, A57186, NCD 250.4"), "250.4");
    assert_eq!(all("G43.701-G43.719, within_P12M"), "dx G43701-G43719, 12 month");
    let is = |one: &str, another: &str| in_text(one)[0].is(&in_text(another)[0]);
    assert!(
        is("84 days", "12 weeks") && is("1 year", "12 months") && is("2 mm", "20 tenths_mm") && is("12 weeks", "12")
    );
    assert!(
        is("64643", "64642-64647")
            && is("G43.711", "G43.701-G43.719")
            && is("G43.E09", "G43.x")
            && is("L57.0", "L57.0")
    );
    assert!(!is("64641", "64642-64647") && !is("G43.E11", "G43.701-G43.719") && !is("L57.0", "L57.1"));
    assert!(!is("30 days", "1 month") && !is("12 weeks", "12 months") && !is("3 ng_ml", "3 ng_dl"));
}
