//! HL segments: numbering, parents, levels. Identifiers are unique in one transaction set only.

use std::collections::HashMap;

use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::number::count;
use crate::segment::Segment;
use crate::table::Table;

/// Identifiers out of sequence that are remembered; a correct file has none.
const ODD_IDENTIFIERS_MAX: usize = 10_000;

type Level = [u8; 2];

/// The HL segments of the open transaction.
#[derive(Default)]
pub(crate) struct Hierarchy {
    /// Level of HL `n + 1`, while the numbers count up from 1.
    levels: Vec<Level>,
    odd: HashMap<Vec<u8>, Level>,
    last: Option<Last>,
}

/// The HL before, to see whether it told the truth about levels below.
struct Last {
    identifier: Vec<u8>,
    text: Vec<u8>,
    offset: u64,
    ordinal: u64,
}

impl Hierarchy {
    pub(crate) fn begin(&mut self) {
        self.levels.clear();
        self.odd.clear();
        self.last = None;
    }

    pub(crate) fn segment(&mut self, segment: &Segment<'_>, table: &Table, at: At<'_>, sink: &mut Sink) {
        let (identifier, parent) = (segment.value(1), segment.value(2));
        self.below(Some(parent), segment, sink);
        let level = level(segment.value(3));
        if self.find(identifier).is_some() {
            sink.report(&r::HL_SAME, at.element(1), r::HL_SAME.title);
        } else if count(identifier) == Some(self.levels.len() as u64 + 1) {
            self.levels.push(level);
        } else {
            let message = format!("HL01 should be {}", self.levels.len() + self.odd.len() + 1);
            sink.report(&r::HL_NUMBER, at.element(1), message);
            if self.odd.len() < ODD_IDENTIFIERS_MAX {
                self.odd.insert(identifier.to_vec(), level);
            }
        }
        self.parent(segment, table, at, sink);
        self.last = Some(Last {
            identifier: identifier.to_vec(),
            text: segment.bytes.to_vec(),
            offset: segment.offset,
            ordinal: segment.ordinal,
        });
    }

    /// Ends the transaction set.
    pub(crate) fn end(&mut self, segment: &Segment<'_>, sink: &mut Sink) {
        self.below(None, segment, sink);
        self.last = None;
    }

    fn find(&self, identifier: &[u8]) -> Option<Level> {
        let number = count(identifier).and_then(|number| usize::try_from(number).ok());
        number
            .and_then(|number| self.levels.get(number.checked_sub(1)?).copied())
            .or_else(|| self.odd.get(identifier).copied())
    }

    fn parent(&self, segment: &Segment<'_>, table: &Table, at: At<'_>, sink: &mut Sink) {
        let (identifier, parent) = (segment.value(1), segment.value(2));
        let code = segment.value(3);
        let wanted = || table.levels.iter().filter(|(child, _)| child.as_bytes() == code).map(|(_, parent)| *parent);
        let at = at.element(2);
        match (wanted().next(), parent) {
            (None, []) => {}
            // The top level has no parent; an unknown level is reported by the table.
            (None, _) if code == b"20" => {
                sink.report(&r::HL_LEVEL, at, "the top level has no parent");
            }
            (None, _) => {}
            (Some(_), []) => sink.report(&r::HL_PARENT, at, "HL02 is empty"),
            (Some(_), _) => match self.find(parent) {
                Some(found) if parent != identifier => {
                    if wanted().all(|wanted| found != level(wanted.as_bytes())) {
                        let codes = wanted().collect::<Vec<_>>().join(" or ");
                        let message = format!("the parent must have level code {codes}");
                        sink.report(&r::HL_LEVEL, at, message);
                    }
                }
                _ => sink.report(&r::HL_PARENT, at, r::HL_PARENT.title),
            },
        }
    }

    /// Levels follow their parent at once, so the next HL shows whether HL04 was right.
    fn below(&self, next: Option<&[u8]>, now: &Segment<'_>, sink: &mut Sink) {
        let Some(last) = &self.last else { return };
        let before = Segment::new(&last.text, last.offset, last.ordinal, now.delimiters);
        let follows = next == Some(last.identifier.as_slice());
        let wrong = match before.value(4) {
            b"1" => !follows,
            b"0" => follows,
            _ => false,
        };
        if wrong {
            let message = if follows {
                "HL04 says that no level follows below, but one does"
            } else {
                "HL04 says that a level follows below, but none does"
            };
            sink.report(&r::HL_CHILDREN, At::loose(&before).element(4), message);
        }
    }
}

fn level(code: &[u8]) -> Level {
    match code {
        [first, second] => [*first, *second],
        [only] => [*only, 0],
        _ => [0, 0],
    }
}
