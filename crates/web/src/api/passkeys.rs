//! Ceremonies with devices.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential, Uuid};

use crate::Desk;
use crate::error::Problem;
use crate::extract::Body;
use crate::layers::Address;
use crate::signin::passkey::PASSKEYS_MAX;
use crate::signin::{self, handle, passkeys_of, written};
use crate::who::{RequestId, Who};

fn not_made() -> Problem {
    Problem::field("/credential", "W0109", "the device's answer does not fit what was asked", "begin again")
}

pub(crate) async fn start(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let (Some(user), Some(session)) = (who.user(), who.session) else { return Err(Problem::people_only()) };
    let user = desk.store().peek(user).await?;
    let have = passkeys_of(&user);
    if have.len() >= PASSKEYS_MAX {
        return Err(Problem::conflict("you have as many passkeys as one may have", "take one away first"));
    }
    let options = desk
        .passkeys()
        .start_registration(session.to_bytes(), handle(user.id), &user.email, &user.name, &have, Instant::now())
        .map_err(|_| Problem::internal())?;
    Ok((StatusCode::CREATED, Json(json!({ "options": options }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    credential: RegisterPublicKeyCredential,
}

pub(crate) async fn finish(
    State(desk): State<Desk>,
    who: Who,
    Body(Made { credential }): Body<Made>,
) -> Result<StatusCode, Problem> {
    let (Some(user), Some(session)) = (who.user(), who.session) else { return Err(Problem::people_only()) };
    let made = desk.passkeys().finish_registration(session.to_bytes(), &credential, Instant::now());
    let made = made.map_err(|_| not_made())?;
    let mut stored = desk.store().peek(user).await?;
    stored.body.passkeys.push(written(&made));
    desk.change(&who, user, stored.version, &stored.body, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn start_sign_in(State(desk): State<Desk>) -> Result<Response, Problem> {
    let (ceremony, options) = desk.passkeys().start_sign_in(Instant::now()).map_err(|_| Problem::internal())?;
    Ok((StatusCode::CREATED, Json(json!({ "ceremony": ceremony.to_string(), "options": options }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    ceremony: String,
    credential: PublicKeyCredential,
}

pub(crate) async fn finish_sign_in(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Body(Signed { ceremony, credential }): Body<Signed>,
) -> Result<Response, Problem> {
    let ceremony = Uuid::parse_str(&ceremony).map_err(|_| not_made())?;
    let signed_in = signin::sign_in_by_passkey(&desk, ceremony, &credential, &headers, address, request).await?;
    let cookie = [(header::SET_COOKIE, signed_in.cookie)];
    Ok((StatusCode::CREATED, cookie, Json(json!({ "user": signed_in.user }))).into_response())
}
