//! Claims and payments as tables, batch by batch, in the memory of one batch.
//!
//! Files of any size stream through: a batch is filled, handed out, and filled again in the same
//! buffers. Text stays bytes of the batch, money is integer cents, dates are whole numbers
//! `YYYYMMDD`, and each row knows its place in the file.

mod fields;
mod filler;
mod kind;
mod rows;

pub use rows::{AdjustmentRow, Batch, ClaimRow, DiagnosisRow, LineRow, NONE, PartyRow, Text};

use crate::completeness::{Completeness, Incomplete, Set};
use crate::marks::Rest;
use crate::scan::{Cursor, Notice, Step, is_padding};
use crate::segment::{Segment, SegmentId, Span};
use fields::Fields;
use filler::Filler;
use kind::{Kind, head};

/// Claims in a batch unless told otherwise: with their text, about what the second cache holds.
pub const CLAIMS_PER_BATCH: usize = 64;

/// A batch is handed out before its next claim once it holds more text than this.
const TEXT_BYTES_MAX: usize = 4 << 20;

/// Bytes taken at once from a chunk, so that a whole file in one chunk needs no second copy of itself.
const PIECE_BYTES: usize = 32 << 10;

/// A claim of more text than this is given up; fifty lines of the longest segments do not reach it.
const CLAIM_BYTES_MAX: usize = 16 << 20;

/// Reads chunks of a file into batches.
///
/// A batch may hold parties only, where levels without claims go on for long.
///
/// ```
/// let mut charge = 0;
/// let mut reader = x12::batch::BatchReader::default();
/// let mut take = |batch: &x12::batch::Batch| charge += batch.claims.iter().map(|claim| claim.charge_cents).sum::<i64>();
/// for chunk in x12::make::claims().chunks(1000) {
///     reader.feed(chunk, &mut take);
/// }
/// let record = reader.finish(&mut take)?;
/// assert_eq!((record.claims, charge), (4, 167_905));
/// # Ok::<(), x12::Incomplete>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchReader {
    cursor: Cursor,
    filler: Filler,
    claims_max: usize,
    /// Where the bytes of the file start in the batch's text, after what is carried over.
    head: usize,
    /// Where the next unit starts, counted from `head`.
    at: usize,
}

impl Default for BatchReader {
    fn default() -> Self {
        Self::with_claims(CLAIMS_PER_BATCH)
    }
}

impl BatchReader {
    /// A reader whose batches hold about `claims` claims.
    #[must_use]
    pub fn with_claims(claims: usize) -> Self {
        Self { cursor: Cursor::default(), filler: Filler::default(), claims_max: claims.max(1), head: 0, at: 0 }
    }

    /// Takes the next bytes and hands out the batches they fill.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(&Batch)) {
        for piece in chunk.chunks(PIECE_BYTES) {
            self.filler.batch.text.extend_from_slice(piece);
            self.drain(false, sink);
        }
    }

    /// Ends the file and hands out the last batch.
    ///
    /// # Errors
    /// [`Incomplete`] when anything is missing, cut off or does not reconcile; the batches handed
    /// out hold what was recovered.
    pub fn finish(mut self, sink: &mut impl FnMut(&Batch)) -> Result<Completeness, Incomplete> {
        self.drain(true, sink);
        if !self.filler.batch.claims.is_empty() {
            sink(&self.filler.batch);
        }
        let bytes = self.cursor.base() + (self.filler.batch.text.len() - self.head) as u64;
        self.filler.counter.finish(bytes)
    }

    /// Reads all that is whole.
    fn drain(&mut self, at_end: bool, sink: &mut impl FnMut(&Batch)) {
        // The text is apart while it is read, so that rows can be added meanwhile.
        let mut text = std::mem::take(&mut self.filler.batch.text);
        loop {
            self.usual(&text);
            match self.cursor.step(&text[self.head..], self.at, at_end) {
                Step::More { keep } => {
                    self.at = keep;
                    break;
                }
                Step::Notice { kind, span, next } => {
                    self.at = next;
                    self.filler.counter.notice(Notice { kind, span });
                }
                Step::Segment { start, end, next } => {
                    self.at = next;
                    text = self.segment(text, start, end, sink);
                }
            }
        }
        if text.len() > TEXT_BYTES_MAX && self.filler.batch.claims.is_empty() {
            let at = self.at;
            text = if self.filler.batch.parties.is_empty() {
                self.next_batch(text, at)
            } else {
                self.hand_out(text, at, sink)
            };
            self.at = 0;
        }
        self.filler.batch.text = text;
    }

    /// Takes segments for as long as their separators are listed and they are of the usual kinds.
    fn usual(&mut self, text: &[u8]) {
        match self.filler.fills() {
            Some(Set::Claims) => self.usual_claims(text),
            Some(Set::Remittance) => self.usual_remittance(text),
            Some(Set::Other) | None => {}
        }
    }

    #[inline(never)]
    fn usual_claims(&mut self, text: &[u8]) {
        self.usual_of(Set::Claims, text);
    }

    #[inline(never)]
    fn usual_remittance(&mut self, text: &[u8]) {
        self.usual_of(Set::Remittance, text);
    }

    /// Compiled once for each set, so that nothing is asked about the set for each segment.
    #[inline(always)]
    fn usual_of(&mut self, set: Set, text: &[u8]) {
        let rest = self.cursor.rest();
        let component = self.cursor.delimiters().component;
        let base = self.head + rest.base;
        let Some(mut start) = self.at.checked_sub(rest.base) else { return };
        // Whether a claim is too long is looked at between windows.
        if rest.ends.is_empty() || self.at > CLAIM_BYTES_MAX {
            return;
        }
        let is_full = text.len() > TEXT_BYTES_MAX;
        let window = &text[base..];
        let offset = self.cursor.base() + rest.base as u64;
        let (mut from, mut taken) = (rest.from, 0);
        for ends in rest.ends.chunks(HEADS) {
            // All kinds first: a wrong guess what comes next then costs no waiting for the bytes that tell it.
            let heads = heads(window, &rest, ends, from, start);
            for (end, (kind, first)) in ends.iter().zip(heads) {
                let after = *end as usize + 1;
                if kind <= Kind::Envelope {
                    break;
                }
                let Some(marks) = rest.places.get(from..) else { break };
                let Some(near) = marks.first_chunk() else { break };
                if matches!(kind, Kind::Claim | Kind::Payment) {
                    let claims = self.filler.batch.claims.len();
                    if claims >= self.claims_max || claims > 0 && is_full {
                        break;
                    }
                }
                let count = after.wrapping_sub(from);
                let fields = Fields { window, near, marks, count, base, offset, start: first as usize, component };
                self.filler.put(kind, set, &fields);
                from = after;
                taken += 1;
            }
            if let Some(end) = from.checked_sub(1).filter(|_| taken > 0) {
                start = rest.places[end] as usize + 1;
            }
            if taken % HEADS as u64 != 0 {
                break;
            }
        }
        self.at = rest.base + start;
        self.cursor.pass(taken, from);
        self.filler.counter.pass(taken);
    }

    /// Takes a segment of another kind: of an envelope, without marks, or where the batch ends.
    #[inline(never)]
    fn segment(&mut self, mut text: Vec<u8>, start: usize, end: usize, sink: &mut impl FnMut(&Batch)) -> Vec<u8> {
        let Segment { offset, ordinal, delimiters, .. } = self.cursor.made(&text[self.head..], start, end);
        let id = SegmentId::new(Segment::new(&text[self.head + start..self.head + end], 0, 0, delimiters).id_text());
        let (mut start, mut end) = (start, end);
        let is_full = matches!(Kind::of_id(id), Kind::Claim | Kind::Payment) && self.is_full(text.len());
        if is_full || self.is_too_long(start) {
            text = self.hand_out(text, start, sink);
            (self.at, start, end) = (self.at - start, 0, end - start);
            if !is_full {
                self.filler.give_up(Span { start: offset, end: offset });
            }
        }
        let segment = Segment::new(&text[self.head + start..self.head + end], offset, ordinal, delimiters);
        self.filler.segment(&segment, &text, self.head + start);
        text
    }

    fn is_full(&self, text_bytes: usize) -> bool {
        let claims = self.filler.batch.claims.len();
        claims >= self.claims_max || claims > 0 && text_bytes > TEXT_BYTES_MAX
    }

    fn is_too_long(&self, start: usize) -> bool {
        let claims = &self.filler.batch.claims;
        let Some(last) = claims.last() else { return false };
        start > CLAIM_BYTES_MAX && self.cursor.base() + start as u64 > last.offset + CLAIM_BYTES_MAX as u64
    }

    /// Hands the batch out and starts the next one with the file's bytes from `from` on.
    fn hand_out(&mut self, text: Vec<u8>, from: usize, sink: &mut impl FnMut(&Batch)) -> Vec<u8> {
        self.filler.batch.text = text;
        sink(&self.filler.batch);
        let text = std::mem::take(&mut self.filler.batch.text);
        self.next_batch(text, from)
    }

    /// Starts the next batch with the parties that later claims still refer to.
    fn next_batch(&mut self, text: Vec<u8>, from: usize) -> Vec<u8> {
        let mut next = self.filler.next_batch(&text);
        let rest = &text[self.head + from..];
        self.head = next.len();
        next.extend_from_slice(rest);
        self.cursor.advance(from);
        self.filler.spare = text;
        next
    }
}

/// Segments whose kinds are told together.
const HEADS: usize = 32;

/// What each of the next segments is, and where in the window it starts.
#[inline(always)]
fn heads(window: &[u8], rest: &Rest<'_>, ends: &[u32], mut from: usize, mut start: usize) -> [(Kind, u32); HEADS] {
    let mut heads = [(Kind::Unknown, 0); HEADS];
    for (head_of, end) in heads.iter_mut().zip(ends) {
        let mut first = start;
        while window.get(first).is_some_and(|byte| *byte <= b' ' && is_padding(*byte)) {
            first += 1;
        }
        let four = window.get(first..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        let length = (rest.places[from] as usize).wrapping_sub(first);
        // INVARIANT: a window is far smaller than 4 GiB.
        *head_of = (Kind::of(head(four, length)), first as u32);
        from = *end as usize + 1;
        start = rest.places[*end as usize] as usize + 1;
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows of a file as text, whatever the batches.
    fn rows(bytes: &[u8], chunk: usize, claims: usize) -> Vec<String> {
        let mut all = Vec::new();
        let mut take = |batch: &Batch| {
            let text = |text| String::from_utf8_lossy(batch.bytes(text)).into_owned();
            for (claim, row) in batch.claims.iter().enumerate() {
                let names: Vec<_> = row
                    .parties
                    .iter()
                    .map(|party| match *party {
                        NONE => String::new(),
                        party => text(batch.parties[party as usize].last_name),
                    })
                    .collect();
                all.push(format!("{} {} {names:?}", text(row.number), row.charge_cents));
                for line in batch.lines.iter().filter(|line| line.claim as usize == claim) {
                    all.push(format!(
                        "  {} {} {} {:?} {:?} {}",
                        text(line.codes[1]),
                        line.charge_cents,
                        line.paid_cents,
                        line.pointers,
                        line.days,
                        text(line.control_number)
                    ));
                }
            }
        };
        let mut reader = BatchReader::with_claims(claims);
        bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk, &mut take));
        reader.finish(&mut take).unwrap();
        all
    }

    #[test]
    fn batches_and_chunks_change_nothing() {
        for bytes in [crate::make::claims(), crate::make::remittance(), crate::make::many_claims(40)] {
            let whole = rows(&bytes, bytes.len(), 1000);
            for (chunk, claims) in [(1, 1), (7, 2), (100, 3), (4096, 1)] {
                assert_eq!(rows(&bytes, chunk, claims), whole, "{chunk} {claims}");
            }
        }
    }

    #[test]
    fn a_claim_without_end_is_given_up_and_said() {
        let claims = String::from_utf8(crate::make::claims()).unwrap();
        let (before, after) = claims.split_at(claims.find("HL*3").unwrap());
        let line = "LX*1~SV1*HC:17110*1*UN*1***1~DTP*472*D8*20260803~".repeat(8000);
        let mut reader = BatchReader::default();
        let (mut numbers, mut lines, mut longest) = (Vec::new(), 0, 0);
        let mut take = |batch: &Batch| {
            numbers.extend(batch.claims.iter().map(|claim| batch.bytes(claim.number).to_vec()));
            lines += batch.lines.len();
            longest = longest.max(batch.text.len());
        };
        reader.feed(before.as_bytes(), &mut take);
        (0..60).for_each(|_| reader.feed(line.as_bytes(), &mut take));
        reader.feed(after.as_bytes(), &mut take);
        let Incomplete(record) = reader.finish(&mut take).unwrap_err();
        assert_eq!((record.claims, record.lines), (4, 480_006));
        assert_eq!(numbers, [b"EX0001", b"EX0002", b"EX0003", b"EX0004"]);
        assert!(record.gaps.iter().any(|gap| gap.kind == crate::GapKind::LongClaim), "{:?}", record.gaps);
        assert!(lines < 480_006 && longest < CLAIM_BYTES_MAX + 2 * PIECE_BYTES, "{lines} {longest}");
    }

    #[test]
    fn tables_say_what_the_views_say() {
        let bytes = crate::make::claims();
        let found = rows(&bytes, 100, 2);
        assert_eq!(found[0], r#"EX0001 117500 ["EXAMPLE MEDICAL SPA", "EXAMPLE", "EXAMPLE HEALTH PLAN", "EXAMPLE"]"#);
        assert_eq!(found[1], "  64615 42500 0 [1, 0, 0, 0] [20260803, 20260803] EX0001-1");
        assert!(found.iter().any(|row| row.starts_with("EX0004") && row.contains("INVENTED")));
        let document = crate::Document::read(&bytes);
        let lines: usize = crate::view::claims(&document.tree).map(|claim| claim.lines().count()).sum();
        assert_eq!(found.iter().filter(|row| row.starts_with("  ")).count(), lines);
    }
}
