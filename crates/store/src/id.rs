//! Identifiers: 128 bits, of which the first 48 are the time, so that rows of one hour lie side by side.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits of base 32 without letters that are read wrong: no i, l, o, u.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 26 digits of 5 bits hold 130: the first is at most 7.
const LENGTH: usize = 26;

/// The identifier of a `T`. It says nothing about whom it names, so that it may stand in logs, addresses and errors.
pub struct Id<T: ?Sized> {
    bits: u128,
    of: PhantomData<fn() -> T>,
}

impl<T: ?Sized> Id<T> {
    /// A new one, made at `at`: 48 bits of milliseconds, 80 bits of chance.
    ///
    /// # Panics
    /// When the system has no randomness to give, without which nothing here is safe.
    pub fn new(at: Timestamp) -> Id<T> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes[6..]).expect("the system gives random bytes");
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or_default();
        bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
        Id::from_bytes(bytes)
    }

    /// The identifier of sixteen bytes that [`Id::to_bytes`] gave.
    pub const fn from_bytes(bytes: [u8; 16]) -> Id<T> {
        Id { bits: u128::from_be_bytes(bytes), of: PhantomData }
    }

    /// Its bytes, the time first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.bits.to_be_bytes()
    }

    /// The same identifier as that of another noun: a record that was named without saying what it is.
    pub const fn cast<U: ?Sized>(self) -> Id<U> {
        Id { bits: self.bits, of: PhantomData }
    }
}

impl<T: ?Sized> Clone for Id<T> {
    fn clone(&self) -> Id<T> {
        *self
    }
}

impl<T: ?Sized> Copy for Id<T> {}

impl<T: ?Sized> PartialEq for Id<T> {
    fn eq(&self, other: &Id<T>) -> bool {
        self.bits == other.bits
    }
}

impl<T: ?Sized> Eq for Id<T> {}

impl<T: ?Sized> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Id<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: ?Sized> Ord for Id<T> {
    fn cmp(&self, other: &Id<T>) -> Ordering {
        self.bits.cmp(&other.bits)
    }
}

impl<T: ?Sized> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}

impl<T: ?Sized> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; LENGTH];
        for (place, digit) in text.iter_mut().enumerate() {
            let shift = 5 * (LENGTH - 1 - place);
            *digit = DIGITS[usize::from((self.bits >> shift) as u8 & 31)];
        }
        f.pad(std::str::from_utf8(&text).expect("the digits are ASCII"))
    }
}

impl<T: ?Sized> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stands where an identifier should is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: it has 26 digits and letters")]
pub struct IdError;

impl<T: ?Sized> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Id<T>, IdError> {
        let text = text.as_bytes();
        if text.len() != LENGTH || text[0] > b'7' {
            return Err(IdError);
        }
        let mut bits = 0;
        for byte in text {
            let digit = DIGITS.iter().position(|digit| digit == byte).ok_or(IdError)?;
            bits = bits << 5 | digit as u128;
        }
        Ok(Id { bits, of: PhantomData })
    }
}

impl<T: ?Sized> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<T>, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn text_and_back() {
        let id: Id<()> = Id::new(at(1_795_000_000));
        assert_eq!(id.to_string().parse(), Ok(id));
        for bytes in [[0; 16], [255; 16]] {
            let id: Id<()> = Id::from_bytes(bytes);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn later_ones_sort_later_as_text_too() {
        let (first, second): (Id<()>, Id<()>) = (Id::new(at(1_000_000_000)), Id::new(at(1_000_000_001)));
        assert!(first < second);
        assert!(first.to_string() < second.to_string());
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "0", "80000000000000000000000000", "0000000000000000000000000i", "00000000000000000000000000 "]
        {
            assert_eq!(text.parse::<Id<()>>(), Err(IdError), "{text}");
        }
    }
}
