//! Federal holidays, computed.

use jiff::civil::{Date, Weekday};

use super::add_days;

/// A legal public holiday of the United States (5 U.S.C. 6103(a)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FederalHoliday {
    /// Its plain name.
    pub name: &'static str,
    /// The day of the holiday itself.
    pub date: Date,
    /// The day federal offices close: the Friday before a Saturday
    /// (5 U.S.C. 6103(b)), the Monday after a Sunday (Executive Order 11582).
    pub observed: Date,
}

/// How a holiday finds its day.
enum Rule {
    Fixed(i8, i8),
    /// The nth such weekday of a month; -1 is the last.
    Nth(i8, Weekday, i8),
}

/// Name, rule, and the first year, where the holiday is young enough to matter
/// for the oldest claims.
const RULES: [(&str, Rule, i16); 11] = [
    ("New Year's Day", Rule::Fixed(1, 1), i16::MIN),
    ("Birthday of Martin Luther King, Jr.", Rule::Nth(1, Weekday::Monday, 3), 1986),
    ("Washington's Birthday", Rule::Nth(2, Weekday::Monday, 3), i16::MIN),
    ("Memorial Day", Rule::Nth(5, Weekday::Monday, -1), i16::MIN),
    ("Juneteenth National Independence Day", Rule::Fixed(6, 19), 2021),
    ("Independence Day", Rule::Fixed(7, 4), i16::MIN),
    ("Labor Day", Rule::Nth(9, Weekday::Monday, 1), i16::MIN),
    ("Columbus Day", Rule::Nth(10, Weekday::Monday, 2), i16::MIN),
    ("Veterans Day", Rule::Fixed(11, 11), i16::MIN),
    ("Thanksgiving Day", Rule::Nth(11, Weekday::Thursday, 4), i16::MIN),
    ("Christmas Day", Rule::Fixed(12, 25), i16::MIN),
];

/// The federal holidays whose own day is in `year`, in order; the observed day
/// of New Year's Day may fall into the year before.
///
/// The rules are today's; before 1986 some holidays had other days.
/// Inauguration Day, a holiday of the Washington area alone, is left out.
pub fn federal_holidays(year: i16) -> impl Iterator<Item = FederalHoliday> {
    RULES.into_iter().filter(move |(_, _, first_year)| year >= *first_year).filter_map(move |(name, rule, _)| {
        let date = match rule {
            Rule::Fixed(month, day) => Date::new(year, month, day).ok()?,
            Rule::Nth(month, weekday, nth) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()?
            }
        };
        Some(FederalHoliday { name, date, observed: observed(date) })
    })
}

fn observed(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => add_days(date, -1),
        Weekday::Sunday => add_days(date, 1),
        _ => date,
    }
}

/// Whether federal offices are closed for a holiday on this day.
#[must_use]
pub fn is_federal_holiday(day: Date) -> bool {
    // New Year's Day on a Saturday closes the last day of the year before.
    let eve = day.month() == 12 && day.day() == 31;
    let next_new_year = eve.then(|| day.year().checked_add(1).and_then(|year| Date::new(year, 1, 1).ok())).flatten();
    next_new_year.is_some_and(|new_year| observed(new_year) == day)
        || federal_holidays(day.year()).any(|holiday| holiday.observed == day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn observed_in(year: i16) -> Vec<(i8, i8)> {
        federal_holidays(year).map(|h| (h.observed.month(), h.observed.day())).collect()
    }

    /// The days the Office of Personnel Management published for these years.
    #[test]
    fn published_days() {
        assert_eq!(
            observed_in(2025),
            [(1, 1), (1, 20), (2, 17), (5, 26), (6, 19), (7, 4), (9, 1), (10, 13), (11, 11), (11, 27), (12, 25),]
        );
        assert_eq!(
            observed_in(2026),
            [(1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (12, 25),]
        );
        assert_eq!(
            observed_in(2027),
            [(1, 1), (1, 18), (2, 15), (5, 31), (6, 18), (7, 5), (9, 6), (10, 11), (11, 11), (11, 25), (12, 24),]
        );
    }

    #[test]
    fn new_year_on_a_saturday_closes_the_day_before() {
        // 1 January 2028 is a Saturday.
        assert!(is_federal_holiday(date(2027, 12, 31)));
        assert!(!is_federal_holiday(date(2028, 1, 1)));
        assert!(!is_federal_holiday(date(2026, 12, 31)));
        assert!(!is_federal_holiday(Date::MAX));
    }

    #[test]
    fn juneteenth_is_young() {
        assert!(!is_federal_holiday(date(2020, 6, 19)));
        assert!(is_federal_holiday(date(2021, 6, 18)));
    }
}
