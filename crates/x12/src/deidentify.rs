//! A file of the same shape about nobody: names and numbers by keyed hash, dates shifted.
//!
//! The result stays valid: lengths, code lists, check digits, counts and money are kept, and the
//! same number becomes the same other number in every file with the same key, so that claims and
//! remittances still match. It is pseudonymous, not anonymous: whoever has the key can follow a
//! known number. Whether it counts as de-identified under 45 CFR 164.514 is for an expert to say.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::dates;
use crate::edit::{Edit, apply};
use crate::scan::{Event, NoticeKind, events, is_padding};
use crate::segment::{Element, Segment, SegmentId, Span};

/// Elements that tell nothing about a person and stay as they are; all others are replaced.
const KEPT: &[(&[u8], &[u8])] = &[
    (b"ISA", &[1, 3, 5, 7, 10, 11, 12, 13, 14, 15, 16]),
    (b"GS", &[1, 5, 6, 7, 8]),
    (b"ST", &[1, 2, 3]),
    (b"SE", &[1, 2]),
    (b"GE", &[1, 2]),
    (b"IEA", &[1, 2]),
    (b"TA1", &[1, 3, 4, 5]),
    (b"BHT", &[1, 2, 5, 6]),
    (b"HL", &[1, 2, 3, 4]),
    (b"NM1", &[1, 2, 8]),
    (b"N1", &[1, 3]),
    (b"N4", &[2, 4]),
    (b"PER", &[1, 3, 5, 7]),
    (b"REF", &[1]),
    (b"DMG", &[1, 3, 4, 5]),
    (b"DTP", &[1, 2]),
    (b"DTM", &[1]),
    (b"SBR", &[1, 2, 5, 6, 7, 8, 9]),
    (b"PAT", &[1, 5, 7, 8, 9]),
    (b"PRV", &[1, 2, 3]),
    (b"CUR", &[1, 2]),
    (b"CLM", &[2, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20]),
    (b"HI", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    (b"LX", &[1]),
    (b"SV1", &[1, 2, 3, 4, 5, 7, 9, 11, 12, 15]),
    (b"SV2", &[1, 2, 3, 4, 5]),
    (b"SV5", &[1, 2, 3, 4, 5, 6]),
    (b"AMT", &[1, 2]),
    (b"QTY", &[1, 2]),
    (b"CAS", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
    (b"SVD", &[2, 3, 4, 5, 6]),
    (b"OI", &[3, 4, 6]),
    (b"LIN", &[2, 3]),
    (b"CTP", &[3, 4, 5]),
    (b"CN1", &[1, 2]),
    (b"CR1", &[1, 2, 3, 4, 5, 6]),
    (b"CRC", &[1, 2, 3, 4, 5]),
    (b"MEA", &[1, 2, 3]),
    (b"HCP", &[1, 2, 3]),
    (b"NTE", &[1]),
    (b"PWK", &[1, 2, 5]),
    (b"MOA", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (b"BPR", &[1, 2, 3, 4, 5, 6, 8, 12, 14]),
    (b"TRN", &[1]),
    (b"TS3", &[2, 4, 5]),
    (b"CLP", &[2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13]),
    (b"SVC", &[1, 2, 3, 5, 6, 7]),
    (b"LQ", &[1, 2]),
    (b"PLB", &[4, 6, 8, 10, 12, 14]),
    (b"EB", &[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13]),
    (b"EQ", &[1, 2, 3]),
    (b"III", &[1, 2]),
    (b"AAA", &[1, 2, 3, 4]),
    (b"INS", &[1, 2, 3, 4, 5, 8]),
    (b"HD", &[1, 3, 5]),
    (b"STC", &[1, 3, 4, 5, 10, 11]),
    (b"AK1", &[1, 2, 3]),
    (b"AK2", &[1, 2, 3]),
    (b"IK3", &[1, 2, 3, 4]),
    (b"IK4", &[1, 2, 3]),
    (b"IK5", &[1, 2, 3, 4, 5, 6]),
    (b"AK9", &[1, 2, 3, 4]),
];

/// Elements that are dates, by segment; DTP, DMG and PAT tell by a qualifier.
const DATES: &[(&[u8], &[u8])] = &[
    (b"ISA", &[9]),
    (b"GS", &[4]),
    (b"BHT", &[4]),
    (b"TA1", &[2]),
    (b"BPR", &[16]),
    (b"DTM", &[2]),
    (b"DTP", &[3]),
    (b"DMG", &[2]),
    (b"PAT", &[6]),
    (b"STC", &[2, 6, 8]),
    (b"TS3", &[3]),
    (b"PLB", &[2]),
];

/// Free text, where a name may stand between other words.
const FREE: &[(&[u8], usize)] = &[(b"NTE", 2), (b"K3", 1), (b"MSG", 1), (b"STC", 12), (b"PWK", 7)];

/// Replaces everything that tells who somebody is. The key must be secret and have 16 bytes or
/// more to be worth anything.
#[must_use]
pub fn deidentify(bytes: &[u8], key: &[u8]) -> Vec<u8> {
    let mut stream = Stream::new(key, b"days", b"");
    let days = 28 + i32::from(stream.below(168)) + i32::from(stream.below(168));
    let veil = Veil { key, days };
    let mut edits = Vec::new();
    // Where the bytes begin that no event has told of yet.
    let mut at = 0;
    let mut refused = None;
    for event in events(bytes) {
        match event {
            Event::Segment(segment) => {
                edits.extend(unread(bytes, at, segment.offset));
                if refused == Some(segment.offset) {
                    // What stands where cannot be told behind a header that cannot be read.
                    edits.push(replaced(segment.span(), b"REMOVED".to_vec()));
                } else {
                    veil.segment(&segment, &mut edits);
                }
                at = segment.span().end + 1;
            }
            Event::Notice(notice) => match notice.kind {
                NoticeKind::EmptySegment | NoticeKind::ByteOrderMark => {
                    edits.extend(unread(bytes, at, notice.span.start));
                    at = notice.span.end;
                }
                // Its bytes are a segment of their own or belong to none; what comes next says which.
                NoticeKind::Header(_) => refused = Some(notice.span.start),
                NoticeKind::Utf16 | NoticeKind::Junk | NoticeKind::Unterminated | NoticeKind::Oversize => {}
            },
        }
    }
    edits.extend(unread(bytes, at, bytes.len() as u64));
    apply(bytes, &edits)
}

/// Removes what stands outside any segment, since it cannot be judged; what only fills the space between two segments stays.
///
/// The bytes themselves are looked at, not the notices: a notice need not span all that the scanner passes over, such as what follows
/// a header that cannot be read, or the text of a file in UTF-16.
fn unread(bytes: &[u8], start: u64, end: u64) -> Option<Edit> {
    let place = |offset| usize::try_from(offset).expect("a segment lies inside the file");
    let gap = &bytes[place(start)..place(end)];
    let first = gap.iter().position(|byte| !is_padding(*byte))? as u64;
    let last = gap.iter().rposition(|byte| !is_padding(*byte))? as u64;
    Some(replaced(Span { start: start + first, end: start + last + 1 }, Vec::new()))
}

fn replaced(span: Span, text: Vec<u8>) -> Edit {
    Edit { span, text, reason: "a value about a person is replaced".to_owned() }
}

struct Veil<'k> {
    key: &'k [u8],
    /// Every date of every file with this key moves back by the same number of days.
    days: i32,
}

impl Veil<'_> {
    fn segment(&self, segment: &Segment<'_>, edits: &mut Vec<Edit>) {
        let id = segment.id();
        let among = |list: &[(&[u8], &[u8])], number: usize| {
            list.iter().any(|(known, elements)| {
                SegmentId::new(known) == id && elements.iter().any(|kept| usize::from(*kept) == number)
            })
        };
        if id == SegmentId::NONE {
            // Letters by chance could spell an identifier; this is none either.
            edits.push(replaced(segment.span(), b"REMOVED".to_vec()));
            return;
        }
        for (number, element) in (1..).zip(segment.elements()) {
            if element.is_empty() {
                continue;
            }
            let is_free = FREE.iter().any(|(known, free)| SegmentId::new(known) == id && *free == number);
            let text = if is_free {
                b"REMOVED".to_vec()
            } else if among(DATES, number) {
                self.date(element.bytes, segment)
            } else if among(KEPT, number) {
                match self.description(id, number, &element) {
                    Some(edit) => edits.push(edit),
                    None => continue,
                }
                continue;
            } else {
                self.value(id, number, &element, segment)
            };
            edits.push(replaced(element.span(), text));
        }
    }

    /// The free text that ends a procedure composite.
    fn description(&self, id: SegmentId, number: usize, element: &Element<'_>) -> Option<Edit> {
        let procedures: [(&[u8], usize); 4] = [(b"SV1", 1), (b"SVC", 1), (b"SV2", 2), (b"SVD", 3)];
        let is_procedure = procedures.iter().any(|(known, place)| SegmentId::new(known) == id && *place == number);
        let text = element.component(7);
        (is_procedure && !text.is_empty()).then(|| replaced(text.span(), b"REMOVED".to_vec()))
    }

    fn value(&self, id: SegmentId, number: usize, element: &Element<'_>, segment: &Segment<'_>) -> Vec<u8> {
        let bytes = element.bytes;
        let is_npi = std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<codes::Npi>().is_ok());
        if is_npi {
            return self.npi(bytes);
        }
        let is_name = [(b"NM1".as_slice(), 3..=7), (b"N1", 2..=2), (b"N2", 1..=2), (b"N3", 1..=2), (b"N4", 1..=1)]
            .into_iter()
            .any(|(known, elements)| SegmentId::new(known) == id && elements.contains(&number));
        // A middle initial stays one letter; other names all get the same length.
        if is_name && bytes.len() > 1 {
            return self.letters(bytes, 8);
        }
        self.shaped(b"id", bytes, segment)
    }

    /// Digits for digits and letters for letters, so that type and length stay right.
    fn shaped(&self, kind: &[u8], bytes: &[u8], segment: &Segment<'_>) -> Vec<u8> {
        let trimmed = bytes.trim_ascii_end();
        let mut stream = Stream::new(self.key, kind, trimmed);
        bytes
            .iter()
            .map(|byte| match byte {
                _ if segment.delimiters.contains(*byte) => *byte,
                b'0'..=b'9' => b'0' + stream.below(10),
                b' ' | b'-' | b'.' | b'/' => *byte,
                _ => b'A' + stream.below(26),
            })
            .collect()
    }

    fn letters(&self, bytes: &[u8], length: usize) -> Vec<u8> {
        let mut stream = Stream::new(self.key, b"name", &bytes.trim_ascii().to_ascii_uppercase());
        (0..length).map(|_| b'A' + stream.below(26)).collect()
    }

    /// Another number with the right check digit.
    fn npi(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = Stream::new(self.key, b"npi", bytes);
        let mut digits = vec![b'1'];
        digits.extend((0..8).map(|_| b'0' + stream.below(10)));
        let text = |last: u8| String::from_utf8([&digits[..], &[b'0' + last]].concat()).expect("digits are ASCII");
        let check = (0..10).find(|last| text(*last).parse::<codes::Npi>().is_ok());
        text(check.expect("one of ten digits checks the other nine")).into_bytes()
    }

    fn date(&self, bytes: &[u8], segment: &Segment<'_>) -> Vec<u8> {
        let days = self.days;
        let moved = |text: &[u8]| dates::day(text).map(|day| dates::write_day(earlier(day, days)).into_bytes());
        let short = dates::short_day(bytes).map(|day| dates::write_day(earlier(day, days)).as_bytes()[2..].to_vec());
        let parts: Option<Vec<Vec<u8>>> = bytes.split(|byte| *byte == b'-').map(moved).collect();
        if let Some(parts) = parts {
            return parts.join(&b'-');
        }
        let timed = bytes.get(..8).and_then(moved).filter(|_| bytes.len() == 12);
        timed
            .map(|day| [&day[..], &bytes[8..]].concat())
            .or(short)
            .unwrap_or_else(|| self.shaped(b"date", bytes, segment))
    }
}

fn earlier(day: Date, days: i32) -> Date {
    codes::dates::add_days(day, -days)
}

/// Bytes that follow from key, kind and value: HMAC-SHA-256 in counter mode.
struct Stream {
    seed: [u8; 32],
    block: [u8; 32],
    counter: u32,
    used: usize,
}

impl Stream {
    fn new(key: &[u8], kind: &[u8], value: &[u8]) -> Self {
        let seed = hmac(key, &[kind, b"\0", value].concat());
        Self { seed, block: [0; 32], counter: 0, used: 32 }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.block = hmac(&self.seed, &self.counter.to_be_bytes());
            self.counter += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// A number below `limit`; bytes that would favour small numbers are skipped.
    fn below(&mut self, limit: u8) -> u8 {
        let fair = 255 - 255 % limit;
        loop {
            let byte = self.byte();
            if byte < fair {
                return byte % limit;
            }
        }
    }
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5C)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Options, judge};

    const KEY: &[u8] = b"an example key, not a secret";

    #[test]
    fn hmac_gives_the_published_answer() {
        // RFC 4231, test case 2.
        let tag = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(tag[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(tag[28..], [0x64, 0xec, 0x38, 0x43]);
    }

    #[test]
    fn the_result_is_valid_and_tells_nobody() {
        for bytes in [crate::make::claims(), crate::make::remittance()] {
            let hidden = deidentify(&bytes, KEY);
            let report = judge(&hidden, Options::default());
            assert!(report.findings.is_empty(), "{:?}", report.findings);
            assert_eq!(report.record.charge, judge(&bytes, Options::default()).record.charge);
            let text = String::from_utf8(hidden).unwrap();
            for word in
                ["ALEX", "JORDAN", "W10000000", "1234567893", "EX0001", "AUSTIN", "78701", "19840506", "20260803"]
            {
                assert!(!text.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn claims_and_remittance_still_match() {
        let (sent, answer) = (deidentify(&crate::make::claims(), KEY), deidentify(&crate::make::remittance(), KEY));
        let (sent, answer) = (crate::Document::read(&sent), crate::Document::read(&answer));
        assert_eq!(crate::diff::payments_differ(&sent, &answer).len(), 2);
    }

    #[test]
    fn another_key_gives_another_file() {
        let bytes = crate::make::claims();
        assert_eq!(deidentify(&bytes, KEY), deidentify(&bytes, KEY));
        assert_ne!(deidentify(&bytes, KEY), deidentify(&bytes, b"another"));
    }

    #[test]
    fn nothing_stays_that_is_no_segment() {
        let whole = crate::make::claims();
        let hidden = deidentify(&whole, KEY);
        let with = |before: &[u8], after: &[u8]| [before, &whole[..], after].concat();
        // A header that cannot be read, and behind it what would be the mark of a file in UTF-16.
        let cut = with(b"ISA\xFF\xFEJORDAN SAMPLE\n", b"");
        assert_eq!(deidentify(&cut, KEY), [b"\n", &hidden[..]].concat());
        assert_eq!(deidentify(&with(b"JORDAN SAMPLE", b"JORDAN SAMPLE"), KEY), hidden);
        assert_eq!(
            deidentify(&with(b"\xEF\xBB\xBFJORDAN ", b"~\n"), KEY),
            [b"\xEF\xBB\xBF ", &hidden[..], b"~\n"].concat()
        );
        assert_eq!(deidentify(b"ISA*00*JORDAN SAMPLE", KEY), b"");
        let long = [&b"NTE*ADD*"[..], &vec![b'J'; crate::scan::SEGMENT_BYTES_MAX], b"~\n"].concat();
        assert_eq!(deidentify(&with(b"", &long), KEY), [&hidden[..], b"\n"].concat());
    }

    #[test]
    fn nothing_of_a_file_in_utf_16_stays() {
        let units = String::from_utf8(crate::make::claims()).unwrap();
        let (mut little, mut big) = (vec![0xFF, 0xFE], vec![0xFE, 0xFF]);
        units.encode_utf16().for_each(|unit| little.extend(unit.to_le_bytes()));
        units.encode_utf16().for_each(|unit| big.extend(unit.to_be_bytes()));
        for bytes in [little, big] {
            assert!(deidentify(&bytes, KEY).iter().all(|byte| is_padding(*byte)));
        }
    }

    #[test]
    fn a_header_that_cannot_be_read_becomes_no_header() {
        let whole = crate::make::claims();
        // With a tab as separator, what stays of the header must not be read as padding before another.
        for header in [&b"ISA*00*JORDAN*~"[..], b"ISA\tISA\t00\tJORDAN~", b"ISA JORDAN~", b"ISA\xFF\xFEJORDAN~"] {
            let bytes = [&whole[..], header, &whole[..]].concat();
            let hidden = deidentify(&bytes, KEY);
            let part = deidentify(&whole, KEY);
            assert_eq!(hidden, [&part[..], b"REMOVED~", &part[..]].concat());
            assert_eq!(crate::Document::read(&hidden).record().claims, 8);
        }
    }
}
