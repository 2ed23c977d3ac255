//! Table R: by kind of coverage and reason, where the money may come from.
//!
//! One function holds the whole table, a match arm for each cell, and has a test for each. Rows rest on Medicare,
//! Medicaid and contract law as the fact base has it; where a cell is general knowledge of the trade, its steps say so.

use crate::answer::Route;

/// Rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayerRow {
    /// Original Medicare.
    OriginalMedicare,
    /// Medicare Advantage.
    MedicareAdvantage,
    /// Medicaid.
    Medicaid,
    /// TRICARE and the federal employees' plans.
    TricareOrFehb,
    /// A commercial plan out of network that pays something.
    OutWithBenefits,
    /// A commercial plan out of network that pays nothing.
    OutWithoutBenefits,
    /// A commercial plan in network.
    InNetwork,
    /// A drug filled at a pharmacy.
    Pharmacy,
    /// No coverage, or the patient asked that the plan not be told (45 CFR 164.522).
    NoCoverage,
}

/// Columns of the table: why the plan does not simply pay the practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The practice may not, or does not, bill.
    NotBilled,
    /// Cosmetic, or not a benefit.
    Excluded,
    /// Necessity, frequency or another condition fails.
    Fails,
}

/// What else the table asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Circumstances {
    /// The question is asked no later than the day of service.
    pub(super) before_service: bool,
    /// The clinician opted out of Medicare on that day.
    pub(super) opted_out: bool,
    /// A private contract was signed before the service.
    pub(super) private_contract: bool,
    /// The patient asked in writing not to bill.
    pub(super) patient_declines: bool,
    /// An ABN was given and signed before the service; the option chosen, if recorded.
    pub(super) abn: Option<Option<u32>>,
    /// One was given and signed, on an edition of the form that was no longer in use: as good as none.
    pub(super) abn_outdated: bool,
    /// The plan made an organization determination.
    pub(super) determination: bool,
    /// The patient agreed in writing, in advance, to pay for what the plan does not cover.
    pub(super) agreement: bool,
    /// What is known of the plan's out-of-network benefits.
    pub(super) out_of_network_benefits: Option<bool>,
}

/// One cell of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) route: Route,
    /// Modifier that the claim line carries on this route.
    pub(super) modifier: Option<&'static str>,
    /// The first act: one person, one thing, short enough for one line.
    pub(super) act: Option<&'static str>,
    /// What the practice does, a sentence each.
    pub(super) steps: Vec<&'static str>,
}

fn cell(route: Route, act: &'static str, steps: &[&'static str]) -> Cell {
    Cell { route, modifier: None, act: Some(act), steps: steps.to_vec() }
}

fn claim_with(modifier: &'static str, act: &'static str, steps: &[&'static str]) -> Cell {
    Cell { route: Route::Claim, modifier: Some(modifier), act: Some(act), steps: steps.to_vec() }
}

const WRITTEN_ESTIMATE: &str = "Give the patient a written good-faith estimate of the price before the service.";
const WRITTEN_NOTICE: &str =
    "Tell the patient in writing, before the service, that the plan does not pay for it and what it costs.";
const ASK_THE_PLAN: &str =
    "Ask the plan for an organization determination before the service; an ABN has no effect here.";
const SUPERBILL: &str = "Give the patient an itemized bill; the patient sends it to the plan.";
const ESTIMATE_ACT: &str = "front desk, give the patient a written estimate of the price.";
const SUPERBILL_ACT: &str = "front desk, give the patient an itemized bill.";
const NO_CLAIM_ACT: &str = "front desk, collect the price; send no claim.";
const APPEAL: &str = "If the plan denies the claim, the patient may appeal.";

/// The whole table.
pub(super) fn table(row: PayerRow, reason: Reason, of: Circumstances) -> Cell {
    match (row, reason) {
        (PayerRow::OriginalMedicare, Reason::NotBilled) => medicare_not_billed(of),
        (PayerRow::OriginalMedicare, Reason::Excluded) => cell(
            Route::SelfPay,
            "front desk, tell the patient the price; no claim is due.",
            &[
                "No claim is due for a service that Medicare excludes.",
                "If the patient wants a denial, for another plan, send a claim with GY.",
            ],
        ),
        (PayerRow::OriginalMedicare, Reason::Fails) => medicare_fails(of),
        (PayerRow::MedicareAdvantage, Reason::NotBilled) => match (of.opted_out, of.out_of_network_benefits) {
            (false, Some(true)) => cell(Route::PatientClaim, SUPERBILL_ACT, &[SUPERBILL]),
            (false, None) => cell(
                Route::Ask,
                "front desk, ask the plan what it pays out of network.",
                &["Ask the plan whether it pays anything out of network."],
            ),
            _ => cell(
                Route::Stop,
                "front desk, refer the patient to a practice in network.",
                &["Refer the patient to a practice in the plan's network."],
            ),
        },
        (PayerRow::MedicareAdvantage, Reason::Excluded | Reason::Fails) if of.determination => cell(
            Route::SelfPay,
            "front desk, keep the plan's decision on file.",
            &["The plan decided before the service; keep its letter on file."],
        ),
        (PayerRow::MedicareAdvantage, Reason::Excluded | Reason::Fails) => {
            cell(Route::Ask, "front desk, ask the plan for an organization determination.", &[ASK_THE_PLAN])
        }
        (PayerRow::Medicaid, Reason::NotBilled) => cell(
            Route::Stop,
            "front desk, refer the patient to a practice in Medicaid.",
            &["Refer the patient to a practice that is enrolled with Medicaid; take no money."],
        ),
        (PayerRow::Medicaid, Reason::Excluded | Reason::Fails) if of.agreement => cell(
            Route::SelfPay,
            "front desk, keep the signed agreement on file.",
            &["The patient agreed in writing before the service; keep the agreement on file."],
        ),
        (PayerRow::Medicaid, Reason::Excluded | Reason::Fails) => cell(
            Route::Ask,
            "front desk, ask Medicaid which agreement the patient signs.",
            &["Ask the state's Medicaid program which written agreement it wants before the patient may be charged."],
        ),
        (PayerRow::TricareOrFehb | PayerRow::OutWithBenefits, Reason::NotBilled) => {
            cell(Route::PatientClaim, SUPERBILL_ACT, &[SUPERBILL])
        }
        (PayerRow::TricareOrFehb | PayerRow::OutWithBenefits, Reason::Excluded) => {
            cell(Route::SelfPay, ESTIMATE_ACT, &[WRITTEN_ESTIMATE])
        }
        (PayerRow::TricareOrFehb | PayerRow::OutWithBenefits, Reason::Fails) => {
            cell(Route::SelfPay, ESTIMATE_ACT, &[WRITTEN_ESTIMATE, APPEAL])
        }
        (PayerRow::OutWithoutBenefits | PayerRow::NoCoverage, _) => {
            cell(Route::SelfPay, ESTIMATE_ACT, &[WRITTEN_ESTIMATE])
        }
        (PayerRow::InNetwork, Reason::NotBilled) => cell(
            Route::Claim,
            "biller, settle with the plan who may bill.",
            &[
                "A contracted practice bills the plan itself and gives no itemized bill for a covered service.",
                "Settle with the plan who may bill before the service.",
            ],
        ),
        (PayerRow::InNetwork, Reason::Excluded) => {
            cell(Route::SelfPay, "front desk, tell the patient the price in writing.", &[WRITTEN_NOTICE])
        }
        (PayerRow::InNetwork, Reason::Fails) => cell(
            Route::Ask,
            "biller, ask the plan what its contract says.",
            &["Ask the plan what its contract says about charging the patient when a condition is not met."],
        ),
        (PayerRow::Pharmacy, Reason::NotBilled) => cell(
            Route::Claim,
            "front desk, let the pharmacy bill the plan.",
            &["The pharmacy bills the plan; a patient who paid there uses the plan's member form."],
        ),
        (PayerRow::Pharmacy, Reason::Excluded) => {
            cell(Route::SelfPay, "front desk, give the patient a receipt.", &["Give the patient a receipt."])
        }
        (PayerRow::Pharmacy, Reason::Fails) => cell(
            Route::Ask,
            "clinician, ask the plan whether it makes an exception.",
            &["The prescriber may ask the plan for an exception."],
        ),
    }
}

fn medicare_not_billed(of: Circumstances) -> Cell {
    if of.opted_out && of.private_contract {
        return cell(
            Route::SelfPay,
            NO_CLAIM_ACT,
            &["The private contract holds: no claim by the practice, and no CMS-1490S by the patient."],
        );
    }
    if of.patient_declines {
        return cell(
            Route::SelfPay,
            "front desk, keep the patient's written request on file.",
            &["The patient asked in writing not to bill Medicare; keep the request on file."],
        );
    }
    if of.before_service && of.opted_out {
        return cell(
            Route::Stop,
            "practice, sign a private contract first, or refer the patient.",
            &["Sign a private contract with the patient before the service, or refer the patient."],
        );
    }
    if of.before_service {
        return cell(
            Route::Stop,
            "practice, enroll in Medicare first, or refer the patient.",
            &["Enroll in Medicare before the service, or refer the patient to someone who is enrolled."],
        );
    }
    if of.opted_out {
        return cell(
            Route::Stop,
            "practice, take no money before an expert has looked at it.",
            &[
                "No private contract was signed before the service: take no money until somebody who knows Medicare billing has looked at it.",
            ],
        );
    }
    cell(
        Route::PatientClaim,
        "biller, file the claim, or help the patient file CMS-1490S.",
        &[
            "Whoever treats a Medicare patient must file the claim, free of charge, within a year (42 U.S.C. 1395w-4(g)(4)).",
            "If the practice does not or cannot, the patient may file Form CMS-1490S with an itemized bill, within the same year.",
        ],
    )
}

fn medicare_fails(of: Circumstances) -> Cell {
    match of.abn {
        Some(Some(1)) => claim_with(
            "GA",
            "biller, send the claim with GA.",
            &["The patient signed an ABN with option 1: bill Medicare with GA."],
        ),
        Some(Some(2)) => cell(
            Route::SelfPay,
            NO_CLAIM_ACT,
            &["The patient signed an ABN with option 2: no claim; the patient pays."],
        ),
        Some(Some(_)) => cell(
            Route::Stop,
            "front desk, cancel the service.",
            &["The patient signed an ABN with option 3: the service is not wanted."],
        ),
        Some(None) => cell(
            Route::Ask,
            "front desk, look up the option chosen on the ABN.",
            &["Look up which option the patient chose on the ABN."],
        ),
        None if of.abn_outdated && of.before_service => cell(
            Route::Ask,
            "front desk, give the patient an ABN on the current form.",
            &[
                "The ABN on file is on an edition of CMS-R-131 that was no longer in use: it does not count.",
                "Give the patient one on the current edition before the service, with the reason and the price.",
            ],
        ),
        None if of.abn_outdated => claim_with(
            "GZ",
            "biller, send the claim with GZ and collect nothing.",
            &[
                "The ABN on file is on an edition of CMS-R-131 that was no longer in use: it does not count.",
                "Bill Medicare with GZ; the patient owes nothing.",
            ],
        ),
        None if of.before_service => cell(
            Route::Ask,
            "front desk, give the patient an ABN before the service.",
            &[
                "Give the patient an ABN (CMS-R-131) before the service, with the reason and the price.",
                "Option 1: bill Medicare with GA. Option 2: the patient pays, no claim. Option 3: no service.",
            ],
        ),
        None => claim_with(
            "GZ",
            "biller, send the claim with GZ and collect nothing.",
            &["No ABN was signed before the service: bill Medicare with GZ; the patient owes nothing."],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Circumstances = Circumstances {
        before_service: true,
        opted_out: false,
        private_contract: false,
        patient_declines: false,
        abn: None,
        abn_outdated: false,
        determination: false,
        agreement: false,
        out_of_network_benefits: None,
    };
    const AFTER: Circumstances = Circumstances { before_service: false, ..BEFORE };

    fn route(row: PayerRow, reason: Reason, of: Circumstances) -> Route {
        table(row, reason, of).route
    }

    #[test]
    fn acts_fit_one_line() {
        let rows = [
            PayerRow::OriginalMedicare,
            PayerRow::MedicareAdvantage,
            PayerRow::Medicaid,
            PayerRow::TricareOrFehb,
            PayerRow::OutWithBenefits,
            PayerRow::OutWithoutBenefits,
            PayerRow::InNetwork,
            PayerRow::Pharmacy,
            PayerRow::NoCoverage,
        ];
        for row in rows {
            for reason in [Reason::NotBilled, Reason::Excluded, Reason::Fails] {
                for of in [
                    BEFORE,
                    AFTER,
                    Circumstances { opted_out: true, ..AFTER },
                    Circumstances { opted_out: true, ..BEFORE },
                ] {
                    let act = table(row, reason, of).act.unwrap();
                    assert!("What to do now: ".len() + act.len() <= 80, "{act}");
                }
            }
        }
    }

    #[test]
    fn original_medicare_not_billed() {
        let not_billed = |of| route(PayerRow::OriginalMedicare, Reason::NotBilled, of);
        assert_eq!(not_billed(BEFORE), Route::Stop);
        let after = table(PayerRow::OriginalMedicare, Reason::NotBilled, AFTER);
        assert_eq!(after.route, Route::PatientClaim);
        let text = after.steps.join(" ");
        assert!(text.contains("must file the claim") && text.contains("CMS-1490S"), "both are stated: {text}");
        let contract = Circumstances { opted_out: true, private_contract: true, ..BEFORE };
        assert_eq!(not_billed(contract), Route::SelfPay);
        assert_eq!(not_billed(Circumstances { private_contract: false, ..contract }), Route::Stop);
        assert_eq!(not_billed(Circumstances { opted_out: true, ..AFTER }), Route::Stop);
        assert_eq!(not_billed(Circumstances { patient_declines: true, ..AFTER }), Route::SelfPay);
    }

    #[test]
    fn original_medicare_excluded() {
        let excluded = table(PayerRow::OriginalMedicare, Reason::Excluded, BEFORE);
        assert_eq!((excluded.route, excluded.modifier), (Route::SelfPay, None));
        assert!(excluded.steps.join(" ").contains("GY"));
    }

    #[test]
    fn original_medicare_fails() {
        let fails = |of| {
            let cell = table(PayerRow::OriginalMedicare, Reason::Fails, of);
            (cell.route, cell.modifier)
        };
        assert_eq!(fails(BEFORE), (Route::Ask, None));
        assert_eq!(fails(AFTER), (Route::Claim, Some("GZ")));
        let abn = |option| Circumstances { abn: Some(option), ..AFTER };
        assert_eq!(fails(abn(Some(1))), (Route::Claim, Some("GA")));
        assert_eq!(fails(abn(Some(2))), (Route::SelfPay, None));
        assert_eq!(fails(abn(Some(3))), (Route::Stop, None));
        assert_eq!(fails(abn(None)), (Route::Ask, None));
        assert_eq!(fails(Circumstances { abn_outdated: true, ..BEFORE }), (Route::Ask, None));
        assert_eq!(fails(Circumstances { abn_outdated: true, ..AFTER }), (Route::Claim, Some("GZ")));
    }

    #[test]
    fn medicare_advantage_not_billed() {
        let not_billed = |of| route(PayerRow::MedicareAdvantage, Reason::NotBilled, of);
        let with = |benefits| Circumstances { out_of_network_benefits: benefits, ..BEFORE };
        assert_eq!(not_billed(with(Some(true))), Route::PatientClaim);
        assert_eq!(not_billed(with(Some(false))), Route::Stop);
        assert_eq!(not_billed(with(None)), Route::Ask);
        assert_eq!(not_billed(Circumstances { opted_out: true, ..with(Some(true)) }), Route::Stop);
    }

    #[test]
    fn medicare_advantage_excluded_and_fails() {
        for reason in [Reason::Excluded, Reason::Fails] {
            let cell = table(PayerRow::MedicareAdvantage, reason, AFTER);
            assert_eq!((cell.route, cell.modifier), (Route::Ask, None));
            let decided = Circumstances { determination: true, ..BEFORE };
            assert_eq!(route(PayerRow::MedicareAdvantage, reason, decided), Route::SelfPay);
        }
    }

    #[test]
    fn medicare_advantage_has_no_abn() {
        let abn = Circumstances { abn: Some(Some(1)), ..AFTER };
        assert_eq!(table(PayerRow::MedicareAdvantage, Reason::Fails, abn).modifier, None);
    }

    #[test]
    fn medicaid_not_billed() {
        for benefits in [None, Some(true), Some(false)] {
            let of = Circumstances { out_of_network_benefits: benefits, ..AFTER };
            assert_eq!(route(PayerRow::Medicaid, Reason::NotBilled, of), Route::Stop);
        }
    }

    #[test]
    fn medicaid_excluded_and_fails() {
        for reason in [Reason::Excluded, Reason::Fails] {
            assert_eq!(route(PayerRow::Medicaid, reason, BEFORE), Route::Ask);
            let agreed = Circumstances { agreement: true, ..BEFORE };
            assert_eq!(route(PayerRow::Medicaid, reason, agreed), Route::SelfPay);
        }
    }

    #[test]
    fn tricare_fehb_and_out_of_network_with_benefits() {
        for row in [PayerRow::TricareOrFehb, PayerRow::OutWithBenefits] {
            assert_eq!(route(row, Reason::NotBilled, BEFORE), Route::PatientClaim);
            assert_eq!(route(row, Reason::Excluded, BEFORE), Route::SelfPay);
            let fails = table(row, Reason::Fails, BEFORE);
            assert_eq!(fails.route, Route::SelfPay);
            assert!(fails.steps.contains(&APPEAL));
        }
    }

    #[test]
    fn out_of_network_without_benefits() {
        for reason in [Reason::NotBilled, Reason::Excluded, Reason::Fails] {
            let cell = table(PayerRow::OutWithoutBenefits, reason, BEFORE);
            assert_eq!((cell.route, cell.steps), (Route::SelfPay, vec![WRITTEN_ESTIMATE]));
        }
    }

    #[test]
    fn in_network() {
        assert_eq!(route(PayerRow::InNetwork, Reason::NotBilled, BEFORE), Route::Claim);
        let excluded = table(PayerRow::InNetwork, Reason::Excluded, BEFORE);
        assert_eq!((excluded.route, excluded.steps), (Route::SelfPay, vec![WRITTEN_NOTICE]));
        assert_eq!(route(PayerRow::InNetwork, Reason::Fails, BEFORE), Route::Ask);
    }

    #[test]
    fn pharmacy() {
        assert_eq!(route(PayerRow::Pharmacy, Reason::NotBilled, BEFORE), Route::Claim);
        assert_eq!(route(PayerRow::Pharmacy, Reason::Excluded, BEFORE), Route::SelfPay);
        assert_eq!(route(PayerRow::Pharmacy, Reason::Fails, BEFORE), Route::Ask);
    }

    #[test]
    fn no_coverage() {
        for reason in [Reason::NotBilled, Reason::Excluded, Reason::Fails] {
            let cell = table(PayerRow::NoCoverage, reason, BEFORE);
            assert_eq!((cell.route, cell.steps), (Route::SelfPay, vec![WRITTEN_ESTIMATE]));
        }
    }
}
