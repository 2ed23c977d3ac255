//! Pairs of procedures, packed: 2.5 million of them in some 25 MB, found by two binary searches.
//!
//! ```text
//! for each pair, sorted          column 2 (5 bytes), first day, day after the last (2 bytes each), modifier indicator (1 byte)
//! for each column 1, sorted      its code (5 bytes), index of the pair after its last (4 bytes)
//! at the end                     count of pairs, count of column 1 codes (4 bytes each), `PTP1`
//! ```
//!
//! Numbers are little-endian; days count from 1960-01-01, 0 is "not said" and 65535 "no end".

use std::io::{self, Write};

use codes::ProcedureCode;
use jiff::civil::{Date, date};

use crate::sort::Sorter;

const CODE: usize = 5;
const PAIR: usize = CODE + 2 + 2 + 1;
const FIRST: usize = CODE + 4;
const MAGIC: &[u8; 4] = b"PTP1";
const EPOCH: Date = date(1960, 1, 1);
const NO_END: u16 = u16::MAX;

/// Whether a modifier may separate the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModifierIndicator {
    /// Never paid together: no modifier separates them.
    NotAllowed,
    /// Paid together where a modifier says truly that they were separate.
    Allowed,
    /// The edit never took effect.
    NotApplicable,
}

/// One edit: column 2 is part of column 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// First day, where the source says it.
    pub from: Option<Date>,
    /// Day after the last.
    pub until: Option<Date>,
    /// Whether a modifier may separate them.
    pub modifier: ModifierIndicator,
}

/// The line that is sorted: columns separated by tabs.
pub(crate) fn line(column_1: &str, column_2: &str, from: Option<Date>, until: Option<Date>, modifier: char) -> String {
    let from = from.map_or(0, days);
    let until = until.map_or(NO_END, days);
    format!("{column_1}\t{column_2}\t{from}\t{until}\t{modifier}")
}

fn days(day: Date) -> u16 {
    let days = EPOCH.until(day).map_or(0, |span| span.get_days());
    u16::try_from(days).unwrap_or(if days < 0 { 0 } else { NO_END })
}

fn day(days: u16) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().days(i64::from(days))).ok()
}

/// Packs sorted lines; gives their count.
pub(crate) fn write(rows: Sorter, writer: &mut impl Write) -> io::Result<u64> {
    let mut index: Vec<([u8; CODE], u32)> = Vec::new();
    let mut count: u32 = 0;
    rows.finish(&mut |line| {
        let line = std::str::from_utf8(line).map_err(io::Error::other)?;
        let columns: Vec<&str> = line.split('\t').collect();
        let [column_1, column_2, from, until, modifier] = columns[..] else {
            return Err(io::Error::other("a pair has five columns"));
        };
        let code = |text: &str| <[u8; CODE]>::try_from(text.as_bytes()).map_err(io::Error::other);
        let number = |text: &str| text.parse::<u16>().map_err(io::Error::other);
        let first = code(column_1)?;
        count = count.checked_add(1).ok_or_else(|| io::Error::other("too many pairs"))?;
        match index.last_mut() {
            Some((last, end)) if *last == first => *end = count,
            _ => index.push((first, count)),
        }
        writer.write_all(&code(column_2)?)?;
        writer.write_all(&number(from)?.to_le_bytes())?;
        writer.write_all(&number(until)?.to_le_bytes())?;
        writer.write_all(modifier.as_bytes())
    })?;
    for (code, end) in &index {
        writer.write_all(code)?;
        writer.write_all(&end.to_le_bytes())?;
    }
    writer.write_all(&count.to_le_bytes())?;
    let firsts = u32::try_from(index.len()).map_err(io::Error::other)?;
    writer.write_all(&firsts.to_le_bytes())?;
    writer.write_all(MAGIC)?;
    Ok(u64::from(count))
}

/// A packed table in memory.
#[derive(Clone, Debug)]
pub struct Pairs {
    bytes: Vec<u8>,
    pairs: usize,
    firsts: usize,
}

impl Pairs {
    /// Takes the bytes of a packed table, if they are one.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let rest = bytes.strip_suffix(MAGIC)?;
        let (rest, firsts) = rest.split_last_chunk::<4>()?;
        let (rest, pairs) = rest.split_last_chunk::<4>()?;
        let (pairs, firsts) = (u32::from_le_bytes(*pairs) as usize, u32::from_le_bytes(*firsts) as usize);
        (rest.len() == pairs.checked_mul(PAIR)?.checked_add(firsts.checked_mul(FIRST)?)?).then_some(Self {
            bytes,
            pairs,
            firsts,
        })
    }

    /// How many pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs == 0
    }

    /// Every edit in which `column_2` is part of `column_1`; there may be several, one after the other in time.
    pub fn edits(&self, column_1: ProcedureCode, column_2: ProcedureCode) -> impl Iterator<Item = Edit> + '_ {
        self.packed(column_1, column_2).map(edit)
    }

    /// The edit that counts on a day.
    #[must_use]
    pub fn edit_on(&self, column_1: ProcedureCode, column_2: ProcedureCode, on: Date) -> Option<Edit> {
        let on = days(on);
        self.packed(column_1, column_2).find(|bytes| counts_on(bytes, on)).map(edit)
    }

    /// What is behind the codes of each pair of the two.
    fn packed(&self, column_1: ProcedureCode, column_2: ProcedureCode) -> impl Iterator<Item = &[u8]> + '_ {
        let range = self.of_first(column_1.as_str().as_bytes());
        let wanted = key(column_2.as_str().as_bytes());
        let start = lower_bound(range.start, range.end, |index| key(self.pair(index)) < wanted);
        (start..range.end)
            .map(|index| self.pair(index))
            .take_while(move |pair| key(pair) == wanted)
            .map(|pair| &pair[CODE..])
    }

    fn pair(&self, index: usize) -> &[u8] {
        &self.bytes[index * PAIR..(index + 1) * PAIR]
    }

    fn first(&self, index: usize) -> (&[u8], usize) {
        let start = self.pairs * PAIR + index * FIRST;
        let (code, end) = self.bytes[start..start + FIRST].split_at(CODE);
        (code, u32::from_le_bytes([end[0], end[1], end[2], end[3]]) as usize)
    }

    fn of_first(&self, wanted: &[u8]) -> std::ops::Range<usize> {
        let wanted = key(wanted);
        let at = lower_bound(0, self.firsts, |index| key(self.first(index).0) < wanted);
        if at == self.firsts || key(self.first(at).0) != wanted {
            return 0..0;
        }
        let start = if at == 0 { 0 } else { self.first(at - 1).1 };
        // A damaged index must not lead outside.
        start.min(self.pairs)..self.first(at).1.clamp(start.min(self.pairs), self.pairs)
    }
}

/// The code at the beginning as a number that sorts as its letters do: one comparison instead of five.
fn key(bytes: &[u8]) -> u64 {
    let mut wide = [0; 8];
    wide[8 - CODE..].copy_from_slice(&bytes[..CODE]);
    u64::from_be_bytes(wide)
}

/// The first index in a range that is not `before`. Each step moves or does not move without a branch, which could not be foreseen.
fn lower_bound(low: usize, high: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut base, mut size) = (low, high - low);
    while size > 1 {
        let half = size / 2;
        base += usize::from(before(base + half - 1)) * half;
        size -= half;
    }
    base + usize::from(size == 1 && before(base))
}

/// First day and day after the last, as they are packed.
fn span(bytes: &[u8]) -> (u16, u16) {
    (u16::from_le_bytes([bytes[0], bytes[1]]), u16::from_le_bytes([bytes[2], bytes[3]]))
}

/// Whether an edit took effect, and a day is one of its own.
fn counts_on(bytes: &[u8], on: u16) -> bool {
    let (from, until) = span(bytes);
    matches!(bytes[4], b'0' | b'1') && from <= on && (until == NO_END || on < until)
}

fn edit(bytes: &[u8]) -> Edit {
    let (from, until) = span(bytes);
    Edit {
        from: if from == 0 { None } else { day(from) },
        until: if until == NO_END { None } else { day(until) },
        modifier: match bytes[4] {
            b'0' => ModifierIndicator::NotAllowed,
            b'1' => ModifierIndicator::Allowed,
            _ => ModifierIndicator::NotApplicable,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> ProcedureCode {
        text.parse().unwrap()
    }

    #[test]
    fn an_edit_counts_on_its_days() {
        let mut sorter = Sorter::default();
        let until = Some(date(2024, 1, 1));
        sorter.push(line("64615", "64612", Some(date(2013, 1, 1)), until, '0').as_bytes()).unwrap();
        sorter.push(line("64615", "64612", Some(date(2025, 1, 1)), None, '1').as_bytes()).unwrap();
        sorter.push(line("64615", "20553", Some(date(2020, 1, 1)), Some(date(2020, 1, 2)), '9').as_bytes()).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(write(sorter, &mut bytes).unwrap(), 3);
        let pairs = Pairs::new(bytes).unwrap();
        let on = |day| pairs.edit_on(code("64615"), code("64612"), day).map(|edit| edit.modifier);
        assert_eq!(on(date(2023, 12, 31)), Some(ModifierIndicator::NotAllowed));
        assert_eq!(on(date(2024, 1, 1)), None);
        assert_eq!(on(date(2026, 7, 1)), Some(ModifierIndicator::Allowed));
        assert_eq!(pairs.edit_on(code("64612"), code("64615"), date(2026, 7, 1)), None, "the other way round");
        assert_eq!(pairs.edit_on(code("64615"), code("20553"), date(2020, 1, 1)), None, "it never took effect");
    }

    proptest! {
        #[test]
        fn every_pair_is_found(pairs in prop::collection::btree_set(("[0-9]{5}", "[0-9]{5}"), 0..200)) {
            let mut sorter = Sorter::default();
            for (a, b) in &pairs {
                sorter.push(line(a, b, None, None, '1').as_bytes()).unwrap();
            }
            let mut bytes = Vec::new();
            write(sorter, &mut bytes).unwrap();
            let packed = Pairs::new(bytes).unwrap();
            prop_assert_eq!(packed.len(), pairs.len());
            for (a, b) in &pairs {
                prop_assert_eq!(packed.edits(code(a), code(b)).count(), 1);
            }
            for (a, b) in pairs.iter().zip(pairs.iter().skip(1)) {
                let crossed = (a.0.clone(), b.1.clone());
                let expected = usize::from(pairs.contains(&crossed));
                prop_assert_eq!(packed.edits(code(&crossed.0), code(&crossed.1)).count(), expected);
            }
        }

        #[test]
        fn what_is_no_table_is_refused_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut bytes = bytes;
            bytes.extend_from_slice(MAGIC);
            if let Some(pairs) = Pairs::new(bytes) {
                let _ = pairs.edit_on(code("64615"), code("64612"), date(2026, 7, 1));
            }
        }
    }
}
