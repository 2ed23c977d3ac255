//! One segment, seen in place: its elements are slices of the bytes that were read.

use crate::delimiters::Delimiters;
use x12_marks::found_in_sixteen;

/// Digits from 1 to 10 and letters from 11 to 36, small ones too; 0 for everything else.
static SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        signs[byte as usize] = match byte {
            b'0'..=b'9' => byte - b'0' + 1,
            b'A'..=b'Z' => byte - b'A' + 11,
            b'a'..=b'z' => byte - b'a' + 11,
            _ => 0,
        };
        byte += 1;
    }
    signs
};

/// Number of values in [`SIGNS`].
const BASE: u16 = 37;

/// A segment identifier in upper case, packed so that comparing costs one instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SegmentId(u16);

impl SegmentId {
    /// Packs two or three ASCII letters and digits; anything else gives [`SegmentId::NONE`].
    #[must_use]
    #[inline]
    pub const fn new(text: &[u8]) -> Self {
        let (first, second, third, odd) = match *text {
            [first, second] => (SIGNS[first as usize], SIGNS[second as usize], 0, false),
            [first, second, third] => {
                let third = SIGNS[third as usize];
                (SIGNS[first as usize], SIGNS[second as usize], third, third == 0)
            }
            _ => return Self::NONE,
        };
        if odd || first == 0 || second == 0 {
            return Self::NONE;
        }
        // Three signs below 37 make a number below 50,653.
        let packed = (first as u16).wrapping_mul(BASE).wrapping_add(second as u16);
        Self(packed.wrapping_mul(BASE).wrapping_add(third as u16))
    }

    /// Text that cannot be a segment identifier.
    pub const NONE: Self = Self(0);

    /// A place for it among `slots`, a power of two.
    #[inline]
    pub(crate) fn slot(self, slots: usize) -> usize {
        // Multiplying by a large odd number spreads the identifiers over the highest bits (Fibonacci hashing).
        (u32::from(self.0).wrapping_mul(0x9E37_79B1) >> 16) as usize & (slots - 1)
    }

    /// A number of its own; 0 for [`SegmentId::NONE`].
    #[inline]
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// The identifier as text; empty for [`SegmentId::NONE`].
    #[must_use]
    pub fn text(self) -> String {
        let signs = [self.0 / BASE / BASE, self.0 / BASE % BASE, self.0 % BASE];
        let letters = signs.into_iter().filter(|sign| *sign > 0).map(|sign| {
            let number = u8::try_from(sign).expect("a sign is below 37");
            char::from(if number > 10 { number - 11 + b'A' } else { number - 1 + b'0' })
        });
        letters.collect()
    }
}

impl std::fmt::Debug for SegmentId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// A range of bytes of the file, first byte included, last excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

impl Span {
    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it holds no byte, as the span of an absent element.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// One segment, without its terminator.
///
/// It has no `Debug` that shows its text: segments carry protected health information.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// The bytes between the previous terminator (and any blanks after it) and the next.
    pub bytes: &'a [u8],
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Position in the file, from 1.
    pub ordinal: u64,
    /// The separators in force.
    pub delimiters: Delimiters,
    id: SegmentId,
    /// Places of its separators and of its terminator, where the scanner found them already; else empty.
    marks: &'a [u32],
    /// The place of its first byte, counted as the marks are.
    start: u32,
}

impl std::fmt::Debug for Segment<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?} at byte {}", self.id(), self.offset)
    }
}

impl<'a> Segment<'a> {
    /// A segment whose separators are looked for when they are needed.
    #[must_use]
    pub fn new(bytes: &'a [u8], offset: u64, ordinal: u64, delimiters: Delimiters) -> Self {
        let mut segment = Self { bytes, offset, ordinal, delimiters, id: SegmentId::NONE, marks: &[], start: 0 };
        segment.id = SegmentId::new(segment.id_text());
        segment
    }

    /// The same segment with the places of its separators, and last of its terminator.
    ///
    /// `start` is the place of its first byte, counted from where the marks count.
    #[inline(always)]
    pub(crate) fn marked(
        bytes: &'a [u8],
        offset: u64,
        ordinal: u64,
        delimiters: Delimiters,
        marks: &'a [u32],
        start: u32,
    ) -> Self {
        let head = marks.first().map_or(0, |first| first.wrapping_sub(start) as usize);
        let id = SegmentId::new(&bytes[..head.min(bytes.len()).min(4)]);
        Self { bytes, offset, ordinal, delimiters, id, marks, start }
    }

    /// A segment whose identifier was read before.
    pub(crate) fn known(bytes: &'a [u8], offset: u64, ordinal: u64, delimiters: Delimiters, id: SegmentId) -> Self {
        Self { bytes, offset, ordinal, delimiters, id, marks: &[], start: 0 }
    }

    /// The same with its marks, and the place of its first byte, counted as they are.
    #[inline]
    pub(crate) fn with_marks(mut self, marks: &'a [u32], start: u32) -> Self {
        (self.marks, self.start) = (marks, start);
        self
    }

    /// Adds its marks, places of its separators and last of its terminator, and gives the place of its first byte.
    pub(crate) fn marks_into(&self, out: &mut Vec<u32>) -> u32 {
        match self.marks {
            [] => {
                out.extend(self.separators());
                // INVARIANT: a segment is far shorter than 4 GiB.
                out.push(self.bytes.len() as u32);
                0
            }
            marks => {
                out.extend_from_slice(marks);
                self.start
            }
        }
    }

    /// The same place with other text.
    #[must_use]
    pub fn with_bytes<'b>(&self, bytes: &'b [u8]) -> Segment<'b> {
        Segment::new(bytes, self.offset, self.ordinal, self.delimiters)
    }

    /// The identifier, in upper case whatever was written.
    #[must_use]
    #[inline]
    pub fn id(&self) -> SegmentId {
        self.id
    }

    /// The identifier as written.
    #[must_use]
    pub fn id_text(&self) -> &'a [u8] {
        // Identifiers have two or three bytes; looking further would make a long run of text
        // without separators dear.
        let head = &self.bytes[..self.bytes.len().min(4)];
        match head.iter().position(|byte| *byte == self.delimiters.element) {
            Some(end) => &head[..end],
            None => head,
        }
    }

    /// Elements from 1 on, in order, empty ones included.
    pub fn elements(&self) -> Elements<'a> {
        let at = match self.marks {
            [] => nth_part(self.bytes, self.delimiters.element, 0).1,
            marks => marks[0].wrapping_sub(self.start) as usize,
        };
        Elements { segment: *self, next: 1, at }
    }

    /// Where in the segment its separators stand.
    fn separators(&self) -> impl Iterator<Item = u32> + use<'a> {
        // INVARIANT: a segment is far shorter than 4 GiB.
        memchr::memchr_iter(self.delimiters.element, self.bytes).map(|place| place as u32)
    }

    /// Element `number`, counted from 1; empty (at the segment's end) when it is not there.
    #[must_use]
    pub fn element(&self, number: usize) -> Element<'a> {
        debug_assert!(number > 0, "elements count from 1");
        let (start, end) = self.bounds(number);
        Element { bytes: &self.bytes[start..end], offset: self.offset + start as u64, delimiters: self.delimiters }
    }

    /// Where element `number` starts and ends in the segment.
    #[inline(always)]
    pub(crate) fn bounds(&self, number: usize) -> (usize, usize) {
        let place = |mark: u32| mark.wrapping_sub(self.start) as usize;
        match self.marks {
            [] => nth_part(self.bytes, self.delimiters.element, number),
            marks => match (number.checked_sub(1).and_then(|before| marks.get(before)), marks.get(number)) {
                (Some(before), Some(end)) => (place(*before) + 1, place(*end)),
                (None, Some(end)) => (0, place(*end)),
                _ => (self.bytes.len(), self.bytes.len()),
            },
        }
    }

    /// Where its identifier ends, and where each element starts and ends in the segment; none where its separators would have
    /// to be looked for.
    #[inline(always)]
    pub(crate) fn listed(&self) -> Option<(usize, impl ExactSizeIterator<Item = (usize, usize)> + use<'a>)> {
        let start = self.start;
        let place = move |mark: u32| mark.wrapping_sub(start) as usize;
        let head = place(*self.marks.first()?);
        Some((head, self.marks.array_windows().map(move |[before, end]| (place(*before) + 1, place(*end)))))
    }

    /// The bytes of element `number`, trimmed of blanks; empty when it is not there.
    #[must_use]
    #[inline]
    pub fn value(&self, number: usize) -> &'a [u8] {
        let (start, end) = self.bounds(number);
        trimmed(&self.bytes[start..end])
    }

    /// Component `component` of element `number`, both from 1.
    #[must_use]
    pub fn component(&self, number: usize, component: usize) -> &'a [u8] {
        let (start, end) = self.bounds(number);
        let bytes = &self.bytes[start..end];
        let (start, end) = nth_part(bytes, self.delimiters.component, component.saturating_sub(1));
        trimmed(&bytes[start..end])
    }

    /// The first components of element `number`, trimmed of blanks; empty where they are not there.
    #[inline]
    pub(crate) fn components<const N: usize>(&self, number: usize) -> [&'a [u8]; N] {
        let (start, end) = self.bounds(number);
        let bytes = &self.bytes[start..end];
        let mut found: [&[u8]; N] = [&[]; N];
        let (mut component, mut from) = (0, 0);
        let mut take = |end: usize| {
            if let Some(place) = found.get_mut(component) {
                *place = trimmed(&bytes[from..end]);
            }
            (component, from) = (component + 1, end + 1);
        };
        // Most are short, and then all their separators are found at once.
        match self.bytes.get(start..start + 16).and_then(|sixteen| sixteen.first_chunk()) {
            Some(sixteen) if bytes.len() <= 16 => {
                let mut ends = found_in_sixteen(sixteen, self.delimiters.component) & ((1 << bytes.len()) - 1);
                while ends != 0 {
                    take(ends.trailing_zeros() as usize);
                    ends &= ends - 1;
                }
            }
            _ => memchr::memchr_iter(self.delimiters.component, bytes).for_each(&mut take),
        }
        take(bytes.len());
        found
    }

    /// Number of elements, trailing empty ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.marks {
            [] => memchr::memchr_iter(self.delimiters.element, self.bytes).count(),
            marks => marks.len() - 1,
        }
    }

    /// Whether it has no element at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the segment stands in the file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { start: self.offset, end: self.offset + self.bytes.len() as u64 }
    }
}

/// Iterator made by [`Segment::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    segment: Segment<'a>,
    /// Number of the next element.
    next: usize,
    /// Where the separator before it stands; past the end when there is none.
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let segment = &self.segment;
        let start = self.at + 1;
        if start > segment.bytes.len() {
            return None;
        }
        let end = match segment.marks.get(self.next) {
            Some(mark) => mark.wrapping_sub(segment.start) as usize,
            None => start + nth_part(&segment.bytes[start..], segment.delimiters.element, 0).1,
        };
        self.next += 1;
        self.at = end;
        let bytes = &segment.bytes[start..end];
        Some(Element { bytes, offset: segment.offset + start as u64, delimiters: segment.delimiters })
    }
}

/// One element (or component, or repetition) of a segment.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    /// Its bytes; empty when it was sent empty or not at all.
    pub bytes: &'a [u8],
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// The separators in force.
    pub delimiters: Delimiters,
}

impl<'a> Element<'a> {
    /// Whether it carries nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Where it stands in the file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { start: self.offset, end: self.offset + self.bytes.len() as u64 }
    }

    /// Its components in order; one when it is a simple element.
    pub fn components(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        self.parts(self.delimiters.component)
    }

    /// Component `number`, from 1; empty when it is not there.
    #[must_use]
    pub fn component(&self, number: usize) -> Element<'a> {
        debug_assert!(number > 0, "components count from 1");
        let (start, end) = nth_part(self.bytes, self.delimiters.component, number - 1);
        Element { bytes: &self.bytes[start..end], offset: self.offset + start as u64, delimiters: self.delimiters }
    }

    /// Its repetitions in order; one when it does not repeat or the version knows none.
    pub fn repetitions(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let split = self.delimiters.repetition;
        // A byte that cannot occur inside an element keeps one code path for both cases.
        self.parts(split.unwrap_or(self.delimiters.terminator))
    }

    fn parts(&self, separator: u8) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let (base, delimiters) = (self.offset, self.delimiters);
        let mut start = 0;
        self.bytes.split(move |byte| *byte == separator).map(move |bytes| {
            let offset = base + start;
            start += bytes.len() as u64 + 1;
            Element { bytes, offset, delimiters }
        })
    }
}

/// Without blanks around it, which is nearly always so already.
#[inline(always)]
fn trimmed(bytes: &[u8]) -> &[u8] {
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if *first > b' ' && *last > b' ' => bytes,
        (None, _) => bytes,
        _ => bytes.trim_ascii(),
    }
}

/// Bounds of the part after `number` separators; empty, at the end, when there are fewer.
///
/// A plain loop: separators stand four bytes apart on average, too near for a wide search to pay.
fn nth_part(bytes: &[u8], separator: u8, number: usize) -> (usize, usize) {
    let mut left = number;
    let mut start = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == separator {
            if left == 0 {
                return (start, index);
            }
            left -= 1;
            start = index + 1;
        }
    }
    if left == 0 { (start, bytes.len()) } else { (bytes.len(), bytes.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(bytes: &[u8]) -> Segment<'_> {
        Segment::new(bytes, 100, 1, Delimiters::USUAL)
    }

    #[test]
    fn elements_have_spans() {
        let clm = segment(b"clm*A1*120***11:B:1");
        assert_eq!(clm.id(), SegmentId::new(b"CLM"));
        assert_eq!(clm.id_text(), b"clm");
        assert_eq!(clm.element(2).span(), Span { start: 107, end: 110 });
        assert_eq!(clm.element(5).component(3).span(), Span { start: 118, end: 119 });
        assert_eq!(clm.component(5, 2), b"B");
        assert_eq!(clm.components(5), [b"11".as_slice(), b"B", b"1", b""]);
        assert_eq!(clm.components(5), [b"11".as_slice(), b"B"]);
        assert_eq!(clm.components(9), [b"".as_slice()]);
        assert!(clm.element(9).is_empty() && clm.element(9).span().is_empty());
        assert_eq!(clm.len(), 5);
    }

    #[test]
    fn repetitions_need_a_separator() {
        let eb = segment(b"EB*1*IND*30^1^98");
        assert_eq!(eb.element(3).repetitions().count(), 3);
        let mut old = eb;
        old.delimiters.repetition = None;
        assert_eq!(old.element(3).repetitions().count(), 1);
    }

    #[test]
    fn odd_identifiers_pack_to_none() {
        for text in [b"".as_slice(), b"A", b"ABCD", b"A B", b"\xff\xff"] {
            assert_eq!(SegmentId::new(text), SegmentId::NONE);
        }
        assert_ne!(SegmentId::new(b"N3"), SegmentId::new(b"N4"));
        for text in ["N3", "ISA", "0AZ", "Z90", "ZZZ"] {
            assert_eq!(SegmentId::new(text.as_bytes()).text(), text);
            assert_eq!(SegmentId::new(text.to_lowercase().as_bytes()).text(), text);
        }
    }
}
