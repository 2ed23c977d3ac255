//! Why a payer paid less: adjustment groups, reasons (CARC) and remarks (RARC).
//!
//! The codes and their dates are facts; the descriptions belong to X12. The
//! plain words here are our own, for the codes a practice meets most, and say
//! what happened, not what the standard's text says.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use crate::inline::{Inline, quoted, text_traits};
use crate::table::{Table, outside};

/// Who bears an adjustment: the group code of an 835 `CAS` segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdjustmentGroup {
    /// `CO`: the practice writes it off under its contract.
    ContractualObligation,
    /// `CR`: a correction of an earlier decision; not used in version 5010.
    CorrectionAndReversal,
    /// `OA`: neither the practice nor the patient.
    Other,
    /// `PI`: the payer's own reduction.
    PayerInitiated,
    /// `PR`: the patient owes it.
    PatientResponsibility,
}

impl AdjustmentGroup {
    /// The two letters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContractualObligation => "CO",
            Self::CorrectionAndReversal => "CR",
            Self::Other => "OA",
            Self::PayerInitiated => "PI",
            Self::PatientResponsibility => "PR",
        }
    }
}

impl FromStr for AdjustmentGroup {
    type Err = AdjustmentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_uppercase().as_str() {
            "CO" => Ok(Self::ContractualObligation),
            "CR" => Ok(Self::CorrectionAndReversal),
            "OA" => Ok(Self::Other),
            "PI" => Ok(Self::PayerInitiated),
            "PR" => Ok(Self::PatientResponsibility),
            _ => Err(AdjustmentError::Group { input: quoted(text) }),
        }
    }
}

impl fmt::Display for AdjustmentGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_traits!(AdjustmentGroup);

/// A claim adjustment reason code, such as `50`, `204` or `B7`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarcCode(Inline<3>);

/// A remittance advice remark code, such as `N115`, `M51` or `MA130`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RarcCode(Inline<5>);

/// Why a text is not a group, reason or remark code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdjustmentError {
    /// Not one of the five groups.
    #[error("`{input}` is not an adjustment group; it is one of CO, CR, OA, PI and PR")]
    Group {
        /// What was typed, cut short.
        input: String,
    },
    /// Not the shape of a reason code.
    #[error(
        "`{input}` is not an adjustment reason code; write up to three digits (`50`), or a letter and up to two digits (`B7`)"
    )]
    Carc {
        /// What was typed, cut short.
        input: String,
    },
    /// Not the shape of a remark code.
    #[error("`{input}` is not a remark code; write `M`, `MA` or `N` and up to three digits, such as `N115`")]
    Rarc {
        /// What was typed, cut short.
        input: String,
    },
}

impl AdjustmentError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Group { .. } => "C0901",
            Self::Carc { .. } => "C0902",
            Self::Rarc { .. } => "C0903",
        }
    }
}

/// What a reason or remark code is on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjustmentStatus {
    /// On the list, and in use on that date as far as the list tells.
    Active,
    /// On the list, but not in use on that date.
    Inactive {
        /// First day of use.
        from: Option<Date>,
        /// First day it was no longer in use.
        until: Option<Date>,
    },
    /// On no list by June 2024.
    Unknown,
    /// Not on the list, and the date is later than the list: not checked.
    NotChecked,
}

const CARC: Table = Table::of_dated_keys(include_bytes!("../../../library/codes/carc.txt"), 3);
const RARC: Table = Table::of_dated_keys(include_bytes!("../../../library/codes/rarc.txt"), 5);

/// Our own words for the commonest codes: `CARC 50,not medically necessary`.
const WORDS: &str = include_str!("../../../library/codes/adjustment-words.csv");

/// The day after which the lists say nothing about codes they lack.
const LISTS_AS_OF: Date = date(2024, 6, 30);

fn status(table: &Table, key: &[u8], date: Date) -> AdjustmentStatus {
    let Some(index) = table.find(key) else {
        return if date > LISTS_AS_OF { AdjustmentStatus::NotChecked } else { AdjustmentStatus::Unknown };
    };
    let (from, until) = table.dates(index);
    if outside(date, from, until) { AdjustmentStatus::Inactive { from, until } } else { AdjustmentStatus::Active }
}

fn words(list: &str, code: &str) -> Option<&'static str> {
    WORDS.lines().skip(1).find_map(|line| {
        let mut columns = line.splitn(3, ',');
        (columns.next() == Some(list) && columns.next() == Some(code)).then(|| columns.next()).flatten()
    })
}

macro_rules! adjustment_code {
    ($type:ident, $error:ident, $table:ident, $list:literal, $shape:path) => {
        impl $type {
            /// The code, letters in upper case, without leading zeros.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// What the code is on `date` (of the remittance), by the lists of
            /// June 2024.
            #[must_use]
            pub fn status(self, date: Date) -> AdjustmentStatus {
                status(&$table, self.0.as_bytes(), date)
            }

            /// What the code means, in a few plain words of our own; only the
            /// commonest have any.
            #[must_use]
            pub fn plain_words(self) -> Option<&'static str> {
                words($list, self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = AdjustmentError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let trimmed = text.trim();
                Inline::new(trimmed)
                    .filter(|inline| $shape(inline.as_bytes()))
                    .map(Self)
                    .ok_or_else(|| AdjustmentError::$error { input: quoted(text) })
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        text_traits!($type);
    };
}

adjustment_code!(CarcCode, Carc, CARC, "CARC", has_carc_shape);
adjustment_code!(RarcCode, Rarc, RARC, "RARC", has_rarc_shape);

fn has_carc_shape(code: &[u8]) -> bool {
    let digits = match code {
        [letter, digits @ ..] if letter.is_ascii_alphabetic() => digits,
        digits => digits,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && code[0] != b'0'
}

fn has_rarc_shape(code: &[u8]) -> bool {
    let digits = code
        .strip_prefix(b"MA")
        .or_else(|| code.strip_prefix(b"M"))
        .or_else(|| code.strip_prefix(b"N"))
        .unwrap_or_default();
    (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{assert_dates_sound, assert_sound};

    fn carc(text: &str) -> CarcCode {
        text.parse().unwrap()
    }

    fn rarc(text: &str) -> RarcCode {
        text.parse().unwrap()
    }

    #[test]
    fn tables_are_sound() {
        for table in [&CARC, &RARC] {
            assert_sound(table);
            assert_dates_sound(table);
        }
        assert_eq!((CARC.len(), RARC.len()), (405, 1171));
        for index in 0..CARC.len() {
            assert!(has_carc_shape(CARC.key(index)));
        }
        for index in 0..RARC.len() {
            assert!(has_rarc_shape(RARC.key(index)));
        }
    }

    #[test]
    fn every_worded_code_is_in_use() {
        let on = date(2024, 6, 1);
        for line in WORDS.lines().skip(1) {
            let columns: Vec<&str> = line.splitn(3, ',').collect();
            let status = match columns[0] {
                "CARC" => carc(columns[1]).status(on),
                "RARC" => rarc(columns[1]).status(on),
                other => panic!("no list {other}"),
            };
            assert_eq!(status, AdjustmentStatus::Active, "{line}");
            assert_eq!(words(columns[0], columns[1]), Some(columns[2]), "doubled: {line}");
        }
    }

    #[test]
    fn lookups() {
        let on = date(2026, 11, 23);
        assert_eq!(carc("50").status(on), AdjustmentStatus::Active);
        assert_eq!(
            carc("15").status(on),
            AdjustmentStatus::Inactive { from: Some(date(1995, 1, 1)), until: Some(date(2018, 5, 1)) }
        );
        assert_eq!(carc("15").status(date(2018, 4, 30)), AdjustmentStatus::Active);
        assert_eq!(carc("999").status(on), AdjustmentStatus::NotChecked);
        assert_eq!(carc("999").status(date(2024, 1, 1)), AdjustmentStatus::Unknown);
        assert_eq!(rarc("n383").plain_words(), Some("the payer calls the treatment cosmetic"));
        assert_eq!(carc("999").plain_words(), None);
    }

    #[test]
    fn shapes() {
        for text in ["", "0", "050", "1234", "N115", "B", "5O"] {
            assert_eq!(text.parse::<CarcCode>().unwrap_err().code(), "C0902", "{text}");
        }
        for text in ["", "50", "N", "X115", "MA1305", "N1155"] {
            assert_eq!(text.parse::<RarcCode>().unwrap_err().code(), "C0903", "{text}");
        }
        assert_eq!("pr".parse(), Ok(AdjustmentGroup::PatientResponsibility));
        assert_eq!("XX".parse::<AdjustmentGroup>().unwrap_err().code(), "C0901");
    }
}
