//! The parts of a policy, for an editor's outline.

use policy::ast::{Criterion, PolicyFile};
use policy::show;
use policy::span::Span;
use serde_json::{Value, json};

use crate::definition::members;
use crate::position::Lines;

/// Kinds of the protocol: a module, a class, a field, an event.
const MODULE: u8 = 2;
const CLASS: u8 = 5;
const FIELD: u8 = 8;
const EVENT: u8 = 24;

/// Clauses with their criteria, and the examples.
pub(crate) fn of(file: &PolicyFile, text: &str) -> Value {
    let outline = Outline { lines: Lines::new(text) };
    let mut symbols = vec![outline.symbol(&file.id.value, MODULE, file.id.span, file.id.span, Vec::new())];
    for clause in &file.clauses {
        let children = outline.criteria(&clause.criteria);
        symbols.push(outline.symbol(&show::head(&clause.head.value), CLASS, clause.span, clause.head.span, children));
    }
    for excuse in &file.unless {
        if let Some(label) = &excuse.condition.label {
            symbols.push(outline.symbol(&label.value, FIELD, excuse.span, label.span, Vec::new()));
        }
    }
    for example in &file.examples {
        symbols.push(outline.symbol(&example.name.value, EVENT, example.span, example.name.span, Vec::new()));
    }
    Value::Array(symbols)
}

struct Outline<'t> {
    lines: Lines<'t>,
}

impl Outline<'_> {
    fn symbol(&self, name: &str, kind: u8, span: Span, at: Span, children: Vec<Value>) -> Value {
        // The place of the name must lie in the place of the whole.
        let range = self.lines.range(span.to(at));
        json!({ "name": name, "kind": kind, "range": range, "selectionRange": self.lines.range(at), "children": children })
    }

    /// Criteria and members of groups that have a label.
    fn criteria(&self, criteria: &[Criterion]) -> Vec<Value> {
        let labelled = criteria.iter().filter_map(|criterion| {
            let label = criterion.label.as_ref()?;
            let children = self.criteria(members(&criterion.expr));
            Some(self.symbol(&label.value, FIELD, criterion.span, label.span, children))
        });
        labelled.collect()
    }
}
