//! Cases in columns: for each fact the digits of its cell, a plane for each.

use super::steps::Steps;
use super::{BLOCK, NONE, Plane, WORD};
use crate::eval::Selection;
use crate::exact::cells_of;
use crate::program::{Cell, PolicyIndex, Program};

/// Most cells of one fact: their numbers are bytes.
pub const CELLS_MAX: usize = 256;
/// Most values from the first cut of a fact to its last whose cells are looked up; with more they are searched.
const LOOKED_UP_MAX: i64 = 4096;

/// A digit of the first cell of each case, and of the last.
pub(super) type Digit = [Plane; 2];

/// Cases by columns, for one program.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    pub(super) steps: Steps,
    /// Digits of a block: those of all columns.
    digits: usize,
    /// The digits of every block, all columns after each other; those of the last word are not there before it is full.
    blocks: Vec<Digit>,
    /// The first and the last cell of each case of the word that is being filled, for each column.
    filling: Vec<[[u8; WORD]; 2]>,
    rows: usize,
}

/// One fact of many cases.
#[derive(Clone, Debug)]
struct Column {
    /// Where each cell begins, but for the first.
    cuts: Vec<i64>,
    /// The cell of each value from the one before the first cut to the last; empty if they are too many.
    looked_up: Vec<u8>,
    /// How many digits the number of a cell has.
    digits: u32,
}

impl Column {
    fn new(cells: &[Cell]) -> Self {
        let cuts: Vec<i64> = cells.iter().skip(1).map(|cell| cell.lo).collect();
        let digits = usize::BITS - cuts.len().leading_zeros();
        let mut column = Self { cuts, looked_up: Vec::new(), digits };
        if let [first, .., last] | [first @ last] = column.cuts[..]
            && last.saturating_sub(first) < LOOKED_UP_MAX
        {
            column.looked_up = (first - 1..=last).map(|value| column.searched(value)).collect();
        }
        column
    }

    #[inline]
    fn cell_of(&self, value: i64) -> u8 {
        let ([first, ..], [.., last]) = (&self.cuts[..], &self.cuts[..]) else { return 0 };
        let from_first = value.clamp(first - 1, *last) - (first - 1);
        match usize::try_from(from_first).ok().and_then(|at| self.looked_up.get(at)) {
            Some(cell) => *cell,
            None => self.searched(value),
        }
    }

    fn searched(&self, value: i64) -> u8 {
        u8::try_from(self.cuts.partition_point(|cut| *cut <= value)).expect("INVARIANT: at most 256 cells")
    }
}

impl Table {
    /// No cases yet. `None` if some fact has more than [`CELLS_MAX`] cells: then cases are judged one by one.
    #[must_use]
    pub fn new(program: &Program) -> Option<Self> {
        let policies = (0..).take(program.policies.len()).collect::<Vec<PolicyIndex>>();
        let all = Selection { policies, ranks: Vec::new() };
        let mut cuts = Vec::new();
        let cells: Vec<Vec<Cell>> = (0..)
            .zip(&program.slots)
            .map(|(slot, of)| {
                let mut cells = Vec::new();
                cells_of(program, &all, slot, of.domain, &mut cuts, &mut cells);
                cells
            })
            .collect();
        if cells.iter().any(|cells| cells.len() > CELLS_MAX) {
            return None;
        }
        let columns: Vec<Column> = cells.iter().map(|cells| Column::new(cells)).collect();
        let widths: Vec<u32> = columns.iter().map(|column| column.digits).collect();
        let digits = widths.iter().map(|width| *width as usize).sum();
        let filling = vec![[[0; WORD]; 2]; columns.len()];
        let steps = Steps::new(program, &cells, &widths);
        Some(Self { columns, steps, digits, blocks: Vec::new(), filling, rows: 0 })
    }

    /// One more case: what is known of each fact, in the order of the program.
    ///
    /// # Panics
    /// If the case has another number of facts than the program.
    pub fn push(&mut self, cells: &[Cell]) {
        assert_eq!(cells.len(), self.columns.len(), "a case has a cell for each fact");
        let row = self.rows % WORD;
        for ((column, [first, last]), cell) in self.columns.iter().zip(&mut self.filling).zip(cells) {
            first[row] = column.cell_of(cell.lo);
            last[row] = column.cell_of(cell.hi);
        }
        if self.rows.is_multiple_of(BLOCK) {
            self.blocks.resize(self.blocks.len() + self.digits, [NONE; 2]);
        }
        self.rows += 1;
        if self.rows.is_multiple_of(WORD) {
            let block = self.blocks.len() - self.digits;
            slice(&self.columns, &self.filling, &mut self.blocks[block..], (self.rows - 1) % BLOCK / WORD);
        }
    }

    /// How many cases there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The digits of the block that begins with a row, all columns after each other; `memory` takes those of a block that ends within
    /// a word.
    pub(super) fn block<'a>(&'a self, first_row: usize, memory: &'a mut Vec<Digit>) -> &'a [Digit] {
        let first = first_row / BLOCK * self.digits;
        let digits = &self.blocks[first..first + self.digits];
        if first_row + BLOCK <= self.rows || self.rows.is_multiple_of(WORD) {
            return digits;
        }
        memory.clear();
        memory.extend_from_slice(digits);
        slice(&self.columns, &self.filling, memory, (self.rows - first_row) / WORD);
        memory
    }
}

/// Writes the digits of one word of a block of cells.
fn slice(columns: &[Column], cells: &[[[u8; WORD]; 2]], digits: &mut [Digit], word: usize) {
    let mut rest = digits;
    for (column, ends) in columns.iter().zip(cells) {
        let (own, others) = std::mem::take(&mut rest).split_at_mut(column.digits as usize);
        rest = others;
        for (end, cells) in ends.iter().enumerate() {
            for (at, digit) in own.iter_mut().enumerate() {
                digit[end][word] = cells.chunks_exact(8).rev().fold(0, |bits, eight| {
                    let eight = u64::from_le_bytes(eight.try_into().expect("INVARIANT: a chunk has its length"));
                    bits << 8 | lowest_bits(eight >> at)
                });
            }
        }
    }
}

/// The lowest bit of each of eight bytes.
const fn lowest_bits(bytes: u64) -> u64 {
    // The bit of byte `i` stands at `8 i` and is moved to `56 + i`; no two products fall together.
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
