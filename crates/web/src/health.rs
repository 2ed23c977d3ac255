//! Whether the server is there, whether it can work, and what it counted.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::layers::Address;
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

/// Counts, for this machine, or for who holds the token.
async fn metrics(State(desk): State<Desk>, request: Request) -> Response {
    let is_here = |address: IpAddr| address.is_loopback();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().is_some_and(|info| is_here(info.0.ip()));
    let client = request.extensions().get::<Address>().is_some_and(|address| is_here(address.0));
    let bearer =
        request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let has_token = match (&desk.settings().metrics_token, bearer) {
        (Some(token), Some(bearer)) => is_same(token.as_bytes(), bearer.as_bytes()),
        _ => false,
    };
    let is_near = peer && client;
    if !has_token && !is_near {
        return Problem::not_found().into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], desk.metrics().text()).into_response()
}
