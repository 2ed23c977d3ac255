//! Signing in, users, sessions, tokens.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use store::nouns::{Facility, Session, Token, User};
use store::{Id, Order, Purpose, Role, Stored};
use zeroize::Zeroizing;

use super::operation::Operation;
use super::records::{ListQuery, page_of};
use super::written::{Bare, Written};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::users::UserChange;
use crate::error::Problem;
use crate::extract::{Body, Path, Query};
use crate::layers::Address;
use crate::signin::first::{self, Owner};
use crate::signin::token::{self, NewToken};
use crate::signin::{self, Attempt, NewUser, SignedIn, invitation, totp};
use crate::who::{RequestId, Who};

pub(super) fn routes(routes: Routes) -> Routes {
    tokens_of_programs(users_and_sessions(signing_in(routes)))
}

fn signing_in(routes: Routes) -> Routes {
    use super::operation::Holds::{Nothing, One};
    use crate::access::Right::{Anyone, SignedIn};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            post("/v1/sign-in", Anyone, "signIn", "Sign in with password and code", One("SignIn"), One("SignedIn")),
            sign_in,
        )
        .operation(
            post("/v1/unlock", Anyone, "unlock", "Unlock a session of this browser", One("Unlock"), One("SignedIn"))
                .status(200),
            unlock,
        )
        .operation(post("/v1/lock", SignedIn, "lock", "Lock the session", Nothing, Nothing), lock)
        .operation(post("/v1/sign-out", SignedIn, "signOut", "End the session", Nothing, Nothing), sign_out)
        .operation(get("/v1/me", SignedIn, "me", "Who asks, and what they may do", One("Me")), me)
        .operation(
            post("/v1/purpose", SignedIn, "setPurpose", "Say for what records are looked at", One("Purpose"), Nothing),
            purpose,
        )
        .operation(
            get("/v1/first/{link}", Anyone, "firstApp", "The secret for the owner's authenticator app", One("App")),
            first_app,
        )
        .operation(
            post("/v1/first/{link}", Anyone, "firstStart", "Make the owner", One("FirstStart"), One("Recovery")),
            first_start,
        )
        .operation(
            get("/v1/invitations/{link}", Anyone, "invitationApp", "The secret for an authenticator app", One("App")),
            invitation_app,
        )
        .operation(
            post("/v1/invitations/{link}", Anyone, "accept", "Accept an invitation", One("Accept"), One("Recovery")),
            accept,
        )
}

fn users_and_sessions(routes: Routes) -> Routes {
    use super::operation::Holds::{Nothing, One, Page, Record};
    use crate::access::Right::{SignedIn, UserManage, UserRead};
    let (get, post, put, delete) = (Operation::get, Operation::post, Operation::put, Operation::delete);
    routes
        .operation(
            get("/v1/users", UserRead, "users", "Users", Page("User")).query("state", "active|ended", "Which"),
            users,
        )
        .operation(get("/v1/users/{id}", UserManage, "user", "A user", Record("User")), one_user)
        .operation(
            post("/v1/users", UserManage, "invite", "Invite somebody", One("Invite"), One("Invited")).once(),
            invite,
        )
        .operation(
            put(
                "/v1/users/{id}",
                UserManage,
                "changeUser",
                "Change what a user may do",
                One("ChangeUser"),
                Record("User"),
            )
            .once(),
            change_user,
        )
        .operation(
            post(
                "/v1/users/{id}/invitation",
                UserManage,
                "inviteAgain",
                "Let a user choose anew how they sign in",
                Nothing,
                One("Invited"),
            )
            .status(201)
            .once(),
            invite_again,
        )
        .operation(get("/v1/sessions", SignedIn, "sessions", "Sessions that are open", One("Sessions")), sessions)
        .operation(delete("/v1/sessions/{id}", SignedIn, "endSession", "End a session"), end_session)
}

fn tokens_of_programs(routes: Routes) -> Routes {
    use super::operation::Holds::{One, Page};
    use crate::access::Right::TokenManage;
    let (get, post, delete) = (Operation::get, Operation::post, Operation::delete);
    routes
        .operation(get("/v1/tokens", TokenManage, "tokens", "Tokens of programs", Page("Token")), tokens)
        .operation(
            post(
                "/v1/tokens",
                TokenManage,
                "makeToken",
                "Make a token; its secret is shown once",
                One("MakeToken"),
                One("MadeToken"),
            )
            .once(),
            make_token,
        )
        .operation(delete("/v1/tokens/{id}", TokenManage, "endToken", "End a token"), end_token)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    email: String,
    password: Zeroizing<String>,
    code: String,
}

fn with_cookie(status: StatusCode, signed_in: &SignedIn, reply: Value) -> Response {
    (status, [(header::SET_COOKIE, signed_in.cookie.clone())], Json(reply)).into_response()
}

async fn sign_in(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Body(SignIn { email, password, code }): Body<SignIn>,
) -> Result<Response, Problem> {
    let attempt = Attempt { email, password, code };
    let signed_in = signin::sign_in(&desk, attempt, &headers, address, request).await?;
    Ok(with_cookie(StatusCode::CREATED, &signed_in, json!({ "user": signed_in.user })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unlock {
    email: String,
    password: Zeroizing<String>,
}

async fn unlock(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Body(Unlock { email, password }): Body<Unlock>,
) -> Result<Response, Problem> {
    let signed_in = signin::unlock(&desk, &email, password, &headers, address, request).await?;
    Ok(with_cookie(StatusCode::OK, &signed_in, json!({ "user": signed_in.user })))
}

async fn lock(State(desk): State<Desk>, who: Who) -> Result<StatusCode, Problem> {
    signin::lock(&desk, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out(State(desk): State<Desk>, who: Who, headers: HeaderMap) -> Result<Response, Problem> {
    let cookie = signin::sign_out(&desk, &who, &headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn me(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let user = match who.user() {
        Some(id) => Some(desk.store().peek(id).await?),
        None => None,
    };
    let (email, left) = (user.as_ref().map(|user| &user.email), user.as_ref().map(|user| user.recovery.len()));
    let rights: Vec<&str> = Right::ALL.into_iter().filter(|right| who.may(*right)).map(Right::word).collect();
    Ok(Json(json!({
        "name": who.name, "role": who.role, "purpose": who.purpose, "facilities": who.facilities, "rights": rights, "csrf": who.csrf,
        "email": email, "recovery_codes_left": left,
    }))
    .into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForPurpose {
    purpose: Purpose,
}

async fn purpose(State(desk): State<Desk>, who: Who, Body(body): Body<ForPurpose>) -> Result<StatusCode, Problem> {
    signin::set_purpose(&desk, &who, body.purpose).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn app(secret: &str, account: &str) -> Response {
    Json(json!({ "secret": secret, "address": totp::address(secret, "Covered", account) })).into_response()
}

async fn first_app(State(desk): State<Desk>, Path(link): Path<String>) -> Result<Response, Problem> {
    Ok(app(desk.first().totp(&link).ok_or_else(Problem::not_found)?, "owner"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    practice: String,
    email: String,
    name: String,
    password: Zeroizing<String>,
    code: String,
}

async fn first_start(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Path(link): Path<String>,
    Body(body): Body<First>,
) -> Result<Response, Problem> {
    let First { practice, email, name, password, code } = body;
    let owner = Owner { practice, user: NewUser { email, name, password }, code };
    let device = signin::device(&headers);
    let (signed_in, codes) = first::create(&desk, &link, owner, address, &device, request).await?;
    Ok(with_cookie(StatusCode::CREATED, &signed_in, json!({ "user": signed_in.user, "recovery_codes": codes })))
}

async fn invitation_app(State(desk): State<Desk>, Path(link): Path<String>) -> Result<Response, Problem> {
    let open = invitation::open(&desk, &link).await?;
    Ok(app(&open.totp, &open.user.email))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accept {
    password: Zeroizing<String>,
    code: String,
}

async fn accept(
    State(desk): State<Desk>,
    request: RequestId,
    address: Address,
    headers: HeaderMap,
    Path(link): Path<String>,
    Body(Accept { password, code }): Body<Accept>,
) -> Result<Response, Problem> {
    let device = signin::device(&headers);
    let accepted = invitation::accept(&desk, &link, password, &code, address, &device, request).await?;
    let (signed_in, codes) = accepted;
    Ok(with_cookie(StatusCode::CREATED, &signed_in, json!({ "user": signed_in.user, "recovery_codes": codes })))
}

/// A record with what of it may be seen.
pub(super) fn shown<R>(stored: &Stored<R>, record: Value) -> Value {
    json!({
        "id": stored.id, "version": stored.version, "created_at": stored.created_at, "changed_at": stored.changed_at, "record": record,
    })
}

/// A user without what they sign in with.
fn user(stored: &Stored<User>) -> Value {
    let User { email, name, role, facilities, active, password, recovery, passkeys, .. } = &stored.body;
    shown(
        stored,
        json!({
            "email": email, "name": name, "role": role, "facilities": facilities, "active": active,
            "has_password": password.is_some(), "recovery_codes_left": recovery.len(), "passkeys": passkeys.len(),
        }),
    )
}

async fn users(State(desk): State<Desk>, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    Ok(page_of(&desk.store().peek_all(&query.wanted::<User>(Order::Oldest)?).await?, user))
}

async fn one_user(State(desk): State<Desk>, Path(id): Path<Id<User>>) -> Result<Response, Problem> {
    Ok(Json(user(&desk.store().peek(id).await?)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    email: String,
    name: String,
    role: Role,
    #[serde(default)]
    facilities: Vec<Id<Facility>>,
}

async fn invite(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<Invite>,
) -> Result<Response, Problem> {
    let Invite { email, name, role, facilities } = body;
    let invited = invitation::invite(&desk, &who, &email, &name, role, facilities, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "user": invited.user.id, "link": invited.link }))).into_response())
}

async fn invite_again(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<User>>,
    Bare(once): Bare,
) -> Result<Response, Problem> {
    let invited = invitation::again(&desk, &who, id, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "user": invited.user.id, "link": invited.link }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeUser {
    version: i64,
    name: Option<String>,
    role: Role,
    facilities: Vec<Id<Facility>>,
    active: bool,
}

async fn change_user(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<User>>,
    Written { body, once }: Written<ChangeUser>,
) -> Result<Response, Problem> {
    let ChangeUser { version, name, role, facilities, active } = body;
    let change = UserChange { name, role, facilities, active };
    let stored = desk.change_user(&who, id, version, change, once.as_ref()).await?;
    Ok(Json(user(&stored)).into_response())
}

/// A session without the hash of its secret.
fn session(stored: &Stored<Session>) -> Value {
    let Session { user, device, purpose, seen_at, ends_at, locked, .. } = &stored.body;
    shown(
        stored,
        json!({ "user": user, "device": device, "purpose": purpose, "seen_at": seen_at, "ends_at": ends_at, "locked": locked }),
    )
}

/// One's own sessions, and everybody's for who manages users.
async fn sessions(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let of = if who.may(Right::UserManage) { None } else { who.user() };
    if of.is_none() && !who.may(Right::UserManage) {
        return Ok(Json(json!({ "items": [] })).into_response());
    }
    let found = invitation::sessions(&desk, of).await?;
    Ok(Json(json!({ "items": found.iter().map(session).collect::<Vec<_>>() })).into_response())
}

async fn end_session(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Session>>) -> Result<StatusCode, Problem> {
    signin::end_session(&desk, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token without the hash of its secret.
fn shown_token(stored: &Stored<Token>) -> Value {
    let Token { name, by, scopes, facilities, ends_at, ended_at, .. } = &stored.body;
    shown(
        stored,
        json!({ "name": name, "by": by, "scopes": scopes, "facilities": facilities, "ends_at": ends_at, "ended_at": ended_at }),
    )
}

async fn tokens(State(desk): State<Desk>, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    Ok(page_of(&desk.store().peek_all(&query.wanted::<Token>(Order::Newest)?).await?, shown_token))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeToken {
    name: String,
    scopes: Vec<String>,
    #[serde(default)]
    facilities: Vec<Id<Facility>>,
    days: i64,
}

async fn make_token(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<MakeToken>,
) -> Result<Response, Problem> {
    let MakeToken { name, scopes, facilities, days } = body;
    let new = NewToken { name, scopes, facilities, days };
    let (stored, secret) = token::make(&desk, &who, new, once.as_ref()).await?;
    let reply = json!({ "id": stored.id, "secret": secret, "ends_at": stored.ends_at });
    Ok((StatusCode::CREATED, Json(reply)).into_response())
}

async fn end_token(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Token>>) -> Result<StatusCode, Problem> {
    token::end(&desk, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
