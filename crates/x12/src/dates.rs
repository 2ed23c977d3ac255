//! Dates and periods as X12 writes them.

use jiff::civil::Date;

/// A day written `YYYYMMDD`.
#[must_use]
pub fn day(bytes: &[u8]) -> Option<Date> {
    if bytes.len() != 8 {
        return None;
    }
    let year = number(&bytes[..4])?;
    Date::new(year, small(&bytes[4..6])?, small(&bytes[6..])?).ok()
}

/// A day written `YYMMDD`, as in the interchange header; the century is the one from 2000 on.
#[must_use]
pub fn short_day(bytes: &[u8]) -> Option<Date> {
    if bytes.len() != 6 {
        return None;
    }
    let year = 2000 + number(&bytes[..2])?;
    Date::new(year, small(&bytes[2..4])?, small(&bytes[4..])?).ok()
}

/// First and last day of a value, by its format qualifier (`D8`, `RD8`, `DT`).
#[must_use]
pub fn period(qualifier: &[u8], value: &[u8]) -> Option<(Date, Date)> {
    match qualifier {
        b"D8" => day(value).map(|day| (day, day)),
        b"DT" => day(value.get(..8)?).map(|day| (day, day)),
        b"RD8" => {
            let dash = value.iter().position(|byte| *byte == b'-')?;
            Some((day(&value[..dash])?, day(&value[dash + 1..])?))
        }
        _ => None,
    }
}

/// A time of day written `HHMM`, `HHMMSS` or with up to two digits for parts of a second.
#[must_use]
pub fn is_time(bytes: &[u8]) -> bool {
    let within = |part: Option<&[u8]>, limit| match part {
        None => true,
        Some(part) => number(part).is_some_and(|value| value < limit),
    };
    matches!(bytes.len(), 4 | 6 | 7 | 8)
        && bytes.iter().all(u8::is_ascii_digit)
        && within(bytes.get(..2), 24)
        && within(bytes.get(2..4), 60)
        && within(bytes.get(4..6), 60)
}

/// Writes a day as `YYYYMMDD`.
#[must_use]
pub fn write_day(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| i16::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

fn small(digits: &[u8]) -> Option<i8> {
    number(digits).and_then(|value| i8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_days_of_the_calendar() {
        assert_eq!(day(b"20260228"), Some(date(2026, 2, 28)));
        for text in ["20251332", "20260229", "2026022", "2026-2-8", "00000000", "２０２６"] {
            assert_eq!(day(text.as_bytes()), None, "{text}");
        }
        assert_eq!(short_day(b"260105"), Some(date(2026, 1, 5)));
    }

    #[test]
    fn periods_by_qualifier() {
        let whole = (date(2026, 1, 2), date(2026, 1, 9));
        assert_eq!(period(b"RD8", b"20260102-20260109"), Some(whole));
        assert_eq!(period(b"RD8", b"20260102"), None);
        assert_eq!(period(b"D8", b"20260102-20260109"), None);
        assert_eq!(period(b"DT", b"202601021530"), Some((whole.0, whole.0)));
    }

    #[test]
    fn times_of_day() {
        assert!(is_time(b"1253") && is_time(b"235959") && is_time(b"23595999"));
        assert!(!is_time(b"2400") && !is_time(b"1260") && !is_time(b"12530") && !is_time(b""));
    }
}
