//! Which cell of table R a line falls into, and where its money may come from.

use policy::ast::Kind;

use super::question::Question;
use super::route::{Cell, Circumstances, PayerRow, Reason, table};
use super::verdict::RowOfTable;
use crate::answer::{Permission, Route};
use crate::case::{AuthorizationStatus, Benefit, Case, Network, Notice, NoticeKind, Occurrence, Product};
use crate::derive::network;
use crate::reference::{Library, PayerClass};

/// A cell without steps.
fn plain(route: Route) -> Cell {
    Cell { route, modifier: None, act: None, steps: Vec::new() }
}

/// What to do about an authorization that the plan was already asked for, by what it answered.
fn authorization_act(case: &Case) -> Option<&'static str> {
    let with = |status| case.authorizations.iter().any(|authorization| authorization.status == Some(status));
    if with(AuthorizationStatus::Requested) {
        Some("biller, wait for the plan's answer, or call about it.")
    } else if with(AuthorizationStatus::Denied) {
        Some("biller, read why the plan refused, and appeal or ask again.")
    } else if case.authorizations.is_empty() {
        None
    } else {
        Some("biller, ask again: the approval on file does not fit this visit.")
    }
}

/// Whether this kind of coverage lets the member claim what the practice does not bill.
pub(super) fn member_may_claim(question: &Question<'_>) -> bool {
    cell_of(question, Reason::NotBilled).route == Route::PatientClaim
}

/// The route that goes with a row of the headline table; `is_included`: denied because another payment includes it.
pub(super) fn route(
    question: &Question<'_>,
    row: RowOfTable,
    failing: &[Kind],
    is_included: bool,
    billable: Permission,
) -> Cell {
    let bills = matches!(row, RowOfTable::Covered | RowOfTable::Conditional | RowOfTable::AskFirst);
    if restricted(question.case) && bills {
        return table(PayerRow::NoCoverage, Reason::NotBilled, circumstances(question));
    }
    match row {
        RowOfTable::Unlawful => plain(Route::Stop),
        RowOfTable::NotHere => Cell {
            route: Route::Ask,
            modifier: None,
            act: Some("practice, plan it where, and by whom, the plan pays for it."),
            steps: vec!["Plan the service in a place and by a person that the plan pays for, or refer the patient."],
        },
        RowOfTable::Unknown => plain(Route::Ask),
        RowOfTable::NotCovered => {
            let all = |kinds: &[Kind]| !failing.is_empty() && failing.iter().all(|kind| kinds.contains(kind));
            if is_included && all(&[Kind::Coding]) {
                return paid_with_another();
            }
            let excluded = all(&[Kind::Cosmetic, Kind::Excluded]);
            cell_of(question, if excluded { Reason::Excluded } else { Reason::Fails })
        }
        RowOfTable::MemberClaims | RowOfTable::NotBilled => cell_of(question, Reason::NotBilled),
        RowOfTable::AskFirst => Cell { act: authorization_act(question.case), ..plain(Route::Ask) },
        RowOfTable::Conditional => plain(Route::Ask),
        RowOfTable::Covered => {
            debug_assert_eq!(billable, Permission::Yes);
            plain(Route::Claim)
        }
    }
}

/// For work that the payment of another service includes. No notice makes the patient owe that.
fn paid_with_another() -> Cell {
    Cell {
        route: Route::Stop,
        modifier: None,
        act: Some("biller, leave it off the claim; collect nothing for it."),
        steps: vec!["The payment for another service includes it: no ABN or agreement makes the patient owe it."],
    }
}

/// The cell for a reason; where the row itself is not known, the cells that may fit must agree, or somebody is asked.
fn cell_of(question: &Question<'_>, reason: Reason) -> Cell {
    let of = circumstances(question);
    let rows = rows(question.case);
    let mut cells = rows.iter().map(|row| table(*row, reason, of));
    let Some(first) = cells.next() else { return plain(Route::Ask) };
    let rest: Vec<Cell> = cells.collect();
    if rest.iter().any(|cell| cell.route != first.route) {
        return Cell {
            route: Route::Ask,
            modifier: None,
            act: Some("front desk, ask the plan about network and out-of-network pay."),
            steps: vec!["Ask the plan whether the practice is in its network, and what it pays out of network."],
        };
    }
    // Of several rows that agree, the one that asks more of the practice.
    rest.into_iter().fold(first, |more, cell| if cell.steps.len() > more.steps.len() { cell } else { more })
}

/// The rows of table R that may fit.
fn rows(case: &Case) -> Vec<PayerRow> {
    let coverage = &case.coverage;
    if restricted(case) && coverage.class != Some(PayerClass::OriginalMedicare) {
        return vec![PayerRow::NoCoverage];
    }
    let Some(class) = coverage.class else { return Vec::new() };
    // A pharmacy takes no money from a Medicaid patient either: its row stays Medicaid's.
    let pharmacy = coverage.benefit == Some(Benefit::Pharmacy) && class != PayerClass::Medicaid;
    if pharmacy || class == PayerClass::PartD {
        return vec![PayerRow::Pharmacy];
    }
    match class {
        PayerClass::OriginalMedicare => vec![PayerRow::OriginalMedicare],
        PayerClass::MedicareAdvantage => vec![PayerRow::MedicareAdvantage],
        PayerClass::Medicaid => vec![PayerRow::Medicaid],
        PayerClass::Tricare | PayerClass::Fehb => vec![PayerRow::TricareOrFehb],
        PayerClass::PartD => vec![PayerRow::Pharmacy],
        PayerClass::SelfPay => vec![PayerRow::NoCoverage],
        PayerClass::Commercial => {
            let out: &[PayerRow] = match (coverage.benefits.out_of_network_benefits, coverage.product) {
                (Some(true), _) | (None, Some(Product::Indemnity)) => &[PayerRow::OutWithBenefits],
                (Some(false), _) | (None, Some(Product::Hmo | Product::Epo)) => &[PayerRow::OutWithoutBenefits],
                _ => &[PayerRow::OutWithBenefits, PayerRow::OutWithoutBenefits],
            };
            match network(case) {
                Some(Network::In) => vec![PayerRow::InNetwork],
                Some(Network::Out) => out.to_vec(),
                None => [&[PayerRow::InNetwork], out].concat(),
            }
        }
    }
}

/// Whether the patient asked in writing that the plan not be told.
fn restricted(case: &Case) -> bool {
    notices(case, NoticeKind::Restriction).any(|notice| happened(notice.signed) || happened(notice.given))
}

pub(super) fn circumstances(question: &Question<'_>) -> Circumstances {
    let case = question.case;
    let opted_out = question.inputs.facts.get("clinician_opted_out");
    let about_line = |notice: &&Notice| match (&notice.codes, question.codes()) {
        (Some(of), Some(billed)) => billed.iter().any(|code| of.contains(code)),
        _ => true,
    };
    // A notice counts only if it was given and signed no later than the service (42 CFR 411.404, 405.440).
    let in_time = |occurrence| match occurrence {
        Some(Occurrence::On(day)) => day <= case.date,
        Some(Occurrence::Undated) => true,
        Some(Occurrence::Never) | None => false,
    };
    let signed =
        |kind| notices(case, kind).filter(about_line).filter(|notice| in_time(notice.given) && in_time(notice.signed));
    let (current, outdated): (Vec<&Notice>, Vec<&Notice>) =
        signed(NoticeKind::Abn).partition(|notice| !on_outdated_form(notice, question.library));
    Circumstances {
        before_service: question.is_before_service(),
        opted_out: opted_out == Some(&policy::inputs::Known::YesNo(true)),
        private_contract: signed(NoticeKind::PrivateContract).next().is_some(),
        patient_declines: restricted(case),
        abn: current.first().map(|notice| notice.option),
        abn_outdated: current.is_empty() && !outdated.is_empty(),
        determination: notices(case, NoticeKind::OrganizationDetermination)
            .filter(about_line)
            .any(|notice| in_time(notice.given)),
        agreement: signed(NoticeKind::NonCoveredAgreement).next().is_some(),
        out_of_network_benefits: case.coverage.benefits.out_of_network_benefits,
    }
}

/// Whether an ABN was given on an edition of the form that was no longer in use: it does not shift the cost. An edition that is not
/// recorded is taken as the right one, and so is one of which the library does not know.
pub(super) fn on_outdated_form(notice: &Notice, library: &dyn Library) -> bool {
    let (Some(edition), Some(Occurrence::On(given))) = (notice.edition, notice.given) else { return false };
    notice.kind == NoticeKind::Abn && library.abn_edition_outdated(edition, given) == Some(true)
}

fn notices(case: &Case, kind: NoticeKind) -> impl Iterator<Item = &Notice> {
    case.notices.iter().filter(move |notice| notice.kind == kind)
}

fn happened(occurrence: Option<Occurrence>) -> bool {
    matches!(occurrence, Some(Occurrence::On(_) | Occurrence::Undated))
}
