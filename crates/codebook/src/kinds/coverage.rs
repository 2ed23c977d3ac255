//! The Medicare Coverage Database: which documents there are, and the codes of each. Their text is left where it is.

use super::{procedure, refused, row};
use crate::days::{figures, iso, month_and_year};
use crate::kind::Kind;
use crate::layout::{Column, Layout, Taken};

/// A list of documents, as the site gives it, or the documents of an export.
pub(crate) const DOCUMENTS: Layout = Layout {
    kind: Kind::CoverageDocuments,
    columns: &[
        Column::must(&["DOCUMENT DISPLAY ID", "LCD ID", "ARTICLE ID"]),
        Column::must(&["DOCUMENT VERSION", "LCD VERSION", "ARTICLE VERSION"]),
        Column::must(&["TITLE"]),
        Column::must(&["EFFECTIVE DATE", "REV EFF DATE", "ARTICLE EFF DATE"]),
        Column::may(&["RETIREMENT DATE", "DATE RETIRED"]),
        Column::may(&["CONTRACTOR NAME TYPE"]),
        Column::may(&["UPDATED ON", "LAST UPDATED"]),
        Column::may(&["URL"]),
    ],
    table: &["id", "version", "title", "effective", "retired", "contractor", "updated", "url"],
    take: |cells| {
        let [id, version, title, effective, retired, contractor, updated, url] = cells else { return Taken::Left };
        if !id.bytes().any(|byte| byte.is_ascii_digit()) {
            return refused(format!("`{id}` is no document"));
        }
        let day =
            |cell: &str| figures(cell).or_else(|| iso(cell.get(..10)?)).map_or_else(String::new, |day| day.to_string());
        row(&[id, version, title, &day(effective), &day(retired), contractor, &day(updated), url])
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |name, _| document_part(name),
};

/// Procedure codes by document.
pub(crate) const PROCEDURES: Layout = Layout {
    kind: Kind::CoverageProcedures,
    columns: &[
        Column::must(&["ARTICLE ID", "LCD ID"]),
        Column::must(&["ARTICLE VERSION", "LCD VERSION"]),
        Column::must(&["HCPC CODE ID"]),
        Column::may(&["HCPC CODE GROUP"]),
    ],
    table: &["code", "id", "version", "group"],
    take: |cells| match procedure(cells[2]) {
        Err(taken) => taken,
        Ok(_) => row(&[cells[2], cells[0], cells[1], cells[3]]),
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |name, _| document_part(name),
};

/// Diagnoses that an article says support necessity, or do not.
pub(crate) const DIAGNOSES: Layout = Layout {
    kind: Kind::CoverageDiagnoses,
    columns: &[
        Column::must(&["ARTICLE ID"]),
        Column::must(&["ARTICLE VERSION"]),
        Column::must(&["ICD10 CODE ID"]),
        Column::may(&["ICD10 COVERED GROUP"]),
        Column::may(&["ICD10 NONCOVERED GROUP"]),
    ],
    table: &["id", "version", "says", "group", "code"],
    take: |cells| {
        let [id, version, code, covered, noncovered] = cells else { return Taken::Left };
        let Ok(diagnosis) = code.parse::<codes::IcdCode>() else { return refused(format!("`{code}` is no diagnosis")) };
        let (says, group) =
            if noncovered.is_empty() { ("supports", covered) } else { ("does-not-support", noncovered) };
        row(&[id, version, says, group, &diagnosis.to_string()])
    },
    days: |name, _| month_and_year(name).map(|from| (from, None)),
    part: |name, _| document_part(name),
};

/// An export holds several files of one kind.
fn document_part(name: &str) -> Option<String> {
    let stem = name.to_ascii_lowercase();
    let stem = stem.strip_suffix(".csv")?;
    let known = [
        "lcd",
        "article",
        "lcd_x_hcpc_code",
        "article_x_hcpc_code",
        "article_x_icd10_covered",
        "article_x_icd10_noncovered",
    ];
    known.contains(&stem).then(|| stem.replace('_', "-"))
}
