//! 835: payments, claims and services.

use codes::Cents;
use jiff::civil::Date;

use crate::dates;
use crate::number::{AmountError, amount, amount_or_zero};
use crate::segment::Segment;
use crate::tree::{LoopView, Tree};
use crate::view::{Party, Phi};

/// All remittances of a file; one for each payment.
pub fn remittances<'t>(tree: &'t Tree<'t>) -> impl Iterator<Item = Remittance<'t>> {
    tree.transactions().filter_map(Remittance::of)
}

/// One 835 transaction set: one payment and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Remittance<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> Remittance<'t> {
    /// The remittance that a transaction holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        (view.first("ST")?.value(1) == b"835").then_some(())?;
        Some(Self { view, head: view.first("BPR")? })
    }

    /// The transaction.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The BPR segment.
    #[must_use]
    pub fn head(&self) -> Segment<'t> {
        self.head
    }

    /// The payment, BPR02.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn amount(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(2))
    }

    /// How it is paid, BPR04: `ACH`, `CHK`, `NON` and others.
    #[must_use]
    pub fn method(&self) -> &'t [u8] {
        self.head.value(4)
    }

    /// Day of the check or transfer, BPR16.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        dates::day(self.head.value(16))
    }

    /// Number of the check or transfer, TRN02.
    #[must_use]
    pub fn trace(&self) -> &'t [u8] {
        self.view.first("TRN").map_or(&[], |trace| trace.value(2))
    }

    /// Who pays.
    #[must_use]
    pub fn payer(&self) -> Option<Party<'t>> {
        Party::of(self.view.named("1000A").next()?)
    }

    /// Who is paid.
    #[must_use]
    pub fn payee(&self) -> Option<Party<'t>> {
        Party::of(self.view.named("1000B").next()?)
    }

    /// The claims.
    pub fn claims(&self) -> impl Iterator<Item = ClaimPayment<'t>> + use<'t> {
        self.view.descendants("2100").filter_map(ClaimPayment::of)
    }

    /// Amounts that belong to no claim; positive ones reduce the payment.
    pub fn provider_adjustments(&self) -> impl Iterator<Item = ProviderAdjustment<'t>> + use<'t> {
        self.view.named("PLB").flat_map(|view| view.all("PLB")).flat_map(|segment| {
            (3..=13)
                .step_by(2)
                .map(move |element| ProviderAdjustment { segment, element })
                .filter(|adjustment| !adjustment.segment.value(adjustment.element).is_empty())
        })
    }
}

/// One reason and amount of a PLB segment.
#[derive(Clone, Copy, Debug)]
pub struct ProviderAdjustment<'t> {
    /// The PLB segment.
    pub segment: Segment<'t>,
    /// The element of the reason; the amount is in the next.
    pub element: usize,
}

impl<'t> ProviderAdjustment<'t> {
    /// Why, such as `WO` for an overpayment taken back or `L6` for interest.
    #[must_use]
    pub fn reason(&self) -> &'t [u8] {
        self.segment.component(self.element, 1)
    }

    /// How much; positive reduces the payment.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn amount(&self) -> Result<Cents, AmountError> {
        amount(self.segment.value(self.element + 1))
    }
}

/// One claim of a remittance: loop 2100.
#[derive(Clone, Copy, Debug)]
pub struct ClaimPayment<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> ClaimPayment<'t> {
    /// The claim that a loop holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        Some(Self { view, head: view.first("CLP")? })
    }

    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The CLP segment.
    #[must_use]
    pub fn head(&self) -> Segment<'t> {
        self.head
    }

    /// The provider's claim number, CLP01: CLM01 of the claim that was sent.
    #[must_use]
    pub fn number(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// 1 paid as primary, 2 as secondary, 4 denied, 22 reversed and others: CLP02.
    #[must_use]
    pub fn status(&self) -> &'t [u8] {
        self.head.value(2)
    }

    /// The charge, CLP03.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn charge(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(3))
    }

    /// The payment, CLP04.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn paid(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(4))
    }

    /// The patient's share, CLP05; nothing when it is not sent.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn patient_share(&self) -> Result<Cents, AmountError> {
        amount_or_zero(self.head.value(5))
    }

    /// The payer's number of the claim, CLP07; a replacement must name it.
    #[must_use]
    pub fn payer_number(&self) -> &'t [u8] {
        self.head.value(7)
    }

    /// Who was treated.
    #[must_use]
    pub fn patient(&self) -> Option<Party<'t>> {
        self.view.qualified("NM1", &["QC"]).map(Party::named)
    }

    /// Adjustments of the claim as a whole, not those of its services.
    pub fn adjustments(&self) -> impl Iterator<Item = Adjustment<'t>> + use<'t> {
        adjustments(self.view)
    }

    /// The services.
    pub fn services(&self) -> impl Iterator<Item = ServicePayment<'t>> + use<'t> {
        self.view.named("2110").filter_map(|view| Some(ServicePayment { view, head: view.first("SVC")? }))
    }
}

/// One service of a claim: loop 2110.
#[derive(Clone, Copy, Debug)]
pub struct ServicePayment<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> ServicePayment<'t> {
    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The SVC segment.
    #[must_use]
    pub fn head(&self) -> Segment<'t> {
        self.head
    }

    /// The procedure code, SVC01-2.
    #[must_use]
    pub fn procedure(&self) -> &'t [u8] {
        self.head.component(1, 2)
    }

    /// The modifiers.
    pub fn modifiers(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        let head = self.head;
        (3..=6).map(move |component| head.component(1, component)).filter(|code| !code.is_empty())
    }

    /// The charge, SVC02.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn charge(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(2))
    }

    /// The payment, SVC03.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn paid(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(3))
    }

    /// The day of service.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        let segment = self.view.qualified("DTM", &["472", "150"])?;
        dates::day(segment.value(2))
    }

    /// The provider's number of the line, REF*6R.
    #[must_use]
    pub fn control_number(&self) -> Option<Phi<'t>> {
        self.view.qualified("REF", &["6R"]).map(|segment| Phi(segment.value(2)))
    }

    /// Why it was paid less than charged.
    pub fn adjustments(&self) -> impl Iterator<Item = Adjustment<'t>> + use<'t> {
        adjustments(self.view)
    }

    /// Remark codes.
    pub fn remarks(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        self.view.all("LQ").filter(|segment| segment.value(1) == b"HE").map(|segment| segment.value(2))
    }
}

/// One reason and amount of a CAS segment.
#[derive(Clone, Copy, Debug)]
pub struct Adjustment<'t> {
    /// The CAS segment.
    pub segment: Segment<'t>,
    /// The element of the reason code; amount and quantity follow.
    pub element: usize,
}

impl<'t> Adjustment<'t> {
    /// Who bears it: `CO` the provider by contract, `PR` the patient, `OA`, `PI`, `CR`.
    #[must_use]
    pub fn group(&self) -> &'t [u8] {
        self.segment.value(1)
    }

    /// The adjustment reason code.
    #[must_use]
    pub fn reason(&self) -> &'t [u8] {
        self.segment.value(self.element)
    }

    /// How much; positive reduces the payment.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn amount(&self) -> Result<Cents, AmountError> {
        amount(self.segment.value(self.element + 1))
    }
}

/// The adjustments of a loop's own CAS segments, six in each at most.
pub fn adjustments<'t>(view: LoopView<'t>) -> impl Iterator<Item = Adjustment<'t>> + use<'t> {
    view.all("CAS").flat_map(|segment| {
        let used = move |element: usize| !segment.value(element).is_empty();
        // Reason, amount and quantity of each.
        (0..6_usize).filter_map(move |group| {
            let element = 3 * group + 2;
            (used(element) || used(element + 1)).then_some(Adjustment { segment, element })
        })
    })
}
