//! Claims and payments as tables, batch by batch, in the memory of one batch.
//!
//! Files of any size stream through: a batch is filled, handed out, and filled again in the same
//! buffers. Text stays bytes of the batch, money is integer cents, dates are whole numbers
//! `YYYYMMDD`, and each row knows its place in the file.

mod fields;
mod filler;
mod kind;
mod rows;
mod usual;

pub use rows::{AdjustmentRow, Batch, ClaimRow, DiagnosisRow, LineRow, NONE, PartyRow, Text};

use crate::completeness::{Completeness, Incomplete};
use crate::scan::{Cursor, Notice, Step};
use crate::segment::{Segment, SegmentId, Span};
use filler::Filler;
use kind::Kind;
use usual::Gap;

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
    /// What stands between two segments.
    gap: Gap,
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
        let (cursor, filler) = (Cursor::default(), Filler::default());
        Self { cursor, filler, claims_max: claims.max(1), head: 0, at: 0, gap: Gap::default() }
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
                    self.gap = Gap::before(&text[self.head..], self.at, start, self.cursor.delimiters());
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All rows of a file as text, whatever the batches, and what is said of the whole.
    fn rows(bytes: &[u8], chunk: usize, claims: usize) -> (Vec<String>, Result<Completeness, Incomplete>) {
        let mut all = Vec::new();
        let mut take = |batch: &Batch| {
            let text = |text| String::from_utf8_lossy(batch.bytes(text)).into_owned();
            let texts = |texts: &[Text]| texts.iter().map(|text_of| text(*text_of)).collect::<Vec<_>>().join("|");
            let party = |row: &PartyRow| {
                let PartyRow { role, last_name, first_name, identifier_kind, identifier, state, postal_code, .. } =
                    *row;
                let texts =
                    texts(&[role, last_name, first_name, identifier_kind, identifier, state, postal_code, row.sex]);
                format!("{texts}|{}", row.birth_day)
            };
            for (claim, row) in batch.claims.iter().enumerate() {
                let ClaimRow { number, place_of_service, status, payer_number, authorization, .. } = *row;
                let cents = [row.charge_cents, row.paid_cents, row.patient_cents];
                let head = texts(&[number, place_of_service, status, payer_number, authorization]);
                all.push(format!("{head} {cents:?} at {}", row.offset));
                for index in row.parties {
                    all.push(batch.parties.get(index as usize).map_or_else(|| "nobody".to_owned(), party));
                }
                let own = |of: u32| of as usize == claim;
                all.extend(batch.parties.iter().filter(|row| own(row.claim)).map(|row| format!("  {}", party(row))));
                for row in batch.diagnoses.iter().filter(|row| own(row.claim)) {
                    all.push(format!("  {}", texts(&[row.kind, row.code])));
                }
                let first = batch.lines.partition_point(|line| (line.claim as usize) < claim) as u32;
                for row in batch.adjustments.iter().filter(|row| own(row.claim)) {
                    let line = if row.line == NONE { NONE } else { row.line - first };
                    all.push(format!("  {} {} of {line}", texts(&[row.group, row.reason]), row.cents));
                }
                for line in batch.lines.iter().filter(|line| own(line.claim)) {
                    let LineRow { charge_cents, paid_cents, pointers, days, units, control_number, drug, .. } = *line;
                    let texts = texts(&[&line.codes[..], &[units, control_number, drug]].concat());
                    all.push(format!("  {texts} {charge_cents} {paid_cents} {pointers:?} {days:?}"));
                }
            }
        };
        let mut reader = BatchReader::with_claims(claims);
        bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk, &mut take));
        let record = reader.finish(&mut take);
        (all, record)
    }

    #[test]
    fn batches_and_chunks_change_nothing() {
        for bytes in [crate::make::claims(), crate::make::remittance(), crate::make::many_claims(40)] {
            let whole = rows(&bytes, bytes.len(), 1000);
            assert!(whole.1.is_ok());
            for (chunk, claims) in [(1, 1), (7, 2), (100, 3), (4096, 1)] {
                assert_eq!(rows(&bytes, chunk, claims), whole, "{chunk} {claims}");
            }
        }
    }

    #[test]
    fn what_stands_between_segments_changes_only_places() {
        let rows = |bytes: &[u8]| {
            let mut rows = rows(bytes, bytes.len(), 1000).0;
            rows.iter_mut().for_each(|row| row.truncate(row.find(" at ").unwrap_or(row.len())));
            rows
        };
        for bytes in [crate::make::claims(), crate::make::many_claims(40), crate::make::remittance()] {
            let text = String::from_utf8(bytes).unwrap();
            for gap in ["~\n", "~\r\n", "~  \t ", "~\n\n\n\n\n\n\n"] {
                assert_eq!(rows(text.replace('~', gap).as_bytes()), rows(text.as_bytes()), "{gap:?}");
            }
            // Blanks that separate elements or segments as well.
            for (separators, gap) in [("\t~", "~\t"), ("*\n", "\n\n"), ("*\n", "\n\r\n\n"), ("\t\n", "\n\t\n\t")] {
                let (element, terminator) = separators.split_at(1);
                let other = text.replace('*', element).replace('~', terminator);
                assert_eq!(rows(other.as_bytes()), rows(text.as_bytes()), "{separators:?}");
                assert_eq!(rows(other.replace(terminator, gap).as_bytes()), rows(text.as_bytes()), "{gap:?}");
            }
            let (first, rest) = text.split_at(text.len() / 2);
            let (first, rest) = (first.replace('~', "~\r\n"), rest.replace("~L", "~\nL"));
            assert_eq!(rows([first, rest].concat().as_bytes()), rows(text.as_bytes()));
        }
    }

    proptest! {
        /// Byte by byte each segment is taken by itself, in one piece nearly all are taken in a row.
        #[test]
        fn a_row_of_segments_is_as_each_by_itself(
            file in 0..3_usize,
            separators in prop::sample::select(vec!["*~", "*\n", "\t~", "|\r"]),
            edits in proptest::collection::vec((any::<prop::sample::Index>(), "[*~:0-9A-Z.\t\r\n -]{0,3}", 0..4_usize), 0..12),
        ) {
            let mut bytes = [crate::make::claims(), crate::make::remittance(), crate::make::many_claims(9)][file].clone();
            for (place, text, taken_out) in edits {
                let start = place.index(bytes.len());
                let end = (start + taken_out).min(bytes.len());
                bytes.splice(start..end, text.bytes());
            }
            for byte in &mut bytes {
                match byte {
                    b'*' => *byte = separators.as_bytes()[0],
                    b'~' => *byte = separators.as_bytes()[1],
                    _ => {}
                }
            }
            let whole = rows(&bytes, bytes.len().max(1), 1000);
            prop_assert_eq!(&rows(&bytes, 1, 1000), &whole);
            prop_assert_eq!(&rows(&bytes, 4096, 3), &whole);
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
        let found = rows(&bytes, 100, 2).0;
        assert_eq!(found[0].split(" at ").next(), Some("EX0001|11|1||AUTH0001 [117500, 0, 0]"));
        assert!(found[1].starts_with("85|EXAMPLE MEDICAL SPA|"), "{}", found[1]);
        let line = "  HC|64615|||||1|EX0001-1| 42500 0 [1, 0, 0, 0] [20260803, 20260803]";
        assert!(found.iter().any(|row| row == line), "{found:#?}");
        assert!(found.iter().any(|row| row.contains("|INVENTED|")));
        let document = crate::Document::read(&bytes);
        let lines: usize = crate::view::claims(&document.tree).map(|claim| claim.lines().count()).sum();
        assert_eq!(found.iter().filter(|row| row.starts_with("  HC|")).count(), lines);
    }
}
