//! One segment as the tables see it.

use crate::batch::kind::{head, packed};
use crate::batch::rows::Text;
use crate::number::{count, eight_byte_amount, eight_digits, single_digits};
use crate::segment::Span;
use x12_marks::{BEYOND_COUNT, found_in_sixteen};

/// Places that can be looked at without asking whether they are there.
pub(super) const NEAR: usize = 17;

const _: () = assert!(NEAR <= BEYOND_COUNT);

/// A segment in the text of the batch, with the places of its separators.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    /// The text of the batch.
    pub(super) text: &'a [u8],
    /// Where in the text places count from.
    pub(super) base: u32,
    /// Where in the file places count from.
    pub(super) offset: u64,
    /// Between components.
    pub(super) component: u8,
    /// The first places of its separators; those behind its terminator are greater.
    pub(super) near: &'a [u32; NEAR],
    /// All places.
    pub(super) places: &'a [u32],
    /// Which of them is its first separator.
    pub(super) from: u32,
    /// Which of them is its terminator.
    pub(super) end: u32,
    /// Where its terminator is.
    pub(super) last: u32,
    /// Where its first byte is.
    pub(super) start: u32,
}

impl<'a> Fields<'a> {
    /// Number of elements.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.end.wrapping_sub(self.from) as usize
    }

    /// Where in the file it starts.
    #[inline(always)]
    pub(super) fn place(&self) -> u64 {
        self.offset.wrapping_add(u64::from(self.start))
    }

    /// Its first elements, empty where none was sent.
    #[inline(always)]
    pub(super) fn first<const N: usize>(&self) -> [Text; N] {
        const { assert!(N < NEAR) };
        let mut texts = [Text::default(); N];
        let all = texts.iter_mut().zip(self.near).zip(&self.near[1..]);
        if self.len() >= N {
            for ((text, before), end) in all {
                *text = self.run(before.wrapping_add(1), *end);
            }
        } else {
            for ((text, before), end) in all {
                *text = self.run(before.wrapping_add(1).min(self.last), (*end).min(self.last));
            }
        }
        texts
    }

    /// Any element but the identifier; empty when none was sent.
    #[inline(always)]
    pub(super) fn element(&self, element: usize) -> Text {
        let (start, end) = bounds(self.places, self.from, self.end, element);
        self.run(start, end)
    }

    #[inline(always)]
    fn run(&self, start: u32, end: u32) -> Text {
        Text::new(self.base.wrapping_add(start), end.wrapping_sub(start))
    }

    #[inline(always)]
    pub(super) fn bytes(&self, text: Text) -> &'a [u8] {
        &self.text[text.start()..text.end()]
    }

    /// A short text as a number, see [`packed`].
    #[inline(always)]
    pub(super) fn code(&self, text: Text) -> u32 {
        match at(self.text, text.start()) {
            Some(four) => head(u32::from_le_bytes(*four), text.len()),
            None => packed(self.bytes(text)),
        }
    }

    /// Where in the file an element starts and ends; the segment's end when it was not sent.
    #[inline(always)]
    pub(super) fn span(&self, element: usize) -> Span {
        let (start, end) = bounds(self.places, self.from, self.end, element);
        Span { start: self.offset.wrapping_add(u64::from(start)), end: self.offset.wrapping_add(u64::from(end)) }
    }

    /// The cents of an amount of the usual form.
    #[inline(always)]
    pub(super) fn money(&self, text: Text) -> Option<i64> {
        eight_byte_amount(at(self.text, text.eight_before_end())?, text.len())
    }

    /// A day `YYYYMMDD` as a number; 0 when it is none.
    #[inline(always)]
    pub(super) fn day(&self, text: Text) -> u32 {
        day(self.bytes(text))
    }

    /// Positions of diagnoses; 0 for none.
    #[inline(always)]
    pub(super) fn pointers(&self, text: Text) -> [u8; 4] {
        // Without a closure, which would have this segment written to memory first.
        if let Some(eight) = at(self.text, text.start())
            && let Some(pointers) = single_digits(*eight, text.len(), self.component)
        {
            return pointers;
        }
        any_pointers(self.bytes(text), self.component)
    }

    /// The first components of an element.
    #[inline(always)]
    pub(super) fn components<const N: usize>(&self, element: Text) -> [Text; N] {
        let mut texts = [Text::default(); N];
        self.components_into(element, &mut texts);
        texts
    }

    /// Puts the first components of an element into `texts`, which hold none yet.
    #[inline(always)]
    pub(super) fn components_into(&self, element: Text, texts: &mut [Text]) {
        let length = element.len();
        let Some(sixteen) = at(self.text, element.start()).filter(|_| length <= 16) else {
            return any_components_into(self.text, self.component, element, texts);
        };
        // One bit for each separator, and one where the element ends.
        let within = (1_u32 << length).wrapping_sub(1);
        let mut found = found_in_sixteen(sixteen, self.component) & within | 1 << length;
        let mut from = 0;
        for text in texts {
            let at = found.trailing_zeros();
            *text = element.part(from, at.wrapping_sub(from));
            from = at.wrapping_add(1);
            found &= found.wrapping_sub(1);
            if found == 0 {
                return;
            }
        }
    }
}

/// The bytes from a place of 32 bits on.
#[inline(always)]
pub(super) fn at<const N: usize>(text: &[u8], start: usize) -> Option<&[u8; N]> {
    text.get(start..start.wrapping_add(N))?.first_chunk()
}

/// Where an element starts and ends among the places; twice the end of the segment when it was not sent.
#[inline(always)]
fn bounds(places: &[u32], from: u32, end: u32, element: usize) -> (u32, u32) {
    let mark = from as usize + element;
    if mark > end as usize {
        return (places[end as usize], places[end as usize]);
    }
    (places[mark.wrapping_sub(1)].wrapping_add(1), places[mark])
}

#[cold]
#[inline(never)]
fn any_components_into(text: &[u8], component: u8, element: Text, texts: &mut [Text]) {
    let mut from = 0;
    let parts = text[element.start()..element.end()].split(|byte| *byte == component);
    for (text, part) in texts.iter_mut().zip(parts) {
        // INVARIANT: a segment is far shorter than 4 GiB.
        let length = part.len() as u32;
        *text = element.part(from, length);
        from += length + 1;
    }
}

#[cold]
#[inline(never)]
fn any_pointers(bytes: &[u8], component: u8) -> [u8; 4] {
    let mut pointers = [0; 4];
    if !bytes.is_empty() {
        for (pointer, text) in pointers.iter_mut().zip(bytes.split(|byte| *byte == component)) {
            *pointer = count(text).and_then(|text| u8::try_from(text).ok()).unwrap_or(0);
        }
    }
    pointers
}

/// A day `YYYYMMDD` as a number; 0 when it is none.
#[inline(always)]
pub(super) fn day(bytes: &[u8]) -> u32 {
    bytes.try_into().ok().and_then(eight_digits).unwrap_or(0)
}
