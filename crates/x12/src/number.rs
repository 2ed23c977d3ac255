//! Numbers as X12 writes them: a plain decimal with an optional sign, never a float.

use codes::Cents;
use thiserror::Error;

/// Why a value is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Nothing was sent.
    #[error("the amount is empty")]
    Empty,
    /// Something other than digits, one leading minus and one decimal point.
    #[error("the amount is not a plain decimal number")]
    Form,
    /// A fraction of a cent that is not zero.
    #[error("the amount has a fraction of a cent")]
    Fraction,
    /// More dollars than 64 bits of cents can hold.
    #[error("the amount is larger than any ledger here can hold")]
    Size,
}

/// Reads a monetary amount (data type R): `120`, `120.5`, `.5`, `-0`, `0`.
///
/// # Errors
/// When it is empty, not a plain decimal, finer than a cent, or too large.
#[inline]
pub fn amount(bytes: &[u8]) -> Result<Cents, AmountError> {
    match short_amount(bytes) {
        Some(amount) => Ok(amount),
        None => any_amount(bytes),
    }
}

/// An amount of the usual form: too short to overflow, and with two decimals at most.
#[inline]
fn short_amount(bytes: &[u8]) -> Option<Cents> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let (mut value, mut point) = (0_i64, usize::MAX);
    for (index, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            // Fifteen digits and two more stay far below what 64 bits hold.
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if *byte == b'.' && point == usize::MAX {
            point = index;
        } else {
            return None;
        }
    }
    // Without a point the number of decimals wraps round to the length.
    let scale = match (point, digits.len().wrapping_sub(point).wrapping_sub(1)) {
        (usize::MAX, _) => 100,
        (_, 1) => 10,
        (_, 2) => 1,
        _ => return None,
    };
    let cents = value.wrapping_mul(scale);
    Some(Cents(if negative { -cents } else { cents }))
}

fn any_amount(bytes: &[u8]) -> Result<Cents, AmountError> {
    let (negative, digits) = match bytes {
        [] => return Err(AmountError::Empty),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &[][..]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(AmountError::Form);
    }
    let mut cents: i64 = 0;
    let mut push = |byte: u8| {
        if !byte.is_ascii_digit() {
            return Err(AmountError::Form);
        }
        cents = cents
            .checked_mul(10)
            .and_then(|cents| cents.checked_add(i64::from(byte - b'0')))
            .ok_or(AmountError::Size)?;
        Ok(())
    };
    for byte in whole {
        push(*byte)?;
    }
    push(fraction.first().copied().unwrap_or(b'0'))?;
    push(fraction.get(1).copied().unwrap_or(b'0'))?;
    for byte in fraction.iter().skip(2) {
        match byte {
            b'0' => {}
            b'1'..=b'9' => return Err(AmountError::Fraction),
            _ => return Err(AmountError::Form),
        }
    }
    Ok(Cents(if negative { -cents } else { cents }))
}

/// As [`amount`], an absent element counting as nothing.
///
/// # Errors
/// As [`amount`], but never [`AmountError::Empty`].
pub fn amount_or_zero(bytes: &[u8]) -> Result<Cents, AmountError> {
    match amount(bytes) {
        Err(AmountError::Empty) => Ok(Cents(0)),
        other => other,
    }
}

/// Writes an amount the way X12 asks: no trailing zeros, no point without cents.
#[must_use]
pub fn write_amount(amount: Cents) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let cents = amount.0.unsigned_abs();
    let (whole, rest) = (cents / 100, cents % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        _ if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

/// A count in words: `1 claim`, `2 claims`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Reads a count (data type N0) of at most nine digits.
#[must_use]
pub fn count(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0_u64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

/// The same byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is above nine.
#[inline(always)]
fn no_digits(bytes: u64) -> u64 {
    // Adding 118 carries it into the highest bit, and a byte that has it already may carry into the next: then that one is told too.
    (bytes | bytes.wrapping_add(eight(0x76))) & eight(0x80)
}

/// What each of four pairs of digits counts, the first of them, and the third, in the highest half of a number each.
#[derive(Clone, Copy)]
struct Weights {
    first_and_third: u64,
    second_and_fourth: u64,
}

impl Weights {
    const fn new(weights: [u64; 4]) -> Self {
        let [first, second, third, fourth] = weights;
        Self { first_and_third: third | first << 32, second_and_fourth: fourth | second << 32 }
    }

    /// Eight digits, the first in the lowest byte, each as its value: the sum of their pairs, which must fit 32 bits.
    #[inline(always)]
    fn sum(&self, digits: u64) -> u32 {
        const EVERY_OTHER: u64 = 0x0000_00FF_0000_00FF;
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
        // The highest half of a product is the sum of both its pairs.
        let sum = (pairs & EVERY_OTHER)
            .wrapping_mul(self.first_and_third)
            .wrapping_add((pairs >> 16 & EVERY_OTHER).wrapping_mul(self.second_and_fourth));
        (sum >> 32) as u32
    }
}

/// Eight digits as one number, such as a date.
#[must_use]
#[inline(always)]
pub(crate) fn eight_digits(bytes: [u8; 8]) -> Option<u32> {
    let digits = u64::from_le_bytes(bytes) ^ eight(b'0');
    if no_digits(digits) != 0 {
        return None;
    }
    const { Weights::new([1_000_000, 10_000, 100, 1]) }.sum(digits).into()
}

/// An amount by where its point stands: the point, to be taken out, and what its pairs of digits count in cents.
#[derive(Clone, Copy)]
struct Form {
    point: u64,
    /// Bits that would make the sum too large.
    too_much: u64,
    weights: Weights,
}

/// A point as the value of a digit.
const POINT: u64 = (b'.' ^ b'0') as u64;

/// Amounts without a point, with two decimals, with one, and what has two points.
const FORMS: [Form; 4] = [
    Form { point: 0, too_much: 0xFF, weights: Weights::new([100_000_000, 1_000_000, 10_000, 100]) },
    Form { point: POINT << 40, too_much: 0, weights: Weights::new([100_000, 1000, 10, 1]) },
    Form { point: POINT << 48, too_much: 0, weights: Weights::new([1_000_000, 10_000, 100, 10]) },
    Form { point: 0, too_much: u64::MAX, weights: Weights::new([0; 4]) },
];

/// The cents of an amount of the usual form, from the last eight bytes up to its end and how many of them are its own: not
/// negative, of at most seven digits, and with one or two behind a point if there is one.
///
/// No step depends on its length or on where its point stands, so that nothing has to be guessed.
#[inline(always)]
#[must_use]
pub(crate) fn eight_byte_amount(bytes: &[u8; 8], length: usize) -> Option<i64> {
    if length.wrapping_sub(1) >= 8 {
        return None;
    }
    // A point that stands before the amount is told as well, and its place then holds no digit.
    let form = &FORMS[usize::from(bytes[5] == b'.') | usize::from(bytes[6] == b'.') << 1];
    // Bytes before the amount count as zeros.
    let others = 64_u32.wrapping_sub(8 * length as u32) & 63;
    let values = (u64::from_le_bytes(*bytes) ^ eight(b'0')) >> others << others;
    let digits = values ^ form.point;
    if no_digits(digits) | digits & form.too_much != 0 {
        return None;
    }
    Some(i64::from(form.weights.sum(digits)))
}

/// The values of up to four single digits with `separator` between them, from the first eight bytes; zeros where there are fewer.
#[inline(always)]
#[must_use]
pub(crate) fn single_digits(bytes: [u8; 8], length: usize, separator: u8) -> Option<[u8; 4]> {
    const DIGITS: u64 = 0x00FF_00FF_00FF_00FF;
    if length & 1 == 0 || length > 7 {
        return None;
    }
    let own = !(u64::MAX << ((8 * length as u32) & 63));
    let all = u64::from_le_bytes(bytes) & own;
    let values = (all ^ eight(b'0')) & DIGITS & own;
    let separators = all & !DIGITS;
    if separators != eight(separator) & !DIGITS & own || no_digits(values) != 0 {
        return None;
    }
    let pairs = (values | values >> 8) & 0x0000_FFFF_0000_FFFF;
    // INVARIANT: four bytes are left.
    Some(((pairs | pairs >> 16) as u32).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_of_every_form() {
        for (text, cents) in [
            ("0", 0),
            ("-0", 0),
            (".5", 50),
            ("120", 12_000),
            ("120.", 12_000),
            ("120.50", 12_050),
            ("-3.07", -307),
            ("120.5000", 12_050),
            ("999999999999999", 99_999_999_999_999_900),
        ] {
            assert_eq!(amount(text.as_bytes()), Ok(Cents(cents)), "{text}");
        }
        for (text, error) in [
            ("", AmountError::Empty),
            (".", AmountError::Form),
            ("-", AmountError::Form),
            ("1,000", AmountError::Form),
            ("$5", AmountError::Form),
            ("+5", AmountError::Form),
            ("1.2.3", AmountError::Form),
            ("1e3", AmountError::Form),
            ("0.005", AmountError::Fraction),
            ("999999999999999999", AmountError::Size),
        ] {
            assert_eq!(amount(text.as_bytes()), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_any(bytes in "-?[0-9.,x]{0,17}") {
            if let Some(amount) = short_amount(bytes.as_bytes()) {
                prop_assert_eq!(any_amount(bytes.as_bytes()), Ok(amount));
            }
        }

        #[test]
        fn eight_bytes_are_read_as_any(bytes in "-?[0-9.x]{0,10}", other: [u8; 8]) {
            let text = bytes.as_bytes();
            let all = [other.as_slice(), text].concat();
            let eight = all.last_chunk().unwrap();
            if let Some(cents) = eight_byte_amount(eight, text.len()) {
                prop_assert_eq!(any_amount(text), Ok(Cents(cents)));
            }
        }

        #[test]
        fn usual_amounts_fit_eight_bytes(cents in 0..10_000_000_i64) {
            let text = write_amount(Cents(cents));
            let all = format!("12345678{text}");
            let eight = all.as_bytes().last_chunk().unwrap();
            prop_assert_eq!(eight_byte_amount(eight, text.len()), Some(cents));
        }

        #[test]
        fn single_digits_are_their_values(bytes in "[0-9]([:][0-9x]){0,3}[:]?", other: [u8; 8]) {
            let text = bytes.as_bytes();
            let all = [text, &other].concat();
            let expected: Option<Vec<u8>> = bytes.split(':').map(|part| part.parse().ok()).collect();
            let found = single_digits(*all.first_chunk().unwrap(), text.len(), b':');
            prop_assert_eq!(found.is_some(), expected.is_some() && text.len() < 8);
            if let (Some(found), Some(mut expected)) = (found, expected) {
                expected.resize(4, 0);
                prop_assert_eq!(&found[..], &expected);
            }
        }

        #[test]
        fn eight_digits_are_a_number(bytes: [u8; 8], number in 0_u32..100_000_000) {
            let text = format!("{number:08}");
            prop_assert_eq!(eight_digits(text.as_bytes().try_into().unwrap()), Some(number));
            let expected = bytes.iter().all(u8::is_ascii_digit).then(|| count(&bytes).unwrap() as u32);
            prop_assert_eq!(eight_digits(bytes), expected);
        }

        #[test]
        fn what_is_written_reads_back(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
            let text = write_amount(Cents(cents));
            prop_assert_eq!(amount(text.as_bytes()), Ok(Cents(cents)));
            prop_assert!(!text.ends_with('.'));
            prop_assert!(!text.contains('.') || !text.ends_with('0'));
        }
    }
}
