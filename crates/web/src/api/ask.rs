//! Asking, what was answered, what was changed after, and the glass.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use coverage::answer::Answer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Id;
use store::nouns::{Acknowledgement, Change, Clinician, Determination, Facility, Glass, Patient, Visit};

use super::operation::Operation;
use super::records;
use super::written::Written;
use crate::Desk;
use crate::access::Routes;
use crate::desk::determine::{Ask, Kept, Sources};
use crate::desk::records::View;
use crate::error::Problem;
use crate::extract::Path;
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    status(glass(changes(determinations(routes))))
}

fn determinations(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Page, Record};
    use crate::access::Right::{DeterminationMake, DeterminationRead};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            post(
                "/v1/determinations",
                DeterminationMake,
                "determine",
                "Answer a case and keep the answer",
                One("Ask"),
                One("Determined"),
            )
            .once(),
            determine,
        )
        .operation(
            get(
                "/v1/determinations",
                DeterminationRead,
                "determinations",
                "Answers that were kept",
                Page("Determination"),
            )
            .query("patient", "id", "Whose")
            .query("visit", "id", "Of which visit"),
            records::list::<Determination>,
        )
        .operation(
            get(
                "/v1/determinations/{id}",
                DeterminationRead,
                "determination",
                "A kept answer",
                Record("Determination"),
            ),
            records::one::<Determination>,
        )
        .operation(
            get(
                "/v1/determinations/{id}/answer",
                DeterminationRead,
                "answer",
                "The answer as `covered check --json` prints it",
                One("Answer"),
            ),
            answer,
        )
}

fn changes(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Page, Record};
    use crate::access::Right::{ChangeRead, ChangeReview};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            get("/v1/changes", ChangeRead, "changes", "What was changed after a verdict was shown", Page("Change"))
                .query("state", "open|reviewed", "Which")
                .query("patient", "id", "Whose")
                .query("visit", "id", "Of which visit"),
            records::list::<Change>,
        )
        .operation(
            post(
                "/v1/changes/{id}/review",
                ChangeReview,
                "reviewChange",
                "Look a change over",
                One("Note"),
                Record("Change"),
            )
            .status(200)
            .once(),
            review_change,
        )
}

fn glass(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Page, Record};
    use crate::access::Right::{BreakGlass, GlassReview};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            post(
                "/v1/break-glass",
                BreakGlass,
                "breakGlass",
                "Open a patient of another facility",
                One("BreakGlass"),
                Record("Glass"),
            )
            .once(),
            break_glass,
        )
        .operation(
            get("/v1/break-glass", GlassReview, "brokenGlass", "Who broke the glass, and why", Page("Glass")).query(
                "state",
                "open|reviewed",
                "Which",
            ),
            records::list::<Glass>,
        )
        .operation(
            post(
                "/v1/break-glass/{id}/review",
                GlassReview,
                "reviewGlass",
                "Look it over",
                One("Note"),
                Record("Glass"),
            )
            .status(200)
            .once(),
            review_glass,
        )
}

fn status(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Record};
    use crate::access::Right::StatusAcknowledge;
    let post = Operation::post;
    routes.operation(
        post(
            "/v1/status/acknowledgement",
            StatusAcknowledge,
            "acknowledge",
            "Acknowledge what the first electronic transaction means",
            One("Acknowledge"),
            Record("Practice"),
        )
        .status(200)
        .once(),
        acknowledge,
    )
}

/// What is asked: a case, or what it is composed of, or both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    case: Map<String, Value>,
    patient: Option<Id<Patient>>,
    facility: Option<Id<Facility>>,
    clinician: Option<Id<Clinician>>,
    visit: Option<Id<Visit>>,
    previous: Option<Id<Determination>>,
}

/// What is replied: written once, from what was kept.
#[derive(Serialize)]
struct Reply<'a> {
    id: &'a Id<Determination>,
    case: &'a Value,
    answer: &'a Answer,
    changes: usize,
}

async fn determine(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<Asked>,
) -> Result<Response, Problem> {
    if let Some(kept) = desk.determined_before(&who, once.as_ref()).await? {
        return Ok(determined(&kept));
    }
    let Asked { case, patient, facility, clinician, visit, previous } = body;
    let is_composed = patient.is_some() || facility.is_some() || clinician.is_some() || visit.is_some();
    let case = if is_composed {
        let sources = Sources { patient, facility, clinician, visit };
        match desk.compose(&who, &sources, &case).await? {
            Value::Object(case) => case,
            _ => Map::new(),
        }
    } else {
        case
    };
    let kept = desk.determine_and_keep(&who, Ask { case, patient, visit, previous }, once.as_ref()).await?;
    Ok(determined(&kept))
}

fn determined(Kept { id, case, answer, changes }: &Kept) -> Response {
    (StatusCode::CREATED, Json(Reply { id, answer, case, changes: *changes })).into_response()
}

/// The answer as `covered check --json` prints it, given again from the case that was kept, if the library is the same; else as it was
/// kept.
async fn answer(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Determination>>) -> Result<Response, Problem> {
    let kept = desk.read(&who, id).await?;
    let text = if kept.library == desk.library().sha256() {
        let (case, notes) = desk.answers().read(kept.case.reveal())?;
        desk.answers().answer(&case, &notes)?.to_json()
    } else {
        format!("{:#}\n", kept.answer.reveal())
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// What somebody found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    note: String,
}

async fn review_change(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Change>>,
    Written { body, once }: Written<Found>,
) -> Result<Response, Problem> {
    let reviewed = desk.review_change(&who, id, &body.note, once.as_ref()).await?;
    Ok(Json(View::from(&reviewed)).into_response())
}

async fn review_glass(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Glass>>,
    Written { body, once }: Written<Found>,
) -> Result<Response, Problem> {
    let reviewed = desk.review_glass(&who, id, &body.note, once.as_ref()).await?;
    Ok(Json(View::from(&reviewed)).into_response())
}

/// Whose glass, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Broken {
    patient: Id<Patient>,
    reason: String,
}

async fn break_glass(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<Broken>,
) -> Result<Response, Problem> {
    let broken = desk.break_glass(&who, body.patient, &body.reason, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(View::from(&broken))).into_response())
}

/// The version of what was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acknowledged {
    text: String,
}

async fn acknowledge(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<Acknowledged>,
) -> Result<Response, Problem> {
    let by = who.user().ok_or_else(|| Problem::no_right(crate::access::Right::StatusAcknowledge))?;
    let mut practice = desk.store().peek(desk.store().practice()).await?;
    practice.body.hipaa = Some(Acknowledgement { by, at: desk.now(), text: body.text });
    let id = practice.id;
    let stored = desk.change(&who, id, practice.version, &practice.body, once.as_ref()).await?;
    Ok(Json(View::from(&stored)).into_response())
}
