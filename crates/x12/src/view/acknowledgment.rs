//! 999 and TA1: what a receiver says about a file.

use crate::number::count;
use crate::segment::Segment;
use crate::tree::LoopView;

/// One 999: the answer to one functional group.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledgment<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> Acknowledgment<'t> {
    /// The acknowledgment that a transaction holds.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        (view.first("ST")?.value(1) == b"999").then_some(())?;
        Some(Self { view, head: view.first("AK1")? })
    }

    /// GS06 of the group that is answered.
    #[must_use]
    pub fn group_control(&self) -> &'t [u8] {
        self.head.value(2)
    }

    /// `A` accepted, `E` accepted with errors, `P` partly, `R` rejected: AK901.
    #[must_use]
    pub fn verdict(&self) -> &'t [u8] {
        self.view.first("AK9").map_or(&[], |tail| tail.value(1))
    }

    /// Transaction sets sent, received and accepted, as AK9 says.
    #[must_use]
    pub fn counts(&self) -> Option<[u64; 3]> {
        let tail = self.view.first("AK9")?;
        Some([count(tail.value(2))?, count(tail.value(3))?, count(tail.value(4))?])
    }

    /// The answers to single transaction sets.
    pub fn responses(&self) -> impl Iterator<Item = TransactionResponse<'t>> + use<'t> {
        self.view.named("2000").filter_map(|view| Some(TransactionResponse { view, head: view.first("AK2")? }))
    }
}

/// The answer to one transaction set: loop 2000.
#[derive(Clone, Copy, Debug)]
pub struct TransactionResponse<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> TransactionResponse<'t> {
    /// ST01 of the set.
    #[must_use]
    pub fn set(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// ST02 of the set.
    #[must_use]
    pub fn control(&self) -> &'t [u8] {
        self.head.value(2)
    }

    /// `A` accepted, `E` accepted with errors, `R` rejected: IK501.
    #[must_use]
    pub fn verdict(&self) -> &'t [u8] {
        self.view.first("IK5").map_or(&[], |tail| tail.value(1))
    }

    /// Why the set was not accepted, IK502 to IK506.
    pub fn reasons(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        let tail = self.view.first("IK5");
        (2..=6).filter_map(move |element| tail.map(|tail| tail.value(element))).filter(|reason| !reason.is_empty())
    }

    /// The segments that are wrong.
    pub fn segment_errors(&self) -> impl Iterator<Item = SegmentError<'t>> + use<'t> {
        self.view.named("2100").filter_map(|view| Some(SegmentError { view, head: view.first("IK3")? }))
    }
}

/// One wrong segment: loop 2100.
#[derive(Clone, Copy, Debug)]
pub struct SegmentError<'t> {
    view: LoopView<'t>,
    head: Segment<'t>,
}

impl<'t> SegmentError<'t> {
    /// Its identifier, IK301.
    #[must_use]
    pub fn id(&self) -> &'t [u8] {
        self.head.value(1)
    }

    /// Its position in the transaction set, ST being 1.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        count(self.head.value(2))
    }

    /// Its loop, IK303.
    #[must_use]
    pub fn loop_name(&self) -> &'t [u8] {
        self.head.value(3)
    }

    /// What is wrong, IK304.
    #[must_use]
    pub fn reason(&self) -> &'t [u8] {
        self.head.value(4)
    }

    /// The elements that are wrong.
    pub fn element_errors(&self) -> impl Iterator<Item = ElementError<'t>> + use<'t> {
        self.view.named("2110").filter_map(|view| Some(ElementError { head: view.first("IK4")? }))
    }
}

/// One wrong element: loop 2110.
#[derive(Clone, Copy, Debug)]
pub struct ElementError<'t> {
    head: Segment<'t>,
}

impl<'t> ElementError<'t> {
    /// Its number in the segment.
    #[must_use]
    pub fn element(&self) -> Option<usize> {
        count(self.head.component(1, 1)).and_then(|number| usize::try_from(number).ok())
    }

    /// Its component, where it has any.
    #[must_use]
    pub fn component(&self) -> Option<usize> {
        count(self.head.component(1, 2)).and_then(|number| usize::try_from(number).ok())
    }

    /// What is wrong, IK403.
    #[must_use]
    pub fn reason(&self) -> &'t [u8] {
        self.head.value(3)
    }
}

/// TA1: the answer to one interchange.
#[derive(Clone, Copy, Debug)]
pub struct Interchange<'t> {
    segment: Segment<'t>,
}

impl<'t> Interchange<'t> {
    /// The answer that a TA1 segment gives.
    #[must_use]
    pub fn of(segment: Segment<'t>) -> Option<Self> {
        segment.id_text().eq_ignore_ascii_case(b"TA1").then_some(Self { segment })
    }

    /// ISA13 of the interchange that is answered.
    #[must_use]
    pub fn control(&self) -> &'t [u8] {
        self.segment.value(1)
    }

    /// `A` accepted, `E` accepted with errors, `R` rejected: TA104.
    #[must_use]
    pub fn verdict(&self) -> &'t [u8] {
        self.segment.value(4)
    }

    /// The note code, TA105.
    #[must_use]
    pub fn note(&self) -> &'t [u8] {
        self.segment.value(5)
    }
}
