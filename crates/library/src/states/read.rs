//! Reading the file of one state.

use codes::StateCode;
use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Spanned};

use super::{Basis, Cell, LegalText, State, Value};
use crate::finding;
use crate::reader::{Entry, Plain, Reader};

/// What the confidence of a cell says: whether anything is known, and whether it was read.
const CONFIDENCES: [(&str, (bool, bool)); 3] =
    [("read", (true, true)), ("known", (true, false)), ("unknown", (false, false))];

pub(super) fn state(code: StateCode, source: SourceId, text: &str) -> Result<State, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut reader = Reader::new(source, &mut findings);
    let mut file = reader.parse(text);
    let written = reader.text(&mut file, "state");
    if let Some(written) = written.filter(|written| written.value != code.as_str()) {
        let message = format!("the file is named after {code}, but says `{}`", written.value);
        reader.error(&finding::PATH, written.span, message);
    }
    let mut state = State {
        code,
        cells: Vec::new(),
        conflicts: reader.texts(&mut file, "conflicts").into_iter().map(|text| text.value).collect(),
        also: reader.text_if_any(&mut file, "also").map(|text| text.value),
        texts: Vec::new(),
    };
    for (id, entry) in reader.tables(&mut file, "cells") {
        state.cells.extend(cell(&mut reader, id, entry));
    }
    for mut entry in reader.entries(&mut file, "text") {
        let name = reader.text(&mut entry, "name");
        let status = reader.text(&mut entry, "status");
        let confidence = reader.word(&mut entry, "confidence", &CONFIDENCES);
        let note = reader.text_if_any(&mut entry, "note").map(|note| note.value);
        reader.finish(entry);
        if let (Some(name), Some(status), Some((_, was_read))) = (name, status, confidence) {
            state.texts.push(LegalText { name: name.value, status: status.value, was_read, note });
        }
    }
    reader.finish(file);
    if findings.is_empty() { Ok(state) } else { Err(findings) }
}

fn cell(reader: &mut Reader<'_>, id: Spanned<String>, mut entry: Entry<'_>) -> Option<Cell> {
    let value = reader.plain(&mut entry, "value").map(|value| match value {
        Plain::Text(text) => Value::Text(text),
        Plain::YesNo(yes) => Value::YesNo(yes),
        Plain::Number(number) => Value::Number(number),
        Plain::List(list) => Value::List(list),
    });
    let confidence = reader.word(&mut entry, "confidence", &CONFIDENCES);
    let basis = reader.word_if_any(&mut entry, "basis", &Basis::ALL);
    let mut text = |key| reader.text_if_any(&mut entry, key).map(|text| text.value);
    let (source, note) = (text("source"), text("note"));
    let (policy, asks_because) = (text("policy"), text("asks_because"));
    reader.finish(entry);
    let (value, (is_known, was_read)) = (value?, confidence?);
    Some(Cell { id: id.value, value, is_known, was_read, basis, source, note, policy, asks_because, span: id.span })
}
