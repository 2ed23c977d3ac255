//! What the library holds, for programs that compose cases.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use store::nouns::{Clinician, Facility};

use crate::Desk;
use crate::error::Problem;
use crate::extract::Query;
use crate::pages::{expiries as ends, matrix as heat};

pub(crate) async fn names(State(desk): State<Desk>) -> Response {
    let library = desk.library();
    let treatments = library.menu().all().iter().map(|treatment| json!({ "id": treatment.id, "name": treatment.name }));
    let payers = library.payers().all().iter();
    let payers = payers.map(|payer| json!({ "id": payer.id, "name": payer.name, "class": payer.class.word() }));
    let licenses = library.licenses().all().iter().map(|license| json!({ "id": license.id, "name": license.name }));
    Json(json!({
        "library": { "version": library.version(), "sha256": library.sha256() },
        "treatments": treatments.collect::<Vec<Value>>(),
        "payers": payers.collect::<Vec<Value>>(),
        "licenses": licenses.collect::<Vec<Value>>(),
    }))
    .into_response()
}

pub(crate) async fn policies(State(desk): State<Desk>) -> Response {
    let line = |policy: &library::policies::PolicySource| {
        let header = policy.header();
        json!({ "id": header.id, "title": header.title, "rank": header.rank, "from": header.from, "until": header.until })
    };
    let items: Vec<Value> = desk.library().policies().all().iter().map(line).collect();
    Json(json!({ "library": desk.library().sha256(), "items": items })).into_response()
}

/// Which part of the matrix.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Part {
    words: String,
    payer: String,
    state: String,
    r#for: String,
}

pub(crate) async fn matrix(State(desk): State<Desk>, Query(part): Query<Part>) -> Result<Response, Problem> {
    let is_for_looks = match part.r#for.as_str() {
        "" | "medical" => false,
        "looks" => true,
        _ => return Err(Problem::malformed("`for` is `looks` or `medical`")),
    };
    Ok(Json(heat::as_json(&desk, &part.words, &part.payer, &part.state, is_for_looks).await?).into_response())
}

pub(crate) async fn expiries(State(desk): State<Desk>) -> Result<Response, Problem> {
    let clinicians = desk.store().peek_all(&store::Query::<Clinician>::all()).await?.items;
    let facilities = desk.store().peek_all(&store::Query::<Facility>::all()).await?.items;
    let item = |one: &ends::Ending| json!({ "whose": one.whose, "what": one.what, "until": one.until, "days_left": one.days_left });
    let items: Vec<Value> = ends::ending(&clinicians, &facilities, desk.today()).iter().map(item).collect();
    Ok(Json(json!({ "items": items })).into_response())
}
