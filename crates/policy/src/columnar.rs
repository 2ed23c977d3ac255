//! Many cases at once: facts in columns, nodes valued column by column.
//!
//! Each numbered fact is cut at every threshold that the program puts to it, and a case holds the number of the cell in one byte; all
//! values of a cell are alike to every test, so nothing is lost. What is known of a fact is a first and a last cell. A node is then
//! valued for a whole block of cases by a loop over bytes without a branch, children before parents as in [`crate::eval`].

use crate::eval::{Decision, Exactness, Selection, in_mask};
use crate::exact::cells_of;
use crate::program::{Cell, MET, NOT_MET, Node, OPEN, Outcome, OutcomeSet, PolicyIndex, Program, Truth};

/// Most cells of one fact: their numbers are bytes.
pub const CELLS_MAX: usize = 256;
/// Cases that are valued together: the values of all nodes of a large policy for so many stay in the fast memory.
const BLOCK: usize = 256;

/// One fact of many cases.
#[derive(Clone, Debug, Default)]
struct Column {
    /// Where each cell begins, but for the first.
    cuts: Vec<i64>,
    /// First and last cell of each case.
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Column {
    fn cell_of(&self, value: i64) -> u8 {
        u8::try_from(self.cuts.partition_point(|cut| *cut <= value)).expect("INVARIANT: at most 256 cells")
    }
}

/// Cases by columns, for one program.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    tests: Vec<Test>,
    rows: usize,
}

/// What a node asks of the cells of its fact.
#[derive(Clone, Debug)]
enum Test {
    /// Met from one cell to another.
    Cells { slot: u32, from: u8, to: u8, inside: bool },
    /// Met in some cells.
    Listed { slot: u32, met: Box<[Truth; CELLS_MAX]> },
    /// A group.
    Group(Node),
}

impl Table {
    /// No cases yet. `None` if some fact has more than [`CELLS_MAX`] cells: then cases are judged one by one.
    #[must_use]
    pub fn new(program: &Program) -> Option<Self> {
        let policies = (0..).take(program.policies.len()).collect::<Vec<PolicyIndex>>();
        let all = Selection { policies, ranks: Vec::new() };
        let (mut cuts, mut cells) = (Vec::new(), Vec::new());
        let mut columns = Vec::with_capacity(program.slots.len());
        for (slot, at) in program.slots.iter().zip(0..) {
            cells.clear();
            cells_of(program, &all, at, slot.domain, &mut cuts, &mut cells);
            if cells.len() > CELLS_MAX {
                return None;
            }
            let cuts = cells.iter().skip(1).map(|cell| cell.lo).collect();
            columns.push(Column { cuts, ..Column::default() });
        }
        let tests = program.nodes.iter().map(|node| test(*node, program, &columns)).collect();
        Some(Self { columns, tests, rows: 0 })
    }

    /// One more case: what is known of each fact, in the order of the program.
    ///
    /// # Panics
    /// If the case has another number of facts than the program.
    pub fn push(&mut self, cells: &[Cell]) {
        assert_eq!(cells.len(), self.columns.len(), "a case has a cell for each fact");
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            let (first, last) = (column.cell_of(cell.lo), column.cell_of(cell.hi));
            column.first.push(first);
            column.last.push(last);
        }
        self.rows += 1;
    }

    /// How many cases there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }
}

fn test(node: Node, program: &Program, columns: &[Column]) -> Test {
    let cells = |slot: u32, lo: i64, hi: i64, inside| {
        let (column, domain) = (&columns[slot as usize], program.slots[slot as usize].domain);
        if lo > domain.hi || hi < domain.lo || lo > hi {
            // No value lies there: never met, or always.
            let none = Node::Any { first: 0, count: 0 };
            return Test::Group(if inside { none } else { Node::All { first: 0, count: 0 } });
        }
        Test::Cells { slot, from: column.cell_of(lo), to: column.cell_of(hi), inside }
    };
    match node {
        Node::InRange { slot, lo, hi } => cells(slot, lo, hi, true),
        Node::OutOfRange { slot, lo, hi } => cells(slot, lo, hi, false),
        Node::InMask { slot, mask } => {
            let cuts = &columns[slot as usize].cuts;
            let mut met = Box::new([NOT_MET; CELLS_MAX]);
            for (at, truth) in met.iter_mut().enumerate().take(cuts.len() + 1) {
                // Every value of a cell is alike; the first cell has the value before its end.
                let value = if at == 0 { cuts.first().map_or(0, |cut| cut - 1) } else { cuts[at - 1] };
                *truth = in_mask(Cell::known(value), &program.masks[mask as usize]);
            }
            Test::Listed { slot, met }
        }
        group => Test::Group(group),
    }
}

/// Memory that is used again: the values of the nodes of one policy for one block, and what it says.
#[derive(Clone, Debug)]
pub struct Memory {
    values: Vec<[Truth; BLOCK]>,
    said: [u8; BLOCK],
}

impl Default for Memory {
    fn default() -> Self {
        Self { values: Vec::new(), said: [0; BLOCK] }
    }
}

/// What one policy says of a block of cases, and why.
#[derive(Clone, Copy, Debug)]
pub struct Proofs<'a> {
    /// The first case of the block.
    pub first_row: usize,
    /// How many cases it has.
    pub rows: usize,
    /// The policy.
    pub policy: PolicyIndex,
    nodes: &'a [[Truth; BLOCK]],
    said: &'a [u8; BLOCK],
}

impl Proofs<'_> {
    /// The truth of a node of the policy, counted from its first, for each case of the block.
    ///
    /// # Panics
    /// If the policy has fewer nodes.
    #[must_use]
    pub fn node(&self, node: usize) -> &[Truth] {
        &self.nodes[node][..self.rows]
    }

    /// The outcome set of the policy for each case of the block.
    pub fn outcomes(&self) -> impl Iterator<Item = OutcomeSet> + '_ {
        self.said[..self.rows].iter().map(|said| OutcomeSet(*said))
    }
}

/// The whole proof of every selected policy about every case, block by block: what [`crate::eval::evaluate`] leaves of one case.
pub fn prove(
    program: &Program,
    selection: &Selection,
    table: &Table,
    memory: &mut Memory,
    mut each: impl FnMut(Proofs<'_>),
) {
    for first_row in (0..table.rows).step_by(BLOCK) {
        let rows = BLOCK.min(table.rows - first_row);
        for policy in selection.policies.iter().copied() {
            sweep(program, policy, table, first_row, rows, &mut memory.values);
            says(program, policy, &memory.values, &mut memory.said);
            let nodes = &memory.values[..program.policy(policy).nodes.len()];
            each(Proofs { first_row, rows, policy, nodes, said: &memory.said });
        }
    }
}

/// What the selected policies say of every case, put together by rank, in the order of the cases.
///
/// This is Kleene's logic: where an undecided case has an open fact in several places, [`crate::eval::determine`] may decide more,
/// so such a case is marked [`Exactness::BudgetExhausted`] and should be judged by it. What is decided here is exact.
pub fn determine(
    program: &Program,
    selection: &Selection,
    table: &Table,
    memory: &mut Memory,
    decisions: &mut Vec<Decision>,
) {
    decisions.clear();
    for start in (0..table.rows).step_by(BLOCK) {
        let rows = BLOCK.min(table.rows - start);
        let mut below = [Outcome::Silent as u8; BLOCK];
        for stretch in selection.ranks.iter().rev() {
            let mut rank = [Outcome::Silent as u8; BLOCK];
            for index in &selection.policies[stretch.policies.clone()] {
                sweep(program, *index, table, start, rows, &mut memory.values);
                says(program, *index, &memory.values, &mut memory.said);
                for (all, one) in rank.iter_mut().zip(&memory.said) {
                    *all = OutcomeSet(*all).same_rank(OutcomeSet(*one)).0;
                }
            }
            let silent = if stretch.binds { 0 } else { Outcome::Silent as u8 };
            for (below, rank) in below.iter_mut().zip(rank) {
                let rank = rank | silent;
                let passes_on = (rank & Outcome::Silent as u8).wrapping_neg();
                *below = rank & !(Outcome::Silent as u8) | *below & passes_on;
            }
        }
        decisions.extend(below[..rows].iter().map(|outcomes| {
            let outcomes = OutcomeSet(*outcomes);
            let exactness = if outcomes.is_decided() { Exactness::Exact } else { Exactness::BudgetExhausted };
            Decision { outcomes, exactness }
        }));
    }
}

/// Values the nodes of one policy for a block of cases.
fn sweep(
    program: &Program,
    index: PolicyIndex,
    table: &Table,
    start: usize,
    rows: usize,
    values: &mut Vec<[Truth; BLOCK]>,
) {
    let nodes = program.policy(index).nodes.clone();
    values.resize(nodes.len().max(values.len()), [NOT_MET; BLOCK]);
    for at in nodes.clone().rev() {
        // Children stand after their parents.
        let (before, after) = values.split_at_mut(at - nodes.start + 1);
        let out = &mut before[at - nodes.start];
        let children = |node: Node| {
            let range = node.children();
            if range.is_empty() { &[][..] } else { &after[range.start - at - 1..range.end - at - 1] }
        };
        match &table.tests[at] {
            Test::Cells { slot, from, to, inside } => {
                let column = &table.columns[*slot as usize];
                let ends = column.first[start..start + rows].iter().zip(&column.last[start..start + rows]);
                // Met is one more than open, and not met one less; outside of a range it is the other way round.
                let (met, not_met) = if *inside { (1_u8, 1_u8.wrapping_neg()) } else { (1_u8.wrapping_neg(), 1) };
                for (value, (first, last)) in out.iter_mut().zip(ends) {
                    let within = u8::from(first >= from) & u8::from(last <= to);
                    let beyond = u8::from(last < from) | u8::from(first > to);
                    let (within, beyond) = (within.wrapping_neg() & met, beyond.wrapping_neg() & not_met);
                    *value = OPEN.wrapping_add(within).wrapping_add(beyond);
                }
            }
            Test::Listed { slot, met } => {
                let column = &table.columns[*slot as usize];
                let ends = column.first[start..start + rows].iter().zip(&column.last[start..start + rows]);
                for (value, (first, last)) in out.iter_mut().zip(ends) {
                    let known = met[usize::from(*first)];
                    let alike = first == last
                        || met[usize::from(*first)..=usize::from(*last)].iter().all(|other| *other == known);
                    *value = if alike { known } else { OPEN };
                }
            }
            Test::Group(node @ Node::Any { .. }) => {
                *out = [NOT_MET; BLOCK];
                for child in children(*node) {
                    out.iter_mut().zip(child).for_each(|(value, child)| *value = (*value).max(*child));
                }
            }
            Test::Group(node @ Node::AtLeast { least, .. }) => {
                let (mut met, mut possible) = ([0_u16; BLOCK], [0_u16; BLOCK]);
                for child in children(*node) {
                    for ((met, possible), child) in met.iter_mut().zip(&mut possible).zip(child) {
                        *met = met.wrapping_add(u16::from(*child >> 1));
                        *possible = possible.wrapping_add(u16::from(*child != NOT_MET));
                    }
                }
                for ((value, met), possible) in out.iter_mut().zip(met).zip(possible) {
                    *value = u8::from(met >= *least).wrapping_add(u8::from(possible >= *least));
                }
            }
            Test::Group(node) => {
                *out = [MET; BLOCK];
                for child in children(*node) {
                    out.iter_mut().zip(child).for_each(|(value, child)| *value = (*value).min(*child));
                }
            }
        }
    }
}

/// The outcomes of one policy for the block: clause after clause, while some case still goes on.
fn says(program: &Program, index: PolicyIndex, values: &[[Truth; BLOCK]], said: &mut [u8; BLOCK]) {
    let policy = program.policy(index);
    let value = |node: u32| &values[node as usize - policy.nodes.start];
    // Ones where a case goes on to the next clause.
    let mut goes_on = [0_u8; BLOCK];
    let silent = Outcome::Silent as u8;
    for ((goes_on, said), scope) in goes_on.iter_mut().zip(&mut *said).zip(value(policy.scope)) {
        *goes_on = u8::from(*scope != NOT_MET).wrapping_neg();
        *said = silent & u8::from(*scope != MET).wrapping_neg();
    }
    for (node, head) in &policy.clauses {
        for ((goes_on, said), truth) in goes_on.iter_mut().zip(&mut *said).zip(value(*node)) {
            *said |= *head as u8 & *goes_on & u8::from(*truth != NOT_MET).wrapping_neg();
            *goes_on &= u8::from(*truth != MET).wrapping_neg();
        }
    }
    for (said, goes_on) in said.iter_mut().zip(goes_on) {
        *said |= policy.otherwise as u8 & goes_on;
    }
}
