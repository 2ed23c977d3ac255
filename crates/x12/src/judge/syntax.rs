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
    let component = segment.delimiters.component;
    let none: &[Spec] = &[];
    for index in 0..segment.len() {
        let number = index + 1;
        if let Some(spec) = specs.unwrap_or(none).get(index)
            && plain
        {
            let (start, end) = segment.bounds(number);
            if is_good(&segment.bytes[start..end], *spec, component) {
                continue;
            }
        }
        let element = segment.element(number);
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
        match specs.get(index) {
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
    let [first, .., last] = *bytes else {
        // An empty element, or one character.
        let is_digit = bytes.first().is_none_or(u8::is_ascii_digit);
        return bytes.is_empty() || spec.min <= 1 && is_digit && !matches!(spec.kind, Kind::Date | Kind::Time);
    };
    if first == b' ' || last == b' ' {
        return false;
    }
    let fits = (spec.min..=spec.max).contains(&bytes.len());
    match spec.kind {
        Kind::Anything => true,
        Kind::Text | Kind::Code => fits,
        Kind::Composite(most) => {
            bytes.len() <= most || bytes.iter().fold(0, |count, byte| count + usize::from(*byte == component)) < most
        }
        // A point is no digit, so the length may be one less.
        Kind::Whole => fits && bytes.iter().all(u8::is_ascii_digit),
        Kind::Decimal => fits && bytes.len() > spec.min && is_plain_decimal(bytes),
        Kind::Date => bytes.try_into().ok().and_then(eight_digits).is_some_and(|day| {
            let (month, day) = (day / 100 % 100, day % 100);
            (1..=12).contains(&month) && (1..=28).contains(&day) && fits
        }),
        Kind::Time => false,
    }
}

/// Digits with one point among them at most.
#[inline(always)]
fn is_plain_decimal(bytes: &[u8]) -> bool {
    let (mut points, mut digits) = (0_u8, 0);
    for byte in bytes {
        points += u8::from(*byte == b'.');
        digits += usize::from(byte.is_ascii_digit());
        if points > 1 {
            return false;
        }
    }
    digits > 0 && digits + usize::from(points) == bytes.len()
}

fn value(element: &Element<'_>, trimmed: &[u8], spec: Spec, number: usize, at: At<'_>, sink: &mut Sink) {
    let at = at.element(number);
    match spec.kind {
        Kind::Anything => return,
        Kind::Composite(most) => {
            if element.components().count() > most {
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
    if length > spec.max {
        let message = format!("element {number} has {length} characters; {} are allowed", spec.max);
        sink.report(&r::LENGTH_OVER, at, message);
    } else if length < spec.min {
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
    use super::*;
    use proptest::prelude::*;

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
