//! The form of a value, character by character.

use std::fmt;
use std::ops::RangeInclusive;

/// What each character of a value may be: a small part of what regular expressions say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    text: String,
    characters: Vec<Vec<RangeInclusive<u8>>>,
}

impl Shape {
    /// Reads a form: `[0-9A-F]` is one character of these ranges, any other character is itself.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut characters = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first == b'[' {
                let end = after.iter().position(|byte| *byte == b']')?;
                characters.push(ranges(&after[..end])?);
                rest = &after[end + 1..];
            } else {
                if !first.is_ascii_graphic() || *first == b']' {
                    return None;
                }
                characters.push(vec![*first..=*first]);
                rest = after;
            }
        }
        (!characters.is_empty()).then(|| Self { text: text.to_owned(), characters })
    }

    /// Whether a value has this form.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        value.len() == self.characters.len()
            && value.iter().zip(&self.characters).all(|(byte, ranges)| ranges.iter().any(|range| range.contains(byte)))
    }
}

/// Characters and ranges of characters, such as `AC-HJ`.
fn ranges(mut text: &[u8]) -> Option<Vec<RangeInclusive<u8>>> {
    let mut found = Vec::new();
    loop {
        text = match text {
            [] => break,
            [first, b'-', last, rest @ ..] if first.is_ascii_graphic() && first <= last && last.is_ascii_graphic() => {
                found.push(*first..=*last);
                rest
            }
            [b'-', ..] | [_, b'-', ..] => return None,
            [only, rest @ ..] if only.is_ascii_graphic() => {
                found.push(*only..=*only);
                rest
            }
            _ => return None,
        };
    }
    (!found.is_empty()).then_some(found)
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_told_by_character() {
        let shape = Shape::parse("P[1-9][AC-E]").unwrap();
        assert!(shape.fits(b"P1A") && shape.fits(b"P9D"));
        for other in ["P0A", "P1B", "P1", "P1AA", "p1A", ""] {
            assert!(!shape.fits(other.as_bytes()), "{other}");
        }
        for text in ["", "[", "[]", "[9-1]", "[-]", "[1-]", "A]", "[A", "[\u{e9}]", "\u{e9}"] {
            assert_eq!(Shape::parse(text), None, "{text}");
        }
    }
}
