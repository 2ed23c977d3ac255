//! Civil dates as billing counts them: months, ages, business days, deadlines.
//!
//! No clock and no time zones: today is an argument.

mod business;
mod clock;
mod deadline;
mod holidays;
mod interval;

pub use business::{add_business_days, business_days_between, is_business_day, next_business_day};
pub use clock::{Clock, Due, MissingDay, Starts, Within};
pub use deadline::{Deadline, Period, PeriodError};
pub use holidays::{FederalHoliday, federal_holidays, is_federal_holiday};
pub use interval::{Interval, IntervalError};

use jiff::ToSpan;
use jiff::civil::Date;

/// The same day of the month, `months` later or, if negative, earlier; a day
/// that the month lacks is its last. Stops at the ends of the calendar (years
/// -9999 and 9999).
///
/// ```
/// use codes::dates::add_months;
/// use jiff::civil::date;
/// assert_eq!(add_months(date(2026, 1, 31), 1), date(2026, 2, 28));
/// assert_eq!(add_months(date(2028, 2, 29), -12), date(2027, 2, 28));
/// ```
#[must_use]
pub fn add_months(date: Date, months: i32) -> Date {
    // jiff counts no more than this many months, about twice its calendar.
    const MONTHS_MAX: i32 = 239_976;
    date.saturating_add(months.clamp(-MONTHS_MAX, MONTHS_MAX).months())
}

/// The day `days` later or, if negative, earlier. Stops at the ends of the
/// calendar.
#[must_use]
pub fn add_days(date: Date, days: i32) -> Date {
    // jiff counts no more than this many days, about twice its calendar.
    const DAYS_MAX: i32 = 7_304_484;
    date.saturating_add(days.clamp(-DAYS_MAX, DAYS_MAX).days())
}

/// Days from `from` to `to`; negative if `to` is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Whole months from `from` to `to`: the most months that, added to `from` by
/// [`add_months`], do not pass `to`. Negative if `to` is earlier, and then
/// counted from `to`.
///
/// ```
/// use codes::dates::months_between;
/// use jiff::civil::date;
/// assert_eq!(months_between(date(2026, 1, 31), date(2026, 2, 28)), 1);
/// assert_eq!(months_between(date(2026, 1, 15), date(2026, 3, 14)), 1);
/// ```
#[must_use]
pub fn months_between(from: Date, to: Date) -> i32 {
    if to < from {
        return -months_between(to, from);
    }
    let years = i32::from(to.year()) - i32::from(from.year());
    let months = years * 12 + i32::from(to.month()) - i32::from(from.month());
    if add_months(from, months) <= to { months } else { months - 1 }
}

/// Age in completed years; `None` before birth. Who was born on 29 February is
/// a year older on 28 February of a common year.
#[must_use]
pub fn age_on(birth: Date, date: Date) -> Option<u16> {
    if date < birth {
        return None;
    }
    u16::try_from(months_between(birth, date) / 12).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_date()(year in 1900i16..2100, day in 0i32..366) -> Date {
            add_days(date(year, 1, 1), day)
        }
    }

    #[test]
    fn a_missing_day_is_the_months_last() {
        assert_eq!(add_months(date(2026, 8, 31), 6), date(2027, 2, 28));
        assert_eq!(add_months(date(2027, 8, 31), 6), date(2028, 2, 29));
        assert_eq!(add_months(date(2026, 3, 31), -1), date(2026, 2, 28));
        assert_eq!(add_months(date(2026, 5, 31), 1), date(2026, 6, 30));
        assert_eq!(add_months(date(2026, 5, 31), i32::MAX), Date::MAX);
        assert_eq!(add_days(date(2026, 5, 31), i32::MIN), Date::MIN);
    }

    #[test]
    fn ages() {
        let birth = date(1960, 3, 5);
        assert_eq!(age_on(birth, date(2025, 3, 4)), Some(64));
        assert_eq!(age_on(birth, date(2025, 3, 5)), Some(65));
        assert_eq!(age_on(birth, date(1960, 3, 5)), Some(0));
        assert_eq!(age_on(birth, date(1960, 3, 4)), None);
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 2, 27)), Some(17));
        assert_eq!(age_on(date(2008, 2, 29), date(2026, 2, 28)), Some(18));
    }

    proptest! {
        #[test]
        fn months_between_is_the_most_that_fit(from in any_date(), to in any_date()) {
            let (from, to) = (from.min(to), from.max(to));
            let months = months_between(from, to);
            prop_assert!(add_months(from, months) <= to);
            prop_assert!(add_months(from, months + 1) > to);
            prop_assert_eq!(months_between(to, from), -months);
        }

        #[test]
        fn days_there_and_back(from in any_date(), days in -40_000i32..40_000) {
            let to = add_days(from, days);
            prop_assert_eq!(days_between(from, to), days);
            prop_assert_eq!(add_days(to, -days), from);
        }
    }
}
