//! National Provider Identifiers.

use std::fmt;
use std::str::FromStr;

use crate::inline::{Inline, quoted, text_traits};

/// A National Provider Identifier: ten digits, the last of which checks the
/// others (45 CFR 162.406; Luhn over `80840` and the first nine digits).
///
/// The check finds slips of the finger; it does not say that the number was
/// ever issued, or to whom.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Npi(Inline<10>);

/// Why a text is not an NPI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NpiError {
    /// Not ten digits.
    #[error("`{input}` is not an NPI; an NPI has ten digits and nothing else")]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
    /// Individuals and organizations have numbers that start with 1 or 2.
    #[error("`{input}` is not an NPI; the first digit is 1 or 2")]
    FirstDigit {
        /// What was typed, cut short.
        input: String,
    },
    /// The last digit does not follow from the others.
    #[error(
        "`{input}` is not an NPI: its first nine digits call for a last digit of {expected}, not {found}; compare it with the source, digit by digit"
    )]
    CheckDigit {
        /// What was typed, cut short.
        input: String,
        /// The digit that the first nine call for.
        expected: u8,
        /// The digit that is there.
        found: u8,
    },
}

impl NpiError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "C0201",
            Self::FirstDigit { .. } => "C0202",
            Self::CheckDigit { .. } => "C0203",
        }
    }
}

impl Npi {
    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether bytes without blanks around them are an NPI. Parsing says why they are not.
    ///
    /// ```
    /// assert!(codes::Npi::is_one(b"1234567893") && !codes::Npi::is_one(b"1234567890"));
    /// ```
    #[must_use]
    pub fn is_one(bytes: &[u8]) -> bool {
        let Some((first_nine, [last])) = bytes.split_first_chunk::<9>() else { return false };
        bytes.iter().all(u8::is_ascii_digit)
            && matches!(first_nine[0], b'1' | b'2')
            && check_digit(first_nine) == *last - b'0'
    }
}

impl FromStr for Npi {
    type Err = NpiError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let shape = || NpiError::Shape { input: quoted(text) };
        if trimmed.len() != 10 || !trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(shape());
        }
        let inline = Inline::new(trimmed).ok_or_else(shape)?;
        let (first_nine, last) = inline.as_bytes().split_at(9);
        if !matches!(first_nine[0], b'1' | b'2') {
            return Err(NpiError::FirstDigit { input: quoted(text) });
        }
        let expected = check_digit(first_nine);
        let found = last[0] - b'0';
        if found != expected {
            return Err(NpiError::CheckDigit { input: quoted(text), expected, found });
        }
        Ok(Self(inline))
    }
}

impl fmt::Display for Npi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_traits!(Npi);

/// The Luhn digit of `80840` and these nine digits.
fn check_digit(first_nine: &[u8]) -> u8 {
    // The fixed prefix adds 24 to any sum (8 + 0 + 8 + 0·2 + 4·2, as doubled).
    const PREFIX_SUM: u32 = 24;
    let sum: u32 = first_nine
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &byte)| {
            let digit = u32::from(byte - b'0');
            match index % 2 {
                0 => digit * 2 / 10 + digit * 2 % 10,
                _ => digit,
            }
        })
        .sum();
    ((10 - (PREFIX_SUM + sum) % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_example() {
        // The worked example of the CMS check-digit paper: 123456789 → 3.
        assert_eq!(check_digit(b"123456789"), 3);
        assert_eq!("1234567893".parse::<Npi>().unwrap().as_str(), "1234567893");
    }

    #[test]
    fn bytes_are_one_where_they_parse() {
        for text in
            ["1234567893", "1234567890", "123456789", "12345678934", "3234567893", "12345678\u{e9}", "", "x234567893"]
        {
            assert_eq!(Npi::is_one(text.as_bytes()), text.parse::<Npi>().is_ok(), "{text}");
        }
    }

    #[test]
    fn error_names_the_expected_digit() {
        let error = "1234567890".parse::<Npi>().unwrap_err();
        assert_eq!(error, NpiError::CheckDigit { input: "1234567890".into(), expected: 3, found: 0 });
        assert!(error.to_string().contains("last digit of 3, not 0"));
    }

    #[test]
    fn every_single_digit_slip_is_found() {
        let good = "1234567893";
        for place in 0..10 {
            for digit in '0'..='9' {
                let mut slipped = good.to_owned();
                slipped.replace_range(place..=place, &digit.to_string());
                assert_eq!(slipped.parse::<Npi>().is_ok(), slipped == good, "{slipped}");
            }
        }
    }

    #[test]
    fn shapes() {
        for text in ["", "123456789", "12345678934", "123456789X", "１２３４５６７８９３"] {
            assert_eq!(text.parse::<Npi>().unwrap_err().code(), "C0201", "{text}");
        }
        assert_eq!("3234567891".parse::<Npi>().unwrap_err().code(), "C0202");
    }
}
