//! Where separators and terminators stand in a text, found 64 bytes at a time.
//!
//! Separators stand four bytes apart on average. A search for the next one costs more than the four bytes, so blocks of 64
//! bytes are turned into bitmaps, one bit a byte, and the bitmaps into a list of places. No step depends on where they
//! stand, so that the processor has nothing to guess.

/// Bytes looked at together.
const BLOCK: usize = 64;

/// Places are written eight at a time, so that so many more must fit behind the last.
const SPARE: usize = BLOCK + 8;

/// Behind the last place stand so many that are [`BEYOND`].
pub const BEYOND_COUNT: usize = 20;

/// A place behind every text; one more is still a number of 32 bits.
pub const BEYOND: u32 = u32::MAX - 1;

/// The separators and terminators of a text, in order.
#[derive(Clone, Debug, Default)]
pub struct List {
    places: Vec<u32>,
    count: usize,
    ends: Vec<u32>,
    ends_count: usize,
}

impl List {
    /// The places from the start of the text, [`BEYOND_COUNT`] times [`BEYOND`], and spare numbers that mean nothing.
    #[must_use]
    #[inline(always)]
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// How many places there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Which of the places are terminators.
    #[must_use]
    #[inline(always)]
    pub fn ends(&self) -> &[u32] {
        &self.ends[..self.ends_count]
    }

    /// Forgets all terminators.
    #[inline]
    pub fn clear(&mut self) {
        self.ends_count = 0;
    }

    /// Lists where `separator` and `terminator` stand in `text`.
    ///
    /// # Panics
    /// When the text has 4 GiB or more.
    pub fn fill(&mut self, text: &[u8], separator: u8, terminator: u8) {
        assert!(u32::try_from(text.len()).is_ok(), "places are numbers of 32 bits");
        self.count = 0;
        self.ends_count = 0;
        if self.places.len() < text.len() + 2 * SPARE {
            self.places.resize(text.len() + 2 * SPARE, 0);
            self.ends.resize(text.len() + 2 * SPARE, 0);
        }
        self.fill_best(text, [separator, terminator]);
        if let Some(beyond) = self.places[self.count..].first_chunk_mut::<BEYOND_COUNT>() {
            *beyond = [BEYOND; BEYOND_COUNT];
        }
    }

    fn fill_best(&mut self, text: &[u8], wanted: [u8; 2]) {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "the only way to use what not every processor has")]
        if widest::is_there() {
            // SAFETY: the processor was asked just now and has what the function needs.
            unsafe { widest::fill(self, text, wanted) };
            return;
        } else if wide::is_there() {
            // SAFETY: as above. It touches memory by slices only.
            unsafe { wide::fill(self, text, wanted) };
            return;
        }
        self.fill_by(text, wanted, bitmap, |all, before, bit| {
            let below = !(u8::MAX << (bit & 7)) & (all >> (bit & 56)) as u8;
            u32::from(((before >> (bit & 56)) as u8).wrapping_add(COUNTS[usize::from(below)]))
        });
    }

    /// Lists with a way to make a bitmap of a block, and one to count the bits of `all` below a bit, where the bytes of
    /// `before` are the counts of bits in all lower bytes.
    #[inline(always)]
    fn fill_by(
        &mut self,
        text: &[u8],
        [separator, terminator]: [u8; 2],
        bitmap: impl Fn(&[u8; BLOCK], u8) -> u64,
        rank: impl Fn(u64, u64, u32) -> u32,
    ) {
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut at = 0;
        for block in blocks {
            let ends = bitmap(block, terminator);
            self.add(at, bitmap(block, separator) | ends, ends, &rank);
            at += BLOCK as u32;
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            let within = u64::MAX >> (BLOCK - rest.len());
            let ends = bitmap(&block, terminator) & within;
            self.add(at, bitmap(&block, separator) & within | ends, ends, &rank);
        }
    }

    /// Adds the places of one block that starts at `at`.
    ///
    /// Each eight bytes of the block have a row in a table, which is written whole; what is too much is written over by
    /// the next.
    #[inline(always)]
    fn add(&mut self, at: u32, all: u64, ends: u64, rank: &impl Fn(u64, u64, u32) -> u32) {
        let upto = running(all);
        let before = upto << 8;
        let Some(out) = self.places[self.count..].first_chunk_mut::<SPARE>() else { return };
        for shift in (0..u64::BITS).step_by(8) {
            let from = (before >> shift) as usize & (BLOCK - 1);
            let row = SPREAD[usize::from((all >> shift) as u8)];
            let first = at.wrapping_add(shift);
            if let Some(places) = out[from..].first_chunk_mut() {
                *places = row.map(|bit| bit.wrapping_add(first));
            }
        }
        let Some(out) = self.ends[self.ends_count..].first_chunk_mut::<SPARE>() else { return };
        // INVARIANT: a text is shorter than 4 GiB.
        let base = self.count as u32;
        let (mut left, mut fours) = (ends, out.as_chunks_mut::<4>().0.iter_mut());
        while let (true, Some(four)) = (left != 0, fours.next()) {
            for end in four {
                *end = base.wrapping_add(rank(all, before, left.trailing_zeros() & 63));
                left &= left.wrapping_sub(1);
            }
        }
        self.ends_count = self.ends_count.wrapping_add(ends.count_ones() as usize);
        self.count = self.count.wrapping_add((upto >> 56) as usize);
    }
}

/// Work that is compiled twice, the second time for newer processors. All that it calls has to be `#[inline(always)]` to share in it.
pub trait Work {
    /// What it gives.
    type Output;
    /// Does the work; marked `#[inline(always)]` where it is written.
    fn run(self) -> Self::Output;
}

/// Does the work with what this processor has.
pub fn best<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "the only way to use what not every processor has")]
    if wide::is_there() {
        // SAFETY: the processor was asked just now and has what the function needs.
        return unsafe { wide::run(work) };
    }
    work.run()
}

/// What processors of the last ten years have: 32 bytes compared at once, and bits counted by one instruction.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{_mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set_epi64x, _mm256_set1_epi8};

    use super::{BLOCK, List, Work};

    /// Whether this processor has all that [`fill`] and [`run`] need.
    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub(super) fn run<W: Work>(work: W) -> W::Output {
        work.run()
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub(super) fn fill(list: &mut List, text: &[u8], wanted: [u8; 2]) {
        let bitmap = |block: &[u8; BLOCK], wanted: u8| {
            let wanted = _mm256_set1_epi8(wanted.cast_signed());
            let mut map = 0;
            for (half, shift) in block.as_chunks::<32>().0.iter().zip([0, 32]) {
                let word = |index: usize| i64::from_le_bytes(half.as_chunks::<8>().0[index]);
                let bytes = _mm256_set_epi64x(word(3), word(2), word(1), word(0));
                let found = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)).cast_unsigned();
                map |= u64::from(found) << shift;
            }
            map
        };
        list.fill_by(text, wanted, bitmap, |all, _, bit| (all & !(u64::MAX << bit)).count_ones());
    }
}

/// What newer processors have: 64 bytes compared at once, and the numbers that a bitmap asks for moved together by one instruction.
#[cfg(target_arch = "x86_64")]
mod widest {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi32, _mm512_cmpeq_epi8_mask, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32,
        _mm512_maskz_compress_epi8, _mm512_set_epi64, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_storeu_si512,
        _pext_u64,
    };

    use super::{BLOCK, List};

    /// Numbers written together.
    const GROUP: usize = 16;

    /// The numbers of all bits.
    static NUMBERS: [u8; BLOCK] = {
        let mut numbers = [0; BLOCK];
        let mut index = 0;
        while index < BLOCK {
            numbers[index] = index as u8;
            index += 1;
        }
        numbers
    };

    /// Whether this processor has all that [`fill`] needs.
    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,bmi2,popcnt")]
    pub(super) fn fill(list: &mut List, text: &[u8], [separator, terminator]: [u8; 2]) {
        let [separator, terminator] = [separator, terminator].map(|wanted| _mm512_set1_epi8(wanted.cast_signed()));
        let numbers = load(&NUMBERS);
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let (mut at, mut count, mut ends_count) = (0, 0_usize, 0_usize);
        // Not counted in the list, since what is written to its places might then have changed the counts.
        let (list_places, list_ends) = (&mut list.places[..], &mut list.ends[..]);
        let mut add = |block: &[u8; BLOCK], within: u64| {
            let bytes = load(block);
            let ends = _mm512_cmpeq_epi8_mask(bytes, terminator) & within;
            let all = _mm512_cmpeq_epi8_mask(bytes, separator) & within | ends;
            let Some(places) = list_places[count..].first_chunk_mut::<BLOCK>() else { return };
            spread::<2>(places, all, at, numbers);
            let Some(out) = list_ends[ends_count..].first_chunk_mut::<BLOCK>() else { return };
            // INVARIANT: a text is shorter than 4 GiB.
            spread::<1>(out, _pext_u64(ends, all), count as u32, numbers);
            ends_count = ends_count.wrapping_add(ends.count_ones() as usize);
            count = count.wrapping_add(all.count_ones() as usize);
            at = at.wrapping_add(BLOCK as u32);
        };
        for block in blocks {
            add(block, u64::MAX);
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            add(&block, u64::MAX >> (BLOCK - rest.len()));
        }
        (list.count, list.ends_count) = (count, ends_count);
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(bytes: &[u8; BLOCK]) -> __m512i {
        let word = |index: usize| i64::from_le_bytes(bytes.as_chunks::<8>().0[index]);
        _mm512_set_epi64(word(7), word(6), word(5), word(4), word(3), word(2), word(1), word(0))
    }

    /// Writes the numbers of the bits of `map`, counted from `base`; at least as many as it has. So many `GROUPS` nearly always do.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    #[inline]
    fn spread<const GROUPS: usize>(out: &mut [u32; BLOCK], map: u64, base: u32, numbers: __m512i) {
        let (packed, base) = (_mm512_maskz_compress_epi8(map, numbers), _mm512_set1_epi32(base.cast_signed()));
        let [first, second, third, fourth] = out.as_chunks_mut::<GROUP>().0 else { return };
        let is_more = map.count_ones() as usize > GROUPS * GROUP;
        store(first, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<0>(packed)), base));
        if GROUPS > 1 || is_more {
            store(second, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(packed)), base));
        }
        if is_more {
            store(third, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<2>(packed)), base));
            store(fourth, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<3>(packed)), base));
        }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    #[expect(unsafe_code, reason = "no safe code writes a vector of this width at once")]
    fn store(out: &mut [u32; GROUP], numbers: __m512i) {
        // SAFETY: sixteen numbers of four bytes are the 64 bytes that are written, and the store asks for no alignment.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), numbers) };
    }
}

/// A bitmap of where the block holds a byte, the first byte of the block in the lowest bit.
///
/// The loop becomes a few vector instructions. The bytes of each eight then have bits of their own, so that their sum, which
/// the multiplication leaves in the highest byte, is all of them.
#[inline(always)]
fn bitmap(block: &[u8; BLOCK], wanted: u8) -> u64 {
    let mut found = [0; BLOCK];
    for ((found, have), bit) in found.iter_mut().zip(block).zip(BITS) {
        *found = if *have == wanted { bit } else { 0 };
    }
    let (words, _) = found.as_chunks::<8>();
    let mut map = 0;
    for (word, shift) in words.iter().zip((0..).step_by(8)) {
        map |= (u64::from_le_bytes(*word).wrapping_mul(0x0101_0101_0101_0101) >> 56) << shift;
    }
    map
}

/// The bit that each byte of a block has among its eight.
const BITS: [u8; BLOCK] = {
    let mut bits = [0; BLOCK];
    let mut index = 0;
    while index < BLOCK {
        bits[index] = 1 << (index % 8);
        index += 1;
    }
    bits
};

/// For each byte of `bits` the number of bits set in it and in those below it.
#[inline(always)]
fn running(bits: u64) -> u64 {
    let pairs = bits.wrapping_sub(bits >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333).wrapping_add(pairs >> 2 & 0x3333_3333_3333_3333);
    let bytes = fours.wrapping_add(fours >> 4) & 0x0F0F_0F0F_0F0F_0F0F;
    bytes.wrapping_mul(0x0101_0101_0101_0101)
}

/// For each byte the places of its bits, lowest first.
static SPREAD: [[u32; 8]; 256] = {
    let mut rows = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                rows[byte][count] = bit;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    rows
};

/// For each byte the number of its bits.
static COUNTS: [u8; 256] = {
    let mut counts = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        counts[byte] = byte.count_ones() as u8;
        byte += 1;
    }
    counts
};

/// One bit for each byte that is the wanted one, the first byte in the lowest bit.
#[must_use]
#[inline(always)]
pub fn found_in_sixteen(bytes: &[u8; 16], wanted: u8) -> u32 {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
        let word = |index: usize| i64::from_le_bytes(bytes.as_chunks::<8>().0[index]);
        #[expect(unsafe_code, reason = "counts as something that a processor may lack")]
        // SAFETY: every processor of this architecture has SSE2.
        let found = unsafe {
            let bytes = _mm_set_epi64x(word(1), word(0));
            _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted.cast_signed())))
        };
        found.cast_unsigned()
    }
    #[cfg(not(target_arch = "x86_64"))]
    plainly_found_in_sixteen(bytes, wanted)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn plainly_found_in_sixteen(bytes: &[u8; 16], wanted: u8) -> u32 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let wanted = u64::from(wanted).wrapping_mul(0x0101_0101_0101_0101);
    let (halves, _) = bytes.as_chunks();
    let [first, last] = [halves[0], halves[1]].map(|half| {
        // Bytes that are wanted become zero, and only those leave their highest bit clear.
        let differ = u64::from_le_bytes(half) ^ wanted;
        let others = (differ & LOW).wrapping_add(LOW) | differ | LOW;
        // Each byte is one bit now, and the multiplication moves all to the highest byte, each to a place of its own.
        (!others >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    });
    (first | last << 8) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every place and which of them are terminators, one byte at a time.
    fn plainly(bytes: &[u8]) -> (Vec<u32>, Vec<u32>) {
        let places: Vec<_> =
            (0..).zip(bytes).filter(|(_, byte)| matches!(byte, b'*' | b'~')).map(|(place, _)| place).collect();
        let ends =
            (0..).zip(&places).filter(|(_, place)| bytes[**place as usize] == b'~').map(|(end, _)| end).collect();
        (places, ends)
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![2 => Just(b'*'), 1 => Just(b'~'), 4 => any::<u8>()];
        proptest::collection::vec(byte, 0..400)
    }

    proptest! {
        #[test]
        fn the_list_is_what_a_loop_finds(bytes in bytes()) {
            let mut list = List::default();
            // What an earlier text left must not matter.
            list.fill(&[b'*'; 200], b'*', b'~');
            list.fill(&bytes, b'*', b'~');
            let (places, ends) = plainly(&bytes);
            prop_assert_eq!(&list.places()[..list.count()], &places);
            prop_assert_eq!(list.ends(), &ends);
            prop_assert_eq!(&list.places()[list.count()..][..BEYOND_COUNT], &[BEYOND; BEYOND_COUNT]);
        }

        #[test]
        fn every_way_finds_the_same(bytes in bytes()) {
            let (mut usual, mut plain) = (List::default(), List::default());
            usual.fill(&bytes, b'*', b'~');
            plain.fill(&bytes, b'*', b'~');
            plain.clear();
            plain.count = 0;
            plain.fill_by(&bytes, *b"*~", bitmap, |all, _, bit| (all & !(u64::MAX << bit)).count_ones());
            prop_assert_eq!(usual.ends(), plain.ends());
            prop_assert_eq!(&usual.places()[..usual.count()], &plain.places()[..plain.count()]);
            #[cfg(target_arch = "x86_64")]
            if wide::is_there() {
                let mut middle = List::default();
                middle.fill(&bytes, b'*', b'~');
                middle.clear();
                middle.count = 0;
                #[expect(unsafe_code, reason = "as in `fill`, which may have a better way on this processor")]
                // SAFETY: the processor was asked just now and has what the function needs.
                unsafe { wide::fill(&mut middle, &bytes, *b"*~") };
                prop_assert_eq!(middle.ends(), plain.ends());
                prop_assert_eq!(&middle.places()[..middle.count()], &plain.places()[..plain.count()]);
            }
        }

        #[test]
        fn a_bit_is_set_where_the_byte_stands(bytes in proptest::collection::vec(any::<u8>(), BLOCK), wanted: u8) {
            let (blocks, _) = bytes.as_chunks::<BLOCK>();
            for wanted in [wanted, bytes[0], bytes[63]] {
                let map = bitmap(&blocks[0], wanted);
                prop_assert!((0..BLOCK).all(|index| (map >> index & 1 == 1) == (bytes[index] == wanted)));
            }
        }

        #[test]
        fn a_bit_is_set_of_sixteen(bytes: [u8; 16], wanted: u8) {
            for wanted in [wanted, bytes[0], bytes[15]] {
                for map in [found_in_sixteen(&bytes, wanted), plainly_found_in_sixteen(&bytes, wanted)] {
                    prop_assert!((0..16).all(|index| (map >> index & 1 == 1) == (bytes[index] == wanted)));
                }
            }
        }
    }
}
