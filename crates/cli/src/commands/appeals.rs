//! `covered appeals`: the way of an appeal, level by level, with the last day of the first.

use std::fmt::Write as _;

use clap::Args;
use codes::Cents;
use codes::dates::Due;
use jiff::civil::Date;
use library::law::{AppealLevel, AppealPath};
use serde_json::{Value, json};

use super::deadlines::{authority, authority_json, class, rule};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

#[derive(Debug, Args)]
pub(crate) struct Appeals {
    /// Kind of coverage: original-medicare, medicare-advantage, medicaid, tricare, fehb, commercial. Without one, all.
    #[arg(value_name = "CLASS")]
    class: Option<String>,
    /// Date of the notice that is appealed.
    #[arg(long, value_name = "YYYY-MM-DD")]
    notice: Option<Date>,
    /// The level on which it was decided last, from 1; without it, the first appeal is shown.
    #[arg(long, value_name = "NUMBER", requires = "notice", default_value_t = 0)]
    decided: usize,
    /// What is at stake, in dollars.
    #[arg(long, value_name = "DOLLARS")]
    amount: Option<Cents>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(wanted: &Appeals, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let class = class(wanted.class.as_deref(), &library)?;
    let paths: Vec<&AppealPath> =
        library.law()?.appeals.iter().filter(|path| class.is_none_or(|class| path.classes.contains(&class))).collect();
    if paths.is_empty() {
        return Err(Failure::Name {
            message: "the library holds no way of appeal for this kind of coverage".to_owned(),
            help: "the denial itself, and the plan, tell the levels and days; `covered appeals` lists the ways that are held".to_owned(),
        });
    }
    let most = paths.iter().map(|path| path.levels.len()).max().unwrap_or_default();
    if wanted.decided >= most {
        return Err(Failure::Name {
            message: format!("there is no level after level {}", wanted.decided),
            help: format!("levels that are held: {most}"),
        });
    }
    let out = if wanted.json {
        json_text(&Value::Array(paths.iter().map(|path| path_json(path, wanted)).collect()))
    } else {
        let mut out = String::new();
        paths.iter().for_each(|path| tell(&mut out, path, wanted));
        let _ = writeln!(out, "{DISCLAIMER}");
        out
    };
    print(&out)?;
    Ok(Done::Answered)
}

/// The last day for the level that comes next after the notice.
fn due(level: &AppealLevel, number: usize, wanted: &Appeals) -> Option<Due> {
    let next = number == wanted.decided + 1;
    Some(level.file?.due(wanted.notice.filter(|_| next)?.into()))
}

/// Whether enough is at stake, in a sentence; `None` where no amount is asked.
fn stake(level: &AppealLevel, wanted: &Appeals) -> Option<String> {
    let latest = level.amounts.last().map(|amount| amount.year);
    let year = wanted.notice.map(Date::year).or(latest).unwrap_or_default();
    let Some(least) = level.least(year)? else {
        return Some(format!("a least amount is asked; that of {year} is not in the library"));
    };
    let enough = wanted.amount.map_or("", |amount| if amount >= least { ": reached" } else { ": not reached" });
    let of_year = if level.always_least.is_some() { String::new() } else { format!(" ({year})") };
    Some(format!("at least {least} must be at stake{of_year}{enough}"))
}

fn tell(out: &mut String, path: &AppealPath, wanted: &Appeals) {
    let _ = writeln!(out, "Appeal to {}", path.name);
    for (number, level) in (1..).zip(&path.levels) {
        hanging(out, 2, 5, &format!("{number}. {}", level.name));
        if let Some(clock) = &level.file {
            below(out, 5, &format!("file within {}", rule(clock, "notice")));
        }
        if let Some(due) = due(level, number, wanted) {
            below(out, 5, &format!("file by {due}"));
        }
        stake(level, wanted).iter().for_each(|text| below(out, 5, text));
        level.decide.iter().for_each(|(what, within)| below(out, 5, &format!("{what}: {within}")));
        level.note.iter().for_each(|note| below(out, 5, note));
    }
    authority(out, 2, &path.authority);
    out.push('\n');
}

fn path_json(path: &AppealPath, wanted: &Appeals) -> Value {
    let levels: Vec<Value> = (1..)
        .zip(&path.levels)
        .map(|(number, level)| {
            let decide: Vec<Value> =
                level.decide.iter().map(|(what, within)| json!({"what": what, "within": within.to_string()})).collect();
            let amounts: Vec<Value> = level
                .amounts
                .iter()
                .map(|amount| json!({"year": amount.year, "least": amount.least.to_decimal()}))
                .collect();
            json!({
                "level": number,
                "name": level.name,
                "file_within": level.file.map(|clock| clock.within.to_string()),
                "rule": level.file.map(|clock| rule(&clock, "notice")),
                "due": due(level, number, wanted).map(|due| due.to_string()),
                "decide": decide,
                "amounts": amounts,
                "least": level.always_least.map(Cents::to_decimal),
                "note": level.note,
            })
        })
        .collect();
    json!({"id": path.id, "name": path.name, "levels": levels, "source": authority_json(&path.authority), "disclaimer": DISCLAIMER})
}
