//! How patients, plans, clinicians and visits are called on pages.

use std::collections::HashMap;

use library::Library;
use serde_json::Value;
use store::nouns::{Clinician, Coverage, Facility, Patient, Visit};
use store::{Id, Query, Stored};

use super::parts;
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// `Family, Given`
pub(crate) fn name(patient: &Patient) -> String {
    let given = patient.preferred.reveal().as_ref().unwrap_or_else(|| patient.given.reveal());
    format!("{}, {given}", patient.family.reveal())
}

/// The date of birth, or that it is not recorded.
pub(crate) fn born(patient: &Patient) -> String {
    patient.birth_date.reveal().map_or_else(|| "not recorded".to_owned(), parts::day)
}

/// Name and licence.
pub(crate) fn clinician_name(clinician: &Clinician) -> String {
    let license =
        clinician.licences.first().map(|licence| licence.kind.as_str()).or_else(|| clinician.case["license"].as_str());
    license.map_or_else(|| clinician.name.clone(), |license| format!("{}, {license}", clinician.name))
}

/// The plan by the name of its payer.
pub(crate) fn plan_name(library: &Library, coverage: &Coverage) -> String {
    let case = coverage.case.reveal();
    let payer = case["payer"].as_str().unwrap_or_default();
    let name = library.payers().get(payer).map_or(payer, |payer| payer.name.as_str());
    let name = if name.is_empty() { "plan without a payer" } else { name };
    match case["plan"].as_str().or_else(|| case["product"].as_str()) {
        Some(plan) => format!("{}, {}", parts::sentence(name), plan.to_uppercase()),
        None => parts::sentence(name),
    }
}

/// What is done at a visit, in the words of the menu.
pub(crate) fn what(library: &Library, case: &Value) -> String {
    let lines = case["line"].as_array().map_or(&[][..], Vec::as_slice);
    let says = |line: &Value| {
        let written = line["treatment"].as_str()?;
        let name = library.menu().find(written).map_or(written.to_owned(), |found| found.treatment.name.clone());
        let purpose = match line["purpose"].as_str() {
            Some("cosmetic") => ", for looks",
            Some("medical") => ", medical",
            _ => "",
        };
        Some(format!("{name}{purpose}"))
    };
    let said: Vec<String> = lines.iter().filter_map(says).collect();
    if said.is_empty() { "nothing recorded".to_owned() } else { said.join("; ") }
}

/// The facilities at which somebody works, by name.
pub(crate) async fn facilities(desk: &Desk, who: &Who) -> Result<Vec<Stored<Facility>>, Problem> {
    let mut all = desk.store().peek_all(&Query::<Facility>::all()).await?.items;
    all.retain(|facility| facility.active && who.works_at(facility.id));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// The clinicians who treat, by name.
pub(crate) async fn clinicians(desk: &Desk) -> Result<Vec<Stored<Clinician>>, Problem> {
    let mut all = desk.store().peek_all(&Query::<Clinician>::all()).await?.items;
    all.retain(|clinician| clinician.active);
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// The names of the patients of visits; each is entered in the audit as shown.
pub(crate) async fn patients_of(
    desk: &Desk,
    who: &Who,
    visits: &[Stored<Visit>],
) -> Result<HashMap<Id<Patient>, String>, Problem> {
    named(desk, who, visits.iter().map(|visit| visit.patient)).await
}

/// The names of patients.
pub(crate) async fn named(
    desk: &Desk,
    who: &Who,
    ids: impl Iterator<Item = Id<Patient>>,
) -> Result<HashMap<Id<Patient>, String>, Problem> {
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = desk.list(who, &Query::<Patient>::all().ids(ids)).await?.items;
    Ok(found.iter().map(|patient| (patient.id, name(patient))).collect())
}
