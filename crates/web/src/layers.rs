//! What every request passes through, from outside in: id, log, time and panics; headers; problems as JSON or as a page; limits; who
//! it is; whether it was sent by our own pages.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::Desk;
use crate::error::Problem;
use crate::limits::Caller;
use crate::metrics::Event;
use crate::who::{RequestId, Who};

/// A request's body, where its route does not say otherwise: a case file is at most this large.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// A form with its documents.
pub const UPLOAD_BYTES_MAX: usize = 24 * 1024 * 1024;
/// No request is worked on for longer.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

/// Everything comes from here, nothing is framed, no script stands in a page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A year, as browsers that know the name ask for.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Puts the layers around routes.
pub(crate) fn around(routes: Router<Desk>, desk: &Desk) -> Router {
    routes
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method() })
        .layer(from_fn_with_state(desk.clone(), crate::origin::check))
        .layer(from_fn_with_state(desk.clone(), limit_known))
        .layer(from_fn_with_state(desk.clone(), crate::signin::find))
        .layer(from_fn_with_state(desk.clone(), limit_address))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(desk.clone(), problems))
        .layer(from_fn_with_state(desk.clone(), headers))
        .layer(from_fn_with_state(desk.clone(), request))
        .with_state(desk.clone())
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::LOCALHOST))))
    }
}

/// Gives the request its id, watches time and panics, logs what came of it: ids, counts and patterns of paths, never a path.
async fn request(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::new();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = method_word(request.method());
    let address = address(&request, desk.settings().is_behind_proxy());
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(Address(address));
    request.extensions_mut().insert(desk.clone());
    desk.metrics().began();
    let answered = tokio::time::timeout(REQUEST_TIME_MAX, caught(next.run(request))).await;
    let mut response = match answered {
        Ok(Some(response)) => response,
        Ok(None) => {
            desk.metrics().count(Event::Panic);
            own_problem(Problem::internal(), id)
        }
        Err(_) => own_problem(Problem::too_slow(), id),
    };
    response.headers_mut().insert(HeaderName::from_static("x-request-id"), id.header());
    let (status, took) = (response.status().as_u16(), began.elapsed());
    desk.metrics().ended(method, &route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let actor = response.extensions().get::<Actor>().map(|actor| actor.0.clone());
    tracing::info!(request = %id, method, route, status, micros, actor = actor.as_deref(), "request");
    response
}

/// Who a response was made for, for the log.
#[derive(Clone, Debug)]
pub(crate) struct Actor(pub(crate) String);

/// Problems from the outermost layer are written here, because the layer that writes them is inside.
fn own_problem(problem: Problem, id: RequestId) -> Response {
    written(&problem, problem.clone().into_response(), Some(id))
}

/// The response, or nothing if the handler panicked. What the panic said is in no log: it may be a patient's.
async fn caught(answer: impl Future<Output = Response>) -> Option<Response> {
    let mut answer = pin!(answer);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => std::task::Poll::Ready(None),
    })
    .await
}

/// Methods as the log and the metrics name them: what a client invents is not repeated.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The address of the browser: behind a proxy that was named, what that proxy put last.
fn address(request: &Request, is_behind_proxy: bool) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    if !is_behind_proxy {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

async fn headers(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    // Without any, browsers would hide from us that a form comes from one of our own pages (`Origin: null`).
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // What a page shows of a patient stays in no cache of a shared workstation; style and script say otherwise themselves.
    put(header::CACHE_CONTROL, "no-store");
    if desk.settings().is_secure() {
        put(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

/// The camera takes photographs for the chart from the desk's own pages; nothing else of the device is used.
const PERMISSIONS_POLICY: &str = "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
     publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Writes a problem as JSON under `/v1`, and as a page elsewhere.
async fn problems(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    let is_api = is_api(request.uri());
    let wants_sign_in = request.method() == Method::GET && !is_api;
    let from = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if is_api {
        return written(&problem, response, id);
    }
    crate::pages::problem(&desk, &problem, response, id, wants_sign_in.then_some(from.as_str()))
}

pub(crate) fn is_api(uri: &Uri) -> bool {
    uri.path() == "/v1" || uri.path().starts_with("/v1/")
}

/// A response with the problem as its body.
pub(crate) fn written(problem: &Problem, mut response: Response, id: Option<RequestId>) -> Response {
    let json = problem.to_json(id.map(|id| id.to_string()).as_deref());
    *response.body_mut() = Body::from(json);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

async fn limit_address(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Address>().map(|address| address.0);
    let has_credentials = has_credentials(request.headers());
    if let (Some(address), false) = (address, has_credentials)
        && let Err(seconds) = desk.requests().take(Caller::of_address(address), Instant::now())
    {
        return Problem::slow_down(seconds).into_response();
    }
    next.run(request).await
}

/// Whether the request says who it is; then it is counted for that person or program, if it is true, and for its address, if not.
fn has_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE)
}

async fn limit_known(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Who>();
    let caller = match (who, request.extensions().get::<Address>()) {
        (Some(who), _) => Some(Caller::Known(who.actor)),
        (None, Some(address)) if has_credentials(request.headers()) => Some(Caller::of_address(address.0)),
        _ => None,
    };
    if let Some(caller) = caller
        && let Err(seconds) = desk.requests().take(caller, Instant::now())
    {
        return Problem::slow_down(seconds).into_response();
    }
    let actor = who.map(|who| Actor(who.actor.to_string()));
    let mut response = next.run(request).await;
    if let Some(actor) = actor {
        response.extensions_mut().insert(actor);
    }
    response
}
