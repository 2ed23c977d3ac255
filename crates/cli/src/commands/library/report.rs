//! `covered library report`: the figures of the library.

use std::fmt::Write as _;

use library::Library;
use library::report::{Dated, Report};
use policy::ast::Grade;
use serde_json::{Map, Value, json};

use super::arguments::Report as Wanted;
use super::{grade_word, heat, paragraph, print_json};
use crate::Done;
use crate::output::{Failure, print};

/// Widest bar.
const BAR_COLUMNS: usize = 40;

pub(crate) fn run(wanted: &Wanted, library: &Library) -> Result<Done, Failure> {
    if wanted.svg {
        print(&heat::svg(library)?)?;
        return Ok(Done::Answered);
    }
    let report = library.report()?;
    if wanted.json {
        print_json(&as_json(&report, library))?;
    } else {
        print(&text(&report, library))?;
    }
    Ok(Done::Answered)
}

fn text(report: &Report, library: &Library) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Library {}, sha256 {}", library.version(), &library.sha256()[..16]);
    let Report { policies, versions, examples, rows, records, .. } = report;
    paragraph(&mut out, 2, &format!("{policies} policies in {versions} versions, with {examples} examples"));
    grades(&mut out, &report.policies_by_grade);
    let Report { rows_mapped, rows_decided, rows_open, .. } = report;
    let became = format!("{rows_mapped} in policies or data, {rows_decided} left out with a reason, {rows_open} open");
    paragraph(&mut out, 2, &format!("{rows} rows of sources: {became}"));
    paragraph(&mut out, 2, &format!("{records} of them are whole records; the others, by how closely they were read:"));
    grades(&mut out, &report.rows_by_grade);
    let Report { treatments, indications, payers, facts, .. } = report;
    paragraph(
        &mut out,
        2,
        &format!("{treatments} treatments for {indications} purposes, {payers} payers, {facts} facts"),
    );
    let Report { conflicts, conflicts_unsettled, never_read, .. } = report;
    paragraph(
        &mut out,
        2,
        &format!("{conflicts} conflicts between sources, {conflicts_unsettled} of them not settled"),
    );
    for (what, dated) in [("oldest text", &report.oldest_source), ("oldest reading", &report.oldest_read)] {
        if let Some(Dated { day, policy }) = dated {
            paragraph(&mut out, 2, &format!("{what}: {day}, {policy}"));
        }
    }
    paragraph(
        &mut out,
        2,
        &format!("{never_read} versions rest on no reading: general knowledge, and every answer says so"),
    );
    out
}

fn grades(out: &mut String, counts: &[(Grade, usize)]) {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    for (grade, count) in counts {
        let bar = "█".repeat((count * BAR_COLUMNS).div_ceil(most));
        let _ = writeln!(out, "    {:<8}{count:>5}  {bar}", grade_word(*grade));
    }
}

fn as_json(report: &Report, library: &Library) -> Value {
    let grades = |counts: &[(Grade, usize)]| {
        let counts = counts.iter().map(|(grade, count)| (grade_word(*grade).to_owned(), Value::from(*count)));
        Value::Object(counts.collect::<Map<_, _>>())
    };
    let day = |dated: &Option<Dated>| dated.as_ref().map(|dated| dated.day.clone());
    let policy = |dated: &Option<Dated>| dated.as_ref().map(|dated| dated.policy.clone());
    json!({
        "library": { "version": library.version(), "sha256": library.sha256() },
        "policies": report.policies,
        "versions": report.versions,
        "examples": report.examples,
        "policies_by_grade": grades(&report.policies_by_grade),
        "rows": report.rows,
        "rows_mapped": report.rows_mapped,
        "rows_decided": report.rows_decided,
        "rows_open": report.rows_open,
        "records": report.records,
        "rows_by_grade": grades(&report.rows_by_grade),
        "treatments": report.treatments,
        "indications": report.indications,
        "payers": report.payers,
        "facts": report.facts,
        "conflicts": report.conflicts,
        "conflicts_unsettled": report.conflicts_unsettled,
        "oldest_source": day(&report.oldest_source),
        "oldest_source_policy": policy(&report.oldest_source),
        "oldest_read": day(&report.oldest_read),
        "oldest_read_policy": policy(&report.oldest_read),
        "never_read": report.never_read,
    })
}
