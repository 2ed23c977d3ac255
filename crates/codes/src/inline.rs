//! Short ASCII text stored inline, and the traits every identifier shares.

use std::fmt;

/// ASCII text of at most `N` bytes, padded with zero bytes, so that comparing
/// the arrays compares the texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Inline<const N: usize>([u8; N]);

impl<const N: usize> Inline<N> {
    /// The text in upper case; `None` if it is empty, too long, or holds
    /// anything but ASCII letters and digits.
    pub(crate) fn new(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    /// As [`Inline::new`].
    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text.len() > N || !text.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut bytes = [0; N];
        for (to, from) in bytes.iter_mut().zip(text) {
            *to = from.to_ascii_uppercase();
        }
        Some(Self(bytes))
    }

    pub(crate) fn as_str(&self) -> &str {
        // INVARIANT: only ASCII letters and digits before the padding.
        std::str::from_utf8(self.as_bytes()).expect("inline text is ASCII")
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap_or(N);
        &self.0[..length]
    }

    /// With the zero padding.
    pub(crate) fn padded(&self) -> [u8; N] {
        self.0
    }
}

/// What was typed, short enough for a message.
///
/// A person may paste anything into a field, so no more is repeated than
/// shows which entry is meant.
pub(crate) fn quoted(input: &str) -> String {
    const CHARACTERS_MAX: usize = 24;
    let mut shown: String =
        input.chars().take(CHARACTERS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if input.chars().nth(CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// `s` unless there is one.
pub(crate) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `Debug` as `Type(text)`, so that test failures read like the field's codes.
pub(crate) fn debug_text(name: &str, text: &dyn fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{name}({text})")
}

/// The traits that follow from `Display` and `FromStr`: `Debug`,
/// `TryFrom<&str>`, and with the feature `serde` the text form.
macro_rules! text_traits {
    ($type:ident) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::inline::debug_text(stringify!($type), self, f)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = <$type as std::str::FromStr>::Err;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        $crate::inline::serde_text!($type, |value: &$type| value.to_string());
    };
}
pub(crate) use text_traits;

/// `Serialize` by the given function, `Deserialize` by `FromStr`.
macro_rules! serde_text {
    ($type:ident, $to_text:expr) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let to_text: fn(&$type) -> String = $to_text;
                serializer.serialize_str(&to_text(self))
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("the text of one ", stringify!($type)))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(crate) use serde_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_text_order() {
        let short = Inline::<4>::new("A1").unwrap();
        let long = Inline::<4>::new("a10").unwrap();
        assert!(short < long);
        assert_eq!(long.as_str(), "A10");
        assert!(Inline::<4>::new("A1000").is_none());
        assert!(Inline::<4>::new("A-1").is_none());
    }

    #[test]
    fn long_input_is_cut_in_messages() {
        assert_eq!(quoted("short"), "short");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 25);
        assert_eq!(quoted("a\nb"), "a\u{fffd}b");
    }
}
