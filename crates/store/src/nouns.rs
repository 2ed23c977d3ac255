//! What a practice keeps. What a case file can say is kept in the words of the case file.

mod hook;
mod people;
mod practice;
mod signin;
mod visit;

pub use hook::{Delivery, DeliveryState, Hook};
pub use people::{Coverage, Patient};
pub use practice::{Acknowledgement, Address, Clinician, Facility, Interval, Licence, MenuItem, Practice, Supervision};
pub use signin::{SavedFilter, Session, Token, User};
pub use visit::{Change, Determination, Document, Glass, Review, Visit, VisitState};

/// `active` or `ended`, as lists are filtered by.
fn activity(active: bool) -> Option<String> {
    Some(if active { "active" } else { "ended" }.to_string())
}
