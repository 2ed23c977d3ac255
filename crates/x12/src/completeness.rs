//! What a read covered, so that a partial result can never pass for a whole one.

use codes::Cents;
use thiserror::Error;

use crate::number::{amount, count, counted};
use crate::scan::{Event, Notice, NoticeKind, Scanner};
use crate::segment::{Segment, SegmentId, Span};

/// Gaps kept with their place; the rest are only counted, so that a hostile file cannot fill the
/// memory.
pub const GAPS_KEPT_MAX: usize = 100;

/// One reason why the read is not known to be the whole of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GapKind {
    /// The file holds no byte that is not blank.
    #[error("the file is empty")]
    Empty,
    /// No ISA segment was found.
    #[error("no interchange header was found")]
    NoInterchange,
    /// UTF-16 text.
    #[error("the file is UTF-16; save it as plain text with one byte for each character")]
    Utf16,
    /// Bytes that belong to no interchange.
    #[error("bytes that belong to no interchange")]
    Junk,
    /// An ISA segment that does not tell its separators.
    #[error("an interchange header that cannot be read")]
    Header,
    /// The bytes end inside a segment.
    #[error("the file ends inside a segment")]
    Unterminated,
    /// A segment longer than the reader keeps.
    #[error("a segment is longer than the limit of 4 MiB")]
    Oversize,
    /// A segment where only envelope segments may stand.
    #[error("a segment stands outside its envelope")]
    Outside,
    /// The interchange has no IEA.
    #[error("the interchange has no trailer (IEA)")]
    InterchangeOpen,
    /// The group has no GE.
    #[error("the group has no trailer (GE)")]
    GroupOpen,
    /// The transaction set has no SE.
    #[error("the transaction set has no trailer (SE)")]
    TransactionOpen,
    /// A trailer without its header.
    #[error("a trailer closes nothing that is open")]
    StrayTrailer,
    /// SE01 is not the number of segments.
    #[error("the segment count in SE01 is not what was read")]
    SegmentCount,
    /// SE02 is not ST02.
    #[error("the control number in SE02 is not that of ST02")]
    TransactionControl,
    /// GE01 is not the number of transaction sets.
    #[error("the transaction count in GE01 is not what was read")]
    TransactionCount,
    /// GE02 is not GS06.
    #[error("the control number in GE02 is not that of GS06")]
    GroupControl,
    /// IEA01 is not the number of groups.
    #[error("the group count in IEA01 is not what was read")]
    GroupCount,
    /// IEA02 is not ISA13.
    #[error("the control number in IEA02 is not that of ISA13")]
    InterchangeControl,
    /// A claim amount that is no amount, so that the totals miss it.
    #[error("a claim amount that cannot be read is missing from the totals")]
    Amount,
    /// A claim that is too long for a batch; only batches have this limit.
    #[error("a claim is longer than the limit of 16 MiB, and the rest of it is in no batch")]
    LongClaim,
}

/// A [`GapKind`] and its place, with the numbers that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is wrong.
    pub kind: GapKind,
    /// Where.
    pub span: Span,
    /// For counts: what was counted.
    pub counted: Option<u64>,
    /// For counts: what the trailer says, if it is a number.
    pub stated: Option<u64>,
}

/// Counts and sums over one file, and every reason to doubt them.
///
/// Claims, lines and money are those of 837 (CLM, SV1 to SV3) and 835 (CLP, SVC) sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Bytes of the file.
    pub bytes: u64,
    /// Segments, envelopes included.
    pub segments: u64,
    /// ISA segments.
    pub interchanges: u64,
    /// GS segments.
    pub groups: u64,
    /// ST segments.
    pub transactions: u64,
    /// HL segments.
    pub hierarchies: u64,
    /// Claims.
    pub claims: u64,
    /// Service lines.
    pub lines: u64,
    /// Sum of CLM02 and CLP03.
    pub charge: Cents,
    /// Sum of CLP04.
    pub paid: Cents,
    /// The first gaps, at most [`GAPS_KEPT_MAX`].
    pub gaps: Vec<Gap>,
    /// All gaps, kept or not.
    pub gap_count: u64,
}

impl Completeness {
    /// Whether every byte was read, every envelope closed, and every trailer agrees.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gap_count == 0
    }

    fn push(&mut self, gap: Gap) {
        self.gap_count += 1;
        if self.gaps.len() < GAPS_KEPT_MAX {
            self.gaps.push(gap);
        }
    }
}

/// The file is not known to be whole. The record says what was recovered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "incomplete: {} at byte {}; recovered {} with {} in {} from {}",
    .0.gaps[0].kind, .0.gaps[0].span.start, counted(.0.claims, "claim"), counted(.0.lines, "line"),
    counted(.0.transactions, "transaction set"), counted(.0.bytes, "byte")
)]
pub struct Incomplete(pub Box<Completeness>);

impl Incomplete {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "X0001"
    }
}

/// Reads a file in memory for its completeness alone.
///
/// # Errors
/// [`Incomplete`] when anything is missing, cut off or does not reconcile; it carries the record.
pub fn read(bytes: &[u8]) -> Result<Completeness, Incomplete> {
    let mut counter = Counter::default();
    let mut scanner = Scanner::default();
    scanner.feed(bytes, &mut |event| counter.event(event));
    let length = scanner.finish(&mut |event| counter.event(event));
    counter.finish(length)
}

/// An open envelope: its control number, and how many parts it has so far.
#[derive(Clone, Debug)]
struct Open {
    control: Vec<u8>,
    parts: u64,
    span: Span,
}

/// Which transaction set is open, as far as counting needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Set {
    Claims,
    Remittance,
    #[default]
    Other,
}

/// Builds a [`Completeness`] from events in order.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    record: Completeness,
    interchange: Option<Open>,
    group: Option<Open>,
    transaction: Option<Open>,
    set: Set,
    /// Gaps found since they were last taken, where somebody takes them.
    fresh: Option<Vec<Gap>>,
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");
const TA1: SegmentId = SegmentId::new(b"TA1");
const HL: SegmentId = SegmentId::new(b"HL");
const CLM: SegmentId = SegmentId::new(b"CLM");
const SV1: SegmentId = SegmentId::new(b"SV1");
const SV2: SegmentId = SegmentId::new(b"SV2");
const SV3: SegmentId = SegmentId::new(b"SV3");
const CLP: SegmentId = SegmentId::new(b"CLP");
const SVC: SegmentId = SegmentId::new(b"SVC");

impl Counter {
    /// A counter whose gaps are taken one by one as they are found.
    pub(crate) fn watched() -> Self {
        Self { fresh: Some(Vec::new()), ..Self::default() }
    }

    /// Whether gaps were found since they were last taken.
    #[inline]
    pub(crate) fn has_gaps(&self) -> bool {
        self.fresh.as_ref().is_some_and(|fresh| !fresh.is_empty())
    }

    /// The gaps found since the last call.
    pub(crate) fn take_gaps(&mut self) -> Vec<Gap> {
        self.fresh.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn gap(&mut self, kind: GapKind, span: Span) {
        self.push(Gap { kind, span, counted: None, stated: None });
    }

    fn push(&mut self, gap: Gap) {
        if let Some(fresh) = &mut self.fresh {
            fresh.push(gap);
        }
        self.record.push(gap);
    }

    /// The record so far; gaps that only the end shows are not in it yet.
    #[must_use]
    pub fn record(&self) -> &Completeness {
        &self.record
    }

    /// Takes the next event.
    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Segment(segment) => self.segment(&segment),
            Event::Notice(notice) => self.notice(notice),
        }
    }

    /// Whether a transaction set is open, and then whether it has claims or payments.
    #[inline]
    pub(crate) fn open_set(&self) -> Option<Set> {
        self.transaction.as_ref().map(|_| self.set)
    }

    /// Counts segments inside the open transaction set; its claims, lines and amounts are counted apart.
    #[inline]
    pub(crate) fn pass(&mut self, segments: u64) {
        self.record.segments += segments;
        if let Some(transaction) = &mut self.transaction {
            transaction.parts += segments;
        }
    }

    /// Counts a hierarchical level.
    #[inline]
    pub(crate) fn pass_level(&mut self) {
        self.record.hierarchies = self.record.hierarchies.wrapping_add(1);
    }

    /// Counts a service line.
    #[inline]
    pub(crate) fn pass_line(&mut self) {
        // INVARIANT: no file has as many as 64 bits count.
        self.record.lines = self.record.lines.wrapping_add(1);
    }

    /// Counts a claim and its charge; `place` is asked where that is if it could not be read.
    #[inline(always)]
    pub(crate) fn pass_claim(&mut self, charge: Option<i64>, place: impl FnOnce() -> Span) {
        self.record.claims += 1;
        if !add(&mut self.record.charge, charge) {
            self.gap(GapKind::Amount, place());
        }
    }

    /// Counts a claim payment, its charge and what was paid, each where the element is.
    #[inline(always)]
    pub(crate) fn pass_payment(&mut self, charge: Option<i64>, paid: Option<i64>, place: impl Fn(usize) -> Span) {
        self.pass_claim(charge, || place(3));
        if !add(&mut self.record.paid, paid) {
            self.gap(GapKind::Amount, place(4));
        }
    }

    /// Takes the next segment.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        self.record.segments += 1;
        let id = segment.id();
        if let Some(transaction) = &mut self.transaction {
            transaction.parts += 1;
        }
        match id {
            ISA => self.open_interchange(segment),
            GS => self.open_group(segment),
            ST => self.open_transaction(segment),
            SE => self.close_transaction(segment),
            GE => self.close_group(segment),
            IEA => self.close_interchange(segment),
            TA1 if self.transaction.is_none() => {}
            _ if self.transaction.is_none() => self.gap(GapKind::Outside, segment.span()),
            _ => self.body(id, segment),
        }
    }

    fn body(&mut self, id: SegmentId, segment: &Segment<'_>) {
        match (self.set, id) {
            (_, HL) => self.record.hierarchies += 1,
            (Set::Claims, CLM) => self.pass_claim(read_amount(segment, 2), || segment.element(2).span()),
            (Set::Claims, SV1 | SV2 | SV3) | (Set::Remittance, SVC) => self.record.lines += 1,
            (Set::Remittance, CLP) => {
                let (charge, paid) = (read_amount(segment, 3), read_amount(segment, 4));
                self.pass_payment(charge, paid, |element| segment.element(element).span());
            }
            _ => {}
        }
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        let kind = match notice.kind {
            NoticeKind::ByteOrderMark | NoticeKind::EmptySegment => {
                return;
            }
            NoticeKind::Utf16 => GapKind::Utf16,
            NoticeKind::Junk => GapKind::Junk,
            NoticeKind::Header(_) => GapKind::Header,
            NoticeKind::Unterminated => GapKind::Unterminated,
            NoticeKind::Oversize => GapKind::Oversize,
        };
        self.gap(kind, notice.span);
    }

    fn open_interchange(&mut self, segment: &Segment<'_>) {
        self.leave_group();
        if let Some(open) = self.interchange.take() {
            self.gap(GapKind::InterchangeOpen, open.span);
        }
        self.record.interchanges += 1;
        self.interchange = Some(open(segment, 13));
    }

    fn open_group(&mut self, segment: &Segment<'_>) {
        self.leave_group();
        self.record.groups += 1;
        match &mut self.interchange {
            Some(interchange) => interchange.parts += 1,
            None => self.gap(GapKind::Outside, segment.span()),
        }
        self.group = Some(open(segment, 6));
    }

    fn open_transaction(&mut self, segment: &Segment<'_>) {
        self.leave_transaction();
        self.record.transactions += 1;
        match &mut self.group {
            Some(group) => group.parts += 1,
            None => self.gap(GapKind::Outside, segment.span()),
        }
        self.set = match segment.value(1) {
            b"837" => Set::Claims,
            b"835" => Set::Remittance,
            _ => Set::Other,
        };
        self.transaction = Some(Open { parts: 1, ..open(segment, 2) });
    }

    fn close_transaction(&mut self, segment: &Segment<'_>) {
        let open = self.transaction.take();
        let kinds = (GapKind::SegmentCount, GapKind::TransactionControl);
        self.close(segment, open, kinds);
    }

    fn close_group(&mut self, segment: &Segment<'_>) {
        self.leave_transaction();
        let open = self.group.take();
        let kinds = (GapKind::TransactionCount, GapKind::GroupControl);
        self.close(segment, open, kinds);
    }

    fn close_interchange(&mut self, segment: &Segment<'_>) {
        self.leave_group();
        let open = self.interchange.take();
        let kinds = (GapKind::GroupCount, GapKind::InterchangeControl);
        self.close(segment, open, kinds);
    }

    fn close(&mut self, segment: &Segment<'_>, open: Option<Open>, kinds: (GapKind, GapKind)) {
        let Some(open) = open else {
            self.gap(GapKind::StrayTrailer, segment.span());
            return;
        };
        let stated = count(segment.value(1));
        if stated != Some(open.parts) {
            self.push(Gap { kind: kinds.0, span: segment.element(1).span(), counted: Some(open.parts), stated });
        }
        if segment.value(2) != open.control {
            self.gap(kinds.1, segment.element(2).span());
        }
    }

    fn leave_transaction(&mut self) {
        if let Some(open) = self.transaction.take() {
            self.gap(GapKind::TransactionOpen, open.span);
        }
    }

    fn leave_group(&mut self) {
        self.leave_transaction();
        if let Some(open) = self.group.take() {
            self.gap(GapKind::GroupOpen, open.span);
        }
    }

    /// Notes what only the end of a file of `bytes` bytes shows.
    pub(crate) fn end(&mut self, bytes: u64) {
        self.leave_group();
        if let Some(open) = self.interchange.take() {
            self.gap(GapKind::InterchangeOpen, open.span);
        }
        self.record.bytes = bytes;
        let nothing = self.record.interchanges == 0 && self.record.gap_count == 0;
        if nothing && self.record.segments == 0 {
            let kind = if bytes == 0 { GapKind::Empty } else { GapKind::NoInterchange };
            self.gap(kind, Span { start: 0, end: bytes });
        }
    }

    /// Ends the read of a file of `bytes` bytes.
    ///
    /// # Errors
    /// [`Incomplete`] when anything is missing, cut off or does not reconcile.
    pub fn finish(mut self, bytes: u64) -> Result<Completeness, Incomplete> {
        self.end(bytes);
        if self.record.is_complete() { Ok(self.record) } else { Err(Incomplete(Box::new(self.record))) }
    }
}

fn read_amount(segment: &Segment<'_>, element: usize) -> Option<i64> {
    amount(segment.value(element)).ok().map(|amount| amount.0)
}

/// Whether an amount was read and still fits into the sum.
#[inline(always)]
fn add(sum: &mut Cents, amount: Option<i64>) -> bool {
    let added = amount.and_then(|amount| sum.0.checked_add(amount));
    sum.0 = added.unwrap_or(sum.0);
    added.is_some()
}

fn open(segment: &Segment<'_>, control: usize) -> Open {
    Open { control: segment.value(control).to_vec(), parts: 0, span: segment.span() }
}
