//! Whether the server is there, whether it can work, and what it counted.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::origin::is_same;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/healthz", Right::Anyone, async || "ok\n").get("/readyz", Right::Anyone, ready).get(
        "/metrics",
        Right::Anyone,
        metrics,
    )
}

/// 200 when the database answers and holds what this version needs.
async fn ready(State(desk): State<Desk>) -> Result<&'static str, Problem> {
    match desk.store().ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(code = error.code(), "the database does not answer");
            Err(Problem::unavailable("the database does not answer"))
        }
    }
}

/// Counts, for who holds the token; where no token is set, for nobody. An address tells nothing: what a proxy on this machine passes on
/// comes from this machine, and a proxy that nobody named passes it on without a word of whom it came from.
async fn metrics(State(desk): State<Desk>, request: Request) -> Response {
    let bearer =
        request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let has_token = match (&desk.settings().metrics_token, bearer) {
        (Some(token), Some(bearer)) => is_same(token.as_bytes(), bearer.as_bytes()),
        _ => false,
    };
    if !has_token {
        return Problem::not_found().into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], desk.metrics().text()).into_response()
}
