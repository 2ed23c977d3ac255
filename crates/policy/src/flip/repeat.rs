//! Facts that several tests ask for.

use crate::eval::{Selection, test};
use crate::exact::cells_of;
use crate::program::{Cell, MET, NOT_MET, OPEN, Program, SlotId, Truth};

/// Most tests of one fact whose outcomes are one word; with more, changes are tried.
const TESTS_MAX: usize = 64;

/// One test of such a fact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) node: u32,
    /// Whether it is wanted met or not met.
    pub(super) met: bool,
    /// The goal cannot be reached without it.
    pub(super) forced: bool,
}

impl Test {
    pub(super) const fn wanted(self) -> Truth {
        if self.met { MET } else { NOT_MET }
    }
}

/// A fact that several tests ask for.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    pub(super) slot: SlotId,
    pub(super) tests: Vec<Test>,
    /// Some test may be wanted either way, or there are too many: nothing below is known.
    pub(super) tangled: bool,
    /// The cells into which the tests cut the fact, each with a bit for every test that comes out there as wanted.
    cells: Vec<(Cell, u64)>,
    /// Where all of them do.
    best: Vec<Cell>,
}

/// How a fact with several tests stands in one case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Tests that surely come out as wanted.
    pub(super) fine: u64,
    /// Tests that are open.
    pub(super) open: u64,
    /// The first test that is not fine; one that is forced before all others.
    pub(super) first: Option<usize>,
    pub(super) forced: bool,
}

impl Repeated {
    pub(super) fn new(program: &Program, selection: &Selection, slot: SlotId, tests: Vec<Test>) -> Self {
        let either_way =
            tests.iter().any(|one| tests.iter().any(|other| one.node == other.node && one.met != other.met));
        let tangled = either_way || tests.len() > TESTS_MAX;
        let mut repeated = Self { slot, tests, tangled, cells: Vec::new(), best: Vec::new() };
        if !tangled {
            let (mut cuts, mut cells) = (Vec::new(), Vec::new());
            cells_of(program, selection, slot, program.slots[slot as usize].domain, &mut cuts, &mut cells);
            repeated.cells = cells.into_iter().map(|cell| (cell, repeated.as_wanted(program, cell))).collect();
            let all = (0..repeated.tests.len()).fold(0, |all, test| all | 1 << test);
            repeated.best = repeated.stretches(all).collect();
        }
        repeated
    }

    /// A bit for each test that comes out as wanted for every value of a cell.
    fn as_wanted(&self, program: &Program, cell: Cell) -> u64 {
        let bits = self.tests.iter().enumerate().map(|(at, one)| {
            let truth = test(program.nodes[one.node as usize], &program.masks, cell);
            u64::from(truth == one.wanted()) << at
        });
        bits.fold(0, |all, bit| all | bit)
    }

    /// How the tests stand in a case.
    pub(super) fn standing(&self, proof: &[Truth]) -> Standing {
        let mut standing = Standing::default();
        for (at, one) in self.tests.iter().enumerate() {
            let truth = proof[one.node as usize];
            standing.open |= u64::from(truth == OPEN) << at;
            if truth == one.wanted() {
                standing.fine |= 1 << at;
            } else if standing.first.is_none() || one.forced && !standing.forced {
                standing.first = Some(at);
                standing.forced = one.forced;
            }
        }
        standing
    }

    /// Whether one value within what is known of the fact makes all of these tests come out wrong: then the worst case is a case.
    pub(super) fn can_all_fail(&self, now: Cell, tests: u64) -> bool {
        self.cells.iter().any(|(cell, fine)| cell.lo <= now.hi && now.lo <= cell.hi && fine & tests == 0)
    }

    /// For each cell within what is known of the fact, a bit for every test that comes out there as wanted.
    pub(super) fn outcomes(&self, now: Cell) -> Vec<u64> {
        let within = self.cells.iter().filter(|(cell, _)| cell.lo <= now.hi && now.lo <= cell.hi);
        within.map(|(_, fine)| *fine).collect()
    }

    /// The stretch nearest to what is known in which all of these tests come out as wanted; `None` if there is none.
    pub(super) fn nearest(&self, tests: u64, now: Cell) -> Option<Cell> {
        if tests.count_ones() as usize == self.tests.len() {
            return super::nearest(self.best.iter().copied(), now);
        }
        super::nearest(self.stretches(tests), now)
    }

    /// The stretches of values in which all of these tests come out as wanted.
    fn stretches(&self, tests: u64) -> impl Iterator<Item = Cell> + '_ {
        let cells = self.cells.iter().filter(move |(_, fine)| fine & tests == tests);
        let mut cells = cells.map(|(cell, _)| *cell).peekable();
        std::iter::from_fn(move || {
            let mut stretch = cells.next()?;
            while let Some(next) = cells.next_if(|next| stretch.hi.checked_add(1) == Some(next.lo)) {
                stretch.hi = next.hi;
            }
            Some(stretch)
        })
    }
}
