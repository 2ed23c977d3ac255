//! Facts about who performs, orders, examines and supervises, on the date of service.

use jiff::civil::Date;
use policy::inputs::Known;

use super::{Facts, on_list};
use crate::case::{Case, Clinician, License, Occurrence};

pub(super) fn people(case: &Case, facts: &mut Facts<'_>) {
    let clinician = &case.clinician;
    facts.word("clinician_license", clinician.license.map(License::word));
    facts.yes_no("clinician_license_active", license_active(case));
    facts.yes_no("clinician_excluded", clinician.excluded);
    facts.yes_no("clinician_enrolled", on_list(case, clinician.enrolled.as_deref()));
    facts.yes_no("clinician_opted_out", opted_out(clinician, case.date));
    facts.word("supervisor_license", clinician.supervisor.map(|supervisor| supervisor.word()));
    facts.word("exam_by", clinician.exam_by.map(|examiner| examiner.word()));
    facts.yes_no("exam_on_file", happened_by(clinician.exam, case.date));
    facts.yes_no("order_on_file", happened_by(clinician.order, case.date));
    owners(case, facts);
}

/// Who owns the practice. A list that was given is complete; without one the gates on ownership do not ask.
fn owners(case: &Case, facts: &mut Facts<'_>) {
    let owners = &case.owners;
    facts.yes_no("owners_recorded", Some(!owners.is_empty()));
    facts.word("billing_entity", case.billing.entity.map(|entity| entity.word()));
    facts.yes_no("management_company", case.billing.management_company);
    if owners.is_empty() {
        return;
    }
    let some = |of: &[License]| {
        let known = owners.iter().any(|owner| owner.license.is_some_and(|license| of.contains(&license)));
        let open = owners.iter().any(|owner| owner.license.is_none());
        if known { Some(true) } else { (!open).then_some(false) }
    };
    let physicians = [License::Md, License::Do];
    facts.yes_no("owner_lay", some(&[License::Unlicensed]));
    facts.yes_no("owner_np", some(&[License::Np, License::Cns]));
    facts.yes_no("owner_pa", some(&[License::Pa]));
    let share = |owner: &crate::case::Owner| {
        let is_physician = physicians.contains(&owner.license?);
        Some(if is_physician { owner.percent? } else { 0 })
    };
    let shares: Option<Vec<u32>> = owners.iter().map(share).collect();
    if let Some(shares) = shares {
        let sum = i64::from(shares.iter().sum::<u32>());
        facts.put("physician_percent", Some(Known::Number(policy::ast::Number::whole(sum))));
    }
}

/// Whether the licence is in force on the date of service, in the state of service. One known reason against it is
/// enough for "no"; "yes" needs its state and its last day.
fn license_active(case: &Case) -> Option<bool> {
    let Clinician { license, license_state, license_from, license_expires, .. } = &case.clinician;
    let elsewhere = match (license_state, case.facility.state) {
        (Some(issued), Some(service)) => Some(*issued != service),
        _ => None,
    };
    let ended = license_expires.map(|last| case.date > last);
    let not_yet = license_from.is_some_and(|first| case.date < first);
    if *license == Some(License::Unlicensed) || elsewhere == Some(true) || ended == Some(true) || not_yet {
        return Some(false);
    }
    (license.is_some() && elsewhere.is_some() && ended.is_some()).then_some(true)
}

/// Whether the date lies in the Medicare opt-out. It renews by itself, so without a last day it goes on
/// (42 CFR 405.400); with a last day alone it is taken to have begun.
fn opted_out(clinician: &Clinician, date: Date) -> Option<bool> {
    let not_over = clinician.opted_out_until.is_none_or(|last| date <= last);
    match clinician.opted_out_from {
        Some(Occurrence::Never) => Some(false),
        Some(Occurrence::On(first)) => Some(first <= date && not_over),
        Some(Occurrence::Undated) => Some(not_over),
        None => clinician.opted_out_until.map(|last| date <= last),
    }
}

/// Whether something that must precede the service did.
fn happened_by(occurrence: Option<Occurrence>, date: Date) -> Option<bool> {
    occurrence.map(|occurrence| match occurrence {
        Occurrence::Never => false,
        Occurrence::On(day) => day <= date,
        Occurrence::Undated => true,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::case::Facility;

    fn case(license_state: &str, service_state: &str, last: Option<Date>) -> Case {
        let mut case = Case::new(date(2026, 11, 23));
        let state = |text: &str| text.parse().ok();
        case.facility = Facility { state: state(service_state), ..Facility::default() };
        case.clinician = Clinician {
            license: Some(License::Rn),
            license_state: state(license_state),
            license_expires: last,
            ..Clinician::default()
        };
        case
    }

    #[test]
    fn license_on_its_last_day() {
        let last = |day| Some(date(2026, 11, day));
        assert_eq!(license_active(&case("MI", "MI", last(23))), Some(true));
        assert_eq!(license_active(&case("MI", "MI", last(22))), Some(false));
        assert_eq!(license_active(&case("OH", "MI", last(30))), Some(false));
        assert_eq!(license_active(&case("", "MI", last(30))), None);
        assert_eq!(license_active(&case("MI", "", last(22))), Some(false));
        assert_eq!(license_active(&case("MI", "MI", None)), None);
    }

    #[test]
    fn opt_out_runs_to_its_last_day() {
        let on = |from, until| {
            opted_out(
                &Clinician { opted_out_from: from, opted_out_until: until, ..Clinician::default() },
                date(2026, 11, 23),
            )
        };
        let first = Some(Occurrence::On(date(2025, 7, 1)));
        assert_eq!(on(first, Some(date(2026, 11, 23))), Some(true));
        assert_eq!(on(first, Some(date(2026, 11, 22))), Some(false));
        assert_eq!(on(first, None), Some(true));
        assert_eq!(on(Some(Occurrence::On(date(2026, 11, 24))), None), Some(false));
        assert_eq!(on(Some(Occurrence::Never), None), Some(false));
        assert_eq!(on(None, None), None);
    }
}
