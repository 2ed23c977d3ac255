//! How the last moment to act follows from an event, where a law counts in its own way.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::{Period, PeriodError, add_days, add_months};
use crate::inline::{plural, quoted};

/// A length of time in days, months or hours. Written as a [`Period`], or `72 hours`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    /// Days, business days or months.
    Period(Period),
    /// Hours, nights and holidays included.
    Hours(u32),
}

/// What holds where a month lacks the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissingDay {
    /// The month's last day.
    #[default]
    LastOfMonth,
    /// The first day of the month after it (45 CFR 147.136(d)).
    FirstOfNext,
}

/// When the clock starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Starts {
    /// With the event; its day does not count.
    #[default]
    AtEvent,
    /// On the last day of the event's calendar year (45 CFR 164.408(c)).
    AtYearEnd,
}

/// How the last moment to act follows from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clock {
    /// How long there is.
    pub within: Within,
    /// Whether the act must come so long before the event, not after it.
    pub before: bool,
    /// When the clock starts.
    pub starts: Starts,
    /// After how long a notice counts as received.
    pub receipt: Option<Period>,
    /// What holds where a month lacks the day.
    pub missing: MissingDay,
}

/// The last moment to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The last day.
    Day(Date),
    /// The last minute.
    Moment(DateTime),
}

impl Clock {
    /// A clock that runs this long from the event.
    #[must_use]
    pub const fn new(within: Within) -> Self {
        Self { within, before: false, starts: Starts::AtEvent, receipt: None, missing: MissingDay::LastOfMonth }
    }

    /// The day on which the clock starts.
    #[must_use]
    pub fn start(self, event: Date) -> Date {
        let start = match self.starts {
            Starts::AtEvent => event,
            Starts::AtYearEnd => Date::new(event.year(), 12, 31).unwrap_or(Date::MAX),
        };
        self.receipt.map_or(start, |receipt| receipt.after(start))
    }

    /// The last moment to act. Hours run from the moment of the event.
    ///
    /// ```
    /// use codes::dates::{Clock, Due, Within};
    /// use jiff::civil::date;
    /// let refund = Clock::new("30 days".parse::<Within>()?);
    /// assert_eq!(refund.due(date(2026, 3, 2).into()), Due::Day(date(2026, 4, 1)));
    /// # Ok::<(), codes::dates::PeriodError>(())
    /// ```
    #[must_use]
    pub fn due(self, event: DateTime) -> Due {
        let start = self.start(event.date());
        match self.within {
            Within::Hours(hours) => {
                let hours = i64::from(hours) * if self.before { -1 } else { 1 };
                Due::Moment(event.saturating_add(hours.hours()))
            }
            Within::Period(period) if self.before => Due::Day(period.before(start)),
            Within::Period(Period::Months(months)) => Due::Day(self.months_after(start, months)),
            Within::Period(period) => Due::Day(period.after(start)),
        }
    }

    fn months_after(self, start: Date, months: u32) -> Date {
        let day = add_months(start, i32::try_from(months).unwrap_or(i32::MAX));
        match self.missing {
            MissingDay::FirstOfNext if day.day() != start.day() => add_days(day, 1),
            _ => day,
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Moment(moment) => {
                write!(f, "{} {:02}:{:02}", moment.date(), moment.hour(), moment.minute())
            }
        }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::Hours(hours) => write!(f, "{hours} hour{}", plural(*hours as usize)),
        }
    }
}

impl FromStr for Within {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        /// A month; whatever is longer is counted in days.
        const HOURS_MAX: u32 = 744;
        let hours = text.trim().strip_suffix("hours").or_else(|| text.trim().strip_suffix("hour"));
        let Some(hours) = hours else { return text.parse().map(Self::Period) };
        let hours = hours.trim().parse().map_err(|_| PeriodError::Number { input: quoted(text) })?;
        if hours > HOURS_MAX {
            return Err(PeriodError::TooLong { input: quoted(text) });
        }
        Ok(Self::Hours(hours))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn clock(within: &str) -> Clock {
        Clock::new(within.parse().unwrap())
    }

    #[test]
    fn months_without_the_day() {
        let last = clock("4 months");
        let first = Clock { missing: MissingDay::FirstOfNext, ..last };
        let from = |clock: Clock, day: Date| clock.due(day.into());
        assert_eq!(from(last, date(2026, 10, 30)), Due::Day(date(2027, 2, 28)));
        assert_eq!(from(first, date(2026, 10, 30)), Due::Day(date(2027, 3, 1)));
        assert_eq!(from(first, date(2026, 10, 28)), Due::Day(date(2027, 2, 28)));
        assert_eq!(from(first, date(2027, 10, 31)), Due::Day(date(2028, 3, 1)), "29 February 2028 lacks the 31st");
    }

    #[test]
    fn the_end_of_the_year_and_receipt() {
        let small = Clock { starts: Starts::AtYearEnd, ..clock("60 days") };
        assert_eq!(small.due(date(2026, 5, 1).into()), Due::Day(date(2027, 3, 1)));
        assert_eq!(small.due(date(2026, 12, 31).into()), Due::Day(date(2027, 3, 1)));
        assert_eq!(small.due(date(2027, 1, 1).into()), Due::Day(date(2028, 2, 29)), "2028 is a leap year");
        let received = Clock { receipt: Some(Period::Days(5)), ..clock("120 days") };
        assert_eq!(received.start(date(2026, 3, 2)), date(2026, 3, 7));
        assert_eq!(received.due(date(2026, 3, 2).into()), Due::Day(date(2026, 7, 5)));
    }

    #[test]
    fn hours_and_days_before() {
        let event = date(2026, 11, 25).at(9, 30, 0, 0);
        assert_eq!(clock("72 hours").due(event), Due::Moment(date(2026, 11, 28).at(9, 30, 0, 0)));
        assert_eq!(clock("72 hours").due(event).to_string(), "2026-11-28 09:30");
        let before = Clock { before: true, ..clock("1 business day") };
        assert_eq!(before.due(date(2026, 11, 30).into()), Due::Day(date(2026, 11, 27)));
    }

    #[test]
    fn text_and_back() {
        for text in ["72 hours", "1 hour", "3 business days", "12 months"] {
            assert_eq!(text.parse::<Within>().unwrap().to_string(), text);
        }
        assert_eq!("x hours".parse::<Within>().unwrap_err().code(), "C1201");
        assert_eq!("745 hours".parse::<Within>().unwrap_err().code(), "C1203");
    }
}
