//! Level 2: loops, segments and elements against the table.

use crate::judge::demand::{self, Demand};
use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::judge::{claims, remittance};
use crate::segment::{Segment, SegmentId};
use crate::table::{Check, Table};
use crate::tree::{NO_ROW, NodeIndex, Tree};
use crate::walk::{Fit, Placed, Visitor};

/// Hears from the walker what is missing, and judges claims when they end.
pub(crate) struct Structure<'s> {
    pub(crate) sink: &'s mut Sink,
    /// The sums of the remittance that is open.
    pub(crate) payment: &'s mut remittance::Totals,
    /// The claims of the transaction that is open.
    pub(crate) claims: &'s mut claims::Batch,
    /// What the receiver asks for.
    pub(crate) demands: &'s [Demand],
    /// Sets that are read by loops only are not judged at level 2.
    pub(crate) requires: bool,
}

impl Visitor for Structure<'_> {
    fn missing(&mut self, tree: &Tree<'_>, node: NodeIndex, row: u16) {
        let view = tree.view(node);
        let Some(table) = tree.nodes[node as usize].table() else { return };
        let Some(head) = view.all_segments().next() else { return };
        if !self.requires {
            return;
        }
        let row = table.row(row);
        let lacks = if row.is_loop { table.row(row.children[0]).name } else { row.name };
        let at = At::segment(&head, tree, node).lacking(lacks);
        if row.is_loop {
            let message = format!("loop {} ({}) is missing", row.name, row.title);
            self.sink.report(&r::MISSING_LOOP, at, message);
        } else {
            let codes = row.when.first().map(|when| names(&when.codes)).unwrap_or_default();
            let star = if codes.is_empty() { "" } else { "*" };
            let message = format!("{}{star}{codes} is missing", row.name);
            self.sink.report(&r::MISSING_SEGMENT, at, message);
        }
    }

    fn leave(&mut self, tree: &Tree<'_>, node: NodeIndex) {
        let view = tree.view(node);
        demand::judge(self.demands, view, self.sink);
        match view.name() {
            "2300" if view.first("CLM").is_some() => {
                self.sink.claims += 1;
                demand::judge_count(self.demands, self.sink.claims, view, self.sink);
                claims::judge(view, self.claims, self.sink);
            }
            "2100" if view.first("CLP").is_some() => {
                remittance::judge_claim(view, self.payment, self.sink);
            }
            "2000A" => claims::judge_provider(view, self.claims, self.sink),
            "TS" => remittance::judge_payment(view, self.payment, self.sink),
            _ => {}
        }
    }
}

/// Reports how a segment fits, and what its row asks of its elements; of one without faults of form it is known which are there.
#[inline]
pub(crate) fn placed(
    segment: &Segment<'_>,
    there: Option<u64>,
    placed: Placed,
    table: &Table,
    tree: &Tree<'_>,
    sink: &mut Sink,
) {
    let is_good = placed.fit == Fit::Good
        && placed.row != NO_ROW
        && there.is_some_and(|there| {
            let row = table.row(placed.row);
            there & row.needed == row.needed
                && pairs(segment.id()).iter().all(|(one, other)| there >> one & 1 == there >> other & 1)
                && row.coded.iter().all(|check| is_kept(check, segment).1)
        });
    if !is_good && segment.id() != SegmentId::NONE {
        report(segment, placed, table, tree, sink);
    }
}

fn report(segment: &Segment<'_>, placed: Placed, table: &Table, tree: &Tree<'_>, sink: &mut Sink) {
    let at = At::segment(segment, tree, placed.node);
    if placed.fit != Fit::Good {
        misfit(segment, placed, table, tree, sink);
    }
    if placed.row != NO_ROW {
        elements(segment, placed.row, table, at, sink);
    }
    for pair in pairs(segment.id()) {
        if let Some((have, lack)) = lacking(segment, *pair) {
            let name = segment.id().text();
            let message = format!("{name}{have:02} is there without {name}{lack:02}");
            sink.report(&r::PAIR, at.element(lack), message);
        }
    }
}

/// Reports a segment that does not fit where it stands.
fn misfit(segment: &Segment<'_>, placed: Placed, table: &Table, tree: &Tree<'_>, sink: &mut Sink) {
    let at = At::segment(segment, tree, placed.node);
    let name = segment.id().text();
    let qualified = || {
        let codes = if placed.row == NO_ROW { &[][..] } else { &table.row(placed.row).when };
        codes.first().map_or(name.clone(), |when| format!("{name}*{}", String::from_utf8_lossy(when.value(segment))))
    };
    let loop_name = tree.view(placed.node).name();
    match placed.fit {
        Fit::Good => {}
        Fit::TooMany => {
            let row = table.row(placed.row);
            let max = if row.position == 1 { table.row(row.parent).max } else { row.max };
            let message = format!("{} occurs more than {max} times", qualified());
            sink.report(&r::REPEATS, at, message);
        }
        Fit::OutOfOrder => {
            let message = format!("{} stands too late in loop {loop_name}", qualified());
            sink.report(&r::ORDER, at, message);
        }
        Fit::Misplaced => {
            let message = format!("loop {loop_name} cannot start here");
            sink.report(&r::MISPLACED, at, message);
        }
        Fit::Qualifier => {
            let message = format!("loop {loop_name} has no {name} with this qualifier");
            sink.report(&r::QUALIFIER, at.element(1), message);
        }
        Fit::Unexpected => {
            let message = format!("loop {loop_name} has no {name}");
            sink.report(&r::UNEXPECTED_SEGMENT, at, message);
        }
        Fit::Unknown => {
            let message = format!("this transaction set has no segment {name}");
            sink.report(&r::UNKNOWN_SEGMENT, at, message);
        }
    }
}

fn elements(segment: &Segment<'_>, row: u16, table: &Table, at: At<'_>, sink: &mut Sink) {
    for check in &table.row(row).checks {
        let number = usize::from(check.element);
        let (value, is_kept) = is_kept(check, segment);
        if is_kept {
            continue;
        }
        let at = match check.component {
            0 => at.element(number),
            component => at.component(number, usize::from(component)),
        };
        let name = format!("{}{number:02}", segment.id().text());
        if value.is_empty() {
            sink.report(&r::MISSING_ELEMENT, at, format!("{name} is empty"));
        } else {
            let message = format!("{name} must be one of {}", names(&check.codes));
            sink.report(&r::CODE, at, message);
        }
    }
}

/// The value that a check is about, and whether it is what it must be.
#[inline]
fn is_kept<'a>(check: &Check, segment: &Segment<'a>) -> (&'a [u8], bool) {
    let value = check.value(segment);
    (value, !value.is_empty() && (check.codes.is_empty() || check.has(value)))
}

const NM1: SegmentId = SegmentId::new(b"NM1");
const N1: SegmentId = SegmentId::new(b"N1");
const PER: SegmentId = SegmentId::new(b"PER");
const DMG: SegmentId = SegmentId::new(b"DMG");
const SV1: SegmentId = SegmentId::new(b"SV1");

/// Pairs of elements that only mean something together.
fn pairs(id: SegmentId) -> &'static [(usize, usize)] {
    match id {
        NM1 => &[(8, 9)],
        N1 | SV1 => &[(3, 4)],
        PER => &[(3, 4), (5, 6), (7, 8)],
        DMG => &[(1, 2)],
        _ => &[],
    }
}

/// Of a pair, the element that is there and the one that is not; none where both or neither is there.
fn lacking(segment: &Segment<'_>, (first, second): (usize, usize)) -> Option<(usize, usize)> {
    match [first, second].map(|number| segment.value(number).is_empty()) {
        [true, false] => Some((second, first)),
        [false, true] => Some((first, second)),
        _ => None,
    }
}

fn names(codes: &[&[u8]]) -> String {
    let names: Vec<_> = codes.iter().map(|code| String::from_utf8_lossy(code)).collect();
    names.join(", ")
}
