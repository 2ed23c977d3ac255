//! Records of every noun, read and written alike.

use axum::Json;
use axum::extract::{FromRequest, OriginalUri, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::nouns::{Clinician, Coverage, Facility, Patient, Practice, Visit};
use store::{Cursor, Id, Order, Page, Plain, Query as Wanted, Record, Stored};

use crate::Desk;
use crate::desk::once::Once;
use crate::desk::records::View;
use crate::error::Problem;
use crate::extract::{Path, Query, bytes, is_json, json as read_json};
use crate::who::Who;

/// Records of a page, where nothing else is said.
const PAGE: usize = 50;

/// A body in JSON with the key under which it is done once.
pub(crate) struct Written<T> {
    pub(crate) body: T,
    pub(crate) once: Option<Once>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Written<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::media_type());
        }
        let key = request.headers().get("idempotency-key").map(|value| value.to_str().unwrap_or_default().to_owned());
        let method: Method = request.method().clone();
        let path = request.extensions().get::<OriginalUri>().map_or(request.uri().path(), |uri| uri.path()).to_owned();
        let bytes = bytes(request, state).await?;
        let once = key.map(|key| Once::new(&key, method.as_str(), &path, &bytes)).transpose()?;
        Ok(Self { body: read_json(&bytes)?, once })
    }
}

/// A record and the version that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changed<R> {
    pub(crate) version: i64,
    pub(crate) record: R,
}

/// Which records of a list.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    patient: Option<String>,
    visit: Option<String>,
    facility: Option<String>,
    clinician: Option<String>,
    state: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
}

impl ListQuery {
    /// What the store is asked.
    pub(crate) fn wanted<R>(&self, order: Order) -> Result<Wanted<R>, Problem> {
        let none = |_| Problem::malformed("what follows `?` holds something that is no id and no cursor");
        let mut wanted = Wanted::<R>::all().order(order).limit(self.limit.unwrap_or(PAGE));
        if let Some(cursor) = &self.cursor {
            wanted = wanted.after(Some(cursor.parse::<Cursor>().map_err(none)?));
        }
        if let Some(patient) = &self.patient {
            wanted = wanted.patient(patient.parse().map_err(none)?);
        }
        if let Some(visit) = &self.visit {
            wanted = wanted.visit(visit.parse().map_err(none)?);
        }
        if let Some(facility) = &self.facility {
            wanted = wanted.facilities([facility.parse::<Id<Facility>>().map_err(none)?]);
        }
        if let Some(clinician) = &self.clinician {
            wanted = wanted.clinician(clinician.parse().map_err(none)?);
        }
        if let Some(state) = &self.state {
            wanted = wanted.state(state.clone());
        }
        if let Some(from) = self.from {
            wanted = wanted.from(from);
        }
        if let Some(to) = self.to {
            wanted = wanted.to(to);
        }
        Ok(wanted)
    }
}

/// Something that is written by programs, checked before it is kept.
pub(crate) trait Checked: Record + Clone {
    /// What of it cannot be taken.
    fn check(&self, desk: &Desk) -> Result<(), Problem>;
}

/// Checks a section of a case as a case would be checked.
fn section(desk: &Desk, name: &str, value: &Value) -> Result<(), Problem> {
    if value.is_null() {
        return Ok(());
    }
    let mut case = match name {
        "" => value.as_object().cloned().unwrap_or_default(),
        name => Map::from_iter([(name.to_owned(), value.clone())]),
    };
    // What was checked or written until today has happened.
    case.entry("date").or_insert_with(|| json!(desk.today()));
    case.entry("as_of").or_insert_with(|| json!(desk.today()));
    case.entry("line").or_insert_with(|| json!([{ "codes": ["99213"] }]));
    let Err(mut problem) = desk.answers().read(&Value::Object(case)) else { return Ok(()) };
    let (from, to) = (format!("/case/{name}"), "/record/case");
    for field in &mut problem.fields {
        field.pointer = field.pointer.replacen(from.trim_end_matches('/'), to, 1);
    }
    Err(problem)
}

fn named(pointer: &str, name: &str) -> Result<(), Problem> {
    if !name.trim().is_empty() && name.chars().count() <= 200 {
        return Ok(());
    }
    Err(Problem::field(pointer, "W0203", "the name is empty or has more than 200 characters", "write the name"))
}

impl Checked for Practice {
    fn check(&self, _: &Desk) -> Result<(), Problem> {
        named("/record/name", &self.name)
    }
}

impl Checked for Facility {
    fn check(&self, desk: &Desk) -> Result<(), Problem> {
        named("/record/name", &self.name)?;
        section(desk, "facility", &self.case)
    }
}

impl Checked for Clinician {
    fn check(&self, desk: &Desk) -> Result<(), Problem> {
        named("/record/name", &self.name)?;
        section(desk, "clinician", &self.case)
    }
}

impl Checked for Patient {
    fn check(&self, _: &Desk) -> Result<(), Problem> {
        named("/record/family", self.family.reveal())
    }
}

impl Checked for Coverage {
    fn check(&self, desk: &Desk) -> Result<(), Problem> {
        section(desk, "coverage", self.case.reveal())
    }
}

impl Checked for Visit {
    fn check(&self, desk: &Desk) -> Result<(), Problem> {
        section(desk, "", self.case.reveal())
    }
}

/// A page in JSON; `show` says how a record is seen.
pub(crate) fn page_of<R: Record, V: Serialize>(page: &Page<R>, show: impl Fn(&Stored<R>) -> V) -> Response {
    let items: Vec<V> = page.items.iter().map(show).collect();
    Json(json!({ "items": items, "next": page.next.as_ref().map(ToString::to_string) })).into_response()
}

fn view<R: Record>(stored: &Stored<R>) -> Value {
    serde_json::to_value(View::from(stored)).expect("INVARIANT: a record has a JSON form")
}

pub(crate) async fn list<R: Record>(
    State(desk): State<Desk>,
    who: Who,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let page = desk.list(&who, &query.wanted::<R>(Order::Newest)?).await?;
    Ok(page_of(&page, view))
}

pub(crate) async fn list_by_day<R: Record>(
    State(desk): State<Desk>,
    who: Who,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let page = desk.list(&who, &query.wanted::<R>(Order::LastDay)?).await?;
    Ok(page_of(&page, view))
}

pub(crate) async fn list_plain<R: Plain>(
    State(desk): State<Desk>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let page = desk.store().peek_all(&query.wanted::<R>(Order::Oldest)?).await?;
    Ok(page_of(&page, view))
}

pub(crate) async fn one<R: Record>(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<R>>,
) -> Result<Response, Problem> {
    Ok(Json(view(&desk.read(&who, id).await?)).into_response())
}

pub(crate) async fn make<R: Checked>(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<R>,
) -> Result<Response, Problem> {
    body.check(&desk)?;
    let stored = desk.create(&who, &body, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(view(&stored))).into_response())
}

pub(crate) async fn write<R: Checked>(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<R>>,
    Written { body, once }: Written<Changed<R>>,
) -> Result<Response, Problem> {
    body.record.check(&desk)?;
    let stored = desk.change(&who, id, body.version, &body.record, once.as_ref()).await?;
    Ok(Json(view(&stored)).into_response())
}

pub(crate) async fn practice(State(desk): State<Desk>) -> Result<Response, Problem> {
    Ok(Json(view(&desk.store().peek(desk.store().practice()).await?)).into_response())
}

pub(crate) async fn write_practice(
    State(desk): State<Desk>,
    who: Who,
    Written { mut body, once }: Written<Changed<Practice>>,
) -> Result<Response, Problem> {
    body.record.check(&desk)?;
    let id = desk.store().practice();
    // Who acknowledged the law of privacy is written by that act alone.
    body.record.hipaa = desk.store().peek(id).await?.body.hipaa;
    let stored = desk.change(&who, id, body.version, &body.record, once.as_ref()).await?;
    Ok(Json(view(&stored)).into_response())
}
