//! How each kind is read.

pub(crate) mod coverage;
pub(crate) mod hcpcs;
pub(crate) mod icd;
pub(crate) mod lists;
pub(crate) mod ncci;
pub(crate) mod pfs;
pub(crate) mod tabular;

use std::io::{self, BufRead, BufReader, Read};

use codes::ProcedureCode;

use crate::layout::{Layout, Taken};

/// The longest line of a file of fixed columns is under 400 bytes.
const LINE_BYTES_MAX: u64 = 4_096;

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

/// Hands over every line of a file of fixed columns, blank ones left out; an error says at which line it breaks off, and why.
pub(crate) fn each_line(
    from: impl Read,
    each: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> Result<(), (u64, String)> {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let count = reader
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|error| (number, error.to_string()))?;
        if count == 0 {
            break;
        }
        if !line.trim_ascii().is_empty() {
            each(number, &line).map_err(|error| (number, error.to_string()))?;
        }
    }
    Ok(())
}
