//! What comes to be written, with the key under which it is done once.

use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::desk::once::Once;
use crate::error::Problem;
use crate::extract::{bytes, is_json, json};

/// Stands with requests of routes that take an `Idempotency-Key`: only what the description lists does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TakesKey;

/// The key of a request, and the address that its hash holds.
struct Keyed {
    key: String,
    method: String,
    path: String,
}

impl Keyed {
    fn of(parts: &Parts) -> Option<Self> {
        parts.extensions.get::<TakesKey>()?;
        // What is not ASCII is no key, and is refused as one.
        let key = parts.headers.get("idempotency-key")?.to_str().unwrap_or_default().to_owned();
        let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path()).to_owned();
        Some(Self { key, method: parts.method.as_str().to_owned(), path })
    }

    fn once(self, body: &[u8]) -> Result<Once, Problem> {
        Once::new(&self.key, &self.method, &self.path, body)
    }
}

/// A body in JSON with the key.
pub(crate) struct Written<T> {
    pub(crate) body: T,
    pub(crate) once: Option<Once>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Written<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::media_type());
        }
        let (parts, body) = request.into_parts();
        let keyed = Keyed::of(&parts);
        let bytes = bytes(Request::from_parts(parts, body), state).await?;
        let once = keyed.map(|keyed| keyed.once(&bytes)).transpose()?;
        Ok(Self { body: json(&bytes)?, once })
    }
}

/// The key of a request that needs no body.
pub(crate) struct Bare(pub(crate) Option<Once>);

impl<S: Send + Sync> FromRequestParts<S> for Bare {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(Keyed::of(parts).map(|keyed| keyed.once(b"")).transpose()?))
    }
}
