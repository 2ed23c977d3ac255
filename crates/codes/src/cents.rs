//! Money in whole cents.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use crate::inline::{quoted, serde_text};

/// An amount of US dollars in whole cents; negative amounts are reversals and
/// refunds.
///
/// There are no `+` and `*` operators: an amount read from outside may be
/// anything, so every step that can overflow says so.
///
/// ```
/// use codes::Cents;
/// let charge: Cents = "$1,234.05".parse()?;
/// assert_eq!(charge, Cents(123_405));
/// assert_eq!(charge.mul_ratio(20, 100), Some(Cents(24_681)));
/// # Ok::<(), codes::ParseCentsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// Where a fraction of a cent goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// To the nearest cent, a half away from zero.
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

impl Cents {
    /// No money.
    pub const ZERO: Cents = Cents(0);

    /// Whole dollars; `None` on overflow.
    #[must_use]
    pub fn from_dollars(dollars: i64) -> Option<Cents> {
        dollars.checked_mul(100).map(Cents)
    }

    /// The sum; `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).map(Cents)
    }

    /// The difference; `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Cents) -> Option<Cents> {
        self.0.checked_sub(other.0).map(Cents)
    }

    /// The amount times a whole count, such as units; `None` on overflow.
    #[must_use]
    pub fn checked_mul(self, count: i64) -> Option<Cents> {
        self.0.checked_mul(count).map(Cents)
    }

    /// The amount with its sign turned; `None` for the one amount that has no
    /// opposite.
    #[must_use]
    pub fn checked_neg(self) -> Option<Cents> {
        self.0.checked_neg().map(Cents)
    }

    /// The sum of all; `None` as soon as it overflows.
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Cents>) -> Option<Cents> {
        amounts.into_iter().try_fold(Cents::ZERO, Cents::checked_add)
    }

    /// `numerator / denominator` of the amount, rounded to the nearest cent, a
    /// half away from zero: 20 % coinsurance is `mul_ratio(20, 100)`.
    ///
    /// `None` if the denominator is zero or the result overflows.
    #[must_use]
    pub fn mul_ratio(self, numerator: i64, denominator: i64) -> Option<Cents> {
        self.mul_ratio_rounded(numerator, denominator, Rounding::HalfUp)
    }

    /// As [`Cents::mul_ratio`], rounding as told.
    #[must_use]
    pub fn mul_ratio_rounded(self, numerator: i64, denominator: i64, rounding: Rounding) -> Option<Cents> {
        if denominator == 0 {
            return None;
        }
        // Products of two 64-bit numbers always fit 128 bits.
        let product = i128::from(self.0) * i128::from(numerator);
        let divisor = i128::from(denominator);
        let towards_zero = product / divisor;
        let remainder = (product % divisor).unsigned_abs();
        let away = match rounding {
            Rounding::Down => false,
            Rounding::Up => remainder != 0,
            Rounding::HalfUp => remainder * 2 >= divisor.unsigned_abs(),
        };
        let step = if (product < 0) == (divisor < 0) { 1 } else { -1 };
        let rounded = towards_zero + if away { step } else { 0 };
        i64::try_from(rounded).ok().map(Cents)
    }

    /// The amount split in proportion to `weights`, to the cent: each part rounded down, and the cents that are left over given to
    /// the parts that lost most by rounding, the earlier of equals first (largest remainder).
    ///
    /// `None` if there is no weight above zero, one below, or the amount is negative.
    ///
    /// ```
    /// use codes::Cents;
    /// let price: Cents = "1000.00".parse().unwrap();
    /// let parts = price.allocate(&[Cents(40_000); 3]).unwrap();
    /// assert_eq!(parts, [Cents(33_334), Cents(33_333), Cents(33_333)]);
    /// ```
    #[must_use]
    pub fn allocate(self, weights: &[Cents]) -> Option<Vec<Cents>> {
        let all: i128 = weights.iter().map(|weight| i128::from(weight.0)).sum();
        if all <= 0 || self.0 < 0 || weights.iter().any(|weight| weight.0 < 0) {
            return None;
        }
        let product = |weight: &Cents| i128::from(self.0) * i128::from(weight.0);
        let mut parts: Vec<i64> =
            weights.iter().map(|weight| i64::try_from(product(weight) / all).ok()).collect::<Option<_>>()?;
        let mut by_loss: Vec<usize> = (0..weights.len()).collect();
        by_loss.sort_by_key(|at| std::cmp::Reverse(product(&weights[*at]) % all));
        let left = usize::try_from(self.0 - parts.iter().sum::<i64>()).ok()?;
        by_loss.iter().take(left).for_each(|at| parts[*at] += 1);
        Some(parts.into_iter().map(Cents).collect())
    }

    /// The plain decimal that claims and JSON carry, such as `1234.05` or
    /// `-3.00`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
    }
}

/// `$1,234.05`, `-$3.00`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let dollars = (magnitude / 100).to_string();
        let mut text = String::with_capacity(dollars.len() * 2 + 5);
        text.push_str(if self.0 < 0 { "-$" } else { "$" });
        for (index, digit) in dollars.chars().enumerate() {
            if index > 0 && (dollars.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push_str(&format!(".{:02}", magnitude % 100));
        f.pad(&text)
    }
}

/// For amounts already known to be sane, such as lines of one claim.
///
/// # Panics
/// On overflow (92 quadrillion dollars); sums of outside data use
/// [`Cents::checked_sum`].
impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(amounts: I) -> Cents {
        Cents::checked_sum(amounts).expect("a sum of cents fits 64 bits")
    }
}

/// As the sum of owned amounts.
impl<'a> Sum<&'a Cents> for Cents {
    fn sum<I: Iterator<Item = &'a Cents>>(amounts: I) -> Cents {
        amounts.copied().sum()
    }
}

/// Why a text is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCentsError {
    /// Nothing between the spaces, or no digit.
    #[error("`{input}` holds no amount; write dollars and cents, such as `1234.05`")]
    Empty {
        /// What was typed, cut short.
        input: String,
    },
    /// A character that no amount has.
    #[error("`{found}` in `{input}` is not part of an amount; write dollars and cents, such as `1234.05`")]
    Character {
        /// What was typed, cut short.
        input: String,
        /// The first character that does not belong.
        found: char,
    },
    /// Commas that do not part thousands.
    #[error(
        "the commas in `{input}` do not part thousands; write `1,234.05` or `1234.05` with a point before the cents"
    )]
    Grouping {
        /// What was typed, cut short.
        input: String,
    },
    /// No digit, or more than two, after the point.
    #[error("`{input}` has {digits} digits after the point; cents have one or two")]
    Precision {
        /// What was typed, cut short.
        input: String,
        /// Digits after the point.
        digits: usize,
    },
    /// More than 64 bits of cents.
    #[error("`{input}` is larger than any amount of money here")]
    TooLarge {
        /// What was typed, cut short.
        input: String,
    },
}

impl ParseCentsError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "C0101",
            Self::Character { .. } => "C0102",
            Self::Grouping { .. } => "C0103",
            Self::Precision { .. } => "C0104",
            Self::TooLarge { .. } => "C0105",
        }
    }
}

impl FromStr for Cents {
    type Err = ParseCentsError;

    /// `1234.05`, `1,234.5`, `$12`, `.50`, `-$3.00`; spaces around are ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let input = || quoted(text);
        let trimmed = text.trim();
        let (negative, rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let rest = rest.strip_prefix('$').unwrap_or(rest);
        if let Some(found) = rest.chars().find(|c| !matches!(c, '0'..='9' | ',' | '.')) {
            return Err(ParseCentsError::Character { input: input(), found });
        }
        let (dollars, fraction) = match rest.split_once('.') {
            Some((dollars, fraction)) => (dollars, Some(fraction)),
            None => (rest, None),
        };
        if dollars.is_empty() && fraction.is_none_or(str::is_empty) {
            return Err(ParseCentsError::Empty { input: input() });
        }
        let fraction_cents = match fraction {
            None => 0,
            Some(digits) => fraction_cents(digits, &input)?,
        };
        if !grouped_in_thousands(dollars) {
            return Err(ParseCentsError::Grouping { input: input() });
        }
        // Counted down from zero, because the smallest amount has no positive twin.
        let mut cents: i64 = 0;
        let mut push = |digit: u8| -> Option<()> {
            cents = cents.checked_mul(10)?.checked_sub(i64::from(digit - b'0'))?;
            Some(())
        };
        let shown_cents = [b'0' + fraction_cents / 10, b'0' + fraction_cents % 10];
        dollars
            .bytes()
            .filter(u8::is_ascii_digit)
            .chain(shown_cents)
            .try_for_each(&mut push)
            .and_then(|()| if negative { Some(cents) } else { cents.checked_neg() })
            .map(Cents)
            .ok_or_else(|| ParseCentsError::TooLarge { input: input() })
    }
}

fn fraction_cents(digits: &str, input: &impl Fn() -> String) -> Result<u8, ParseCentsError> {
    if digits.contains([',', '.']) {
        let input = input();
        return Err(if digits.contains(',') {
            ParseCentsError::Grouping { input }
        } else {
            ParseCentsError::Character { input, found: '.' }
        });
    }
    match *digits.as_bytes() {
        [tenths] => Ok((tenths - b'0') * 10),
        [tenths, hundredths] => Ok((tenths - b'0') * 10 + (hundredths - b'0')),
        _ => Err(ParseCentsError::Precision { input: input(), digits: digits.len() }),
    }
}

/// Whether commas, if any, stand before each group of three digits.
fn grouped_in_thousands(dollars: &str) -> bool {
    let mut groups = dollars.split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    if rest.peek().is_none() {
        return true;
    }
    (1..=3).contains(&first.len()) && rest.all(|group| group.len() == 3)
}

serde_text!(Cents, |cents: &Cents| cents.to_decimal());

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(text: &str) -> Result<Cents, &'static str> {
        text.parse::<Cents>().map_err(|error| error.code())
    }

    #[test]
    fn display() {
        for (amount, text) in [
            (0, "$0.00"),
            (5, "$0.05"),
            (-300, "-$3.00"),
            (123_405, "$1,234.05"),
            (100_000_000, "$1,000,000.00"),
            (i64::MIN, "-$92,233,720,368,547,758.08"),
        ] {
            assert_eq!(Cents(amount).to_string(), text);
            assert_eq!(cents(text), Ok(Cents(amount)));
        }
        assert_eq!(format!("{:>10}", Cents(5)), "     $0.05");
    }

    #[test]
    fn parse() {
        for (text, amount) in
            [("1234.05", 123_405), ("1,234.5", 123_450), ("$12", 1_200), (" -$3.00 ", -300), (".50", 50), ("-0", 0)]
        {
            assert_eq!(cents(text), Ok(Cents(amount)), "{text}");
        }
    }

    #[test]
    fn parse_errors() {
        for (text, code) in [
            ("", "C0101"),
            ("$", "C0101"),
            (".", "C0101"),
            ("--3", "C0102"),
            ("3 000", "C0102"),
            ("12e3", "C0102"),
            ("1.2.3", "C0102"),
            ("(3.00)", "C0102"),
            ("1.234,50", "C0103"),
            ("12,34", "C0103"),
            (",123", "C0103"),
            ("1234,567", "C0103"),
            ("12.", "C0104"),
            ("12.345", "C0104"),
            ("92233720368547758.08", "C0105"),
            ("99999999999999999999999", "C0105"),
        ] {
            assert_eq!(cents(text), Err(code), "{text}");
        }
    }

    #[test]
    fn ratios_round_as_told() {
        let amount = Cents(125);
        assert_eq!(amount.mul_ratio(10, 100), Some(Cents(13)));
        assert_eq!(Cents(-125).mul_ratio(10, 100), Some(Cents(-13)));
        assert_eq!(amount.mul_ratio(10, -100), Some(Cents(-13)));
        assert_eq!(amount.mul_ratio_rounded(10, 100, Rounding::Down), Some(Cents(12)));
        assert_eq!(Cents(121).mul_ratio_rounded(10, 100, Rounding::Up), Some(Cents(13)));
        assert_eq!(Cents(120).mul_ratio_rounded(10, 100, Rounding::Up), Some(Cents(12)));
        assert_eq!(amount.mul_ratio(1, 0), None);
        assert_eq!(Cents(i64::MAX).mul_ratio(2, 1), None);
        assert_eq!(Cents(i64::MAX).mul_ratio(i64::MAX, i64::MAX), Some(Cents(i64::MAX)));
    }

    #[test]
    fn overflow_is_none() {
        assert_eq!(Cents(i64::MAX).checked_add(Cents(1)), None);
        assert_eq!(Cents(i64::MIN).checked_sub(Cents(1)), None);
        assert_eq!(Cents(i64::MIN).checked_neg(), None);
        assert_eq!(Cents(i64::MAX).checked_mul(2), None);
        assert_eq!(Cents::from_dollars(i64::MAX), None);
        assert_eq!(Cents::checked_sum([Cents(i64::MAX), Cents(1), Cents(-1)]), None);
        assert_eq!([Cents(1), Cents(2)].iter().sum::<Cents>(), Cents(3));
    }
}
