//! Repairs of form only: counts, control numbers, HL and LX numbering, padding, points in codes.
//!
//! Nothing clinical is ever touched: no code, date, charge, unit or name. A file from which
//! something is missing is not repaired, because right counts would hide the loss.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::completeness::{Completeness, Counter, GapKind, Incomplete};
use crate::edit::{Edit, apply};
use crate::number::count;
use crate::scan::{Event, NoticeKind, events};
use crate::segment::{Segment, SegmentId, Span};

/// Why a file is not repaired.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FixError {
    /// Something is missing, not only miscounted.
    #[error("the file is not whole: {kind} at byte {offset}; ask the sender for it again")]
    NotWhole {
        /// What is missing.
        kind: GapKind,
        /// Where.
        offset: u64,
    },
    /// The repaired file would not be read as the same claims, or would need repair again.
    #[error(
        "the file is too damaged to be repaired by itself: with {edits} repairs of form it would read otherwise than it \
         does now; ask the sender for it again"
    )]
    Unsafe {
        /// How many repairs were tried.
        edits: usize,
    },
}

impl FixError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotWhole { .. } => "X0401",
            Self::Unsafe { .. } => "X0402",
        }
    }
}

/// The repairs a file needs, in the order of the file; none when its form is right.
///
/// They are tried before they are given: the repaired file has the same claims, lines and money, and needs no repair.
///
/// # Errors
/// When the file is cut off or an envelope segment is missing, and when the repaired file would read otherwise.
pub fn fix(bytes: &[u8]) -> Result<Vec<Edit>, FixError> {
    let before = whole(bytes)?;
    let edits = repairs(bytes);
    if edits.is_empty() {
        return Ok(edits);
    }
    let holds = |record: &Completeness| (record.claims, record.lines, record.charge, record.paid);
    let good = edits.is_sorted_by(|one, next| one.span.end <= next.span.start) && {
        let repaired = apply(bytes, &edits);
        whole(&repaired).is_ok_and(|after| holds(&after) == holds(&before)) && repairs(&repaired).is_empty()
    };
    if good { Ok(edits) } else { Err(FixError::Unsafe { edits: edits.len() }) }
}

fn repairs(bytes: &[u8]) -> Vec<Edit> {
    let mut fixer = Fixer::default();
    for event in events(bytes) {
        match event {
            Event::Notice(notice) if notice.kind == NoticeKind::EmptySegment => {
                fixer.edit(notice.span, "", "an empty segment is removed");
            }
            Event::Notice(_) => {}
            Event::Segment(segment) => fixer.segment(&segment),
        }
    }
    let mut edits = fixer.edits;
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Counts may be wrong; the parts must be there.
fn whole(bytes: &[u8]) -> Result<Completeness, FixError> {
    let mut counter = Counter::default();
    for event in events(bytes) {
        counter.event(event);
    }
    let record = match counter.finish(bytes.len() as u64) {
        Ok(record) => return Ok(record),
        Err(Incomplete(record)) => *record,
    };
    let repairable = |kind| {
        matches!(
            kind,
            GapKind::SegmentCount
                | GapKind::TransactionControl
                | GapKind::TransactionCount
                | GapKind::GroupControl
                | GapKind::GroupCount
                | GapKind::InterchangeControl
                | GapKind::Amount
        )
    };
    match record.gaps.iter().find(|gap| !repairable(gap.kind)) {
        Some(gap) => Err(FixError::NotWhole { kind: gap.kind, offset: gap.span.start }),
        None => Ok(record),
    }
}

/// The envelope and numbering as they are rewritten.
#[derive(Default)]
struct Fixer {
    edits: Vec<Edit>,
    interchange: Vec<u8>,
    group: Vec<u8>,
    transaction: Vec<u8>,
    groups: u64,
    transactions: u64,
    segments: u64,
    /// New HL numbers of the open transaction by old ones.
    levels: BTreeMap<Vec<u8>, u64>,
    level_count: u64,
    lines: u64,
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");
const HL: SegmentId = SegmentId::new(b"HL");
const LX: SegmentId = SegmentId::new(b"LX");
const CLM: SegmentId = SegmentId::new(b"CLM");
const HI: SegmentId = SegmentId::new(b"HI");
const N4: SegmentId = SegmentId::new(b"N4");

impl Fixer {
    fn edit(&mut self, span: Span, text: impl Into<Vec<u8>>, reason: &str) {
        self.edits.push(Edit { span, text: text.into(), reason: reason.to_owned() });
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        let id = segment.id();
        self.segments += 1;
        self.spelling(segment);
        match id {
            ISA => {
                self.interchange = segment.value(13).to_vec();
                self.groups = 0;
                self.header(segment);
                return;
            }
            GS => {
                self.group = segment.value(6).to_vec();
                self.groups += 1;
                self.transactions = 0;
            }
            ST => {
                self.transaction = segment.value(2).to_vec();
                self.transactions += 1;
                self.segments = 1;
                self.levels.clear();
                self.level_count = 0;
            }
            SE => self.trailer(segment, self.segments, self.transaction.clone()),
            GE => self.trailer(segment, self.transactions, self.group.clone()),
            IEA => self.trailer(segment, self.groups, self.interchange.clone()),
            HL => self.level(segment),
            CLM => self.lines = 0,
            LX => self.line(segment),
            HI => self.points(segment),
            N4 => self.postal_code(segment),
            _ => {}
        }
        if !matches!(id, SE | GE | IEA) {
            self.blanks(segment);
        }
    }

    /// Identifier in capitals, nothing empty at the end.
    fn spelling(&mut self, segment: &Segment<'_>) {
        let text = segment.id_text();
        let start = segment.offset;
        if text.iter().any(u8::is_ascii_lowercase) && segment.id() != SegmentId::NONE {
            let span = Span { start, end: start + text.len() as u64 };
            self.edit(span, text.to_ascii_uppercase(), "the segment identifier is written in capitals");
        }
        // A blank element at the end is as good as empty: the next repair would remove it.
        let last = segment.elements().filter(|element| !element.bytes.trim_ascii().is_empty()).last();
        let used = last.map_or(start + text.len() as u64, |element| element.span().end);
        let is_trailer = matches!(segment.id(), SE | GE | IEA);
        if used < segment.span().end && !is_trailer {
            let span = Span { start: used, end: segment.span().end };
            self.edit(span, "", "empty elements at the end are removed");
        }
    }

    /// Blanks around values.
    fn blanks(&mut self, segment: &Segment<'_>) {
        for element in segment.elements() {
            let trimmed = element.bytes.trim_ascii();
            let span = element.span();
            let touched =
                self.edits.iter().rev().take(4).any(|edit| edit.span.end > span.start && edit.span.start < span.end);
            if trimmed.len() != element.bytes.len() && !touched {
                self.edit(span, trimmed, "blanks around a value are removed");
            }
        }
    }

    /// The fixed widths of the header.
    fn header(&mut self, segment: &Segment<'_>) {
        const TEXT: [(usize, usize); 4] = [(2, 10), (4, 10), (6, 15), (8, 15)];
        for (number, width) in TEXT {
            let element = segment.element(number);
            if element.bytes.len() < width {
                let mut text = element.bytes.to_vec();
                text.resize(width, b' ');
                self.edit(element.span(), text, "a header value is padded to its width");
            }
        }
        let control = segment.element(13);
        if let Some(number) = count(control.bytes.trim_ascii())
            && control.bytes.len() < 9
        {
            let text = format!("{number:09}").into_bytes();
            self.interchange.clone_from(&text);
            self.edit(control.span(), text, "the control number is padded to nine digits");
        }
    }

    fn trailer(&mut self, segment: &Segment<'_>, parts: u64, control: Vec<u8>) {
        let right = parts.to_string().into_bytes();
        let same = segment.value(1) == right && segment.value(2) == control;
        if same && segment.len() == 2 {
            return;
        }
        let mut text = segment.id().text().into_bytes();
        for part in [&right, &control] {
            text.push(segment.delimiters.element);
            text.extend_from_slice(part);
        }
        // One edit for the whole segment, so that it cannot meet another.
        self.edits.retain(|edit| edit.span.start < segment.offset);
        self.edit(segment.span(), text, "count and control number of the trailer are set right");
    }

    fn level(&mut self, segment: &Segment<'_>) {
        self.level_count += 1;
        let old = segment.value(1).to_vec();
        let right = self.level_count.to_string();
        if old != right.as_bytes() {
            self.number(segment, &right, "HL levels are numbered from 1");
        }
        let parent = segment.value(2);
        if let Some(new) = self.levels.get(parent)
            && new.to_string().as_bytes() != parent
        {
            let new = new.to_string();
            self.edit(segment.element(2).span(), new, "HL02 follows its renumbered parent");
        }
        self.levels.insert(old, self.level_count);
    }

    /// Writes the first element, which is the number of the segment.
    fn number(&mut self, segment: &Segment<'_>, right: &str, reason: &str) {
        let first = segment.element(1).span();
        let separated = [&[segment.delimiters.element], right.as_bytes()].concat();
        if segment.is_empty() {
            let end = segment.span().end;
            self.edit(Span { start: end, end }, separated, reason);
            return;
        }
        match self.edits.last_mut() {
            // All elements are empty and were about to be removed.
            Some(tail) if tail.span.start < first.start && first.start <= tail.span.end => {
                tail.text = separated;
                reason.clone_into(&mut tail.reason);
            }
            _ => self.edit(first, right, reason),
        }
    }

    fn line(&mut self, segment: &Segment<'_>) {
        self.lines += 1;
        let right = self.lines.to_string();
        // Remittances number with LX something other than lines of a claim.
        let inside_claim = !self.levels.is_empty();
        if inside_claim && segment.value(1) != right.as_bytes() {
            self.number(segment, &right, "lines are numbered from 1");
        }
    }

    /// Points in diagnosis codes: `G43.709` and `G43709` are the same code.
    fn points(&mut self, segment: &Segment<'_>) {
        for element in segment.elements() {
            let qualifier = element.component(1).bytes;
            let code = element.component(2);
            let is_diagnosis = matches!(qualifier, b"ABK" | b"ABF" | b"BK" | b"BF");
            if is_diagnosis && code.bytes.contains(&b'.') {
                let text: Vec<u8> = code.bytes.iter().copied().filter(|byte| *byte != b'.').collect();
                self.edit(code.span(), text, "the point in a diagnosis code is removed");
            }
        }
    }

    /// Dashes in ZIP codes.
    fn postal_code(&mut self, segment: &Segment<'_>) {
        let code = segment.element(3);
        let digits: Vec<u8> = code.bytes.iter().copied().filter(u8::is_ascii_digit).collect();
        let dashed = code.bytes.len() == 10 && code.bytes[5] == b'-';
        if dashed && digits.len() == 9 {
            self.edit(code.span(), digits, "the dash in a ZIP code is removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Options, judge};

    fn fixed(bytes: &[u8]) -> Vec<u8> {
        apply(bytes, &fix(bytes).unwrap())
    }

    #[test]
    fn a_right_file_is_left_alone() {
        assert_eq!(fix(&crate::make::claims()), Ok(Vec::new()));
        assert_eq!(fix(&crate::make::remittance()), Ok(Vec::new()));
    }

    #[test]
    fn faults_of_form_are_repaired() {
        for rule in [
            "X1007", "X1013", "X1014", "X1015", "X1016", "X1017", "X1018", "X1020", "X1022", "X1030", "X1031", "X2011",
            "X4012", "X5006",
        ] {
            let bytes = crate::make::broken(rule).unwrap();
            let report = judge(&fixed(&bytes), Options::default());
            assert_eq!(report.counts.len(), 0, "{rule}: {:?}", report.counts);
        }
    }

    #[test]
    fn other_faults_are_never_touched() {
        let form = ["X1007", "X1013", "X1014", "X1015", "X1016", "X1017", "X1018", "X1020", "X1022", "X1030"];
        let form = [&form[..], &["X1031", "X2011", "X2012", "X4012", "X5006"]].concat();
        for rule in crate::judge::RULES.iter().filter(|rule| !form.contains(&rule.id)) {
            let bytes = crate::make::broken(rule.id).unwrap();
            if let Ok(edits) = fix(&bytes) {
                assert_eq!(edits, Vec::new(), "{}", rule.id);
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_refused() {
        let bytes = crate::make::claims();
        let error = fix(&bytes[..bytes.len() / 2]).unwrap_err();
        assert!(error.to_string().starts_with("the file is not whole"), "{error}");
    }

    #[test]
    fn an_empty_number_is_written() {
        let text = String::from_utf8(crate::make::claims()).unwrap();
        for empty in ["LX~", "LX*~", "LX**~", "LX* *~"] {
            let damaged = text.replacen("LX*1~", empty, 1);
            assert_eq!(String::from_utf8(fixed(damaged.as_bytes())).unwrap(), text, "{empty}");
        }
    }

    #[test]
    fn a_repair_that_would_read_otherwise_is_not_offered() {
        // The terminator stands inside ISA13, so IEA02 cannot repeat it.
        let text = String::from_utf8(crate::make::broken("X1016").unwrap()).unwrap();
        let (head, rest) = text.split_at(text.find('~').unwrap());
        let mut elements: Vec<&str> = head.split('*').collect();
        elements[13] = "000000~01";
        let error = fix((elements.join("*") + rest).as_bytes()).unwrap_err();
        assert!(matches!(error, FixError::Unsafe { edits: 1.. }), "{error}");
    }

    #[test]
    fn repairing_twice_changes_nothing_more() {
        for rule in ["X1013", "X1022", "X2012", "X1031"] {
            let once = fixed(&crate::make::broken(rule).unwrap());
            assert_eq!(fixed(&once), once, "{rule}");
        }
    }
}
