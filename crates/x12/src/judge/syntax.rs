//! Level 1 inside one segment: identifier, separators, characters, type and length.

use crate::dates;
use crate::judge::dictionary::{Kind, Spec, specs};
use crate::judge::rules as r;
use crate::judge::sink::{At, Sink};
use crate::number::eight_digits;
use crate::segment::{Element, Segment, SegmentId};

const ISA: SegmentId = SegmentId::new(b"ISA");
const DTP: SegmentId = SegmentId::new(b"DTP");
const DMG: SegmentId = SegmentId::new(b"DMG");

/// The elements that are there, one bit for each by its number, where a segment surely keeps all rules of this level; what is
/// not sure is for [`check`] to look at closely.
#[inline]
pub(crate) fn clean(segment: &Segment<'_>) -> Option<u64> {
    let id = segment.id();
    let specs = specs(id)?;
    let (head, elements) = segment.listed()?;
    let bytes = segment.bytes;
    let is_whole = elements.len() <= specs.len().min(ELEMENTS_MAX)
        && bytes.last() != Some(&segment.delimiters.element)
        && is_plain(bytes);
    if !is_whole || id == ISA || has_small_letter(bytes, head) {
        return None;
    }
    let component = segment.delimiters.component;
    let (mut there, mut bit) = (0, 1);
    for ((start, end), spec) in elements.zip(specs) {
        bit <<= 1;
        if start < end {
            if !is_good(&bytes[start..end], *spec, component) {
                return None;
            }
            there |= bit;
        }
    }
    let is_clean = match id {
        DTP => has_good_date(segment, 2, 3),
        DMG => has_good_date(segment, 1, 2),
        _ => true,
    };
    is_clean.then_some(there)
}

/// Whether an identifier of two or three letters and digits has a small letter.
#[inline(always)]
fn has_small_letter(bytes: &[u8], length: usize) -> bool {
    match (bytes, length) {
        ([first, second, ..], 2) => first.is_ascii_lowercase() | second.is_ascii_lowercase(),
        ([first, second, third, ..], 3) => {
            first.is_ascii_lowercase() | second.is_ascii_lowercase() | third.is_ascii_lowercase()
        }
        _ => true,
    }
}

/// Elements that have a bit in the answer of [`clean`].
const ELEMENTS_MAX: usize = 63;

/// Whether a date whose form another element tells is surely right.
fn has_good_date(segment: &Segment<'_>, form: usize, date: usize) -> bool {
    let (qualifier, text) = (segment.value(form), segment.value(date));
    match (qualifier, text) {
        (_, []) => true,
        (b"D8", text) => is_day(text),
        (b"RD8", [first @ .., b'-', _, _, _, _, _, _, _, _]) => {
            let last = &text[first.len() + 1..];
            is_day(first) && is_day(last) && first <= last
        }
        (b"RD8" | b"DT", _) => false,
        _ => true,
    }
}

pub(crate) fn check(segment: &Segment<'_>, at: At<'_>, sink: &mut Sink) {
    let id = segment.id();
    if id == SegmentId::NONE {
        sink.report(&r::IDENTIFIER, at, r::IDENTIFIER.title);
        return;
    }
    if segment.id_text().iter().any(u8::is_ascii_lowercase) {
        let message = format!("`{}` is written in lower case", id.text());
        sink.report(&r::LOWER_CASE, at, message);
    }
    if segment.bytes.last() == Some(&segment.delimiters.element) {
        let end = segment.span().end;
        let span = crate::segment::Span { start: end - 1, end };
        sink.report(&r::TRAILING, at.spanning(span), r::TRAILING.title);
    }
    let plain = is_plain(segment.bytes);
    let specs = specs(id);
    for (element, number) in segment.elements().zip(1..) {
        if !plain {
            characters(&element, number, at, sink);
        }
        if id == ISA || element.is_empty() {
            continue;
        }
        let trimmed = element.bytes.trim_ascii();
        if trimmed.len() != element.bytes.len() {
            sink.report(&r::BLANKS, at.element(number), r::BLANKS.title);
        }
        let Some(specs) = specs else { continue };
        match specs.get(number - 1) {
            Some(spec) => value(&element, trimmed, *spec, number, at, sink),
            None => {
                let message = format!("{} has {} elements at most", id.text(), specs.len());
                sink.report(&r::TOO_MANY_ELEMENTS, at.element(number), message);
                break;
            }
        }
    }
    match id {
        DTP => qualified_date(segment, 2, 3, at, sink),
        DMG => qualified_date(segment, 1, 2, at, sink),
        _ => {}
    }
}

/// Whether all bytes are printable ASCII characters.
fn is_plain(bytes: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    // Adding carries into the highest bit of a byte what is above `~`, and leaves it clear below a blank.
    let odd = |eight: u64| {
        let low = eight & !HIGH;
        (eight | low.wrapping_add(EACH) | !low.wrapping_add(0x60 * EACH)) & HIGH
    };
    let (eights, rest) = bytes.as_chunks::<8>();
    let found = eights.iter().fold(0, |found, eight| found | odd(u64::from_le_bytes(*eight)));
    let last = match bytes.last_chunk::<8>() {
        Some(last) => odd(u64::from_le_bytes(*last)),
        None => {
            let mut last = [b' '; 8];
            last[..rest.len()].copy_from_slice(rest);
            odd(u64::from_le_bytes(last))
        }
    };
    found | last == 0
}

fn characters(element: &Element<'_>, number: usize, at: At<'_>, sink: &mut Sink) {
    // Separators may be any bytes, and then they are no characters of a value.
    let values = || element.bytes.iter().filter(|byte| !element.delimiters.contains(**byte));
    if values().any(|byte| *byte < b' ' || *byte == 0x7F) {
        sink.report(&r::CONTROL_BYTE, at.element(number), r::CONTROL_BYTE.title);
    }
    if values().any(|byte| !byte.is_ascii()) {
        sink.report(&r::NOT_ASCII, at.element(number), r::NOT_ASCII.title);
    }
}

/// Whether an element of plain characters surely keeps all rules; what is not sure is looked at closely.
#[inline(always)]
fn is_good(bytes: &[u8], spec: Spec, component: u8) -> bool {
    // INVARIANT: a segment is far shorter than 4 GiB.
    let fits = |length: usize| (spec.min..=spec.max).contains(&(length as u32));
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    if *first == b' ' || *last == b' ' {
        return false;
    }
    match spec.kind {
        Kind::Anything => true,
        Kind::Text | Kind::Code => fits(bytes.len()),
        Kind::Composite(most) => {
            let most = most as usize;
            bytes.len() < most || bytes.iter().fold(0, |count, byte| count + usize::from(*byte == component)) < most
        }
        Kind::Whole => fits(bytes.len()) && bytes.iter().all(u8::is_ascii_digit),
        Kind::Decimal => plain_decimal(bytes).is_some_and(fits),
        Kind::Date => fits(bytes.len()) && is_day(bytes),
        Kind::Time => false,
    }
}

/// Whether it is surely a day of the calendar, written with eight digits.
#[inline(always)]
fn is_day(bytes: &[u8]) -> bool {
    /// By month; what is left out here is a leap year's business.
    const DAYS: [u32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    bytes.try_into().ok().and_then(eight_digits).is_some_and(|day| {
        let (month, day) = (day / 100 % 100, day % 100);
        day > 0 && DAYS.get(month as usize).is_some_and(|days| day <= *days)
    })
}

/// The number of digits, with one point among them at most.
#[inline(always)]
fn plain_decimal(bytes: &[u8]) -> Option<usize> {
    let (mut points, mut digits) = (0, 0);
    for byte in bytes {
        points += usize::from(*byte == b'.');
        digits += usize::from(byte.is_ascii_digit());
    }
    (points <= 1 && digits > 0 && digits + points == bytes.len()).then_some(digits)
}

fn value(element: &Element<'_>, trimmed: &[u8], spec: Spec, number: usize, at: At<'_>, sink: &mut Sink) {
    let at = at.element(number);
    match spec.kind {
        Kind::Anything => return,
        Kind::Composite(most) => {
            if element.components().count() > most as usize {
                let message = format!("element {number} has {most} components at most");
                sink.report(&r::COMPONENTS, at, message);
            }
            return;
        }
        Kind::Whole | Kind::Decimal => {
            if !is_number(trimmed, spec.kind == Kind::Decimal) {
                sink.report(&r::NUMBER, at, format!("element {number} is not a number"));
                return;
            }
        }
        Kind::Date => {
            let day = if trimmed.len() == 6 { dates::short_day(trimmed) } else { dates::day(trimmed) };
            if day.is_none() {
                sink.report(&r::DATE, at, format!("element {number} {}", date_fault(trimmed)));
                return;
            }
        }
        Kind::Time => {
            if !dates::is_time(trimmed) {
                sink.report(&r::TIME, at, format!("element {number} is not a time of day"));
                return;
            }
        }
        Kind::Text | Kind::Code => {}
    }
    let length = match spec.kind {
        Kind::Whole | Kind::Decimal => trimmed.iter().filter(|byte| byte.is_ascii_digit()).count(),
        // The length counts characters: bytes that continue a UTF-8 character are not new ones.
        _ => trimmed.iter().filter(|byte| **byte & 0xC0 != 0x80).count(),
    };
    if length > spec.max as usize {
        let message = format!("element {number} has {length} characters; {} are allowed", spec.max);
        sink.report(&r::LENGTH_OVER, at, message);
    } else if length < spec.min as usize {
        let message = format!("element {number} has {length} characters; {} are needed", spec.min);
        sink.report(&r::LENGTH_UNDER, at, message);
    }
}

fn is_number(bytes: &[u8], decimal: bool) -> bool {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let points = digits.iter().filter(|byte| **byte == b'.').count();
    digits.iter().any(u8::is_ascii_digit)
        && points <= usize::from(decimal)
        && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// A date whose form another element tells.
fn qualified_date(segment: &Segment<'_>, form: usize, date: usize, at: At<'_>, sink: &mut Sink) {
    let (qualifier, text) = (segment.value(form), segment.value(date));
    if text.is_empty() || !matches!(qualifier, b"D8" | b"RD8" | b"DT") {
        return;
    }
    let at = at.element(date);
    match dates::period(qualifier, text) {
        None => {
            let first = text.split(|byte| *byte == b'-').find(|part| dates::day(part).is_none());
            let message = format!("element {date} {}", date_fault(first.unwrap_or(text)));
            sink.report(&r::DATE, at, message);
        }
        Some((first, last)) if last < first => {
            sink.report(&r::DATES_REVERSED, at, r::DATES_REVERSED.title);
        }
        Some(_) => {}
    }
}

/// Which part of a date is wrong. Says a month or day only when no calendar has it, so that no
/// date of a person can be read from it.
fn date_fault(text: &[u8]) -> String {
    let part =
        |range: std::ops::Range<usize>| -> Option<u32> { std::str::from_utf8(text.get(range)?).ok()?.parse().ok() };
    if text.len() != 8 {
        return format!("has {} characters; a date has eight, YYYYMMDD", text.len());
    }
    match (part(4..6), part(6..8)) {
        (Some(month), _) if month == 0 || month > 12 => format!("has month {month:02}"),
        (Some(_), Some(day)) if day == 0 || day > 31 => format!("has day {day:02}"),
        (Some(_), Some(_)) => "is a day that its month does not have".to_owned(),
        _ => "holds something other than digits".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use codes::BuiltIn;
    use proptest::prelude::*;

    use super::*;
    use crate::Delimiters;
    use crate::judge::Options;

    /// Elements of every kind, right and wrong.
    const VALUES: &str = "(\\*(|A|1|-1|D8|RD8|DT|XX|HC:99213:25|:|::|:::|[0-9]{1,10}|20[0-4][0-9][01][0-9][0-3][0-9]|\
        2024012[89]-2024[01]2[0-9]|[ A-Z0-9.]{1,4}|-?[0-9]{0,3}[.]?[0-9]{0,3}|[A-Z0-9]{1,40}|\u{e9}|[0-2][0-9]{3})){0,17}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_clean_at_a_glance_is_clean_at_a_close_look(
            id in "ISA|CLM|SV1|DTP|DMG|NM1|HI|BHT|AMT|SVD|LX|K3|Lx|ZZZ|LX1|L",
            values in VALUES,
        ) {
            let bytes = format!("{id}{values}").into_bytes();
            let mut marks: Vec<u32> = Vec::new();
            let segment = Segment::new(&bytes, 0, 1, Delimiters::USUAL);
            segment.marks_into(&mut marks);
            let segment = segment.with_marks(&marks, 0);
            let mut sink = Sink::new(Options::default(), Arc::new(BuiltIn));
            check(&segment, At::loose(&segment), &mut sink);
            if let Some(there) = clean(&segment) {
                prop_assert_eq!(sink.counts, BTreeMap::new());
                let found = (1..=segment.len()).filter(|number| !segment.value(*number).is_empty());
                prop_assert_eq!(there, found.fold(0, |found, number| found | 1 << number));
            }
        }
    }

    #[test]
    fn usual_segments_are_clean_at_a_glance() {
        let usual = [
            "CLM*A1*1175.5***11:B:1*Y*A*Y*Y",
            "SV1*HC:99213:25*118*UN*1***1:2",
            "DTP*472*RD8*20260803-20260804",
            "LX*1",
        ];
        let bytes = usual.map(|text| format!("{text}~")).concat();
        let header = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260805*0930*^*00501*000000001*0*T*:~";
        let mut cleaned = 0;
        crate::scan::each_event(format!("{header}{bytes}").as_bytes(), &mut |event| {
            if let crate::Event::Segment(segment) = event {
                cleaned += usize::from(clean(&segment).is_some());
            }
        });
        assert_eq!(cleaned, usual.len());
    }

    proptest! {
        #[test]
        fn plain_is_what_each_byte_is(mut bytes in "[ -~]{0,40}".prop_map(String::into_bytes), byte: u8, at: usize) {
            prop_assert!(is_plain(&bytes));
            if !bytes.is_empty() {
                let at = at % bytes.len();
                bytes[at] = byte;
                prop_assert_eq!(is_plain(&bytes), (b' '..=b'~').contains(&byte));
            }
        }
    }
}
