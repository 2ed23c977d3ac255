//! One message in, messages out.

use std::collections::BTreeMap;

use library::Library;
use serde_json::{Value, json};

use crate::document::{DOCUMENT_BYTES_MAX, DOCUMENTS_MAX, Read, token};
use crate::position::Lines;
use crate::{Ended, Locate, actions, completion, definition, format, hover, symbols};

/// Numbers of errors of JSON-RPC and of the protocol.
const PARSE_ERROR: i32 = -32_700;
const INVALID_REQUEST: i32 = -32_600;
const METHOD_NOT_FOUND: i32 = -32_601;
const INVALID_PARAMS: i32 = -32_602;
const NOT_INITIALIZED: i32 = -32_002;

/// Longest method name, identifier or address that is repeated in an answer.
const ECHO_BYTES_MAX: usize = 4_096;

/// A request that cannot be answered: number and words.
type Refused = (i32, &'static str);

/// The state of one session.
pub struct Server<'l> {
    library: &'l Library,
    locate: &'l Locate<'l>,
    documents: BTreeMap<String, String>,
    initialized: bool,
    shut_down: bool,
    ended: Option<Ended>,
}

impl<'l> Server<'l> {
    /// A session in which nothing was said yet.
    #[must_use]
    pub fn new(library: &'l Library, locate: &'l Locate<'l>) -> Self {
        Self { library, locate, documents: BTreeMap::new(), initialized: false, shut_down: false, ended: None }
    }

    /// Whether the editor has left, and how.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// Answers one message. Whatever it is, the session goes on: what cannot be read gets an error.
    #[must_use]
    pub fn handle(&mut self, message: &[u8]) -> Vec<String> {
        let Ok(message) = serde_json::from_slice::<Value>(message) else {
            return vec![error(&Value::Null, (PARSE_ERROR, "this is not JSON"))];
        };
        let id = message.get("id").filter(|id| is_id(id)).cloned();
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            // An answer to a request of ours would have a result; we ask nothing.
            let is_answer = message.get("result").is_some() || message.get("error").is_some();
            return if is_answer {
                Vec::new()
            } else {
                vec![error(&id.unwrap_or(Value::Null), (INVALID_REQUEST, "a message has a method"))]
            };
        };
        let nothing = Value::Null;
        let params = message.get("params").unwrap_or(&nothing);
        match id {
            Some(id) => vec![match self.request(method, params) {
                Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string(),
                Err(refused) => error(&id, refused),
            }],
            None => self.notification(method, params),
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, Refused> {
        if method == "initialize" {
            self.initialized = true;
            return Ok(capabilities());
        }
        if !self.initialized {
            return Err((NOT_INITIALIZED, "`initialize` comes first"));
        }
        if self.shut_down {
            return Err((INVALID_REQUEST, "after `shutdown` only `exit` may come"));
        }
        match method {
            "shutdown" => {
                self.shut_down = true;
                Ok(Value::Null)
            }
            "textDocument/hover" => self.hover(params),
            "textDocument/definition" => self.definition(params),
            "textDocument/completion" => {
                let (_, text) = self.document(params)?;
                Ok(completion::of(text, place(params, text)?, self.library))
            }
            "textDocument/formatting" => {
                let (_, text) = self.document(params)?;
                Ok(format::layout(text).unwrap_or(Value::Null))
            }
            "textDocument/documentSymbol" => {
                let (_, text) = self.document(params)?;
                let parsed = policy::parse::parse(crate::document::SOURCE, text);
                Ok(parsed.file.map_or(json!([]), |file| symbols::of(&file, text)))
            }
            "textDocument/codeAction" => self.actions(params),
            _ => Err((METHOD_NOT_FOUND, "this server does not know the method")),
        }
    }

    fn notification(&mut self, method: &str, params: &Value) -> Vec<String> {
        match method {
            "exit" => {
                self.ended = Some(if self.shut_down { Ended::Orderly } else { Ended::Abrupt });
                Vec::new()
            }
            "textDocument/didOpen" if self.initialized => {
                let document = params.get("textDocument").unwrap_or(&Value::Null);
                self.opened(document, document.get("text"))
            }
            "textDocument/didChange" if self.initialized => {
                // Each change is the whole text, as the capabilities ask for; the last one counts.
                let changes = params.get("contentChanges").and_then(Value::as_array);
                let text = changes.and_then(|changes| changes.last()).filter(|change| change.get("range").is_none());
                let text = text.and_then(|change| change.get("text"));
                self.opened(params.get("textDocument").unwrap_or(&Value::Null), text)
            }
            "textDocument/didClose" => {
                let Some(uri) = uri(params.get("textDocument").unwrap_or(&Value::Null)) else { return Vec::new() };
                self.documents.remove(uri);
                vec![published(uri, Vec::new())]
            }
            _ => Vec::new(),
        }
    }

    /// Keeps a text and says what is wrong with it.
    fn opened(&mut self, document: &Value, text: Option<&Value>) -> Vec<String> {
        let (Some(uri), Some(text)) = (uri(document), text.and_then(Value::as_str)) else { return Vec::new() };
        if !self.documents.contains_key(uri) && self.documents.len() >= DOCUMENTS_MAX {
            return Vec::new();
        }
        if text.len() > DOCUMENT_BYTES_MAX {
            self.documents.remove(uri);
            let message = format!("the file has {} bytes, more than {DOCUMENT_BYTES_MAX}", text.len());
            let range = Lines::new("").range(policy::span::Span::default());
            return vec![published(
                uri,
                vec![
                    json!({ "range": range, "severity": 1, "code": "P0001", "source": "covered", "message": message }),
                ],
            )];
        }
        let findings = Read::of(text, self.library).findings;
        let lines = Lines::new(text);
        let diagnostics = findings.iter().map(|finding| format::diagnostic(finding, &lines)).collect();
        self.documents.insert(uri.to_owned(), text.to_owned());
        vec![published(uri, diagnostics)]
    }

    fn document<'s>(&'s self, params: &'s Value) -> Result<(&'s str, &'s str), Refused> {
        let uri = params.get("textDocument").and_then(uri).ok_or((INVALID_PARAMS, "a document is missing"))?;
        let text = self.documents.get(uri).ok_or((INVALID_PARAMS, "the document is not open"))?;
        Ok((uri, text))
    }

    fn hover(&self, params: &Value) -> Result<Value, Refused> {
        let (_, text) = self.document(params)?;
        let offset = place(params, text)?;
        let Some((token, span)) = token(text, offset) else { return Ok(Value::Null) };
        let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let meaning = hover::of(&token, &text[start..], self.library);
        let range = Lines::new(text).range(span);
        Ok(meaning.map_or(
            Value::Null,
            |meaning| json!({ "contents": { "kind": "markdown", "value": meaning }, "range": range }),
        ))
    }

    fn definition(&self, params: &Value) -> Result<Value, Refused> {
        let (uri, text) = self.document(params)?;
        let offset = place(params, text)?;
        let Some((token, _)) = token(text, offset) else { return Ok(Value::Null) };
        // Only labels and examples need the tree; the checks are not run for this.
        let parsed = policy::parse::parse(crate::document::SOURCE, text);
        let read = Read { entry: parsed.file.map(policy::compile::Entry::from), findings: Vec::new() };
        Ok(definition::of(&token, uri, text, &read, self.library, self.locate).unwrap_or(Value::Null))
    }

    fn actions(&self, params: &Value) -> Result<Value, Refused> {
        let (uri, text) = self.document(params)?;
        let lines = Lines::new(text);
        let range = params.get("range").ok_or((INVALID_PARAMS, "a range is missing"))?;
        let side = |name: &str| {
            range.get(name).and_then(|place| lines.of(place)).ok_or((INVALID_PARAMS, "a range has two places"))
        };
        let (start, end) = (side("start")?, side("end")?);
        Ok(actions::of(uri, text, &Read::of(text, self.library), start, end))
    }
}

fn place(params: &Value, text: &str) -> Result<usize, Refused> {
    let position = params.get("position").and_then(|position| Lines::new(text).of(position));
    position.ok_or((INVALID_PARAMS, "a position is missing"))
}

/// The address of a document, if it is one that may be repeated.
fn uri(document: &Value) -> Option<&str> {
    document.get("uri").and_then(Value::as_str).filter(|uri| uri.len() <= ECHO_BYTES_MAX)
}

fn is_id(id: &Value) -> bool {
    id.is_number() || id.as_str().is_some_and(|id| id.len() <= ECHO_BYTES_MAX)
}

fn error(id: &Value, (code, message): Refused) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }).to_string()
}

fn published(uri: &str, diagnostics: Vec<Value>) -> String {
    let params = json!({ "uri": uri, "diagnostics": diagnostics });
    json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params }).to_string()
}

fn capabilities() -> Value {
    json!({
        "serverInfo": { "name": "covered", "version": env!("CARGO_PKG_VERSION") },
        "capabilities": {
            "positionEncoding": "utf-16",
            // The whole text each time: a policy is small.
            "textDocumentSync": { "openClose": true, "change": 1 },
            "hoverProvider": true,
            "definitionProvider": true,
            "completionProvider": { "triggerCharacters": ["/", "\""] },
            "documentFormattingProvider": true,
            "documentSymbolProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
        },
    })
}
