//! Sets of codes written as patterns, as coverage texts write them.

use std::str::FromStr;

use crate::icd10::{IcdCode, IcdCodeError};
use crate::inline::quoted;
use crate::procedure::{ProcedureCode, ProcedureCodeError, ProcedureKind};
use crate::ranges::Ranges;

/// A set of diagnosis codes.
///
/// | pattern | means |
/// |---|---|
/// | `G43.709` | this code |
/// | `C44.*`, `C44.1*` | the code itself and every code below it |
/// | `E08-E13` | these categories, both ends, and all below, in the order of the printed book: `C43-C44` holds `C4A` |
/// | `G43.701-G43.719` | two codes of one length: every code between in text order, both ends, and all below |
///
/// ```
/// use codes::IcdSet;
/// let skin_cancer: IcdSet = "C43-C44 D04.*".parse()?;
/// assert!(skin_cancer.contains("C4A.31".parse()?));
/// assert!(!skin_cancer.contains("C45.0".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcdSet(Ranges<ICD_KEY>);

/// A set of procedure codes.
///
/// | pattern | means |
/// |---|---|
/// | `64615` | this code |
/// | `64642-64647` | two codes of one kind: every code of that kind between, both ends |
///
/// ```
/// use codes::CodeSet;
/// let limbs: CodeSet = "64642-64647, J0585".parse()?;
/// assert!(limbs.contains("64644".parse()?));
/// assert!(!limbs.contains("64615".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeSet(Ranges<PROCEDURE_KEY>);

/// Why a pattern could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A diagnosis code in the pattern has no such shape.
    #[error("the pattern `{pattern}` holds no diagnosis code")]
    Icd {
        /// The pattern, cut short.
        pattern: String,
        /// What is wrong with the code.
        #[source]
        source: IcdCodeError,
    },
    /// A procedure code in the pattern has no such shape.
    #[error("the pattern `{pattern}` holds no procedure code")]
    Procedure {
        /// The pattern, cut short.
        pattern: String,
        /// What is wrong with the code.
        #[source]
        source: ProcedureCodeError,
    },
    /// The second end of a range is before the first.
    #[error("the range `{pattern}` runs backwards; write the lower code first")]
    Backwards {
        /// The pattern, cut short.
        pattern: String,
    },
    /// The ends of a range are not of one length, or not of one kind.
    #[error(
        "the ends of the range `{pattern}` are not alike; write two categories (`E08-E13`), two codes of one length, or two codes of one kind"
    )]
    EndsDiffer {
        /// The pattern, cut short.
        pattern: String,
    },
}

impl PatternError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Icd { .. } => "C1001",
            Self::Procedure { .. } => "C1002",
            Self::Backwards { .. } => "C1003",
            Self::EndsDiffer { .. } => "C1004",
        }
    }
}

/// Letter, digit, place of the category in its decade, third character, rest.
const ICD_KEY: usize = 8;
/// Kind, then the code.
const PROCEDURE_KEY: usize = 6;

/// Categories whose third character is a letter but that stand elsewhere in
/// the book than after the digits: the category, and the digit it follows.
/// `M1A` precedes `M10`, so it follows nothing in its decade.
const LETTERED_CATEGORIES: [(&[u8; 3], Option<u8>); 9] = [
    (b"C4A", Some(b'3')),
    (b"C7A", Some(b'5')),
    (b"C7B", Some(b'5')),
    (b"D3A", Some(b'6')),
    (b"I1A", Some(b'6')),
    (b"I5A", Some(b'2')),
    (b"J4A", Some(b'4')),
    (b"M1A", None),
    (b"Z3A", Some(b'6')),
];

/// A key that sorts categories as the book does and codes of one category as
/// text.
fn icd_key(code: IcdCode) -> [u8; ICD_KEY] {
    let [first, second, third, rest @ ..] = code.padded();
    let after = |digit: u8| (digit - b'0') * 2 + 2;
    let place = if third.is_ascii_digit() {
        after(third)
    } else {
        match LETTERED_CATEGORIES.iter().find(|(name, _)| **name == [first, second, third]) {
            Some((_, Some(digit))) => after(*digit) + 1,
            Some((_, None)) => 1,
            None => after(b'9') + 1,
        }
    };
    let mut key = [0; ICD_KEY];
    key[..4].copy_from_slice(&[first, second, place, third]);
    key[4..].copy_from_slice(&rest);
    key
}

/// The last key below this code.
fn icd_key_last(code: IcdCode) -> [u8; ICD_KEY] {
    let mut key = icd_key(code);
    key[code.as_str().len() + 1..].fill(0xFF);
    key
}

type Bounds<const N: usize> = ([u8; N], [u8; N]);

fn icd_bounds(pattern: &str) -> Result<Bounds<ICD_KEY>, PatternError> {
    let code =
        |text: &str| text.parse::<IcdCode>().map_err(|source| PatternError::Icd { pattern: quoted(pattern), source });
    if let Some(stem) = pattern.strip_suffix('*') {
        let code = code(stem.strip_suffix('.').unwrap_or(stem))?;
        return Ok((icd_key(code), icd_key_last(code)));
    }
    let Some((low, high)) = pattern.split_once('-') else {
        let key = icd_key(code(pattern)?);
        return Ok((key, key));
    };
    let (low, high) = (code(low)?, code(high)?);
    if low.as_str().len() != high.as_str().len() {
        return Err(PatternError::EndsDiffer { pattern: quoted(pattern) });
    }
    let (low, high) = (icd_key(low), icd_key_last(high));
    ordered(low, high, pattern)
}

fn procedure_key(code: ProcedureCode) -> [u8; PROCEDURE_KEY] {
    let kind = match code.kind() {
        ProcedureKind::CptCategoryI => 1,
        ProcedureKind::CptCategoryII => 2,
        ProcedureKind::CptCategoryIII => 3,
        // The last letter tells these apart: `0001A` and `0001U` are not neighbours.
        ProcedureKind::CptOther => code.padded()[4],
        ProcedureKind::Dental => 4,
        ProcedureKind::HcpcsLevelII => 5,
    };
    let mut key = [kind; PROCEDURE_KEY];
    key[1..].copy_from_slice(&code.padded());
    key
}

fn procedure_bounds(pattern: &str) -> Result<Bounds<PROCEDURE_KEY>, PatternError> {
    let key = |text: &str| {
        text.parse().map(procedure_key).map_err(|source| PatternError::Procedure { pattern: quoted(pattern), source })
    };
    let Some((low, high)) = pattern.split_once('-') else {
        let key = key(pattern)?;
        return Ok((key, key));
    };
    let (low, high) = (key(low)?, key(high)?);
    // The first letter of a level II code is its chapter: `J0585-Q4100` is a slip.
    let letters_differ = low[0] == 5 && low[1] != high[1];
    if low[0] != high[0] || letters_differ {
        return Err(PatternError::EndsDiffer { pattern: quoted(pattern) });
    }
    ordered(low, high, pattern)
}

fn ordered<const N: usize>(low: [u8; N], high: [u8; N], pattern: &str) -> Result<Bounds<N>, PatternError> {
    if low <= high { Ok((low, high)) } else { Err(PatternError::Backwards { pattern: quoted(pattern) }) }
}

/// What both sets do alike.
macro_rules! code_set {
    ($set:ident, $code:ty, $key:path, $bounds:path) => {
        impl $set {
            /// The union of these patterns.
            ///
            /// # Errors
            /// If a pattern holds no code, or is no range.
            pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
                let ranges: Result<Vec<_>, _> = patterns.into_iter().map(|pattern| $bounds(pattern.trim())).collect();
                ranges.map(|ranges| Self(Ranges::new(ranges)))
            }

            /// Whether the code is in the set: a binary search, without
            /// allocation. Whether the code exists is not asked.
            #[must_use]
            pub fn contains(&self, code: $code) -> bool {
                self.0.contains(&$key(code))
            }

            /// Whether a code could be in both sets.
            #[must_use]
            pub fn intersects(&self, other: &Self) -> bool {
                self.0.intersects(&other.0)
            }

            /// All codes of either set.
            #[must_use]
            pub fn union(&self, other: &Self) -> Self {
                Self(self.0.union(&other.0))
            }

            /// Whether no code is in the set.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl FromStr for $set {
            type Err = PatternError;

            /// Patterns parted by spaces or commas; none is the empty set.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text.split(|c: char| c.is_whitespace() || c == ',').filter(|pattern| !pattern.is_empty()))
            }
        }

        impl FromIterator<$code> for $set {
            fn from_iter<I: IntoIterator<Item = $code>>(codes: I) -> Self {
                Self(Ranges::new(codes.into_iter().map(|code| ($key(code), $key(code))).collect()))
            }
        }
    };
}

code_set!(IcdSet, IcdCode, icd_key, icd_bounds);
code_set!(CodeSet, ProcedureCode, procedure_key, procedure_bounds);

#[cfg(test)]
mod tests {
    use super::*;

    fn icd(patterns: &str) -> IcdSet {
        patterns.parse().unwrap()
    }

    fn has(set: &IcdSet, code: &str) -> bool {
        set.contains(code.parse().unwrap())
    }

    #[track_caller]
    fn holds(patterns: &str, inside: &[&str], outside: &[&str]) {
        let set = icd(patterns);
        for code in inside {
            assert!(has(&set, code), "{patterns} lacks {code}");
        }
        for code in outside {
            assert!(!has(&set, code), "{patterns} holds {code}");
        }
    }

    #[test]
    fn exact_and_below() {
        holds("G43.709", &["G43.709"], &["G43.70", "G43.7091", "G43.701"]);
        holds("C44.*", &["C44", "C44.1", "C44.1121"], &["C43.9", "C45", "C4A.0"]);
        holds("C44*", &["C44", "C44.99"], &["C43"]);
        holds("C44.11*", &["C44.11", "C44.1121"], &["C44.12", "C44.1"]);
        holds("", &[], &["G43.709"]);
    }

    #[test]
    fn categories_in_the_order_of_the_book() {
        holds("E08-E13", &["E08", "E08.00", "E11.9", "E13", "E13.9"], &["E07.9", "E14", "E14.0"]);
        holds("C43-C44", &["C43.0", "C4A.0", "C44.99"], &["C45.0", "C49.9"]);
        holds("C45-C49", &["C45.0", "C49.9"], &["C4A.0", "C44"]);
        holds("C00-C75", &["C75.9"], &["C7A.00", "C76.0"]);
        holds("C7A-C80", &["C7A.00", "C7B.8", "C76.0", "C80.2"], &["C75.9"]);
        holds("M05-M14", &["M1A.9XX1", "M10.9", "M05.9"], &["M15.0"]);
        holds("O94-O9A", &["O99.0", "O9A.2"], &["O93"]);
        holds("Z30-Z39", &["Z3A.00", "Z36.0"], &["Z40.0"]);
        holds("Z3A-Z37", &["Z3A.00", "Z37.0"], &["Z36.0", "Z38"]);
        holds("Q99-QA0", &["Q99.9", "QA0.0101"], &["R00"]);
    }

    #[test]
    fn code_ranges() {
        holds(
            "G43.701-G43.719",
            &["G43.701", "G43.709", "G43.711", "G43.719"],
            &["G43.70", "G43.7", "G43.801", "G43.619"],
        );
        holds("L90.0-L90.5", &["L90.0", "L90.5"], &["L90.8", "L90"]);
        holds("C44.00-C44.99", &["C44.00", "C44.1121", "C44.99"], &["C44", "C44.0"]);
    }

    #[test]
    fn lists_merge() {
        let set = icd("G43.709, C44.*\tC44.1 G43.70-G43.71");
        assert!(has(&set, "C44.1") && has(&set, "G43.709") && has(&set, "G43.719"));
        assert_eq!(set, icd("C44* G43.70-G43.71"));
        assert!(set.intersects(&icd("C00-C99")) && !set.intersects(&icd("A00-B99")));
        assert_eq!(icd("C44*").union(&icd("G43.70-G43.71")), set);
        assert!(icd("").is_empty() && !set.is_empty());
    }

    #[test]
    fn procedure_ranges() {
        let set: CodeSet = "64642-64647, J0585-J0589, 0001U-0010U".parse().unwrap();
        for code in ["64642", "64645", "64647", "J0585", "J0587", "0003U"] {
            assert!(set.contains(code.parse().unwrap()), "{code}");
        }
        for code in ["64641", "64648", "J0590", "0003A", "0003M", "0003T"] {
            assert!(!set.contains(code.parse().unwrap()), "{code}");
        }
        let near: CodeSet = "00010-00030".parse().unwrap();
        assert!(!near.contains("0001F".parse().unwrap()));
    }

    #[test]
    fn errors() {
        for (pattern, code) in
            [("*", "C1001"), ("G43.7-", "C1001"), ("G4.3", "C1001"), ("E13-E08", "C1003"), ("G43.7-G43.719", "C1004")]
        {
            assert_eq!(pattern.parse::<IcdSet>().unwrap_err().code(), code, "{pattern}");
        }
        for (pattern, code) in [
            ("646", "C1002"),
            ("64647-64642", "C1003"),
            ("64642-J0585", "C1004"),
            ("J0585-Q4100", "C1004"),
            ("0001A-0010U", "C1004"),
        ] {
            assert_eq!(pattern.parse::<CodeSet>().unwrap_err().code(), code, "{pattern}");
        }
    }
}
