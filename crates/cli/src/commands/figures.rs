//! `covered parameters` and `covered notices`: figures of law by year, and the papers that the law asks for.

use std::fmt::Write as _;

use clap::Args;
use jiff::civil::Date;
use library::law::{Figure, Notice};
use serde_json::{Value, json};

use super::deadlines::{authority, authority_json};
use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

#[derive(Debug, Args)]
pub(crate) struct Figures {
    /// Only those with this word.
    #[arg(value_name = "WORD")]
    word: Option<String>,
    /// The value on this day; without it, today's.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Notices {
    /// Only those with this word.
    #[arg(value_name = "WORD")]
    word: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

fn has(word: Option<&str>, texts: [&str; 2]) -> bool {
    word.is_none_or(|word| texts.iter().any(|text| text.to_lowercase().contains(&word.to_lowercase())))
}

fn nothing(what: &str) -> Failure {
    let help = format!("`covered {what}` without a word lists all of them");
    Failure::Name { message: format!("no {what} have this word"), help }
}

/// `covered parameters`
pub(crate) fn figures(wanted: &Figures, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let date = wanted.date.unwrap_or_else(|| source::now().date());
    let word = wanted.word.as_deref();
    let found: Vec<&Figure> =
        library.law()?.figures.iter().filter(|figure| has(word, [&figure.id, &figure.name])).collect();
    if found.is_empty() {
        return Err(nothing("parameters"));
    }
    let mut out = String::new();
    for figure in &found {
        let known = figure.on(date);
        let value =
            known.map_or_else(|| "not known on that day".to_owned(), |known| in_unit(&known.value, &figure.unit));
        let since = known.and_then(|known| known.from).map_or_else(String::new, |from| format!(" (from {from})"));
        hanging(&mut out, 0, 4, &format!("{}: {value}{since}", figure.id));
        below(&mut out, 4, &figure.name);
        authority(&mut out, 4, &figure.authority);
    }
    let _ = writeln!(out, "\n{DISCLAIMER}");
    if wanted.json {
        out = json_text(&Value::Array(found.iter().map(|figure| figure_json(figure, date)).collect()));
    }
    print(&out)?;
    Ok(Done::Answered)
}

fn in_unit(value: &str, unit: &str) -> String {
    match unit {
        "dollars" => value.parse::<codes::Cents>().map_or_else(|_| value.to_owned(), |cents| cents.to_string()),
        "percent" => format!("{value} %"),
        "count" | "answer" => value.to_owned(),
        unit => format!("{value} {unit}"),
    }
}

fn figure_json(figure: &Figure, date: Date) -> Value {
    let value = |value: &library::law::FigureValue| json!({"from": value.from.map(|from| from.to_string()), "value": value.value});
    json!({
        "id": figure.id,
        "name": figure.name,
        "unit": figure.unit,
        "on": date.to_string(),
        "value": figure.on(date).map(value),
        "values": figure.values.iter().map(value).collect::<Vec<_>>(),
        "source": authority_json(&figure.authority),
    })
}

/// `covered notices`
pub(crate) fn notices(wanted: &Notices, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let word = wanted.word.as_deref();
    let found: Vec<&Notice> =
        library.law()?.notices.iter().filter(|notice| has(word, [&notice.id, &notice.name])).collect();
    if found.is_empty() {
        return Err(nothing("notices"));
    }
    let mut out = String::new();
    found.iter().for_each(|notice| tell(&mut out, notice));
    let _ = writeln!(out, "\n{DISCLAIMER}");
    if wanted.json {
        out = json_text(&Value::Array(found.iter().map(|notice| notice_json(notice)).collect()));
    }
    print(&out)?;
    Ok(Done::Answered)
}

fn tell(out: &mut String, notice: &Notice) {
    let case = notice.case.as_ref().map_or_else(String::new, |case| format!(" [in a case: {case}]"));
    hanging(out, 0, 4, &format!("{}: {}{case}", notice.id, notice.name));
    below(out, 4, &notice.when);
    let parts = [
        ("it holds", &notice.holds),
        ("often also", &notice.often),
        ("it must be so", &notice.limits),
        ("worthless if", &notice.worthless),
        ("used by", &notice.licenses),
    ];
    for (what, list) in parts.into_iter().filter(|(_, list)| !list.is_empty()) {
        hanging(out, 4, 6, &format!("{what}: {}", list.join(", ").replace('_', " ")));
    }
    for (modifier, says) in &notice.modifiers {
        hanging(out, 4, 6, &format!("modifier {modifier}: {says}"));
    }
    for edition in &notice.editions {
        let until = edition.until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
        let from = edition.from.map_or_else(String::new, |from| format!(", to be used from {from}"));
        hanging(out, 4, 6, &format!("edition that prints the expiry {}{from}{until}", edition.expires));
        authority(out, 6, &edition.authority);
    }
    authority(out, 4, &notice.authority);
}

fn notice_json(notice: &Notice) -> Value {
    let classes: Vec<&str> = notice.classes.iter().map(|class| class.word()).collect();
    let editions: Vec<Value> = notice
        .editions
        .iter()
        .map(|edition| {
            json!({
                "expires": edition.expires.to_string(),
                "from": edition.from.map(|from| from.to_string()),
                "until": edition.until,
                "read": edition.read.map(|read| read.to_string()),
                "source": authority_json(&edition.authority),
            })
        })
        .collect();
    let modifiers: serde_json::Map<String, Value> =
        notice.modifiers.iter().map(|(modifier, says)| (modifier.clone(), Value::from(says.clone()))).collect();
    json!({
        "id": notice.id,
        "case": notice.case,
        "name": notice.name,
        "classes": classes,
        "when": notice.when,
        "holds": notice.holds,
        "often": notice.often,
        "limits": notice.limits,
        "worthless": notice.worthless,
        "licenses": notice.licenses,
        "modifiers": modifiers,
        "editions": editions,
        "source": authority_json(&notice.authority),
    })
}
