//! What the imported fee schedule says about the lines of a case.

use codebook::price::{Asked, Schedule, Setting};
use codebook::{Store, StoreError};
use codes::place_of_service::{self, PlaceStatus};
use codes::{Cents, CentsInterval};
use coverage::case::{Case, FeeSchedule, License};
use coverage::reference::PayerClass;

/// Adds to every line what Medicare allows for it, where the schedule and the case tell enough.
pub(crate) fn add_to(case: &mut Case, store: &Store) -> Result<(), StoreError> {
    if case.coverage.class != Some(PayerClass::OriginalMedicare) {
        return Ok(());
    }
    let Some(state) = case.facility.state else { return Ok(()) };
    let schedule = Schedule::on(store, case.date)?;
    let mut asked: Vec<(usize, Asked)> = Vec::new();
    for (index, line) in case.lines.iter().enumerate() {
        for code in line.codes.iter().flatten() {
            // A procedure is one unit unless the case says more; units of a drug are never guessed.
            let Some(units) = code.units.or_else(|| code.code.is_cpt().then_some(1)) else { return Ok(()) };
            let discarded = code.wasted.unwrap_or(0);
            let modifiers = code.modifiers.clone().unwrap_or_default();
            asked.push((index, Asked { code: code.code, modifiers, units: units.saturating_add(discarded) }));
        }
    }
    let visit: Vec<Asked> = asked.iter().map(|(_, asked)| asked.clone()).collect();
    let mut bounds: Vec<Option<(Cents, Cents)>> = vec![None; case.lines.len()];
    let settings = settings(case, &schedule, state.as_str());
    for setting in &settings {
        let price = schedule.price(&visit, setting);
        for (index, bound) in bounds.iter_mut().enumerate() {
            let of_line = price.lines.iter().zip(&asked).filter(|(_, (line, _))| *line == index);
            let amounts: Option<Vec<Cents>> = of_line.map(|(line, _)| line.allowed.clone().ok()).collect();
            let Some(sum) = amounts.filter(|amounts| !amounts.is_empty()).and_then(Cents::checked_sum) else {
                continue;
            };
            let (low, high) = bound.unwrap_or((sum, sum));
            *bound = Some((low.min(sum), high.max(sum)));
        }
    }
    let vintage = schedule.vintage();
    for (line, bound) in case.lines.iter_mut().zip(bounds) {
        let Some((low, high)) = bound else { continue };
        let Some(allowed) = CentsInterval::new(low, high) else { continue };
        let amount = if low == high { low.to_string() } else { format!("from {low} to {high}") };
        let hangs = if settings.len() > 1 { ", depending on locality, setting or who bills" } else { "" };
        let says = format!(
            "Medicare allows {amount} by its fee schedule of {vintage} for {state}{hangs}, if the biller participates."
        );
        line.fee_schedule = Some(FeeSchedule { allowed, says });
    }
    Ok(())
}

/// Every setting that the case leaves possible.
fn settings(case: &Case, schedule: &Schedule, state: &str) -> Vec<Setting> {
    let facility = match case.facility.place_of_service.map(|place| place_of_service::lookup(place, case.date)) {
        Some(PlaceStatus::Assigned { setting, .. }) => vec![setting == place_of_service::Setting::Facility],
        _ => vec![false, true],
    };
    // Under a physician's supervision the same work may be billed as the physician's.
    let non_physician = match case.clinician.license {
        Some(License::Md | License::Do) => vec![false],
        Some(License::Np | License::Cns | License::Pa) if case.clinician.supervisor.is_none() => vec![true],
        _ => vec![false, true],
    };
    let mut settings = Vec::new();
    for (locality, _) in schedule.localities(state) {
        for facility in &facility {
            for non_physician in &non_physician {
                settings.push(Setting {
                    day: case.date,
                    locality: locality.clone(),
                    facility: *facility,
                    non_physician: *non_physician,
                    participates: true,
                    part: "nonqpp".to_owned(),
                });
            }
        }
    }
    settings
}
