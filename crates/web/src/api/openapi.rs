//! The description of the API, OpenAPI 3.1.

use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::schema;

/// The description of these operations.
pub(crate) fn document(operations: &[Operation]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = operation.description();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Covered",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A practice's own desk. Money is a string in dollars, `\"412.50\"`. Lists come in pages: `next` is the `cursor` \
                of the page that follows. What is not done is told as a problem of RFC 9457 with a stable `code`, what happened and what \
                to do next. Bodies are at most 1 MiB.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schema::all(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::signin::session::COOKIE },
            },
        },
    })
}

/// The description as it is checked in and served.
pub(crate) fn text(operations: &[Operation]) -> String {
    let mut text = serde_json::to_string_pretty(&document(operations)).expect("INVARIANT: a JSON value has a text");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_and_every_route_of_the_api_is_in_it() {
        let routes = crate::routes();
        let document = document(routes.operations());
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            let read = serde_json::from_value::<utoipa::openapi::Schema>(schema.clone());
            assert!(read.is_ok(), "{name}: {schema}");
        }
        for (path, item) in document["paths"].as_object().unwrap() {
            let read = serde_json::from_value::<utoipa::openapi::PathItem>(item.clone());
            assert!(read.is_ok(), "{path}: {item}");
        }
        serde_json::from_value::<utoipa::openapi::OpenApi>(document.clone()).unwrap();
        for route in routes.table().iter().filter(|route| route.path.starts_with("/v1/")) {
            let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
            assert!(operation["operationId"].is_string(), "{} {}", route.method, route.path);
        }
        let text = document.to_string();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name = text[at + 21..].split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
