//! Codes that were found right, so that the same code on the same day is looked up once.

use jiff::civil::Date;

use crate::table::packed;

/// Which check a code passed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    State = 1,
    Diagnosis,
    Procedure,
    Modifier,
    Place,
    Reason,
    Remark,
}

/// A check, a code, what else the check looks at, and a month; and the day of that month, as a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    words: [u64; 2],
    day: u64,
}

impl Key {
    /// The key of a code of eight bytes at most, beside other text of three bytes at most; of longer ones there is none.
    #[inline]
    pub(crate) fn new(check: Check, code: &[u8], beside: &[u8], day: Option<Date>) -> Option<Self> {
        if code.len() > 8 || beside.len() > 3 {
            return None;
        }
        // No day is the day 0 of month 0.
        let (month, day) = day.map_or((0, 1), |day| {
            let year = u64::from(day.year().cast_unsigned());
            (year << 4 | u64::from(day.month().cast_unsigned()), 1 << day.day().cast_unsigned())
        });
        let lengths = (code.len() << 2 | beside.len()) as u64;
        let rest = (check as u64) << 56 | lengths << 50 | packed(beside) << 25 | month;
        Some(Self { words: [packed(code), rest], day })
    }

    #[inline]
    fn place(self) -> usize {
        // Multiplying by a large odd number spreads the keys over the highest bits (Fibonacci hashing).
        let mixed = (self.words[0] ^ self.words[1].rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (u64::BITS - PLACES.trailing_zeros())) as usize
    }
}

/// Keys kept at most: hundreds of codes in each month of a year. Memory is only taken for those that are there.
const PLACES: usize = 1 << 12;

/// Keys that were kept with the days of their month, by their place, where no key is all zeros; a later one takes the place
/// of an earlier.
pub(crate) struct Known(Vec<[u64; 3]>);

impl Default for Known {
    fn default() -> Self {
        Self(vec![[0; 3]; PLACES])
    }
}

impl Known {
    #[inline]
    pub(crate) fn has(&self, key: Key) -> bool {
        let [first, second, days] = self.0[key.place()];
        [first, second] == key.words && days & key.day != 0
    }

    pub(crate) fn keep(&mut self, key: Key) {
        let [first, second, days] = &mut self.0[key.place()];
        if [*first, *second] == key.words {
            *days |= key.day;
        } else {
            ([*first, *second], *days) = (key.words, key.day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_key_is_kept_until_another_takes_its_place() {
        let day = Some(date(2026, 8, 3));
        let key = |code: &[u8]| Key::new(Check::Diagnosis, code, b"ABK", day).unwrap();
        let mut known = Known::default();
        assert!(!known.has(key(b"L700")));
        known.keep(key(b"L700"));
        assert!(known.has(key(b"L700")) && !known.has(key(b"L701")));
        let on = |day| Key::new(Check::Diagnosis, b"L700", b"ABK", day).unwrap();
        known.keep(on(Some(date(2026, 8, 31))));
        assert!(known.has(on(day)) && known.has(on(Some(date(2026, 8, 31)))));
        for other in [None, Some(date(2026, 8, 4)), Some(date(2026, 7, 3)), Some(date(2025, 8, 3))] {
            assert!(!known.has(on(other)), "{other:?}");
        }
        let same = (0..10_000_000_u32)
            .map(|number| format!("{number}"))
            .find(|number| key(number.as_bytes()).place() == key(b"L700").place());
        known.keep(key(same.unwrap().as_bytes()));
        assert!(!known.has(key(b"L700")));
    }

    #[test]
    fn keys_differ_in_all_that_was_looked_at() {
        let day = Some(date(2026, 8, 3));
        let one = Key::new(Check::Modifier, b"59", b"1", day);
        for other in [
            Key::new(Check::Place, b"59", b"1", day),
            Key::new(Check::Modifier, b"5", b"1", day),
            Key::new(Check::Modifier, b"\x0059", b"1", day),
            Key::new(Check::Modifier, b"59", b"", day),
            Key::new(Check::Modifier, b"59", b"\x001", day),
            Key::new(Check::Modifier, b"59", b"1", None),
            Key::new(Check::Modifier, b"59", b"1", Some(date(2025, 8, 3))),
            Key::new(Check::Modifier, b"59", b"1", Some(date(2026, 9, 3))),
            Key::new(Check::Modifier, b"59", b"1", Some(date(2026, 8, 4))),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(Key::new(Check::Reason, b"123456789", b"", None), None);
        assert_eq!(Key::new(Check::Reason, b"12345678", b"9012", None), None);
    }
}
