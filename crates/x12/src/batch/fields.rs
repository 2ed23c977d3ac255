//! One segment as the tables see it.

use crate::batch::kind::{head, packed};
use crate::batch::rows::Text;
use crate::number::{eight_byte_amount, eight_digits};
use x12_marks::found_in_sixteen;

/// Places that can be looked at without asking whether they are there.
pub(super) const NEAR: usize = 16;

/// A segment in the text of the batch, with the places of its separators.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    /// The text from where places count.
    pub(super) window: &'a [u8],
    /// The first places of its separators; what stands behind the last means nothing.
    pub(super) near: &'a [u32; NEAR],
    /// Places of all its separators, and of its terminator; what stands behind it is not its own.
    pub(super) marks: &'a [u32],
    /// Number of its separators and its terminator.
    pub(super) count: usize,
    /// Where in the text of the batch the window starts.
    pub(super) base: usize,
    /// Where in the file the window starts.
    pub(super) offset: u64,
    /// Where in the window the segment starts.
    pub(super) start: usize,
    pub(super) component: u8,
}

impl<'a> Fields<'a> {
    /// Number of elements.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.count - 1
    }

    /// Where in the file it starts.
    pub(super) fn place(&self) -> u64 {
        self.offset + self.start as u64
    }

    /// Where in the window an element starts and ends; nowhere when it was not sent.
    #[inline(always)]
    pub(super) fn bounds(&self, element: usize) -> (usize, usize) {
        if element >= self.count {
            return (0, 0);
        }
        let marks = if element < NEAR { &self.near[..] } else { self.marks };
        ((marks[element - 1] as usize).wrapping_add(1), marks[element] as usize)
    }

    #[inline(always)]
    pub(super) fn bytes(&self, element: usize) -> &'a [u8] {
        let (start, end) = self.bounds(element);
        &self.window[start..end]
    }

    #[inline(always)]
    fn run(&self, start: usize, end: usize) -> Text {
        Text::new(self.base.wrapping_add(start), end.wrapping_sub(start))
    }

    #[inline(always)]
    pub(super) fn text(&self, element: usize) -> Text {
        let (start, end) = self.bounds(element);
        self.run(start, end)
    }

    /// A short element as a number, see [`packed`].
    #[inline(always)]
    pub(super) fn code(&self, element: usize) -> u32 {
        let (start, end) = self.bounds(element);
        self.packed(start, end)
    }

    /// A short text of this segment as a number, see [`packed`].
    #[inline(always)]
    pub(super) fn code_of(&self, text: Text) -> u32 {
        let start = text.start().wrapping_sub(self.base);
        if text.is_empty() { 0 } else { self.packed(start, start.wrapping_add(text.len())) }
    }

    #[inline(always)]
    fn packed(&self, start: usize, end: usize) -> u32 {
        match self.window.get(start..).and_then(|rest| rest.first_chunk()) {
            Some(four) => head(*four, end.wrapping_sub(start)),
            None => packed(&self.window[start..end]),
        }
    }

    /// Where in the file an element starts and ends; the segment's end when it was not sent.
    pub(super) fn span(&self, element: usize) -> (u64, u64) {
        let last = self.marks[self.count - 1] as usize;
        let (start, end) = if element < self.count { self.bounds(element) } else { (last, last) };
        (self.offset + start as u64, self.offset + end as u64)
    }

    /// The cents of an amount of the usual form.
    #[inline(always)]
    pub(super) fn money(&self, element: usize) -> Option<i64> {
        let (start, end) = self.bounds(element);
        let eight = self.window.get(end.wrapping_sub(8)..end)?;
        eight_byte_amount(*eight.first_chunk()?, end.wrapping_sub(start))
    }

    /// A day `YYYYMMDD` as a number; 0 when it is none.
    #[inline(always)]
    pub(super) fn day(&self, element: usize) -> u32 {
        day(self.bytes(element))
    }

    /// The first components of an element, as text.
    #[inline(always)]
    pub(super) fn components<const N: usize>(&self, element: usize) -> [Text; N] {
        let mut texts = [Text::default(); N];
        self.components_into(element, &mut texts);
        texts
    }

    /// Puts the first components of an element into `texts`, which hold none yet.
    #[inline(always)]
    pub(super) fn components_into(&self, element: usize, texts: &mut [Text]) {
        let (start, end) = self.bounds(element);
        let length = end.wrapping_sub(start);
        let Some(sixteen) = self.window.get(start..).and_then(|rest| rest.first_chunk()).filter(|_| length <= 16)
        else {
            return self.any_components_into(start, end, texts);
        };
        // One bit for each separator, and one where the element ends.
        let within = (1_u32 << length).wrapping_sub(1);
        let mut found = found_in_sixteen(sixteen, self.component) & within | 1 << length;
        let mut from = 0;
        for text in texts {
            let at = found.trailing_zeros() as usize;
            *text = self.run(start + from, start + at);
            from = at + 1;
            found &= found.wrapping_sub(1);
            if found == 0 {
                return;
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn any_components_into(&self, start: usize, end: usize, texts: &mut [Text]) {
        let mut from = start;
        for (text, part) in texts.iter_mut().zip(self.window[start..end].split(|byte| *byte == self.component)) {
            *text = self.run(from, from + part.len());
            from += part.len() + 1;
        }
    }

    /// The components of an element.
    pub(super) fn parts(&self, element: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let component = self.component;
        self.bytes(element).split(move |byte| *byte == component)
    }
}

/// A day `YYYYMMDD` as a number; 0 when it is none.
#[inline(always)]
pub(super) fn day(bytes: &[u8]) -> u32 {
    bytes.try_into().ok().and_then(eight_digits).unwrap_or(0)
}
