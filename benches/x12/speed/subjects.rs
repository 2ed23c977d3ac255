//! What is timed, on one file.

use std::time::{Duration, Instant};

use benches_x12::peers;
use x12::batch::{Batch, BatchReader};
use x12::judge::{Judge, Options, judge};
use x12::{Counter, Document, Event, Scanner};

use crate::time::timed;

/// Bytes handed over at once, as a command reads them.
const CHUNK: usize = 64 << 10;

struct Subject<'a> {
    name: &'static str,
    work: Box<dyn Fn() -> u64 + 'a>,
    least: Duration,
}

fn subject<'a>(name: &'static str, work: impl Fn() -> u64 + 'a) -> Subject<'a> {
    Subject { name, work: Box::new(work), least: Duration::MAX }
}

/// How the names of the plain loop's copies begin.
const PLAIN: &str = "plain loop: cut at ~ and *";

const BATCHES: &str = "batches, typed, streamed";

const JUDGED: &str = "judged at level 5";

/// Times everything on one file and prints the table.
pub(crate) fn report(name: &str, bytes: &[u8], rounds: usize, only: &str) {
    let record = x12::read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let report = judge(bytes, Options::default());
    println!(
        "\n{name}: {} bytes, {} segments, {} claims, {} lines; {} errors, {} warnings",
        record.bytes, record.segments, record.claims, record.lines, report.errors, report.warnings
    );
    assert_eq!(claims_in_batches(bytes), record.claims, "the batches hold every claim");
    let set = bytes.windows(3).position(|three| three == b"ST*").map_or(&b""[..], |at| &bytes[at + 3..at + 6]);
    let text = std::str::from_utf8(bytes).expect("files for this are ASCII");
    let mut subjects = vec![
        subject("plain loop: cut at ~ and *", || split_loop::<0>(bytes)),
        subject("plain loop: cut at ~ and *, again", || split_loop::<1>(bytes)),
        subject("plain loop: cut at ~ and *, thrice", || split_loop::<2>(bytes)),
        subject("plain loop: cut at ~ and *, once more", || split_loop::<3>(bytes)),
        subject("plain loop: cut at ~ alone", || ends_alone(bytes)),
        subject("segments, streamed", || segments(bytes)),
        subject("completeness, streamed", || completeness(bytes)),
        subject(BATCHES, || claims_in_batches(bytes)),
        subject("document with its loops", || Document::read(bytes).tree.len() as u64),
        subject("written again from elements", || Document::read(bytes).emit().len() as u64),
        subject("judged at level 1", || judged(bytes, 1)),
        subject(JUDGED, || judged(bytes, 5)),
    ];
    let set = String::from_utf8_lossy(set).into_owned();
    for (name, read) in peers(&set) {
        subjects.push(subject(name, move || read(text)));
    }
    subjects.retain(|subject| subject.name.starts_with(PLAIN) || subject.name.contains(only));
    for _ in 0..rounds {
        for subject in &mut subjects {
            let (took, _) = timed(&*subject.work);
            subject.least = subject.least.min(took);
        }
    }
    // How quick the loop is depends on where its code lies; the luckiest of four copies counts.
    let loops = subjects.iter().filter(|subject| subject.name.starts_with(PLAIN));
    let plain = loops.map(|subject| subject.least).min().unwrap_or_default().as_secs_f64();
    println!("| subject | ms | MB/s | × the plain loop |");
    println!("|---|---:|---:|---:|");
    for subject in &subjects {
        let seconds = subject.least.as_secs_f64().max(1e-9);
        let (milliseconds, rate) = (seconds * 1e3, bytes.len() as f64 / 1e6 / seconds);
        println!("| {} | {milliseconds:.2} | {rate:.0} | {:.2} |", subject.name, plain / seconds);
    }
    let least = |name| subjects.iter().find(|subject| subject.name == name).map(|subject| subject.least.as_secs_f64());
    if let (Some(batches), Some(judged)) = (least(BATCHES), least(JUDGED)) {
        println!("judged at level 5 as quickly as {:.1} % of batches", 100.0 * batches / judged);
    }
    two_threads(bytes, rounds);
}

/// How much more two threads read than one in the same time on the clock, each a file of its own; and how much more processor
/// time each of them takes than one alone, which other programs on the same cores change less.
pub(crate) fn two_threads(bytes: &[u8], rounds: usize) {
    // Long enough that starting a thread does not count.
    let passes = (20_000_000 / bytes.len()).max(1);
    let mut least = [(Duration::MAX, Duration::MAX); 2];
    for _ in 0..rounds {
        for (threads, least) in (1..).zip(&mut least) {
            let began = Instant::now();
            let each = std::thread::scope(|scope| {
                let work = || timed(&|| (0..passes).map(|_| claims_in_batches(bytes)).sum()).0;
                let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                running.into_iter().filter_map(|thread| thread.join().ok()).max()
            });
            *least = (began.elapsed().min(least.0), each.unwrap_or(Duration::MAX).min(least.1));
        }
    }
    let ratio = |two: Duration, one: Duration| 2.0 * one.as_secs_f64() / two.as_secs_f64();
    let [(one, one_alone), (two, each)] = least;
    println!(
        "batches on two threads: {:.2} × what one reads, by the clock; {:.2} × by processor time of the slower",
        ratio(two, one),
        ratio(each, one_alone)
    );
}

/// Not compiled into its caller, whose other work would then tell how it is compiled. Copies differ in what they add, so that each has a
/// place of its own.
#[inline(never)]
fn split_loop<const COPY: u64>(bytes: &[u8]) -> u64 {
    let (mut segments, mut elements, mut longest, mut start) = (0_u64, 0_u64, 0, 0);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'~' => {
                segments += 1;
                longest = longest.max(index - start);
                start = index + 1;
            }
            b'*' => {
                elements += 1;
                longest = longest.max(index - start);
                start = index + 1;
            }
            _ => {}
        }
    }
    segments + elements + longest as u64 + COPY
}

/// Only the ends of segments.
fn ends_alone(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'~').map(|segment| segment.len() as u64).sum()
}

fn segments(bytes: &[u8]) -> u64 {
    let mut scanner = Scanner::default();
    let mut count = 0;
    let mut take = |event: Event<'_>| count += u64::from(matches!(event, Event::Segment(_)));
    bytes.chunks(CHUNK).for_each(|chunk| scanner.feed(chunk, &mut take));
    scanner.finish(&mut take);
    count
}

fn completeness(bytes: &[u8]) -> u64 {
    let (mut scanner, mut counter) = (Scanner::default(), Counter::default());
    bytes.chunks(CHUNK).for_each(|chunk| scanner.feed(chunk, &mut |event| counter.event(event)));
    let length = scanner.finish(&mut |event| counter.event(event));
    counter.finish(length).map_or(0, |record| record.claims)
}

fn claims_in_batches(bytes: &[u8]) -> u64 {
    let mut reader = BatchReader::default();
    let (mut claims, mut cents) = (0, 0);
    let mut take = |batch: &Batch| {
        claims += batch.claims.len() as u64;
        cents += batch.claims.iter().map(|claim| claim.charge_cents).sum::<i64>();
    };
    bytes.chunks(CHUNK).for_each(|chunk| reader.feed(chunk, &mut take));
    let record = reader.finish(&mut take).expect("the file is whole");
    assert_eq!(cents, record.charge.0, "the batches hold every charge");
    claims
}

fn judged(bytes: &[u8], level_max: u8) -> u64 {
    let mut judge = Judge::new(Options { level_max, ..Options::default() });
    bytes.chunks(CHUNK).for_each(|chunk| judge.feed(chunk));
    judge.finish().record.claims
}
