//! What was read, in words and as JSON; `covered x12 show`.

use std::path::Path;

use serde_json::{Value, json};
use x12::number::counted;
use x12::{Completeness, Counter, Incomplete, Scanner};

use super::arguments::Show;
use super::{file, print_json};
use crate::Done;
use crate::output::{Failure, print};
use crate::source;

/// Gaps that text for people lists; JSON has all that are kept.
const GAPS_SHOWN_MAX: usize = 5;

pub(super) fn show(show: &Show) -> Result<Done, Failure> {
    let mut counter = Counter::default();
    let mut scanner = Scanner::default();
    file::stream(&show.file, &mut |block| scanner.feed(block, &mut |event| counter.event(event)))?;
    let bytes = scanner.finish(&mut |event| counter.event(event));
    let record = match counter.finish(bytes) {
        Ok(record) => record,
        Err(Incomplete(record)) => *record,
    };
    if show.json {
        print_json(&value(&record))?;
    } else {
        print(&text(&source::name(&show.file), &record))?;
    }
    Ok(done(&record, 0))
}

/// How a look at a file ends.
pub(super) fn done(record: &Completeness, errors: u64) -> Done {
    match record {
        record if record.interchanges == 0 => Done::CouldNotRead,
        record if !record.is_complete() || errors > 0 => Done::FoundErrors,
        _ => Done::Answered,
    }
}

/// The record as lines of text.
pub(super) fn text(name: &str, record: &Completeness) -> String {
    let whole = if record.is_complete() { "complete" } else { "INCOMPLETE" };
    let counts = [
        counted(record.bytes, "byte"),
        counted(record.interchanges, "interchange"),
        counted(record.groups, "group"),
        counted(record.transactions, "transaction set"),
        counted(record.segments, "segment"),
        counted(record.claims, "claim"),
        counted(record.lines, "line"),
    ];
    let mut out = format!("{name}: {whole}: {}; charged {}, paid {}\n", counts.join(", "), record.charge, record.paid);
    for gap in record.gaps.iter().take(GAPS_SHOWN_MAX) {
        let numbers = match (gap.counted, gap.stated) {
            (Some(counted), Some(stated)) => format!(" (counted {counted}, stated {stated})"),
            (Some(counted), None) => format!(" (counted {counted})"),
            _ => String::new(),
        };
        out.push_str(&format!("  at byte {}: {}{numbers}\n", gap.span.start, gap.kind));
    }
    let more = record.gap_count - record.gaps.len().min(GAPS_SHOWN_MAX) as u64;
    if more > 0 {
        out.push_str(&format!("  and {more} more of these\n"));
    }
    out
}

/// The record as JSON.
pub(super) fn value(record: &Completeness) -> Value {
    let gaps: Vec<Value> = record
        .gaps
        .iter()
        .map(|gap| {
            json!({
                "what": gap.kind.to_string(),
                "start": gap.span.start,
                "end": gap.span.end,
                "counted": gap.counted,
                "stated": gap.stated,
            })
        })
        .collect();
    json!({
        "complete": record.is_complete(),
        "bytes": record.bytes,
        "segments": record.segments,
        "interchanges": record.interchanges,
        "groups": record.groups,
        "transactions": record.transactions,
        "hierarchies": record.hierarchies,
        "claims": record.claims,
        "lines": record.lines,
        "charge_cents": record.charge.0,
        "paid_cents": record.paid.0,
        "gaps": gaps,
        "gap_count": record.gap_count,
    })
}

/// Says on standard error that a file is not whole, where what follows is about what was recovered.
pub(super) fn warn(path: &Path, record: &Completeness) {
    if !record.is_complete() {
        eprint!("warning: {}", text(&source::name(path), record));
    }
}
