//! Business days: Monday to Friday, without federal holidays.

use jiff::civil::{Date, Weekday};

use super::{add_days, is_federal_holiday};

/// Whether federal offices work on this day. Payers and states may keep other
/// holidays; their contracts say so.
#[must_use]
pub fn is_business_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_federal_holiday(date)
}

/// The day itself if it is a business day, else the first one after it.
#[must_use]
pub fn next_business_day(date: Date) -> Date {
    let mut day = date;
    while !is_business_day(day) && day < Date::MAX {
        day = add_days(day, 1);
    }
    day
}

/// The day that is `business_days` later or, if negative, earlier. The start
/// does not count, and none moves nothing. Stops at the ends of the calendar.
///
/// ```
/// use codes::dates::add_business_days;
/// use jiff::civil::date;
/// // The Wednesday before Thanksgiving 2026.
/// assert_eq!(add_business_days(date(2026, 11, 25), 1), date(2026, 11, 27));
/// ```
#[must_use]
pub fn add_business_days(date: Date, business_days: i32) -> Date {
    let step = business_days.signum();
    let mut left = business_days.unsigned_abs();
    let mut day = date;
    while left > 0 && day > Date::MIN && day < Date::MAX {
        day = add_days(day, step);
        if is_business_day(day) {
            left -= 1;
        }
    }
    day
}

/// Business days after `from`, up to and including `to`; none if `to` is not
/// later.
#[must_use]
pub fn business_days_between(from: Date, to: Date) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        day = add_days(day, 1);
        count += u32::from(is_business_day(day));
    }
    count
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn weekends_and_holidays_are_passed_over() {
        // Thursday 2 July 2026; the fourth is a Saturday, observed on Friday.
        assert_eq!(add_business_days(date(2026, 7, 2), 1), date(2026, 7, 6));
        assert_eq!(add_business_days(date(2026, 7, 6), -1), date(2026, 7, 2));
        assert_eq!(add_business_days(date(2026, 7, 4), 0), date(2026, 7, 4));
        assert_eq!(next_business_day(date(2026, 7, 3)), date(2026, 7, 6));
        assert_eq!(add_business_days(date(9999, 12, 1), i32::MAX), Date::MAX);
    }

    proptest! {
        #[test]
        fn there_and_back(start in 0i32..20_000, count in 0i32..400) {
            let from = next_business_day(add_days(date(1990, 1, 1), start));
            let to = add_business_days(from, count);
            prop_assert!(is_business_day(to));
            prop_assert_eq!(add_business_days(to, -count), from);
            prop_assert_eq!(i64::from(business_days_between(from, to)), i64::from(count));
        }
    }
}
