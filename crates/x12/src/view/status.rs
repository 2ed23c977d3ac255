//! 277 and 277CA: where a claim stands.

use codes::Cents;

use crate::number::amount;
use crate::segment::Segment;
use crate::tree::{LoopView, Tree};
use crate::view::Party;

/// Everything in a file that has a status, in order: batches, providers, claims.
pub fn statuses<'t>(tree: &'t Tree<'t>) -> impl Iterator<Item = ClaimStatus<'t>> {
    tree.transactions().flat_map(|transaction| {
        let mut found: Vec<_> = ["2200", "2200B", "2200C", "2200D"]
            .into_iter()
            .flat_map(|name| transaction.descendants(name))
            .filter_map(ClaimStatus::of)
            .collect();
        found.sort_by_key(|status| status.view.index());
        found
    })
}

/// The status of one claim, or of a batch or provider as a whole.
#[derive(Clone, Copy, Debug)]
pub struct ClaimStatus<'t> {
    view: LoopView<'t>,
    trace: Segment<'t>,
}

impl<'t> ClaimStatus<'t> {
    /// The status that a loop holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        Some(Self { view, trace: view.first("TRN")? })
    }

    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The number sent with it, TRN02; for claims of a 277CA that is CLM01.
    #[must_use]
    pub fn number(&self) -> &'t [u8] {
        self.trace.value(2)
    }

    /// The provider's claim number, CLM01: REF*EJ of a 277, TRN02 of a 277CA.
    #[must_use]
    pub fn claim_number(&self) -> &'t [u8] {
        self.view.qualified("REF", &["EJ"]).map_or(self.number(), |segment| segment.value(2))
    }

    /// HL03 of the level: `PT`, `22` or `23` for claims, `21` and `19` for batches and providers.
    #[must_use]
    pub fn level(&self) -> &'t [u8] {
        self.view.parent().and_then(|level| level.first("HL")).map_or(&[], |head| head.value(3))
    }

    /// Whether it is about one claim.
    #[must_use]
    pub fn is_claim(&self) -> bool {
        matches!(self.level(), b"PT" | b"22" | b"23")
    }

    /// Patient, provider or receiver of this level.
    #[must_use]
    pub fn party(&self) -> Option<Party<'t>> {
        let level = self.view.parent()?;
        let named = level.loops().find(|inner| inner.name().starts_with("2100"))?;
        Party::of(named)
    }

    /// The payer's number of the claim, REF*1K.
    #[must_use]
    pub fn payer_number(&self) -> Option<&'t [u8]> {
        self.view.qualified("REF", &["1K"]).map(|segment| segment.value(2))
    }

    /// The charge that the payer read.
    #[must_use]
    pub fn charge(&self) -> Option<Cents> {
        amount(self.view.first("STC")?.value(4)).ok()
    }

    /// The status codes, three in each STC at most.
    pub fn codes(&self) -> impl Iterator<Item = StatusCode<'t>> + use<'t> {
        self.view.all("STC").flat_map(|segment| {
            [1, 10, 11]
                .map(|element| StatusCode { segment, element })
                .into_iter()
                .filter(|code| !code.category().is_empty())
        })
    }
}

/// One status code.
#[derive(Clone, Copy, Debug)]
pub struct StatusCode<'t> {
    segment: Segment<'t>,
    element: usize,
}

impl<'t> StatusCode<'t> {
    /// The category, such as `A2` accepted or `A7` rejected.
    #[must_use]
    pub fn category(&self) -> &'t [u8] {
        self.segment.component(self.element, 1)
    }

    /// The claim status code.
    #[must_use]
    pub fn status(&self) -> &'t [u8] {
        self.segment.component(self.element, 2)
    }

    /// Whom the status is about, such as `85` the billing provider.
    #[must_use]
    pub fn entity(&self) -> &'t [u8] {
        self.segment.component(self.element, 3)
    }
}
