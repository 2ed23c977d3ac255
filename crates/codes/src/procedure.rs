//! Procedure and supply codes: CPT and HCPCS level II.

use std::fmt;
use std::str::FromStr;

use crate::inline::{Inline, quoted, text_traits};

/// A five-character code of a service, drug or supply, as it stands on a claim
/// line: CPT (HCPCS level I) or HCPCS level II.
///
/// Only the shape is known here. [`crate::hcpcs::lookup`] answers for level II;
/// CPT is the AMA's, and no table of it is held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcedureCode(Inline<5>);

/// Whose code it is, as its shape tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcedureKind {
    /// CPT category I: five digits.
    CptCategoryI,
    /// CPT category II, performance measures: four digits and `F`.
    CptCategoryII,
    /// CPT category III, emerging technology: four digits and `T`.
    CptCategoryIII,
    /// CPT codes with another last letter: `A` immunizations, `M` and `U`
    /// laboratory.
    CptOther,
    /// CDT dental codes, the ADA's: `D` and four digits.
    Dental,
    /// HCPCS level II, CMS's: another letter and four digits.
    HcpcsLevelII,
}

/// Why a text is not a procedure code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcedureCodeError {
    /// Not five characters.
    #[error("`{input}` is not a procedure code: it has {length} characters, not five")]
    Length {
        /// What was typed, cut short.
        input: String,
        /// Its length in characters.
        length: usize,
    },
    /// Five characters in no known order.
    #[error(
        "`{input}` is not a procedure code; write five digits (`64615`), four digits and a letter (`0419T`), or a letter and four digits (`J0585`)"
    )]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
    /// A code with its modifiers in one field.
    #[error("`{input}` is a code with something after it; modifiers and units have fields of their own")]
    Attached {
        /// What was typed, cut short.
        input: String,
    },
}

impl ProcedureCodeError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "C0401",
            Self::Shape { .. } => "C0402",
            Self::Attached { .. } => "C0403",
        }
    }
}

impl ProcedureCode {
    /// The five characters, letters in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whose code it is.
    #[must_use]
    pub fn kind(self) -> ProcedureKind {
        // INVARIANT: `from_str` admits only shapes that have a kind.
        kind_of(self.0.as_bytes()).expect("a procedure code has a known shape")
    }

    /// Whether it is one of the AMA's codes (HCPCS level I).
    #[must_use]
    pub fn is_cpt(self) -> bool {
        !matches!(self.kind(), ProcedureKind::Dental | ProcedureKind::HcpcsLevelII)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let inline = Inline::from_bytes(bytes)?;
        kind_of(inline.as_bytes()).map(|_| Self(inline))
    }

    pub(crate) fn padded(self) -> [u8; 5] {
        self.0.padded()
    }
}

fn kind_of(bytes: &[u8]) -> Option<ProcedureKind> {
    let &[first, ref middle @ .., last] = bytes else {
        return None;
    };
    if middle.len() != 3 || !middle.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match (first, last) {
        (b'0'..=b'9', b'0'..=b'9') => Some(ProcedureKind::CptCategoryI),
        (b'0'..=b'9', b'F') => Some(ProcedureKind::CptCategoryII),
        (b'0'..=b'9', b'T') => Some(ProcedureKind::CptCategoryIII),
        (b'0'..=b'9', b'A' | b'M' | b'U') => Some(ProcedureKind::CptOther),
        (b'D', b'0'..=b'9') => Some(ProcedureKind::Dental),
        (b'A'..=b'Z', b'0'..=b'9') => Some(ProcedureKind::HcpcsLevelII),
        _ => None,
    }
}

impl FromStr for ProcedureCode {
    type Err = ProcedureCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        if let Some(code) = Self::from_bytes(trimmed.as_bytes()) {
            return Ok(code);
        }
        let input = quoted(text);
        let length = trimmed.chars().count();
        let attached = trimmed.get(..5).is_some_and(|start| Self::from_bytes(start.as_bytes()).is_some())
            && trimmed.get(5..).is_some_and(|rest| rest.starts_with(['-', ' ', ':', ',']));
        Err(if attached {
            ProcedureCodeError::Attached { input }
        } else if length != 5 {
            ProcedureCodeError::Length { input, length }
        } else {
            ProcedureCodeError::Shape { input }
        })
    }
}

impl fmt::Display for ProcedureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_traits!(ProcedureCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (text, kind) in [
            ("64615", ProcedureKind::CptCategoryI),
            ("0503f", ProcedureKind::CptCategoryII),
            ("0419T", ProcedureKind::CptCategoryIII),
            ("0001U", ProcedureKind::CptOther),
            ("D0120", ProcedureKind::Dental),
            ("j0585", ProcedureKind::HcpcsLevelII),
        ] {
            let code: ProcedureCode = text.parse().unwrap();
            assert_eq!(code.kind(), kind, "{text}");
            assert_eq!(code.to_string(), text.to_uppercase());
            assert_eq!(code.is_cpt(), text.starts_with(|c: char| c.is_ascii_digit()));
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (text, code) in [
            ("", "C0401"),
            ("6461", "C0401"),
            ("646155", "C0401"),
            ("0419X", "C0402"),
            ("JJ585", "C0402"),
            ("ÄÄÄÄÄ", "C0402"),
            ("64615-25", "C0403"),
            ("J0585 JW", "C0403"),
            ("6461é5x", "C0401"),
        ] {
            assert_eq!(text.parse::<ProcedureCode>().unwrap_err().code(), code, "{text}");
        }
    }
}
