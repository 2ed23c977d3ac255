//! What belongs to the person: where they begin, their keys, their sign-in and sessions, the lock.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use store::nouns::{Facility, Session};
use store::{Action, Id};

use super::frame::{Frame, Section, role_name};
use super::list::{Cell, Empty, List, columns};
use super::sent::Sent;
use super::{Html, csv, page, parts, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::signin;
use crate::who::Who;

/// The cookie that switches single-letter keys off in one browser. It says nothing about anybody.
const KEYS_COOKIE: &str = "covered-keys";
/// How long a browser keeps it: a year.
const KEYS_SECONDS: u32 = 31_536_000;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/me", Right::SignedIn, me)
        .post("/me/sessions", Right::SignedIn, end)
        .post("/me/passkeys", Right::SignedIn, remove_passkey)
        .post("/facility", Right::SignedIn, choose_facility)
        .post("/lock", Right::SignedIn, lock)
        .post("/sign-out", Right::SignedIn, sign_out)
}

/// `GET /`: the first page that the person's role opens.
pub(super) async fn home(who: Who) -> Redirect {
    let to = if who.may(Right::DeterminationMake) {
        "/check"
    } else if who.may(Right::ChangeRead) {
        "/reviews"
    } else {
        "/policies"
    };
    Redirect::to(to)
}

/// Whether single-letter keys are on in this browser.
pub(super) fn keys_on(headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    !cookies.flat_map(|value| value.split(';')).any(|cookie| cookie.trim() == "covered-keys=off")
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    frame: Frame,
    on: bool,
}

pub(super) async fn keys(State(desk): State<Desk>, who: Who, headers: HeaderMap) -> Result<Html<String>, Problem> {
    let frame = Frame::new(&desk, &who, "Keys", Section::Own).await?;
    page(&Keys { on: keys_on(&headers), frame })
}

pub(super) async fn set_keys(axum::Form(sent): axum::Form<Sent>) -> Response {
    let value = if sent.get("keys") == "off" { "off" } else { "on" };
    let cookie = format!("{KEYS_COOKIE}={value}; Path=/; Max-Age={KEYS_SECONDS}; SameSite=Lax; Secure");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), see("/keys")).into_response()
}

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    frame: Frame,
    name: String,
    role: &'static str,
    email: String,
    recovery: usize,
    passkeys: List,
    sessions: List,
}

async fn me(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let Some(id) = who.user() else { return Err(Problem::not_found()) };
    let user = desk.store().peek(id).await?;
    let frame = Frame::new(&desk, &who, "My sign-in", Section::Own).await?;
    let row = |session: &store::Stored<Session>| {
        let here = who.session == Some(session.id);
        vec![
            Cell::text(session.device.clone()),
            Cell::text(parts::moment(session.seen_at)),
            if here {
                Cell::tag("good", "this one")
            } else {
                Cell::Button {
                    action: "/me/sessions".to_owned(),
                    csrf: frame.csrf.clone(),
                    name: "session",
                    value: session.id.to_string(),
                    text: "End",
                    of: session.device.clone(),
                    tone: "danger",
                }
            },
        ]
    };
    let sessions = signin::invitation::sessions(&desk, Some(id)).await?;
    let sessions = List {
        caption: "Browsers that are signed in".to_owned(),
        columns: columns(&["Browser", "Used last", ""]),
        rows: sessions.iter().map(row).collect(),
        empty: Empty::default(),
    };
    if sent.get("format") == "csv" {
        return Ok(csv(&sessions, "sessions"));
    }
    let passkey = |kept: &signin::KeptPasskey| {
        vec![
            Cell::text(kept.name.clone()),
            Cell::text(parts::moment(kept.made_at)),
            Cell::text(kept.used_at.map_or_else(|| "not yet".to_owned(), parts::moment)),
            Cell::Button {
                action: "/me/passkeys".to_owned(),
                csrf: frame.csrf.clone(),
                name: "passkey",
                value: kept.id(),
                text: "Take away",
                of: kept.name.clone(),
                tone: "danger",
            },
        ]
    };
    let passkeys = List {
        caption: "Passkeys".to_owned(),
        columns: columns(&["Device", "Made", "Used last", ""]),
        rows: signin::passkeys_of(&user).iter().map(passkey).collect(),
        empty: Empty {
            title: "No passkey yet",
            text: "A passkey signs you in by finger, face or PIN of a device, without password and code. Two devices are wise: one gets lost.",
            act: None,
        },
    };
    let (name, email) = (user.name.clone(), user.email.clone());
    let (role, recovery) = (role_name(who.role), user.recovery.len());
    Ok(page(&Me { frame, name, role, email, recovery, passkeys, sessions })?.into_response())
}

async fn end(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    let id: Id<Session> = sent.get("session").parse().map_err(|_| Problem::not_found())?;
    signin::end_session(&desk, &who, id).await?;
    Ok(see("/me"))
}

async fn remove_passkey(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    signin::remove_passkey(&desk, &who, sent.get("passkey")).await?;
    Ok(see("/me"))
}

async fn choose_facility(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let facility: Id<Facility> = sent.get("facility").parse().map_err(|_| Problem::not_found())?;
    if !who.works_at(facility) {
        return Err(Problem::facility());
    }
    if let Some(session) = who.session {
        desk.change_session(session, &who.act(&desk), Action::Update, |session| session.facility = Some(facility))
            .await?;
    }
    Ok(see(own_path(sent.get("back"))))
}

async fn lock(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    signin::lock(&desk, &who).await?;
    Ok(see(&format!("/unlock?next={}", super::problem::encoded(own_path(sent.get("back"))))))
}

async fn sign_out(State(desk): State<Desk>, who: Who, headers: HeaderMap) -> Result<Response, Problem> {
    let cookie = signin::sign_out(&desk, &who, &headers).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), see("/sign-in")).into_response())
}

/// A path of this desk; anything else leads to its beginning. Two slashes would lead to another host.
pub(super) fn own_path(text: &str) -> &str {
    // Browsers leave out a tab, and read a backslash as a slash.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_own = is_plain && text.starts_with('/') && !text.starts_with("//");
    if is_own { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(own_path("/visits?state=open"), "/visits?state=open");
        let other = ["//evil.example", "https://evil.example", "", "/\\evil.example", "javascript:alert(1)"];
        for other in other.into_iter().chain(["/\t/evil.example", "/\n/evil.example", "/é", "/ /evil.example"]) {
            assert_eq!(own_path(other), "/", "{other:?}");
        }
    }
}
