//! How each kind is read.

pub(crate) mod coverage;
pub(crate) mod icd;
pub(crate) mod lists;
pub(crate) mod ncci;
pub(crate) mod pfs;
pub(crate) mod tabular;

use codes::ProcedureCode;

use crate::layout::{Layout, Taken};

/// Every kind that is delimited and has a header, the most particular first.
pub(crate) const LAYOUTS: [&Layout; 16] = [
    &pfs::RELATIVE_VALUES,
    &pfs::OPPS_CAP,
    &pfs::GPCI,
    &pfs::LOCALITIES,
    &pfs::ASP,
    &lists::HCPCS,
    &ncci::MUE,
    &ncci::PTP,
    &lists::TAXONOMY,
    &lists::EXCLUSIONS,
    &coverage::DIAGNOSES,
    &coverage::PROCEDURES,
    &coverage::DOCUMENTS,
    &lists::ADJUSTMENTS,
    &lists::PLACES,
    &lists::CPT,
];

/// One row. The first cell is what it is found by.
pub(crate) fn row(cells: &[&str]) -> Taken {
    if cells.first().is_none_or(|key| key.is_empty()) {
        return refused("what the row is about is missing");
    }
    Taken::Rows(vec![cells.iter().map(|cell| (*cell).to_owned()).collect()])
}

/// A refusal.
pub(crate) fn refused(why: impl Into<String>) -> Taken {
    Taken::Refused(why.into())
}

/// A procedure code, or why it is none.
pub(crate) fn procedure(text: &str) -> Result<ProcedureCode, Taken> {
    text.parse().map_err(|_| refused(format!("`{text}` is no procedure code")))
}
