//! 270 and 271: who is asked about, and what the payer answers.

use codes::Cents;

use crate::number::amount;
use crate::segment::Segment;
use crate::tree::{LoopView, Tree};
use crate::view::Party;

/// All people asked or answered about, in order: subscribers and dependents.
pub fn eligibility<'t>(tree: &'t Tree<'t>) -> impl Iterator<Item = EligibilityPerson<'t>> {
    tree.transactions().flat_map(|transaction| {
        let levels = |name: &'static str, party: &'static str| {
            transaction
                .descendants(name)
                .filter_map(move |view| Some(EligibilityPerson { view, party: view.named(party).next()? }))
        };
        let mut people: Vec<_> = levels("2000C", "2100C").chain(levels("2000D", "2100D")).collect();
        people.sort_by_key(|person| person.view.index());
        people
    })
}

/// A subscriber or dependent of a 270 or 271.
#[derive(Clone, Copy, Debug)]
pub struct EligibilityPerson<'t> {
    view: LoopView<'t>,
    party: LoopView<'t>,
}

impl<'t> EligibilityPerson<'t> {
    /// The person.
    #[must_use]
    pub fn party(&self) -> Option<Party<'t>> {
        Party::of(self.party)
    }

    /// Whether it is a dependent of the subscriber.
    #[must_use]
    pub fn is_dependent(&self) -> bool {
        self.view.name() == "2000D"
    }

    /// What is asked (270).
    pub fn inquiries(&self) -> impl Iterator<Item = EligibilityInquiry<'t>> + use<'t> {
        self.view
            .named("2110C")
            .chain(self.view.named("2110D"))
            .filter_map(|view| Some(EligibilityInquiry { head: view.first("EQ")? }))
    }

    /// What is answered (271).
    pub fn benefits(&self) -> impl Iterator<Item = Benefit<'t>> + use<'t> {
        self.view.named("2110").filter_map(|view| Some(Benefit { view, head: view.first("EB")? }))
    }

    /// Why nothing is answered (271).
    pub fn rejections(&self) -> impl Iterator<Item = Rejection<'t>> + use<'t> {
        let levels = [self.view.enclosing("2000A"), self.view.enclosing("2000B"), Some(self.view)];
        levels.into_iter().flatten().flat_map(|level| {
            let inside = level.loops().filter(|inner| inner.name().starts_with("2100"));
            level.all("AAA").chain(inside.flat_map(|inner| inner.all("AAA"))).map(|segment| Rejection { segment })
        })
    }
}

/// One question: EQ.
#[derive(Clone, Copy, Debug)]
pub struct EligibilityInquiry<'t> {
    head: Segment<'t>,
}

impl<'t> EligibilityInquiry<'t> {
    /// Service type codes; `30` asks for the plan as a whole.
    pub fn service_types(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        self.head.element(1).repetitions().map(|code| code.bytes).filter(|code| !code.is_empty())
    }

    /// The procedure asked about, EQ02-2.
    #[must_use]
    pub fn procedure(&self) -> &'t [u8] {
        self.head.component(2, 2)
    }
}

/// One benefit: EB.
#[derive(Clone, Copy, Debug)]
pub struct Benefit<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> Benefit<'t> {
    /// The loop.
    #[must_use]
    pub fn view(&self) -> LoopView<'t> {
        self.view
    }

    /// What it is: `1` active coverage, `6` inactive, `C` deductible, `B` co-payment and others.
    #[must_use]
    pub fn kind(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// `IND`, `FAM` and others.
    #[must_use]
    pub fn level(&self) -> &'t [u8] {
        self.head.value(2)
    }

    /// Service type codes.
    pub fn service_types(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        self.head.element(3).repetitions().map(|code| code.bytes).filter(|code| !code.is_empty())
    }

    /// For which period the amount counts, EB06.
    #[must_use]
    pub fn period(&self) -> &'t [u8] {
        self.head.value(6)
    }

    /// The amount, EB07.
    #[must_use]
    pub fn amount(&self) -> Option<Cents> {
        amount(self.head.value(7)).ok()
    }

    /// The patient's share as sent, EB08: a fraction such as `.2`.
    #[must_use]
    pub fn share(&self) -> &'t [u8] {
        self.head.value(8)
    }

    /// Whether an authorization is required, EB11: `Y`, `N` or `U`.
    #[must_use]
    pub fn authorization(&self) -> &'t [u8] {
        self.head.value(11)
    }

    /// Whether it holds in network, EB12: `Y`, `N`, `U` or `W`.
    #[must_use]
    pub fn in_network(&self) -> &'t [u8] {
        self.head.value(12)
    }
}

/// Why the payer does not answer: AAA.
#[derive(Clone, Copy, Debug)]
pub struct Rejection<'t> {
    segment: Segment<'t>,
}

impl<'t> Rejection<'t> {
    /// The reject reason code, AAA03.
    #[must_use]
    pub fn reason(&self) -> &'t [u8] {
        self.segment.value(3)
    }

    /// What to do, AAA04.
    #[must_use]
    pub fn follow_up(&self) -> &'t [u8] {
        self.segment.value(4)
    }
}
