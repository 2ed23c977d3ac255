//! TA1 and 999.

use crate::explain::{Explanation, Outcome, Sent, SentPlace, named, words};
use crate::number::counted;
use crate::segment::Segment;
use crate::tree::LoopView;
use crate::view::{Acknowledgment, ElementError, Interchange, SegmentError, TransactionResponse, text};

fn outcome(code: &[u8]) -> Outcome {
    match code {
        b"A" => Outcome::Accepted,
        b"E" => Outcome::AcceptedWithErrors,
        b"P" => Outcome::Partly,
        b"R" | b"M" | b"W" | b"X" => Outcome::Rejected,
        _ => Outcome::Unknown,
    }
}

/// What a TA1 says; nothing for other segments.
pub(super) fn interchange(segment: Segment<'_>, sent: Option<&Sent<'_>>) -> Option<Explanation> {
    let answer = Interchange::of(segment)?;
    let outcome = outcome(answer.verdict());
    let says = words::of(words::INTERCHANGE, answer.note()).map_or_else(
        || format!("the receiver gives note code {}", text(answer.note())),
        |says| format!("the receiver says: {says}"),
    );
    let is_ours = sent.is_none_or(|sent| {
        crate::events(sent.document.bytes).any(|event| match event {
            crate::Event::Segment(header) => {
                header.id_text().eq_ignore_ascii_case(b"ISA") && header.value(13) == answer.control()
            }
            crate::Event::Notice(_) => false,
        })
    });
    let next_step = match (outcome, is_ours) {
        (_, false) => "the file at hand does not have this interchange; look for the one that does",
        (Outcome::Accepted, _) => "",
        (Outcome::AcceptedWithErrors, _) => "correct it before the next file",
        _ => "nothing of this interchange was taken; correct the header and send all of it again",
    };
    Some(Explanation {
        about: named("interchange", answer.control()),
        outcome,
        says,
        next_step: next_step.to_owned(),
        sent: None,
    })
}

/// What a 999 says.
pub(super) fn group(transaction: LoopView<'_>, sent: Option<&Sent<'_>>, out: &mut Vec<Explanation>) {
    let Some(answer) = Acknowledgment::of(transaction) else { return };
    let counts = answer.counts().map_or(String::new(), |[stated, received, accepted]| {
        format!("; {} announced, {received} received, {accepted} accepted", counted(stated, "transaction set"))
    });
    let verdict = outcome(answer.verdict());
    let next_step = match verdict {
        Outcome::Accepted => "wait for the claim acknowledgment (277CA); this one says nothing about claims",
        Outcome::Unknown => "",
        _ => "correct the sets named below and send only those again",
    };
    out.push(Explanation {
        about: named("group", answer.group_control()),
        outcome: verdict,
        says: format!("the group is {}{counts}", verdict.as_str()),
        next_step: next_step.to_owned(),
        sent: None,
    });
    for response in answer.responses() {
        let set = sent.and_then(|sent| sent.set(answer.group_control(), response.control()));
        respond(&response, set, sent, out);
    }
}

fn respond(
    response: &TransactionResponse<'_>,
    set: Option<LoopView<'_>>,
    sent: Option<&Sent<'_>>,
    out: &mut Vec<Explanation>,
) {
    let verdict = outcome(response.verdict());
    let reasons: Vec<_> = response
        .reasons()
        .map(|code| words::of(words::SET, code).map_or_else(|| format!("reason {}", text(code)), str::to_owned))
        .collect();
    let about = named("transaction set", response.control());
    let says = if reasons.is_empty() {
        format!("the set is {}", verdict.as_str())
    } else {
        format!("the set is {}: {}", verdict.as_str(), reasons.join("; "))
    };
    let refused = verdict == Outcome::Rejected;
    let next_step = match (refused, sent.is_some() && set.is_none()) {
        (_, true) => "the file at hand does not have this set; look for the one that does",
        (true, _) => "none of its claims was taken; correct it and send all of them again",
        _ => "",
    };
    let next_step = next_step.to_owned();
    out.push(Explanation { about: about.clone(), outcome: verdict, says, next_step, sent: None });
    for error in response.segment_errors() {
        segment_error(&error, &about, verdict, set, sent, out);
    }
}

fn segment_error(
    error: &SegmentError<'_>,
    about: &str,
    verdict: Outcome,
    set: Option<LoopView<'_>>,
    sent: Option<&Sent<'_>>,
    out: &mut Vec<Explanation>,
) {
    // A missing segment is counted where it should be, so the segment there is another one.
    let is_missing = matches!(error.reason(), b"3" | b"I6" | b"I7");
    let place = set.zip(error.position()).and_then(|(set, position)| set.segment_at(position));
    let about = match place.and_then(|(_, view)| claim_number(view)) {
        Some(claim) => format!("{about}, claim {claim}"),
        None => about.to_owned(),
    };
    let position = error.position().map_or(String::new(), |position| format!(" (segment {position} of the set)"));
    let reason = words::of(words::SEGMENT, error.reason());
    let reason = reason.map_or_else(|| format!("reason {}", text(error.reason())), str::to_owned);
    let id = text(error.id());
    let elements: Vec<_> = error.element_errors().collect();
    let explain = |says: String, next_step: &str, sent: Option<SentPlace>| Explanation {
        about: about.clone(),
        outcome: verdict,
        says,
        next_step: next_step.to_owned(),
        sent,
    };
    let at = |element: Option<&ElementError<'_>>| {
        let (sent, (segment, view)) = (sent?, place?);
        if !is_missing && segment.id() != crate::SegmentId::new(error.id()) {
            return None;
        }
        let span = element.and_then(|element| span_of(segment, element)).unwrap_or_else(|| segment.span());
        Some(sent.place(segment, span, view))
    };
    if elements.is_empty() {
        let next_step = if is_missing { "add it and send the set again" } else { "correct it and send the set again" };
        out.push(explain(format!("{id}{position}: {reason}"), next_step, at(None)));
    }
    for element in &elements {
        let number = element.element().map_or(String::new(), |number| format!("{number:02}"));
        let part = element.component().map_or(String::new(), |number| format!("-{number}"));
        let why = words::of(words::ELEMENT, element.reason());
        let why = why.map_or_else(|| format!("reason {}", text(element.reason())), str::to_owned);
        let says = format!("{id}{number}{part}{position}: {why}");
        out.push(explain(says, "correct the value and send the set again", at(Some(element))));
    }
}

fn span_of(segment: Segment<'_>, error: &ElementError<'_>) -> Option<crate::Span> {
    let element = segment.element(error.element().filter(|number| *number > 0)?);
    Some(match error.component().filter(|number| *number > 0) {
        Some(component) => element.component(component).span(),
        None => element.span(),
    })
}

/// The number of the claim around a loop.
fn claim_number(view: LoopView<'_>) -> Option<String> {
    let claim = view.enclosing("2300")?.first("CLM")?;
    Some(text(claim.value(1)).into_owned())
}
