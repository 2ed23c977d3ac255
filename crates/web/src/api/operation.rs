//! What the API's description says of each route. A route and its description are registered together, so that neither is without the
//! other.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::schema;
use crate::access::Right;
use crate::error::Problem;

/// What a request or a reply holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Nothing.
    Nothing,
    /// A value of this form.
    One(&'static str),
    /// A record of this form with its id and version.
    Record(&'static str),
    /// A page of records of this form.
    Page(&'static str),
    /// A record of this form and the version that was read.
    Change(&'static str),
    /// A picture or a paper, as it is kept.
    File,
    /// Lines of JSON.
    Lines,
    /// Lines of JSON, or a table.
    Table,
}

/// A route as the description has it.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) right: Right,
    id: &'static str,
    summary: &'static str,
    query: Vec<(&'static str, &'static str, &'static str)>,
    takes: Holds,
    gives: Holds,
    status: u16,
    /// How large a request may be, where it is another limit than everywhere.
    pub(crate) bytes_max: Option<usize>,
    /// Whether it takes an `Idempotency-Key`.
    pub(crate) is_once: bool,
}

impl Operation {
    fn new(method: Method, path: &'static str, right: Right, id: &'static str, summary: &'static str) -> Self {
        let status = if method == Method::POST { 201 } else { 200 };
        let (takes, gives) = (Holds::Nothing, Holds::Nothing);
        Self {
            method,
            path,
            right,
            id,
            summary,
            query: Vec::new(),
            takes,
            gives,
            status,
            bytes_max: None,
            is_once: false,
        }
    }

    pub(crate) fn get(path: &'static str, right: Right, id: &'static str, summary: &'static str, gives: Holds) -> Self {
        let operation = Self { gives, ..Self::new(Method::GET, path, right, id, summary) };
        if matches!(gives, Holds::Page(_)) { operation.pages() } else { operation }
    }

    pub(crate) fn post(
        path: &'static str,
        right: Right,
        id: &'static str,
        summary: &'static str,
        takes: Holds,
        gives: Holds,
    ) -> Self {
        let operation = Self { takes, gives, ..Self::new(Method::POST, path, right, id, summary) };
        if gives == Holds::Nothing { operation.status(204) } else { operation }
    }

    pub(crate) fn put(
        path: &'static str,
        right: Right,
        id: &'static str,
        summary: &'static str,
        takes: Holds,
        gives: Holds,
    ) -> Self {
        Self { takes, gives, ..Self::new(Method::PUT, path, right, id, summary) }
    }

    pub(crate) fn delete(path: &'static str, right: Right, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::DELETE, path, right, id, summary).status(204)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn large(mut self, bytes_max: usize) -> Self {
        self.bytes_max = Some(bytes_max);
        self
    }

    /// With an `Idempotency-Key` it is done once, however often it comes.
    pub(crate) fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    /// A parameter of the query: name, type, meaning.
    pub(crate) fn query(mut self, name: &'static str, kind: &'static str, says: &'static str) -> Self {
        self.query.push((name, kind, says));
        self
    }

    /// What is wrong with what follows `?`: only what the description lists may stand there, each once, and a choice is one of its words.
    pub(crate) fn check_query(&self, query: &str) -> Result<(), Problem> {
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some((known, kind, _)) = self.query.iter().find(|(known, ..)| *known == name) else {
                let names: Vec<String> = self.query.iter().map(|(name, ..)| format!("`{name}`")).collect();
                let there_is = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let detail = format!("what follows `?` has a parameter that is unknown; there is {there_is}");
                return Err(Problem::malformed(detail).saying_next("take it away, or spell it as it is listed"));
            };
            if seen.contains(known) {
                let detail = format!("the parameter `{known}` stands twice");
                return Err(Problem::malformed(detail).saying_next("name it once"));
            }
            seen.push(*known);
            if kind.contains('|') && !kind.split('|').any(|word| word == value) {
                let words = kind.replace('|', ", ");
                let detail = format!("the parameter `{known}` is none of: {words}");
                return Err(Problem::malformed(detail).saying_next("take one of them, or leave it out"));
            }
        }
        Ok(())
    }

    fn pages(self) -> Self {
        self.query("cursor", "text", "`next` of the page before").query(
            "limit",
            "limit",
            "Most records of a page, 1 to 500",
        )
    }

    /// The operation in the words of OpenAPI 3.1.
    pub(crate) fn description(&self) -> Value {
        let mut out = Map::new();
        out.insert("operationId".to_owned(), json!(self.id));
        out.insert("summary".to_owned(), json!(self.summary));
        out.insert("description".to_owned(), json!(format!("Needs the right `{}`.", self.right.word())));
        if self.right == Right::Anyone {
            out.insert("security".to_owned(), json!([]));
        }
        let mut parameters: Vec<Value> = self.path.split('{').skip(1).map(in_path).collect();
        parameters.extend(self.query.iter().map(|(name, kind, says)| {
            json!({ "name": name, "in": "query", "required": false, "description": says, "schema": schema::of(kind) })
        }));
        if self.is_once {
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "A request that comes twice with one key is done once, and answered alike.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" },
            }));
        }
        if !parameters.is_empty() {
            out.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(schema) = schema_of(self.takes) {
            let content = json!({ "application/json": { "schema": schema } });
            out.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        let mut good = json!({ "description": self.summary });
        let types: &[&str] = match self.gives {
            Holds::File => &["image/jpeg", "image/png", "application/pdf"],
            Holds::Lines => &["application/jsonl"],
            Holds::Table => &["application/jsonl", "text/csv"],
            _ => &[],
        };
        if !types.is_empty() {
            let of = |media: &&str| {
                ((*media).to_owned(), json!({ "schema": { "type": "string", "contentMediaType": media } }))
            };
            good["content"] = Value::Object(types.iter().map(of).collect());
        }
        if let Some(schema) = schema_of(self.gives) {
            good["content"] = json!({ "application/json": { "schema": schema } });
        }
        let problem = |says: &str| {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            json!({ "description": says, "content": { "application/problem+json": { "schema": schema } } })
        };
        let responses = json!({
            self.status.to_string(): good,
            "4XX": problem("It was not done; `code`, `detail` and `next` say why and what to do."),
            "503": problem("It was not done, and may be later."),
        });
        out.insert("responses".to_owned(), responses);
        Value::Object(out)
    }
}

fn in_path(part: &str) -> Value {
    let name = part.split('}').next().unwrap_or_default();
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

fn schema_of(holds: Holds) -> Option<Value> {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let object = |properties: Value| {
        let required: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
        json!({ "type": "object", "required": required, "properties": properties })
    };
    let record = |name: &str| {
        object(json!({
            "id": schema::of("id"), "version": schema::of("count"), "created_at": schema::of("time"),
            "changed_at": schema::of("time"), "record": reference(name),
        }))
    };
    match holds {
        Holds::Nothing | Holds::File | Holds::Lines | Holds::Table => None,
        Holds::One(name) => Some(reference(name)),
        Holds::Record(name) => Some(record(name)),
        Holds::Page(name) => Some(object(json!({
            "items": { "type": "array", "items": record(name) },
            "next": { "type": ["string", "null"] },
        }))),
        Holds::Change(name) => {
            let mut change = object(json!({ "version": schema::of("count"), "record": reference(name) }));
            change["additionalProperties"] = json!(false);
            Some(change)
        }
    }
}
