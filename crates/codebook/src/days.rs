//! From which day a file counts, read from its name or the text above its header.

use jiff::ToSpan;
use jiff::civil::Date;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Words of letters and words of digits: `HCPC2026_OCT` is `HCPC`, `2026`, `OCT`.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let joins =
            (c.is_ascii_digit() && last.is_ascii_digit()) || (c.is_ascii_alphabetic() && last.is_ascii_alphabetic());
        match words.last_mut() {
            Some(word) if joins => word.push(c.to_ascii_uppercase()),
            _ if c.is_ascii_alphanumeric() => words.push(c.to_ascii_uppercase().to_string()),
            _ => {}
        }
        last = c;
    }
    words
}

fn month(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|month| word.len() >= 3 && word.starts_with(month))?;
    i8::try_from(at + 1).ok()
}

/// A year from 1990 to 2099.
fn year(word: &str) -> Option<i16> {
    let year: i16 = (word.len() == 4).then(|| word.parse().ok())??;
    (1990..2100).contains(&year).then_some(year)
}

/// The first year that a text names.
pub(crate) fn first_year(text: &str) -> Option<i16> {
    words(text).iter().find_map(|word| year(word))
}

/// The first of the month that a text names beside a year: `2026_OCT`, `Oct2025`, `April-2026`, `2026 … July Release`.
pub(crate) fn month_and_year(text: &str) -> Option<Date> {
    let words = words(text);
    let year = words.iter().find_map(|word| year(word))?;
    let month = words.iter().find_map(|word| month(word))?;
    Date::new(year, month, 1).ok()
}

/// Dates that are written out: `July 1, 2026`.
pub(crate) fn long_dates(text: &str) -> Vec<Date> {
    let words = words(text);
    let three = words.windows(3).filter_map(|words| {
        let [first, second, third] = words else { return None };
        Date::new(year(third)?, month(first)?, second.parse().ok()?).ok()
    });
    three.collect()
}

/// A date in figures, month first: `07-01-2026`, `08/14/2025`.
pub(crate) fn figures(text: &str) -> Option<Date> {
    let words = words(text);
    words.windows(3).find_map(|words| {
        let [first, second, third] = words else { return None };
        Date::new(year(third)?, first.parse().ok()?, second.parse().ok()?).ok()
    })
}

/// `20260701` or `2026-07-01`.
pub(crate) fn iso(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}

/// The year that begins on 1 October of the year before.
pub(crate) fn fiscal_year(year: i16) -> Option<(Date, Option<Date>)> {
    Some((Date::new(year - 1, 10, 1).ok()?, Some(Date::new(year, 10, 1).ok()?)))
}

/// A calendar year.
pub(crate) fn calendar_year(year: i16) -> Option<(Date, Option<Date>)> {
    Some((Date::new(year, 1, 1).ok()?, Some(Date::new(year + 1, 1, 1).ok()?)))
}

/// Three months from a first day.
pub(crate) fn quarter(from: Date) -> (Date, Option<Date>) {
    (from, from.checked_add(3.months()).ok())
}

/// From a first day to the end of its year.
pub(crate) fn rest_of_year(from: Date) -> (Date, Option<Date>) {
    (from, Date::new(from.year() + 1, 1, 1).ok())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_of_names_and_titles() {
        assert_eq!(month_and_year("HCPC2026_OCT_ANWEB.csv"), Some(date(2026, 10, 1)));
        assert_eq!(month_and_year("OPPSCAP_Oct2025.csv"), Some(date(2025, 10, 1)));
        let title = "2026 National Physician Fee Schedule Relative Value File July Release";
        assert_eq!(month_and_year(title), Some(date(2026, 7, 1)));
        assert_eq!(month_and_year("releases of 2026"), None);
        assert_eq!(first_year("icd10cm_order_2026.txt"), Some(2026));
        assert_eq!(
            long_dates("Effective July 1, 2026 through September 30, 2026"),
            [date(2026, 7, 1), date(2026, 9, 30)]
        );
        assert_eq!(figures("MUE_Eff_07-01-2026.csv"), Some(date(2026, 7, 1)));
        assert_eq!(iso("20231332"), None);
        assert_eq!(iso("2023-12-31"), Some(date(2023, 12, 31)));
        assert_eq!(quarter(date(2026, 10, 1)).1, Some(date(2027, 1, 1)));
    }
}
