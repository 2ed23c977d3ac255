//! Lists of codes and of persons.

use codes::Modifier;

use super::{procedure, refused, row};
use crate::days::{first_year, iso, month_and_year, quarter};
use crate::kind::Kind;
use crate::layout::{Column, Layout, Taken, plain};

/// HCPCS level II: a code or modifier with its days. Lines that only continue a description are left out.
pub(crate) const HCPCS: Layout = Layout {
    kind: Kind::Hcpcs,
    columns: &[
        Column::must(&["HCPC", "HCPCS"]),
        Column::must(&["RECID"]),
        Column::must(&["SHORT DESCRIPTION"]),
        Column::must(&["COV"]),
        Column::may(&["BETOS"]),
        Column::must(&["ADD DT"]),
        Column::must(&["ACT EFF DT"]),
        Column::must(&["TERM DT"]),
        Column::may(&["ACTION CD"]),
    ],
    table: &["code", "type", "description", "coverage", "betos", "added", "effective", "last", "action"],
    take: |cells| {
        let [code, record, description, coverage, betos, added, effective, ended, action] = cells else {
            return Taken::Left;
        };
        let kind = match *record {
            "3" if procedure(code).is_ok() => "procedure",
            "7" if code.parse::<Modifier>().is_ok() => "modifier",
            "3" | "7" => return refused(format!("`{code}` is neither a procedure code nor a modifier")),
            "4" | "8" => return Taken::Left,
            other => return refused(format!("the record id `{other}` is none of 3, 4, 7, 8")),
        };
        let mut days = Vec::new();
        for day in [added, effective, ended] {
            match (day.is_empty(), iso(day)) {
                (true, _) => days.push(String::new()),
                (_, Some(day)) => days.push(day.to_string()),
                (_, None) => return refused(format!("`{day}` is no date")),
            }
        }
        row(&[code, kind, description, coverage, betos, &days[0], &days[1], &days[2], action])
    },
    days: |name, _| month_and_year(name).map(quarter),
    part: |_, _| None,
};

/// Kinds of provider.
pub(crate) const TAXONOMY: Layout = Layout {
    kind: Kind::Taxonomy,
    columns: &[
        Column::must(&["CODE"]),
        Column::must(&["GROUPING"]),
        Column::must(&["CLASSIFICATION"]),
        Column::must(&["SPECIALIZATION"]),
        Column::may(&["DISPLAY NAME"]),
        Column::may(&["SECTION"]),
    ],
    table: &["code", "grouping", "classification", "specialization", "name", "section"],
    take: |cells| {
        let code = cells[0];
        if code.len() != 10 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return refused(format!("`{code}` is no taxonomy code"));
        }
        row(cells)
    },
    // `nucc_taxonomy_251`: the second release of 2025.
    days: |name, _| {
        let digits = name
            .split(['_', '.', '-'])
            .find(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
        let month = match &digits[2..] {
            "0" => 1,
            "1" => 7,
            _ => return None,
        };
        Some((jiff::civil::Date::new(2000 + digits[..2].parse::<i16>().ok()?, month, 1).ok()?, None))
    },
    part: |_, _| None,
};

/// Persons and firms that federal programs do not pay. One line by NPI where there is one, and one by name.
pub(crate) const EXCLUSIONS: Layout = Layout {
    kind: Kind::Exclusions,
    columns: &[
        Column::must(&["LASTNAME"]),
        Column::must(&["FIRSTNAME"]),
        Column::must(&["BUSNAME"]),
        Column::must(&["GENERAL"]),
        Column::must(&["NPI"]),
        Column::must(&["STATE"]),
        Column::must(&["EXCLTYPE"]),
        Column::must(&["EXCLDATE"]),
        Column::must(&["REINDATE"]),
        Column::must(&["WAIVERDATE"]),
        Column::may(&["WVRSTATE", "WAIVERSTATE"]),
    ],
    table: &["key", "name", "general", "state", "authority", "excluded", "reinstated", "waived", "waiver_state"],
    take: |cells| {
        let [last, first, business, general, npi, state, authority, excluded, reinstated, waived, waiver_state] = cells
        else {
            return Taken::Left;
        };
        let day = |cell: &str| match cell.trim_matches('0') {
            "" => Some(String::new()),
            _ => iso(cell).map(|day| day.to_string()),
        };
        let (Some(excluded), Some(reinstated), Some(waived)) = (day(excluded), day(reinstated), day(waived)) else {
            return refused("a date is none");
        };
        let name = if business.is_empty() { format!("{last}, {first}") } else { (*business).to_owned() };
        if plain(&name).is_empty() || excluded.is_empty() {
            return refused("the name or the day of exclusion is missing");
        }
        let rest = [name.as_str(), general, state, authority, &excluded, &reinstated, &waived, waiver_state];
        let line =
            |key: String| std::iter::once(key).chain(rest.iter().map(|cell| (*cell).to_owned())).collect::<Vec<_>>();
        let by_npi = npi.parse::<codes::Npi>().is_ok().then(|| line(format!("npi:{npi}")));
        Taken::Rows(by_npi.into_iter().chain([line(format!("name:{}", plain(&name)))]).collect())
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |_, _| None,
};

/// Whether a name is that of a monthly supplement (`2609excl.csv`, `2609rein.csv`): what changed alone, without corrections.
pub(crate) fn is_supplement(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_a_month = name.get(..4).is_some_and(|month| month.bytes().all(|byte| byte.is_ascii_digit()))
        && name.get(4..).is_some_and(|rest| rest.starts_with("excl") || rest.starts_with("rein"));
    of_a_month || name.contains("supplement")
}

/// Reason, remark and group codes. X12 holds the rights in their words: they stay on the machine of who imports them.
pub(crate) const ADJUSTMENTS: Layout = Layout {
    kind: Kind::Adjustments,
    columns: &[
        Column::must(&["CODE", "ADJ CODE"]),
        Column::may(&["LIST", "TYPE", "ADJ TYPE"]),
        Column::must(&["DESCRIPTION", "ADJ DESCRIPTION"]),
        Column::must(&["START", "START DATE", "ADJ START DATE"]),
        Column::must(&["STOP", "STOP DATE", "END DATE", "ADJ END DATE"]),
    ],
    table: &["code", "list", "description", "from", "stop"],
    take: |cells| {
        let [code, list, description, from, stop] = cells else { return Taken::Left };
        let list = match plain(list).as_str() {
            "GROUP" => "group",
            "RARC" => "RARC",
            "CARC" => "CARC",
            // Remark codes begin with M, MA or N and reason codes do not.
            "" if code.starts_with(['M', 'N']) => "RARC",
            "" => "CARC",
            other => return refused(format!("the list `{other}` is neither CARC nor RARC")),
        };
        let is_code = match list {
            "CARC" => code.parse::<codes::CarcCode>().is_ok(),
            "RARC" => code.parse::<codes::RarcCode>().is_ok(),
            _ => code.len() == 2,
        };
        if !is_code {
            return refused(format!("`{code}` is no {list} code"));
        }
        row(&[code, list, description, from, stop])
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |name, _| {
        ["carc", "rarc"].into_iter().find(|list| name.to_ascii_lowercase() == format!("{list}.csv")).map(str::to_owned)
    },
};

/// Places of service.
pub(crate) const PLACES: Layout = Layout {
    kind: Kind::PlaceOfService,
    columns: &[
        Column::must(&["POS CODE", "PLACE OF SERVICE CODE S", "PLACE OF SERVICE CODE"]),
        Column::may(&["POS TYPE"]),
        Column::must(&["POS NAME", "PLACE OF SERVICE NAME"]),
    ],
    table: &["code", "setting", "name"],
    take: |cells| {
        if cells[0].parse::<codes::PlaceOfService>().is_err() {
            return refused(format!("`{}` is no place-of-service code", cells[0]));
        }
        if plain(cells[2]) == "UNASSIGNED" { Taken::Left } else { row(cells) }
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |_, _| None,
};

/// The AMA's code file. It is read only for who says that they hold a licence.
pub(crate) const CPT: Layout = Layout {
    kind: Kind::Cpt,
    columns: &[
        Column::must(&["CPT CODE"]),
        Column::may(&["SHORT", "SHORT DESCRIPTION", "SHORT DESCRIPTOR"]),
        Column::may(&["MEDIUM", "MEDIUM DESCRIPTION", "MEDIUM DESCRIPTOR"]),
        Column::must(&["LONG", "LONG DESCRIPTION", "LONG DESCRIPTOR"]),
    ],
    table: &["code", "short", "medium", "long"],
    take: |cells| match procedure(cells[0]) {
        Err(taken) => taken,
        Ok(code) if !code.is_cpt() => refused(format!("`{code}` is no CPT code")),
        Ok(_) => row(cells),
    },
    days: |name, preamble| crate::days::calendar_year(first_year(name).or_else(|| first_year(preamble))?),
    part: |_, _| None,
};
