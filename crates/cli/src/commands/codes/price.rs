//! `covered price`: what Medicare allows, from the imported tables.

use std::fmt::Write as _;

use codebook::Store;
use codebook::price::{Asked, Price, Schedule, Setting};
use codes::{Modifier, ProcedureCode};
use serde_json::json;

use super::arguments::Price as Arguments;
use super::{in_store, pretty, store};
use crate::Done;
use crate::output::{Failure, print, wrapped, wrapped_at};
use crate::source;

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let store = store(&arguments.store)?;
    let lines = arguments.lines.iter().map(|line| asked(line)).collect::<Result<Vec<_>, _>>()?;
    let day = arguments.date.unwrap_or_else(|| source::now().date());
    let schedule = Schedule::on(&store, day).map_err(in_store)?;
    if schedule.is_empty() {
        return Err(nothing(&store, day));
    }
    let setting = Setting {
        day,
        locality: locality(&schedule, &arguments.locality)?,
        facility: arguments.facility,
        non_physician: arguments.non_physician,
        participates: !arguments.non_participating,
        part: if arguments.qualifying { "qpp" } else { "nonqpp" }.to_owned(),
    };
    let price = schedule.price(&lines, &setting);
    print(&if arguments.json { as_json(&price, &setting) } else { said(&price, &setting) })?;
    Ok(Done::Answered)
}

fn nothing(store: &Store, day: jiff::civil::Date) -> Failure {
    Failure::Name {
        message: format!("no fee schedule for {day} has been imported to `{}`", store.root().display()),
        help: "import the PFS release and the drug payment limits from CMS: `covered codes import rvu26d.zip`"
            .to_owned(),
    }
}

/// Reads `64615-50:2`.
fn asked(text: &str) -> Result<Asked, Failure> {
    let wrong = |what: &str| Failure::Name {
        message: format!("`{text}` is no code to price: {what}"),
        help: "write a code, its modifiers and its units: 64615, 64615-50, J0585:155".to_owned(),
    };
    let (codes, units) = text.split_once(':').unwrap_or((text, "1"));
    let mut parts = codes.split('-');
    let code: ProcedureCode =
        parts.next().unwrap_or_default().parse().map_err(|_| wrong("that is no procedure code"))?;
    let modifiers: Vec<Modifier> =
        parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong("a modifier has two characters"))?;
    let units: u32 =
        units.parse().ok().filter(|units| *units > 0).ok_or_else(|| wrong("units are a whole number from 1"))?;
    Ok(Asked { code, modifiers, units })
}

fn locality(schedule: &Schedule, written: &str) -> Result<String, Failure> {
    let written = written.to_ascii_uppercase();
    let state = written.split('-').next().unwrap_or_default();
    let known = schedule.localities(state);
    if known.iter().any(|(place, _)| *place == written) {
        return Ok(written);
    }
    match &known[..] {
        [(place, _)] if written == *state => Ok(place.clone()),
        [] => Err(Failure::Name {
            message: format!("`{written}` is in no imported table of localities"),
            help: "write the state and the number, CA-18; import GPCI of the year if there is none".to_owned(),
        }),
        _ => {
            let names: Vec<String> = known.iter().map(|(place, name)| format!("{place} {name}")).collect();
            let help = format!("write one of: {}", names.join("; "));
            Err(Failure::Name { message: format!("{state} has {} localities", known.len()), help })
        }
    }
}

fn said(price: &Price, setting: &Setting) -> String {
    let mut out = String::new();
    for line in &price.lines {
        let modifiers: String = line.asked.modifiers.iter().map(|modifier| format!("-{modifier}")).collect();
        let amount = match &line.allowed {
            Ok(amount) => amount.to_string(),
            Err(why) => format!("no price: {why}"),
        };
        let heading = format!("{}{modifiers} × {}  {amount}", line.asked.code, line.asked.units);
        let _ = writeln!(out, "{}", wrapped(&heading, 4));
        for step in &line.steps {
            let _ = writeln!(out, "    {}", wrapped_at(&step.what, 4, 6));
            let _ = writeln!(out, "      {}", wrapped_at(&step.source, 6, 6));
        }
    }
    let place = if setting.facility { "facility" } else { "office" };
    match price.allowed {
        Some(total) => {
            let _ = writeln!(out, "Medicare allows {total} ({}, {place}, {})", setting.locality, setting.day);
        }
        None => out.push_str("No sum, since a line has no price.\n"),
    }
    if let Some(limit) = price.limiting_charge {
        let line = format!("Unassigned, at most {limit} may be charged for what is not a drug (42 CFR 414.48).");
        let _ = writeln!(out, "{}", wrapped(&line, 2));
    }
    out.push_str("An estimate from the public schedule, before deductible and coinsurance; no guarantee of payment.\n");
    out
}

fn as_json(price: &Price, setting: &Setting) -> String {
    let lines: Vec<_> = price
        .lines
        .iter()
        .map(|line| {
            let modifiers: Vec<String> = line.asked.modifiers.iter().map(ToString::to_string).collect();
            json!({
                "code": line.asked.code.to_string(),
                "modifiers": modifiers,
                "units": line.asked.units,
                "allowed_cents": line.allowed.as_ref().ok().map(|cents| cents.0),
                "no_price_because": line.allowed.as_ref().err(),
                "drug": line.drug,
                "steps": line.steps.iter().map(|step| json!({ "what": step.what, "source": step.source })).collect::<Vec<_>>(),
            })
        })
        .collect();
    pretty(&json!({
        "format": 1,
        "date": setting.day.to_string(),
        "locality": setting.locality,
        "facility": setting.facility,
        "lines": lines,
        "allowed_cents": price.allowed.map(|cents| cents.0),
        "limiting_charge_cents": price.limiting_charge.map(|cents| cents.0),
    }))
}
