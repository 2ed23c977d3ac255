//! A case while it is being filled in: the file as it would be written, as one JSON object.

use serde_json::{Map, Value};

use crate::case::{Node, NodeKind, Table};
use crate::case::{Notation, tree_of};

/// The section whose numbers stay numbers. Elsewhere a number with a point is money, which stays text on every way.
const CHART: &str = "chart";
/// The section that stands once for each service.
const LINE: &str = "line";

/// A case while it is being filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft(Map<String, Value>);

impl Draft {
    /// The draft that a case file holds; empty for a text that is no case. [`crate::case::decode`] tells what is wrong with one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(tree_of(text, Notation::guess(text)).map(|tree| table(&tree, false)).unwrap_or_default())
    }

    /// The draft as the keys of a case file.
    #[must_use]
    pub fn keys(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Does the case say something under a dotted path?
    #[must_use]
    pub fn has(&self, line: usize, path: &str) -> bool {
        self.at(line, path).is_some()
    }

    /// The word under a dotted path.
    #[must_use]
    pub fn word(&self, line: usize, path: &str) -> Option<&str> {
        self.at(line, path).and_then(Value::as_str)
    }

    fn at(&self, line: usize, path: &str) -> Option<&Value> {
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut table = &self.0;
        for step in section.split('.').filter(|step| !step.is_empty()) {
            table = match table.get(step)? {
                Value::Object(inner) => inner,
                Value::Array(many) => many.get(if step == LINE { line } else { 0 })?.as_object()?,
                _ => return None,
            };
        }
        table.get(key)
    }

    pub(super) fn put(&mut self, line: usize, path: &str, value: Value) {
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        let steps = section.split('.').filter(|step| !step.is_empty());
        let table = steps.fold(&mut self.0, |table, step| section_at(table, step, line));
        table.insert(key.to_owned(), value);
    }

    pub(super) fn push(&mut self, name: &str, keys: Vec<(&str, Value)>) {
        push(&mut self.0, name, keys);
    }

    pub(super) fn section(&mut self, name: &str, line: usize) -> &mut Map<String, Value> {
        section_at(&mut self.0, name, line)
    }
}

/// The table under a name, made if it is not there; of several services the one that is meant.
fn section_at<'c>(table: &'c mut Map<String, Value>, name: &str, line: usize) -> &'c mut Map<String, Value> {
    let many = name == LINE;
    let slot = table.entry(name).or_insert_with(|| if many { Value::Array(Vec::new()) } else { Map::new().into() });
    let slot = match slot {
        Value::Array(lines) => {
            let index = if many { line } else { 0 };
            while lines.len() <= index {
                lines.push(Map::new().into());
            }
            &mut lines[index]
        }
        one => one,
    };
    if !slot.is_object() {
        // What stood there was no table and no case; decoding says so of the file, and nothing of it is used.
        *slot = Map::new().into();
    }
    slot.as_object_mut().expect("INVARIANT: made so above")
}

pub(super) fn push(table: &mut Map<String, Value>, name: &str, keys: Vec<(&str, Value)>) {
    let entry: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let many = table.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(many) = many {
        many.push(entry.into());
    }
}

fn table(from: &Table, of_chart: bool) -> Map<String, Value> {
    let entries = from.entries.iter();
    entries.map(|entry| (entry.key.clone(), value(&entry.value, of_chart || entry.key == CHART))).collect()
}

fn value(from: &Node, of_chart: bool) -> Value {
    match &from.kind {
        NodeKind::Table(inner) => table(inner, of_chart).into(),
        NodeKind::List(items) => items.iter().map(|item| value(item, of_chart)).collect(),
        NodeKind::Text(text) | NodeKind::Date(text) => text.as_str().into(),
        NodeKind::Number(text) => {
            let measured = || text.parse::<f64>().ok().filter(|_| of_chart).map(Value::from);
            text.parse::<i64>().map(Value::from).ok().or_else(measured).unwrap_or_else(|| text.as_str().into())
        }
        NodeKind::YesNo(yes) => (*yes).into(),
        NodeKind::Null => Value::Null,
    }
}

/// The draft as a case file in JSON, without a line end.
impl std::fmt::Display for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = serde_json::to_string_pretty(&self.0).map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}
