//! Remittances: balance at service, claim and payment, and their codes.

use codes::Cents;
use jiff::civil::Date;

use crate::judge::codesets;
use crate::judge::rules::{self as r, Rule};
use crate::judge::sink::{At, Sink};
use crate::number::{AmountError, write_amount};
use crate::tree::LoopView;
use crate::view::{Adjustment, ClaimPayment, Remittance, ServicePayment};

/// The sums of the remittance that is open. A sum is lost once an amount in it cannot be read.
pub(crate) struct Totals {
    paid: Option<Cents>,
    /// Day of the payment, for the code sets.
    pub(crate) date: Option<Date>,
}

impl Default for Totals {
    fn default() -> Self {
        Self { paid: Some(Cents(0)), date: None }
    }
}

type Amount = Result<Cents, AmountError>;

fn sum(amounts: impl Iterator<Item = Amount>) -> Option<Cents> {
    let mut amounts = amounts;
    amounts.try_fold(Cents(0), |sum, amount| sum.checked_add(amount.ok()?))
}

/// The adjustments of a claim, its services' first. As above, a sum is lost once an amount in it cannot be read.
struct Adjusted {
    all: Option<Cents>,
    /// Those that the patient bears.
    patient: Option<Cents>,
}

impl Adjusted {
    /// Adds the adjustments of a service, or the claim's own, and gives their sum.
    fn add(&mut self, adjustments: &[Adjustment<'_>]) -> Option<Cents> {
        let mut own = Some(Cents(0));
        for adjustment in adjustments {
            let amount = adjustment.amount().ok();
            let add = |sum: &mut Option<Cents>| *sum = sum.and_then(|sum| sum.checked_add(amount?));
            add(&mut own);
            add(&mut self.all);
            if adjustment.group() == b"PR" {
                add(&mut self.patient);
            }
        }
        own
    }
}

pub(crate) fn judge_claim(view: LoopView<'_>, totals: &mut Totals, sink: &mut Sink) {
    let Some(claim) = ClaimPayment::of(view) else { return };
    let head = claim.head();
    let at = At::inside(&head, view);
    let paid = claim.paid().ok();
    totals.paid = totals.paid.and_then(|total| total.checked_add(paid?));
    let mut adjusted = Adjusted { all: Some(Cents(0)), patient: Some(Cents(0)) };
    let mut adjustments: Vec<Adjustment<'_>> = Vec::new();
    let (mut charges, mut has_services) = (Some(Cents(0)), false);
    for service in claim.services() {
        has_services = true;
        adjustments.clear();
        service.adjustments().for_each(|adjustment| adjustments.push(adjustment));
        let own = adjusted.add(&adjustments);
        let charge = service.charge().ok();
        charges = charges.and_then(|charges| charges.checked_add(charge?));
        judge_service(&service, charge, &adjustments, own, totals.date, sink);
    }
    adjustments.clear();
    adjustments.extend(claim.adjustments());
    adjusted.add(&adjustments);
    codes(&adjustments, view, totals.date, sink);
    let charge = claim.charge().ok();
    if has_services {
        let label = ("CLP03 is", "the services sum to");
        differ(&r::CLAIM_CHARGES, at.element(3), charge, charges, label, sink);
    }
    let left = charge.zip(adjusted.all).and_then(|(charge, all)| charge.checked_sub(all));
    let label = ("CLP04 is", "the charge less adjustments is");
    differ(&r::CLAIM_BALANCE, at.element(4), paid, left, label, sink);
    if claim.head().value(5).is_empty() {
        return;
    }
    let label = ("CLP05 is", "the PR adjustments sum to");
    differ(&r::PATIENT_SHARE, at.element(5), claim.patient_share().ok(), adjusted.patient, label, sink);
}

fn judge_service(
    service: &ServicePayment<'_>,
    charge: Option<Cents>,
    adjustments: &[Adjustment<'_>],
    adjusted: Option<Cents>,
    day: Option<Date>,
    sink: &mut Sink,
) {
    let view = service.view();
    let head = service.head();
    let at = At::inside(&head, view);
    let left = charge.zip(adjusted).and_then(|(charge, all)| charge.checked_sub(all));
    let label = ("SVC03 is", "the charge less adjustments is");
    differ(&r::SERVICE_BALANCE, at.element(3), service.paid().ok(), left, label, sink);
    codes(adjustments, view, day, sink);
    let [kind, procedure, modifiers @ ..] = head.components::<6>(1);
    if kind == b"HC" {
        codesets::procedure(procedure, service.day(), at.component(1, 2), sink);
        for (code, component) in modifiers.into_iter().zip(3..) {
            if !code.is_empty() {
                codesets::modifier(code, procedure, at.component(1, component), sink);
            }
        }
    }
    for segment in view.all("LQ").filter(|segment| segment.value(1) == b"HE") {
        codesets::remark(segment.value(2), day, At::inside(&segment, view).element(2), sink);
    }
}

fn codes(adjustments: &[Adjustment<'_>], view: LoopView<'_>, day: Option<Date>, sink: &mut Sink) {
    for adjustment in adjustments {
        let at = At::inside(&adjustment.segment, view).element(adjustment.element);
        codesets::reason(adjustment.reason(), day, at, sink);
    }
}

pub(crate) fn judge_payment(view: LoopView<'_>, totals: &mut Totals, sink: &mut Sink) {
    let paid = std::mem::take(totals).paid;
    let Some(remittance) = Remittance::of(view) else { return };
    let taken = sum(remittance.provider_adjustments().map(|adjustment| adjustment.amount()));
    let due = paid.zip(taken).and_then(|(paid, taken)| paid.checked_sub(taken));
    let head = remittance.head();
    let at = At::inside(&head, view).element(2);
    let label = ("BPR02 is", "claims less provider adjustments is");
    differ(&r::PAYMENT_BALANCE, at, remittance.amount().ok(), due, label, sink);
}

/// Reports two amounts that must agree. Where one cannot be read there is nothing to compare; the
/// element is reported itself.
fn differ(
    rule: &'static Rule,
    at: At<'_>,
    stated: Option<Cents>,
    found: Option<Cents>,
    label: (&str, &str),
    sink: &mut Sink,
) {
    if let (Some(stated), Some(found)) = (stated, found)
        && stated != found
    {
        let message = format!("{} {}, {} {}", label.0, write_amount(stated), label.1, write_amount(found));
        sink.report(rule, at, message);
    }
}
