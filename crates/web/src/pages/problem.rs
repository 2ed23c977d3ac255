//! A problem as a page: what happened, and what to do next.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::Desk;
use crate::error::Problem;
use crate::who::RequestId;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    problem: &'a Problem,
    status: u16,
    request: Option<String>,
    demo: bool,
}

/// The problem as a page. Somebody who is not signed in is sent to sign in, and comes back to `sign_in_from` afterwards.
pub(crate) fn problem(
    desk: &Desk,
    problem: &Problem,
    mut response: Response,
    id: Option<RequestId>,
    sign_in_from: Option<&str>,
) -> Response {
    if problem.status == StatusCode::UNAUTHORIZED
        && let Some(from) = sign_in_from
    {
        return Redirect::to(&format!("/sign-in?next={}", encoded(from))).into_response();
    }
    let request = id.map(|id| id.to_string());
    let page = ProblemPage { problem, status: problem.status.as_u16(), request, demo: desk.demo() };
    let Ok(html) = page.render() else { return response };
    *response.body_mut() = Body::from(html);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A path and query as the value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
