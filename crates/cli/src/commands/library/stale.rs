//! `covered library stale`: what was read, or written, too long ago.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use library::Library;
use library::report::PolicyReading;
use serde_json::{Value, json};

use super::arguments::{AgeOf, Stale as Wanted};
use super::{grade_word, paragraph, print_json};
use crate::Done;
use crate::output::{Failure, print};
use crate::source;

/// One policy, and how old it is.
struct Old {
    reading: PolicyReading,
    /// The latest day that its text names.
    text: Option<String>,
    /// How old, in days; none if that is not known.
    days: Option<i32>,
}

pub(crate) fn run(wanted: &Wanted, library: &Library) -> Result<Done, Failure> {
    let as_of = wanted.as_of.unwrap_or_else(|| source::now().date());
    let ledger = library.ledger()?;
    // Of several versions the latest, which stands last.
    let latest: BTreeMap<String, PolicyReading> =
        library.policy_sources()?.into_iter().map(|reading| (reading.id.clone(), reading)).collect();
    let mut old = Vec::new();
    for reading in latest.into_values() {
        let text = ledger.dated(&reading.id).map(str::to_owned);
        let day = match wanted.of {
            AgeOf::Reading => reading.read,
            AgeOf::Text => text.as_deref().and_then(last_day),
        };
        // Negative for a text that is dated ahead, such as a plan year.
        let days = day.and_then(|day| as_of.since(day).ok()).map(|span| span.get_days());
        if days.is_none_or(|days| days > wanted.days) {
            old.push(Old { reading, text, days });
        }
    }
    old.sort_by_key(|old| Reverse(old.days));
    if wanted.json {
        print_json(&as_json(&old, wanted, as_of))?;
    } else {
        print(&text(&old, wanted, as_of))?;
    }
    Ok(Done::Answered)
}

/// The last day that `2019`, `2019-09` or `2019-09-11` may mean, so that nothing is called older than it is.
fn last_day(dated: &str) -> Option<Date> {
    let mut parts = dated.split('-');
    let year: i16 = parts.next()?.parse().ok()?;
    let Some(month) = parts.next() else { return Date::new(year, 12, 31).ok() };
    let first = Date::new(year, month.parse().ok()?, 1).ok()?;
    match parts.next() {
        None => Some(first.last_of_month()),
        Some(day) => Date::new(year, first.month(), day.parse().ok()?).ok(),
    }
}

fn text(old: &[Old], wanted: &Wanted, as_of: Date) -> String {
    let mut out = String::new();
    for Old { reading, text, days } in old.iter().filter(|old| old.days.is_some()) {
        let days = days.unwrap_or_default();
        let _ = writeln!(out, "{}  ({})", reading.id, grade_word(reading.grade));
        let mut age = match wanted.of {
            AgeOf::Reading => format!("read {days} days ago"),
            AgeOf::Text => format!("text {days} days old"),
        };
        if let Some(text) = text {
            let _ = write!(age, "; text of {text}");
        }
        paragraph(&mut out, 4, &format!("{age}: {}", reading.citation));
        if let Some(url) = &reading.url {
            let _ = writeln!(out, "    {url}");
        }
    }
    let unknown = old.iter().filter(|old| old.days.is_none()).count();
    let (verb, never) = match wanted.of {
        AgeOf::Reading => ("were read more than", "were never read: general knowledge, or only the header was seen"),
        AgeOf::Text => ("rest on a text that is older than", "rest on a text without a day"),
    };
    paragraph(&mut out, 0, &format!("{} policies {verb} {} days before {as_of}.", old.len() - unknown, wanted.days));
    paragraph(&mut out, 0, &format!("{unknown} {never}; --json lists them."));
    out
}

fn as_json(old: &[Old], wanted: &Wanted, as_of: Date) -> Value {
    let policies: Vec<Value> = old
        .iter()
        .map(|old| {
            json!({
                "policy": old.reading.id,
                "title": old.reading.title,
                "grade": grade_word(old.reading.grade),
                "citation": old.reading.citation,
                "url": old.reading.url,
                "read": old.reading.read.map(|day| day.to_string()),
                "text": old.text,
                "days": old.days,
            })
        })
        .collect();
    json!({ "as_of": as_of.to_string(), "days": wanted.days, "of": wanted.of.word(), "policies": policies })
}
