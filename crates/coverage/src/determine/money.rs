//! What the patient pays, as an interval with its basis.
//!
//! Only what the case says about the plan counts. What is not known widens the interval; it never becomes a point.

use codes::{Cents, CentsInterval, ProcedureCode};

use super::judge::Judged;
use super::question::Question;
use super::verdict::RowOfTable;
use crate::answer::{Dollars, Money, Route};
use crate::case::{Benefits, Line, LineCode, Network};
use crate::derive::network;
use crate::reference::PayerClass;

/// An amount between two bounds; no upper bound is known without `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Between {
    low: Cents,
    high: Option<Cents>,
}

impl Between {
    const fn exactly(amount: Cents) -> Self {
        Self { low: amount, high: Some(amount) }
    }

    const fn up_to(high: Option<Cents>) -> Self {
        Self { low: Cents::ZERO, high }
    }
}

/// What the patient pays for the line.
pub(super) fn money(question: &Question<'_>, judged: &Judged) -> Money {
    let mut basis = Vec::new();
    let charge = charge(question.line, &mut basis);
    let between = share(question, judged, charge, &mut basis);
    let other = !question.case.other_coverage.is_empty();
    let low = if other && between.low > Cents::ZERO {
        basis.push("Another plan may pay a part.".to_owned());
        Cents::ZERO
    } else {
        between.low
    };
    Money { charge: charge.map(Dollars), patient_low: Dollars(low), patient_high: between.high.map(Dollars), basis }
}

/// What is really charged for the line: its price, else the charges of its codes if every code has one.
fn charge(line: &Line, basis: &mut Vec<String>) -> Option<Cents> {
    let of_codes = || {
        let codes = line.codes.as_ref().filter(|codes| !codes.is_empty())?;
        let charges: Option<Vec<Cents>> = codes.iter().map(|code| code.charge).collect();
        Cents::checked_sum(charges?)
    };
    let charge = line.price.or_else(of_codes);
    match charge {
        Some(charge) => basis.push(format!("The charge is {charge}, as the case says.")),
        None => basis.push("The charge is not recorded.".to_owned()),
    }
    charge
}

fn share(question: &Question<'_>, judged: &Judged, charge: Option<Cents>, basis: &mut Vec<String>) -> Between {
    let class = question.class();
    if class == Some(PayerClass::Medicaid) && !matches!(judged.cell.route, Route::Stop) {
        basis.push(
            "A Medicaid patient owes what Medicaid says (42 CFR 447.15), or what was agreed in writing before."
                .to_owned(),
        );
    }
    match (judged.cell.route, judged.row) {
        (Route::Stop, _) => {
            basis.push("Nothing may be collected: it must not be done or billed so.".to_owned());
            Between::exactly(Cents::ZERO)
        }
        (Route::SelfPay, _) => {
            basis.push("The plan pays nothing, so the patient pays the whole charge.".to_owned());
            charge.map_or(Between::up_to(None), Between::exactly)
        }
        (Route::PatientClaim, _) => claimed_by_patient(question, charge, basis),
        (Route::Claim, RowOfTable::Covered) => billed(question, charge, basis),
        (Route::Claim, RowOfTable::NotCovered) if judged.cell.modifier == Some("GZ") => {
            basis.push("Without an ABN the practice bears a denial; the patient owes nothing.".to_owned());
            Between::exactly(Cents::ZERO)
        }
        (Route::Claim, RowOfTable::NotCovered) => {
            basis.push("If Medicare denies the claim, as expected, the patient pays the charge.".to_owned());
            Between::up_to(charge)
        }
        (_, RowOfTable::NotCovered | RowOfTable::NotHere) => {
            basis.push(
                "The plan is not expected to pay; whether the patient may be charged has to be asked first.".to_owned(),
            );
            Between::up_to(charge)
        }
        _ => {
            let share = if class == Some(PayerClass::SelfPay) {
                Between::up_to(charge)
            } else {
                billed(question, charge, basis)
            };
            basis.push("If the plan does not pay, it can be up to the whole charge.".to_owned());
            Between { low: share.low, high: charge }
        }
    }
}

/// One code of the line, as far as its price is concerned.
struct Priced {
    code: ProcedureCode,
    units: Option<u32>,
    discarded: u32,
    charge: Option<Cents>,
}

fn priced(question: &Question<'_>) -> Vec<Priced> {
    match question.line.codes.as_deref() {
        Some(codes) if !codes.is_empty() => {
            let priced = |code: &LineCode| Priced {
                code: code.code,
                units: code.units,
                discarded: code.wasted.unwrap_or(0),
                charge: code.charge,
            };
            codes.iter().map(priced).collect()
        }
        _ => {
            let usual = question.inputs.billed.iter().flatten();
            usual.map(|billed| Priced { code: billed.code, units: billed.units, discarded: 0, charge: None }).collect()
        }
    }
}

/// What the plan allows for the line: the sum over its codes, where every code and its units are known.
fn allowed(question: &Question<'_>, charge: Option<Cents>, basis: &mut Vec<String>) -> Between {
    let benefits = &question.case.coverage.benefits;
    let codes = priced(question);
    let sum = |discarded: bool, lesser: bool| -> Option<Cents> {
        let of_code = |priced: &Priced| {
            // A procedure is one unit unless the case says more; units of a drug are never guessed.
            let units = priced.units.or_else(|| priced.code.is_cpt().then_some(1))?;
            let units = i64::from(units) + if discarded { i64::from(priced.discarded) } else { 0 };
            let allowed = benefits.allowed.get(&priced.code)?.checked_mul(units)?;
            Some(priced.charge.filter(|charge| lesser && *charge < allowed).unwrap_or(allowed))
        };
        let known: Option<Vec<Cents>> = codes.iter().map(of_code).collect();
        known.filter(|known| !known.is_empty()).and_then(Cents::checked_sum)
    };
    let (Some(given), Some(whole), Some(lesser)) = (sum(false, false), sum(true, false), sum(true, true)) else {
        if let Some(schedule) = by_schedule(question, charge, basis) {
            return schedule;
        }
        basis.push("What the plan allows is not known: anything from nothing to the charge.".to_owned());
        return Between::up_to(charge);
    };
    let from = format!("by the figures in the case{}", checked(benefits));
    if question.class() != Some(PayerClass::OriginalMedicare) {
        let says = if given == whole {
            format!("The plan allows {given}, {from}.")
        } else {
            format!("The plan allows {given}, or {whole} if it pays for discarded units, {from}.")
        };
        basis.push(says);
        return Between { low: given, high: Some(whole) };
    }
    // Medicare pays for what is left of a single-dose vial (Claims Processing Manual chapter 17 section 40), and on the
    // lesser of charge and fee schedule (42 U.S.C. 1395w-4(a)(1)).
    let with_discarded = if given == whole { "" } else { " with the discarded units" };
    basis.push(format!("Medicare allows {whole}{with_discarded}, {from}."));
    let lesser = charge.map_or(lesser, |charge| lesser.min(charge));
    if lesser < whole {
        basis.push(format!("A charge is lower; Medicare pays on the lesser amount, {lesser}."));
    }
    Between::exactly(lesser)
}

/// What the public fee schedule allows, for Original Medicare alone: others may pay by it and need not.
fn by_schedule(question: &Question<'_>, charge: Option<Cents>, basis: &mut Vec<String>) -> Option<Between> {
    let schedule = question.line.fee_schedule.as_ref()?;
    if question.class() != Some(PayerClass::OriginalMedicare) {
        return None;
    }
    basis.push(schedule.says.clone());
    let lesser = |amount: Cents| charge.map_or(amount, |charge| charge.min(amount));
    let CentsInterval { low, high } = schedule.allowed;
    Some(Between { low: lesser(low), high: Some(lesser(high?)) })
}

fn checked(benefits: &Benefits) -> String {
    benefits.checked.map_or_else(String::new, |day| format!(", checked on {day}"))
}

/// The patient's share of a claim that the practice sends.
fn billed(question: &Question<'_>, charge: Option<Cents>, basis: &mut Vec<String>) -> Between {
    let allowed = allowed(question, charge, basis);
    cost_share(question, allowed, basis)
}

/// Deductible, coinsurance and copay of an allowed amount, never more than the amount itself.
fn cost_share(question: &Question<'_>, allowed: Between, basis: &mut Vec<String>) -> Between {
    let benefits = &question.case.coverage.benefits;
    // Part B has no copay for these services; every other plan may have one that the case does not tell.
    let no_copay = question.class() == Some(PayerClass::OriginalMedicare);
    let copay = benefits.copay.or(no_copay.then_some(Cents::ZERO));
    let unknown: Vec<&str> = [
        (benefits.deductible_remaining.is_some(), "what is left of the deductible"),
        (benefits.coinsurance_percent.is_some(), "the coinsurance"),
        (copay.is_some(), "the copay"),
    ]
    .into_iter()
    .filter_map(|(known, name)| (!known).then_some(name))
    .collect();
    if !unknown.is_empty() {
        basis.push(format!("Not recorded: {}.", unknown.join(", ")));
    }
    let low = part(benefits, copay, allowed.low, Bound::Low);
    let high = allowed.high.map(|allowed| part(benefits, copay, allowed, Bound::High));
    let cap = benefits.out_of_pocket_remaining;
    if let Some(cap) = cap {
        basis.push(format!("The plan pays everything beyond {cap} out of pocket."));
    }
    let capped = |amount: Cents| cap.map_or(amount, |cap| amount.min(cap));
    let (low, high) = (capped(low), high.map(capped).or(cap));
    if high == Some(low) {
        basis.push(format!("The patient's share is {low}."));
    }
    Between { low, high }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Low,
    High,
}

/// One bound of the patient's part of an allowed amount.
fn part(benefits: &Benefits, copay: Option<Cents>, allowed: Cents, bound: Bound) -> Cents {
    let unknown = |least: Cents, most: Cents| if bound == Bound::Low { least } else { most };
    let deductible = benefits.deductible_remaining.unwrap_or_else(|| unknown(Cents::ZERO, allowed)).min(allowed);
    let rest = allowed.checked_sub(deductible).unwrap_or(Cents::ZERO);
    let percent = benefits.coinsurance_percent.unwrap_or(if bound == Bound::Low { 0 } else { 100 });
    // INVARIANT: a percentage of at most 100 of an amount fits where the amount fits.
    let coinsurance = rest.mul_ratio(i64::from(percent), 100).unwrap_or(rest);
    let by_amount = deductible.checked_add(coinsurance).unwrap_or(allowed);
    let Some(copay) = copay else {
        // A small copay may stand in place of everything else, or a large one beside it.
        return unknown(Cents::ZERO, allowed);
    };
    // Plans differ on whether a copay stands beside the deductible or in its place.
    let together = by_amount.checked_add(copay).unwrap_or(allowed);
    let share = match bound {
        _ if copay == Cents::ZERO => by_amount,
        _ if by_amount == Cents::ZERO => copay,
        Bound::Low => by_amount.min(copay),
        Bound::High => together,
    };
    share.min(allowed)
}

/// The patient pays the charge and the plan pays back a part of what it allows.
fn claimed_by_patient(question: &Question<'_>, charge: Option<Cents>, basis: &mut Vec<String>) -> Between {
    basis.push("The patient pays the charge and asks the plan to pay a part back.".to_owned());
    let Some(charge) = charge else { return Between::up_to(None) };
    let allowed = allowed(question, Some(charge), basis);
    let share = cost_share(question, allowed, basis);
    if network(question.case) == Some(Network::Out) {
        basis.push("Out of network the patient also bears what the charge is above the allowed amount.".to_owned());
    }
    // The most that can come back is the allowed amount without any share of the patient.
    let most_back = allowed.high.map_or(charge, |high| high.min(charge)).checked_sub(share.low).unwrap_or(Cents::ZERO);
    let least_back = match share.high {
        Some(high) => allowed.low.min(charge).checked_sub(high).unwrap_or(Cents::ZERO).max(Cents::ZERO),
        None => Cents::ZERO,
    };
    Between {
        low: charge.checked_sub(most_back.max(Cents::ZERO)).unwrap_or(Cents::ZERO).max(Cents::ZERO),
        high: charge.checked_sub(least_back),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(amount: i64) -> Cents {
        Cents(amount * 100)
    }

    fn bounds(benefits: &Benefits, copay: Option<Cents>, allowed: Cents) -> (Cents, Cents) {
        (part(benefits, copay, allowed, Bound::Low), part(benefits, copay, allowed, Bound::High))
    }

    fn known() -> Benefits {
        Benefits { deductible_remaining: Some(dollars(100)), coinsurance_percent: Some(20), ..Benefits::default() }
    }

    #[test]
    fn everything_known_is_a_point() {
        let none = Some(Cents::ZERO);
        assert_eq!(bounds(&known(), none, dollars(600)), (dollars(200), dollars(200)));
        assert_eq!(bounds(&known(), none, dollars(60)), (dollars(60), dollars(60)));
        let copay_only = Benefits { deductible_remaining: none, coinsurance_percent: Some(0), ..Benefits::default() };
        assert_eq!(bounds(&copay_only, Some(dollars(40)), dollars(600)), (dollars(40), dollars(40)));
    }

    #[test]
    fn a_cent_is_rounded_half_up() {
        let benefits = Benefits { deductible_remaining: Some(Cents::ZERO), ..known() };
        assert_eq!(bounds(&benefits, Some(Cents::ZERO), Cents(12_343)).0, Cents(2_469));
    }

    #[test]
    fn what_is_not_known_widens_the_interval() {
        assert_eq!(bounds(&Benefits::default(), None, dollars(600)), (Cents::ZERO, dollars(600)));
        assert_eq!(bounds(&known(), None, dollars(600)), (Cents::ZERO, dollars(600)));
        let no_deductible = Benefits { deductible_remaining: None, ..known() };
        assert_eq!(bounds(&no_deductible, Some(Cents::ZERO), dollars(600)), (dollars(120), dollars(600)));
    }

    /// Plans differ on whether a copay stands beside the deductible, so both readings are within the bounds.
    #[test]
    fn copay_and_coinsurance_may_be_one_or_both() {
        assert_eq!(bounds(&known(), Some(dollars(40)), dollars(600)), (dollars(40), dollars(240)));
    }
}
