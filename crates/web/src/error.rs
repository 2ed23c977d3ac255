//! Why a request could not be done, for programs (RFC 9457) and for people.
//!
//! Every problem has a stable code, a cause and a next step. None repeats what was sent: that may say who a patient is.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::access::Right;

/// A field of a request that cannot be taken, by its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON Pointer into the request's body, `""` for the body as a whole.
    pub pointer: String,
    /// Stable code.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    pub next: String,
}

/// What went wrong, and what to do about it.
#[derive(Clone, Debug)]
pub struct Problem(Box<Details>);

impl Deref for Problem {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// What a problem says.
#[derive(Clone, Debug)]
pub struct Details {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// The kind of problem in a few words; the same for every problem with this code.
    pub title: &'static str,
    /// What happened here.
    pub detail: Cow<'static, str>,
    /// What to do next.
    pub next: Cow<'static, str>,
    /// The fields that cannot be taken.
    pub fields: Vec<FieldProblem>,
    /// Seconds after which it is worth asking again.
    pub retry_after: Option<u64>,
}

/// The members of a problem as they are sent: `application/problem+json` of RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Names the kind of problem.
    r#type: String,
    /// The kind of problem in a few words.
    title: &'a str,
    /// HTTP status.
    status: u16,
    /// What happened here.
    detail: &'a str,
    /// The request, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Stable code.
    code: &'a str,
    /// What to do next.
    next: &'a str,
    /// The fields that cannot be taken.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
        next: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (detail, next) = (detail.into(), next.into());
        Self(Box::new(Details { status, code, title, detail, next, fields: Vec::new(), retry_after: None }))
    }

    /// The same kind of problem with its cause and next step here.
    pub(crate) fn saying(mut self, detail: impl Into<Cow<'static, str>>, next: impl Into<Cow<'static, str>>) -> Self {
        (self.detail, self.next) = (detail.into(), next.into());
        self
    }

    /// The same problem with another next step.
    pub(crate) fn saying_next(mut self, next: impl Into<Cow<'static, str>>) -> Self {
        self.next = next.into();
        self
    }

    pub(crate) fn with_fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.fields = fields;
        self
    }

    /// What was asked for is not here, or not for the one who asks: the two look alike.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "W0404",
            "not found",
            "there is nothing here under this address",
            "check the address; a list or the search shows what there is",
        )
    }

    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "W0405",
            "method not allowed",
            "this address does not take this method",
            "the header `Allow` and /openapi.json say which it takes",
        )
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "W0401",
            "not signed in",
            "this needs a session or a token",
            "sign in, or send `Authorization: Bearer` with a token that has not expired",
        )
    }

    /// The session waits to be unlocked.
    pub(crate) fn locked() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "W0441",
            "locked",
            "the session was idle and is locked; everything is where it was",
            "unlock it with the password or a passkey",
        )
    }

    pub(crate) fn no_right(right: Right) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "W0403",
            "not allowed",
            format!("this needs the right `{}`", right.word()),
            "ask an owner of the practice for a role or a scope that holds it",
        )
    }

    pub(crate) fn people_only() -> Self {
        Self::conflict("a program has no session", "sign in as a person and do it there")
    }

    pub(crate) fn purpose() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "W0413",
            "purpose not allowed",
            "this role may not act for the purpose that was named",
            "leave the header `Purpose` out, or name treatment, payment, operations or audit as the role allows",
        )
    }

    /// Records of a facility at which the user does not work.
    #[must_use]
    pub fn facility() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "W0423",
            "another facility",
            "this record belongs to a facility at which you do not work",
            "ask a colleague there; in an emergency break the glass with a reason, which will be reviewed",
        )
    }

    /// What holds the records of every facility goes to nobody who works at some alone.
    pub(crate) fn every_facility() -> Self {
        let detail = "this holds the records of every facility, and you work at some alone";
        Self::facility().saying(detail, "ask somebody who works everywhere")
    }

    /// The first standard transaction would make the practice a covered entity, and no owner has said that this is known.
    pub(crate) fn not_acknowledged() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "W0443",
            "HIPAA status not acknowledged",
            "the first electronic standard transaction makes the practice a covered entity, and no owner has acknowledged that",
            "an owner reads /settings/hipaa and acknowledges it",
        )
    }

    pub(crate) fn origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "W0433",
            "sent from elsewhere",
            "this request was not sent by a page of this desk, or by one that is too old",
            "open the page again and repeat what you did",
        )
    }

    pub(crate) fn slow_down(seconds: u64) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "W0429",
            "too many requests",
            format!("too many requests came from here; the next is taken in {seconds} s"),
            "wait as long as `Retry-After` says",
        );
        problem.retry_after = Some(seconds);
        problem
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "W0503",
            "took too long",
            "the request took longer than the server lets one take; nothing of it was kept",
            "try again; if it happens again, tell who runs this server the request id",
        )
    }

    pub(crate) fn unavailable(detail: &'static str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "W0513",
            "not available",
            detail,
            "try again in a minute; if it happens again, tell who runs this server the request id",
        )
    }

    /// A bug: what exactly is in no reply.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "W0500",
            "internal error",
            "the server failed; nothing of this request was kept",
            "try again; if it happens again, report the request id",
        )
    }

    pub(crate) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "W0414",
            "too large",
            "the request is larger than this address takes",
            "send less at once; /openapi.json names the limits",
        )
    }

    pub(crate) fn media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "W0415",
            "media type",
            "this address does not take a body of this media type",
            "send `Content-Type: application/json`",
        )
    }

    /// The body, the query or the path cannot be read.
    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "W0400", "cannot be read", detail, "compare the request with /openapi.json")
    }

    /// The request can be read, but some fields cannot be taken.
    pub(crate) fn invalid(fields: Vec<FieldProblem>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "W0422",
            "cannot be taken",
            "some fields of the request cannot be taken",
            "correct what `errors` names",
        )
        .with_fields(fields)
    }

    /// One field cannot be taken.
    pub(crate) fn field(pointer: &str, code: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem {
            pointer: pointer.to_owned(),
            code: Cow::Borrowed(code),
            detail: detail.into(),
            next: next.into(),
        }])
    }

    /// An `Idempotency-Key` names one request.
    pub(crate) fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "W0442",
            "key used before",
            "the `Idempotency-Key` came before with another request; nothing was done",
            "send the first request unchanged to get its reply again, or take a new key for a new request",
        )
    }

    pub(crate) fn conflict(detail: &'static str, next: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "W0409", "conflict", detail, next)
    }

    /// The members as JSON.
    pub(crate) fn to_json(&self, request: Option<&str>) -> String {
        let body = ProblemBody {
            r#type: format!("urn:covered:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: request.map(|id| format!("urn:uuid:{id}")),
            code: self.code,
            next: &self.next,
            errors: &self.fields,
        };
        serde_json::to_string(&body).expect("INVARIANT: a problem has only string keys")
    }
}

/// The problem travels with the response, so that the outermost layer can write it with the request's id, or as a page.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
