//! What the audit tells: all of it for who watches, and of one patient who looked, when and why.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use store::nouns::Patient;
use store::{Access, AuditQuery, Entry, Id};

use super::operation::Operation;
use crate::Desk;
use crate::access::Routes;
use crate::desk::records::View;
use crate::error::Problem;
use crate::extract::{Body, Path, Query};
use crate::pages::audit::day_start;
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Page};
    use crate::access::Right::{AccessReport, AuditRead, PatientRead};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            get("/v1/audit", AuditRead, "audit", "What was done, the last first", One("AuditPage"))
                .query("cursor", "count", "`next` of the page before")
                .query("patient", "id", "About whom")
                .query("actor", "text", "By whom, as entries name them")
                .query("purpose", "text", "For what")
                .query("from", "date", "From this day on")
                .query("to", "date", "Until this day"),
            entries,
        )
        .operation(
            get("/v1/patients/{id}/accesses", AccessReport, "accesses", "Who looked, when and why", One("AccessPage"))
                .query("cursor", "count", "`next` of the page before"),
            access_report,
        )
        .operation(
            post("/v1/search", PatientRead, "search", "Patients by beginnings of words", One("Words"), Page("Patient"))
                .status(200),
            search,
        )
}

/// Entries of a page.
const PAGE: usize = 200;
/// Hits of a search.
const HITS_MAX: usize = 25;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    cursor: Option<i64>,
    patient: Option<String>,
    actor: Option<String>,
    purpose: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
}

/// A page of what has a number, the last first.
fn page(items: Vec<Value>, last: Option<i64>, is_full: bool) -> Response {
    let next = last.filter(|_| is_full).map(|seq| seq.to_string());
    Json(json!({ "items": items, "next": next })).into_response()
}

async fn entries(State(desk): State<Desk>, who: Who, Query(which): Query<Which>) -> Result<Response, Problem> {
    let none = |_| Problem::malformed("the parameter `patient` is no id").saying_next("take an id that a list gave");
    let patient = which.patient.map(|text| text.parse()).transpose().map_err(none)?;
    let Which { cursor, actor, purpose, .. } = which;
    let (from, to) = (which.from.and_then(day_start), which.to.and_then(|day| day_start(day.tomorrow().ok()?)));
    let query = AuditQuery { patient, actor, purpose, from, to, before: cursor, limit: PAGE, ..AuditQuery::default() };
    let mut work = desk.store().begin(&who.act(&desk)).await?;
    let found = work.audit(&query).await?;
    let mut reasons = HashMap::new();
    for entry in found.iter().filter(|entry| entry.note.is_some()) {
        reasons.insert(entry.seq, work.reason(entry).await?);
    }
    work.commit().await?;
    let entry = |entry: &Entry| {
        let Entry { seq, at, actor, session, action, noun, record, patient, purpose, request, .. } = entry;
        json!({
            "seq": seq, "at": at, "actor": actor, "session": session, "action": action, "noun": noun, "record": record,
            "patient": patient, "purpose": purpose, "request": request, "reason": reasons.get(seq),
        })
    };
    let items = found.iter().map(entry).collect();
    Ok(page(items, found.last().map(|entry| entry.seq), found.len() >= PAGE))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Before {
    cursor: Option<i64>,
}

async fn access_report(
    State(desk): State<Desk>,
    who: Who,
    Path(patient): Path<Id<Patient>>,
    Query(before): Query<Before>,
) -> Result<Response, Problem> {
    let mut work = desk.store().begin(&who.act(&desk)).await?;
    let found = work.access_report(patient, before.cursor).await?;
    work.commit().await?;
    let access = |access: &Access| {
        let Access { seq, at, actor, action, noun, record, purpose, reason } = access;
        json!({
            "seq": seq, "at": at, "actor": actor, "action": action, "noun": noun, "record": record, "purpose": purpose,
            "reason": reason,
        })
    };
    let items = found.iter().map(access).collect();
    // A page that is empty is the last: the store says how long one is.
    Ok(page(items, found.last().map(|access| access.seq), !found.is_empty()))
}

/// The words of a search are in the body: an address is kept in places that a body is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    words: String,
}

async fn search(State(desk): State<Desk>, who: Who, Body(body): Body<Words>) -> Result<Response, Problem> {
    let found = desk.search(&who, &body.words, HITS_MAX).await?;
    let items: Vec<_> = found.iter().map(View::from).collect();
    Ok(Json(json!({ "items": items, "next": null })).into_response())
}
