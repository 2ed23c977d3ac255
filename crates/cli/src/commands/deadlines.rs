//! `covered deadlines`: the last day to act, computed from an event.

use std::fmt::Write as _;

use clap::Args;
use codes::dates::{Clock, Due, MissingDay, Period, Starts, Within};
use coverage::reference::PayerClass;
use jiff::civil::{Date, DateTime};
use library::Library;
use library::law::{Authority, Deadline, Estimate, Law};
use policy::ast::Grade;
use policy::dictionary::Who;
use policy::show::grade_words;
use serde_json::{Value, json};

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

/// Identifier of the clock that two days decide.
const ESTIMATE: &str = "estimate";

#[derive(Debug, Args)]
pub(crate) struct Deadlines {
    /// Which deadline; without one, all are listed.
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The day of the event that starts the clock; with a time where hours count: 2026-11-20T09:30.
    #[arg(value_name = "DATE", requires = "id", value_parser = event)]
    event: Option<DateTime>,
    /// For the estimate: the day of service, where the event is the day of scheduling; without it, the day of the request.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "event")]
    service: Option<Date>,
    /// Only those of one kind of coverage: original-medicare.
    #[arg(long, value_name = "CLASS", conflicts_with = "event")]
    class: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

fn event(text: &str) -> Result<DateTime, String> {
    text.parse::<DateTime>().map_err(|_| "write a day such as 2026-11-20, or with a time: 2026-11-20T09:30".to_owned())
}

pub(crate) fn run(wanted: &Deadlines, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let law = library.law()?;
    let out = match (&wanted.id, wanted.event) {
        (Some(id), event) if id == ESTIMATE && law.estimate.is_some() => {
            let estimate = law.estimate.as_ref().expect("INVARIANT: just looked at");
            one_estimate(estimate, event, wanted)
        }
        (Some(id), event) => one(find(id, law)?, event, wanted.json),
        (None, _) => all(law, class(wanted.class.as_deref(), &library)?, wanted.json),
    };
    print(&out)?;
    Ok(Done::Answered)
}

/// The kind of coverage that a person means.
pub(crate) fn class(typed: Option<&str>, library: &Library) -> Result<Option<PayerClass>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let exact = PayerClass::from_word(typed);
    let meant = exact.map_or_else(|| library.classes().find(typed), Ok);
    let words: Vec<&str> = PayerClass::ALL.iter().map(|(word, _)| *word).collect();
    let help = format!("kinds of coverage: {}", words.join(", "));
    meant.map(Some).map_err(|error| Failure::Name { message: error.to_string(), help })
}

fn find<'l>(id: &str, law: &'l Law) -> Result<&'l Deadline, Failure> {
    law.deadlines.iter().find(|deadline| deadline.id == id).ok_or_else(|| {
        let near = codes::suggest(id, law.deadlines.iter().map(|deadline| deadline.id.as_str()).chain([ESTIMATE]));
        let help = near.map_or_else(
            || "`covered deadlines` lists all".to_owned(),
            |near| format!("did you mean `{near}`? `covered deadlines` lists all"),
        );
        Failure::Name { message: format!("there is no deadline `{id}`"), help }
    })
}

/// How a last day follows from its event, in words: "60 days after the last day of that calendar year".
pub(crate) fn rule(clock: &Clock, from: &str) -> String {
    let event = match clock.starts {
        Starts::AtEvent => format!("\"{from}\""),
        Starts::AtYearEnd => format!("the end of the calendar year of \"{from}\""),
    };
    let receipt =
        clock.receipt.map_or_else(String::new, |receipt| format!(", which counts as received after {receipt}"));
    let missing = match clock.missing {
        MissingDay::FirstOfNext => "; where the month lacks the day, the first of the next month",
        MissingDay::LastOfMonth => "",
    };
    let within = match clock.within {
        Within::Period(Period::BusinessDays(_)) => format!("{} (without federal holidays)", clock.within),
        within => within.to_string(),
    };
    format!("{within} {} {event}{receipt}{missing}", if clock.before { "before" } else { "after" })
}

fn one(deadline: &Deadline, event: Option<DateTime>, json: bool) -> String {
    let due = event.map(|event| deadline.clock.due(event));
    let late = due.and_then(|due| extended(deadline, due));
    if json {
        return json_text(&deadline_json(deadline, event, due, late));
    }
    let mut out = String::new();
    if let Some(due) = due {
        below(&mut out, 0, &format!("Due by {due}: {}.", deadline.does));
    } else {
        below(&mut out, 0, &format!("{}.", deadline.does));
    }
    tell(&mut out, deadline, event, late);
    let _ = writeln!(out, "\n{DISCLAIMER}");
    out
}

fn extended(deadline: &Deadline, due: Due) -> Option<Date> {
    match (due, &deadline.extended) {
        (Due::Day(day), Some((period, _))) => Some(period.after(day)),
        _ => None,
    }
}

fn tell(out: &mut String, deadline: &Deadline, event: Option<DateTime>, late: Option<Date>) {
    below(out, 4, &format!("who: {}; rule: {}", who(deadline.who), rule(&deadline.clock, &deadline.from)));
    if let Some(event) = event {
        let start = deadline.clock.start(event.date());
        if start != event.date() {
            below(out, 4, &format!("event on {}; the clock starts on {start}", event.date()));
        }
    }
    if let Some((period, reason)) = &deadline.extended {
        let until = late.map_or_else(String::new, |day| format!(", until {day}"));
        below(out, 4, &format!("longer by {period}{until}, for {reason}"));
    }
    if let Some(state) = deadline.state {
        below(out, 4, &format!("state: {}", state.name()));
    }
    authority(out, 4, &deadline.authority);
}

/// Citation, address, grade and note.
pub(crate) fn authority(out: &mut String, indent: usize, authority: &Authority) {
    below(out, indent, &format!("{} ({})", authority.citation, grade_words(authority.grade)));
    authority.url.iter().for_each(|url| below(out, indent, url));
    authority.note.iter().for_each(|note| below(out, indent, &format!("Note: {note}")));
}

const fn who(who: Who) -> &'static str {
    match who {
        Who::Clinician => "clinician",
        Who::Patient => "patient",
        Who::FrontDesk => "front desk",
        Who::Biller => "biller",
        Who::Payer => "payer",
        Who::Practice => "practice",
    }
}

fn all(law: &Law, class: Option<PayerClass>, json: bool) -> String {
    let of_class = |deadline: &&Deadline| class.is_none_or(|class| deadline.classes.contains(&class));
    let listed: Vec<&Deadline> = law.deadlines.iter().filter(of_class).collect();
    if json {
        let mut list: Vec<Value> = listed.iter().map(|deadline| deadline_json(deadline, None, None, None)).collect();
        list.extend(
            law.estimate.iter().filter(|_| class.is_none()).map(|estimate| estimate_json(estimate, None, None, None)),
        );
        return json_text(&Value::Array(list));
    }
    let mut out = String::new();
    for deadline in listed {
        hanging(&mut out, 0, 4, &format!("{}: {}", deadline.id, deadline.does));
        tell(&mut out, deadline, None, None);
    }
    if let Some(estimate) = law.estimate.as_ref().filter(|_| class.is_none_or(|class| class == PayerClass::SelfPay)) {
        hanging(&mut out, 0, 4, &format!("{ESTIMATE}: {}", estimate.does));
        bands(&mut out, estimate);
        authority(&mut out, 4, &estimate.authority);
    }
    let _ = writeln!(out, "\n`covered deadlines ID DATE` computes the last day.\n{DISCLAIMER}");
    out
}

fn bands(out: &mut String, estimate: &Estimate) {
    for band in &estimate.bands {
        let ahead = band
            .ahead_max
            .map_or_else(|| format!("{} or more", band.ahead_min), |max| format!("{} to {max}", band.ahead_min));
        let due =
            band.within.map_or_else(|| "none is due without a request".to_owned(), |within| format!("within {within}"));
        below(out, 4, &format!("scheduled {ahead} business days ahead: {due}"));
    }
    below(out, 4, &format!("on request, and to ask what it costs is a request: within {}", estimate.on_request));
}

fn one_estimate(estimate: &Estimate, event: Option<DateTime>, wanted: &Deadlines) -> String {
    let due = event.map(|event| match wanted.service {
        Some(service) => estimate.due_on_scheduling(event.date(), service),
        None => Some(estimate.due_on_request(event.date())),
    });
    if wanted.json {
        return json_text(&estimate_json(estimate, event, wanted.service, due.flatten()));
    }
    let mut out = String::new();
    match (due, wanted.service) {
        (Some(Some(day)), _) => below(&mut out, 0, &format!("Due by {day}: {}.", estimate.does)),
        (Some(None), _) => {
            below(&mut out, 0, "None is due for this day of service, unless the patient asks what it costs.")
        }
        (None, _) => below(&mut out, 0, &format!("{}.", estimate.does)),
    }
    bands(&mut out, estimate);
    if let (Some(event), None) = (event, wanted.service) {
        let first = estimate.first_service_with_estimate(event.date());
        first.iter().for_each(|first| {
            below(
                &mut out,
                4,
                &format!("counted from a request; scheduled on that day, one is due for services from {first} on"),
            );
        });
    }
    authority(&mut out, 4, &estimate.authority);
    let _ = writeln!(out, "\n{DISCLAIMER}");
    out
}

/// Citation, grade and rows, for JSON.
pub(crate) fn authority_json(authority: &Authority) -> Value {
    let grade = Grade::ALL.iter().find(|(grade, _)| *grade == authority.grade).map(|(_, word)| *word);
    json!({
        "rules": authority.rules,
        "citation": authority.citation,
        "url": authority.url,
        "grade": grade,
        "note": authority.note,
    })
}

fn deadline_json(deadline: &Deadline, event: Option<DateTime>, due: Option<Due>, late: Option<Date>) -> Value {
    let classes: Vec<&str> = deadline.classes.iter().map(|class| class.word()).collect();
    json!({
        "id": deadline.id,
        "does": deadline.does,
        "who": who(deadline.who),
        "classes": classes,
        "state": deadline.state.map(codes::StateCode::as_str),
        "trigger": deadline.from,
        "event": event.map(|event| event.to_string()),
        "within": deadline.clock.within.to_string(),
        "before": deadline.clock.before,
        "rule": rule(&deadline.clock, &deadline.from),
        "clock_starts": event.map(|event| deadline.clock.start(event.date()).to_string()),
        "due": due.map(|due| due.to_string()),
        "extended": deadline.extended.as_ref().map(|(period, reason)| {
            json!({"by": period.to_string(), "for": reason, "until": late.map(|day| day.to_string())})
        }),
        "source": authority_json(&deadline.authority),
    })
}

fn estimate_json(estimate: &Estimate, event: Option<DateTime>, service: Option<Date>, due: Option<Date>) -> Value {
    let bands: Vec<Value> = estimate
        .bands
        .iter()
        .map(|band| {
            json!({"ahead_min": band.ahead_min, "ahead_max": band.ahead_max, "within": band.within.map(|within| within.to_string())})
        })
        .collect();
    json!({
        "id": ESTIMATE,
        "does": estimate.does,
        "trigger": if service.is_some() { "scheduled" } else { "requested" },
        "event": event.map(|event| event.to_string()),
        "service": service.map(|day| day.to_string()),
        "bands": bands,
        "on_request": estimate.on_request.to_string(),
        "due": due.map(|day| day.to_string()),
        "source": authority_json(&estimate.authority),
    })
}
