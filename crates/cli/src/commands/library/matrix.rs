//! `covered library matrix`: every treatment of the menu, and what the library says of it for one payer.

use std::fmt::Write as _;

use coverage::answer::{Authorization, Coverage, LineAnswer};
use coverage::determine::determine;
use jiff::civil::Date;
use library::Library;
use library::ledger::Ledger;
use library::menu::{Indication, Treatment};
use library::ranks::Effect;
use serde_json::{Value, json};

use super::arguments::Matrix as Asked;
use super::{paragraph, print_json};
use crate::Done;
use crate::output::{Failure, print};
use crate::source;

/// What the library says of one treatment for one purpose.
struct Row<'l> {
    treatment: &'l Treatment,
    indication: &'l Indication,
    coverage: &'static str,
    asks_first: bool,
    /// The policy that decides, or the text that was not read.
    by: Option<By>,
}

struct By {
    policy: String,
    grade: String,
    read: Option<String>,
    text: Option<String>,
}

pub(crate) fn run(asked: &Asked, library: &Library) -> Result<Done, Failure> {
    let payer = library.payers().find(&asked.payer).map_err(|error| Failure::Name {
        message: error.to_string(),
        help: "`covered payers` lists the payers".to_owned(),
    })?;
    let date = asked.date.unwrap_or_else(|| source::now().date());
    let ledger = library.ledger()?;
    let mut rows = Vec::new();
    let word = asked.word.as_deref().unwrap_or_default().to_lowercase();
    let is_asked = |treatment: &&Treatment| [&treatment.id, &treatment.name].iter().any(|name| name.contains(&word));
    for treatment in library.menu().all().iter().filter(is_asked) {
        for indication in &treatment.indications {
            let mut answered = Vec::new();
            for codes in indication.code_choices() {
                let text = case_text(asked, &payer.id, date, treatment, indication, &codes);
                let (case, notes) = source::case("matrix", &text, library)?;
                let answer = determine(&case, &notes, &source::compiled(library, &case)?);
                answered.extend(answer.lines.first().map(|line| row(treatment, indication, line, library, &ledger)));
                if answered.last().is_some_and(|row| row.coverage != Coverage::Unknown.word()) {
                    break;
                }
            }
            let known = answered.iter().position(|row| row.coverage != Coverage::Unknown.word());
            rows.extend((!answered.is_empty()).then(|| answered.swap_remove(known.unwrap_or(0))));
        }
    }
    if asked.json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        print_json(&json!({ "payer": payer.id, "state": asked.state, "date": date.to_string(), "rows": rows }))?;
    } else {
        print(&text(&rows, &payer.name, asked, date))?;
    }
    Ok(Done::Answered)
}

/// A case that tells nothing but payer, state, treatment, purpose, and a usual diagnosis and code of it.
fn case_text(
    asked: &Asked,
    payer: &str,
    date: Date,
    treatment: &Treatment,
    indication: &Indication,
    codes: &[String],
) -> String {
    let purpose = if indication.cosmetic { "cosmetic" } else { "medical" };
    let mut text = format!("date = {date}\ncoverage.payer = \"{payer}\"\n");
    if let Some(state) = &asked.state {
        let _ = writeln!(text, "facility.state = {}", toml::Value::from(state.clone()));
    }
    let _ = write!(text, "[[line]]\ntreatment = \"{}\"\npurpose = \"{purpose}\"\n", treatment.id);
    if !codes.is_empty() {
        let _ = writeln!(text, "codes = {}", toml::Value::from(codes.to_vec()));
    }
    if let Some(code) = indication.example_diagnosis() {
        let _ = writeln!(text, "diagnoses = [\"{code}\"]");
    }
    text
}

fn row<'l>(
    treatment: &'l Treatment,
    indication: &'l Indication,
    line: &LineAnswer,
    library: &Library,
    ledger: &Ledger,
) -> Row<'l> {
    // Whether it may be done, and billed, are other questions; gates of a state have no file of their own.
    let is_of_coverage = |id: &str| {
        let policy = library.policies().all().iter().find(|policy| policy.header().id == id);
        let rank = policy.and_then(|policy| library.ranks().find(&policy.header().rank));
        rank.is_some_and(|rank| library.ranks().rank(rank).effect != Effect::Gate)
    };
    let because = line.because.iter().find(|because| is_of_coverage(&because.policy));
    let by = because.map(|because| By {
        policy: because.policy.clone(),
        grade: because.grade.clone(),
        read: because.read.map(|day| day.to_string()),
        text: ledger.dated(&because.policy).map(str::to_owned),
    });
    let asks_first = line.prior_authorization != Authorization::None;
    Row { treatment, indication, coverage: line.coverage.word(), asks_first, by }
}

fn text(rows: &[Row<'_>], payer: &str, asked: &Asked, date: Date) -> String {
    let mut out = String::new();
    let place = asked.state.as_ref().map_or_else(String::new, |state| format!(" in {state}"));
    let _ = writeln!(out, "What the library says of {payer}{place} on {date}\n");
    let mut last = "";
    for row in rows {
        if row.treatment.id != last {
            let _ = writeln!(out, "{}", row.treatment.name);
            last = &row.treatment.id;
        }
        let authorization = if row.asks_first { ", authorization" } else { "" };
        paragraph(&mut out, 2, &format!("{}: {}{authorization}", row.indication.name, row.coverage));
        let by = row.by.as_ref().map_or_else(
            || "nothing that speaks of it".to_owned(),
            |By { policy, grade, text, .. }| {
                let age = text.as_ref().map_or_else(String::new, |text| format!(", text of {text}"));
                format!("{policy} ({grade}{age})")
            },
        );
        paragraph(&mut out, 6, &by);
    }
    let count = |word| rows.iter().filter(|row| row.coverage == word).count();
    let counts = ["covered", "conditional", "not-covered", "unknown"].map(|word| format!("{} {word}", count(word)));
    let _ = writeln!(out, "\n{} lines: {}", rows.len(), counts.join(", "));
    paragraph(&mut out, 0, "`authorization`: it is asked for, or may be.");
    out
}

fn as_json(row: &Row<'_>) -> Value {
    let by = row.by.as_ref();
    json!({
        "treatment": row.treatment.id,
        "indication": row.indication.id,
        "coverage": row.coverage,
        "prior_authorization": row.asks_first,
        "policy": by.map(|by| &by.policy),
        "grade": by.map(|by| &by.grade),
        "read": by.and_then(|by| by.read.as_ref()),
        "text": by.and_then(|by| by.text.as_ref()),
    })
}
