//! Whether a request that changes something was sent by one of our own pages.
//!
//! A browser adds its cookies to what other sites make it send. Three things keep such requests out: the cookie is `SameSite`, the
//! browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and a token that stands in our pages alone comes back.
//! Requests of programs carry a token in `Authorization`, which no browser adds by itself.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Desk;
use crate::error::Problem;
use crate::layers::{BODY_BYTES_MAX, UPLOAD_BYTES_MAX};
use crate::who::Who;

/// The header by which script sends the token, and the field by which a form does.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The name of that field.
pub const CSRF_FIELD: &str = "csrf";

pub(crate) async fn check(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    if !is_probe && !desk.settings().is_our_host(request.headers()) {
        return Problem::origin().into_response();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let who = request.extensions().get::<Who>().cloned();
    if who.as_ref().is_some_and(Who::is_program) {
        return next.run(request).await;
    }
    if !is_ours(request.headers(), &desk) {
        return Problem::origin().into_response();
    }
    let Some(csrf) = who.and_then(|who| who.csrf) else { return next.run(request).await };
    match with_token(request, &csrf).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether the browser says that one of our pages sent it. A browser that says nothing at all sends no `Origin` with a form either:
/// none of this decade.
fn is_ours(headers: &HeaderMap, desk: &Desk) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if value("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    match value("origin") {
        Some(origin) => desk.settings().is_our_origin(origin, headers),
        None => value("sec-fetch-site").is_some(),
    }
}

/// Finds the token in the header or in the form, and gives the request back whole.
async fn with_token(request: Request, csrf: &str) -> Result<Request, Problem> {
    if let Some(sent) = request.headers().get(CSRF_HEADER) {
        return if is_same(sent.as_bytes(), csrf.as_bytes()) { Ok(request) } else { Err(Problem::origin()) };
    }
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_upload = media.starts_with("multipart/form-data");
    if !is_upload && !media.starts_with("application/x-www-form-urlencoded") {
        return Err(Problem::origin());
    }
    let most = if is_upload { UPLOAD_BYTES_MAX } else { BODY_BYTES_MAX };
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, most).await.map_err(|_| Problem::too_large())?;
    let sent = if is_upload { in_upload(&bytes) } else { in_form(&bytes) };
    if !sent.is_some_and(|sent| is_same(sent, csrf.as_bytes())) {
        return Err(Problem::origin());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The token needs no decoding: its alphabet is that of URLs.
fn in_form(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split(|byte| *byte == b'&').find_map(|field| field.strip_prefix(b"csrf="))
}

/// The token is the first part of an upload, as it stands first in the form.
fn in_upload(bytes: &[u8]) -> Option<&[u8]> {
    let head = &bytes[..bytes.len().min(1024)];
    let name = b"name=\"csrf\"\r\n\r\n";
    let start = head.windows(name.len()).position(|window| window == name)? + name.len();
    let end = head[start..].windows(2).position(|window| window == b"\r\n")? + start;
    Some(&head[start..end])
}

/// Compares without telling by its time how much agrees.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_both_kinds_of_form() {
        assert_eq!(in_form(b"name=x&csrf=abc-_9&more=1"), Some(&b"abc-_9"[..]));
        assert_eq!(in_form(b"name=csrf&xcsrf=abc"), None);
        let upload = b"--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--b\r\nContent-Disposition: form-data; \
                       name=\"file\"\r\n\r\nxyz\r\n--b--\r\n";
        assert_eq!(in_upload(upload), Some(&b"abc"[..]));
        assert_eq!(in_upload(b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc\r\n--b--\r\n"), None);
    }
}
