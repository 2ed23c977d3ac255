//! `covered x12 explain`: what an answer means for what was sent.

use std::fmt::Write as _;

use serde_json::{Value, json};
use x12::Document;
use x12::explain::{Explanation, explain};

use super::arguments::Explain;
use super::{failure, file, plain, print_json, record};
use crate::Done;
use crate::output::{Failure, print, wrapped_at};

pub(super) fn run(wanted: &Explain) -> Result<Done, Failure> {
    let answer_bytes = file::whole(&wanted.file)?;
    let answer = Document::read(&answer_bytes);
    let sent_bytes = wanted.sent.as_deref().map(file::whole).transpose()?;
    let sent = sent_bytes.as_deref().map(Document::read);
    let explanations = explain(&answer, sent.as_ref(), wanted.privacy.shows_phi());
    record::warn(&wanted.file, answer.record());
    if let (Some(path), Some(sent)) = (&wanted.sent, &sent) {
        record::warn(path, sent.record());
    }
    if explanations.is_empty() {
        let message = format!("`{}` holds no answer", wanted.file.display());
        return Err(failure(
            "I0007",
            &message,
            "name a TA1, 999, 277, 277CA or 835 file; `x12 show` says what it holds",
        ));
    }
    if wanted.json {
        let all: Vec<Value> = explanations.iter().map(value).collect();
        print_json(&json!({ "format": 1, "record": record::value(answer.record()), "explanations": all }))?;
    } else {
        print(&explanations.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(record::done(answer.record(), 0))
}

fn text(explanation: &Explanation) -> String {
    let mut out = format!("{}: {}\n", plain(&explanation.about), explanation.outcome.as_str());
    let _ = writeln!(out, "  {}", wrapped_at(&plain(&explanation.says), 2, 2));
    if !explanation.next_step.is_empty() {
        let _ = writeln!(out, "  {}", wrapped_at(&format!("What to do next: {}", plain(&explanation.next_step)), 2, 2));
    }
    if let Some(sent) = &explanation.sent {
        let _ = writeln!(out, "  Sent at byte {}, loop {}:", sent.span.start, sent.loop_path);
        let _ = writeln!(out, "    {}\n    {}", sent.snippet.text, sent.snippet.caret());
    }
    out
}

fn value(explanation: &Explanation) -> Value {
    let sent = explanation.sent.as_ref().map(|sent| {
        json!({
            "start": sent.span.start,
            "end": sent.span.end,
            "loop": sent.loop_path,
            "snippet": sent.snippet.text,
        })
    });
    json!({
        "about": explanation.about,
        "outcome": explanation.outcome.as_str(),
        "says": explanation.says,
        "next_step": explanation.next_step,
        "sent": sent,
    })
}
