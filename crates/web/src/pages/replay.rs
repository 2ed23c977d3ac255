//! Next quarter: which of the practice's own visits another library answers otherwise, and by which policy and criterion.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use library::Library;
use library::impact::{Flip, Outcome};
use serde::Deserialize;
use store::nouns::Visit;
use store::{Cursor, Order, Query, Stored};

use super::filters::{self, Filters};
use super::frame::{Frame, Section};
use super::list::{Cell, Column, Empty, List, columns};
use super::{csv, page, parts, people};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::replay::{Reader, VISITS_MAX};
use crate::error::Problem;
use crate::who::Who;

/// The visits that are replayed when no day is named: a quarter.
const DAYS_BACK: i64 = 91;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/next-quarter", Right::Replay, show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    from: String,
    to: String,
    after: String,
    format: String,
}

struct Figure {
    count: usize,
    says: &'static str,
}

/// What was found, if there is another library.
struct Found {
    /// As the owner chose it.
    name: String,
    days: String,
    stamp: String,
    figures: Vec<Figure>,
    turns: List,
    flips: List,
    unread: Vec<(String, String, &'static str)>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "next_quarter.html")]
struct NextQuarter {
    frame: Frame,
    from: Date,
    to: Date,
    found: Option<Found>,
    may_export: bool,
    may_choose: bool,
    filters: Option<Filters>,
}

/// The title of the policy that decides, and the reason below. What this desk does not have is not to be read here.
fn why(library: &Library, is_here: bool, outcome: &Outcome) -> Cell {
    let below = parts::sentence(&outcome.text);
    let mut headers = library.policies().all().iter().rev().map(|policy| policy.header());
    let title = headers.find(|header| header.id == outcome.policy).map_or(&outcome.policy, |header| &header.title);
    match (title.is_empty(), is_here) {
        (true, _) => Cell::text(below),
        (false, true) => Cell::Link { href: format!("/policies/read/{}", outcome.policy), text: title.clone(), below },
        (false, false) => Cell::Said { text: title.clone(), below },
    }
}

/// A row of the file: with the names of policy and criterion, as other programs know them.
fn row_of_file(visit: &Stored<Visit>, patient: String, flip: &Flip) -> Vec<Cell> {
    let by = |outcome: &Outcome| {
        let name = format!("{}#{}", outcome.policy, outcome.criterion);
        let name = if outcome.policy.is_empty() { String::new() } else { name };
        [Cell::Verdict(outcome.verdict), Cell::text(name), Cell::text(outcome.text.clone())]
    };
    let of_visit = [visit.id.to_string(), patient, visit.day.to_string(), flip.line.to_string(), flip.what.clone()];
    of_visit.into_iter().map(Cell::text).chain(by(&flip.old)).chain(by(&flip.new)).collect()
}

async fn show(State(desk): State<Desk>, who: Who, UrlQuery(wanted): UrlQuery<Wanted>) -> Result<Response, Problem> {
    let to = wanted.to.parse().unwrap_or_else(|_| desk.today());
    let from = wanted.from.parse().unwrap_or_else(|_| to.saturating_sub(DAYS_BACK.days()));
    let (is_file, may_choose) = (wanted.format == "csv", who.may(Right::PracticeWrite));
    if is_file && !who.may(Right::Export) {
        return Err(Problem::no_right(Right::Export));
    }
    let Some(chosen) = desk.other_chosen().await? else {
        let frame = Frame::new(&desk, &who, "Next quarter", Section::Policies).await?;
        return Ok(page(&NextQuarter { frame, from, to, found: None, may_export: false, filters: None, may_choose })?
            .into_response());
    };
    let query = Query::<Visit>::all().from(from).to(to).order(Order::LastDay).limit(VISITS_MAX);
    let replay = desk.replay(&who, &query.after(wanted.after.parse::<Cursor>().ok())).await?;
    let visits: Vec<_> = replay.flips.iter().map(|(visit, _)| visit.clone()).collect();
    let patients = people::patients_of(&desk, &who, &visits).await?;
    let name = |visit: &Stored<Visit>| patients.get(&visit.patient).cloned().unwrap_or_default();
    if is_file {
        let names =
            ["Visit", "Patient", "Day", "Line", "What", "Now", "Policy", "Why", "Then", "Policy then", "Why then"];
        let rows = replay.flips.iter().map(|(visit, flip)| row_of_file(visit, name(visit), flip)).collect();
        let list = List { caption: String::new(), columns: columns(&names), rows, empty: Empty::default() };
        return Ok(csv(&list, "next-quarter"));
    }
    let row = |(visit, flip): &(Stored<Visit>, Flip)| {
        vec![
            Cell::Link {
                href: format!("/visits/{}", visit.id),
                text: name(visit),
                below: format!("{}, line {}: {}", parts::day(visit.day), flip.line, flip.what),
            },
            Cell::Verdict(flip.old.verdict),
            why(desk.library(), true, &flip.old),
            Cell::Verdict(flip.new.verdict),
            why(replay.other, false, &flip.new),
        ]
    };
    let flips = List {
        caption: "What gets another answer".to_owned(),
        columns: columns(&["Visit", "Now", "Why", "Then", "Why then"]),
        rows: replay.flips.iter().map(row).collect(),
        empty: Empty {
            title: "Every answer stays",
            text: "None of these visits gets another verdict or another way of the money by the other library.",
            act: None,
        },
    };
    let mut turns: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, flip) in &replay.flips {
        *turns.entry((parts::verdict_name(flip.old.verdict), parts::verdict_name(flip.new.verdict))).or_default() += 1;
    }
    let turn = |((old, new), count): (&(&str, &str), &usize)| {
        vec![Cell::text(*old), Cell::text(*new), Cell::text(count.to_string())]
    };
    let mut names = columns(&["Now", "Then"]);
    names.push(Column { name: "Lines", is_number: true });
    let turns = List {
        caption: "How verdicts turn".to_owned(),
        columns: names,
        rows: turns.iter().map(turn).collect(),
        empty: Empty::default(),
    };
    let unread = replay.unread.iter().map(|(visit, reader)| {
        let by = match reader {
            Reader::This => "the library of this desk",
            Reader::Other => "the other library",
        };
        (format!("/visits/{}", visit.id), parts::day(visit.day), by)
    });
    let found = Found {
        name: chosen,
        days: format!("{} to {}", parts::day(from), parts::day(to)),
        stamp: replay.other.sha256()[..super::papers::STAMP_DIGITS].to_owned(),
        figures: vec![
            Figure { count: replay.visits, says: "visits answered twice" },
            Figure { count: replay.lines, says: "lines" },
            Figure { count: replay.flips.len(), says: "get another answer" },
        ],
        turns,
        flips,
        unread: unread.collect(),
        next: replay.next.map(|cursor| cursor.to_string()),
    };
    let frame = Frame::new(&desk, &who, "Next quarter", Section::Policies).await?;
    let may_export = who.may(Right::Export);
    let query = filters::query(&[("from", &wanted.from), ("to", &wanted.to)]);
    let filters =
        Some(Filters::new(&desk, &who, "/next-quarter", &query, vec![("The last quarter", String::new())]).await?);
    Ok(page(&NextQuarter { frame, from, to, found: Some(found), may_export, may_choose, filters })?.into_response())
}
