//! Findings and layout as the protocol writes them.

use policy::diagnostic::Diagnostic;
use policy::span::Span;
use serde_json::{Value, json};

use crate::document::{SOURCE, severity};
use crate::position::Lines;

/// One finding.
pub(crate) fn diagnostic(finding: &Diagnostic, lines: &Lines<'_>) -> Value {
    let mut labels = finding.labels.iter().filter(|label| label.source == SOURCE);
    let first = labels.next();
    let mut message = finding.message.clone();
    if let Some(said) = first.map(|label| &label.text).filter(|text| !text.is_empty()) {
        message.push_str(&format!(" ({said})"));
    }
    for label in labels.filter(|label| !label.text.is_empty()) {
        let line = lines.position(label.span.start as usize).line + 1;
        message.push_str(&format!("\nline {line}: {}", label.text));
    }
    for help in &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    json!({
        "range": lines.range(first.map_or(Span::default(), |label| label.span)),
        "severity": severity(finding.severity),
        "code": finding.code,
        "source": "covered",
        "message": message,
    })
}

/// The edit that lays a text out; nothing to do for one that is laid out, and none for one with errors.
pub(crate) fn layout(text: &str) -> Option<Value> {
    let formatted = policy::fmt::format(text).ok()?;
    if formatted == text {
        return Some(json!([]));
    }
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Some(json!([{ "range": Lines::new(text).range(Span::new(0, end)), "newText": formatted }]))
}
