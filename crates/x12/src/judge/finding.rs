//! What the judge hands out: one finding, with its place and a snippet.

use std::borrow::Cow;
use std::sync::Arc;

use crate::judge::overlay::Asked;
use crate::judge::rules::{Rule, Severity};
use crate::segment::{Segment, SegmentId, Span};

/// The longest part of a segment that a snippet shows.
const SNIPPET_BYTES_MAX: usize = 160;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Of the rule, or as an overlay says.
    pub severity: Severity,
    /// What is wrong here. Holds counts, amounts and codes, never names, numbers or dates of people.
    pub message: String,
    /// The bytes it is about.
    pub span: Span,
    /// Identifier of the segment; empty when it is about the file.
    pub segment: String,
    /// What is missing, where the finding is that something is: a segment identifier.
    pub missing: Option<&'static str>,
    /// Position of the segment in its transaction set, ST being 1; 0 outside one.
    pub position: u64,
    /// Element number, from 1.
    pub element: Option<u8>,
    /// Component number, from 1.
    pub component: Option<u8>,
    /// Names of the loops around it, from the outermost, such as `2000A/2000B/2300`.
    pub loop_path: String,
    /// CLM01 or CLP01 of the claim it belongs to.
    pub claim: Option<String>,
    /// ST02 of the transaction set.
    pub transaction: Option<String>,
    /// The receiver that asks for it, for the rules of receivers.
    pub asked: Option<Arc<Asked>>,
    /// The segment, with a mark under the place.
    pub snippet: Option<Snippet>,
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> &str {
        let own = self.asked.as_ref().map(|asked| asked.next_step.as_str());
        own.filter(|step| !step.is_empty()).unwrap_or(self.rule.next_step)
    }

    /// Where the rule can be read.
    #[must_use]
    pub fn source(&self) -> Cow<'_, str> {
        match self.asked.as_deref() {
            None => Cow::Borrowed(self.rule.source),
            Some(Asked { source, section, .. }) if section.is_empty() => Cow::Borrowed(source),
            Some(Asked { source, section, address, .. }) => Cow::Owned(format!("{source}, {section}, {address}")),
        }
    }
}

/// A segment's text with the place of a finding in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The text; values that may tell about a person are masked unless asked for.
    pub text: String,
    /// Column of the first character of the place, from 0.
    pub column: usize,
    /// Its length in characters, at least 1.
    pub length: usize,
}

impl Snippet {
    /// The line of marks that belongs under [`Snippet::text`].
    #[must_use]
    pub fn caret(&self) -> String {
        " ".repeat(self.column) + &"^".repeat(self.length)
    }

    /// Cuts the snippet for `span` out of `segment`.
    #[must_use]
    pub fn of(segment: &Segment<'_>, span: Span, show_phi: bool) -> Self {
        let inside = |offset: u64| {
            usize::try_from(offset.saturating_sub(segment.offset)).unwrap_or(usize::MAX).min(segment.bytes.len())
        };
        let (start, end) = (inside(span.start), inside(span.end));
        let from = if start > SNIPPET_BYTES_MAX { start - SNIPPET_BYTES_MAX / 2 } else { 0 };
        let to = segment.bytes.len().min(from + SNIPPET_BYTES_MAX);
        let masked = if show_phi { None } else { Some(mask(segment, to)) };
        let bytes = masked.as_deref().unwrap_or(segment.bytes);
        let text = bytes[from..to].iter().map(|byte| shown(*byte)).collect();
        Self { text, column: start - from, length: end.clamp(start, to.max(start)).saturating_sub(start).max(1) }
    }
}

/// One character for each byte, so that columns are byte counts.
fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '·' }
}

/// Elements whose values tell nothing about a person: codes, counts, money.
///
/// What is not listed is masked, so a segment that nobody thought of shows nothing.
const OPEN: &[(&[u8], &[u8])] = &[
    (b"ISA", &[1, 3, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16]),
    (b"GS", &[1, 4, 5, 6, 7, 8]),
    (b"ST", &[1, 2, 3]),
    (b"SE", &[1, 2]),
    (b"GE", &[1, 2]),
    (b"IEA", &[1, 2]),
    (b"TA1", &[1, 2, 3, 4, 5]),
    (b"BHT", &[1, 2, 4, 5, 6]),
    (b"HL", &[1, 2, 3, 4]),
    (b"NM1", &[1, 2, 8]),
    (b"N1", &[1, 3]),
    (b"N4", &[2]),
    (b"PER", &[1, 3, 5, 7]),
    (b"REF", &[1]),
    (b"DMG", &[1, 3]),
    (b"DTP", &[1, 2]),
    (b"DTM", &[1]),
    (b"SBR", &[1, 2, 5, 6, 7, 8, 9]),
    (b"PAT", &[1]),
    (b"PRV", &[1, 2, 3]),
    (b"CLM", &[1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 20]),
    (b"HI", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    (b"LX", &[1]),
    (b"SV1", &[1, 2, 3, 4, 5, 7, 9]),
    (b"SV2", &[1, 2, 3, 4, 5]),
    (b"AMT", &[1, 2]),
    (b"QTY", &[1, 2]),
    (b"CAS", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
    (b"SVD", &[2, 3, 4, 5, 6]),
    (b"OI", &[3, 4, 6]),
    (b"LIN", &[2, 3]),
    (b"CTP", &[4, 5]),
    (b"NTE", &[1]),
    (b"PWK", &[1, 2]),
    (b"CRC", &[1, 2, 3, 4, 5]),
    (b"BPR", &[1, 2, 3, 4, 5, 6, 8, 12, 14]),
    (b"TRN", &[1]),
    (b"CLP", &[1, 2, 3, 4, 5, 6, 8, 9]),
    (b"SVC", &[1, 2, 3, 4, 5, 6, 7]),
    (b"LQ", &[1, 2]),
    (b"MOA", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (b"PLB", &[2, 4, 6, 8, 10, 12, 14]),
    (b"EB", &[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13]),
    (b"EQ", &[1, 2, 3]),
    (b"AAA", &[1, 2, 3, 4]),
    (b"STC", &[1, 3, 4, 5]),
    (b"SVC", &[1, 2, 3, 4, 5, 6, 7]),
    (b"INS", &[1, 2, 3, 4, 5]),
    (b"AK1", &[1, 2, 3]),
    (b"AK2", &[1, 2, 3]),
    (b"IK3", &[1, 2, 3, 4]),
    (b"IK4", &[1, 2, 3]),
    (b"IK5", &[1, 2, 3, 4, 5, 6]),
    (b"AK9", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
];

/// The bytes of the segment up to `to`, letters and digits of closed elements replaced. Shape is
/// kept: `x` for a letter, `#` for a digit.
fn mask(segment: &Segment<'_>, to: usize) -> Vec<u8> {
    let id = segment.id();
    let open = OPEN.iter().find(|(known, _)| SegmentId::new(known) == id).map_or(&[][..], |(_, elements)| *elements);
    let delimiters = segment.delimiters;
    let mut element = 0_usize;
    let mut shown: Vec<u8> = segment.bytes[..to].to_vec();
    let mut start = 0;
    while start < to {
        let end = shown[start..].iter().position(|byte| delimiters.contains(*byte)).map_or(to, |end| start + end);
        let is_open = element == 0 || open.iter().any(|open| usize::from(*open) == element);
        // Text in place of an identifier may be the rest of a broken value; and where values have
        // slipped, a name may stand where a code should.
        let is_identifier = element == 0 && id != SegmentId::NONE;
        let value = &mut shown[start..end];
        if !is_identifier && (!is_open || id == SegmentId::NONE || is_wordy(value)) {
            value.iter_mut().for_each(|byte| *byte = veiled(*byte));
        }
        if shown.get(end) == Some(&delimiters.element) {
            element += 1;
        }
        start = end + 1;
    }
    shown
}

/// `x` for a letter, `#` for a digit; what only parts them stays.
fn veiled(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'#',
        b' ' | b'.' | b'-' => byte,
        _ => b'x',
    }
}

/// Whether a value reads like words: no code has four letters in a row, or letters with accents.
pub(crate) fn is_wordy(value: &[u8]) -> bool {
    let letters = |four: &[u8]| four.iter().all(u8::is_ascii_alphabetic);
    !value.is_ascii() || value.windows(4).any(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delimiters::Delimiters;

    fn snippet(bytes: &[u8], start: u64, end: u64) -> Snippet {
        let segment = Segment::new(bytes, 0, 1, Delimiters::USUAL);
        Snippet::of(&segment, Span { start, end }, false)
    }

    #[test]
    fn people_are_masked_and_columns_kept() {
        let snippet = snippet(b"NM1*IL*1*EXAMPLE*PAT\xd1****MI*W1-2", 9, 16);
        assert_eq!(snippet.text, "NM1*IL*1*xxxxxxx*xxxx****MI*x#-#");
        assert_eq!(snippet.caret(), "         ^^^^^^^");
    }

    #[test]
    fn words_in_the_place_of_codes_are_masked() {
        let line = snippet(b"SV1*HC:J3490:::::PAT EXAMPLE SAID*5*UN*1", 4, 6);
        assert_eq!(line.text, "SV1*HC:J3490:::::xxx xxxxxxx xxxx*5*UN*1");
        assert_eq!(snippet(b"HI*EXAMPLE", 3, 10).text, "HI*xxxxxxx");
    }

    #[test]
    fn unknown_segments_show_nothing() {
        assert_eq!(snippet(b"ZZZ*EXAMPLE", 0, 3).text, "ZZZ*xxxxxxx");
        assert_eq!(snippet(b"EXAMPLE, PAT", 0, 3).text, "xxxxxxxx xxx");
    }

    #[test]
    fn long_segments_are_cut_around_the_place() {
        let mut bytes = b"NTE*ADD*".to_vec();
        bytes.extend(std::iter::repeat_n(b'a', 5000));
        let snippet = snippet(&bytes, 4000, 4010);
        assert_eq!((snippet.text.len(), snippet.length), (SNIPPET_BYTES_MAX, 10));
    }
}
