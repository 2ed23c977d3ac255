//! `covered x12 check`: findings as a compiler prints them.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use codes::CodeLists;
use serde_json::{Value, json};
use x12::judge::{Finding, Judge, Options, Report};
use x12::number::counted;

use super::arguments::Check;
use super::{file, overlay, plain, print_json, record};
use crate::Done;
use crate::commands::codes::ImportedLists;
use crate::output::{Failure, print};
use crate::source;

pub(super) fn run(check: &Check) -> Result<Done, Failure> {
    let overlay = check.overlay.as_deref().map(overlay::of).transpose()?.unwrap_or_default();
    let options =
        Options { level_max: check.level, show_phi: check.privacy.shows_phi(), overlay, ..Options::default() };
    let imported = ImportedLists::of(check.codes.as_deref())?;
    let mut worst = Done::Answered;
    let mut files = Vec::new();
    for path in &check.files {
        let judged = judge(path, options.clone(), imported.lists());
        imported.were_read()?;
        let report = match judged {
            Ok(report) => report,
            // The other files are judged all the same.
            Err(failure) => {
                eprintln!("{failure}");
                worst = Done::CouldNotRead;
                continue;
            }
        };
        let name = source::name(path);
        if check.json {
            files.push(value(&name, &report));
        } else {
            print(&text(&name, &report))?;
        }
        worst = worse(worst, record::done(&report.record, report.errors));
    }
    if let Some(asked) = imported.asked().filter(|_| !check.json) {
        print(&format!("{asked}\n"))?;
    }
    if check.json {
        print_json(&json!({ "format": 1, "level": check.level, "files": files }))?;
    }
    Ok(worst)
}

/// Judges a file of any size in the memory of one claim.
fn judge(path: &Path, options: Options, lists: Arc<dyn CodeLists>) -> Result<Report, Failure> {
    let mut judge = Judge::with_lists(options, lists);
    file::stream(path, &mut |block| judge.feed(block))?;
    Ok(judge.finish())
}

fn worse(one: Done, other: Done) -> Done {
    match (one, other) {
        (Done::CouldNotRead, _) | (_, Done::CouldNotRead) => Done::CouldNotRead,
        (Done::FoundErrors, _) | (_, Done::FoundErrors) => Done::FoundErrors,
        (Done::Answered, Done::Answered) => Done::Answered,
    }
}

fn text(name: &str, report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        write_finding(&mut out, name, finding);
    }
    out.push_str(&record::text(name, &report.record));
    let all: u64 = report.counts.values().sum();
    let more = all - report.findings.len() as u64;
    if more > 0 {
        let _ = writeln!(out, "{name}: {more} more findings are counted, not shown");
    }
    let _ = writeln!(out, "{name}: {}, {}", counted(report.errors, "error"), counted(report.warnings, "warning"));
    out
}

fn write_finding(out: &mut String, name: &str, finding: &Finding) {
    let _ = writeln!(out, "{}[{}]: {}", finding.severity.as_str(), finding.rule.id, plain(&finding.message));
    let mut places = vec![format!("byte {}", finding.span.start)];
    places.extend(place(finding));
    places.extend(finding.claim.as_ref().map(|claim| format!("claim {}", plain(claim))));
    if !finding.loop_path.is_empty() {
        places.push(format!("loop {}", finding.loop_path));
    }
    let _ = writeln!(out, "  --> {name}: {}", places.join(", "));
    if let Some(snippet) = &finding.snippet {
        let _ = writeln!(out, "   |\n   | {}\n   | {}", snippet.text, snippet.caret());
    }
    let _ = writeln!(out, "   = help: {}", finding.next_step());
    if finding.asked.is_some() {
        let _ = writeln!(out, "   = source: {}", finding.source());
    }
    out.push('\n');
}

/// The element by its usual name: `CLM05-3`.
fn place(finding: &Finding) -> Option<String> {
    if finding.segment.is_empty() {
        return None;
    }
    let mut name = plain(&finding.segment);
    if let Some(element) = finding.element {
        let _ = write!(name, "{element:02}");
        if let Some(component) = finding.component {
            let _ = write!(name, "-{component}");
        }
    }
    Some(name)
}

fn value(name: &str, report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let snippet = finding
                .snippet
                .as_ref()
                .map(|snippet| json!({ "text": snippet.text, "column": snippet.column, "length": snippet.length }));
            json!({
                "rule": finding.rule.id,
                "level": finding.rule.level,
                "severity": finding.severity.as_str(),
                "message": finding.message,
                "next_step": finding.next_step(),
                "source": finding.source(),
                "asked": finding.asked.as_deref().map(overlay::value),
                "start": finding.span.start,
                "end": finding.span.end,
                "segment": finding.segment,
                "missing": finding.missing,
                "position": finding.position,
                "element": finding.element,
                "component": finding.component,
                "loop": finding.loop_path,
                "claim": finding.claim,
                "transaction": finding.transaction,
                "snippet": snippet,
            })
        })
        .collect();
    json!({
        "file": name,
        "record": record::value(&report.record),
        "findings": findings,
        "counts": report.counts,
        "errors": report.errors,
        "warnings": report.warnings,
    })
}
