//! Which places of a slice are listed, and what of them was handed out.

use x12_marks::List;

use crate::delimiters::Delimiters;

/// Bytes listed at a time at first; twice as many each time after, so that a header soon after costs little.
const WINDOW_BYTES_MIN: usize = 1 << 10;

/// Bytes listed at a time, unless a segment is longer: their list stays in the nearest cache.
const WINDOW_BYTES_MAX: usize = 8 << 10;

/// The places of a window of a slice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    list: List,
    /// Position in the slice that places count from.
    base: usize,
    /// The next terminator to hand out.
    next: usize,
    /// The first place of the next segment.
    from: usize,
    window: usize,
}

/// What is left of a window: the segments that were not handed out yet.
#[derive(Clone, Copy)]
pub(crate) struct Rest<'a> {
    /// Position in the slice that places count from.
    pub(crate) base: usize,
    /// All places of the window, and spare ones behind them.
    pub(crate) places: &'a [u32],
    /// Which of them are terminators, from that of the next segment on.
    pub(crate) ends: &'a [u32],
    /// The first place of the next segment.
    pub(crate) from: usize,
}

impl Marks {
    /// Forgets everything, because the slice or the separators are others now.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.next = 0;
        self.window = 0;
    }

    /// The position in the slice of the next terminator that is listed.
    #[inline]
    pub(crate) fn end(&self) -> Option<usize> {
        let end = *self.list.ends().get(self.next)?;
        Some(self.base + self.list.places()[end as usize] as usize)
    }

    /// Passes the segment that starts at `start` and gives its places in the list.
    #[inline(always)]
    pub(crate) fn take(&mut self, start: usize) -> (usize, usize) {
        let end = self.list.ends()[self.next] as usize;
        let mut from = self.from;
        // A separator that may also be a blank between segments, such as a tab, belongs to no segment there.
        while self.base + (self.list.places()[from] as usize) < start {
            from += 1;
        }
        self.next += 1;
        self.from = end + 1;
        (from, end + 1)
    }

    /// The places from `from` until before `to`, and the position that they count from.
    #[inline]
    pub(crate) fn between(&self, (from, to): (usize, usize)) -> (&[u32], usize) {
        (&self.list.places()[from..to], self.base)
    }

    /// What was not handed out yet.
    #[inline]
    pub(crate) fn rest(&self) -> Rest<'_> {
        let ends = self.list.ends().get(self.next..).unwrap_or_default();
        Rest { base: self.base, places: self.list.places(), ends, from: self.from }
    }

    /// Passes the next `segments` segments; those after them start at the place `from`.
    #[inline]
    pub(crate) fn pass(&mut self, segments: usize, from: usize) {
        self.next += segments;
        self.from = from;
    }

    /// Lists what stands from `start` on, at least until before `until`.
    pub(crate) fn list(&mut self, bytes: &[u8], start: usize, until: usize, delimiters: Delimiters) {
        self.window = (self.window * 2).clamp(WINDOW_BYTES_MIN, WINDOW_BYTES_MAX);
        let until = until.max(start + self.window).min(bytes.len());
        self.base = start;
        self.next = 0;
        self.from = 0;
        self.list.fill(&bytes[start..until], delimiters.element, delimiters.terminator);
    }
}
