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
    Composite(usize),
    Anything,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

static SPECS: LazyLock<Vec<(SegmentId, Vec<Spec>)>> = LazyLock::new(|| {
    let mut specs: Vec<_> = include_str!("../tables/elements.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let id = words.next().expect("a line names a segment");
            (SegmentId::new(id.as_bytes()), words.map(spec).collect())
        })
        .collect();
    specs.sort_by_key(|(id, _)| *id);
    specs
});

/// Number of places of the index; far more than there are segments.
const SLOTS: usize = 1024;

/// For each place of the index the position in [`SPECS`] plus one; segments that share a place stand one after the other.
static INDEX: LazyLock<[u16; SLOTS]> = LazyLock::new(|| {
    let mut index = [0; SLOTS];
    for ((id, _), position) in SPECS.iter().zip(1..) {
        let mut slot = id.slot(SLOTS);
        while index[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = position;
    }
    index
});

/// The elements of a segment; none for segments that the dictionary does not hold.
pub(crate) fn specs(id: SegmentId) -> Option<&'static [Spec]> {
    let mut slot = id.slot(SLOTS);
    loop {
        let (known, specs) = SPECS.get(usize::from(INDEX[slot]).checked_sub(1)?)?;
        if *known == id {
            return Some(specs);
        }
        slot = (slot + 1) % SLOTS;
    }
}

fn spec(word: &str) -> Spec {
    let number = |text: &str| text.parse::<usize>().expect("a length is a number");
    let split = word.find(|letter: char| letter.is_ascii_digit());
    let (kind, lengths) = word.split_at(split.unwrap_or(word.len()));
    let lengths = lengths.split_once('-').map_or((0, usize::MAX), |(min, max)| (number(min), number(max)));
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
