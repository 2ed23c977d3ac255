//! What a handler takes from a request, read strictly; what cannot be read is a [`Problem`] that repeats none of it.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::error::{FieldProblem, Problem};

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
        let cause = cause(&error);
        let problem = Problem::malformed(format!("the JSON cannot be read at {place}: {cause}"));
        if !error.is_data() {
            return problem.saying_next("check that the whole body was sent, as JSON");
        }
        let problem = problem.saying_next("correct what `errors` names");
        let next = "correct the value, or take the field away; /openapi.json describes the form";
        let field = FieldProblem {
            pointer: pointer::<T>(bytes),
            code: Cow::Borrowed("W0210"),
            detail: cause,
            next: next.to_owned(),
        };
        problem.with_fields(vec![field])
    })
}

/// The place of what cannot be read, as a JSON Pointer. It is made of names that the form has: a field that it does not have is told by the
/// place that holds it.
fn pointer<T: DeserializeOwned>(bytes: &[u8]) -> String {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut reader) else { return String::new() };
    let is_unknown = error.inner().to_string().starts_with("unknown field");
    let parts = error.path().iter().filter_map(|part| match part {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    let mut parts: Vec<String> = parts.collect();
    if is_unknown {
        parts.pop();
    }
    parts.iter().map(|part| format!("/{part}")).collect()
}

/// What is wrong, without the words of the sender.
fn cause(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Syntax => "it is not JSON".to_owned(),
        serde_json::error::Category::Eof => "it breaks off".to_owned(),
        serde_json::error::Category::Io => "it could not be received".to_owned(),
        serde_json::error::Category::Data => data_cause(&error.to_string()),
    }
}

/// What serde says of a value of another form, in the names that the form has.
fn data_cause(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return text.to_owned();
    }
    let Some((_, expected)) = text.rsplit_once(", expected ") else {
        return "this is no value of the form that stands here".to_owned();
    };
    let kind = if text.starts_with("unknown field") { "an unknown field" } else { "another value" };
    format!("{kind} stands where {} is expected", plain(expected))
}

/// What is expected, in the words of JSON.
fn plain(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a boolean" => "true or false",
        "a map" => "an object",
        "a sequence" => "a list",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected.strip_prefix("one of ").unwrap_or(expected),
    }
}

/// What follows `?`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|query| Self(query.0)).map_err(|rejection| parameter(&rejection.body_text()))
    }
}

/// What is wrong with what follows `?`, by the names of parameters that there are.
fn parameter(text: &str) -> Problem {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    let unknown = text.contains("unknown field ").then(|| text.rsplit_once(", expected ")).flatten();
    let detail = match (unknown, text.split_once(": ")) {
        (Some((_, known)), _) => {
            format!("what follows `?` has a parameter that is unknown; there is {}", plain(known))
        }
        (None, _) if text.contains("unknown field ") => "what follows `?` is not taken here".to_owned(),
        (None, Some((name, _))) if is_name(name) => format!("the parameter `{name}` is not of its form"),
        _ if text.contains("duplicate field ") => "what follows `?` has a parameter twice".to_owned(),
        _ => "what follows `?` cannot be read".to_owned(),
    };
    Problem::malformed(detail).saying_next("compare the parameters with /openapi.json")
}

/// Parameters have short names of small letters; what else stands before a colon came from the sender.
fn is_name(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
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
            (
                "{\"family_name\": \"a\", \"units\": \"Zzyzx\"}",
                "another value stands where a whole number from 0 is expected",
            ),
            (
                "{\"family_name\": \"a\", \"units\": 77777}",
                "another value stands where a whole number from 0 is expected",
            ),
        ] {
            let problem = json::<Form>(text.as_bytes()).unwrap_err();
            assert!(problem.detail.ends_with(says), "{text}: {}", problem.detail);
            assert!(!problem.detail.contains("Zzyzx") && !problem.detail.contains("77777"), "{}", problem.detail);
        }
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        forms: Vec<Form>,
    }

    #[test]
    fn what_cannot_be_read_has_its_place() {
        for (text, pointer) in [
            ("{\"forms\": [{\"family_name\": \"a\", \"units\": 3}, {\"family_name\": 7}]}", "/forms/1/family_name"),
            ("{\"forms\": [{\"family_name\": \"a\", \"Zzyzx\": 3}]}", "/forms/0"),
            ("{\"forms\": [{\"family_name\": \"a\"}]}", "/forms/0"),
            ("{\"forms\": \"Zzyzx\"}", "/forms"),
            ("{\"Zzyzx\": \"Zzyzx\"}", ""),
            ("{}", ""),
        ] {
            let problem = json::<Outer>(text.as_bytes()).unwrap_err();
            assert_eq!(problem.fields[0].pointer, pointer, "{text}: {}", problem.detail);
            assert!(!problem.to_json(None).contains("Zzyzx"), "{text}");
        }
        assert!(json::<Outer>(b"{\"forms\": ").unwrap_err().fields.is_empty());
    }

    #[test]
    fn parameters_are_named_if_they_are_ours() {
        for (text, says) in [
            ("limit: invalid digit found in string", "the parameter `limit` is not of its form"),
            (
                "Zzyzx: unknown field `Zzyzx`, expected one of `cursor`, `limit`",
                "a parameter that is unknown; there is `cursor`, `limit`",
            ),
            ("unknown field `Zzyzx`, expected `cursor`", "a parameter that is unknown; there is `cursor`"),
            ("unknown field `Zzyzx`, there are no fields", "what follows `?` is not taken here"),
            ("Zzyzx Invented: whatever", "what follows `?` cannot be read"),
        ] {
            let problem = parameter(&format!("Failed to deserialize query string: {text}"));
            assert!(problem.detail.ends_with(says), "{text}: {}", problem.detail);
            assert!(!problem.detail.contains("Zzyzx"), "{}", problem.detail);
        }
    }
}
