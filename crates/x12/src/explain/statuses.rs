//! 277CA and 277.

use crate::explain::{Explanation, Outcome, Sent, named, words};
use crate::tree::LoopView;
use crate::view::{ClaimStatus, StatusCode, text};

/// What a 277CA or 277 says.
pub(super) fn statuses(transaction: LoopView<'_>, sent: Option<&Sent<'_>>, out: &mut Vec<Explanation>) {
    let loops = ["2200", "2200B", "2200C", "2200D"];
    let mut found: Vec<_> =
        loops.into_iter().flat_map(|name| transaction.descendants(name)).filter_map(ClaimStatus::of).collect();
    found.sort_by_key(|status| status.view().index());
    out.extend(found.iter().filter(|status| status.codes().next().is_some()).map(|status| one(status, sent)));
}

fn one(status: &ClaimStatus<'_>, sent: Option<&Sent<'_>>) -> Explanation {
    let kind = match status.level() {
        b"21" => "batch",
        b"19" => "provider",
        _ => "claim",
    };
    let codes: Vec<_> = status.codes().collect();
    let outcome = codes.first().map_or(Outcome::Unknown, |code| outcome(code.category()));
    let mut says = codes.iter().map(phrase).collect::<Vec<_>>().join("; ");
    if let Some(number) = status.payer_number() {
        says.push_str(&format!("; the payer's number is {}", text(number)));
    }
    let claim = sent.filter(|_| status.is_claim()).and_then(|sent| Some((sent, sent.claim(status.claim_number())?)));
    let unknown = status.is_claim() && sent.is_some() && claim.is_none();
    let next_step = match outcome {
        _ if unknown => "the file at hand does not have this claim, or has it twice; look for the file that does",
        Outcome::Rejected => {
            "the payer has no claim from you; correct it and send it as a new claim, not a replacement"
        }
        Outcome::Denied => "wait for the remittance: it tells the reasons and starts the time to appeal",
        Outcome::Pending => "send what the payer asks for, or ask again in two weeks",
        _ => "",
    };
    Explanation {
        about: named(kind, if kind == "claim" { status.claim_number() } else { status.number() }),
        outcome,
        says,
        next_step: next_step.to_owned(),
        sent: claim.map(|(sent, claim)| sent.place(claim.head(), claim.head().span(), claim.view())),
    }
}

fn outcome(category: &[u8]) -> Outcome {
    match category {
        b"A0" | b"A1" | b"A2" | b"A5" => Outcome::Accepted,
        b"A3" | b"A4" | b"A6" | b"A7" | b"A8" => Outcome::Rejected,
        [b'P' | b'R', ..] => Outcome::Pending,
        b"F1" => Outcome::Paid,
        b"F2" | b"F4" => Outcome::Denied,
        b"F3" => Outcome::Reversed,
        _ => Outcome::Unknown,
    }
}

fn phrase(code: &StatusCode<'_>) -> String {
    let category = words::of(words::CATEGORY, code.category());
    let mut says = category.map_or_else(|| format!("category {}", text(code.category())), str::to_owned);
    if !code.status().is_empty() {
        let status = words::of(words::STATUS, code.status());
        let status = status.map_or_else(|| format!("status code {}", text(code.status())), str::to_owned);
        says.push_str(&format!(" ({status}"));
        if let Some(entity) = words::of(words::ENTITY, code.entity()) {
            says.push_str(&format!(" of {entity}"));
        }
        says.push(')');
    }
    says
}
