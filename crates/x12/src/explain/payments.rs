//! 835.

use codes::{CarcCode, Cents, RarcCode};

use crate::explain::{Explanation, Outcome, Sent, named, words};
use crate::tree::LoopView;
use crate::view::{Adjustment, Claim, ClaimPayment, Remittance, ServiceLine, ServicePayment, text};

/// What an 835 says.
pub(super) fn payments(transaction: LoopView<'_>, sent: Option<&Sent<'_>>, out: &mut Vec<Explanation>) {
    let Some(remittance) = Remittance::of(transaction) else { return };
    let claims: Vec<_> = remittance.claims().collect();
    let amount = remittance.amount().map_or_else(|error| error.to_string(), |amount| amount.to_string());
    let taken: Vec<_> = remittance
        .provider_adjustments()
        .map(|adjustment| {
            let amount = adjustment.amount().map_or_else(|error| error.to_string(), |amount| amount.to_string());
            format!("{} {amount}", text(adjustment.reason()))
        })
        .collect();
    let mut says = format!("{amount} for {} claims", claims.len());
    if !taken.is_empty() {
        says.push_str(&format!("; not for a claim: {} (a positive amount was kept back)", taken.join(", ")));
    }
    out.push(Explanation {
        about: named("payment", remittance.trace()),
        outcome: Outcome::Paid,
        says,
        next_step: "find this amount on the bank statement before posting".to_owned(),
        sent: None,
    });
    for payment in &claims {
        claim(payment, sent, out);
    }
}

fn claim(payment: &ClaimPayment<'_>, sent: Option<&Sent<'_>>, out: &mut Vec<Explanation>) {
    let found = sent.and_then(|sent| Some((sent, sent.claim(payment.number())?)));
    let outcome = match payment.status() {
        b"4" => Outcome::Denied,
        b"22" => Outcome::Reversed,
        _ if payment.paid() == Ok(Cents(0)) => Outcome::Denied,
        _ => Outcome::Paid,
    };
    let money = |amount: Result<Cents, _>| match amount {
        Ok(amount) => amount.to_string(),
        Err(_) => "an amount that cannot be read".to_owned(),
    };
    let mut says = format!("paid {} of {} charged", money(payment.paid()), money(payment.charge()));
    for adjustment in payment.adjustments() {
        says.push_str(&format!("; {}", phrase(&adjustment)));
    }
    let share = payment.patient_share().unwrap_or(Cents(0));
    let mut steps = Vec::new();
    if sent.is_some() && found.is_none() {
        steps.push("the file at hand does not have this claim, or has it twice".to_owned());
    }
    if outcome == Outcome::Reversed {
        steps.push("take back the earlier posting; the new decision follows as a claim of its own".to_owned());
    }
    if share > Cents(0) {
        steps.push(format!("bill the patient {share}"));
    }
    steps.extend(payment.adjustments().filter_map(|adjustment| step(&adjustment)));
    let about = named("claim", payment.number());
    out.push(Explanation {
        about: about.clone(),
        outcome,
        says,
        next_step: steps.join("; "),
        sent: found.as_ref().map(|(sent, claim)| sent.place(claim.head(), claim.head().span(), claim.view())),
    });
    for (index, service) in payment.services().enumerate() {
        let line = found.as_ref().and_then(|(_, claim)| line_of(claim, &service));
        let number = line.map_or_else(|| (index + 1).to_string(), |line| text(line.number()).into_owned());
        let place = found.as_ref().zip(line).and_then(|((sent, _), line)| {
            let service = line.service()?;
            Some(sent.place(service, service.span(), line.view()))
        });
        let about = format!("{about}, line {number} ({})", text(service.procedure()));
        let mut one = service_says(&service, about);
        one.sent = place;
        out.push(one);
    }
}

fn service_says(service: &ServicePayment<'_>, about: String) -> Explanation {
    let money = |amount: Option<Cents>| amount.map_or("an unread amount".to_owned(), |amount| amount.to_string());
    let paid = service.paid().ok();
    let mut says = format!("paid {} of {}", money(paid), money(service.charge().ok()));
    for adjustment in service.adjustments() {
        says.push_str(&format!("; {}", phrase(&adjustment)));
    }
    for remark in service.remarks() {
        let remark = text(remark);
        let plain = remark.parse::<RarcCode>().ok().and_then(RarcCode::plain_words);
        says.push_str(&format!("; remark {remark}{}", plain.map_or(String::new(), |plain| format!(", {plain}"))));
    }
    let mut steps: Vec<String> = Vec::new();
    for step in service.adjustments().filter_map(|adjustment| step(&adjustment)) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    let outcome = if paid == Some(Cents(0)) { Outcome::Denied } else { Outcome::Paid };
    Explanation { about, outcome, says, next_step: steps.join("; "), sent: None }
}

/// The line that was sent: by the provider's line number, else the only one with code and charge.
fn line_of<'t>(claim: &Claim<'t>, service: &ServicePayment<'_>) -> Option<ServiceLine<'t>> {
    let by_number = service
        .control_number()
        .and_then(|number| claim.lines().find(|line| line.control_number() == Some(number.expose_bytes())));
    by_number.or_else(|| {
        let mut same =
            claim.lines().filter(|line| line.procedure() == service.procedure() && line.charge() == service.charge());
        let first = same.next()?;
        same.next().is_none().then_some(first)
    })
}

fn phrase(adjustment: &Adjustment<'_>) -> String {
    let amount = adjustment.amount().map_or("an unread amount".to_owned(), |amount| amount.to_string());
    let reason = text(adjustment.reason());
    let plain = reason.parse::<CarcCode>().ok().and_then(CarcCode::plain_words);
    let plain = plain.map_or(String::new(), |plain| format!(", {plain}"));
    let bearer = match adjustment.group() {
        b"CO" => "not billable to the patient",
        b"PR" => "owed by the patient",
        b"PI" => "reduced by the payer",
        b"CR" => "corrected or reversed",
        _ => "adjusted",
    };
    format!("{amount} {bearer} ({}-{reason}{plain})", text(adjustment.group()))
}

fn step(adjustment: &Adjustment<'_>) -> Option<String> {
    if adjustment.group() == b"PR" && matches!(adjustment.reason(), b"1" | b"2" | b"3") {
        return None;
    }
    words::of(words::ADJUSTMENT_STEP, adjustment.reason()).map(str::to_owned)
}
