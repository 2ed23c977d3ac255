//! The physician fee schedule and what is paid beside it.

use jiff::civil::Date;

use super::{procedure, refused, row};
use crate::days::{calendar_year, first_year, long_dates, month_and_year, rest_of_year};
use crate::decimal::scaled;
use crate::kind::Kind;
use crate::layout::{Column, Layout, Taken, plain};

/// `PPRRVU…`: relative values and payment indicators.
pub(crate) const RELATIVE_VALUES: Layout = Layout {
    kind: Kind::RelativeValues,
    columns: &[
        Column::must(&["HCPCS"]),
        Column::must(&["MOD"]),
        Column::must(&["STATUS CODE"]),
        Column::must(&["WORK RVU"]),
        Column::must(&["NON FAC PE RVU"]),
        Column::must(&["FACILITY PE RVU"]),
        Column::must(&["MP RVU"]),
        Column::must(&["NON FAC NA INDICATOR"]),
        Column::must(&["FACILITY NA INDICATOR"]),
        Column::must(&["GLOB DAYS"]),
        Column::must(&["MULT PROC"]),
        Column::must(&["BILAT SURG"]),
        Column::must(&["CONV FACTOR"]),
        Column::must(&["NON FACILITY PE USED FOR OPPS PAYMENT AMOUNT"]),
        Column::must(&["FACILITY PE USED FOR OPPS PAYMENT AMOUNT"]),
        Column::must(&["MP USED FOR OPPS PAYMENT AMOUNT"]),
    ],
    table: &[
        "code",
        "modifier",
        "status",
        "work",
        "practice_nonfacility",
        "practice_facility",
        "malpractice",
        "nonfacility_not_applicable",
        "facility_not_applicable",
        "global",
        "multiple",
        "bilateral",
        "conversion_factor",
        "opps_practice_nonfacility",
        "opps_practice_facility",
        "opps_malpractice",
    ],
    take: |cells| {
        if let Err(taken) = procedure(cells[0]) {
            return taken;
        }
        for (at, places) in [(3, 2), (4, 2), (5, 2), (6, 2), (12, 4), (13, 2), (14, 2), (15, 2)] {
            if scaled(cells[at], places).is_none() {
                return refused(format!("`{}` is no number with {places} places", cells[at]));
            }
        }
        row(cells)
    },
    days: |_, preamble| Some(rest_of_year(month_and_year(preamble)?)),
    part: |name, _| {
        let name = plain(name);
        // Since 2026 there are two conversion factors, and a file for each.
        Some(
            if name.contains("NONQPP") {
                "nonqpp"
            } else if name.contains("QPP") {
                "qpp"
            } else {
                return None;
            }
            .to_owned(),
        )
    },
};

/// Indices by locality.
pub(crate) const GPCI: Layout = Layout {
    kind: Kind::Gpci,
    columns: &[
        Column::must(&["MEDICARE ADMINISTRATIVE CONTRACTOR MAC"]),
        Column::must(&["STATE"]),
        Column::must(&["LOCALITY NUMBER"]),
        Column::must(&["LOCALITY NAME"]),
        Column::must(&["~PW GPCI"]),
        Column::must(&["~PE GPCI"]),
        Column::must(&["~MP GPCI"]),
    ],
    table: &["place", "contractor", "name", "work", "practice", "malpractice"],
    take: |cells| {
        let [contractor, state, locality, name, work, practice, malpractice] = cells else { return Taken::Left };
        if state.len() != 2 || contractor.is_empty() {
            return Taken::Left;
        }
        let Some(place) = place(state, locality) else { return refused(format!("`{locality}` is no locality")) };
        if [work, practice, malpractice].into_iter().any(|index| scaled(index, 3).is_none()) {
            return refused(format!("an index of {place} has not three places"));
        }
        row(&[&place, &number(contractor, 5), name.trim_end_matches('*'), work, practice, malpractice])
    },
    days: |name, preamble| calendar_year(first_year(preamble).or_else(|| first_year(name))?),
    part: |_, _| None,
};

/// `CA-18`.
fn place(state: &str, locality: &str) -> Option<String> {
    locality.parse::<u8>().ok().filter(|number| *number < 100).map(|number| format!("{state}-{number:02}"))
}

/// With the zeros that spreadsheets take away.
fn number(text: &str, width: usize) -> String {
    format!("{text:0>width$}")
}

/// Counties of localities.
pub(crate) const LOCALITIES: Layout = Layout {
    kind: Kind::Localities,
    columns: &[
        Column::must(&["MEDICARE ADMINSTRATIVE CONTRACTOR", "MEDICARE ADMINISTRATIVE CONTRACTOR"]),
        Column::must(&["LOCALITY NUMBER"]),
        Column::must(&["STATE"]),
        Column::must(&["FEE SCHEDULE AREA"]),
        Column::must(&["COUNTIES"]),
    ],
    table: &["contractor", "locality", "state", "area", "counties"],
    take: |cells| {
        let [contractor, locality, state, area, counties] = cells else { return Taken::Left };
        if contractor.is_empty() || locality.parse::<u8>().is_err() {
            return Taken::Left;
        }
        row(&[&number(contractor, 5), &number(locality, 2), state, area, counties])
    },
    days: |name, preamble| calendar_year(first_year(preamble).or_else(|| first_year(name))?),
    part: |_, _| None,
};

/// What imaging is paid at most.
pub(crate) const OPPS_CAP: Layout = Layout {
    kind: Kind::OppsCap,
    columns: &[
        Column::must(&["HCPCS"]),
        Column::must(&["MOD"]),
        Column::must(&["PROCSTAT"]),
        Column::must(&["CARRIER"]),
        Column::must(&["LOCALITY"]),
        Column::must(&["FACILITY PRICE"]),
        Column::must(&["NON FACILTY PRICE", "NON FACILITY PRICE"]),
    ],
    table: &["code", "modifier", "status", "contractor", "locality", "facility", "nonfacility"],
    take: |cells| {
        if let Err(taken) = procedure(cells[0]) {
            return taken;
        }
        if [cells[5], cells[6]].into_iter().any(|price| scaled(price, 2).is_none()) {
            return refused("a price has not two places");
        }
        row(cells)
    },
    days: |name, _| Some(rest_of_year(month_and_year(name)?)),
    part: |_, _| None,
};

/// Payment limits of drugs, by billing unit.
pub(crate) const ASP: Layout = Layout {
    kind: Kind::Asp,
    columns: &[
        Column::must(&["HCPCS CODE"]),
        Column::may(&["SHORT DESCRIPTION"]),
        Column::must(&["HCPCS CODE DOSAGE"]),
        Column::must(&["PAYMENT LIMIT"]),
        Column::may(&["CO INSURANCE PERCENTAGE"]),
        Column::may(&["NOTES"]),
    ],
    table: &["code", "description", "dosage", "limit", "coinsurance", "notes"],
    take: |cells| {
        if cells[3].is_empty() {
            return Taken::Left;
        }
        if let Err(taken) = procedure(cells[0]) {
            return taken;
        }
        if scaled(cells[3], 3).is_none() {
            return refused(format!("the limit `{}` has not three places", cells[3]));
        }
        row(cells)
    },
    days: |name, preamble| {
        let line = preamble.lines().find(|line| plain(line).contains("EFFECTIVE"));
        match line.map(long_dates).as_deref() {
            Some([from, last, ..]) => Some((*from, last.tomorrow().ok())),
            _ => month_and_year(name).map(crate::days::quarter),
        }
    },
    part: |_, _| None,
};

/// The day after the last, of a date that stands for the last.
pub(crate) fn day_after(last: Date) -> Option<Date> {
    last.tomorrow().ok()
}
