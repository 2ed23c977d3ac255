//! Webhooks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use store::nouns::{Delivery, DeliveryState, Hook};
use store::{Id, Order, Stored};

use super::operation::Operation;
use super::people::shown;
use super::records::{ListQuery, page_of};
use super::written::{Bare, Written};
use crate::Desk;
use crate::access::Routes;
use crate::error::Problem;
use crate::extract::{Path, Query};
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::{Nothing, One, Page, Record};
    use crate::access::Right::HookManage;
    let (get, post, put, delete) = (Operation::get, Operation::post, Operation::put, Operation::delete);
    routes
        .operation(get("/v1/hooks", HookManage, "hooks", "Servers that are told of events", Page("Hook")), hooks)
        .operation(
            post(
                "/v1/hooks",
                HookManage,
                "makeHook",
                "Tell another server of events; its secret is shown once",
                One("MakeHook"),
                One("MadeHook"),
            )
            .once(),
            make,
        )
        .operation(get("/v1/hooks/{id}", HookManage, "hook", "A server that is told", Record("Hook")), one)
        .operation(
            put("/v1/hooks/{id}", HookManage, "changeHook", "Pause, or go on", One("ChangeHook"), Record("Hook"))
                .once(),
            change,
        )
        .operation(delete("/v1/hooks/{id}", HookManage, "removeHook", "Tell it nothing more"), remove)
        .operation(
            post(
                "/v1/hooks/{id}/trial",
                HookManage,
                "tryHook",
                "Send a message that tells of itself",
                Nothing,
                Nothing,
            )
            .once(),
            try_it,
        )
        .operation(
            get("/v1/hooks/{id}/messages", HookManage, "messages", "What it was told, the last first", Page("Message")),
            messages,
        )
}

/// A hook without its secret.
fn hook(stored: &Stored<Hook>) -> Value {
    let Hook { address, events, active, .. } = &stored.body;
    shown(stored, json!({ "address": address, "events": events, "active": active }))
}

async fn hooks(State(desk): State<Desk>, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    Ok(page_of(&desk.store().peek_all(&query.wanted::<Hook>(Order::Oldest)?).await?, hook))
}

async fn one(State(desk): State<Desk>, Path(id): Path<Id<Hook>>) -> Result<Response, Problem> {
    Ok(Json(hook(&desk.store().peek(id).await?)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Make {
    address: String,
    events: Vec<String>,
}

async fn make(
    State(desk): State<Desk>,
    who: Who,
    Written { body: Make { address, events }, once }: Written<Make>,
) -> Result<Response, Problem> {
    let stored = desk.make_hook(&who, &address, events, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": stored.id, "secret": stored.secret }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    version: i64,
    active: bool,
}

async fn change(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Hook>>,
    Written { body: Change { version, active }, once }: Written<Change>,
) -> Result<Response, Problem> {
    Ok(Json(hook(&desk.set_hook_active(&who, id, version, active, once.as_ref()).await?)).into_response())
}

async fn remove(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Hook>>) -> Result<StatusCode, Problem> {
    desk.remove_hook(&who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn try_it(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Hook>>,
    Bare(once): Bare,
) -> Result<StatusCode, Problem> {
    desk.try_hook(&who, id, once.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A message: `hook` is in the address.
fn message(stored: &Stored<Delivery>) -> Value {
    let Delivery { event, noun, record, state, attempts, next_at, tried_at, status, trouble, .. } = &stored.body;
    let next_at = (*state == DeliveryState::Waiting).then_some(next_at);
    shown(
        stored,
        json!({
            "event": event, "noun": noun, "id": record, "state": state, "attempts": attempts, "next_at": next_at,
            "tried_at": tried_at, "status": status, "trouble": trouble,
        }),
    )
}

async fn messages(
    State(desk): State<Desk>,
    Path(id): Path<Id<Hook>>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    desk.store().peek(id).await?;
    let all = [DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Failed];
    let states = all.map(|state| Delivery::state_of(id, state));
    let wanted = query.wanted::<Delivery>(Order::Newest)?.states(states);
    Ok(page_of(&desk.store().peek_all(&wanted).await?, message))
}
