//! X12 files.

use jiff::civil::date;
use x12::ack::{AckOptions, acknowledge};
use x12::batch::{Batch, BatchReader};
use x12::deidentify::deidentify;
use x12::edit::apply;
use x12::explain::explain;
use x12::fix::fix;
use x12::judge::{Judge, Options, Overlay, judge};
use x12::make::{broken_for, kept_for};
use x12::split::{SplitBy, split};
use x12::{Document, Event, Incomplete, NoticeKind, Scanner, events};

/// Reads a file at once and in pieces, as segments, as a document and as batches.
///
/// # Panics
/// If a step panics, or if it matters to what is read where the pieces were cut or which way it was read.
pub fn x12(data: &[u8]) {
    let Some((bytes, pieces)) = cut(data) else { return };
    let document = scanned(bytes, pieces());
    batched(bytes, pieces());
    for segment in document.tree.transactions().flat_map(|transaction| transaction.all_segments()) {
        for element in segment.elements() {
            element.repetitions().for_each(|repetition| repetition.components().for_each(drop));
        }
    }
    let explained = explain(&document, Some(&document), true);
    assert!(explained.iter().all(|explanation| !explanation.says.is_empty()), "an explanation says something");
    assert!(document.emit() == bytes, "the file is written again as it was");
}

/// Judges a file at once and in pieces, and answers it.
///
/// # Panics
/// If a step panics, if it matters to what is found where the pieces were cut, or if a finding has no place in the file.
pub fn x12_judge(data: &[u8]) {
    let Some((bytes, pieces)) = cut(data) else { return };
    judged(bytes, pieces());
    // The same bytes as the demands of a receiver.
    if let Ok(overlay) = Overlay::parse(&String::from_utf8_lossy(bytes)) {
        for rule in overlay.rules() {
            for made in [broken_for(&overlay, &rule.asked.rule), kept_for(&overlay, &rule.asked.rule)] {
                let Ok(changed) = made else { continue };
                let report = judge(&changed, Options { overlay: overlay.clone(), ..Options::default() });
                let length = changed.len() as u64;
                assert!(report.findings.iter().all(|finding| finding.span.end <= length), "a finding has its place");
            }
        }
        let report = judge(&x12::make::claims(), Options { overlay, ..Options::default() });
        assert_eq!(report.record.claims, 4, "demands change nothing about what is read");
    }
}

/// Repairs, splits and de-identifies a file.
///
/// # Panics
/// If a step panics, if a repair changes what the claims say or needs the next repair, or if claims are lost.
pub fn x12_fix(data: &[u8]) {
    let Some((bytes, _)) = cut(data) else { return };
    let document = Document::read(bytes);
    let before = document.record();
    if let Ok(edits) = fix(bytes) {
        let repaired = apply(bytes, &edits);
        assert_eq!(fix(&repaired), Ok(Vec::new()), "a repaired file needs no repair");
        let repaired = Document::read(&repaired);
        let after = repaired.record();
        assert_eq!((before.claims, before.lines), (after.claims, after.lines), "a repair loses nothing");
        assert_eq!((before.charge, before.paid), (after.charge, after.paid), "a repair changes no money");
    }
    if let Ok(parts) = split(&document, SplitBy::Claim, 1) {
        let held = x12::view::claims(&document.tree).count();
        assert_eq!(parts.iter().map(|part| part.claims).sum::<usize>(), held, "every claim is in a part");
    }
    let hidden = deidentify(bytes, b"a key of no importance");
    let stays = |event: Event<'_>| match event {
        Event::Segment(_) => true,
        Event::Notice(notice) => matches!(notice.kind, NoticeKind::EmptySegment | NoticeKind::ByteOrderMark),
    };
    assert!(events(&hidden).all(stays), "nothing stays that is no segment");
    let shown = Document::read(&hidden).record().claims;
    if before.is_complete() {
        assert_eq!(shown, before.claims, "no claim is lost, and none is made");
    } else {
        // Bytes outside any segment do not stay, since nobody knows what they say: where they were a header that cannot be read, the
        // claims behind it come to light.
        assert!(shown >= before.claims, "no claim is lost");
    }
}

/// The bytes, and the pieces they come in. The last byte says where to cut, so that the fuzzer controls it and whole files
/// can be seeds.
fn cut<'a>(data: &'a [u8]) -> Option<(&'a [u8], impl Fn() -> std::slice::Chunks<'a, u8>)> {
    let (&cut, bytes) = data.split_last()?;
    Some((bytes, move || bytes.chunks(usize::from(cut) + 1)))
}

/// Reads in batches: what they hold is what is counted.
fn batched<'a>(bytes: &'a [u8], pieces: impl Iterator<Item = &'a [u8]>) {
    let (mut claims, mut lines, mut charge) = (0, 0, 0_i64);
    let mut take = |batch: &Batch| {
        claims += batch.claims.len() as u64;
        lines += batch.lines.len() as u64;
        charge =
            charge.saturating_add(batch.claims.iter().fold(0, |sum, claim| sum.saturating_add(claim.charge_cents)));
        assert!(
            batch.claims.iter().all(|claim| batch.bytes(claim.number).len() <= bytes.len()),
            "a text is in the batch"
        );
    };
    let mut reader = BatchReader::with_claims(2);
    pieces.for_each(|piece| reader.feed(piece, &mut take));
    let record = match reader.finish(&mut take) {
        Ok(record) => record,
        Err(Incomplete(record)) => *record,
    };
    let counted = match x12::read(bytes) {
        Ok(record) => record,
        Err(Incomplete(record)) => *record,
    };
    assert_eq!(record, counted, "batches are counted as segments are");
    assert_eq!(claims, counted.claims, "the batches hold every claim");
    assert!(lines <= counted.lines, "no line is read twice");
    assert!(!counted.is_complete() || charge == counted.charge.0, "the batches hold every charge");
}

/// Reads at once and in pieces.
fn scanned<'a>(bytes: &'a [u8], pieces: impl Iterator<Item = &'a [u8]>) -> Document<'a> {
    let whole: Vec<Seen> = events(bytes).map(Seen::from).collect();
    let mut seen = Vec::new();
    let mut scanner = Scanner::default();
    for piece in pieces {
        scanner.feed(piece, &mut |event| seen.push(Seen::from(event)));
    }
    let length = scanner.finish(&mut |event| seen.push(Seen::from(event)));
    assert_eq!(length, bytes.len() as u64, "every byte is accounted for");
    assert_eq!(seen, whole, "where the pieces are cut does not matter");

    let document = Document::read(bytes);
    match (x12::read(bytes), document.completeness()) {
        (Ok(streamed), Ok(held)) => assert_eq!(streamed, *held),
        (Err(streamed), Err(held)) => {
            assert_eq!(streamed, *held);
            assert!(!streamed.to_string().is_empty());
        }
        (streamed, held) => panic!("{streamed:?} when streamed, {held:?} when held"),
    }
    let segments = whole.iter().filter(|seen| matches!(seen, Seen::Segment { .. })).count();
    assert_eq!(document.tree.len(), segments, "every segment is in the tree");
    document
}

/// Judges at once and in pieces, and acknowledges.
fn judged<'a>(bytes: &[u8], pieces: impl Iterator<Item = &'a [u8]>) {
    let report = judge(bytes, Options::default());
    let mut in_pieces = Judge::new(Options::default());
    pieces.for_each(|piece| in_pieces.feed(piece));
    assert_eq!(in_pieces.finish(), report, "where the pieces are cut does not matter");
    for finding in &report.findings {
        let (start, end) = (finding.span.start, finding.span.end);
        assert!(start <= end && end <= bytes.len() as u64, "{start}..{end} is not a place of the file");
    }
    let options = AckOptions { date: date(2026, 11, 23), time: "0900".to_owned(), control: 1, production: false };
    if let Ok(answer) = acknowledge(bytes, &report, &options) {
        assert!(answer.is_empty() || x12::read(&answer).is_ok(), "an answer is whole");
    }
}

/// An event that outlives the bytes it was read from.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Segment { offset: u64, bytes: Vec<u8> },
    Notice(String),
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Segment(segment) => Self::Segment { offset: segment.offset, bytes: segment.bytes.to_vec() },
            Event::Notice(notice) => Self::Notice(format!("{notice:?}")),
        }
    }
}
