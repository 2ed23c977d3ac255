//! Facts that a claim line shows by itself.

use codes::Cents;
use codes::dates::{Due, months_between};
use jiff::civil::Date;
use policy::ast::Number;
use policy::inputs::{Inputs, Known};

use super::Terms;
use crate::case::{Case, DrugSource, License, Line, LineCode, Notice, NoticeKind, Occurrence, Purpose};
use crate::derive::purpose;
use crate::reference::{PayerClass, Reference};

/// Modifiers that checks ask for, with their facts.
const MODIFIERS: [(&str, &str); 5] = [
    ("GA", "claim_has_ga"),
    ("GY", "claim_has_gy"),
    ("GZ", "claim_has_gz"),
    ("JW", "claim_has_jw"),
    ("JZ", "claim_has_jz"),
];

/// The facts of one line that checks ask for and no other policy does.
pub(crate) fn facts_of_line(case: &Case, at: usize, reference: &dyn Reference, terms: &Terms, inputs: &mut Inputs) {
    let line = &case.lines[at];
    let codes = line.codes.as_deref().unwrap_or_default();
    let vial_size = inputs.facts.get("vial_size_units").and_then(whole);
    let mut yes_no = |fact: &str, value: Option<bool>| {
        if let Some(value) = value {
            inputs.facts.insert(fact.to_owned(), Known::YesNo(value));
        }
    };
    yes_no("named_for_looks", line.menu_name.as_deref().map(|name| speaks_of_looks(name, terms)));
    for (modifier, fact) in MODIFIERS {
        yes_no(fact, has_modifier(codes, modifier));
    }
    yes_no("units_fill_whole_vials", vial_size.and_then(|size| fills_vials(codes, size)));
    yes_no("license_lapsed", case.clinician.license_expires.map(|last| case.date > last));
    yes_no("owner_excluded", any(case.owners.iter().map(|owner| owner.excluded)));
    yes_no("owner_is_licensed", owners_licensed(case));
    notices(case, codes, terms, &mut yes_no);
    yes_no("charge_differs_from_price", charge_differs(line));
    yes_no("charge_above_limiting_charge", above_limiting_charge(case, codes, terms));
    yes_no("free_service_for_looks_that_day", free_service_beside(case, at));
    yes_no("brand_code_billed", brand_code_billed(codes, line, reference));
    yes_no("ndc_on_claim", has_ndc(line, codes).then_some(true));
    yes_no("claim_overdue", claim_overdue(case, terms));
    if let Some(Occurrence::On(exam)) = case.clinician.exam
        && exam <= case.date
    {
        let months = i64::from(months_up(exam, case.date));
        inputs.facts.insert("months_since_exam".to_owned(), Known::Number(Number::whole(months)));
    }
}

/// Months from one day to another, a begun one counted whole: 12 only until the same day a year later.
fn months_up(from: Date, to: Date) -> i32 {
    let whole = months_between(from, to);
    whole + i32::from(codes::dates::add_months(from, whole) < to)
}

fn whole(known: &Known) -> Option<i64> {
    match known {
        Known::Number(number) => number.at_scale(0),
        _ => None,
    }
}

fn speaks_of_looks(name: &str, terms: &Terms) -> bool {
    let name = name.to_lowercase();
    let words = name.split(|character: char| !character.is_alphanumeric());
    words.into_iter().any(|word| terms.words_of_looks.iter().any(|of_looks| of_looks == word))
}

/// Whether one of the codes carries a modifier; open unless the modifiers of every code are recorded.
fn has_modifier(codes: &[LineCode], modifier: &str) -> Option<bool> {
    let of = |code: &LineCode| Some(code.modifiers.as_ref()?.iter().any(|found| found.as_str() == modifier));
    any(codes.iter().map(of))
}

/// Yes if one is, no if all are known not to be.
fn any(mut values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    let mut none = true;
    let found = values.any(|value| {
        none = false;
        open |= value.is_none();
        value == Some(true)
    });
    if found { Some(true) } else { (!open && !none).then_some(false) }
}

fn fills_vials(codes: &[LineCode], vial: i64) -> Option<bool> {
    let drug = codes.iter().find(|code| !code.code.is_cpt())?;
    let used = i64::from(drug.units?) + i64::from(drug.wasted?);
    (vial > 0).then(|| used % vial == 0)
}

fn owners_licensed(case: &Case) -> Option<bool> {
    let lay = |license: License| matches!(license, License::Unlicensed);
    any(case.owners.iter().map(|owner| owner.license.map(lay))).map(|lay| !lay)
}

fn notices(case: &Case, codes: &[LineCode], terms: &Terms, yes_no: &mut impl FnMut(&str, Option<bool>)) {
    let about = |notice: &&Notice| {
        notice.codes.as_ref().is_none_or(|of| codes.is_empty() || codes.iter().any(|code| of.contains(&code.code)))
    };
    let of = |kind: NoticeKind| case.notices.iter().filter(move |notice| notice.kind == kind).filter(about);
    let given = |notice: &&Notice| !matches!(notice.given, Some(Occurrence::Never));
    let abn = of(NoticeKind::Abn).find(given);
    let refused = of(NoticeKind::Abn).any(|notice| notice.given == Some(Occurrence::Never));
    yes_no("abn_on_file", abn.map(|_| true).or(refused.then_some(false)));
    if let Some(abn) = abn {
        if let Some(Occurrence::On(day)) = abn.given {
            yes_no("abn_late", Some(day > case.date));
            yes_no("abn_edition_outdated", abn.edition.and_then(|edition| terms.abn_edition_outdated(edition, day)));
        }
        let lacks = abn.reason == Some(false) || abn.estimate.is_some_and(|price| price == Cents(0));
        let whole = abn.reason == Some(true) && abn.estimate.is_some() && abn.option.is_some();
        yes_no("abn_incomplete", if lacks { Some(true) } else { whole.then_some(false) });
    }
    let in_time = |occurrence: Option<Occurrence>| match occurrence {
        Some(Occurrence::On(day)) => Some(day <= case.date),
        Some(Occurrence::Never) => Some(false),
        Some(Occurrence::Undated) | None => None,
    };
    yes_no("private_contract_in_time", any(of(NoticeKind::PrivateContract).map(|notice| in_time(notice.signed))));
    let asked = |notice: &Notice| in_time(notice.signed).or(in_time(notice.given));
    yes_no("restricted_by_patient", any(of(NoticeKind::Restriction).map(asked)));
}

/// Whether the charges on the claim are not the price that was really charged.
fn charge_differs(line: &Line) -> Option<bool> {
    let charges: Option<Vec<Cents>> = line.codes.as_ref()?.iter().map(|code| code.charge).collect();
    let sum = Cents::checked_sum(charges.filter(|charges| !charges.is_empty())?)?;
    Some(sum != line.price?)
}

/// Whether a charge is above the limiting charge: a percentage of what Medicare allows to who does not participate.
fn above_limiting_charge(case: &Case, codes: &[LineCode], terms: &Terms) -> Option<bool> {
    if case.coverage.class != Some(PayerClass::OriginalMedicare) {
        return None;
    }
    let percent = terms.limiting_percent?;
    let above = |code: &LineCode| {
        // Part B drugs are always assigned: the limiting charge is about services.
        if !code.code.is_cpt() {
            return Some(false);
        }
        let allowed = case.coverage.benefits.allowed.get(&code.code)?.checked_mul(i64::from(code.units?))?;
        Some(code.charge? > allowed.mul_ratio(percent, 100)?)
    };
    any(codes.iter().map(above))
}

fn free_service_beside(case: &Case, at: usize) -> Option<bool> {
    let others = case.lines.iter().enumerate().filter(|(other, _)| *other != at);
    let free = |line: &Line| purpose(line) == Some(Purpose::Cosmetic) && line.price == Some(Cents(0));
    others.into_iter().any(|(_, line)| free(line)).then_some(true)
}

fn brand_code_billed(codes: &[LineCode], line: &Line, reference: &dyn Reference) -> Option<bool> {
    line.drug.source?;
    let brand = |code: &LineCode| reference.source_of_drug_code(code.code) == Some(DrugSource::Brand);
    (!codes.is_empty()).then(|| codes.iter().any(brand))
}

fn has_ndc(line: &Line, codes: &[LineCode]) -> bool {
    line.drug.ndc.is_some() || codes.iter().any(|code| code.ndc.is_some())
}

fn claim_overdue(case: &Case, terms: &Terms) -> Option<bool> {
    match terms.claim?.due(case.date.into()) {
        Due::Day(last) => Some(case.as_of > last),
        Due::Moment(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_begun_month_counts() {
        assert_eq!(months_up(date(2025, 11, 23), date(2026, 11, 23)), 12);
        assert_eq!(months_up(date(2025, 11, 22), date(2026, 11, 23)), 13);
    }

    #[test]
    fn one_yes_is_enough_and_no_needs_all() {
        let of = |values: &[Option<bool>]| any(values.iter().copied());
        assert_eq!(of(&[Some(false), None, Some(true)]), Some(true));
        assert_eq!(of(&[Some(false), None]), None);
        assert_eq!(of(&[Some(false)]), Some(false));
        assert_eq!(of(&[]), None);
    }
}
