//! What a cell says: read in the ways that people write it, and never guessed.

use codes::{Cents, Npi, ProcedureCode, StateCode};
use jiff::civil::Date;

use super::CELL_CHARACTERS_MAX;
use super::ledger::Reason;

/// Nobody alive was born before.
const FIRST_YEAR: i16 = 1900;

/// Digits of a telephone number, with the country's.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What no cell of any field may be.
pub(super) fn check(cell: &str) -> Result<(), Reason> {
    if cell.chars().count() > CELL_CHARACTERS_MAX {
        return Err(Reason::TooLong);
    }
    if cell.chars().any(|char| char.is_control()) {
        return Err(Reason::Characters);
    }
    Ok(())
}

/// `2026-11-29`, or as it is written in the United States: `11/29/2026`, `11-29-2026`. Two digits of a year say no century.
pub(super) fn day(text: &str) -> Result<Date, Reason> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let [first, second, third] = parts[..] else { return Err(Reason::Day) };
    let (year, month, day) = if first.len() == 4 { (first, second, third) } else { (third, first, second) };
    if year.len() != 4 || !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Reason::Day);
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else { return Err(Reason::Day) };
    Date::new(year, month, day).map_err(|_| Reason::Day)
}

/// A date of birth lies between 1900 and today.
pub(super) fn birth_date(text: &str, today: Date) -> Result<Date, Reason> {
    let day = day(text)?;
    if day.year() < FIRST_YEAR || day > today { Err(Reason::BirthDate) } else { Ok(day) }
}

/// In the word of the case file.
pub(super) fn sex(text: &str) -> Result<&'static str, Reason> {
    match text.to_lowercase().as_str() {
        "f" | "female" | "woman" => Ok("female"),
        "m" | "male" | "man" => Ok("male"),
        _ => Err(Reason::Sex),
    }
}

/// Two letters, from letters or name.
pub(super) fn state(text: &str) -> Result<&'static str, Reason> {
    let is = |state: &StateCode| text.eq_ignore_ascii_case(state.as_str()) || text.eq_ignore_ascii_case(state.name());
    StateCode::ALL.iter().find(|state| is(state)).map(|state| state.as_str()).ok_or(Reason::State)
}

pub(super) fn npi(text: &str) -> Result<String, Reason> {
    text.parse::<Npi>().map(|npi| npi.as_str().to_string()).map_err(|_| Reason::Npi)
}

/// A whole number of cents that is not below nothing.
pub(super) fn price(text: &str) -> Result<i64, Reason> {
    let cents = text.parse::<Cents>().map_err(|_| Reason::Price)?;
    if cents.0 < 0 { Err(Reason::Price) } else { Ok(cents.0) }
}

/// Several codes in one cell.
pub(super) fn codes(text: &str) -> Result<Vec<String>, Reason> {
    let parts = text.split([',', ';', '/', ' ']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse::<ProcedureCode>().map(|code| code.to_string()).map_err(|_| Reason::Code)).collect()
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, Reason> {
    match text.to_lowercase().as_str() {
        "y" | "yes" | "true" | "1" | "active" | "enabled" => Ok(true),
        "n" | "no" | "false" | "0" | "inactive" | "disabled" | "ended" | "terminated" => Ok(false),
        _ => Err(Reason::YesOrNo),
    }
}

pub(super) fn phone(text: &str) -> Result<String, Reason> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = text.chars().all(|char| char.is_ascii_digit() || " +-().x".contains(char));
    if PHONE_DIGITS.contains(&digits) && is_number { Ok(text.to_string()) } else { Err(Reason::Phone) }
}

pub(super) fn email(text: &str) -> Result<String, Reason> {
    let whole = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@')
    });
    if whole && !text.contains(char::is_whitespace) { Ok(text.to_string()) } else { Err(Reason::Email) }
}

/// Five digits, or nine.
pub(super) fn zip(text: &str) -> Result<String, Reason> {
    let shape: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    match shape.as_str() {
        "00000" | "00000-0000" => Ok(text.to_string()),
        // A spreadsheet takes a ZIP code for a number and drops its first zero.
        "0000" => Ok(format!("0{text}")),
        _ => Err(Reason::Zip),
    }
}

/// Family and given names from one cell: `Family, Given`, or two words. Of three words, nobody knows where the family name begins.
pub(super) fn name(text: &str) -> Result<(String, String), Reason> {
    let (family, given) = match text.split_once(',') {
        Some((family, given)) if !given.contains(',') => (family.trim(), given.trim()),
        Some(_) => return Err(Reason::Name),
        None => match text.split_whitespace().collect::<Vec<_>>()[..] {
            [given, family] => (family, given),
            _ => return Err(Reason::Name),
        },
    };
    if family.is_empty() || given.is_empty() { Err(Reason::Name) } else { Ok((family.to_string(), given.to_string())) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days() {
        for text in ["1980-02-29", "2/29/1980", "02/29/1980", "02-29-1980"] {
            assert_eq!(day(text), Ok(date(1980, 2, 29)), "{text}");
        }
        for text in [
            "",
            "2/29/80",
            "29/2/1980",
            "1981-02-29",
            "Feb 29 1980",
            "1980",
            "1980-02-29T00:00",
            "+1/2/1980",
            "1/2/3/1980",
        ] {
            assert_eq!(day(text), Err(Reason::Day), "{text}");
        }
        let today = date(2026, 11, 29);
        assert_eq!(birth_date("2026-11-30", today), Err(Reason::BirthDate));
        assert_eq!(birth_date("1899-12-31", today), Err(Reason::BirthDate));
        assert_eq!(birth_date("2026-11-29", today), Ok(today));
    }

    #[test]
    fn words() {
        assert_eq!((sex("F"), sex("Male"), sex("unknown")), (Ok("female"), Ok("male"), Err(Reason::Sex)));
        assert_eq!((state("tx"), state("new york"), state("Bavaria")), (Ok("TX"), Ok("NY"), Err(Reason::State)));
        assert_eq!(
            (yes_or_no("Yes"), yes_or_no("terminated"), yes_or_no("")),
            (Ok(true), Ok(false), Err(Reason::YesOrNo))
        );
    }

    #[test]
    fn numbers() {
        assert_eq!(
            (price("$1,250.00"), price("14.5"), price("-1"), price("free")),
            (Ok(125_000), Ok(1450), Err(Reason::Price), Err(Reason::Price))
        );
        assert_eq!((npi("1234567893").as_deref(), npi("1234567890")), (Ok("1234567893"), Err(Reason::Npi)));
        assert_eq!(
            (zip("02134").as_deref(), zip("2134").as_deref(), zip("213")),
            (Ok("02134"), Ok("02134"), Err(Reason::Zip))
        );
        assert_eq!(codes("64615, j0585"), Ok(vec!["64615".to_string(), "J0585".to_string()]));
        assert_eq!(codes("botox"), Err(Reason::Code));
        assert!(phone("(555) 010-0199").is_ok() && phone("call me").is_err() && phone("12").is_err());
        assert!(email("ada@example.org").is_ok() && email("ada@example").is_err() && email("a b@example.org").is_err());
    }

    #[test]
    fn names() {
        let ada = ("Testperson".to_string(), "Ada".to_string());
        assert_eq!((name("Testperson, Ada"), name("Ada Testperson")), (Ok(ada.clone()), Ok(ada)));
        for text in ["Ada", "Ada van Testperson", "Testperson,", ", Ada", "a,b,c"] {
            assert_eq!(name(text), Err(Reason::Name), "{text}");
        }
    }
}
