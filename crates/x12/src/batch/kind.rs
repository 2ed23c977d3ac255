//! What a segment is to the tables, told by its first bytes.

use crate::segment::SegmentId;

/// What a segment is to the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing that is known here, such as an identifier in small letters.
    #[default]
    Unknown,
    /// ISA, GS, ST and their ends.
    Envelope,
    Claim,
    Payment,
    /// Counted and passed by.
    Passed,
    Level,
    Name,
    Organization,
    Address,
    Birth,
    Diagnoses,
    LineNumber,
    Coverage,
    ProfessionalLine,
    OtherLine,
    Service,
    Adjudication,
    Period,
    Day,
    Reference,
    Adjustments,
    Drug,
    ProviderAdjustment,
}

const KINDS: &[(&[u8], Kind)] = &[
    (b"ISA", Kind::Envelope),
    (b"GS", Kind::Envelope),
    (b"ST", Kind::Envelope),
    (b"SE", Kind::Envelope),
    (b"GE", Kind::Envelope),
    (b"IEA", Kind::Envelope),
    (b"N3", Kind::Passed),
    (b"PER", Kind::Passed),
    (b"PRV", Kind::Passed),
    (b"AMT", Kind::Passed),
    (b"QTY", Kind::Passed),
    (b"PAT", Kind::Passed),
    (b"NTE", Kind::Passed),
    (b"PWK", Kind::Passed),
    (b"CRC", Kind::Passed),
    (b"OI", Kind::Passed),
    (b"MOA", Kind::Passed),
    (b"MIA", Kind::Passed),
    (b"CL1", Kind::Passed),
    (b"LQ", Kind::Passed),
    (b"CTP", Kind::Passed),
    (b"HL", Kind::Level),
    (b"NM1", Kind::Name),
    (b"N1", Kind::Organization),
    (b"N4", Kind::Address),
    (b"DMG", Kind::Birth),
    (b"HI", Kind::Diagnoses),
    (b"LX", Kind::LineNumber),
    (b"SBR", Kind::Coverage),
    (b"CLM", Kind::Claim),
    (b"SV1", Kind::ProfessionalLine),
    (b"SV2", Kind::OtherLine),
    (b"SV3", Kind::OtherLine),
    (b"CLP", Kind::Payment),
    (b"SVC", Kind::Service),
    (b"SVD", Kind::Adjudication),
    (b"DTP", Kind::Period),
    (b"DTM", Kind::Day),
    (b"REF", Kind::Reference),
    (b"CAS", Kind::Adjustments),
    (b"LIN", Kind::Drug),
    (b"PLB", Kind::ProviderAdjustment),
];

/// Up to three bytes as a number, the first in the lowest byte; longer text as one that no code has.
#[inline]
pub(super) const fn packed(text: &[u8]) -> u32 {
    match *text {
        [] => 0,
        [first] => u32::from_le_bytes([first, 0, 0, 0]),
        [first, second] => u32::from_le_bytes([first, second, 0, 0]),
        [first, second, third] => u32::from_le_bytes([first, second, third, 0]),
        _ => u32::MAX,
    }
}

/// The first of four bytes, by their number, as [`packed`].
#[inline(always)]
pub(super) fn head(bytes: u32, length: usize) -> u32 {
    let within = match length {
        0 => 0,
        1 => 0xFF,
        2 => 0xFFFF,
        3 => 0xFF_FFFF,
        _ => return u32::MAX,
    };
    bytes & within
}

const SLOTS: usize = 256;

/// A place of its own for each identifier that is known.
struct Places {
    factor: u32,
    slots: [(u32, Kind); SLOTS],
}

const fn slot(text: u32, factor: u32) -> usize {
    (text.wrapping_mul(factor) >> 24) as usize
}

/// Tries factors until no two identifiers have the same place.
static PLACES: Places = {
    let mut factor: u32 = 0x9E37_79B1;
    'factors: loop {
        let mut slots = [(0, Kind::Unknown); SLOTS];
        let mut index = 0;
        while index < KINDS.len() {
            let text = packed(KINDS[index].0);
            let slot = slot(text, factor);
            if slots[slot].0 != 0 {
                factor = factor.wrapping_mul(0x0019_660D).wrapping_add(0x3C6E_F35E);
                continue 'factors;
            }
            slots[slot] = (text, KINDS[index].1);
            index += 1;
        }
        break Places { factor, slots };
    }
};

impl Kind {
    /// The kind of an identifier that is [`packed`].
    #[inline(always)]
    pub(super) fn of(text: u32) -> Self {
        let (known, kind) = PLACES.slots[slot(text, PLACES.factor)];
        if known == text { kind } else { Self::Unknown }
    }

    /// The kind of an identifier of two or three letters with `separator` behind it, from four bytes; nothing known where it stands
    /// elsewhere.
    #[inline(always)]
    pub(super) fn before(bytes: u32, separator: u8) -> Self {
        let [_, _, third, fourth] = bytes.to_le_bytes();
        let three = if fourth == separator { bytes & 0xFF_FFFF } else { 0 };
        Self::of(if third == separator { bytes & 0xFFFF } else { three })
    }

    /// The kind of any identifier, one in small letters too.
    pub(super) fn of_id(id: SegmentId) -> Self {
        match Self::of(packed(id.text().as_bytes())) {
            Self::Unknown => Self::Passed,
            kind => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_found_by_its_first_bytes() {
        for (text, kind) in KINDS {
            let mut bytes = [b'*'; 4];
            bytes[..text.len()].copy_from_slice(text);
            assert_eq!(Kind::of(head(u32::from_le_bytes(bytes), text.len())), *kind);
            assert_eq!(Kind::of_id(SegmentId::new(&text.to_ascii_lowercase())), *kind);
        }
        for text in ["", "N", "N9", "SV4", "sv1", "ISAX"] {
            assert_eq!(Kind::of(packed(text.as_bytes())), Kind::Unknown, "{text}");
        }
        assert_eq!(Kind::of(head(u32::from_le_bytes(*b"ISA*"), 4)), Kind::Unknown);
    }
}
