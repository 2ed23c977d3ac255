//! Records of every noun, read and written alike.

use std::ops::RangeInclusive;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::nouns::{Clinician, Coverage, Facility, Patient, Practice, Visit};
use store::{Cursor, Id, Order, PAGE_MAX, Page, Plain, Query as Wanted, Record, Stored};

use super::operation::Operation;
use super::written::Written;
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::records::View;
use crate::error::Problem;
use crate::extract::{Path, Query};
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = clinicians(facilities(the_practice(routes)));
    visits(coverages(patients(routes)))
}

fn the_practice(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, Record};
    use crate::access::Right::{PracticeRead, PracticeWrite};
    let (get, put) = (Operation::get, Operation::put);
    routes
        .operation(get("/v1/practice", PracticeRead, "practice", "The practice", Record("Practice")), practice)
        .operation(
            put(
                "/v1/practice",
                PracticeWrite,
                "changePractice",
                "Change the practice",
                Change("Practice"),
                Record("Practice"),
            )
            .once(),
            write_practice,
        )
}

fn facilities(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, One, Page, Record};
    use crate::access::Right::{PracticeRead, PracticeWrite};
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(
            get("/v1/facilities", PracticeRead, "facilities", "Facilities", Page("Facility")).query(
                "state",
                "active|ended",
                "Which",
            ),
            list_plain::<Facility>,
        )
        .operation(
            post(
                "/v1/facilities",
                PracticeWrite,
                "makeFacility",
                "Enter a facility",
                One("Facility"),
                Record("Facility"),
            )
            .once(),
            make::<Facility>,
        )
        .operation(
            get("/v1/facilities/{id}", PracticeRead, "facility", "A facility", Record("Facility")),
            one::<Facility>,
        )
        .operation(
            put(
                "/v1/facilities/{id}",
                PracticeWrite,
                "changeFacility",
                "Change a facility",
                Change("Facility"),
                Record("Facility"),
            )
            .once(),
            write::<Facility>,
        )
}

fn clinicians(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, One, Page, Record};
    use crate::access::Right::{PracticeRead, PracticeWrite};
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(
            get("/v1/clinicians", PracticeRead, "clinicians", "Clinicians", Page("Clinician")).query(
                "state",
                "active|ended",
                "Which",
            ),
            list_plain::<Clinician>,
        )
        .operation(
            post(
                "/v1/clinicians",
                PracticeWrite,
                "makeClinician",
                "Enter a clinician",
                One("Clinician"),
                Record("Clinician"),
            )
            .once(),
            make::<Clinician>,
        )
        .operation(
            get("/v1/clinicians/{id}", PracticeRead, "clinician", "A clinician", Record("Clinician")),
            one::<Clinician>,
        )
        .operation(
            put(
                "/v1/clinicians/{id}",
                PracticeWrite,
                "changeClinician",
                "Change a clinician",
                Change("Clinician"),
                Record("Clinician"),
            )
            .once(),
            write::<Clinician>,
        )
}

fn patients(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, One, Page, Record};
    use crate::access::Right::{PatientRead, PatientWrite};
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(get("/v1/patients", PatientRead, "patients", "Patients", Page("Patient")), list::<Patient>)
        .operation(
            post("/v1/patients", PatientWrite, "makePatient", "Enter a patient", One("Patient"), Record("Patient"))
                .once(),
            make::<Patient>,
        )
        .operation(get("/v1/patients/{id}", PatientRead, "patient", "A patient", Record("Patient")), one::<Patient>)
        .operation(
            put(
                "/v1/patients/{id}",
                PatientWrite,
                "changePatient",
                "Change a patient",
                Change("Patient"),
                Record("Patient"),
            )
            .once(),
            write::<Patient>,
        )
}

fn coverages(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, One, Page, Record};
    use crate::access::Right::{PatientRead, PatientWrite};
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(
            get("/v1/coverages", PatientRead, "coverages", "Plans", Page("Coverage")).query("patient", "id", "Whose"),
            list::<Coverage>,
        )
        .operation(
            post("/v1/coverages", PatientWrite, "makeCoverage", "Enter a plan", One("Coverage"), Record("Coverage"))
                .once(),
            make::<Coverage>,
        )
        .operation(get("/v1/coverages/{id}", PatientRead, "coverage", "A plan", Record("Coverage")), one::<Coverage>)
        .operation(
            put(
                "/v1/coverages/{id}",
                PatientWrite,
                "changeCoverage",
                "Change a plan",
                Change("Coverage"),
                Record("Coverage"),
            )
            .once(),
            write::<Coverage>,
        )
}

fn visits(routes: Routes) -> Routes {
    use super::operation::Holds::{Change, One, Page, Record};
    use crate::access::Right::{VisitRead, VisitWrite};
    let (get, post, put) = (Operation::get, Operation::post, Operation::put);
    routes
        .operation(
            of_visits(get("/v1/visits", VisitRead, "visits", "Visits, the last day first", Page("Visit")))
                .query("patient", "id", "Whose"),
            list_by_day::<Visit>,
        )
        .operation(
            post("/v1/visits", VisitWrite, "makeVisit", "Enter a visit", One("Visit"), Record("Visit")).once(),
            make::<Visit>,
        )
        .operation(get("/v1/visits/{id}", VisitRead, "visit", "A visit", Record("Visit")), one::<Visit>)
        .operation(
            put("/v1/visits/{id}", VisitWrite, "changeVisit", "Change a visit", Change("Visit"), Record("Visit"))
                .once(),
            write::<Visit>,
        )
}

/// The filters of a list of visits.
pub(super) fn of_visits(operation: Operation) -> Operation {
    operation
        .query("facility", "id", "Where")
        .query("clinician", "id", "By whom")
        .query("state", "planned|open|closed|cancelled", "How far")
        .query("from", "date", "From this day on")
        .query("to", "date", "Until this day")
}

/// Records of a page, where nothing else is said.
const PAGE: usize = 50;

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
        let none = |name: &'static str| {
            move |_| {
                Problem::malformed(format!("the parameter `{name}` is no id"))
                    .saying_next("take an id that a list gave")
            }
        };
        let no_cursor = |_| {
            let next = "take `next` of the page before as it is, or begin without `cursor`";
            Problem::malformed("the parameter `cursor` is none that a list gave").saying_next(next)
        };
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Problem::malformed(format!("the parameter `limit` is not 1 to {PAGE_MAX}"))
                .saying_next("take less at once; `next` leads to the page that follows"));
        }
        let mut wanted = Wanted::<R>::all().order(order).limit(limit);
        if let Some(cursor) = &self.cursor {
            wanted = wanted.after(Some(cursor.parse::<Cursor>().map_err(no_cursor)?));
        }
        if let Some(patient) = &self.patient {
            wanted = wanted.patient(patient.parse().map_err(none("patient"))?);
        }
        if let Some(visit) = &self.visit {
            wanted = wanted.visit(visit.parse().map_err(none("visit"))?);
        }
        if let Some(facility) = &self.facility {
            wanted = wanted.facilities([facility.parse::<Id<Facility>>().map_err(none("facility"))?]);
        }
        if let Some(clinician) = &self.clinician {
            wanted = wanted.clinician(clinician.parse().map_err(none("clinician"))?);
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

/// Plans of one patient that pay after each other.
const RANKS: RangeInclusive<u8> = 1..=6;

/// Something that is written by programs, checked before it is kept.
pub(crate) trait Checked: Record + Clone {
    /// Whether it may hold facts of the chart, which takes a right of its own.
    const HAS_CHART: bool = false;

    /// What of it cannot be taken. `at` is the place of the record in the body.
    fn check(&self, desk: &Desk, at: &str) -> Result<(), Problem>;

    /// The facts of the chart that it holds.
    fn chart(&self) -> Option<&Value> {
        None
    }
}

/// Checks a section of a case as a case would be checked.
fn section(desk: &Desk, at: &str, name: &str, value: &Value) -> Result<(), Problem> {
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
    let (from, to) = (format!("/case/{name}"), format!("{at}/case"));
    for field in &mut problem.fields {
        field.pointer = field.pointer.replacen(from.trim_end_matches('/'), &to, 1);
    }
    Err(problem)
}

fn named(at: &str, field: &str, name: &str) -> Result<(), Problem> {
    if !name.trim().is_empty() && name.chars().count() <= 200 {
        return Ok(());
    }
    Err(Problem::field(
        &format!("{at}/{field}"),
        "W0203",
        "the name is empty or has more than 200 characters",
        "write the name",
    ))
}

impl Checked for Practice {
    fn check(&self, _: &Desk, at: &str) -> Result<(), Problem> {
        named(at, "name", &self.name)
    }
}

impl Checked for Facility {
    fn check(&self, desk: &Desk, at: &str) -> Result<(), Problem> {
        named(at, "name", &self.name)?;
        section(desk, at, "facility", &self.case)
    }
}

impl Checked for Clinician {
    fn check(&self, desk: &Desk, at: &str) -> Result<(), Problem> {
        named(at, "name", &self.name)?;
        section(desk, at, "clinician", &self.case)
    }
}

impl Checked for Patient {
    fn check(&self, _: &Desk, at: &str) -> Result<(), Problem> {
        named(at, "family", self.family.reveal())
    }
}

impl Checked for Coverage {
    fn check(&self, desk: &Desk, at: &str) -> Result<(), Problem> {
        if !RANKS.contains(&self.rank) {
            let next = "write 1 for the plan that pays first, 2 for the next";
            return Err(Problem::field(&format!("{at}/rank"), "W0211", "a plan has a rank from 1 to 6", next));
        }
        section(desk, at, "coverage", self.case.reveal())
    }
}

impl Checked for Visit {
    const HAS_CHART: bool = true;

    fn chart(&self) -> Option<&Value> {
        self.case.reveal().get("chart").filter(|chart| chart.as_object().is_none_or(|facts| !facts.is_empty()))
    }

    fn check(&self, desk: &Desk, at: &str) -> Result<(), Problem> {
        section(desk, at, "", self.case.reveal())
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

/// Refuses facts of the chart to whoever may not write them.
async fn chart_stays<R: Checked>(desk: &Desk, who: &Who, id: Option<Id<R>>, body: &R) -> Result<(), Problem> {
    if !R::HAS_CHART || who.may(Right::ChartWrite) {
        return Ok(());
    }
    let before = match id {
        Some(id) => Some(desk.read(who, id).await?),
        None => None,
    };
    if before.as_ref().and_then(|before| before.chart()) == body.chart() {
        return Ok(());
    }
    desk.refused(who, Right::ChartWrite).await;
    Err(Problem::no_right(Right::ChartWrite))
}

pub(crate) async fn make<R: Checked>(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<R>,
) -> Result<Response, Problem> {
    body.check(&desk, "")?;
    chart_stays(&desk, &who, None, &body).await?;
    let stored = desk.create(&who, &body, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(view(&stored))).into_response())
}

pub(crate) async fn write<R: Checked>(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<R>>,
    Written { body, once }: Written<Changed<R>>,
) -> Result<Response, Problem> {
    body.record.check(&desk, "/record")?;
    chart_stays(&desk, &who, Some(id), &body.record).await?;
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
    body.record.check(&desk, "/record")?;
    let id = desk.store().practice();
    // Who acknowledged the law of privacy, and which other library was chosen, is written by those acts alone.
    let kept = desk.store().peek(id).await?.body;
    (body.record.hipaa, body.record.settings) = (kept.hipaa, kept.settings);
    let stored = desk.change(&who, id, body.version, &body.record, once.as_ref()).await?;
    Ok(Json(view(&stored)).into_response())
}
