//! `covered codes import`

use std::fmt::Write as _;

use codebook::{ImportError, Imported, Options, Outcome, Report};
use serde_json::json;

use super::arguments::Import;
use super::{kind, pretty, store};
use crate::Done;
use crate::output::{Failure, print, wrapped, wrapped_at};

pub(super) fn run(arguments: &Import) -> Result<Done, Failure> {
    let store = store(&arguments.store)?;
    let options = Options {
        kind: arguments.kind.as_deref().map(kind).transpose()?,
        from: arguments.from,
        until: arguments.until,
        replace: arguments.replace,
        licensed: arguments.licensed,
    };
    let mut failed = false;
    let mut done = Vec::new();
    for path in &arguments.files {
        match codebook::import(&store, path, &options) {
            Ok(report) if arguments.json => done.extend(report.imported.iter().map(as_json)),
            Ok(report) => print(&said(&report))?,
            Err(error) => {
                failed = true;
                eprintln!("{}", told(&error));
            }
        }
    }
    if arguments.json {
        print(&pretty(&json!({ "format": 1, "imported": done })))?;
    }
    Ok(if failed { Done::CouldNotRead } else { Done::Answered })
}

fn told(error: &ImportError) -> String {
    format!("error[{}]: {error}\n  = help: {}", error.code(), error.help())
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Imported => "imported",
        Outcome::WasThere => "already there, nothing to do",
        Outcome::Replaced => "imported in place of an earlier file",
    }
}

fn said(report: &Report) -> String {
    let mut out = String::new();
    for Imported { kind, manifest, outcome: became, refusals } in &report.imported {
        let until = manifest.until.map_or_else(String::new, |until| format!(" until {until}"));
        let line = format!(
            "{}, {}: {}; {} rows for days from {}{until}",
            kind.title(),
            manifest.vintage(),
            outcome(*became),
            manifest.rows,
            manifest.from,
        );
        let _ = writeln!(out, "{}", wrapped(&line, 2));
        if manifest.refused > 0 {
            let _ = writeln!(out, "  refused rows: {}", manifest.refused);
            for refusal in refusals {
                let _ = writeln!(out, "    {}", wrapped_at(&format!("line {}: {}", refusal.line, refusal.why), 4, 6));
            }
            if manifest.refused > refusals.len() as u64 {
                let _ = writeln!(out, "    and {} more", manifest.refused - refusals.len() as u64);
            }
        }
    }
    if !report.passed_over.is_empty() {
        let _ = writeln!(out, "{}", wrapped(&format!("passed over: {}", report.passed_over.join(", ")), 2));
    }
    out
}

fn as_json(imported: &Imported) -> serde_json::Value {
    let Imported { kind, manifest, outcome: became, refusals } = imported;
    json!({
        "kind": kind.word(),
        "vintage": manifest.vintage(),
        "from": manifest.from.to_string(),
        "until": manifest.until.map(|until| until.to_string()),
        "outcome": match became {
            Outcome::Imported => "imported",
            Outcome::WasThere => "was-there",
            Outcome::Replaced => "replaced",
        },
        "rows": manifest.rows,
        "refused": manifest.refused,
        "refusals": refusals.iter().map(|refusal| json!({ "line": refusal.line, "why": refusal.why })).collect::<Vec<_>>(),
        "source": manifest.source,
        "source_sha256": manifest.source_sha256,
    })
}
