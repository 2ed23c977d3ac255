//! Type and length of elements, from `tables/elements.txt`.

use std::sync::LazyLock;

use crate::segment::SegmentId;

/// What an element may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Code,
    Whole,
    Decimal,
    Date,
    Time,
    /// With its most components.
    Composite(u32),
    Anything,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// Number of places for segments; far more than there are segments.
const SLOTS: usize = 1024;

/// The specs of all segments one after the other, and for each place a segment with the range of its own.
struct Dictionary {
    specs: Vec<Spec>,
    slots: [(SegmentId, u16, u16); SLOTS],
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut dictionary = Dictionary { specs: Vec::new(), slots: [(SegmentId::NONE, 0, 0); SLOTS] };
    let lines = include_str!("../tables/elements.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut words = line.split_whitespace();
        let id = SegmentId::new(words.next().expect("a line names a segment").as_bytes());
        let place = |specs: &Vec<Spec>| u16::try_from(specs.len()).expect("there are fewer than 65536 elements");
        let start = place(&dictionary.specs);
        dictionary.specs.extend(words.map(spec));
        // Segments that share a place stand one after the other.
        let mut slot = id.slot(SLOTS);
        while dictionary.slots[slot].0 != SegmentId::NONE {
            slot = (slot + 1) % SLOTS;
        }
        dictionary.slots[slot] = (id, start, place(&dictionary.specs));
    }
    dictionary
});

/// The elements of a segment; none for segments that the dictionary does not hold.
#[inline]
pub(crate) fn specs(id: SegmentId) -> Option<&'static [Spec]> {
    let dictionary = &*DICTIONARY;
    let mut slot = id.slot(SLOTS);
    loop {
        match dictionary.slots[slot] {
            (SegmentId::NONE, ..) => return None,
            (known, start, end) if known == id => {
                return Some(&dictionary.specs[usize::from(start)..usize::from(end)]);
            }
            _ => slot = (slot + 1) % SLOTS,
        }
    }
}

fn spec(word: &str) -> Spec {
    let number = |text: &str| text.parse::<u32>().expect("a length is a number");
    let split = word.find(|letter: char| letter.is_ascii_digit());
    let (kind, lengths) = word.split_at(split.unwrap_or(word.len()));
    let lengths = lengths.split_once('-').map_or((0, u32::MAX), |(min, max)| (number(min), number(max)));
    let kind = match kind {
        "AN" => Kind::Text,
        "ID" => Kind::Code,
        "N" => Kind::Whole,
        "R" => Kind::Decimal,
        "DT" => Kind::Date,
        "TM" => Kind::Time,
        "C" => Kind::Composite(number(&word[1..])),
        "-" => Kind::Anything,
        other => panic!("`{other}` is no element type"),
    };
    Spec { kind, min: lengths.0, max: lengths.1 }
}
