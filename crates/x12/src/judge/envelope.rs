//! Level 1 around transaction sets: headers, trailers, control numbers.

use std::collections::HashSet;

use crate::completeness::{Gap, GapKind};
use crate::judge::rules::{self as r, Rule};
use crate::judge::sink::{At, Sink};
use crate::scan::{Notice, NoticeKind};
use crate::segment::{Segment, SegmentId, Span};

/// Control numbers remembered per envelope; beyond, repeats are no longer looked for.
const CONTROL_NUMBERS_MAX: usize = 100_000;

/// Fixed widths of the ISA elements.
const WIDTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// Functional identifier codes by transaction set.
const GROUP_CODES: &[(&[u8], &[u8])] = &[
    (b"270", b"HS"),
    (b"271", b"HB"),
    (b"276", b"HR"),
    (b"277", b"HN"),
    (b"278", b"HI"),
    (b"820", b"RA"),
    (b"834", b"BE"),
    (b"835", b"HP"),
    (b"837", b"HC"),
    (b"997", b"FA"),
    (b"999", b"FA"),
];

/// What the envelopes so far have said.
#[derive(Default)]
pub(crate) struct Envelopes {
    interchanges: HashSet<Vec<u8>>,
    groups: HashSet<Vec<u8>>,
    transactions: HashSet<Vec<u8>>,
    group_code: Vec<u8>,
    group_version: Vec<u8>,
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");

impl Envelopes {
    pub(crate) fn segment(&mut self, segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
        match segment.id() {
            ISA => self.interchange(segment, at, sink),
            GS => {
                self.transactions.clear();
                self.group_code = segment.value(1).to_vec();
                self.group_version = segment.value(8).to_vec();
                repeated(&mut self.groups, segment, 6, (&r::SAME_GROUP, at), sink);
            }
            ST => self.transaction(segment, at, sink),
            _ => {}
        }
    }

    fn interchange(&mut self, segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
        self.groups.clear();
        repeated(&mut self.interchanges, segment, 13, (&r::SAME_INTERCHANGE, at), sink);
        for (element, (number, width)) in segment.elements().zip((1..).zip(WIDTHS)) {
            if element.bytes.len() != width {
                let message = format!("ISA{number:02} has {} characters; it must have {width}", element.bytes.len());
                sink.report(&r::HEADER_WIDTH, at.element(number), message);
            }
        }
        if segment.value(12) >= b"00402".as_slice() && segment.delimiters.repetition.is_none() {
            sink.report(&r::REPETITION, at.element(11), r::REPETITION.title);
        }
        for (number, is_date) in [(9, true), (10, false)] {
            let value = segment.value(number);
            let good = if is_date { crate::dates::short_day(value).is_some() } else { crate::dates::is_time(value) };
            if !good {
                let rule = if is_date { &r::DATE } else { &r::TIME };
                sink.report(rule, at.element(number), rule.title);
            }
        }
    }

    fn transaction(&mut self, segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
        repeated(&mut self.transactions, segment, 2, (&r::SAME_TRANSACTION, at), sink);
        let (set, version) = (segment.value(1), segment.value(3));
        let expected = GROUP_CODES.iter().find(|(known, _)| *known == set).map(|(_, code)| *code);
        if let Some(code) = expected
            && !self.group_code.is_empty()
            && self.group_code != code
        {
            let message = format!("GS01 must be {} for this transaction set", String::from_utf8_lossy(code));
            sink.report(&r::GROUP_CODE, at.element(1), message);
        }
        if !version.is_empty() && !self.group_version.is_empty() && version != self.group_version {
            sink.report(&r::VERSIONS_DIFFER, at.element(3), r::VERSIONS_DIFFER.title);
        }
    }
}

fn repeated(
    known: &mut HashSet<Vec<u8>>,
    segment: &Segment<'_>,
    element: usize,
    (rule, at): (&'static Rule, At<'_>),
    sink: &mut Sink,
) {
    let control = segment.value(element).to_vec();
    if known.contains(&control) {
        sink.report(rule, at.element(element), rule.title);
    } else if known.len() < CONTROL_NUMBERS_MAX {
        known.insert(control);
    }
}

/// Reports what keeps the read from being complete. `segment` is the one just read, if any.
pub(crate) fn gap(gap: &Gap, segment: Option<(&Segment<'_>, At<'_>)>, sink: &mut Sink) {
    let rule = match gap.kind {
        GapKind::Empty | GapKind::NoInterchange => &r::NO_INTERCHANGE,
        GapKind::Utf16 => &r::UTF16,
        GapKind::Junk => &r::JUNK,
        GapKind::Header => &r::HEADER,
        GapKind::Unterminated => &r::UNTERMINATED,
        GapKind::Oversize => &r::OVERSIZE,
        GapKind::Outside => &r::OUTSIDE,
        GapKind::InterchangeOpen => &r::OPEN_INTERCHANGE,
        GapKind::GroupOpen => &r::OPEN_GROUP,
        GapKind::TransactionOpen => &r::OPEN_TRANSACTION,
        GapKind::StrayTrailer => &r::STRAY_TRAILER,
        GapKind::SegmentCount => &r::SEGMENT_COUNT,
        GapKind::TransactionControl => &r::TRANSACTION_CONTROL,
        GapKind::TransactionCount => &r::TRANSACTION_COUNT,
        GapKind::GroupControl => &r::GROUP_CONTROL,
        GapKind::GroupCount => &r::GROUP_COUNT,
        GapKind::InterchangeControl => &r::INTERCHANGE_CONTROL,
        // A claim amount that is no number is reported where elements are checked; columns are not used here.
        GapKind::Amount | GapKind::LongClaim => return,
    };
    let message = match (gap.counted, gap.stated) {
        (Some(counted), Some(stated)) => format!("{}: says {stated}, read {counted}", rule.title),
        (Some(counted), None) => format!("{}: says no number, read {counted}", rule.title),
        _ => rule.title.to_owned(),
    };
    let within = |outer: Span| outer.start <= gap.span.start && gap.span.end <= outer.end;
    let at = match segment {
        Some((segment, at)) if within(segment.span()) => {
            let number = (1..=2).find(|number| segment.element(*number).span() == gap.span);
            match number {
                Some(number) => at.element(number),
                None => at.spanning(gap.span),
            }
        }
        _ => At::bytes(gap.span),
    };
    sink.report(rule, at, message);
}

/// Reports remarks on the bytes that leave the read complete.
pub(crate) fn notice(notice: Notice, sink: &mut Sink) {
    let rule = match notice.kind {
        NoticeKind::ByteOrderMark => &r::MARK,
        NoticeKind::EmptySegment => &r::EMPTY_SEGMENT,
        _ => return,
    };
    sink.report(rule, At::bytes(notice.span), rule.title);
}
