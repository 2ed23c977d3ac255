//! Segments of the usual kinds, many in a row.
//!
//! Nearly all segments of a file are of a known kind and stand in a window whose separators are listed. They go from the list
//! to the tables here; whatever is otherwise ends the run and is taken by itself, by code that knows every case.

use super::fields::{Fields, NEAR, at};
use super::filler::Filler;
use super::kind::Kind;
use super::{BatchReader, CLAIM_BYTES_MAX, TEXT_BYTES_MAX};
use crate::completeness::Set;
use crate::delimiters::Delimiters;
use crate::marks::Rest;
use crate::scan::is_padding;

/// Segments whose kinds are told together.
const HEADS: usize = 32;

/// Blanks and line ends between two segments, the same all through a file as a rule.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    /// The bytes, the first in the lowest byte.
    bytes: u64,
    /// Which of eight bytes they are.
    within: u64,
    length: u32,
    /// Bits of them.
    bits: u32,
}

impl Gap {
    /// Longer gaps are not usual.
    const LENGTH_MAX: usize = 4;

    /// What stands between the end of one segment and the start of the next.
    pub(super) fn before(bytes: &[u8], end: usize, start: usize, delimiters: Delimiters) -> Self {
        let gap = bytes.get(end..start).unwrap_or_default();
        // A blank that separates elsewhere is among the places, though it belongs to no segment here.
        let is_listed = |byte| byte == delimiters.element || byte == delimiters.terminator;
        let is_usual = gap.len() <= Self::LENGTH_MAX && gap.iter().all(|byte| is_padding(*byte) && !is_listed(*byte));
        if !is_usual {
            return Self::default();
        }
        let mut eight = [0; 8];
        eight[..gap.len()].copy_from_slice(gap);
        let within = (1_u64 << (8 * gap.len())) - 1;
        let length = gap.len() as u32;
        Self { bytes: u64::from_le_bytes(eight), within, length, bits: 8 * length }
    }
}

/// What a run over the usual segments of one set needs.
struct Run<'a, const REMITTANCE: bool> {
    filler: &'a mut Filler,
    window: Window<'a>,
    rest: Rest<'a>,
    /// The place where the first segment starts.
    start: u32,
    /// The text of the batch.
    text: &'a [u8],
    /// Where in the text places count from.
    base: u32,
    /// Where in the file places count from.
    offset: u64,
    component: u8,
    claims_max: usize,
}

impl BatchReader {
    /// Takes segments for as long as their separators are listed and they are of the usual kinds.
    pub(super) fn usual(&mut self, text: &[u8]) {
        let rest = self.cursor.rest();
        // Whether a claim is too long is looked at between windows.
        if rest.ends.is_empty() || self.at > CLAIM_BYTES_MAX {
            return;
        }
        let Some(start) = self.at.checked_sub(rest.base).and_then(|start| u32::try_from(start).ok()) else { return };
        let Delimiters { element: separator, component, .. } = self.cursor.delimiters();
        let base = self.head + rest.base;
        let offset = self.cursor.base() + rest.base as u64;
        let claims_max = if text.len() > TEXT_BYTES_MAX { 1 } else { self.claims_max };
        let window = Window { bytes: &text[base..], places: rest.places, separator, gap: self.gap };
        // INVARIANT: the text of a batch is far shorter than 4 GiB.
        let base = base as u32;
        let (set, filler) = (self.filler.fills(), &mut self.filler);
        let taken = match set {
            Some(Set::Claims) => {
                let run = Run::<false> { filler, window, rest, start, text, base, offset, component, claims_max };
                x12_marks::best(run)
            }
            Some(Set::Remittance) => {
                let run = Run::<true> { filler, window, rest, start, text, base, offset, component, claims_max };
                x12_marks::best(run)
            }
            Some(Set::Other) | None => return,
        };
        let Some(last) = taken.checked_sub(1) else { return };
        let end = rest.ends[last] as usize;
        self.at = rest.base + rest.places[end] as usize + 1;
        self.cursor.pass(taken as u64, end + 1);
        self.filler.counter.pass(taken as u64);
    }
}

impl<const REMITTANCE: bool> x12_marks::Work for Run<'_, REMITTANCE> {
    /// How many segments were taken.
    type Output = usize;

    #[inline(always)]
    fn run(self) -> usize {
        let set = if REMITTANCE { Set::Remittance } else { Set::Claims };
        let (places, gap) = (self.rest.places, self.window.gap);
        // INVARIANT: a window has far fewer than 4 billion places.
        let (mut from, mut start, mut taken) = (self.rest.from as u32, self.start, 0_usize);
        let (mut kinds, mut lasts) = ([Kind::Unknown; HEADS], [0; HEADS]);
        for ends in self.rest.ends.chunks(HEADS) {
            // All kinds first: a wrong guess what comes next then costs no waiting for the bytes that tell it.
            self.window.heads(ends, start, &mut kinds, &mut lasts);
            for ((end, kind), last) in ends.iter().zip(&kinds).zip(&lasts) {
                if *kind <= Kind::Payment
                    && (*kind <= Kind::Envelope || self.filler.batch.claims.len() >= self.claims_max)
                {
                    return taken;
                }
                if *kind != Kind::Passed {
                    let near = places.get(from as usize..from as usize + NEAR).and_then(|near| near.first_chunk());
                    let Some(near) = near else { return taken };
                    let fields = Fields {
                        text: self.text,
                        base: self.base,
                        offset: self.offset,
                        component: self.component,
                        near,
                        places,
                        from,
                        end: *end,
                        last: *last,
                        start: start.wrapping_add(gap.length),
                    };
                    self.filler.put(*kind, set, &fields);
                }
                from = end.wrapping_add(1);
                start = last.wrapping_add(1);
                taken = taken.wrapping_add(1);
            }
        }
        taken
    }
}

/// What tells the kinds of segments.
#[derive(Clone, Copy)]
struct Window<'a> {
    /// The text from where places count.
    bytes: &'a [u8],
    places: &'a [u32],
    separator: u8,
    gap: Gap,
}

impl Window<'_> {
    /// What each of the next segments is, and where it ends.
    ///
    /// A function of its own, since its numbers then stay in registers.
    #[inline(never)]
    fn heads(&self, ends: &[u32], start: u32, kinds: &mut [Kind; HEADS], lasts: &mut [u32; HEADS]) {
        match self.gap.length {
            0 => self.heads_after::<false>(ends, start, kinds, lasts),
            _ => self.heads_after::<true>(ends, start, kinds, lasts),
        }
    }

    #[inline(always)]
    fn heads_after<const GAP: bool>(
        &self,
        ends: &[u32],
        mut start: u32,
        kinds: &mut [Kind; HEADS],
        lasts: &mut [u32; HEADS],
    ) {
        let Self { bytes, places, separator, gap } = *self;
        for ((kind, last_of), end) in kinds.iter_mut().zip(lasts).zip(ends) {
            let four = if GAP {
                let eight = at(bytes, start as usize).map_or(0, |eight| u64::from_le_bytes(*eight));
                // What stands after another gap is told by itself.
                if eight & gap.within == gap.bytes { eight.wrapping_shr(gap.bits) as u32 } else { 0 }
            } else {
                at(bytes, start as usize).map_or(0, |four| u32::from_le_bytes(*four))
            };
            let last = places[*end as usize];
            *kind = Kind::before(four, separator);
            *last_of = last;
            start = last.wrapping_add(1);
        }
    }
}
