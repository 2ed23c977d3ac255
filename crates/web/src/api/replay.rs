//! Next quarter: what another library answers otherwise.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use library::Library;
use library::impact::Outcome;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Order;
use store::nouns::Visit;

use super::operation::Operation;
use super::records::{ListQuery, of_visits};
use crate::Desk;
use crate::access::Routes;
use crate::desk::replay::{Reader, VISITS_MAX};
use crate::error::Problem;
use crate::extract::{Body, Query};
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::One;
    use crate::access::Right::{PracticeWrite, Replay};
    let (get, put) = (Operation::get, Operation::put);
    routes
        .operation(
            of_visits(get(
                "/v1/replay",
                Replay,
                "replay",
                "Which visits another library answers otherwise, the last day first",
                One("Replay"),
            ))
            .query("cursor", "text", "`next` of the page before")
            .query("limit", "limit", "Most visits of a page, 1 to 200"),
            replay,
        )
        .operation(
            get(
                "/v1/replay/libraries",
                Replay,
                "otherLibraries",
                "The libraries that visits can be replayed against, and the one that was chosen",
                One("OtherLibraries"),
            ),
            libraries,
        )
        .operation(
            put(
                "/v1/replay/library",
                PracticeWrite,
                "chooseOtherLibrary",
                "Choose the library that visits are replayed against, for every server",
                One("OtherLibrary"),
                One("OtherLibraries"),
            ),
            choose,
        )
}

fn outcome(outcome: &Outcome) -> Value {
    let Outcome { verdict, route, policy, criterion, text } = outcome;
    json!({ "verdict": verdict.word(), "route": route, "policy": policy, "criterion": criterion, "text": text })
}

fn library(library: &Library) -> Value {
    json!({ "version": library.version(), "sha256": library.sha256() })
}

async fn replay(State(desk): State<Desk>, who: Who, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    let wanted = query.wanted::<Visit>(Order::LastDay)?.at_most(VISITS_MAX);
    let replay = desk.replay(&who, &wanted).await?;
    let flips = replay.flips.iter().map(|(visit, flip)| {
        json!({
            "visit": visit.id, "day": visit.day, "line": flip.line, "what": flip.what, "old": outcome(&flip.old),
            "new": outcome(&flip.new),
        })
    });
    let unread = replay.unread.iter().map(|(visit, reader)| {
        let by = match reader {
            Reader::This => "old",
            Reader::Other => "new",
        };
        json!({ "visit": visit.id, "library": by })
    });
    let (flips, unread): (Vec<Value>, Vec<Value>) = (flips.collect(), unread.collect());
    let libraries = json!({ "old": library(desk.library()), "new": library(replay.other) });
    Ok(Json(json!({
        "libraries": libraries, "visits": replay.visits, "lines": replay.lines, "flips": flips, "unread": unread,
        "next": replay.next.map(|cursor| cursor.to_string()),
    }))
    .into_response())
}

/// The libraries that are offered, and the one that was chosen.
async fn offered(desk: &Desk) -> Result<Response, Problem> {
    let (items, chosen) = (desk.other_names(), desk.other_chosen().await?);
    Ok(Json(json!({ "items": items, "chosen": chosen })).into_response())
}

async fn libraries(State(desk): State<Desk>) -> Result<Response, Problem> {
    offered(&desk).await
}

/// One of the libraries, or none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    name: Option<String>,
}

async fn choose(State(desk): State<Desk>, who: Who, Body(Choice { name }): Body<Choice>) -> Result<Response, Problem> {
    desk.choose_other(&who, name.as_deref()).await?;
    offered(&desk).await
}
