//! The separators of one interchange, taken from its ISA segment.

use thiserror::Error;

/// A header that has not shown its sixteenth separator by here is no header.
pub(crate) const HEADER_BYTES_MAX: usize = 1024;

/// Number of elements of the ISA segment.
const HEADER_ELEMENTS: usize = 16;

/// The bytes that separate segments, elements, components and repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements, the byte after `ISA`.
    pub element: u8,
    /// Between the components of a composite element, ISA16.
    pub component: u8,
    /// Between repetitions of an element, ISA11. None before version 00402, where ISA11 names
    /// the standards body instead.
    pub repetition: Option<u8>,
    /// After each segment, the byte after ISA16.
    pub terminator: u8,
}

impl Delimiters {
    /// The separators nearly every US payer asks for.
    pub const USUAL: Self = Self { element: b'*', component: b':', repetition: Some(b'^'), terminator: b'~' };

    /// Whether `byte` would be read as structure and so cannot stand in a value.
    #[must_use]
    pub fn contains(&self, byte: u8) -> bool {
        byte == self.element || byte == self.component || byte == self.terminator || Some(byte) == self.repetition
    }
}

/// Why an ISA segment does not tell its separators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// Fewer than sixteen separators within the length an ISA can have.
    #[error("the header does not have sixteen elements")]
    Elements,
    /// A letter, digit or multi-byte character stands where a separator must be.
    #[error("the header has no usable separator where one must stand")]
    Separator,
    /// The same byte is used for two separators.
    #[error("the header uses one byte as two separators")]
    Same,
}

/// What reading a possible header gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// The separators, and the length of the segment without its terminator.
    Found(Delimiters, usize),
    /// The bytes end before the answer is known.
    More,
    /// These bytes are no header.
    Bad(HeaderError),
}

/// Whether the bytes can begin an ISA segment; `None` when more bytes are needed to know.
pub(crate) fn opens_header(bytes: &[u8]) -> Option<bool> {
    for (have, want) in bytes.iter().zip(b"ISA") {
        if !have.eq_ignore_ascii_case(want) {
            return Some(false);
        }
    }
    bytes.get(3).map(|byte| !byte.is_ascii_alphanumeric())
}

/// Reads the separators from bytes that start with `ISA`.
///
/// Positions are not fixed: senders that do not pad their fields are common, so the sixteenth
/// separator is counted, not looked up at byte 103.
pub(crate) fn read_header(bytes: &[u8], at_end: bool) -> Header {
    let window = &bytes[..bytes.len().min(HEADER_BYTES_MAX)];
    let more = |error| {
        if at_end || window.len() == HEADER_BYTES_MAX { Header::Bad(error) } else { Header::More }
    };
    let Some(&element) = window.get(3) else {
        return more(HeaderError::Elements);
    };
    if !usable(element) {
        return Header::Bad(HeaderError::Separator);
    }
    let mut separators = memchr::memchr_iter(element, window);
    let eleventh = separators.nth(10);
    let version = separators.next();
    let Some(last) = separators.nth(HEADER_ELEMENTS - 13) else {
        return more(HeaderError::Elements);
    };
    let (Some(eleventh), Some(version)) = (eleventh, version) else {
        return more(HeaderError::Elements);
    };
    // Three bytes after the last separator settle it: component, terminator (which may follow
    // one blank), and one that tells a single byte from the first half of a character.
    let tail = &window[last + 1..];
    if tail.len() < 4 && !at_end {
        return more(HeaderError::Elements);
    }
    let (Some(&component), Some(&after)) = (tail.first(), tail.get(1)) else {
        return more(HeaderError::Elements);
    };
    let padded = after == b' ' && tail.get(2).is_some_and(|byte| usable(*byte));
    let terminator_at = if padded { 2 } else { 1 };
    let terminator = tail[terminator_at];
    if !usable(component) || !usable(terminator) && !matches!(terminator, b'\r' | b'\n') {
        return Header::Bad(HeaderError::Separator);
    }
    let halves = [(component, after), (element, window[4])];
    let split = |(first, second): (u8, u8)| first >= 0xC2 && (0x80..0xC0).contains(&second);
    let next = tail.get(terminator_at + 1).copied().unwrap_or(0);
    if halves.into_iter().any(split) || split((terminator, next)) {
        return Header::Bad(HeaderError::Separator);
    }
    if element == component || element == terminator || component == terminator {
        return Header::Bad(HeaderError::Same);
    }
    let repetition = repetition(window, eleventh, version, last, [element, component, terminator]);
    let delimiters = Delimiters { element, component, repetition, terminator };
    Header::Found(delimiters, last + 1 + terminator_at)
}

/// ISA11 is a separator from version 00402 on, and only if it can be one.
fn repetition(window: &[u8], eleventh: usize, version: usize, last: usize, others: [u8; 3]) -> Option<u8> {
    let field = &window[eleventh + 1..version];
    let version = window[version + 1..last].split(|byte| *byte == others[0]).next().unwrap_or_default();
    match field {
        [byte] if version >= b"00402".as_slice() => (usable(*byte) && !others.contains(byte)).then_some(*byte),
        _ => None,
    }
}

/// Letters, digits, blanks and line ends cannot separate elements.
fn usable(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b' ' | b'\r' | b'\n' | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PADDED: &[u8] = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*1253*^*00501*000000905*0*T*:~GS*";

    fn found(bytes: &[u8]) -> Option<(Delimiters, usize)> {
        match read_header(bytes, true) {
            Header::Found(delimiters, length) => Some((delimiters, length)),
            _ => None,
        }
    }

    #[test]
    fn fixed_width_and_unpadded_headers_agree() {
        assert_eq!(found(PADDED), Some((Delimiters::USUAL, 105)));
        let bare = b"ISA*00**00**ZZ*S*ZZ*R*260105*1253*^*00501*000000905*0*T*:~GS*";
        assert_eq!(found(bare), Some((Delimiters::USUAL, 57)));
    }

    #[test]
    fn repetition_depends_on_version() {
        let old = b"ISA*00**00**ZZ*S*ZZ*R*260105*1253*U*00401*000000905*0*T*:~GS*";
        assert_eq!(found(old).map(|found| found.0.repetition), Some(None));
        let caret = b"ISA*00**00**ZZ*S*ZZ*R*260105*1253*^*00401*000000905*0*T*:~GS*";
        assert_eq!(found(caret).map(|found| found.0.repetition), Some(None));
    }

    #[test]
    fn any_single_byte_can_terminate() {
        for terminator in [b'\n', b'\r', b'\'', 0x1c, 0xa7] {
            let mut bytes = PADDED.to_vec();
            bytes[105] = terminator;
            assert_eq!(found(&bytes).map(|found| found.0.terminator), Some(terminator));
        }
        let blank = b"ISA*00**00**ZZ*S*ZZ*R*260105*1253*^*00501*000000905*0*T*: ~GS*";
        assert_eq!(found(blank), Some((Delimiters::USUAL, 58)));
    }

    #[test]
    fn a_two_byte_separator_is_refused() {
        let text = String::from_utf8_lossy(PADDED).replace('~', "§");
        assert_eq!(read_header(text.as_bytes(), true), Header::Bad(HeaderError::Separator));
    }

    #[test]
    fn every_prefix_asks_for_more_until_it_is_whole() {
        for length in 4..108 {
            assert_eq!(read_header(&PADDED[..length], false), Header::More);
        }
    }
}
