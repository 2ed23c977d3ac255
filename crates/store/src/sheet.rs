//! A key as lines that a person can copy from paper: four lines of three groups, each with check digits of its own.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Digits of base 32 without letters that are read wrong.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LINES: usize = 4;
/// 4 × 13 digits of 5 bits hold 256 bits and 4 more, which are zero.
const DATA: usize = 13;
const CHECK: usize = 2;
const GROUP: usize = 5;

/// Why lines of a recovery sheet are no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too few or too many digits.
    #[error("a recovery sheet has 4 lines of 15 digits and letters, here are {found} in all")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that no sheet has.
    #[error("line {line} has a character that no recovery sheet has")]
    Character {
        /// Which line.
        line: usize,
    },
    /// A line's check digits do not fit.
    #[error("line {line} was misread: its check digits do not fit")]
    Check {
        /// Which line.
        line: usize,
    },
}

/// The check digits of a line: ten bits of a hash over its number and digits.
fn check(line: usize, data: &[u8]) -> [u8; CHECK] {
    let hash = Sha256::new().chain_update(b"covered sheet 1").chain_update([line as u8]).chain_update(data).finalize();
    [hash[0] & 31, hash[1] & 31]
}

/// The lines of a key.
pub(crate) fn write(secret: &[u8; 32]) -> Zeroizing<String> {
    let mut digits = Zeroizing::new([0; LINES * DATA]);
    for (place, digit) in digits.iter_mut().enumerate() {
        for bit in 5 * place..5 * place + 5 {
            let value = secret.get(bit / 8).map_or(0, |byte| byte >> (7 - bit % 8) & 1);
            *digit = *digit << 1 | value;
        }
    }
    let mut text = Zeroizing::new(String::with_capacity(LINES * (DATA + CHECK + 4)));
    for (line, data) in digits.chunks(DATA).enumerate() {
        let check = check(line + 1, data);
        for (place, digit) in data.iter().chain(&check).enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(DIGITS[usize::from(*digit)]));
        }
        writeln!(text).expect("a string takes everything");
    }
    text
}

/// The key of the lines. Case, blanks and hyphens do not matter; O is read as 0, I and L as 1.
pub(crate) fn read(lines: &str) -> Result<Zeroizing<[u8; 32]>, SheetError> {
    let typed: Zeroizing<Vec<char>> =
        Zeroizing::new(lines.chars().filter(|char| !char.is_whitespace() && *char != '-').collect());
    if typed.len() != LINES * (DATA + CHECK) {
        return Err(SheetError::Length { found: typed.len() });
    }
    let mut secret = Zeroizing::new([0_u8; 32]);
    for (line, typed) in typed.chunks(DATA + CHECK).enumerate() {
        let mut digits = Zeroizing::new([0; DATA + CHECK]);
        for (digit, char) in digits.iter_mut().zip(typed) {
            *digit = value(*char).ok_or(SheetError::Character { line: line + 1 })?;
        }
        let (data, given) = digits.split_at(DATA);
        if given != check(line + 1, data) {
            return Err(SheetError::Check { line: line + 1 });
        }
        for (place, digit) in data.iter().enumerate() {
            for bit in 0..5 {
                let at = 5 * (line * DATA + place) + bit;
                let value = digit >> (4 - bit) & 1;
                match secret.get_mut(at / 8) {
                    Some(byte) => *byte |= value << (7 - at % 8),
                    None if value == 1 => return Err(SheetError::Check { line: line + 1 }),
                    None => {}
                }
            }
        }
    }
    Ok(secret)
}

fn value(char: char) -> Option<u8> {
    let char = match char.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        char => char,
    };
    let place = DIGITS.iter().position(|digit| char::from(*digit) == char)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn written_and_read(secret in any::<[u8; 32]>()) {
            let text = write(&secret);
            prop_assert_eq!(&*read(&text).unwrap(), &secret);
            let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(&*read(&sloppy).unwrap(), &secret);
        }

        #[test]
        fn anything_may_be_typed(text in "[0-9A-Za-z \\-\n!é]{0,90}") {
            if let Ok(secret) = read(&text) {
                prop_assert_eq!(&*read(&write(&secret)).unwrap(), &*secret);
            }
        }
    }

    #[test]
    fn a_misread_digit_names_its_line() {
        let text = write(&[7; 32]);
        let mut found = 0;
        for (at, char) in text.char_indices().filter(|(_, char)| char.is_ascii_alphanumeric()) {
            let other = if char == 'Z' { 'Y' } else { 'Z' };
            let mut wrong = text.to_string();
            wrong.replace_range(at..=at, &other.to_string());
            let line = text[..at].matches('\n').count() + 1;
            // Ten bits of check let one error in a thousand through.
            found += usize::from(read(&wrong) == Err(SheetError::Check { line }));
        }
        assert!(found >= 59, "{found} of 60");
    }
}
