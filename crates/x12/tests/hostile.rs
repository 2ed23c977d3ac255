//! Nothing a file can hold makes the crate panic or take more than linear time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use x12::Document;
use x12::judge::{Judge, Options, Overlay, judge};

/// All that takes bytes from outside.
fn everything(bytes: &[u8]) {
    let report = judge(bytes, Options::default());
    for finding in &report.findings {
        let place = finding.span;
        assert!(place.start <= place.end && place.end <= bytes.len() as u64, "{}", finding.rule.id);
    }
    assert_eq!(report.record.bytes, bytes.len() as u64);
    let mut claims = 0;
    let mut take = |batch: &x12::batch::Batch| claims += batch.claims.len() as u64;
    let mut reader = x12::batch::BatchReader::with_claims(2);
    bytes.chunks(100).for_each(|chunk| reader.feed(chunk, &mut take));
    let record = reader.finish(&mut take).unwrap_or_else(|x12::Incomplete(record)| *record);
    assert_eq!((record, claims), (report.record.clone(), report.record.claims), "batches hold what is counted");
    let document = Document::read(bytes);
    assert!(document.emit() == bytes, "the file is written again as it was");
    let options = x12::ack::AckOptions {
        date: jiff::civil::date(2026, 8, 6),
        time: "0800".to_owned(),
        control: 1,
        production: false,
    };
    // A header may hold values that no answer can repeat; that is an error, not a panic.
    let answer = x12::ack::acknowledge(bytes, &report, &options).unwrap_or_default();
    for answer in [&Document::read(&answer), &document] {
        let explained = x12::explain::explain(answer, Some(&document), false);
        assert!(explained.iter().all(|one| !one.about.is_empty()));
    }
    if let Ok(edits) = x12::fix::fix(bytes) {
        let fixed = x12::edit::apply(bytes, &edits);
        let before = document.record();
        let after = Document::read(&fixed);
        let after = after.record();
        assert_eq!((before.claims, before.lines, before.charge), (after.claims, after.lines, after.charge));
    }
    if let Ok(parts) = x12::split::split(&document, x12::split::SplitBy::Claim, 1) {
        assert_eq!(parts.iter().map(|part| part.claims).sum::<usize>(), x12::view::claims(&document.tree).count());
    }
    assert_eq!(x12::diff::claims_differ(&document, &document, false), Vec::new());
    let hidden = x12::deidentify::deidentify(bytes, b"key");
    assert_eq!(Document::read(&hidden).record().claims, report.record.claims);
}

/// One change that a damaged transfer or a careless program makes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Insert(usize, u8),
    Remove(usize, usize),
    Copy(usize, usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"*:^~\n ISAGSTEHLCMNX0129.-".to_vec())];
    prop_oneof![
        (any::<usize>(), byte.clone()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<usize>(), byte).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        (any::<usize>(), 1..200_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (any::<usize>(), 1..400_usize, any::<usize>()).prop_map(|(at, length, to)| Damage::Copy(at, length, to)),
    ]
}

fn damaged(mut bytes: Vec<u8>, all: &[Damage]) -> Vec<u8> {
    for damage in all {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match *damage {
            Damage::Flip(at, byte) => bytes[at % length] = byte,
            Damage::Insert(at, byte) => bytes.insert(at % length, byte),
            Damage::Remove(at, count) => {
                let start = at % length;
                bytes.drain(start..(start + count).min(length));
            }
            Damage::Copy(at, count, to) => {
                let start = at % length;
                let copy = bytes[start..(start + count).min(length)].to_vec();
                let to = to % length;
                bytes.splice(to..to, copy);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn damaged_claims(all in proptest::collection::vec(damage(), 1..8)) {
        everything(&damaged(x12::make::claims(), &all));
    }

    #[test]
    fn damaged_remittances(all in proptest::collection::vec(damage(), 1..8)) {
        everything(&damaged(x12::make::remittance(), &all));
    }

    #[test]
    fn bytes_at_random(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        everything(&bytes);
    }

    #[test]
    fn overlays_at_random(lines in proptest::collection::vec(OVERLAY_LINE, 0..12)) {
        let text = format!("receiver A\nsource B\naddress C\nread 2026-08-05\n{}", lines.join("\n"));
        match Overlay::parse(&text) {
            Err(error) => prop_assert!(!error.to_string().is_empty() && !error.help().is_empty()),
            Ok(overlay) => {
                for rule in overlay.rules() {
                    let made = [x12::make::broken_for(&overlay, &rule.asked.rule), x12::make::kept_for(&overlay, &rule.asked.rule)];
                    made.into_iter().flatten().for_each(|bytes| everything(&bytes));
                }
                let report = judge(&x12::make::claims(), Options { overlay, ..Options::default() });
                prop_assert_eq!(report.record.claims, 4);
            }
        }
    }

    #[test]
    fn chunks_change_nothing(all in proptest::collection::vec(damage(), 0..6), size in 1..300_usize) {
        let bytes = damaged(x12::make::claims(), &all);
        let mut judge_of_chunks = Judge::new(Options::default());
        bytes.chunks(size).for_each(|chunk| judge_of_chunks.feed(chunk));
        prop_assert!(judge_of_chunks.finish() == judge(&bytes, Options::default()));
    }
}

/// Lines of overlays, most of them right.
const OVERLAY_LINE: &str = "(require|forbid|only|longest|shape|least) (TS|2000B|2300|2000C/2300|2400|2430) \
    (REF\\*G1|K3|CLM0[1-9](-[1-3])?|SBR09|SVD02|2310B|2410|[A-Z0-9*:-]{1,6}) ?(CI,MC|20|[A-Z]{1,3}|\\[A-Z0-9\\][0-9]|0.0[0-9])?\
    ( (when|unless) (2000B )?(SBR09|REF\\*F8|2430|CLM05-3)( 7,8| CI)?){0,2}|rule A-[1-5]\nsection 1\nsays D\ndo E|claims [0-9]{1,2}|\
    (break|keep) (set|add|remove) (CLM|SBR|REF\\*G1|K3|S|ISA)( [0-9]{1,3})?( [A-Z0-9*]{0,9})?|X[0-9]{4} (off|error|loud)|\
    (set|quote|says|do|read|section) [ -~]{0,9}|[ -~]{0,30}";

/// An eighth of a megabyte of one thing costs about what as much of claims costs.
#[test]
fn no_input_is_quadratic() {
    let claims = String::from_utf8(x12::make::claims()).unwrap();
    let head = &claims[..claims.find("CLM*").unwrap()];
    let line = "LX*1~SV1*HC:17110*1*UN*1***1~DTP*472*D8*20260803~";
    let size = 1 << 17;
    for (name, unit) in [
        ("terminators", "~"),
        ("separators", "*"),
        ("components", ":"),
        ("HL", "HL~"),
        ("numbered HL", "HL*1**20*1~"),
        ("HL below HL", "HL*2*1*22*1~HL*3*2*23*0~"),
        ("claims", "CLM*A*1***11:B:1*Y*A*Y*Y~"),
        ("lines", line),
        ("other payers", "SBR*S*18~OI***Y***Y~NM1*IL*1*A~NM1*PR*2*B~"),
        ("adjudications", "SVD*1*1*HC:17110**1~CAS*CO*45*1~DTP*573*D8*20260803~"),
        ("headers", "ISA*"),
        ("transaction sets", "ST*837*0001*005010X222A1~"),
        ("groups", "GS*HC*A*B*20260805*0930*1*X*005010X222A1~"),
        ("diagnoses", "HI*ABK:B078*ABF:B078~"),
        ("blanks", " "),
        ("nulls", "\0"),
        ("letters", "I"),
    ] {
        let bytes = format!("{head}{}", unit.repeat(size / unit.len()));
        let started = Instant::now();
        let demands = "require 2400 K3 when SBR09 MC\nforbid 2430 SVD unless 2000B SBR09 CI unless 2320\nforbid 2400 2410 when 2000C";
        let overlay = Overlay::parse(&format!("{}{demands}\n", x12::make::receiver())).expect("the demands are right");
        let report = judge(bytes.as_bytes(), Options { overlay, ..Options::default() });
        assert!(!report.counts.is_empty(), "{name}");
        let document = Document::read(bytes.as_bytes());
        let lines: usize = x12::view::claims(&document.tree).map(|claim| claim.lines().count()).sum();
        assert!(lines <= document.tree.len(), "{name}");
        let took = started.elapsed();
        // A debug build on a busy machine takes a second or two; quadratic work takes many minutes.
        assert!(took < Duration::from_secs(30), "{name}: {took:?}");
    }
}
