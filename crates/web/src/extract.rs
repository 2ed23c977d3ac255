//! What a handler takes from a request, read strictly; what cannot be read is a [`Problem`] that repeats none of it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::error::Problem;

/// A body in JSON.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::media_type());
        }
        let bytes = bytes(request, state).await?;
        Ok(Self(json(&bytes)?))
    }
}

/// The bytes of a body, within the limit of its route.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large()
        } else {
            Problem::malformed("the body broke off")
        }
    })
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads JSON.
///
/// # Errors
/// With the place and the kind of the mistake, and the names of fields that the form has; never with a value that was sent.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Problem::malformed(format!("the JSON cannot be read at {place}: {}", cause(&error)))
    })
}

/// What is wrong, without the words of the sender.
fn cause(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON".to_owned(),
        serde_json::error::Category::Eof => "it breaks off".to_owned(),
        serde_json::error::Category::Io => "it could not be received".to_owned(),
        serde_json::error::Category::Data => {
            let text = error.to_string();
            if text.starts_with("missing field") || text.starts_with("duplicate field") {
                text.split(" at line ").next().unwrap_or_default().to_owned()
            } else if let Some((_, expected)) = text.split_once(", expected ") {
                let kind = if text.starts_with("unknown field") { "an unknown field" } else { "another value" };
                format!("{kind} stands where {} is expected", expected.split(" at line ").next().unwrap_or_default())
            } else {
                "a value is out of its range".to_owned()
            }
        }
    }
}

/// What follows `?`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let problem =
            |_| Problem::malformed("what follows `?` has a field that is unknown, missing, double or not of its form");
        read.map(|query| Self(query.0)).map_err(problem)
    }
}

/// The parts of a path that stand for ids. What is no id leads to nothing that exists.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0)).map_err(|_| Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Form {
        family_name: String,
        units: u8,
    }

    #[test]
    fn what_was_sent_stands_in_no_message() {
        for (text, says) in [
            ("{\"family_name\": \"Zzyzx\"", "it breaks off"),
            ("{\"family_name\": Zzyzx}", "it is not JSON"),
            ("{\"units\": 3}", "missing field `family_name`"),
            ("{\"Zzyzx\": 3}", "an unknown field stands where `family_name` or `units` is expected"),
            ("{\"family_name\": \"a\", \"units\": \"Zzyzx\"}", "another value stands where u8 is expected"),
            ("{\"family_name\": \"a\", \"units\": 77777}", "another value stands where u8 is expected"),
        ] {
            let problem = json::<Form>(text.as_bytes()).unwrap_err();
            assert!(problem.detail.ends_with(says), "{text}: {}", problem.detail);
            assert!(!problem.detail.contains("Zzyzx") && !problem.detail.contains("77777"), "{}", problem.detail);
        }
    }
}
