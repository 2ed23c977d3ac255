//! National Drug Codes.

use std::fmt;
use std::str::FromStr;

use crate::inline::{Inline, quoted, text_traits};

/// A National Drug Code in the eleven digits that claims carry (5-4-2).
///
/// Labels print ten digits as 4-4-2, 5-3-2 or 5-4-1; a zero is put before the
/// segment that is short. Whether the drug exists is not known here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ndc(Inline<11>);

/// Why a text is not an NDC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NdcError {
    /// Ten digits without hyphens can be three different drugs.
    #[error(
        "`{input}` has ten digits and no hyphens, so the place of the missing zero is not known; copy the hyphens from the label"
    )]
    Ambiguous {
        /// What was typed, cut short.
        input: String,
    },
    /// No known form.
    #[error("`{input}` is not an NDC; write eleven digits, or the label's three groups such as `0023-1145-01`")]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
}

impl NdcError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "C0801",
            Self::Shape { .. } => "C0802",
        }
    }
}

impl Ndc {
    /// The eleven digits without hyphens, as claims carry them.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Ndc {
    type Err = NdcError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || NdcError::Shape { input: quoted(text) };
        let trimmed = text.trim();
        if !trimmed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(shape());
        }
        let groups: Vec<&str> = trimmed.splitn(4, '-').collect();
        let digits = match groups[..] {
            [plain] if plain.len() == 10 => {
                return Err(NdcError::Ambiguous { input: quoted(text) });
            }
            [plain] if plain.len() == 11 => plain.to_owned(),
            [labeler, product, package] => match (labeler.len(), product.len(), package.len()) {
                (5, 4, 2) | (4, 4, 2) | (5, 3, 2) | (5, 4, 1) => {
                    format!("{labeler:0>5}{product:0>4}{package:0>2}")
                }
                _ => return Err(shape()),
            },
            _ => return Err(shape()),
        };
        Inline::new(&digits).map(Self).ok_or_else(shape)
    }
}

/// With hyphens, 5-4-2.
impl fmt::Display for Ndc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        f.pad(&format!("{}-{}-{}", &digits[..5], &digits[5..9], &digits[9..]))
    }
}

text_traits!(Ndc);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_form() {
        for (label, digits) in [
            ("12345-6789-01", "12345678901"),
            ("1234-5678-90", "01234567890"),
            ("12345-678-90", "12345067890"),
            ("12345-6789-0", "12345678900"),
            ("12345678901", "12345678901"),
        ] {
            let ndc: Ndc = label.parse().unwrap();
            assert_eq!(ndc.digits(), digits);
            assert_eq!(ndc.to_string().parse(), Ok(ndc));
        }
    }

    #[test]
    fn a_missing_zero_is_not_guessed() {
        assert_eq!("1234567890".parse::<Ndc>().unwrap_err().code(), "C0801");
        for text in ["", "123", "1234-567-890", "12345-6789-01-2", "12345 6789 01", "1-2-3"] {
            assert_eq!(text.parse::<Ndc>().unwrap_err().code(), "C0802", "{text}");
        }
    }
}
