//! 837P: claims and their lines.

use codes::Cents;
use jiff::civil::Date;

use crate::dates;
use crate::number::{AmountError, amount};
use crate::segment::Segment;
use crate::tree::{LoopView, Tree};
use crate::view::{Adjustment, Party, Phi, adjustments};

/// All claims of a file, in order.
pub fn claims<'t>(tree: &'t Tree<'t>) -> impl Iterator<Item = Claim<'t>> {
    tree.transactions().flat_map(|transaction| transaction.descendants("2300")).filter_map(Claim::of)
}

/// One claim: loop 2300, and the parties around it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> Claim<'t> {
    /// The claim that a loop holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        Some(Self { view, head: view.first("CLM")? })
    }

    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The CLM segment.
    #[must_use]
    pub fn head(&self) -> Segment<'t> {
        self.head
    }

    /// The provider's claim number, CLM01.
    #[must_use]
    pub fn number(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// The charge, CLM02.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn charge(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(2))
    }

    /// Place of service, CLM05-1.
    #[must_use]
    pub fn place_of_service(&self) -> &'t [u8] {
        self.head.component(5, 1)
    }

    /// 1 original, 7 replacement, 8 void: CLM05-3.
    #[must_use]
    pub fn frequency(&self) -> &'t [u8] {
        self.head.component(5, 3)
    }

    /// A date of the claim by its DTP01.
    #[must_use]
    pub fn date(&self, qualifier: &str) -> Option<Date> {
        let segment = self.view.qualified("DTP", &[qualifier])?;
        dates::period(segment.value(2), segment.value(3)).map(|period| period.0)
    }

    /// A reference number of the claim by its REF01.
    #[must_use]
    pub fn reference(&self, qualifier: &str) -> Option<Phi<'t>> {
        let segment = self.view.qualified("REF", &[qualifier])?;
        Some(Phi(segment.value(2)))
    }

    /// The diagnoses, principal first; their order is what pointers count.
    pub fn diagnoses(&self) -> impl Iterator<Item = Diagnosis<'t>> + use<'t> {
        self.view
            .all("HI")
            .flat_map(|segment| (1..=segment.len()).map(move |element| Diagnosis { segment, element }))
            .filter(|diagnosis| matches!(diagnosis.qualifier(), b"ABK" | b"ABF" | b"BK" | b"BF"))
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = ServiceLine<'t>> + use<'t> {
        self.view.named("2400").map(|view| ServiceLine { view, service: view.first("SV1") })
    }

    /// The other payers, loop 2320.
    pub fn other_payers(&self) -> impl Iterator<Item = OtherPayer<'t>> + use<'t> {
        self.view.named("2320").map(|view| OtherPayer { view })
    }

    /// Who bills, loop 2010AA.
    #[must_use]
    pub fn billing_provider(&self) -> Option<Party<'t>> {
        let level = self.view.enclosing("2000A")?;
        Party::of(level.named("2010AA").next()?)
    }

    /// Who gave the services unless a line says otherwise, loop 2310B.
    #[must_use]
    pub fn rendering_provider(&self) -> Option<Party<'t>> {
        Party::of(self.view.named("2310B").next()?)
    }

    /// Who is insured, loop 2010BA.
    #[must_use]
    pub fn subscriber(&self) -> Option<Party<'t>> {
        let level = self.view.enclosing("2000B")?;
        Party::of(level.named("2010BA").next()?)
    }

    /// The payer the claim is sent to, loop 2010BB.
    #[must_use]
    pub fn payer(&self) -> Option<Party<'t>> {
        let level = self.view.enclosing("2000B")?;
        Party::of(level.named("2010BB").next()?)
    }

    /// SBR of the subscriber: order of payment, relationship, kind of plan.
    #[must_use]
    pub fn coverage(&self) -> Option<Segment<'t>> {
        self.view.enclosing("2000B")?.first("SBR")
    }

    /// Who was treated: the dependent of loop 2010CA, else the subscriber.
    #[must_use]
    pub fn patient(&self) -> Option<Party<'t>> {
        match self.view.enclosing("2000C") {
            Some(level) => Party::of(level.named("2010CA").next()?),
            None => self.subscriber(),
        }
    }

    /// Whether the patient has a level of their own.
    #[must_use]
    pub fn is_for_dependent(&self) -> bool {
        self.view.enclosing("2000C").is_some()
    }

    /// The first day of service of all lines.
    #[must_use]
    pub fn first_service_day(&self) -> Option<Date> {
        self.view.named("2400").filter_map(service_period).map(|period| period.0).min()
    }
}

/// One diagnosis of a claim.
#[derive(Clone, Copy, Debug)]
pub struct Diagnosis<'t> {
    /// The HI segment.
    pub segment: Segment<'t>,
    /// Its element, from 1.
    pub element: usize,
}

impl<'t> Diagnosis<'t> {
    /// The code list: `ABK`, `ABF` ICD-10-CM; `BK`, `BF` ICD-9-CM.
    #[must_use]
    pub fn qualifier(&self) -> &'t [u8] {
        self.segment.component(self.element, 1)
    }

    /// The code as sent.
    #[must_use]
    pub fn code(&self) -> &'t [u8] {
        self.segment.component(self.element, 2)
    }
}

/// One line of a claim: loop 2400.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLine<'t> {
    view: LoopView<'t>,
    service: Option<Segment<'t>>,
}

impl<'t> ServiceLine<'t> {
    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The SV1 segment.
    #[must_use]
    pub fn service(&self) -> Option<Segment<'t>> {
        self.service
    }

    fn component(&self, element: usize, component: usize) -> &'t [u8] {
        self.service.map_or(&[], |service| service.component(element, component))
    }

    fn value(&self, element: usize) -> &'t [u8] {
        self.service.map_or(&[], |service| service.value(element))
    }

    /// The line's number, LX01.
    #[must_use]
    pub fn number(&self) -> &'t [u8] {
        self.view.first("LX").map_or(&[], |head| head.value(1))
    }

    /// Which codes are used, SV101-1; `HC` for HCPCS and CPT.
    #[must_use]
    pub fn procedure_kind(&self) -> &'t [u8] {
        self.component(1, 1)
    }

    /// The procedure code.
    #[must_use]
    pub fn procedure(&self) -> &'t [u8] {
        self.component(1, 2)
    }

    /// The modifiers, at most four.
    pub fn modifiers(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        let line = *self;
        (3..=6).map(move |component| line.component(1, component)).filter(|code| !code.is_empty())
    }

    /// Free text about the service, SV101-7.
    #[must_use]
    pub fn description(&self) -> Phi<'t> {
        Phi(self.component(1, 7))
    }

    /// The charge: SV102, SV203 of an institutional line, or SV302 of a dental one.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn charge(&self) -> Result<Cents, AmountError> {
        match self.service {
            Some(service) => amount(service.value(2)),
            None => match self.view.first("SV2") {
                Some(service) => amount(service.value(3)),
                None => amount(self.view.first("SV3").map_or(&[], |service| service.value(2))),
            },
        }
    }

    /// Units or minutes, as SV103 says.
    #[must_use]
    pub fn unit_kind(&self) -> &'t [u8] {
        self.value(3)
    }

    /// How many, as sent.
    #[must_use]
    pub fn units(&self) -> &'t [u8] {
        self.value(4)
    }

    /// Place of service of this line, empty when that of the claim holds.
    #[must_use]
    pub fn place_of_service(&self) -> &'t [u8] {
        self.value(5)
    }

    /// The positions of the diagnoses this line is for, as sent.
    pub fn pointers(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        let line = *self;
        (1..=4).map(move |component| line.component(7, component)).filter(|pointer| !pointer.is_empty())
    }

    /// First and last day of service.
    #[must_use]
    pub fn service_period(&self) -> Option<(Date, Date)> {
        service_period(self.view)
    }

    /// The provider's number of the line, REF*6R.
    #[must_use]
    pub fn control_number(&self) -> Option<&'t [u8]> {
        self.view.qualified("REF", &["6R"]).map(|segment| segment.value(2))
    }

    /// The drug, as a National Drug Code.
    #[must_use]
    pub fn drug_code(&self) -> Option<&'t [u8]> {
        let drug = self.view.named("2410").next()?.first("LIN")?;
        (drug.value(2) == b"N4").then(|| drug.value(3))
    }

    /// What other payers decided about the line, loops 2430.
    pub fn adjudications(&self) -> impl Iterator<Item = PriorAdjudication<'t>> + use<'t> {
        self.view.named("2430").filter_map(PriorAdjudication::of)
    }
}

fn service_period(line: LoopView<'_>) -> Option<(Date, Date)> {
    let segment = line.qualified("DTP", &["472"])?;
    dates::period(segment.value(2), segment.value(3))
}

/// What an earlier payer decided about a line: loop 2430.
#[derive(Clone, Copy, Debug)]
pub struct PriorAdjudication<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> PriorAdjudication<'t> {
    /// The decision that a loop holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        Some(Self { view, head: view.first("SVD")? })
    }

    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// The SVD segment.
    #[must_use]
    pub fn head(&self) -> Segment<'t> {
        self.head
    }

    /// The payer's number.
    #[must_use]
    pub fn payer(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// What it paid.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn paid(&self) -> Result<Cents, AmountError> {
        amount(self.head.value(2))
    }

    /// Why it paid less than charged.
    pub fn adjustments(&self) -> impl Iterator<Item = Adjustment<'t>> + use<'t> {
        adjustments(self.view)
    }
}

/// Another payer of the same claim: loop 2320.
#[derive(Clone, Copy, Debug)]
pub struct OtherPayer<'t> {
    view: LoopView<'t>,
}

impl<'t> OtherPayer<'t> {
    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// SBR: order of payment, relationship, kind of plan.
    #[must_use]
    pub fn coverage(&self) -> Option<Segment<'t>> {
        self.view.first("SBR")
    }

    /// What it paid for the claim, AMT*D.
    #[must_use]
    pub fn paid(&self) -> Option<Cents> {
        amount(self.view.qualified("AMT", &["D"])?.value(2)).ok()
    }

    /// The payer, loop 2330B.
    #[must_use]
    pub fn payer(&self) -> Option<Party<'t>> {
        Party::of(self.view.named("2330B").next()?)
    }

    /// The insured person, loop 2330A.
    #[must_use]
    pub fn subscriber(&self) -> Option<Party<'t>> {
        Party::of(self.view.named("2330A").next()?)
    }
}
