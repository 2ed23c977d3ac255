//! What a finding's help says, done by one key.

use policy::diagnostic::Diagnostic;
use policy::span::Span;
use serde_json::{Value, json};

use crate::document::{Read, SOURCE};
use crate::format;
use crate::position::Lines;

/// Every action for the findings that touch a range of bytes.
pub(crate) fn of(uri: &str, text: &str, read: &Read, start: usize, end: usize) -> Value {
    let lines = Lines::new(text);
    let mut actions = Vec::new();
    for finding in &read.findings {
        let Some(label) = finding.labels.iter().find(|label| label.source == SOURCE) else { continue };
        let touches = label.span.start as usize <= end && start <= label.span.end as usize;
        if !touches {
            continue;
        }
        for help in &finding.help {
            if let Some((title, edit)) = edit(help, finding, label.span, text, &lines) {
                actions.push(json!({
                    "title": title,
                    "kind": "quickfix",
                    "diagnostics": [format::diagnostic(finding, &lines)],
                    "edit": { "changes": { uri: [edit] } },
                }));
            }
        }
    }
    Value::Array(actions)
}

fn edit(help: &str, finding: &Diagnostic, span: Span, text: &str, lines: &Lines<'_>) -> Option<(String, Value)> {
    if let Some(example) = help.strip_prefix("add  \"") {
        let name = example.split('"').next().unwrap_or_default();
        return Some((format!("Add the example “{name}”"), added(&format!("\"{example}"), text, lines)));
    }
    let near = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    // The finding quotes what was written; only that is replaced, not all of a longer place.
    let written = finding.message.split('`').nth(1)?;
    let place = text.get(span.range())?;
    let at = place.find(written)?;
    let start = span.start + u32::try_from(at).ok()?;
    let written = Span::new(start, start + u32::try_from(written.len()).ok()?);
    Some((format!("Write “{near}”"), json!({ "range": lines.range(written), "newText": near })))
}

/// The example at the end of the file, where examples stand.
fn added(example: &str, text: &str, lines: &Lines<'_>) -> Value {
    let has_examples = text.lines().any(|line| line.trim_end() == "examples" || line.starts_with("examples "));
    let mut new = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        new.push('\n');
    }
    if !has_examples {
        new.push_str("\nexamples\n");
    }
    // In the column of the others.
    let indent = text.lines().skip_while(|line| line.trim_end() != "examples").nth(1);
    let indent = indent.map_or(2, |line| line.len() - line.trim_start_matches(' ').len()).max(1);
    new.push_str(&format!("{:indent$}{example}\n", ""));
    json!({ "range": lines.range(end(text)), "newText": new })
}

fn end(text: &str) -> Span {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Span::new(end, end)
}
