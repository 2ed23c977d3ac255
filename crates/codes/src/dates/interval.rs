//! Half-open intervals of days.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::inline::{quoted, serde_text};

/// Days from `from` up to but not including `until`; without `until`, for
/// good. Written `2025-10-01..2026-10-01`, `2025-10-01..`.
///
/// Half-open, so that one version ends on the day the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first day.
    pub from: Date,
    /// The first day after the last, if there is a last.
    pub until: Option<Date>,
}

/// Why a text or a pair of days is not an interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntervalError {
    /// No day lies between the two.
    #[error("no day is from {from} until {until}; the second date is the first day after the last")]
    Empty {
        /// The first day.
        from: Date,
        /// The day after the last.
        until: Date,
    },
    /// Not two dates with two dots between.
    #[error("`{input}` is not an interval; write `2025-10-01..2026-10-01` or `2025-10-01..`")]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
}

impl IntervalError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "C1101",
            Self::Shape { .. } => "C1102",
        }
    }
}

impl Interval {
    /// Days from `from` up to but not including `until`.
    ///
    /// # Errors
    /// If no day is left between them.
    pub fn new(from: Date, until: Option<Date>) -> Result<Self, IntervalError> {
        match until {
            Some(until) if until <= from => Err(IntervalError::Empty { from, until }),
            _ => Ok(Self { from, until }),
        }
    }

    /// Whether the day is in the interval.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date < until)
    }

    /// The days in both, if there are any.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self::new(self.from.max(other.from), until).ok()
    }

    /// Whether a day is in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.intersection(other).is_some()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(f, "{}..{until}", self.from),
            None => write!(f, "{}..", self.from),
        }
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || IntervalError::Shape { input: quoted(text) };
        let (from, until) = text.split_once("..").ok_or_else(shape)?;
        let date = |text: &str| text.parse::<Date>().map_err(|_| shape());
        let until = match until.trim() {
            "" => None,
            until => Some(date(until)?),
        };
        Self::new(date(from.trim())?, until)
    }
}

serde_text!(Interval, |interval: &Interval| interval.to_string());

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn interval(text: &str) -> Interval {
        text.parse().unwrap()
    }

    #[test]
    fn the_end_is_not_inside() {
        let year = interval("2025-10-01..2026-10-01");
        assert!(year.contains(date(2025, 10, 1)) && year.contains(date(2026, 9, 30)));
        assert!(!year.contains(date(2025, 9, 30)) && !year.contains(date(2026, 10, 1)));
        assert!(interval("2025-10-01 ..").contains(Date::MAX));
    }

    #[test]
    fn versions_that_follow_each_other_do_not_overlap() {
        let (old, new) = (interval("2025-10-01..2026-10-01"), interval("2026-10-01.."));
        assert!(!old.overlaps(new));
        assert_eq!(old.intersection(interval("2026-01-01..")), Some(interval("2026-01-01..2026-10-01")));
    }

    #[test]
    fn text_and_back() {
        for text in ["2025-10-01..2026-10-01", "2025-10-01.."] {
            assert_eq!(interval(text).to_string(), text);
        }
        assert_eq!("2026-01-01..2026-01-01".parse::<Interval>().unwrap_err().code(), "C1101");
        for text in ["", "..", "2026-01-01", "2026-13-01..", "..2026-01-01"] {
            assert_eq!(text.parse::<Interval>().unwrap_err().code(), "C1102", "{text}");
        }
    }
}
