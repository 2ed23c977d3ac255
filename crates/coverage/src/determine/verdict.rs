//! The headline of a line, from its orthogonal parts: the table S12 of the policy language.

use policy::ast::Kind;
use policy::program::{Outcome, OutcomeSet};

use crate::answer::{Authorization, Coverage, Permission, Verdict};

/// What the headline is derived from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// What the stack may say; `Silent` stands for "no policy speaks".
    pub(super) outcomes: OutcomeSet,
    /// Whether it may be done so.
    pub(super) lawful: Permission,
    /// Whether the practice may bill.
    pub(super) billable: Permission,
    /// Prior authorization.
    pub(super) authorization: Authorization,
    /// Whether a document or notice that is needed is not there, or not known to be.
    pub(super) duty_not_held: bool,
    /// Kinds of the criteria that decided against coverage.
    pub(super) failing: Vec<Kind>,
    /// Whether this kind of coverage lets the member claim what the practice does not bill.
    pub(super) member_may_claim: bool,
}

/// Which row of the table fitted; the route follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowOfTable {
    /// It must not be done so.
    Unlawful,
    /// The plan covers it, but not in this place or by this person.
    NotHere,
    /// The plan does not cover it.
    NotCovered,
    /// The library cannot tell.
    Unknown,
    /// The practice does not bill; the member may claim.
    MemberClaims,
    /// The practice does not bill, and neither may the member.
    NotBilled,
    /// The plan must be asked first.
    AskFirst,
    /// It hangs on what is named.
    Conditional,
    /// The plan pays.
    Covered,
}

const NOT_COVERED: OutcomeSet = OutcomeSet(Outcome::Explicit as u8 | Outcome::Residual as u8);

fn is_against(outcomes: OutcomeSet) -> bool {
    outcomes != OutcomeSet::EMPTY && outcomes.within(NOT_COVERED)
}

/// Whether the library cannot tell, unless it must not be done so at all.
pub(super) fn is_unknown(outcomes: OutcomeSet) -> bool {
    !is_against(outcomes) && (outcomes.has(Outcome::Unread) || outcomes.has(Outcome::Silent))
}

/// The first row that fits.
pub(super) fn row(parts: &Parts) -> RowOfTable {
    let decided_against = is_against(parts.outcomes);
    let of_place_or_person = |kind: &Kind| matches!(kind, Kind::Site | Kind::Clinician);
    let open = parts.lawful == Permission::Open
        || parts.billable == Permission::Open
        || parts.authorization == Authorization::Open
        || parts.outcomes != Outcome::Covered.set()
        || parts.duty_not_held;
    if parts.lawful == Permission::No {
        RowOfTable::Unlawful
    } else if decided_against && !parts.failing.is_empty() && parts.failing.iter().all(of_place_or_person) {
        RowOfTable::NotHere
    } else if decided_against {
        RowOfTable::NotCovered
    } else if is_unknown(parts.outcomes) {
        RowOfTable::Unknown
    } else if parts.billable == Permission::No && parts.member_may_claim {
        RowOfTable::MemberClaims
    } else if parts.billable == Permission::No {
        RowOfTable::NotBilled
    } else if parts.authorization == Authorization::Unmet {
        RowOfTable::AskFirst
    } else if open {
        RowOfTable::Conditional
    } else {
        RowOfTable::Covered
    }
}

impl RowOfTable {
    /// The headline of the row.
    pub(super) const fn verdict(self) -> Verdict {
        match self {
            Self::Unlawful | Self::NotHere | Self::NotBilled => Verdict::NotBillableHere,
            Self::NotCovered => Verdict::NotCovered,
            Self::Unknown => Verdict::Unknown,
            Self::MemberClaims => Verdict::PatientClaim,
            Self::AskFirst => Verdict::PriorAuthorization,
            Self::Conditional => Verdict::CoveredIf,
            Self::Covered => Verdict::Covered,
        }
    }
}

/// The coverage that goes with a row. Rows about place and person leave what the stack says.
pub(super) fn coverage(row: RowOfTable, outcomes: OutcomeSet) -> Coverage {
    match row {
        RowOfTable::Unknown => Coverage::Unknown,
        RowOfTable::AskFirst | RowOfTable::Conditional => Coverage::Conditional,
        _ if outcomes == Outcome::Covered.set() => Coverage::Covered,
        _ if outcomes.within(NOT_COVERED) => Coverage::NotCovered,
        _ if outcomes.has(Outcome::Unread) || outcomes.has(Outcome::Silent) => Coverage::Unknown,
        _ => Coverage::Conditional,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        Parts {
            outcomes: Outcome::Covered.set(),
            lawful: Permission::Yes,
            billable: Permission::Yes,
            authorization: Authorization::None,
            duty_not_held: false,
            failing: Vec::new(),
            member_may_claim: false,
        }
    }

    fn both(a: Outcome, b: Outcome) -> OutcomeSet {
        a.set().or(b.set())
    }

    #[test]
    fn every_row_in_its_order() {
        let unlawful = Parts { lawful: Permission::No, outcomes: Outcome::Explicit.set(), ..parts() };
        assert_eq!(row(&unlawful), RowOfTable::Unlawful);
        let not_here =
            Parts { outcomes: Outcome::Residual.set(), failing: vec![Kind::Site, Kind::Clinician], ..parts() };
        assert_eq!(row(&not_here), RowOfTable::NotHere);
        let failing = vec![Kind::Site, Kind::Necessity];
        assert_eq!(row(&Parts { outcomes: Outcome::Residual.set(), failing, ..parts() }), RowOfTable::NotCovered);
        let either = both(Outcome::Residual, Outcome::Explicit);
        assert_eq!(row(&Parts { outcomes: either, ..parts() }), RowOfTable::NotCovered);
        for silent in [Outcome::Silent, Outcome::Unread] {
            assert_eq!(row(&Parts { outcomes: both(Outcome::Covered, silent), ..parts() }), RowOfTable::Unknown);
        }
        let not_billed = Parts { billable: Permission::No, authorization: Authorization::Unmet, ..parts() };
        assert_eq!(row(&not_billed), RowOfTable::NotBilled);
        assert_eq!(row(&Parts { member_may_claim: true, ..not_billed }), RowOfTable::MemberClaims);
        let ask = Parts { authorization: Authorization::Unmet, billable: Permission::Open, ..parts() };
        assert_eq!(row(&ask), RowOfTable::AskFirst);
        assert_eq!(row(&Parts { authorization: Authorization::Held, ..parts() }), RowOfTable::Covered);
        for open in [
            Parts { outcomes: both(Outcome::Covered, Outcome::Residual), ..parts() },
            Parts { lawful: Permission::Open, ..parts() },
            Parts { billable: Permission::Open, ..parts() },
            Parts { authorization: Authorization::Open, ..parts() },
            Parts { duty_not_held: true, ..parts() },
        ] {
            assert_eq!(row(&open), RowOfTable::Conditional);
        }
        assert_eq!(row(&parts()), RowOfTable::Covered);
    }

    #[test]
    fn coverage_of_the_rows() {
        let covered = Outcome::Covered.set();
        assert_eq!(coverage(RowOfTable::Unlawful, covered), Coverage::Covered);
        assert_eq!(
            coverage(RowOfTable::MemberClaims, both(Outcome::Covered, Outcome::Residual)),
            Coverage::Conditional
        );
        assert_eq!(coverage(RowOfTable::Conditional, covered), Coverage::Conditional);
        assert_eq!(coverage(RowOfTable::NotCovered, Outcome::Explicit.set()), Coverage::NotCovered);
        assert_eq!(coverage(RowOfTable::Unlawful, both(Outcome::Covered, Outcome::Silent)), Coverage::Unknown);
    }
}
