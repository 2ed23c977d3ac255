//! Sorted tables of fixed-width rows, searched where they lie.

use jiff::civil::Date;

/// Rows of equal width, each ending in a line feed, sorted by a key of fixed
/// width padded with spaces. Nothing is built on first use.
pub(crate) struct Table {
    bytes: &'static [u8],
    key_width: usize,
    row_width: usize,
}

/// `2025-10-01`
const DATE_WIDTH: usize = 10;

impl Table {
    /// A table whose rows are keys alone.
    pub(crate) const fn of_keys(bytes: &'static [u8], key_width: usize) -> Self {
        Self { bytes, key_width, row_width: key_width + 1 }
    }

    /// A table whose rows are `key from until`, each date ISO or ten dashes.
    pub(crate) const fn of_dated_keys(bytes: &'static [u8], key_width: usize) -> Self {
        Self { bytes, key_width, row_width: key_width + 2 * (DATE_WIDTH + 1) + 1 }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / self.row_width
    }

    fn row(&self, index: usize) -> &'static [u8] {
        let start = index * self.row_width;
        &self.bytes[start..start + self.row_width]
    }

    /// The key of a row, without padding.
    pub(crate) fn key(&self, index: usize) -> &'static [u8] {
        self.row(index)[..self.key_width].trim_ascii_end()
    }

    /// The index of the first row whose key is not before `key`. Keys hold
    /// letters and digits, which all sort after the padding.
    pub(crate) fn lower_bound(&self, key: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle) < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The index of the row with this key.
    pub(crate) fn find(&self, key: &[u8]) -> Option<usize> {
        let index = self.lower_bound(key);
        (index < self.len() && self.key(index) == key).then_some(index)
    }

    /// The rows whose keys start with `prefix`, as a range of indices.
    pub(crate) fn below(&self, prefix: &[u8]) -> std::ops::Range<usize> {
        let start = self.lower_bound(prefix);
        // No key byte is as high as 0xFF, so this is just past the last of them.
        let mut past = prefix.to_vec();
        past.push(0xFF);
        start..self.lower_bound(&past)
    }

    /// The two dates of a row of a dated table.
    pub(crate) fn dates(&self, index: usize) -> (Option<Date>, Option<Date>) {
        let row = self.row(index);
        let first = self.key_width + 1;
        let second = first + DATE_WIDTH + 1;
        (date(&row[first..first + DATE_WIDTH]), date(&row[second..second + DATE_WIDTH]))
    }

    /// Keys that `key` may be a misreading of: a look-alike character, or two
    /// neighbours swapped.
    pub(crate) fn misread(&self, key: &[u8]) -> Vec<&'static [u8]> {
        self.known(misreadings(key))
    }

    /// As [`Table::misread`], then keys with another last character, nearest
    /// first.
    pub(crate) fn near(&self, key: &[u8]) -> Vec<&'static [u8]> {
        self.known(misreadings(key).into_iter().chain(other_endings(key)))
    }

    fn known(&self, keys: impl IntoIterator<Item = Vec<u8>>) -> Vec<&'static [u8]> {
        let mut found = Vec::new();
        for index in keys.into_iter().filter_map(|key| self.find(&key)) {
            if !found.contains(&self.key(index)) {
                found.push(self.key(index));
            }
        }
        found
    }
}

fn date(text: &[u8]) -> Option<Date> {
    // INVARIANT: a date or dashes; the tests read every row.
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether `date` is outside the half-open bounds, where each is known.
pub(crate) fn outside(date: Date, from: Option<Date>, until: Option<Date>) -> bool {
    from.is_some_and(|from| date < from) || until.is_some_and(|until| date >= until)
}

/// Whether an embedded table is a file of whole rows, sorted, without doubles.
#[cfg(test)]
pub(crate) fn assert_sound(table: &Table) {
    assert_eq!(table.bytes.len() % table.row_width, 0, "whole rows");
    for index in 0..table.len() {
        assert_eq!(table.row(index).last(), Some(&b'\n'));
        if index > 0 {
            assert!(table.key(index - 1) < table.key(index), "row {index} is out of order");
        }
        let key = table.key(index);
        assert!(!key.is_empty() && key.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    }
}

/// Whether every date of a dated table can be read and ends after it starts.
#[cfg(test)]
pub(crate) fn assert_dates_sound(table: &Table) {
    for index in 0..table.len() {
        let row = std::str::from_utf8(table.row(index)).unwrap();
        let columns: Vec<&str> = row[table.key_width..].split_ascii_whitespace().collect();
        let (from, until) = table.dates(index);
        assert_eq!(columns.len(), 2, "{row}");
        assert_eq!(columns[0] == "----------", from.is_none(), "{row}");
        assert_eq!(columns[1] == "----------", until.is_none(), "{row}");
        assert!(from.zip(until).is_none_or(|(from, until)| from < until), "{row}");
    }
}

/// Pairs that eyes, fingers and scanners mistake for each other.
const LOOK_ALIKES: [(u8, u8); 8] =
    [(b'O', b'0'), (b'I', b'1'), (b'L', b'1'), (b'S', b'5'), (b'B', b'8'), (b'Z', b'2'), (b'G', b'6'), (b'Q', b'0')];

fn misreadings(key: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    for (place, &byte) in key.iter().enumerate() {
        for (letter, digit) in LOOK_ALIKES {
            let other = match byte {
                b if b == letter => digit,
                b if b == digit => letter,
                _ => continue,
            };
            let mut text = key.to_vec();
            text[place] = other;
            texts.push(text);
        }
    }
    for place in 1..key.len() {
        if key[place - 1] != key[place] {
            let mut text = key.to_vec();
            text.swap(place - 1, place);
            texts.push(text);
        }
    }
    texts
}

fn other_endings(key: &[u8]) -> Vec<Vec<u8>> {
    let Some((&last, stem)) = key.split_last() else {
        return Vec::new();
    };
    let mut others: Vec<u8> = (b'0'..=b'9').chain(b'A'..=b'Z').filter(|&other| other != last).collect();
    others.sort_by_key(|&other| (other.abs_diff(last), other));
    others.into_iter().map(|other| [stem, &[other]].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Table = Table::of_keys(b"A0 \nA00\nA01\nB  \n", 3);

    #[test]
    fn searches() {
        assert_sound(&SMALL);
        assert_eq!(SMALL.find(b"A01"), Some(2));
        assert_eq!(SMALL.find(b"A"), None);
        assert_eq!(SMALL.find(b"Z"), None);
        assert_eq!(SMALL.below(b"A0"), 0..3);
        assert_eq!(SMALL.below(b"C"), 4..4);
        assert_eq!(SMALL.misread(b"AO1"), [b"A01"]);
        assert_eq!(SMALL.misread(b"0A1"), [b"A01"]);
        assert!(SMALL.misread(b"A02").is_empty());
        assert_eq!(SMALL.near(b"A02"), [b"A01", b"A00"]);
    }
}
