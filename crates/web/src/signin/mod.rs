//! Sign-in: password with a code, or a passkey; sessions, and who a request is made by.

#[cfg(test)]
pub(crate) mod device;
pub mod first;
pub mod invitation;
pub mod passkey;
pub mod password;
pub mod session;
pub mod token;
pub mod totp;

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::nouns::{Facility, Session, User};
use store::{Action, Actor, Id, Phi, Purpose, Role, Stored};
use webauthn_rs::prelude::{
    CreationChallengeResponse, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
};
use zeroize::Zeroizing;

use crate::Desk;
use crate::access::{Right, may_act_for, usual_purpose};
use crate::error::Problem;
use crate::layers::Address;
use crate::limits::{network_word, wait};
use crate::metrics::Event;
use crate::who::{RequestId, Who};
use session::{Known, SESSION_MAX, cookie, csrf_of, hash_of, new_secret, secrets};

/// Longer names of browsers are cut.
const DEVICE_CHARACTERS_MAX: usize = 120;
/// Longer names of devices with passkeys are cut.
const PASSKEY_NAME_CHARACTERS_MAX: usize = 60;

/// A session of the browser that is locked.
#[derive(Clone)]
pub struct Locked {
    /// Its user's name.
    pub name: String,
    /// Its user's e-mail, with which it is unlocked.
    pub email: String,
}

/// Somebody has signed in.
pub struct SignedIn {
    /// Who.
    pub user: Id<User>,
    /// For the header `Set-Cookie`.
    pub cookie: HeaderValue,
}

/// What is typed to sign in.
pub struct Attempt {
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// A code of the app, or a recovery code.
    pub code: String,
}

/// What somebody enters who becomes a user.
pub struct NewUser {
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Finds out who a request is made by, from its token or its cookie.
pub(crate) async fn find(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied().unwrap_or_default();
    let found = match bearer(request.headers()) {
        // What reads the metrics shows a token of its own.
        _ if request.uri().path() == "/metrics" => Ok(None),
        Some(secret) => of_token(&desk, secret, id).await.map(Some),
        None => of_cookie(&desk, &mut request, id).await,
    };
    let who = match found {
        Ok(Some(who)) => who,
        Ok(None) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    match with_purpose(who, request.headers()) {
        Ok(who) => request.extensions_mut().insert(who),
        Err(problem) => return problem.into_response(),
    };
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    // What stands there in another form is no token of ours; it is refused as one that is unknown.
    Some(value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default())
}

/// The purpose that the header names, if the role may act for it.
fn with_purpose(mut who: Who, headers: &HeaderMap) -> Result<Who, Problem> {
    let Some(value) = headers.get("purpose") else { return Ok(who) };
    let named = serde_json::from_value(Value::from(value.to_str().unwrap_or_default()));
    match named {
        Ok(purpose) if may_act_for(who.role, purpose) => who.purpose = purpose,
        _ => return Err(Problem::purpose()),
    }
    Ok(who)
}

async fn of_token(desk: &Desk, secret: &str, request: RequestId) -> Result<Who, Problem> {
    let token = desk.token(secret).await?.ok_or_else(Problem::sign_in)?;
    Ok(Who {
        actor: Actor::Token(token.id),
        name: token.name.clone(),
        role: Role::Integration,
        scopes: Some(token.scopes.iter().filter_map(|word| Right::of_word(word)).collect()),
        facilities: token.facilities.clone(),
        session: None,
        csrf: None,
        facility: None,
        purpose: usual_purpose(Role::Integration),
        request,
        reason: None,
    })
}

async fn of_cookie(desk: &Desk, request: &mut Request, id: RequestId) -> Result<Option<Who>, Problem> {
    let Some(secret) = secrets(request.headers()).into_iter().next() else { return Ok(None) };
    let Some(known) = desk.session(&secret).await? else { return Ok(None) };
    let who = who_of(&known, &secret, id);
    if known.is_locked(desk.now()) {
        let user = &known.user;
        if !known.session.locked {
            let act = store::Act { actor: Actor::Program, session: Some(known.session.id), ..desk.act_of_nobody(id) };
            desk.lock_idle(&known, &act).await?;
        }
        request.extensions_mut().insert(Locked { name: user.name.clone(), email: user.email.clone() });
        return Ok(None);
    }
    desk.used(&secret, &known).await?;
    Ok(Some(who))
}

fn who_of(known: &Known, secret: &str, request: RequestId) -> Who {
    let (session, user) = (&known.session, &known.user);
    Who {
        actor: Actor::User(user.id),
        name: user.name.clone(),
        role: user.role,
        scopes: None,
        facilities: user.facilities.clone(),
        session: Some(session.id),
        csrf: Some(csrf_of(secret)),
        facility: session.facility,
        purpose: session.purpose,
        request,
        reason: None,
    }
}

/// Whether a session is the link of somebody who was invited.
pub(crate) fn is_invitation(session: &Session) -> bool {
    session.kept.get("invitation").is_some()
}

/// The account that guesses are counted for.
fn account(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Counts a guess before it is looked at, or says how long to wait.
async fn guess(desk: &Desk, email: &str, address: Address) -> Result<(), Problem> {
    let left = desk.store().guess(&account(email), &network_word(address.0), desk.now(), wait).await?;
    left.map_or(Ok(()), |left| Err(Problem::slow_down(left.as_secs().unsigned_abs() + 1)))
}

/// Forgets the guesses of who has signed in.
async fn guessed_right(desk: &Desk, email: &str, address: Address) -> Result<(), Problem> {
    Ok(desk.store().guessed_right(&account(email), &network_word(address.0)).await?)
}

/// Why nobody was signed in. It does not say which part was wrong, nor whether there is such an account.
fn wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "W0411",
        "not signed in",
        "e-mail, password and code do not belong together, or the code was used before",
        "check all three; a code serves once, the next comes within 30 seconds. An owner can send a new invitation",
    )
}

/// Signs somebody in with password and code.
///
/// # Errors
/// If they do not belong together, or too many guesses were made from this address.
pub async fn sign_in(
    desk: &Desk,
    attempt: Attempt,
    headers: &HeaderMap,
    address: Address,
    request: RequestId,
) -> Result<SignedIn, Problem> {
    guess(desk, &attempt.email, address).await?;
    let user = user_of(desk, &attempt.email).await?;
    let kept = user.as_ref().and_then(|user| user.password.as_ref()).map(|kept| kept.reveal().as_str());
    let is_password = desk.passwords().is(attempt.password, kept).await;
    let user = match user.filter(|_| is_password) {
        Some(user) => take_code(desk, user, &attempt.code, request).await?,
        None => None,
    };
    let Some(user) = user else { return failed(desk, &attempt.email, address, request).await };
    guessed_right(desk, &attempt.email, address).await?;
    begin_session(desk, user.id, user.role, address, &device(headers), request, &secrets(headers)).await
}

/// The user of an e-mail, while they may come in.
async fn user_of(desk: &Desk, email: &str) -> Result<Option<Stored<User>>, Problem> {
    let found = desk.store().recognize::<User>("email", email.trim()).await?;
    Ok(found.into_iter().find(|user| user.active))
}

/// The user, if the code is theirs; it is used up.
async fn take_code(
    desk: &Desk,
    user: Stored<User>,
    code: &str,
    request: RequestId,
) -> Result<Option<Stored<User>>, Problem> {
    let mut body = user.body.clone();
    let seconds = u64::try_from(desk.now().as_second()).unwrap_or_default();
    let secret = body.totp.as_ref().map(|secret| secret.reveal().as_str());
    let step = secret.and_then(|secret| totp::step_of(secret, code, seconds, Some(body.totp_step)));
    if let Some(step) = step {
        body.totp_step = step;
    } else {
        let hash = totp::recovery_hash(code);
        let Some(at) = body.recovery.iter().position(|kept| *kept.reveal() == hash) else { return Ok(None) };
        body.recovery.remove(at);
    }
    // Of two that come with one code at once, one finds the record changed.
    let mut work = desk.store().begin(&desk.act_of_nobody(request)).await?;
    match work.update(user.id, user.version, &body).await {
        Ok(version) => {
            work.commit().await?;
            Ok(Some(Stored { version, body, ..user }))
        }
        Err(store::StoreError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn failed<T>(desk: &Desk, email: &str, address: Address, request: RequestId) -> Result<T, Problem> {
    desk.metrics().count(Event::FailedSignIn);
    let act = desk.act_of_nobody(request);
    let note = Some(Phi::new(format!("{} from {}", email.trim().chars().take(200).collect::<String>(), address.0)));
    desk.store().enter::<User>(&act, Action::SignInFailed, None, None, note).await?;
    Err(wrong())
}

/// What a browser calls itself.
pub(crate) fn device(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    text.chars().take(DEVICE_CHARACTERS_MAX).collect()
}

/// Begins a session. Sessions that the browser had are locked and wait.
pub(crate) async fn begin_session(
    desk: &Desk,
    user: Id<User>,
    role: Role,
    address: Address,
    device: &str,
    request: RequestId,
    parked: &[String],
) -> Result<SignedIn, Problem> {
    let secret = new_secret().map_err(|_| Problem::internal())?;
    let now = desk.now();
    let body = Session {
        user,
        token_sha256: Phi::new(hash_of(&secret)),
        device: format!("{device} ({})", address.0),
        purpose: usual_purpose(role),
        facility: None,
        seen_at: now,
        ends_at: now + SESSION_MAX,
        locked: false,
        ended_at: None,
        kept: Value::Null,
    };
    let act = store::Act { actor: Actor::User(user), ..desk.act_of_nobody(request) };
    let mut work = desk.store().begin(&act).await?;
    let id = work.insert(&body).await?;
    work.note(Action::SignIn, Some(id), None, None)?;
    work.commit().await?;
    desk.metrics().count(Event::SignIn);
    let mut all = vec![secret];
    for parked in parked {
        let Some(known) = desk.session(parked).await? else { continue };
        if known.user.id == user {
            // No cookie names it any more.
            desk.change_session(known.session.id, &act, Action::SignOut, |session| session.ended_at = Some(now))
                .await?;
        } else {
            lock_known(desk, &known, &act).await?;
            all.push(parked.clone());
        }
    }
    all.truncate(session::PARKED_MAX);
    Ok(SignedIn { user, cookie: cookie(&all) })
}

async fn lock_known(desk: &Desk, known: &Known, act: &store::Act) -> Result<(), Problem> {
    if !known.session.locked {
        desk.change_session(known.session.id, act, Action::Update, |session| session.locked = true).await?;
    }
    Ok(())
}

/// Locks the session of a request; it keeps its place.
///
/// # Errors
/// If it cannot be written.
pub async fn lock(desk: &Desk, who: &Who) -> Result<(), Problem> {
    let Some(id) = who.session else { return Ok(()) };
    desk.change_session(id, &who.act(desk), Action::Update, |session| session.locked = true).await?;
    Ok(())
}

/// Goes on with a session of this browser: its own, or one that waits. The password of its user is enough, as the code was given when it
/// began.
///
/// # Errors
/// If there is none of this user, the password is wrong, or too many guesses were made.
pub async fn unlock(
    desk: &Desk,
    email: &str,
    password: Zeroizing<String>,
    headers: &HeaderMap,
    address: Address,
    request: RequestId,
) -> Result<SignedIn, Problem> {
    guess(desk, email, address).await?;
    let all = secrets(headers);
    let mut found = None;
    for (place, secret) in all.iter().enumerate() {
        if let Some(known) = desk.session(secret).await?
            && account(&known.user.email) == account(email)
        {
            found = Some((place, known));
            break;
        }
    }
    let kept = found.as_ref().and_then(|(_, known)| known.user.password.as_ref()).map(|kept| kept.reveal().clone());
    if !desk.passwords().is(password, kept.as_deref()).await {
        return failed(desk, email, address, request).await;
    }
    let Some((place, known)) = found else { return failed(desk, email, address, request).await };
    guessed_right(desk, email, address).await?;
    resume(desk, &all, place, &known, request).await
}

/// Puts a session first and locks the one that was.
async fn resume(
    desk: &Desk,
    all: &[String],
    place: usize,
    known: &Known,
    request: RequestId,
) -> Result<SignedIn, Problem> {
    let act = store::Act {
        actor: Actor::User(known.user.id),
        session: Some(known.session.id),
        ..desk.act_of_nobody(request)
    };
    let now = desk.now();
    let open = |session: &mut Session| {
        session.locked = false;
        session.seen_at = now;
    };
    desk.change_session(known.session.id, &act, Action::SignIn, open).await?;
    let mut order = all.to_vec();
    if place > 0 {
        if let Some(first) = desk.session(&all[0]).await? {
            lock_known(desk, &first, &act).await?;
        }
        let secret = order.remove(place);
        order.insert(0, secret);
    }
    Ok(SignedIn { user: known.user.id, cookie: cookie(&order) })
}

/// Those whose sessions wait in this browser: name and e-mail.
///
/// # Errors
/// If the records cannot be read.
pub async fn waiting(desk: &Desk, headers: &HeaderMap) -> Result<Vec<Locked>, Problem> {
    let mut found = Vec::new();
    for secret in secrets(headers) {
        if let Some(known) = desk.session(&secret).await? {
            found.push(Locked { name: known.user.name.clone(), email: known.user.email.clone() });
        }
    }
    Ok(found)
}

/// Ends the session of a request; those that wait in the browser go on waiting.
///
/// # Errors
/// If it cannot be written.
pub async fn sign_out(desk: &Desk, who: &Who, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    if let Some(id) = who.session {
        let now = desk.now();
        desk.change_session(id, &who.act(desk), Action::SignOut, |session| session.ended_at = Some(now)).await?;
    }
    Ok(cookie(&secrets(headers).split_off(1.min(secrets(headers).len()))))
}

/// Ends a session, one's own or, with the right to, another's.
///
/// # Errors
/// If it is not there, or is another's and `who` may not end it.
pub async fn end_session(desk: &Desk, who: &Who, id: Id<Session>) -> Result<(), Problem> {
    let session = desk.store().peek(id).await?;
    if Some(session.user) != who.user() && !who.may(Right::UserManage) {
        return Err(Problem::not_found());
    }
    if session.ended_at.is_some() {
        return Ok(());
    }
    let now = desk.now();
    desk.change_session(id, &who.act(desk), Action::SignOut, |session| session.ended_at = Some(now)).await?;
    Ok(())
}

/// Signs in whom a device says it signs in.
///
/// # Errors
/// If the ceremony is not open, or no passkey of the user's signed.
pub async fn sign_in_by_passkey(
    desk: &Desk,
    ceremony: Uuid,
    signed: &PublicKeyCredential,
    headers: &HeaderMap,
    address: Address,
    request: RequestId,
) -> Result<SignedIn, Problem> {
    let named = desk.passkeys().user_of(signed).map(|uuid| Id::<User>::from_bytes(*uuid.as_bytes()));
    let user = match named {
        Some(id) => desk.store().peek(id).await.ok().filter(|user| user.active),
        None => None,
    };
    let Some(user) = user else { return failed(desk, "a passkey", address, request).await };
    let have: Vec<Passkey> = passkeys_of(&user).into_iter().map(|kept| kept.passkey).collect();
    let Ok(used) = desk.passkeys().finish_sign_in(ceremony, signed, &have, Instant::now()) else {
        return failed(desk, &user.email, address, request).await;
    };
    let mut body = user.body.clone();
    let now = desk.now();
    let mut kept = passkeys_of(&user);
    for one in kept.iter_mut().filter(|one| one.passkey.cred_id() == used.cred_id()) {
        (one.passkey, one.used_at) = (used.clone(), Some(now));
    }
    body.passkeys = kept.iter().map(KeptPasskey::written).collect();
    let act = store::Act { actor: Actor::User(user.id), ..desk.act_of_nobody(request) };
    let mut work = desk.store().begin(&act).await?;
    work.update(user.id, user.version, &body).await?;
    work.commit().await?;
    let all = secrets(headers);
    for (place, secret) in all.iter().enumerate() {
        if let Some(known) = desk.session(secret).await?
            && known.user.id == user.id
        {
            return resume(desk, &all, place, &known, request).await;
        }
    }
    begin_session(desk, user.id, user.role, address, &device(headers), request, &all).await
}

/// A passkey as it is kept, with what its owner calls the device.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeptPasskey {
    pub(crate) name: String,
    pub(crate) made_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
    passkey: Passkey,
}

impl KeptPasskey {
    /// The name of it that devices and addresses use.
    pub(crate) fn id(&self) -> String {
        BASE64URL_NOPAD.encode(self.passkey.cred_id().as_ref())
    }

    fn written(&self) -> Phi<Value> {
        Phi::new(serde_json::to_value(self).expect("INVARIANT: a passkey has a JSON form"))
    }
}

/// The passkeys of a user.
pub(crate) fn passkeys_of(user: &User) -> Vec<KeptPasskey> {
    user.passkeys.iter().filter_map(|kept| serde_json::from_value(kept.reveal().clone()).ok()).collect()
}

/// What a browser needs to make a passkey for the person of a session.
///
/// # Errors
/// If it is a program, or the person has as many as one may have.
pub(crate) async fn start_passkey(desk: &Desk, who: &Who) -> Result<CreationChallengeResponse, Problem> {
    let (Some(user), Some(session)) = (who.user(), who.session) else { return Err(Problem::people_only()) };
    let user = desk.store().peek(user).await?;
    let have: Vec<Passkey> = passkeys_of(&user).into_iter().map(|kept| kept.passkey).collect();
    if have.len() >= passkey::PASSKEYS_MAX {
        return Err(Problem::conflict("you have as many passkeys as one may have", "take one away first"));
    }
    desk.passkeys()
        .start_registration(session.to_bytes(), handle(user.id), &user.email, &user.name, &have, Instant::now())
        .map_err(|_| Problem::internal())
}

/// Keeps the passkey that a device made.
///
/// # Errors
/// If it does not fit what was asked in this session.
pub(crate) async fn keep_passkey(
    desk: &Desk,
    who: &Who,
    name: &str,
    credential: &RegisterPublicKeyCredential,
) -> Result<(), Problem> {
    let (Some(user), Some(session)) = (who.user(), who.session) else { return Err(Problem::people_only()) };
    let made = desk.passkeys().finish_registration(session.to_bytes(), credential, Instant::now());
    let passkey = made.map_err(|_| {
        Problem::field("/credential", "W0109", "the device's answer does not fit what was asked", "begin again")
    })?;
    let name: String = name.trim().chars().take(PASSKEY_NAME_CHARACTERS_MAX).collect();
    let name = if name.is_empty() { "A device".to_owned() } else { name };
    let mut stored = desk.store().peek(user).await?;
    stored.body.passkeys.push(KeptPasskey { name, made_at: desk.now(), used_at: None, passkey }.written());
    desk.change(who, user, stored.version, &stored.body, None).await?;
    Ok(())
}

/// Takes a passkey of one's own away.
///
/// # Errors
/// If there is none of this name.
pub(crate) async fn remove_passkey(desk: &Desk, who: &Who, id: &str) -> Result<(), Problem> {
    let user = who.user().ok_or_else(Problem::people_only)?;
    let mut stored = desk.store().peek(user).await?;
    let left: Vec<_> = passkeys_of(&stored).into_iter().filter(|kept| kept.id() != id).collect();
    if left.len() == stored.passkeys.len() {
        return Err(Problem::not_found());
    }
    stored.body.passkeys = left.iter().map(KeptPasskey::written).collect();
    desk.change(who, user, stored.version, &stored.body, None).await?;
    Ok(())
}

/// The handle under which a device keeps a user's passkey.
pub(crate) fn handle(user: Id<User>) -> Uuid {
    Uuid::from_bytes(user.to_bytes())
}

/// A user of what they entered, with the recovery codes to show once.
pub(crate) async fn new_user(
    desk: &Desk,
    new: NewUser,
    role: Role,
    facilities: Vec<Id<Facility>>,
    secret: &str,
    code: &str,
    practice: &str,
) -> Result<(User, Vec<String>), Problem> {
    let (email, name) = (new.email.trim().to_owned(), new.name.trim().to_owned());
    if !is_email(&email) {
        return Err(Problem::field("/email", "W0105", "this is not an e-mail address", "write it as name@example.org"));
    }
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Problem::field(
            "/name",
            "W0106",
            "the name is empty or too long",
            "write the name as colleagues know it",
        ));
    }
    password::judge(&new.password, &[&email, &name, practice])
        .map_err(|error| Problem::field("/password", error.code(), error.to_string(), error.next()))?;
    let seconds = u64::try_from(desk.now().as_second()).unwrap_or_default();
    let Some(step) = totp::step_of(secret, code, seconds, None) else {
        let next = "set the clock of the phone by the network, and type the code that the app shows now";
        return Err(Problem::field("/code", "W0107", "this is not the code that the app should show", next));
    };
    let (codes, kept) = totp::new_recovery_codes().map_err(|_| Problem::internal())?;
    let password = desk.passwords().keep(new.password).await.map_err(|_| Problem::internal())?;
    let user = User {
        facilities,
        password: Some(Phi::new(password)),
        totp: Some(Phi::new(secret.to_owned())),
        totp_step: step,
        recovery: kept.into_iter().map(Phi::new).collect(),
        ..User::new(email, name, role)
    };
    Ok((user, codes))
}

/// Something before an `@` and a host after it; whether it is read is known when a message comes back.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_plain = |text: &str| text.chars().all(|char| !char.is_whitespace() && !char.is_control());
    !name.is_empty() && !host.is_empty() && text.len() <= 254 && is_plain(text) && !host.contains("..")
}

/// For whom records are looked at in a session, if the role may.
///
/// # Errors
/// If it may not.
pub async fn set_purpose(desk: &Desk, who: &Who, purpose: Purpose) -> Result<(), Problem> {
    if !may_act_for(who.role, purpose) {
        return Err(Problem::purpose());
    }
    let Some(id) = who.session else { return Err(Problem::people_only()) };
    desk.change_session(id, &who.act(desk), Action::Update, |session| session.purpose = purpose).await?;
    Ok(())
}
