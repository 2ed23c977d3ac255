//! What is looked over: facts that were changed after a verdict was shown, and broken glass.

use askama::Template;
use axum::extract::Query as UrlQuery;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use store::nouns::{Change, Glass, Patient, User};
use store::{Id, Order, Query};

use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::sent::Sent;
use super::{Html, csv, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

/// Entries of one page.
const SHOWN_MAX: usize = 60;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/reviews", Right::ChangeRead, changes)
        .post("/reviews/{id}", Right::ChangeReview, review)
        .get("/glass", Right::GlassReview, glass)
        .post("/glass/{id}", Right::GlassReview, review_glass)
        .get("/patients/{id}/glass", Right::BreakGlass, ask_glass)
        .post("/patients/{id}/glass", Right::BreakGlass, break_glass)
}

/// Something to look over.
struct Entry {
    id: String,
    heading: String,
    facts: Vec<(&'static str, String)>,
    links: Vec<(&'static str, String)>,
    /// Who looked it over, and what they wrote.
    reviewed: Option<String>,
    /// One's own act is looked over by somebody else.
    is_own: bool,
}

#[derive(Template)]
#[template(path = "reviews.html")]
struct Reviews {
    frame: Frame,
    title: &'static str,
    lead: &'static str,
    tab: &'static str,
    action: &'static str,
    all: bool,
    entries: Vec<Entry>,
    empty: &'static str,
    may_review: bool,
}

async fn user_name(desk: &Desk, id: Option<Id<User>>) -> String {
    match id {
        Some(id) => {
            desk.store().peek(id).await.map_or_else(|_| "somebody who left".to_owned(), |user| user.name.clone())
        }
        None => "a program".to_owned(),
    }
}

/// Minutes in the words of people.
fn after(minutes: i64) -> String {
    match minutes {
        ..1 => "within a minute".to_owned(),
        1..=119 => format!("{minutes} minutes later"),
        120..=2879 => format!("{} hours later", minutes / 60),
        _ => format!("{} days later", minutes / 1440),
    }
}

fn value(of: &Value) -> String {
    match of {
        Value::Null => "nothing recorded".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(value).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

async fn changes(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let is_file = may_be_file(&who, &sent)?;
    let all = sent.get("all") == "yes";
    let mut query = Query::<Change>::all().order(Order::Newest).limit(SHOWN_MAX);
    if !all {
        query = query.state("open");
    }
    let found = desk.list(&who, &query).await?.items;
    let patients = people::named(&desk, &who, found.iter().filter_map(|change| change.patient)).await?;
    let dictionary = desk.library().dictionary();
    let mut entries = Vec::new();
    for change in &found {
        let label = dictionary
            .fact_id(&change.fact)
            .map_or_else(|| change.fact.clone(), |id| dictionary.fact(id).label.clone());
        let by = user_name(&desk, change.by).await;
        let mut links = vec![("The answer that had been shown", format!("/determinations/{}", change.determination))];
        links.extend(change.visit.map(|visit| ("The visit", format!("/visits/{visit}"))));
        let patient = change.patient.and_then(|id| patients.get(&id).cloned());
        let reviewed = match &change.review {
            Some(review) => Some(format!("{}: {}", user_name(&desk, Some(review.by)).await, review.note.reveal())),
            None => None,
        };
        entries.push(Entry {
            id: change.id.to_string(),
            heading: parts::sentence(&label),
            facts: vec![
                ("Was", value(change.old.reveal())),
                ("Became", value(change.new.reveal())),
                ("By", format!("{by}, {}", after(change.minutes))),
                ("Patient", patient.unwrap_or_else(|| "no patient on file".to_owned())),
            ],
            links,
            reviewed,
            is_own: change.by.is_some() && change.by == who.user(),
        });
    }
    if is_file {
        return Ok(csv(&table(entries, "Fact", &["Was", "Became", "By", "Patient"]), "changes"));
    }
    let frame = Frame::new(&desk, &who, "Changes after a verdict", Section::Oversight).await?;
    Ok(page(&Reviews {
        frame,
        title: "Changes after a verdict",
        lead: "Facts that may never be advised, and were changed after an answer had been shown: a diagnosis, a measurement, a purpose. Most are corrections. Look at each with its chart.",
        tab: "reviews",
        action: "/reviews",
        all,
        entries,
        empty: "Nothing waits for review. A change of such a fact after an answer was shown appears here by itself.",
        may_review: who.may(Right::ChangeReview),
    })?
    .into_response())
}

/// Whether a file is asked for, by somebody who may take one.
fn may_be_file(who: &Who, sent: &Sent) -> Result<bool, Problem> {
    let is_file = sent.get("format") == "csv";
    if is_file && !who.may(Right::Export) { Err(Problem::no_right(Right::Export)) } else { Ok(is_file) }
}

/// Entries as a file.
fn table(entries: Vec<Entry>, heading: &'static str, facts: &[&'static str]) -> List {
    let names: Vec<&'static str> = [heading].iter().chain(facts).chain(&["Looked over"]).copied().collect();
    let row = |entry: Entry| {
        let facts = entry.facts.into_iter().map(|(_, value)| Cell::text(value));
        let reviewed = Cell::text(entry.reviewed.unwrap_or_else(|| "not yet".to_owned()));
        std::iter::once(Cell::text(entry.heading)).chain(facts).chain([reviewed]).collect()
    };
    let rows = entries.into_iter().map(row).collect();
    List { caption: String::new(), columns: columns(&names), rows, empty: Empty::default() }
}

async fn review(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Change>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.review_change(&who, id, sent.get("note"), None).await?;
    Ok(see("/reviews"))
}

async fn glass(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let is_file = may_be_file(&who, &sent)?;
    let all = sent.get("all") == "yes";
    let mut query = Query::<Glass>::all().order(Order::Newest).limit(SHOWN_MAX);
    if !all {
        query = query.state("open");
    }
    let found = desk.list(&who, &query).await?.items;
    let patients = people::named(&desk, &who, found.iter().map(|glass| glass.patient)).await?;
    let mut entries = Vec::new();
    for glass in &found {
        let reviewed = match &glass.review {
            Some(review) => Some(format!("{}: {}", user_name(&desk, Some(review.by)).await, review.note.reveal())),
            None => None,
        };
        entries.push(Entry {
            id: glass.id.to_string(),
            heading: patients.get(&glass.patient).cloned().unwrap_or_default(),
            facts: vec![
                ("Why", glass.reason.reveal().clone()),
                ("By", user_name(&desk, Some(glass.user)).await),
                ("When", parts::moment(glass.created_at)),
            ],
            links: vec![("Who looked at this patient", format!("/patients/{}/access", glass.patient))],
            reviewed,
            is_own: Some(glass.user) == who.user(),
        });
    }
    if is_file {
        return Ok(csv(&table(entries, "Patient", &["Why", "By", "When"]), "broken-glass"));
    }
    let frame = Frame::new(&desk, &who, "Broken glass", Section::Oversight).await?;
    Ok(page(&Reviews {
        frame,
        title: "Broken glass",
        lead: "Somebody opened a patient of another facility and said why. Each is looked over by somebody else.",
        tab: "glass",
        action: "/glass",
        all,
        entries,
        empty: "Nobody broke the glass.",
        may_review: true,
    })?
    .into_response())
}

async fn review_glass(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Glass>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.review_glass(&who, id, sent.get("note"), None).await?;
    Ok(see("/glass"))
}

#[derive(Template)]
#[template(path = "break_glass.html")]
struct AskGlass {
    frame: Frame,
    id: Id<Patient>,
    trouble: Option<String>,
}

async fn ask_glass(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Patient>>) -> Result<Html<String>, Problem> {
    let frame = Frame::new(&desk, &who, "Break the glass", Section::Patients).await?;
    page(&AskGlass { frame, id, trouble: None })
}

async fn break_glass(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    match desk.break_glass(&who, id, sent.get("reason"), None).await {
        Ok(_) => Ok(see(&format!("/patients/{id}"))),
        Err(problem) if !problem.fields.is_empty() => {
            let frame = Frame::new(&desk, &who, "Break the glass", Section::Patients).await?;
            let trouble =
                problem.fields.first().map(|field| format!("{}: {}", parts::sentence(&field.detail), field.next));
            Ok(page(&AskGlass { frame, id, trouble })?.into_response())
        }
        Err(problem) => Err(problem),
    }
}
