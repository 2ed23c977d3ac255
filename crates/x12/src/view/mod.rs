//! Typed views: what a claim or a payment says, read in place.
//!
//! A view holds no text of its own; every value is a slice of the file. Values about people come
//! as [`Phi`], which cannot be printed by accident.

mod acknowledgment;
mod claim;
mod eligibility;
mod party;
mod remittance;
mod status;

use std::borrow::Cow;

pub use acknowledgment::{Acknowledgment, ElementError, Interchange, SegmentError, TransactionResponse};
pub use claim::{Claim, Diagnosis, OtherPayer, PriorAdjudication, ServiceLine, claims};
pub use eligibility::{Benefit, EligibilityInquiry, EligibilityPerson, Rejection, eligibility};
pub use party::Party;
pub use remittance::{
    Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServicePayment, adjustments, remittances,
};
pub use status::{ClaimStatus, StatusCode, statuses};

/// A value that may tell who somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phi<'t>(pub(crate) &'t [u8]);

impl<'t> Phi<'t> {
    /// The bytes as sent.
    #[must_use]
    pub fn expose_bytes(self) -> &'t [u8] {
        self.0
    }

    /// The value as text; bytes that are not UTF-8 are read as Latin-1.
    #[must_use]
    pub fn expose(self) -> Cow<'t, str> {
        text(self.0)
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Phi<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[phi]")
    }
}

/// Bytes as text: UTF-8 where they are, else Latin-1.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}
