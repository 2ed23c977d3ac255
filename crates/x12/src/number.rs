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

/// Eight digits as one number, such as a date.
#[must_use]
#[inline(always)]
pub(crate) fn eight_digits(bytes: [u8; 8]) -> Option<u32> {
    let digits = u64::from_le_bytes(bytes) ^ 0x3030_3030_3030_3030;
    // What is no digit is above 9 now, and adding 118 carries it into the highest bit.
    let above = digits | digits.wrapping_add(0x7676_7676_7676_7676);
    if above & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Neighbours are joined to two digits, then four, then eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    let eight = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF;
    u32::try_from(eight).ok()
}

/// The cents of a positive amount of one to eight bytes, two decimals at most: the last eight bytes up to its end, and how
/// many of them are its own.
///
/// No step depends on its length or on where its point stands, so that nothing has to be guessed.
#[inline(always)]
#[must_use]
pub(crate) fn eight_byte_amount(bytes: [u8; 8], length: usize) -> Option<i64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    /// By the position of the point, 8 for none.
    const SCALES: [i64; 16] = [0, 0, 0, 0, 0, 1, 10, 100, 100, 0, 0, 0, 0, 0, 0, 0];
    if length == 0 || length > 8 {
        return None;
    }
    let own = u64::MAX << (64 - 8 * length);
    let text = u64::from_le_bytes(bytes) & own | ZEROS & !own;
    // A byte that is the point becomes zero, and only below a zero byte can the subtraction borrow: the lowest is right.
    let points = text ^ 0x2E2E_2E2E_2E2E_2E2E;
    let marked = points.wrapping_sub(0x0101_0101_0101_0101) & !points & 0x8080_8080_8080_8080;
    let lowest = (marked & marked.wrapping_neg()) >> 7;
    let has_point = u64::from(marked != 0);
    let below = lowest.wrapping_sub(has_point);
    let point = lowest.wrapping_mul(0xFF);
    // What stands before the point moves up by one byte in its place.
    let digits = (text & below) << 8 | text & !(below | point) | (0x30 * has_point);
    let scale = SCALES[(marked.trailing_zeros() / 8) as usize & 15];
    if scale == 0 || length == 1 && has_point == 1 {
        return None;
    }
    Some(i64::from(eight_digits(digits.to_le_bytes())?).wrapping_mul(scale))
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
            let eight = *all.last_chunk().unwrap();
            if let Some(cents) = eight_byte_amount(eight, text.len()) {
                prop_assert_eq!(any_amount(text), Ok(Cents(cents)));
            }
        }

        #[test]
        fn usual_amounts_fit_eight_bytes(cents in 0..10_000_000_i64) {
            let text = write_amount(Cents(cents));
            let all = format!("12345678{text}");
            let eight = *all.as_bytes().last_chunk().unwrap();
            prop_assert_eq!(eight_byte_amount(eight, text.len()), Some(cents));
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
