//! Amounts known only within bounds.

use std::fmt;

use crate::cents::Cents;

/// An amount known only within bounds: from `low` up to `high`, both included;
/// no `high` means no known upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Bounds"))]
pub struct CentsInterval {
    /// The least it can be.
    pub low: Cents,
    /// The most it can be, if that is known.
    pub high: Option<Cents>,
}

impl CentsInterval {
    /// From `low` to `high`; `None` if they are the wrong way round.
    #[must_use]
    pub fn new(low: Cents, high: Cents) -> Option<Self> {
        (low <= high).then_some(Self { low, high: Some(high) })
    }

    /// Exactly this amount.
    #[must_use]
    pub fn exact(amount: Cents) -> Self {
        Self { low: amount, high: Some(amount) }
    }

    /// This amount or more.
    #[must_use]
    pub fn at_least(low: Cents) -> Self {
        Self { low, high: None }
    }

    /// Whether the amount is within the bounds.
    #[must_use]
    pub fn contains(self, amount: Cents) -> bool {
        self.low <= amount && self.high.is_none_or(|high| amount <= high)
    }

    /// The amount, if there is only one it can be.
    #[must_use]
    pub fn as_exact(self) -> Option<Cents> {
        self.high.filter(|&high| high == self.low)
    }

    /// The bounds of the sum; `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(a.checked_add(b)?),
            _ => None,
        };
        Some(Self { low: self.low.checked_add(other.low)?, high })
    }
}

/// What is read before it is known that the bounds are in order.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    low: Cents,
    high: Option<Cents>,
}

#[cfg(feature = "serde")]
impl TryFrom<Bounds> for CentsInterval {
    type Error = String;

    fn try_from(Bounds { low, high }: Bounds) -> Result<Self, Self::Error> {
        match high {
            Some(high) => {
                Self::new(low, high).ok_or_else(|| format!("the upper bound `{high}` is below the lower `{low}`"))
            }
            None => Ok(Self::at_least(low)),
        }
    }
}

/// `$5.00`, `$5.00 to $20.00`, `$5.00 or more`.
impl fmt::Display for CentsInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.high {
            None => write!(f, "{} or more", self.low),
            Some(high) if high == self.low => write!(f, "{high}"),
            Some(high) => write!(f, "{} to {high}", self.low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        let some = CentsInterval::new(Cents(500), Cents(2_000)).unwrap();
        let open = CentsInterval::at_least(Cents(100));
        assert_eq!(some.to_string(), "$5.00 to $20.00");
        assert_eq!(open.to_string(), "$1.00 or more");
        assert_eq!(CentsInterval::exact(Cents(5)).to_string(), "$0.05");
        assert_eq!(some.checked_add(open), Some(CentsInterval::at_least(Cents(600))));
        assert_eq!(CentsInterval::new(Cents(2), Cents(1)), None);
        assert!(some.contains(Cents(2_000)) && !some.contains(Cents(2_001)));
        assert_eq!(some.as_exact(), None);
    }
}
