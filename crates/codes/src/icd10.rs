//! ICD-10-CM diagnosis codes.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use crate::dates::Interval;
use crate::inline::{Inline, quoted, text_traits};
use crate::table::{Table, outside};

/// An ICD-10-CM code or category: three to seven characters, kept without the
/// dot and shown with it.
///
/// Only the shape is known here; [`lookup`] says what the code is on a date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IcdCode(Inline<7>);

/// Why a text is not an ICD-10-CM code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcdCodeError {
    /// Fewer than three or more than seven characters.
    #[error("`{input}` is not a diagnosis code: it has {length} characters, not three to seven")]
    Length {
        /// What was typed, cut short.
        input: String,
        /// Characters without the dot.
        length: usize,
    },
    /// The dot is not after the third character.
    #[error("the dot of `{input}` is not after the third character; write `G43.709` or `G43709`")]
    Dot {
        /// What was typed, cut short.
        input: String,
    },
    /// A character that cannot stand there.
    #[error("`{input}` is not a diagnosis code: character {place} is `{found}`, not {expected}")]
    Character {
        /// What was typed, cut short.
        input: String,
        /// Place of the character, counted from one, without the dot.
        place: usize,
        /// The character that is there.
        found: char,
        /// What can stand there.
        expected: &'static str,
    },
}

impl IcdCodeError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "C0301",
            Self::Dot { .. } => "C0302",
            Self::Character { .. } => "C0303",
        }
    }
}

impl IcdCode {
    /// Without the dot, as claims carry it: `G43709`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The category, the first three characters: `G43`.
    #[must_use]
    pub fn category(&self) -> &str {
        &self.as_str()[..3]
    }

    /// Whether `self` is `other` or stands below it: `G43.709` is below `G43.7`.
    #[must_use]
    pub fn is_within(self, other: IcdCode) -> bool {
        self.as_str().starts_with(other.as_str())
    }

    pub(crate) fn padded(self) -> [u8; 7] {
        self.0.padded()
    }

    fn from_table(key: &[u8]) -> IcdCode {
        // INVARIANT: the tests parse every row of the table.
        IcdCode(Inline::from_bytes(key).expect("the table holds codes"))
    }
}

impl FromStr for IcdCode {
    type Err = IcdCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let input = || quoted(text);
        let trimmed = text.trim();
        let mut plain = [0; 7];
        let mut length = 0;
        for (index, character) in trimmed.chars().enumerate() {
            if character == '.' {
                if index != 3 {
                    return Err(IcdCodeError::Dot { input: input() });
                }
                continue;
            }
            length += 1;
            if let Some(expected) = misplaced(length, character) {
                return Err(IcdCodeError::Character { input: input(), place: length, found: character, expected });
            }
            if let Some(byte) = plain.get_mut(length - 1) {
                *byte = character as u8;
            }
        }
        if !(3..=7).contains(&length) {
            return Err(IcdCodeError::Length { input: input(), length });
        }
        // Of two-letter starts there is only `QA0`, so two letters need a digit next.
        if plain[1].is_ascii_alphabetic() && !plain[2].is_ascii_digit() {
            return Err(IcdCodeError::Character {
                input: input(),
                place: 2,
                found: char::from(plain[1]),
                expected: "a digit",
            });
        }
        if trimmed.ends_with('.') {
            return Err(IcdCodeError::Dot { input: input() });
        }
        Inline::from_bytes(&plain[..length]).map(Self).ok_or(IcdCodeError::Length { input: input(), length })
    }
}

/// What should stand at this place, if this character cannot.
fn misplaced(place: usize, character: char) -> Option<&'static str> {
    match place {
        1 if !character.is_ascii_alphabetic() => Some("a letter"),
        _ if !character.is_ascii_alphanumeric() => Some("a letter or a digit"),
        _ => None,
    }
}

impl fmt::Display for IcdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (category, rest) = self.as_str().split_at(3);
        if rest.is_empty() { f.pad(category) } else { f.pad(&format!("{category}.{rest}")) }
    }
}

text_traits!(IcdCode);

/// What a code is on a date of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcdStatus {
    /// A complete code, which a claim may carry.
    Billable,
    /// The start of longer codes; a claim needs one of those.
    Header {
        /// The first few billable codes below it.
        examples: Vec<IcdCode>,
        /// How many there are.
        billable_below: usize,
    },
    /// No such code on that date.
    Unknown {
        /// Billable codes it may have been meant to be, likeliest first; often
        /// none.
        nearest: Vec<IcdCode>,
    },
    /// A code, but not on that date.
    NotValidOn {
        /// First day it was valid, if known.
        from: Option<Date>,
        /// First day it was no longer valid, if known.
        until: Option<Date>,
    },
    /// The date is outside the table: not checked.
    OutsideWindow {
        /// The dates of service that the table answers for.
        window: Interval,
    },
}

/// Billable ICD-10-CM codes of fiscal year 2026.
const BILLABLE: Table = Table::of_keys(include_bytes!("../../../library/codes/icd10cm-2026.txt"), 7);

/// Codes whose first or last day is known beyond the window: the code, its
/// first day and the first day after its last.
const KNOWN_DATES: [(&str, Option<Date>, Option<Date>); 10] = [
    ("E66811", Some(date(2024, 10, 1)), None),
    ("E66812", Some(date(2024, 10, 1)), None),
    ("E66813", Some(date(2024, 10, 1)), None),
    ("E881", None, Some(date(2025, 10, 1))),
    ("E8810", Some(date(2025, 10, 1)), None),
    ("E8811", Some(date(2025, 10, 1)), None),
    ("E8812", Some(date(2025, 10, 1)), None),
    ("E8813", Some(date(2025, 10, 1)), None),
    ("E8814", Some(date(2025, 10, 1)), None),
    ("E8819", Some(date(2025, 10, 1)), None),
];

/// Most codes named in one answer.
const NAMED_MAX: usize = 5;

/// The dates of service that the table answers for: fiscal year 2026.
#[must_use]
pub fn window() -> Interval {
    Interval { from: date(2025, 10, 1), until: Some(date(2026, 10, 1)) }
}

/// How many billable codes the table holds.
#[must_use]
pub fn billable_count() -> usize {
    BILLABLE.len()
}

/// What `code` is on `date`, by the CMS list for fiscal year 2026.
///
/// The list says nothing about the day a code was added within the year, so a
/// code of the April 2026 update counts as billable from October 2025.
#[must_use]
pub fn lookup(code: IcdCode, date: Date) -> IcdStatus {
    let key = code.as_str().as_bytes();
    if !window().contains(date) {
        let known = KNOWN_DATES.iter().find(|(known, ..)| *known == code.as_str());
        return match known {
            Some(&(_, from, until)) if outside(date, from, until) => IcdStatus::NotValidOn { from, until },
            _ => IcdStatus::OutsideWindow { window: window() },
        };
    }
    if BILLABLE.find(key).is_some() {
        return IcdStatus::Billable;
    }
    let below = BILLABLE.below(key);
    if below.is_empty() {
        return IcdStatus::Unknown { nearest: nearest(key) };
    }
    IcdStatus::Header {
        billable_below: below.len(),
        examples: below.take(NAMED_MAX).map(|index| IcdCode::from_table(BILLABLE.key(index))).collect(),
    }
}

/// Billable codes that an unknown one may have been meant to be.
fn nearest(key: &[u8]) -> Vec<IcdCode> {
    let mut found: Vec<&'static [u8]> = Vec::new();
    // A complete code with something after it.
    for length in (3..key.len()).rev() {
        found.extend(BILLABLE.find(&key[..length]).map(|index| BILLABLE.key(index)));
    }
    found.extend(BILLABLE.near(key));
    // A seventh character without the `X` that keeps its place.
    if let Some((&extension, stem)) = key.split_last()
        && (4..7).contains(&key.len())
    {
        let mut padded = stem.to_vec();
        padded.resize(6, b'X');
        padded.push(extension);
        found.extend(BILLABLE.find(&padded).map(|index| BILLABLE.key(index)));
    }
    if found.is_empty() && key.len() > 4 {
        found.extend(BILLABLE.below(&key[..key.len() - 1]).map(|index| BILLABLE.key(index)));
    }
    let mut codes: Vec<IcdCode> = Vec::new();
    for key in found {
        let code = IcdCode::from_table(key);
        if !codes.contains(&code) && codes.len() < NAMED_MAX {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::assert_sound;

    const IN_WINDOW: Date = date(2026, 1, 15);

    fn code(text: &str) -> IcdCode {
        text.parse().unwrap()
    }

    fn nearest_to(text: &str) -> Vec<String> {
        match lookup(code(text), IN_WINDOW) {
            IcdStatus::Unknown { nearest } => nearest.iter().map(IcdCode::to_string).collect(),
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn shapes() {
        for (text, shown) in [
            ("G43.709", "G43.709"),
            ("g43709", "G43.709"),
            (" l98.a399 ", "L98.A399"),
            ("B20", "B20"),
            ("QA0.0101", "QA0.0101"),
            ("M1A.9XX1", "M1A.9XX1"),
        ] {
            assert_eq!(code(text).to_string(), shown);
        }
        for (text, error) in [
            ("", "C0301"),
            ("G4", "C0301"),
            ("G43.70912", "C0301"),
            ("G4.3709", "C0302"),
            ("G43.7.09", "C0302"),
            ("G43.", "C0302"),
            ("743.709", "C0303"),
            ("G43.7-9", "C0303"),
            ("ABC.12", "C0303"),
            ("G４3.7", "C0303"),
        ] {
            assert_eq!(text.parse::<IcdCode>().unwrap_err().code(), error, "{text}");
        }
    }

    #[test]
    fn table_is_sound() {
        assert_sound(&BILLABLE);
        assert_eq!(billable_count(), 74_719);
        for index in 0..BILLABLE.len() {
            let text = std::str::from_utf8(BILLABLE.key(index)).unwrap();
            assert_eq!(code(text).as_str(), text);
        }
    }

    #[test]
    fn no_billable_code_is_a_header() {
        for index in 1..BILLABLE.len() {
            assert!(!BILLABLE.key(index).starts_with(BILLABLE.key(index - 1)));
        }
    }

    #[test]
    fn billable_and_header() {
        assert_eq!(lookup(code("G43.709"), IN_WINDOW), IcdStatus::Billable);
        let IcdStatus::Header { examples, billable_below } = lookup(code("E66.81"), IN_WINDOW) else {
            panic!("E66.81 is a header");
        };
        assert_eq!(examples, ["E66.811", "E66.812", "E66.813"].map(code));
        assert_eq!(billable_below, 3);
        let IcdStatus::Header { examples, billable_below } = lookup(code("C44"), IN_WINDOW) else {
            panic!("C44 is a header");
        };
        assert_eq!(examples.len(), NAMED_MAX);
        assert!(billable_below > NAMED_MAX);
    }

    #[test]
    fn unknown_codes_name_what_was_meant() {
        assert_eq!(nearest_to("G43.7O9"), ["G43.709"]);
        assert_eq!(nearest_to("B20.1")[0], "B20");
        assert!(nearest_to("S72.001Z").iter().all(|near| near.starts_with("S72.001")));
        assert!(nearest_to("W61.12A").contains(&"W61.12XA".to_owned()));
        assert!(nearest_to("ZZ9.999").is_empty());
    }

    #[test]
    fn the_window_is_half_open() {
        let outside = IcdStatus::OutsideWindow { window: window() };
        assert_eq!(lookup(code("G43.709"), date(2025, 10, 1)), IcdStatus::Billable);
        assert_eq!(lookup(code("G43.709"), date(2026, 9, 30)), IcdStatus::Billable);
        assert_eq!(lookup(code("G43.709"), date(2025, 9, 30)), outside);
        assert_eq!(lookup(code("G43.709"), date(2026, 10, 1)), outside);
        assert_eq!(lookup(code("ZZ9.999"), date(2026, 10, 1)), outside);
    }

    #[test]
    fn known_changes_hold_beyond_the_window() {
        let split = Some(date(2025, 10, 1));
        assert_eq!(lookup(code("E88.14"), date(2025, 9, 30)), IcdStatus::NotValidOn { from: split, until: None });
        assert_eq!(lookup(code("E88.1"), date(2026, 11, 23)), IcdStatus::NotValidOn { from: None, until: split });
        assert_eq!(lookup(code("E88.1"), date(2025, 9, 30)), IcdStatus::OutsideWindow { window: window() });
        assert!(matches!(lookup(code("E88.1"), IN_WINDOW), IcdStatus::Header { .. }));
    }

    #[test]
    fn known_changes_agree_with_the_table() {
        for (text, from, until) in KNOWN_DATES {
            assert_eq!(code(text).as_str(), text);
            let billable = lookup(code(text), IN_WINDOW) == IcdStatus::Billable;
            assert_eq!(billable, !outside(IN_WINDOW, from, until), "{text}");
        }
    }
}
