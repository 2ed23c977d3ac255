//! Sets of fixed-width keys as merged ranges.

/// Sorted ranges of keys, both ends included, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranges<const N: usize>(Box<[([u8; N], [u8; N])]>);

impl<const N: usize> Ranges<N> {
    /// The union of these ranges; each must have its ends in order.
    pub(crate) fn new(mut ranges: Vec<([u8; N], [u8; N])>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<([u8; N], [u8; N])> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some((_, last)) if low <= *last => *last = high.max(*last),
                _ => merged.push((low, high)),
            }
        }
        Self(merged.into_boxed_slice())
    }

    pub(crate) fn contains(&self, key: &[u8; N]) -> bool {
        let after = self.0.partition_point(|(low, _)| low <= key);
        after > 0 && *key <= self.0[after - 1].1
    }

    /// Whether a key could be in both.
    pub(crate) fn intersects(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((low, high)), Some((other_low, other_high))) = (mine.peek(), theirs.peek()) {
            if high < other_low {
                mine.next();
            } else if other_high < low {
                theirs.next();
            } else {
                return true;
            }
        }
        false
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(other.0.iter()).copied().collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
