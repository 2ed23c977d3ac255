//! Inputs that other parsers drop, double or refuse: each one change to a valid file of 37 claims.

use codes::Cents;
use x12::judge::{Options, Report, judge};
use x12::{Completeness, Counter, Event, GapKind, Incomplete, Scanner};

const CLAIMS: u64 = 37;

fn base() -> String {
    String::from_utf8(x12::make::many_claims(37)).expect("examples are ASCII").replace("~\n", "~")
}

fn judged(bytes: &[u8]) -> Report {
    judge(bytes, Options::default())
}

/// Reads without a finding, all claims and all money.
#[track_caller]
fn clean(name: &str, bytes: &[u8]) {
    let report = judged(bytes);
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.rule.id, &finding.message)).collect();
    assert!(found.is_empty(), "{name}: {found:?}");
    assert!(report.record.is_complete(), "{name}");
    assert_eq!(report.record.claims, CLAIMS, "{name}");
    assert_eq!(report.record.charge, Cents(740_000), "{name}");
}

/// Reads all claims, and reports `rules` and nothing else.
#[track_caller]
fn reported(name: &str, bytes: &[u8], rules: &[&str]) -> Report {
    let report = judged(bytes);
    let found: Vec<_> = report.counts.keys().copied().collect();
    assert_eq!(found, rules, "{name}: {:?}", report.findings.iter().map(|f| &f.message).collect::<Vec<_>>());
    assert_eq!(report.record.claims, CLAIMS, "{name}");
    report
}

fn once(from: &str, to: &str) -> Vec<u8> {
    let base = base();
    assert!(base.contains(from), "{from}");
    base.replacen(from, to, 1).into_bytes()
}

/// The base with its separators replaced.
fn delimited(element: &str, component: &str, terminator: &str) -> Vec<u8> {
    base()
        .chars()
        .map(|letter| match letter {
            '*' => element.to_owned(),
            ':' => component.to_owned(),
            '~' => terminator.to_owned(),
            other => other.to_string(),
        })
        .collect::<String>()
        .into_bytes()
}

#[test]
fn line_ends_and_separators_do_not_matter() {
    let base = base();
    clean("as it is", base.as_bytes());
    clean("LF after ~", base.replace('~', "~\n").as_bytes());
    clean("CRLF after ~", base.replace('~', "~\r\n").as_bytes());
    clean("delimiters | > '", &delimited("|", ">", "'"));
    clean("terminator LF", &delimited("*", ":", "\n"));
    clean("terminator CRLF", &delimited("*", ":", "\r\n"));
    clean("separators of control characters", &delimited("\u{1d}", "\u{1f}", "\u{1c}"));
    clean("blank line first", format!("\r\n\n{base}").as_bytes());
    clean("LF and blank after IEA", format!("{base}\n ").as_bytes());
    clean("fill bytes after IEA", format!("{base}\u{1a}\0\0").as_bytes());
    let latin: Vec<u8> =
        delimited("*", ":", "\u{1}").iter().map(|byte| if *byte == 1 { 0xA7 } else { *byte }).collect();
    clean("a terminator outside ASCII", &latin);
}

#[test]
fn a_two_byte_separator_is_an_error_not_silence() {
    let report = judged(&delimited("*", ":", "§"));
    assert!(!report.record.is_complete());
    assert!(report.counts.contains_key("X1004"));
}

#[test]
fn bytes_beyond_ascii_are_read_and_reported() {
    reported("UTF-8 in a name", &once("EXAMPLE*ALEX", "EXAMPLE*NUÑEZ"), &["X1024"]);
    let mut latin = base().into_bytes();
    let at = base().find("ALEX").unwrap();
    latin[at] = 0xD1;
    reported("a Latin-1 byte", &latin, &["X1024"]);
    reported("byte order mark", format!("\u{feff}{}", base()).as_bytes(), &["X1001"]);
}

#[test]
fn several_envelopes_are_all_read() {
    let base = base();
    let (head, rest) = base.split_at(base.find("GS*").unwrap());
    let (group, tail) = rest.split_at(rest.find("IEA*").unwrap());
    let second = group.replace("*1*X*", "*2*X*").replace("GE*1*1", "GE*1*2");
    let two_groups = format!("{head}{group}{second}{}", tail.replace("IEA*1", "IEA*2"));
    let other = base.replace("000000001", "000000002");
    let two_files = format!("{base}\n\n{other}");
    let (set_head, set_rest) = group.split_at(group.find("ST*").unwrap());
    let (set, set_tail) = set_rest.split_at(set_rest.find("GE*").unwrap());
    let again = set.replace("ST*837*0001", "ST*837*0002").replace("*0001~", "*0002~");
    let two_sets = format!("{head}{set_head}{set}{again}{}{tail}", set_tail.replace("GE*1", "GE*2"));
    for (name, text, counts) in [
        ("two GS", two_groups, (1, 2, 2)),
        ("two ISA", two_files.clone(), (2, 2, 2)),
        ("two ST, HL starts again", two_sets, (1, 1, 2)),
        ("another separator in the second ISA", two_files.replacen("\n\n", "", 1), (2, 2, 2)),
    ] {
        let report = judged(text.as_bytes());
        assert_eq!(report.counts.keys().collect::<Vec<_>>(), Vec::<&&str>::new(), "{name}");
        let record = report.record;
        assert_eq!((record.interchanges, record.groups, record.transactions), counts, "{name}");
        assert_eq!((record.claims, record.charge), (2 * CLAIMS, Cents(1_480_000)), "{name}");
    }
    let mut mixed = base.clone().into_bytes();
    mixed.extend(delimited("|", ">", "'").iter().copied());
    let record = x12::read(&mixed).unwrap();
    assert_eq!((record.interchanges, record.claims), (2, 2 * CLAIMS));
}

#[test]
fn faults_are_reported_and_nothing_is_lost() {
    reported("empty segment", &once("~BHT", "~~BHT"), &["X1007"]);
    reported("trailing empty elements", &once("1 EXAMPLE STREET", "1 EXAMPLE STREET**"), &["X1022"]);
    reported("blank before ~", &once("1 EXAMPLE STREET~", "1 EXAMPLE STREET ~"), &["X1030"]);
    let lower: String = base().split_inclusive('~').map(lower_identifier).collect();
    reported("lower-case identifiers", lower.as_bytes(), &["X1020"]);
    let count = base().split("SE*").nth(1).unwrap().split('*').next().unwrap().to_owned();
    reported("SE01 wrong", &once(&format!("~SE*{count}"), "~SE*9"), &["X1013"]);
    reported("SE01 empty", &once(&format!("~SE*{count}"), "~SE*"), &["X1013"]);
    reported("IEA02 is not ISA13", &once("IEA*1*000000001", "IEA*1*000000007"), &["X1018"]);
    reported("HL02 names no parent", &once("HL*3*1*22", "HL*3*77*22"), &["X2013"]);
    reported("CLM02 is not the sum", &once("CLM*EX00002*200", "CLM*EX00002*201"), &["X3001"]);
    reported("NPI check digit", &once("XX*1234567893", "XX*1234567890"), &["X5001"]);
    reported("pointer to nothing", &once("UN*1***1", "UN*1***4"), &["X4015"]);
    reported("DTP 20251332", &once("D8*20260803", "D8*20251332"), &["X1028"]);
    reported("CLM05 missing", &once("***11:B:1*Y", "****Y"), &["X2009", "X5011"]);
    let unknown = reported("unknown segment", &once("~HI*", "~ZZZ*1~HI*"), &["X1013", "X2001"]);
    let place = unknown.findings.iter().find(|finding| finding.rule.id == "X2001").unwrap();
    assert_eq!((place.loop_path.as_str(), place.claim.as_deref()), ("2000A/2000B/2300", Some("EX00001")));
    let swapped = base().replacen("LX*1~SV1*HC:17110*200*UN*1***1~", "SV1*HC:17110*200*UN*1***1~LX*1~", 1);
    reported("SV1 before LX", swapped.as_bytes(), &["X2002", "X2007"]);
}

/// A segment with its identifier in lower case, but for ISA, whose separators come first.
fn lower_identifier(segment: &str) -> String {
    let (id, rest) = segment.split_at(segment.find('*').expect("each segment has an element"));
    format!("{}{rest}", id.to_lowercase())
}

#[test]
fn more_from_the_issues_of_other_parsers() {
    let bare = base().replacen(&" ".repeat(10), "", 2).replace("EXAMPLESENDER  *", "EXAMPLESENDER*");
    reported("ISA with unpadded fields", bare.as_bytes(), &["X1031"]);
    let missing =
        base().replacen(&format!("~SE*{}", base().split("~SE*").nth(1).unwrap().split('~').next().unwrap()), "", 1);
    let report = judged(missing.as_bytes());
    assert_eq!((report.record.claims, report.record.is_complete()), (CLAIMS, false));
    assert!(report.counts.contains_key("X1011"));
    for (charge, cents, complete) in [
        ("0", 0, true),
        (".5", 50, true),
        ("-0", 0, true),
        ("999999999999999", 99_999_999_999_999_900, true),
        ("999999999999999999", 0, false),
        ("1,000", 0, false),
    ] {
        let record = judged(&once("CLM*EX00001*200", &format!("CLM*EX00001*{charge}"))).record;
        assert_eq!(record.charge, Cents(720_000 + cents), "{charge}");
        assert_eq!(record.is_complete(), complete, "{charge}");
    }
    for (name, bytes) in [
        ("empty", b"".as_slice()),
        ("blank", b" \r\n\t"),
        ("prose", b"Dear all, please find"),
        ("GS first", b"GS*HC*A*B~"),
    ] {
        let record = judged(bytes).record;
        assert!(!record.is_complete() && record.interchanges == 0, "{name}");
    }
}

/// Reads in chunks of `size` bytes; the record and every byte of every segment.
fn in_chunks(bytes: &[u8], size: usize) -> (Completeness, Vec<u8>) {
    let mut scanner = Scanner::default();
    let mut counter = Counter::default();
    let mut seen = Vec::new();
    let mut take = |event: Event<'_>| {
        counter.event(event);
        match event {
            Event::Segment(segment) => {
                seen.extend_from_slice(&segment.offset.to_le_bytes());
                seen.extend_from_slice(segment.bytes);
            }
            Event::Notice(notice) => seen.extend_from_slice(format!("{notice:?}").as_bytes()),
        }
    };
    for chunk in bytes.chunks(size) {
        scanner.feed(chunk, &mut take);
    }
    let length = scanner.finish(&mut take);
    let record = match counter.finish(length) {
        Ok(record) => record,
        Err(Incomplete(record)) => *record,
    };
    (record, seen)
}

#[test]
fn every_chunk_size_gives_the_same_answer() {
    let base = base();
    let mut mixed = b"\xEF\xBB\xBF\r\njunk ISAISA*".to_vec();
    mixed.extend_from_slice(base.as_bytes());
    mixed.extend_from_slice(b"~~\r\n");
    mixed.extend(delimited("|", ">", "\r\n"));
    mixed.extend_from_slice(b"ISA*00*cut");
    for (bytes, most) in [(base.as_bytes(), 4096), (&mixed, 600)] {
        let whole = in_chunks(bytes, bytes.len());
        for size in 1..=most {
            assert!(in_chunks(bytes, size) == whole, "chunks of {size}");
        }
        let mut offsets = Vec::new();
        for event in x12::events(bytes) {
            if let Event::Segment(segment) = event {
                offsets.extend_from_slice(&segment.offset.to_le_bytes());
                offsets.extend_from_slice(segment.bytes);
            } else if let Event::Notice(notice) = event {
                offsets.extend_from_slice(format!("{notice:?}").as_bytes());
            }
        }
        assert!(offsets == whole.1, "the iterator over a slice");
    }
}

#[test]
fn findings_do_not_depend_on_chunks() {
    let bytes = x12::make::broken("X3001").unwrap();
    let whole = judged(&bytes);
    for size in [1, 2, 3, 7, 64, 105, 106, 107, 1000] {
        let mut judge = x12::judge::Judge::new(Options::default());
        bytes.chunks(size).for_each(|chunk| judge.feed(chunk));
        assert_eq!(judge.finish(), whole, "chunks of {size}");
    }
}

#[test]
fn no_truncation_is_silent() {
    let base = base();
    let bytes = base.as_bytes();
    let whole = x12::read(bytes).unwrap();
    for length in 0..bytes.len() {
        let Incomplete(record) = x12::read(&bytes[..length]).unwrap_err();
        assert_eq!(record.bytes, length as u64);
        assert!(record.claims <= whole.claims && record.charge <= whole.charge);
        let known = record.gaps.first().unwrap().kind;
        assert!(known != GapKind::Junk || length < 4, "{length}: {known:?}");
    }
    let error = x12::read(&bytes[..bytes.len() / 2]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("recovered") && text.contains("claims"), "{text}");
}

#[test]
fn of_a_file_that_was_cut_off_only_that_is_said() {
    for bytes in [x12::make::claims(), x12::make::remittance()] {
        let cut_off = (1..bytes.len()).filter(|end| {
            let report = judge(&bytes[..*end], Options::default());
            let ids: Vec<_> = report.findings.iter().map(|finding| finding.rule.id).collect();
            let is_cut_off = ids.contains(&"X1005");
            assert!(!is_cut_off || ids == ["X1005"], "{end}: {ids:?}");
            is_cut_off
        });
        assert!(cut_off.count() > bytes.len() / 2);
    }
}
