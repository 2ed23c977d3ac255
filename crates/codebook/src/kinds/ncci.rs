//! Edits of the National Correct Coding Initiative.

use jiff::civil::Date;

use super::pfs::day_after;
use super::{procedure, refused, row};
use crate::days::{figures, iso, month_and_year, quarter};
use crate::kind::Kind;
use crate::layout::{Column, Layout, Taken, plain};
use crate::pairs;

/// Pairs that are not paid together. The rationale is left out: it is the same few phrases for millions of rows.
pub(crate) const PTP: Layout = Layout {
    kind: Kind::Ptp,
    columns: &[
        Column::must(&["COLUMN 1", "COLUMN1"]),
        Column::must(&["COLUMN 2", "COLUMN2"]),
        Column::may(&["~EFFECTIVE DATE"]),
        Column::must(&["~DELETION DATE", "DELETION"]),
        Column::must(&["~MODIFIER"]),
    ],
    table: &["column_1", "column_2", "from", "until", "modifier"],
    take: |cells| {
        let [column_1, column_2, from, deletion, modifier] = cells else { return Taken::Left };
        let ends =
            |cell: &str| cell.starts_with("NO DATA") || cell.starts_with('=') || plain(cell).starts_with("0 NOT");
        if (column_1.is_empty() && column_2.is_empty()) || ends(column_1) {
            return Taken::Left;
        }
        for code in [column_1, column_2] {
            if let Err(taken) = procedure(code) {
                return taken;
            }
        }
        let modifier = match *modifier {
            "0" => '0',
            "1" => '1',
            "9" => '9',
            other => return refused(format!("the modifier indicator `{other}` is none of 0, 1, 9")),
        };
        let day = |cell: &str| match cell {
            "" | "*" => Ok(None),
            cell => iso(cell).map(Some).ok_or_else(|| refused(format!("`{cell}` is no date"))),
        };
        match (day(from), day(deletion)) {
            // The day of deletion is the last on which the edit counts.
            (Ok(from), Ok(last)) => {
                let line = pairs::line(column_1, column_2, from, last.and_then(day_after), modifier);
                Taken::Rows(vec![line.split('\t').map(str::to_owned).collect()])
            }
            (Err(taken), _) | (_, Err(taken)) => taken,
        }
    },
    days: |name, _| release(name).or_else(|| figures(name)).or_else(|| month_and_year(name)).map(quarter),
    part: |name, _| {
        let name = name.to_ascii_lowercase();
        let setting = if name.contains("ccioph") {
            Some("hospital")
        } else if name.contains("ccipra") || name.contains("practitioner") {
            Some("practitioner")
        } else {
            None
        }?;
        let file = name
            .split(['-', '.', '_'])
            .find(|word| word.len() == 2 && word.starts_with('f') && word.as_bytes()[1].is_ascii_digit());
        Some(file.map_or_else(|| setting.to_owned(), |file| format!("{setting}-{file}")))
    },
};

/// `v322r0` is version 32.2: the third quarter of 2026.
fn release(name: &str) -> Option<Date> {
    let digits = name.split(['-', '.', '_']).find_map(|word| {
        let (version, revision) = word.strip_prefix('v')?.split_once('r')?;
        (version.len() == 3 && revision.bytes().all(|byte| byte.is_ascii_digit())).then_some(version)
    })?;
    let (year, quarter): (i16, i8) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    Date::new(1994 + year, quarter * 3 + 1, 1).ok()
}

/// Units that are not paid on one day or line.
pub(crate) const MUE: Layout = Layout {
    kind: Kind::Mue,
    columns: &[
        Column::must(&["HCPCS CPT CODE", "HCPCS CODE"]),
        Column::must(&["~MUE VALUE", "MUE UNITS"]),
        Column::may(&["MUE ADJUDICATION INDICATOR", "MUE MAI"]),
        Column::may(&["MUE RATIONALE"]),
    ],
    table: &["code", "units", "indicator", "rationale"],
    take: |cells| {
        let [code, units, indicator, rationale] = cells else { return Taken::Left };
        if let Err(taken) = procedure(code) {
            return taken;
        }
        if units.parse::<u32>().is_err() {
            return refused(format!("`{units}` is no number of units"));
        }
        // `2 Date of Service Edit: Policy`: the figure says it all.
        let figure = indicator.split(' ').next().unwrap_or_default();
        if !matches!(figure, "" | "1" | "2" | "3") {
            return refused(format!("the indicator `{indicator}` is none of 1, 2, 3"));
        }
        row(&[code, units, figure, rationale])
    },
    days: |name, preamble| figures(name).or_else(|| figures(preamble)).or_else(|| month_and_year(name)).map(quarter),
    part: |name, preamble| {
        let text = plain(&format!("{name} {preamble}"));
        let setting = [("PRACTITIONER", "practitioner"), ("OUTPATIENT", "hospital"), ("DME", "supplier")];
        setting.into_iter().find(|(word, _)| text.contains(word)).map(|(_, part)| part.to_owned())
    },
};

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    #[test]
    fn releases() {
        assert_eq!(super::release("ccipra-v322r0-f1.txt"), Some(date(2026, 7, 1)));
        assert_eq!(super::release("ccipra-v320r1-f4.TXT"), Some(date(2026, 1, 1)));
        assert_eq!(super::release("ccipra.txt"), None);
    }
}
