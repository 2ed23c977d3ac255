//! Where somebody works decides what they open.
//!
//! Somebody whose list of facilities is empty works everywhere. Others open what belongs to a visit at one of their facilities, and of a
//! patient what is on file if one of the visits was there, or none was anywhere yet: who registers a patient sees them.

use store::nouns::{Patient, Visit};
use store::{Clear, Id, Query, StoreError, Work};

use crate::who::Who;

/// Whether `who` may open a record with these words in the clear.
pub(crate) async fn may_open(work: &mut Work, who: &Who, clear: &Clear) -> Result<bool, StoreError> {
    if who.facilities.is_empty() {
        return Ok(true);
    }
    // A visit that is entered at one's own facility opens nobody who was seen elsewhere alone.
    let is_here = clear.facility.is_none_or(|facility| who.works_at(facility));
    match clear.patient.filter(|_| is_here) {
        Some(patient) => knows(work, who, patient).await,
        None => Ok(is_here),
    }
}

/// Whether a patient was seen where `who` works, or nowhere yet.
async fn knows(work: &mut Work, who: &Who, patient: Id<Patient>) -> Result<bool, StoreError> {
    let visits = Query::<Visit>::all().patient(patient);
    let here = visits.clone().facilities(who.facilities.iter().copied());
    Ok(work.count(&here).await? > 0 || work.count(&visits).await? == 0)
}
