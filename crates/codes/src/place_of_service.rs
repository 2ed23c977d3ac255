//! Place-of-service codes.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::{Date, date};

use crate::inline::{quoted, text_traits};

/// A two-digit place-of-service code of a professional claim, `01` to `99`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceOfService(u8);

/// Why a text is not a place of service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceOfServiceError {
    /// One digit, where a zero is missing or a digit was lost.
    #[error("`{input}` is not a place of service; write two digits, such as `0{input}` or `11`")]
    OneDigit {
        /// What was typed.
        input: String,
    },
    /// Not two digits, or `00`.
    #[error("`{input}` is not a place of service; write two digits, such as `11` for an office")]
    Shape {
        /// What was typed, cut short.
        input: String,
    },
}

impl PlaceOfServiceError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OneDigit { .. } => "C0601",
            Self::Shape { .. } => "C0602",
        }
    }
}

impl PlaceOfService {
    /// `11`, where most practices work.
    pub const OFFICE: PlaceOfService = PlaceOfService(11);

    /// The number, 1 to 99.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl FromStr for PlaceOfService {
    type Err = PlaceOfServiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match *text.trim().as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] if (tens, ones) != (b'0', b'0') => {
                Ok(Self((tens - b'0') * 10 + (ones - b'0')))
            }
            [b'1'..=b'9'] => Err(PlaceOfServiceError::OneDigit { input: text.trim().to_owned() }),
            _ => Err(PlaceOfServiceError::Shape { input: quoted(text) }),
        }
    }
}

impl fmt::Display for PlaceOfService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:02}", self.0))
    }
}

text_traits!(PlaceOfService);

/// Which of Medicare's two fee schedules a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// The facility bills for its own costs, and the clinician is paid less.
    Facility,
    /// The clinician bears the costs of the place.
    NonFacility,
}

/// What a place-of-service code is on a date of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceStatus {
    /// A place that CMS has named.
    Assigned {
        /// A short plain name.
        name: &'static str,
        /// The fee schedule it takes.
        setting: Setting,
    },
    /// CMS had given the number to no place by June 2024.
    Unassigned,
    /// The number was free when the table was made, and the date is later: not
    /// checked.
    NotChecked,
}

/// Rows `11,non-facility,office` below a heading; the name is the rest of the
/// row, commas and all.
const PLACES: &str = include_str!("../../../library/codes/place-of-service.csv");

/// The day after which the table says nothing about free numbers.
const TABLE_AS_OF: Date = date(2024, 6, 30);

/// What `code` is on `date`, by the CMS list of June 2024.
///
/// The list has no first days, so a place of that list counts as assigned on
/// earlier dates too.
#[must_use]
pub fn lookup(code: PlaceOfService, date: Date) -> PlaceStatus {
    match &BY_NUMBER[usize::from(code.0)] {
        Some(Place { name, setting, .. }) => PlaceStatus::Assigned { name, setting: *setting },
        None if date > TABLE_AS_OF => PlaceStatus::NotChecked,
        None => PlaceStatus::Unassigned,
    }
}

/// Every assigned code with its short name, in the order of the codes.
pub fn all() -> impl Iterator<Item = (PlaceOfService, &'static str)> {
    rows().map(|place| (place.code, place.name))
}

struct Place {
    code: PlaceOfService,
    setting: Setting,
    name: &'static str,
}

/// The rows by their number, of two digits.
static BY_NUMBER: LazyLock<[Option<Place>; 100]> = LazyLock::new(|| {
    let mut places = [const { None }; 100];
    for place in rows() {
        let number = usize::from(place.code.0);
        places[number] = Some(place);
    }
    places
});

fn rows() -> impl Iterator<Item = Place> {
    // INVARIANT: the tests read every row.
    PLACES.lines().skip(1).filter_map(|line| {
        let mut columns = line.splitn(3, ',');
        let code = columns.next()?.parse().ok()?;
        let setting = match columns.next()? {
            "facility" => Setting::Facility,
            _ => Setting::NonFacility,
        };
        Some(Place { code, setting, name: columns.next()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> PlaceOfService {
        text.parse().unwrap()
    }

    #[test]
    fn table_is_sound() {
        let codes: Vec<_> = rows().map(|place| place.code).collect();
        assert_eq!(codes.len(), PLACES.lines().count() - 1);
        assert!(codes.is_sorted_by(|a, b| a < b));
        for line in PLACES.lines().skip(1) {
            let columns: Vec<_> = line.splitn(3, ',').collect();
            assert!(["facility", "non-facility"].contains(&columns[1]), "{line}");
            assert!(!columns[2].is_empty(), "{line}");
        }
    }

    #[test]
    fn lookups() {
        let on = date(2026, 11, 23);
        assert_eq!(
            lookup(PlaceOfService::OFFICE, on),
            PlaceStatus::Assigned { name: "office", setting: Setting::NonFacility }
        );
        assert!(matches!(lookup(place("24"), on), PlaceStatus::Assigned { setting: Setting::Facility, .. }));
        assert_eq!(lookup(place("30"), on), PlaceStatus::NotChecked);
        assert_eq!(lookup(place("30"), date(2024, 1, 1)), PlaceStatus::Unassigned);
    }

    #[test]
    fn shapes() {
        assert_eq!(place(" 02 ").to_string(), "02");
        assert_eq!("2".parse::<PlaceOfService>().unwrap_err().code(), "C0601");
        for text in ["", "00", "0", "111", "1a", "office"] {
            assert_eq!(text.parse::<PlaceOfService>().unwrap_err().code(), "C0602", "{text}");
        }
    }
}
