//! Level 5: code sets on the date of service, and identifiers that check themselves.

use codes::{CarcCode, IcdCode, Modifier, Npi, NpiError, PlaceOfService, ProcedureCode, RarcCode, StateCode};
use codes::{adjustment::AdjustmentStatus, hcpcs, icd10, place_of_service};
use jiff::civil::{Date, date};

use crate::judge::finding::is_wordy;
use crate::judge::known::{Check, Key};
use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::segment::{Segment, SegmentId};

/// ICD-10-CM replaced ICD-9-CM for services from this day on (45 CFR 162.1002).
const ICD_10_FROM: Date = date(2015, 10, 1);

const NM1: SegmentId = SegmentId::new(b"NM1");
const N1: SegmentId = SegmentId::new(b"N1");
const N4: SegmentId = SegmentId::new(b"N4");
const LIN: SegmentId = SegmentId::new(b"LIN");

/// Whether segments with this identifier have something that [`segment`] checks.
#[inline]
pub(crate) fn has_code(id: SegmentId) -> bool {
    matches!(id, NM1 | N1 | N4 | LIN)
}

/// Checks that need no date.
pub(crate) fn segment(segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
    match segment.id() {
        NM1 if segment.value(8) == b"XX" => npi(segment.value(9), at.element(9), sink),
        N1 if segment.value(3) == b"XX" => npi(segment.value(4), at.element(4), sink),
        N4 if matches!(segment.value(4), b"" | b"US") => address(segment, at, sink),
        LIN if segment.value(2) == b"N4" => {
            let code = segment.value(3);
            if code.len() != 11 || !code.iter().all(u8::is_ascii_digit) {
                sink.report(&r::DRUG, at.element(3), r::DRUG.title);
            }
        }
        _ => {}
    }
}

fn npi(value: &[u8], at: At<'_>, sink: &mut Sink) {
    if value.is_empty() || Npi::is_one(value) {
        return;
    }
    let message = match parsed::<Npi>(value) {
        Some(Ok(_)) => return,
        Some(Err(NpiError::CheckDigit { expected, found, .. })) => {
            format!("the NPI's check digit is {found}; its first nine digits call for {expected}")
        }
        Some(Err(NpiError::FirstDigit { .. })) => "an NPI starts with 1 or 2".to_owned(),
        _ => "an NPI has ten digits".to_owned(),
    };
    sink.report(&r::NPI_DIGIT, at, message);
}

fn address(segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
    let state = segment.value(2);
    sink.once(Key::new(Check::State, state, b"", None), |sink| {
        if !state.is_empty() && !matches!(parsed::<StateCode>(state), Some(Ok(_))) {
            let message = format!("{} is no state or territory", quoted(state));
            sink.report(&r::STATE, at.element(2), message);
        }
    });
    let postal = segment.value(3);
    let good = matches!(postal.len(), 0 | 5 | 9) && postal.iter().all(u8::is_ascii_digit);
    if !good {
        sink.report(&r::POSTAL, at.element(3), r::POSTAL.title);
    }
}

/// A diagnosis of a claim whose first service is on `day`.
pub(crate) fn diagnosis(qualifier: &[u8], code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Diagnosis, code, qualifier, day);
    sink.once(key, |sink| any_diagnosis(qualifier, code, day, at, sink));
}

fn any_diagnosis(qualifier: &[u8], code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    if code.contains(&b'.') {
        sink.report(&r::DIAGNOSIS_POINT, at, r::DIAGNOSIS_POINT.title);
        return;
    }
    let Some(day) = day else { return };
    let is_tenth = matches!(qualifier, b"ABK" | b"ABF");
    if is_tenth != (day >= ICD_10_FROM) {
        let expected = if is_tenth { "ICD-9-CM" } else { "ICD-10-CM" };
        let message = format!("services on {day} are coded in {expected}");
        sink.report(&r::DIAGNOSIS_EDITION, at, message);
        return;
    }
    if !is_tenth {
        return;
    }
    let Some(Ok(code)) = parsed::<IcdCode>(code) else {
        sink.report(&r::DIAGNOSIS, at, format!("{} has not the form of an ICD-10-CM code", quoted(code)));
        return;
    };
    match sink.lists.diagnosis(code, day) {
        icd10::IcdStatus::Billable | icd10::IcdStatus::OutsideWindow { .. } => {}
        icd10::IcdStatus::Header { examples, billable_below } => {
            let example = examples.first().map(|code| format!(", such as {code}")).unwrap_or_default();
            let message = format!("{code} is not complete; {billable_below} longer codes exist{example}");
            sink.report(&r::DIAGNOSIS_HEADER, at, message);
        }
        icd10::IcdStatus::Unknown { .. } => {
            let message = format!("{code} is no ICD-10-CM code on {day}");
            sink.report(&r::DIAGNOSIS, at, message);
        }
        icd10::IcdStatus::NotValidOn { from, until } => {
            let message = format!("{code} was not valid on {day}{}", window(from, until));
            sink.report(&r::DIAGNOSIS_DATE, at, message);
        }
    }
}

/// A CPT or HCPCS code of a service on `day`.
pub(crate) fn procedure(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Procedure, code, b"", day);
    sink.once(key, |sink| any_procedure(code, day, at, sink));
}

fn any_procedure(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    if code.is_empty() {
        return;
    }
    let shown = || quoted(code);
    let Some(Ok(code)) = parsed::<ProcedureCode>(code) else {
        sink.report(&r::PROCEDURE_FORM, at, format!("{} has not the form of a procedure code", shown()));
        return;
    };
    let Some(day) = day else { return };
    match sink.lists.procedure(code, day) {
        hcpcs::CodeStatus::Unknown { .. } => {
            sink.report(&r::PROCEDURE, at, format!("{} is no HCPCS code on {day}", shown()));
        }
        hcpcs::CodeStatus::NotValidOn { from, until } => {
            let message = format!("{} was not valid on {day}{}", shown(), window(from, until));
            sink.report(&r::PROCEDURE_DATE, at, message);
        }
        _ => {}
    }
}

/// A modifier of `procedure`.
pub(crate) fn modifier(code: &[u8], procedure: &[u8], at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Modifier, procedure, code, None);
    sink.once(key, |sink| any_modifier(code, procedure, at, sink));
}

fn any_modifier(code: &[u8], procedure: &[u8], at: At<'_>, sink: &mut Sink) {
    // Ambulance lines carry where the trip began and ended, one letter each, in place of a
    // modifier (CMS Pub. 100-04, chapter 15).
    let trip = procedure.starts_with(b"A0") && code.iter().all(|place| b"DEGHIJNPRSX".contains(place));
    if trip && code.len() == 2 {
        return;
    }
    let known = matches!(parsed::<Modifier>(code), Some(Ok(modifier)) if modifier.exists());
    if !known {
        let message = format!("modifier {} is not on the list", quoted(code));
        sink.report(&r::MODIFIER, at, message);
    }
}

pub(crate) fn place(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Place, code, b"", day);
    sink.once(key, |sink| any_place(code, day, at, sink));
}

fn any_place(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let shown = || quoted(code);
    let unassigned = match parsed::<PlaceOfService>(code) {
        Some(Ok(place)) => {
            day.is_some_and(|day| place_of_service::lookup(place, day) == place_of_service::PlaceStatus::Unassigned)
        }
        _ => true,
    };
    if unassigned {
        sink.report(&r::PLACE, at, format!("{} is no place of service", shown()));
    }
}

/// An adjustment reason code in a remittance of `day`.
pub(crate) fn reason(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Reason, code, b"", day);
    sink.once(key, |sink| any_reason(code, day, at, sink));
}

fn any_reason(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    if code.is_empty() {
        return;
    }
    let shown = || quoted(code);
    match (parsed::<CarcCode>(code), day) {
        (Some(Ok(code)), Some(day)) => {
            if let Some(fault) = inactive(code.status(day)) {
                sink.report(&r::REASON, at, format!("adjustment reason {} {fault} on {day}", shown()));
            }
        }
        (Some(Ok(_)), None) => {}
        _ => sink.report(&r::REASON, at, format!("{} is no adjustment reason code", shown())),
    }
}

/// A remark code in a remittance of `day`.
pub(crate) fn remark(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let key = Key::new(Check::Remark, code, b"", day);
    sink.once(key, |sink| any_remark(code, day, at, sink));
}

fn any_remark(code: &[u8], day: Option<Date>, at: At<'_>, sink: &mut Sink) {
    let shown = || quoted(code);
    match (parsed::<RarcCode>(code), day) {
        (Some(Ok(code)), Some(day)) => {
            if let Some(fault) = inactive(code.status(day)) {
                sink.report(&r::REMARK, at, format!("remark {} {fault} on {day}", shown()));
            }
        }
        (Some(Ok(_)), None) => {}
        _ => sink.report(&r::REMARK, at, format!("{} is no remark code", shown())),
    }
}

/// A code for a message; words that stand where a code should are not repeated.
fn quoted(code: &[u8]) -> String {
    if is_wordy(code) || code.len() > 12 { "the value".to_owned() } else { format!("`{}`", crate::view::text(code)) }
}

fn inactive(status: AdjustmentStatus) -> Option<&'static str> {
    match status {
        AdjustmentStatus::Active | AdjustmentStatus::NotChecked => None,
        AdjustmentStatus::Inactive { .. } => Some("was not in use"),
        AdjustmentStatus::Unknown => Some("was on no list"),
    }
}

fn window(from: Option<Date>, until: Option<Date>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("; it was from {from} until before {until}"),
        (Some(from), None) => format!("; it is from {from} on"),
        (None, Some(until)) => format!("; it ended before {until}"),
        (None, None) => String::new(),
    }
}

fn parsed<T: std::str::FromStr>(value: &[u8]) -> Option<Result<T, T::Err>> {
    std::str::from_utf8(value).ok().map(str::parse)
}
