//! Coming in: sign in, go on after a lock, the first owner, an invitation. In the demo, one click chooses a role.

use askama::Template;
use axum::extract::{Extension, Path, Query as UrlQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use qrcodegen::{QrCode, QrCodeEcc};
use store::Role;
use store::nouns::User;
use zeroize::Zeroizing;

use super::frame::role_name;
use super::own::own_path;
use super::sent::Sent;
use super::{Html, page, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::demo;
use crate::error::Problem;
use crate::layers::Address;
use crate::signin::{self, Attempt, NewUser, SignedIn, device, first, invitation, totp};
use crate::who::{RequestId, Who};

/// White around a QR code, in its squares: less, and cameras do not find it.
const QUIET: i32 = 4;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/sign-in", Right::Anyone, form)
        .post("/sign-in", Right::Anyone, enter)
        .get("/unlock", Right::Anyone, locked)
        .post("/unlock", Right::Anyone, unlock)
        .get("/first/{link}", Right::Anyone, first_form)
        .post("/first/{link}", Right::Anyone, first_owner)
        .get("/invitation/{link}", Right::Anyone, invited)
        .post("/invitation/{link}", Right::Anyone, accept)
        .post("/demo/sign-in", Right::Anyone, demo_enter)
}

/// A role of the demo: word, name, what it opens.
type Offer = (&'static str, &'static str, &'static str);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    demo: bool,
    roles: Vec<Offer>,
    next: &'a str,
    email: &'a str,
    trouble: Option<String>,
    waiting: Vec<String>,
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct UnlockPage<'a> {
    demo: bool,
    roles: Vec<Offer>,
    next: &'a str,
    trouble: Option<String>,
    waiting: Vec<(String, String)>,
}

/// The roles that a visitor of the demo may choose.
fn offers(desk: &Desk) -> Vec<Offer> {
    let says = |role: Role| match role {
        Role::FrontDesk => "Will insurance pay? Patients, visits, today",
        Role::Clinician => "The chart, and what still matters in it",
        Role::Biller => "Answers, plans, next quarter",
        Role::Compliance => "Reviews, audit, who looked",
        Role::Owner => "Everything, and the settings",
        _ => "Looks, and changes nothing",
    };
    let all = demo::STAFF.iter().map(|(role, _)| (role.word(), role_name(*role), says(*role)));
    if desk.demo() { all.collect() } else { Vec::new() }
}

fn trouble(problem: &Problem) -> String {
    let first = problem.fields.first().map(|field| (field.detail.as_str(), field.next.as_str()));
    let (detail, next) = first.unwrap_or((&problem.detail, &problem.next));
    format!("{}. {}.", super::parts::sentence(detail), super::parts::sentence(next))
}

/// The page after a sign-in, with the cookie of the session.
fn entered(signed_in: &SignedIn, to: &str) -> Response {
    (AppendHeaders([(header::SET_COOKIE, signed_in.cookie.clone())]), see(own_path(to))).into_response()
}

async fn form(
    State(desk): State<Desk>,
    headers: HeaderMap,
    UrlQuery(sent): UrlQuery<Sent>,
) -> Result<Html<String>, Problem> {
    let waiting = signin::waiting(&desk, &headers).await?.into_iter().map(|one| one.email).collect();
    let (demo, roles, next) = (desk.demo(), offers(&desk), own_path(sent.get("next")));
    page(&SignInPage { demo, roles, next, email: "", trouble: None, waiting })
}

async fn enter(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Extension(address): Extension<Address>,
    request: RequestId,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let email = sent.get("email").to_owned();
    // A password may begin or end with a blank.
    let password = Zeroizing::new(sent.0.get("password").cloned().unwrap_or_default());
    let attempt = Attempt { email: email.clone(), password, code: sent.get("code").to_owned() };
    match signin::sign_in(&desk, attempt, &headers, address, request).await {
        Ok(signed_in) => Ok(entered(&signed_in, sent.get("next"))),
        Err(problem) if problem.status.is_client_error() => {
            let trouble = Some(trouble(&problem));
            let next = own_path(sent.get("next"));
            let shown = page(&SignInPage {
                demo: desk.demo(),
                roles: offers(&desk),
                next,
                email: &email,
                trouble,
                waiting: Vec::new(),
            })?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn locked(
    State(desk): State<Desk>,
    headers: HeaderMap,
    UrlQuery(sent): UrlQuery<Sent>,
) -> Result<Response, Problem> {
    let waiting: Vec<_> =
        signin::waiting(&desk, &headers).await?.into_iter().map(|one| (one.name, one.email)).collect();
    if waiting.is_empty() {
        return Ok(see("/sign-in"));
    }
    let next = own_path(sent.get("next"));
    Ok(page(&UnlockPage { demo: desk.demo(), roles: offers(&desk), next, trouble: None, waiting })?.into_response())
}

async fn unlock(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Extension(address): Extension<Address>,
    request: RequestId,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let password = Zeroizing::new(sent.0.get("password").cloned().unwrap_or_default());
    match signin::unlock(&desk, sent.get("email"), password, &headers, address, request).await {
        Ok(signed_in) => Ok(entered(&signed_in, sent.get("next"))),
        Err(problem) if problem.status.is_client_error() => {
            let waiting =
                signin::waiting(&desk, &headers).await?.into_iter().map(|one| (one.name, one.email)).collect();
            let (next, trouble) = (own_path(sent.get("next")), Some(trouble(&problem)));
            let shown = page(&UnlockPage { demo: desk.demo(), roles: offers(&desk), next, trouble, waiting })?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "join.html")]
struct Join<'a> {
    demo: bool,
    title: &'static str,
    lead: &'static str,
    action: String,
    asks_practice: bool,
    practice: &'a str,
    name: &'a str,
    email: &'a str,
    secret: &'a str,
    qr: String,
    trouble: Option<String>,
    submit: &'static str,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct Recovery {
    demo: bool,
    codes: Vec<String>,
}

/// A QR code as SVG, black on white in every theme: cameras expect it so.
fn qr(secret: &str, account: &str) -> String {
    let Ok(code) = QrCode::encode_text(&totp::address(secret, "Covered", account), QrCodeEcc::Medium) else {
        return String::new();
    };
    let size = code.size() + 2 * QUIET;
    let squares =
        (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = squares.map(|(x, y)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"Square code for the authenticator app\" class=\"qr-code\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

fn first_page(desk: &Desk, link: &str, sent: &Sent, trouble: Option<String>) -> Result<Html<String>, Problem> {
    let secret = desk.first().totp(link).ok_or_else(Problem::not_found)?;
    page(&Join {
        demo: desk.demo(),
        title: "The first owner",
        lead: "This page opens once. Who fills it in answers for the practice and lets the others in.",
        action: format!("/first/{link}"),
        asks_practice: true,
        practice: sent.get("practice"),
        name: sent.get("name"),
        email: sent.get("email"),
        secret,
        qr: qr(secret, "owner"),
        trouble,
        submit: "Open the practice",
    })
}

async fn first_form(State(desk): State<Desk>, Path(link): Path<String>) -> Result<Html<String>, Problem> {
    first_page(&desk, &link, &Sent::default(), None)
}

async fn first_owner(
    State(desk): State<Desk>,
    Path(link): Path<String>,
    headers: HeaderMap,
    Extension(address): Extension<Address>,
    request: RequestId,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let password = Zeroizing::new(sent.0.get("password").cloned().unwrap_or_default());
    let user = NewUser { email: sent.get("email").to_owned(), name: sent.get("name").to_owned(), password };
    let owner = first::Owner { practice: sent.get("practice").to_owned(), user, code: sent.get("code").to_owned() };
    match first::create(&desk, &link, owner, address, &device(&headers), request).await {
        Ok((signed_in, codes)) => recovery(&desk, &signed_in.cookie, codes),
        Err(problem) if !problem.fields.is_empty() => {
            Ok((problem.status, first_page(&desk, &link, &sent, Some(trouble(&problem)))?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn recovery(desk: &Desk, cookie: &HeaderValue, codes: Vec<String>) -> Result<Response, Problem> {
    let shown = page(&Recovery { demo: desk.demo(), codes })?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie.clone())]), shown).into_response())
}

async fn invitation_page(desk: &Desk, link: &str, trouble: Option<String>) -> Result<Html<String>, Problem> {
    let open = invitation::open(desk, link).await?;
    page(&Join {
        demo: desk.demo(),
        title: "You are invited",
        lead: "Choose how you sign in. The link serves once.",
        action: format!("/invitation/{link}"),
        asks_practice: false,
        practice: "",
        name: &open.user.name,
        email: &open.user.email,
        secret: &open.totp,
        qr: qr(&open.totp, &open.user.email),
        trouble,
        submit: "Come in",
    })
}

async fn invited(State(desk): State<Desk>, Path(link): Path<String>) -> Result<Html<String>, Problem> {
    invitation_page(&desk, &link, None).await
}

async fn accept(
    State(desk): State<Desk>,
    Path(link): Path<String>,
    headers: HeaderMap,
    Extension(address): Extension<Address>,
    request: RequestId,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let password = Zeroizing::new(sent.0.get("password").cloned().unwrap_or_default());
    match invitation::accept(&desk, &link, password, sent.get("code"), address, &device(&headers), request).await {
        Ok((signed_in, codes)) => recovery(&desk, &signed_in.cookie, codes),
        Err(problem) if !problem.fields.is_empty() => {
            let shown = invitation_page(&desk, &link, Some(trouble(&problem))).await?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /demo/sign-in`: in the demo alone, a click is enough.
async fn demo_enter(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Extension(address): Extension<Address>,
    request: RequestId,
    who: Option<Who>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    if !desk.demo() {
        return Err(Problem::not_found());
    }
    let staff = demo::STAFF.iter().find(|(role, _)| role.word() == sent.get("role"));
    let (role, _) = staff.ok_or_else(Problem::not_found)?;
    let found = desk.store().recognize::<User>("email", &demo::email(*role)).await?;
    let user = found.first().ok_or_else(Problem::not_found)?;
    if let Some(who) = who {
        signin::sign_out(&desk, &who, &headers).await?;
    }
    let signed_in = signin::begin_session(&desk, user.id, *role, address, &device(&headers), request, &[]).await?;
    Ok(entered(&signed_in, sent.get("next")))
}
