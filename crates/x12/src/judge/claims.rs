//! Professional claims: balance, situations and codes, judged when the claim ends.

use codes::Cents;
use jiff::civil::Date;

use crate::dates;
use crate::judge::codesets;
use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::number::{AmountError, amount, count, write_amount};
use crate::segment::Segment;
use crate::tree::LoopView;
use crate::view::{Claim, Diagnosis, ServiceLine};

/// More claims in one transaction set are refused by many receivers.
const CLAIMS_MAX: u64 = 5000;

/// Diagnoses of a claim that are compared with each other: far more than the twelve that it may have.
const DIAGNOSES_MAX: usize = 64;

/// What the claims of one transaction set share.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) claims: u64,
    /// The claims are professional; of others only the balance is judged.
    pub(crate) professional: bool,
    /// The subscriber judged last, by the place of its SBR, and whether for a dependent.
    pub(crate) subscriber: Option<(u64, bool)>,
    /// The day the file was made, BHT04.
    pub(crate) made: Option<Date>,
}

pub(crate) fn judge(view: LoopView<'_>, batch: &mut Batch, sink: &mut Sink) {
    let Some(claim) = Claim::of(view) else { return };
    let head = claim.head();
    let at = At::inside(&head, view);
    batch.claims += 1;
    if batch.claims == CLAIMS_MAX + 1 {
        sink.report(&r::MANY_CLAIMS, at, r::MANY_CLAIMS.title);
    }
    let lines: Vec<Line<'_>> = claim.lines().map(Line::of).collect();
    balance(&claim, &lines, at, sink);
    if !batch.professional {
        return;
    }
    let day = lines.iter().filter_map(|line| line.period).map(|period| period.0).min();
    let diagnoses: Vec<Diagnosis<'_>> = claim.diagnoses().collect();
    if sink.judges(4) {
        patient(&claim, batch, sink);
        situations(&claim, at, sink);
        payers(&claim, sink);
        judge_diagnoses(&claim, &diagnoses, day, at, sink);
    }
    codesets::place(claim.place_of_service(), day, at.component(5, 1), sink);
    for (line, number) in lines.iter().zip(1..) {
        judge_line(&claim, line, number, diagnoses.len(), batch, sink);
    }
}

/// A line with what is asked of it more than once.
struct Line<'t> {
    line: ServiceLine<'t>,
    charge: Result<Cents, AmountError>,
    period: Option<(Date, Date)>,
}

impl<'t> Line<'t> {
    fn of(line: ServiceLine<'t>) -> Self {
        Self { line, charge: line.charge(), period: line.service_period() }
    }
}

fn balance(claim: &Claim<'_>, lines: &[Line<'_>], at: At<'_>, sink: &mut Sink) {
    let Ok(total) = claim.charge() else { return };
    if total < Cents(0) {
        sink.report(&r::NEGATIVE_CHARGE, at.element(2), r::NEGATIVE_CHARGE.title);
    }
    // Where a line's charge cannot be read, the sum says nothing; the line is reported itself.
    let sum = lines.iter().try_fold(Cents(0), |sum, line| sum.checked_add(line.charge.ok()?));
    if let Some(sum) = sum
        && sum != total
        && !lines.is_empty()
    {
        let message = format!("CLM02 is {}, the lines sum to {}", write_amount(total), write_amount(sum));
        sink.report(&r::CLAIM_TOTAL, at.element(2), message);
    }
}

fn patient(claim: &Claim<'_>, batch: &mut Batch, sink: &mut Sink) {
    let Some(level) = claim.view().enclosing("2000B") else { return };
    let Some(coverage) = claim.coverage() else { return };
    let at = At::inside(&coverage, level);
    // What is wrong with a subscriber is said once, not for each of the claims.
    let said = (coverage.offset, claim.is_for_dependent());
    if batch.subscriber.replace(said) == Some(said) {
        return;
    }
    let is_self = coverage.value(2) == b"18";
    if is_self && claim.is_for_dependent() {
        sink.report(&r::SELF_AND_PATIENT, at.element(2), r::SELF_AND_PATIENT.title);
    } else if !is_self && !claim.is_for_dependent() {
        sink.report(&r::NOBODY, at.element(2), r::NOBODY.title);
    }
    let not_first = coverage.value(1) != b"P";
    if not_first && coverage.value(9) == b"MB" && coverage.value(5).is_empty() {
        sink.report(&r::SECONDARY_TYPE, at.element(5), r::SECONDARY_TYPE.title);
    }
}

/// Judges a billing provider's level when it ends.
pub(crate) fn judge_provider(view: LoopView<'_>, batch: &Batch, sink: &mut Sink) {
    let address = view.named("2010AA").next();
    if let Some((view, street)) = address.and_then(|view| Some((view, view.first("N3")?)))
        && batch.professional
        && is_box(street.value(1))
    {
        sink.report(&r::STREET, At::inside(&street, view).element(1), r::STREET.title);
    }
}

/// Whether a street line is a post office box.
fn is_box(line: &[u8]) -> bool {
    let mut text = line.to_ascii_uppercase();
    text.retain(|byte| byte.is_ascii_alphanumeric());
    text.starts_with(b"POBOX") || text.starts_with(b"POSTOFFICEBOX")
}

fn situations(claim: &Claim<'_>, at: At<'_>, sink: &mut Sink) {
    if matches!(claim.frequency(), b"7" | b"8") && claim.reference("F8").is_none() {
        sink.report(&r::ORIGINAL_NUMBER, at.component(5, 3), r::ORIGINAL_NUMBER.title);
    }
    let causes = [1, 2, 3].map(|component| claim.head().component(11, component));
    let is_accident = causes.iter().any(|cause| matches!(*cause, b"AA" | b"OA"));
    if is_accident && claim.view().qualified("DTP", &["439"]).is_none() {
        sink.report(&r::ACCIDENT_DATE, at.element(11), r::ACCIDENT_DATE.title);
    }
    if causes.contains(&b"AA".as_slice()) && claim.head().component(11, 4).is_empty() {
        sink.report(&r::ACCIDENT_STATE, at.component(11, 4), r::ACCIDENT_STATE.title);
    }
    let inpatient = claim.place_of_service() == b"21";
    if inpatient && claim.view().qualified("DTP", &["435"]).is_none() {
        sink.report(&r::ADMISSION_DATE, at.component(5, 1), r::ADMISSION_DATE.title);
    }
}

fn payers(claim: &Claim<'_>, sink: &mut Sink) {
    if claim.other_payers().next().is_none() {
        return;
    }
    let mut used: Vec<&[u8]> = claim.coverage().map(|coverage| coverage.value(1)).into_iter().collect();
    for payer in claim.other_payers() {
        let Some(coverage) = payer.coverage() else { continue };
        let place = coverage.value(1);
        // U is for payers whose place is not known; several may have it.
        if place != b"U" && used.contains(&place) {
            let at = At::inside(&coverage, payer.view()).element(1);
            sink.report(&r::PAYER_ORDER, at, r::PAYER_ORDER.title);
        }
        used.push(place);
    }
}

fn judge_diagnoses(claim: &Claim<'_>, diagnoses: &[Diagnosis<'_>], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let mut seen: Vec<&[u8]> = Vec::with_capacity(DIAGNOSES_MAX);
    for diagnosis in diagnoses {
        let Diagnosis { segment, element } = diagnosis;
        let at = At::inside(segment, claim.view()).component(*element, 2);
        let code = diagnosis.code();
        if seen.contains(&code) {
            sink.report(&r::SAME_DIAGNOSIS, at, r::SAME_DIAGNOSIS.title);
        }
        if seen.len() < DIAGNOSES_MAX {
            seen.push(code);
        }
        codesets::diagnosis(diagnosis.qualifier(), code, day, at, sink);
    }
    let Some(day) = day else { return };
    let born = claim.patient().and_then(|patient| dates::day(patient.birth_date().0));
    if born.is_some_and(|born| day < born) {
        sink.report(&r::BORN_LATER, at, r::BORN_LATER.title);
    }
}

fn judge_line(
    claim: &Claim<'_>,
    Line { line, charge, period }: &Line<'_>,
    number: u64,
    diagnosis_count: usize,
    batch: &Batch,
    sink: &mut Sink,
) {
    let view = line.view();
    if let Some(head) = view.first("LX")
        && count(line.number()) != Some(number)
    {
        let at = At::inside(&head, view).element(1);
        sink.report(&r::LINE_NUMBER, at, format!("LX01 should be {number}"));
    }
    let Some(service) = line.service() else { return };
    let at = At::inside(&service, view);
    if charge.is_ok_and(|charge| charge < Cents(0)) {
        sink.report(&r::NEGATIVE_CHARGE, at.element(2), r::NEGATIVE_CHARGE.title);
    }
    if amount(line.units()) == Ok(Cents(0)) {
        sink.report(&r::UNITS, at.element(4), r::UNITS.title);
    }
    pointers(line, diagnosis_count, at, sink);
    if let (Some((_, last)), Some(made)) = (*period, batch.made)
        && last > made
    {
        let segment = view.qualified("DTP", &["472"]).unwrap_or(service);
        let at = At::inside(&segment, view).element(3);
        sink.report(&r::FUTURE_SERVICE, at, r::FUTURE_SERVICE.title);
    }
    if is_unlisted(line.procedure()) && line.description().is_empty() {
        sink.report(&r::UNLISTED, at.component(1, 2), r::UNLISTED.title);
    }
    let day = period.map(|period| period.0);
    if line.procedure_kind() == b"HC" {
        codesets::procedure(line.procedure(), day, at.component(1, 2), sink);
        for component in 3..=6 {
            let code = service.component(1, component);
            if !code.is_empty() {
                codesets::modifier(code, line.procedure(), at.component(1, component), sink);
            }
        }
    }
    if !line.place_of_service().is_empty() && line.place_of_service() != claim.place_of_service() {
        codesets::place(line.place_of_service(), day, at.element(5), sink);
    }
    adjudications(line, *charge, sink);
}

fn pointers(line: &ServiceLine<'_>, diagnosis_count: usize, at: At<'_>, sink: &mut Sink) {
    for (index, pointer) in line.pointers().enumerate() {
        let target = count(pointer);
        let exists = target.is_some_and(|target| target >= 1 && target <= diagnosis_count as u64);
        if !exists {
            let message = format!(
                "pointer {} points to a diagnosis that is not there; the claim has {diagnosis_count}",
                index + 1
            );
            sink.report(&r::POINTER, at.component(7, index + 1), message);
        }
    }
}

/// Codes that stand for anything without a code of its own.
///
/// HCPCS: unclassified drugs. CPT reserves the end of each section for unlisted services; which
/// ones those are is the AMA's text, so only drugs are looked at.
fn is_unlisted(code: &[u8]) -> bool {
    matches!(code, b"J3490" | b"J3590" | b"J7999" | b"J8999" | b"J9999" | b"A9999" | b"E1399")
}

/// An earlier payer's payment and adjustments must make up the line's charge.
fn adjudications(line: &ServiceLine<'_>, charge: Result<Cents, AmountError>, sink: &mut Sink) {
    let Ok(charge) = charge else { return };
    for prior in line.adjudications() {
        let Ok(paid) = prior.paid() else { continue };
        let adjusted =
            prior.adjustments().try_fold(Cents(0), |sum, adjustment| sum.checked_add(adjustment.amount().ok()?));
        let Some(sum) = adjusted.and_then(|adjusted| adjusted.checked_add(paid)) else { continue };
        if sum != charge {
            let message = format!(
                "paid {} and adjusted, in all {}; the line's charge is {}",
                write_amount(paid),
                write_amount(sum),
                write_amount(charge)
            );
            let head: Segment<'_> = prior.head();
            let at = At::inside(&head, prior.view()).element(2);
            sink.report(&r::LINE_ADJUDICATION, at, message);
        }
        for adjustment in prior.adjustments() {
            let at = At::inside(&adjustment.segment, prior.view()).element(adjustment.element);
            let day = prior.view().qualified("DTP", &["573"]).and_then(|segment| dates::day(segment.value(3)));
            codesets::reason(adjustment.reason(), day, at, sink);
        }
    }
}
