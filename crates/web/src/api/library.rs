//! What the library holds, for programs that compose cases.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::Desk;

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
