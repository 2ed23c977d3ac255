//! Periods and the last day to act.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::{add_business_days, add_days, add_months, days_between, next_business_day};
use crate::inline::{plural, quoted, serde_text};

/// A length of time as laws and contracts give it. Written `120 days`,
/// `10 business days`, `12 weeks`, `6 months`, `1 year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Calendar days; a week is seven.
    Days(u32),
    /// Days on which federal offices work.
    BusinessDays(u32),
    /// Calendar months; a year is twelve. A missing day is the month's last.
    Months(u32),
}

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// No whole number in front.
    #[error("`{input}` does not start with a whole number; write a period such as `120 days`")]
    Number {
        /// What was typed, cut short.
        input: String,
    },
    /// No such unit.
    #[error("`{input}` has no known unit; write days, business days, weeks, months or years")]
    Unit {
        /// What was typed, cut short.
        input: String,
    },
    /// Longer than the calendar.
    #[error("`{input}` is longer than a hundred years")]
    TooLong {
        /// What was typed, cut short.
        input: String,
    },
}

impl PeriodError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Number { .. } => "C1201",
            Self::Unit { .. } => "C1202",
            Self::TooLong { .. } => "C1203",
        }
    }
}

impl Period {
    /// The day this long after `start`; the start does not count. Stops at the
    /// end of the calendar.
    #[must_use]
    pub fn after(self, start: Date) -> Date {
        self.from(start, 1)
    }

    /// The day this long before `end`.
    #[must_use]
    pub fn before(self, end: Date) -> Date {
        self.from(end, -1)
    }

    fn from(self, date: Date, sign: i32) -> Date {
        let signed = |count: u32| i32::try_from(count).unwrap_or(i32::MAX) * sign;
        match self {
            Period::Days(days) => add_days(date, signed(days)),
            Period::BusinessDays(days) => add_business_days(date, signed(days)),
            Period::Months(months) => add_months(date, signed(months)),
        }
    }
}

/// `120 days`, `1 business day`, `6 months`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match *self {
            Period::Days(count) => (count, "day"),
            Period::BusinessDays(count) => (count, "business day"),
            Period::Months(count) => (count, "month"),
        };
        write!(f, "{count} {unit}{}", plural(count as usize))
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        /// Longer than any period of law or contract.
        const YEARS_MAX: u32 = 100;
        let mut words = text.split_whitespace();
        let count: u32 = words
            .next()
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| PeriodError::Number { input: quoted(text) })?;
        let unit: Vec<String> = words.map(str::to_ascii_lowercase).collect();
        let unit: Vec<&str> = unit.iter().map(String::as_str).collect();
        let (period, per_year) = match unit[..] {
            ["day" | "days"] => (Some(Period::Days(count)), 366),
            ["business", "day" | "days"] => (Some(Period::BusinessDays(count)), 366),
            ["week" | "weeks"] => (count.checked_mul(7).map(Period::Days), 53),
            ["month" | "months"] => (Some(Period::Months(count)), 12),
            ["year" | "years"] => (count.checked_mul(12).map(Period::Months), 1),
            _ => {
                return Err(PeriodError::Unit { input: quoted(text) });
            }
        };
        period.filter(|_| count <= YEARS_MAX * per_year).ok_or_else(|| PeriodError::TooLong { input: quoted(text) })
    }
}

serde_text!(Period, |period: &Period| period.to_string());

/// The last day to act: a period after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// The day of the event; it does not count.
    pub start: Date,
    /// How long there is.
    pub period: Period,
    /// Whether a last day on a weekend or federal holiday moves to the next
    /// business day. Only where the law or contract says so.
    pub moves_to_business_day: bool,
}

impl Deadline {
    /// The last day on which the act is in time.
    #[must_use]
    pub fn last_day(self) -> Date {
        let day = self.period.after(self.start);
        if self.moves_to_business_day { next_business_day(day) } else { day }
    }

    /// Whether `date` is after the last day.
    #[must_use]
    pub fn is_missed_on(self, date: Date) -> bool {
        date > self.last_day()
    }

    /// Calendar days from `date` to the last day; negative once it is missed.
    #[must_use]
    pub fn days_left(self, date: Date) -> i32 {
        days_between(date, self.last_day())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn text_and_back() {
        for (text, period) in [
            ("120 days", Period::Days(120)),
            ("1 day", Period::Days(1)),
            ("10 business days", Period::BusinessDays(10)),
            ("6 months", Period::Months(6)),
        ] {
            assert_eq!(text.parse(), Ok(period));
            assert_eq!(period.to_string(), text);
        }
        assert_eq!("12 weeks".parse(), Ok(Period::Days(84)));
        assert_eq!("1 Year".parse(), Ok(Period::Months(12)));
        assert_eq!("days".parse::<Period>().unwrap_err().code(), "C1201");
        assert_eq!("-3 days".parse::<Period>().unwrap_err().code(), "C1201");
        assert_eq!("3 fortnights".parse::<Period>().unwrap_err().code(), "C1202");
        assert_eq!("4000000000 years".parse::<Period>().unwrap_err().code(), "C1203");
    }

    #[test]
    fn a_claim_filed_within_a_calendar_year() {
        let filing = Deadline { start: date(2026, 2, 28), period: Period::Months(12), moves_to_business_day: false };
        // 28 February 2027 is a Sunday.
        assert_eq!(filing.last_day(), date(2027, 2, 28));
        assert!(!filing.is_missed_on(date(2027, 2, 28)));
        assert!(filing.is_missed_on(date(2027, 3, 1)));
        assert_eq!(filing.days_left(date(2027, 2, 26)), 2);
        let moved = Deadline { moves_to_business_day: true, ..filing };
        assert_eq!(moved.last_day(), date(2027, 3, 1));
    }

    #[test]
    fn before_and_after() {
        assert_eq!(Period::BusinessDays(3).before(date(2026, 11, 30)), date(2026, 11, 24));
        assert_eq!(Period::Months(1).before(date(2026, 3, 31)), date(2026, 2, 28));
        assert_eq!(Period::Days(u32::MAX).after(date(2026, 1, 1)), Date::MAX);
    }
}
