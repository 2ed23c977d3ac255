//! Ceremonies with devices, and the passkeys that came of them.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential, Uuid};

use super::operation::Operation;
use crate::Desk;
use crate::access::Routes;
use crate::error::Problem;
use crate::extract::{Body, Path};
use crate::layers::Address;
use crate::signin;
use crate::who::{RequestId, Who};

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::{Nothing, One};
    use crate::access::Right::{Anyone, SignedIn};
    let (get, post, delete) = (Operation::get, Operation::post, Operation::delete);
    routes
        .operation(
            post(
                "/v1/sign-in/passkey/challenge",
                Anyone,
                "passkeyChallenge",
                "Begin to sign in by a passkey",
                Nothing,
                One("Ceremony"),
            )
            .status(201),
            start_sign_in,
        )
        .operation(
            post(
                "/v1/sign-in/passkey",
                Anyone,
                "signInByPasskey",
                "Sign in by a passkey",
                One("SignInByPasskey"),
                One("SignedIn"),
            ),
            finish_sign_in,
        )
        .operation(
            post("/v1/passkeys/challenge", SignedIn, "newPasskey", "Begin to make a passkey", Nothing, One("Creation"))
                .status(201),
            start,
        )
        .operation(post("/v1/passkeys", SignedIn, "keepPasskey", "Keep a passkey", One("Credential"), Nothing), finish)
        .operation(get("/v1/passkeys", SignedIn, "passkeys", "One's own passkeys", One("Passkeys")), list)
        .operation(delete("/v1/passkeys/{id}", SignedIn, "removePasskey", "Take a passkey of one's own away"), remove)
}

async fn start(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let options = signin::start_passkey(&desk, &who).await?;
    Ok((StatusCode::CREATED, Json(json!({ "options": options }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    #[serde(default)]
    name: String,
    credential: RegisterPublicKeyCredential,
}

async fn finish(
    State(desk): State<Desk>,
    who: Who,
    Body(Made { name, credential }): Body<Made>,
) -> Result<StatusCode, Problem> {
    signin::keep_passkey(&desk, &who, &name, &credential).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own passkeys; a program has none.
async fn list(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let kept = match who.user() {
        Some(user) => signin::passkeys_of(&desk.store().peek(user).await?.body),
        None => Vec::new(),
    };
    let shown = kept
        .iter()
        .map(|one| json!({ "id": one.id(), "name": one.name, "made_at": one.made_at, "used_at": one.used_at }));
    Ok(Json(json!({ "items": shown.collect::<Vec<Value>>() })).into_response())
}

async fn remove(State(desk): State<Desk>, who: Who, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    signin::remove_passkey(&desk, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn start_sign_in(State(desk): State<Desk>) -> Result<Response, Problem> {
    let (ceremony, options) = desk.passkeys().start_sign_in(Instant::now()).map_err(|_| Problem::internal())?;
    Ok((StatusCode::CREATED, Json(json!({ "ceremony": ceremony.to_string(), "options": options }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    ceremony: String,
    credential: PublicKeyCredential,
}

async fn finish_sign_in(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Body(Signed { ceremony, credential }): Body<Signed>,
) -> Result<Response, Problem> {
    let ceremony = Uuid::parse_str(&ceremony)
        .map_err(|_| Problem::field("/ceremony", "W0109", "this names no ceremony", "begin again"))?;
    let signed_in = signin::sign_in_by_passkey(&desk, ceremony, &credential, &headers, address, request).await?;
    let cookie = [(header::SET_COOKIE, signed_in.cookie)];
    Ok((StatusCode::CREATED, cookie, Json(json!({ "user": signed_in.user }))).into_response())
}
