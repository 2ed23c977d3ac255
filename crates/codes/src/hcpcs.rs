//! HCPCS level II codes by date.

use jiff::civil::{Date, date};

use crate::dates::Interval;
use crate::procedure::{ProcedureCode, ProcedureKind};
use crate::table::{Table, outside};

/// What a procedure code is on a date of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeStatus {
    /// On the CMS list, and no record says that it was not valid on that day.
    Listed {
        /// First day it was valid, if known.
        from: Option<Date>,
    },
    /// On the CMS list, but not valid on that day.
    NotValidOn {
        /// First day it was valid, if known.
        from: Option<Date>,
        /// First day it was no longer valid, if known.
        until: Option<Date>,
    },
    /// Not on the CMS list.
    Unknown {
        /// Listed codes it may have been meant to be, likeliest first; often
        /// none.
        nearest: Vec<ProcedureCode>,
    },
    /// The date is outside the list, and no record covers it: not checked.
    OutsideWindow {
        /// The dates of service that the list answers for.
        window: Interval,
    },
    /// CPT or CDT: others own those codes, and no table of them is held.
    NotChecked,
}

/// Level II ids of July 2026 with the days they were added and ended, where
/// the attribute file of July 2024 tells.
const LEVEL_II: Table = Table::of_dated_keys(include_bytes!("../../../library/codes/hcpcs-2026q3.txt"), 5);

/// The day up to which the added and ended days are known.
const DATES_KNOWN_UNTIL: Date = date(2024, 7, 1);

/// Most codes named in one answer.
const NAMED_MAX: usize = 5;

/// The dates of service that the list answers for: the third quarter of 2026.
#[must_use]
pub fn window() -> Interval {
    Interval { from: date(2026, 7, 1), until: Some(date(2026, 10, 1)) }
}

/// How many level II ids the list holds, ended ones among them.
#[must_use]
pub fn listed_count() -> usize {
    LEVEL_II.len()
}

/// What `code` is on `date`.
///
/// The list of July 2026 carries ids only and keeps ended codes. The days come
/// from a file of July 2024, so a code that ended since then still shows as
/// [`CodeStatus::Listed`]. A date before July 2024 is answered from those days.
#[must_use]
pub fn lookup(code: ProcedureCode, date: Date) -> CodeStatus {
    if code.kind() != ProcedureKind::HcpcsLevelII {
        return CodeStatus::NotChecked;
    }
    let key = code.as_str().as_bytes();
    let in_window = window().contains(date);
    let Some(index) = LEVEL_II.find(key) else {
        if !in_window {
            return CodeStatus::OutsideWindow { window: window() };
        }
        let nearest = LEVEL_II
            .near(key)
            .into_iter()
            .filter(|near| still_listed(near, date))
            .filter_map(ProcedureCode::from_bytes)
            .take(NAMED_MAX)
            .collect();
        return CodeStatus::Unknown { nearest };
    };
    let (from, until) = LEVEL_II.dates(index);
    if outside(date, from, until) {
        CodeStatus::NotValidOn { from, until }
    } else if in_window || (from.is_some() && date < DATES_KNOWN_UNTIL) {
        CodeStatus::Listed { from }
    } else {
        CodeStatus::OutsideWindow { window: window() }
    }
}

/// A suggestion must not be a code that has ended.
fn still_listed(key: &[u8], date: Date) -> bool {
    LEVEL_II.find(key).is_some_and(|index| {
        let (from, until) = LEVEL_II.dates(index);
        !outside(date, from, until)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{assert_dates_sound, assert_sound};

    fn status(code: &str, on: Date) -> CodeStatus {
        lookup(code.parse().unwrap(), on)
    }

    const IN_WINDOW: Date = date(2026, 8, 3);

    #[test]
    fn table_is_sound() {
        assert_sound(&LEVEL_II);
        assert_dates_sound(&LEVEL_II);
        assert_eq!(LEVEL_II.len(), 8725);
        for index in 0..LEVEL_II.len() {
            let code = ProcedureCode::from_bytes(LEVEL_II.key(index)).unwrap();
            assert_eq!(code.kind(), ProcedureKind::HcpcsLevelII);
        }
    }

    #[test]
    fn listed() {
        for code in ["J0585", "J0589", "J0013", "J1073", "G0460", "G0465"] {
            assert!(matches!(status(code, IN_WINDOW), CodeStatus::Listed { .. }), "{code}");
        }
    }

    #[test]
    fn ended_codes_stay_ended() {
        let until = Some(date(2022, 1, 1));
        for on in [date(2022, 1, 1), date(2025, 3, 1), IN_WINDOW] {
            assert!(matches!(
                status("A4397", on),
                CodeStatus::NotValidOn { until: ended, .. } if ended == until
            ));
        }
        assert!(matches!(status("A4397", date(2021, 12, 31)), CodeStatus::Listed { .. }));
    }

    #[test]
    fn unknown_only_inside_the_window() {
        let CodeStatus::Unknown { nearest } = status("J5085", IN_WINDOW) else {
            panic!("J5085 is not a code");
        };
        assert!(nearest.contains(&"J0585".parse().unwrap()), "{nearest:?}");
        assert_eq!(status("J5085", date(2026, 10, 1)), CodeStatus::OutsideWindow { window: window() });
        assert_eq!(status("J0585", date(2026, 11, 23)), CodeStatus::OutsideWindow { window: window() });
    }

    #[test]
    fn codes_of_others_are_not_checked() {
        for code in ["64615", "0419T", "0001U", "D0120"] {
            assert_eq!(status(code, IN_WINDOW), CodeStatus::NotChecked, "{code}");
        }
    }
}
