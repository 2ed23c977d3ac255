//! The audit as a list, and who looked at one patient.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use store::nouns::{Patient, User};
use store::{AuditQuery, Entry, Id, Query};

use super::filters::{self, Filters};
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::sent::Sent;
use super::{csv, page, parts, people};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

/// Entries of one page.
const PAGE: usize = 80;
/// Entries of a file.
const FILE_MAX: usize = 1000;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/audit", Right::AuditRead, browse).get("/patients/{id}/access", Right::AccessReport, access)
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    from: String,
    to: String,
    actor: String,
    purpose: String,
    people: Vec<(String, String)>,
    table: List,
    next: Option<String>,
    query: String,
    filters: Filters,
}

/// The names of users, by how the audit writes them.
async fn names(desk: &Desk) -> Result<HashMap<String, String>, Problem> {
    let users = desk.store().peek_all(&Query::<User>::all()).await?.items;
    let mut names: HashMap<String, String> =
        users.iter().map(|user| (format!("user:{}", user.id), user.name.clone())).collect();
    names.insert("program".to_owned(), "this program".to_owned());
    names.insert("nobody".to_owned(), "nobody who is known".to_owned());
    Ok(names)
}

/// When a day begins where this machine is.
pub(crate) fn day_start(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(jiff::tz::TimeZone::system()).ok()?.timestamp())
}

async fn browse(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let is_file = sent.get("format") == "csv";
    if is_file && !who.may(Right::Export) {
        return Err(Problem::no_right(Right::Export));
    }
    let day = |name: &str| sent.get(name).parse::<Date>().ok();
    let query = AuditQuery {
        actor: sent.some("actor"),
        purpose: sent.some("purpose"),
        from: day("from").and_then(day_start),
        to: day("to").and_then(|day| day_start(day.tomorrow().ok()?)),
        before: sent.get("before").parse().ok(),
        limit: if is_file { FILE_MAX } else { PAGE },
        ..AuditQuery::default()
    };
    let mut work = desk.store().begin(&who.act_for(&desk, store::Purpose::Audit)).await?;
    let entries = work.audit(&query).await?;
    let mut reasons = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.note.is_some()) {
        if let Some(reason) = work.reason(entry).await? {
            reasons.insert(entry.seq, reason.into_inner());
        }
    }
    work.commit().await?;
    let names = names(&desk).await?;
    let row = |entry: &Entry| {
        let reason = reasons.get(&entry.seq).map_or_else(String::new, |reason| format!(": {reason}"));
        vec![
            Cell::text(entry.seq.to_string()),
            Cell::text(parts::moment(entry.at)),
            Cell::text(names.get(&entry.actor).cloned().unwrap_or_else(|| entry.actor.clone())),
            Cell::text(format!("{} {}{reason}", entry.action.replace('-', " "), entry.noun.replace('-', " "))),
            Cell::text(entry.purpose.replace('-', " ")),
        ]
    };
    let empty = Empty {
        title: "No entry like that",
        text: "Widen the days, or take a filter away.",
        act: Some(("Show the last entries", "/audit".to_owned())),
    };
    let table = List {
        caption: "Entries of the audit, the last first".to_owned(),
        columns: columns(&["Entry", "When", "Who", "What", "For"]),
        rows: entries.iter().map(row).collect(),
        empty,
    };
    if is_file {
        return Ok(csv(&table, "audit"));
    }
    let mut people_of = vec![(String::new(), "Anybody".to_owned())];
    let mut sorted: Vec<_> = names.into_iter().collect();
    sorted.sort_by(|one, other| one.1.cmp(&other.1));
    people_of.extend(sorted);
    let query = filters::query(&["from", "to", "actor", "purpose"].map(|name| (name, sent.get(name))));
    let usual = vec![("Everything", String::new()), ("Broken glass", "purpose=break-glass".to_owned())];
    let filters = Filters::new(&desk, &who, "/audit", &query, usual).await?;
    let next = (entries.len() == PAGE).then(|| entries.last().map(|entry| entry.seq.to_string())).flatten();
    let field = |name: &str| sent.get(name).to_owned();
    let frame = Frame::new(&desk, &who, "Audit", Section::Oversight).await?;
    let (from, to, actor, purpose) = (field("from"), field("to"), field("actor"), field("purpose"));
    Ok(page(&AuditPage { frame, from, to, actor, purpose, people: people_of, table, next, query, filters })?
        .into_response())
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    frame: Frame,
    id: Id<Patient>,
    name: String,
    table: List,
    next: Option<String>,
    practice: String,
    today: String,
}

/// `GET /patients/{id}/access`: what a patient may be shown – who looked, when and why.
async fn access(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    UrlQuery(sent): UrlQuery<Sent>,
) -> Result<Response, Problem> {
    let is_file = sent.get("format") == "csv";
    if is_file && !who.may(Right::Export) {
        return Err(Problem::no_right(Right::Export));
    }
    let mut work = desk.store().begin(&who.act_for(&desk, store::Purpose::Audit)).await?;
    let patient = work.get(id).await?;
    let report = work.access_report(id, sent.get("before").parse().ok()).await?;
    work.commit().await?;
    let names = names(&desk).await?;
    let next = (report.len() == FILE_MAX).then(|| report.last().map(|access| access.seq.to_string())).flatten();
    let row = |access: &store::Access| {
        let reason = access.reason.as_ref().map_or_else(String::new, |reason| reason.reveal().clone());
        vec![
            Cell::text(parts::moment(access.at)),
            Cell::text(names.get(&access.actor).cloned().unwrap_or_else(|| access.actor.clone())),
            Cell::text(format!("{} {}", access.action.replace('-', " "), access.noun.replace('-', " "))),
            Cell::text(access.purpose.replace('-', " ")),
            Cell::text(reason),
        ]
    };
    let table = List {
        caption: "Who touched these records".to_owned(),
        columns: columns(&["When", "Who", "What", "For", "Reason"]),
        rows: report.iter().map(row).collect(),
        empty: Empty { title: "Nobody yet", text: "Every look at these records is listed here.", act: None },
    };
    if is_file {
        return Ok(csv(&table, "who-looked"));
    }
    let frame = Frame::new(&desk, &who, "Who looked", Section::Patients).await?;
    let (practice, today) = (frame.practice.clone(), parts::day(desk.today()));
    Ok(page(&AccessPage { frame, id, name: people::name(&patient), table, next, practice, today })?.into_response())
}
