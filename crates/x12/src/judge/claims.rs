//! Professional claims: balance, situations and codes, judged when the claim ends.

use codes::Cents;
use jiff::civil::Date;

use crate::dates;
use crate::judge::codesets;
use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::number::{AmountError, amount, count, write_amount};
use crate::segment::{Segment, SegmentId};
use crate::table::packed;
use crate::tree::{LoopView, NodeIndex};
use crate::view::{Claim, PriorAdjudication};

/// More claims in one transaction set are refused by many receivers.
const CLAIMS_MAX: u64 = 5000;

/// Diagnoses of a claim that are compared with each other: far more than the twelve that it may have.
const DIAGNOSES_MAX: usize = 64;

/// The most diagnoses that a professional claim may have.
const DIAGNOSES_USUAL: usize = 12;

/// What the claims of one transaction set share.
#[derive(Default)]
pub(crate) struct Batch {
    claims: u64,
    /// The claims are professional; of others only the balance is judged.
    professional: bool,
    /// The subscriber judged last, by the place of its SBR, and whether for a dependent.
    subscriber: Option<(u64, bool)>,
    /// The day the file was made, BHT04.
    pub(crate) made: Option<Date>,
    /// The claim that is judged; kept for its memory.
    parts: Parts,
}

impl Batch {
    /// The claims of a transaction set that begins.
    pub(crate) fn of(professional: bool) -> Self {
        Self { professional, ..Self::default() }
    }
}

/// Where the parts of a claim are, found in one pass.
#[derive(Default)]
struct Parts {
    /// HI segments, by index in the tree.
    diagnoses: Vec<u32>,
    lines: Vec<Line>,
    /// Another payer has a loop.
    has_others: bool,
}

/// No such segment.
const NOWHERE: u32 = u32::MAX;

/// Where the parts of a line are, by index in the tree, and what is asked of it more than once.
struct Line {
    node: NodeIndex,
    /// LX.
    head: u32,
    /// SV1.
    service: u32,
    /// SV2 of an institutional line, SV3 of a dental one.
    others: [u32; 2],
    /// DTP*472.
    date: u32,
    /// An earlier payer decided about it.
    has_prior: bool,
    charge: Result<Cents, AmountError>,
    period: Option<(Date, Date)>,
}

const LX: SegmentId = SegmentId::new(b"LX");
const SV1: SegmentId = SegmentId::new(b"SV1");
const SV2: SegmentId = SegmentId::new(b"SV2");
const SV3: SegmentId = SegmentId::new(b"SV3");
const HI: SegmentId = SegmentId::new(b"HI");
const DTP: SegmentId = SegmentId::new(b"DTP");
const LINE: u64 = packed(b"2400");
const PRIOR: u64 = packed(b"2430");
const OTHER_PAYER: u64 = packed(b"2320");

impl Parts {
    fn find(&mut self, view: LoopView<'_>) {
        self.diagnoses.clear();
        self.lines.clear();
        self.has_others = false;
        let claim = view.index();
        for inner in view.all_loops() {
            match inner.name_number() {
                LINE if inner.around() == claim => self.lines.push(Line::new(inner.index())),
                OTHER_PAYER if inner.around() == claim => self.has_others = true,
                PRIOR => {
                    if let Some(line) = self.lines.last_mut().filter(|line| line.node == inner.around()) {
                        line.has_prior = true;
                    }
                }
                _ => {}
            }
        }
        let mut at = 0;
        for (index, node, id) in view.pieces() {
            if node == claim {
                if id == HI {
                    self.diagnoses.push(index);
                }
                continue;
            }
            if self.lines.get(at).is_none_or(|line| line.node != node) {
                match self.lines.binary_search_by_key(&node, |line| line.node) {
                    Ok(found) => at = found,
                    // A provider of the claim, or a loop inside a line.
                    Err(_) => continue,
                }
            }
            self.lines[at].take(index, id, view);
        }
        self.lines.iter_mut().for_each(|line| line.read(view));
    }
}

impl Line {
    fn new(node: NodeIndex) -> Self {
        Self {
            node,
            head: NOWHERE,
            service: NOWHERE,
            others: [NOWHERE; 2],
            date: NOWHERE,
            has_prior: false,
            charge: Err(AmountError::Empty),
            period: None,
        }
    }

    /// Takes the next of its segments; the first of a kind counts.
    fn take(&mut self, index: u32, id: SegmentId, view: LoopView<'_>) {
        let place = match id {
            LX => &mut self.head,
            SV1 => &mut self.service,
            SV2 => &mut self.others[0],
            SV3 => &mut self.others[1],
            DTP if view.segment(index).value(1) == b"472" => &mut self.date,
            _ => return,
        };
        *place = (*place).min(index);
    }

    /// Reads its charge and its days.
    fn read(&mut self, view: LoopView<'_>) {
        let (service, element) = match (self.service, self.others) {
            (NOWHERE, [NOWHERE, dental]) => (dental, 2),
            (NOWHERE, [hospital, _]) => (hospital, 3),
            (service, _) => (service, 2),
        };
        if service != NOWHERE {
            self.charge = amount(view.segment(service).value(element));
        }
        if self.date != NOWHERE {
            let date = view.segment(self.date);
            self.period = dates::period(date.value(2), date.value(3));
        }
    }
}

pub(crate) fn judge(view: LoopView<'_>, batch: &mut Batch, sink: &mut Sink) {
    let Some(claim) = Claim::of(view) else { return };
    let head = claim.head();
    let at = At::inside(&head, view);
    batch.claims += 1;
    if batch.claims == CLAIMS_MAX + 1 {
        sink.report(&r::MANY_CLAIMS, at, r::MANY_CLAIMS.title);
    }
    let mut parts = std::mem::take(&mut batch.parts);
    parts.find(view);
    balance(&claim, &parts.lines, at, sink);
    if batch.professional {
        judge_parts(&claim, &parts, batch, at, sink);
    }
    batch.parts = parts;
}

fn judge_parts(claim: &Claim<'_>, parts: &Parts, batch: &mut Batch, at: At<'_>, sink: &mut Sink) {
    let view = claim.view();
    let day = parts.lines.iter().filter_map(|line| line.period).map(|period| period.0).min();
    let mut diagnoses = Vec::with_capacity(DIAGNOSES_USUAL);
    for index in &parts.diagnoses {
        let segment = view.segment(*index);
        for element in 1..=segment.len() {
            let [qualifier, code] = segment.components(element);
            if matches!(qualifier, b"ABK" | b"ABF" | b"BK" | b"BF") {
                diagnoses.push(Diagnosis { index: *index, element, qualifier, code });
            }
        }
    }
    let [place, _, frequency] = claim.head().components(5);
    if sink.judges(4) {
        patient(claim, batch, sink);
        situations(claim, place, frequency, at, sink);
        if parts.has_others {
            payers(claim, sink);
        }
        judge_diagnoses(claim, &diagnoses, day, at, sink);
    }
    codesets::place(place, day, at.component(5, 1), sink);
    for (line, number) in parts.lines.iter().zip(1..) {
        judge_line(view, line, number, (place, diagnoses.len()), batch.made, sink);
    }
}

fn balance(claim: &Claim<'_>, lines: &[Line], at: At<'_>, sink: &mut Sink) {
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

fn situations(claim: &Claim<'_>, place: &[u8], frequency: &[u8], at: At<'_>, sink: &mut Sink) {
    if matches!(frequency, b"7" | b"8") && claim.reference("F8").is_none() {
        sink.report(&r::ORIGINAL_NUMBER, at.component(5, 3), r::ORIGINAL_NUMBER.title);
    }
    let [first, second, third, state] = claim.head().components(11);
    let causes = [first, second, third];
    let is_accident = causes.iter().any(|cause| matches!(*cause, b"AA" | b"OA"));
    if is_accident && claim.view().qualified("DTP", &["439"]).is_none() {
        sink.report(&r::ACCIDENT_DATE, at.element(11), r::ACCIDENT_DATE.title);
    }
    if causes.contains(&b"AA".as_slice()) && state.is_empty() {
        sink.report(&r::ACCIDENT_STATE, at.component(11, 4), r::ACCIDENT_STATE.title);
    }
    if place == b"21" && claim.view().qualified("DTP", &["435"]).is_none() {
        sink.report(&r::ADMISSION_DATE, at.component(5, 1), r::ADMISSION_DATE.title);
    }
}

fn payers(claim: &Claim<'_>, sink: &mut Sink) {
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

/// One diagnosis: where it stands, and what was sent.
struct Diagnosis<'t> {
    /// HI, by index in the tree.
    index: u32,
    element: usize,
    qualifier: &'t [u8],
    code: &'t [u8],
}

fn judge_diagnoses(claim: &Claim<'_>, diagnoses: &[Diagnosis<'_>], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    for (position, diagnosis) in diagnoses.iter().enumerate() {
        let segment = claim.view().segment(diagnosis.index);
        let at = At::inside(&segment, claim.view()).component(diagnosis.element, 2);
        let before = &diagnoses[..position.min(DIAGNOSES_MAX)];
        if before.iter().any(|other| other.code == diagnosis.code) {
            sink.report(&r::SAME_DIAGNOSIS, at, r::SAME_DIAGNOSIS.title);
        }
        codesets::diagnosis(diagnosis.qualifier, diagnosis.code, day, at, sink);
    }
    let Some(day) = day else { return };
    let born = claim.patient().and_then(|patient| dates::day(patient.birth_date().0));
    if born.is_some_and(|born| day < born) {
        sink.report(&r::BORN_LATER, at, r::BORN_LATER.title);
    }
}

/// Judges a line of the claim at `claim`, whose place of service and number of diagnoses are given.
fn judge_line(
    claim: LoopView<'_>,
    line: &Line,
    number: u64,
    (claim_place, diagnosis_count): (&[u8], usize),
    made: Option<Date>,
    sink: &mut Sink,
) {
    let view = claim.at(line.node);
    if line.head != NOWHERE {
        let head = claim.segment(line.head);
        if count(head.value(1)) != Some(number) {
            let at = At::inside(&head, view).element(1);
            sink.report(&r::LINE_NUMBER, at, format!("LX01 should be {number}"));
        }
    }
    if line.service == NOWHERE {
        return;
    }
    let service = claim.segment(line.service);
    let at = At::inside(&service, view);
    if line.charge.is_ok_and(|charge| charge < Cents(0)) {
        sink.report(&r::NEGATIVE_CHARGE, at.element(2), r::NEGATIVE_CHARGE.title);
    }
    if amount(service.value(4)) == Ok(Cents(0)) {
        sink.report(&r::UNITS, at.element(4), r::UNITS.title);
    }
    pointers(&service, diagnosis_count, at, sink);
    if let (Some((_, last)), Some(made)) = (line.period, made)
        && last > made
    {
        // INVARIANT: a period was read from a date.
        let segment = claim.segment(line.date);
        let at = At::inside(&segment, view).element(3);
        sink.report(&r::FUTURE_SERVICE, at, r::FUTURE_SERVICE.title);
    }
    let [kind, procedure, modifiers @ .., description] = service.components::<7>(1);
    if is_unlisted(procedure) && description.is_empty() {
        sink.report(&r::UNLISTED, at.component(1, 2), r::UNLISTED.title);
    }
    let day = line.period.map(|period| period.0);
    if kind == b"HC" {
        codesets::procedure(procedure, day, at.component(1, 2), sink);
        for (code, component) in modifiers.into_iter().zip(3..) {
            if !code.is_empty() {
                codesets::modifier(code, procedure, at.component(1, component), sink);
            }
        }
    }
    let place = service.value(5);
    if !place.is_empty() && place != claim_place {
        codesets::place(place, day, at.element(5), sink);
    }
    if line.has_prior {
        adjudications(view, line.charge, sink);
    }
}

fn pointers(service: &Segment<'_>, diagnosis_count: usize, at: At<'_>, sink: &mut Sink) {
    let pointers = service.components::<4>(7).into_iter().filter(|pointer| !pointer.is_empty());
    for (pointer, position) in pointers.zip(1..) {
        let target = count(pointer);
        let exists = target.is_some_and(|target| target >= 1 && target <= diagnosis_count as u64);
        if !exists {
            let message =
                format!("pointer {position} points to a diagnosis that is not there; the claim has {diagnosis_count}");
            sink.report(&r::POINTER, at.component(7, position), message);
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
fn adjudications(line: LoopView<'_>, charge: Result<Cents, AmountError>, sink: &mut Sink) {
    let Ok(charge) = charge else { return };
    for prior in line.named("2430").filter_map(PriorAdjudication::of) {
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
