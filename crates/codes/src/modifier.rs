//! Modifiers of procedure codes.

use std::fmt;
use std::str::FromStr;

use crate::inline::{Inline, quoted, text_traits};
use crate::table::Table;

/// A two-character modifier of a procedure code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifier(Inline<2>);

/// Ids of HCPCS level II modifiers and of the CPT modifiers in common use.
const MODIFIERS: Table = Table::of_keys(include_bytes!("../../../library/codes/modifiers.txt"), 2);

/// Why a text is not a modifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModifierError {
    /// Not two letters or digits.
    #[error("`{input}` is not a modifier; write two letters or digits, such as `25` or `JZ`")]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
}

impl ModifierError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "C0501",
        }
    }
}

impl Modifier {
    /// The two characters, letters in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the modifier is on our list (ids as of June 2024; the source is
    /// in `library/codes/PROVENANCE.md`). A newer modifier is not on it, so
    /// `false` is a reason to look again, not to refuse a claim.
    #[must_use]
    pub fn exists(self) -> bool {
        MODIFIERS.find(self.0.as_bytes()).is_some()
    }

    /// A listed modifier that this one may have been meant to be: a look-alike
    /// (`O` for `0`) or its characters swapped. `None` for a listed modifier.
    #[must_use]
    pub fn nearest(self) -> Option<Modifier> {
        if self.exists() {
            return None;
        }
        let near = MODIFIERS.misread(self.0.as_bytes());
        near.first().and_then(|bytes| Inline::from_bytes(bytes)).map(Self)
    }
}

impl FromStr for Modifier {
    type Err = ModifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Inline::new(text.trim())
            .filter(|inline| inline.as_bytes().len() == 2)
            .map(Self)
            .ok_or_else(|| ModifierError::Shape { input: quoted(text) })
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_traits!(Modifier);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::assert_sound;

    fn modifier(text: &str) -> Modifier {
        text.parse().unwrap()
    }

    #[test]
    fn table_is_sound() {
        assert_sound(&MODIFIERS);
        assert!(MODIFIERS.len() > 400);
    }

    #[test]
    fn known_ones() {
        for text in ["25", "59", "jz", "JW", "GY", "GA", "GZ", "KX", "XE", "50", "LT"] {
            assert!(modifier(text).exists(), "{text}");
            assert_eq!(modifier(text).nearest(), None);
        }
        assert!(!modifier("ZZ").exists());
    }

    #[test]
    fn near_misses() {
        assert_eq!(modifier("S9").nearest(), Some(modifier("59")));
        assert_eq!(modifier("ZJ").nearest(), Some(modifier("JZ")));
        assert_eq!(modifier("98").nearest(), None);
    }

    #[test]
    fn shapes() {
        for text in ["", "2", "251", "2-", "é"] {
            assert_eq!(text.parse::<Modifier>().unwrap_err().code(), "C0501", "{text}");
        }
    }
}
