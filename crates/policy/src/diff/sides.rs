//! Two selections as decision diagrams, and the regions in which they differ.

use std::collections::BTreeMap;

use super::cover::{Cells, cover, of_box, path};
use super::diagram::{Diagrams, Edge, Exhausted, NO, Operation, YES, value};
use super::{Changes, Exclusions, REGIONS_MAX, Region};
use crate::check::relate::Part;
use crate::eval::{Selection, compose_gates, in_mask};
use crate::exact::{Composition, cells_of};
use crate::program::{Cell, MET, Node, Outcome, OutcomeSet, PolicyIndex, Program, SlotId};

/// The value of a diagram where no case is.
const NOWHERE: u16 = 1 << 10;

/// Of each pair the stronger outcome.
const SAME_RANK: Operation = Operation::Other(0, |a, b| u16::from(set(a).same_rank(set(b)).0));
/// Silence passes on.
const OVER: Operation = Operation::Other(1, |a, b| u16::from(set(a).over(set(b)).0));
/// Old and new side by side.
const PAIR: Operation = Operation::Other(2, |before, after| before << 5 | after);
/// What is left where a condition holds.
const WHERE: Operation = Operation::Other(3, |pair, possible| if possible == 0 { NOWHERE } else { pair });
/// One more gate.
const GATE: Operation = Operation::Other(4, |all, one| {
    let one = compose_gates(&Selection::default(), &[set(one)]);
    u16::from(set(all).same_rank(one).0)
});

const fn set(value: u16) -> OutcomeSet {
    OutcomeSet((value & 0x1F) as u8)
}

/// Both sides of a comparison.
pub(super) struct Sides<'p> {
    program: &'p Program,
    apart: &'p Exclusions,
    diagrams: Diagrams,
    /// The facts in the order of the diagrams.
    order: Vec<SlotId>,
    level: BTreeMap<SlotId, usize>,
    /// The cells of each fact of the order.
    cells: Vec<Vec<Cell>>,
    pairs: Edge,
}

impl<'p> Sides<'p> {
    pub(super) fn new(
        program: &'p Program,
        before: &Selection,
        after: &Selection,
        composition: Composition,
        apart: &'p Exclusions,
    ) -> Result<Self, Exhausted> {
        let mut sides = Self {
            program,
            apart,
            diagrams: Diagrams::new(),
            order: Vec::new(),
            level: BTreeMap::new(),
            cells: Vec::new(),
            pairs: NO,
        };
        let policies = before.policies.iter().chain(&after.policies).copied().collect();
        let both = Selection { policies, ranks: Vec::new() };
        sides.cut(&both);
        let before = sides.whole(before, composition)?;
        let after = sides.whole(after, composition)?;
        let pairs = sides.diagrams.apply(PAIR, before, after)?;
        let possible = sides.possible()?;
        sides.pairs = sides.diagrams.apply(WHERE, pairs, possible)?;
        Ok(sides)
    }

    /// Orders the facts as the policies ask for them, and cuts each at every threshold.
    fn cut(&mut self, both: &Selection) {
        for index in &both.policies {
            let policy = self.program.policy(*index);
            let roots = std::iter::once(policy.scope).chain(policy.clauses.iter().map(|(root, _)| *root));
            for root in roots {
                crate::explain::visit_tests(self.program, root, &mut |slot| {
                    let slot = self.apart.same.get(&slot).copied().unwrap_or(slot);
                    if !self.level.contains_key(&slot) {
                        self.level.insert(slot, self.order.len());
                        self.order.push(slot);
                    }
                });
            }
        }
        let (mut cuts, mut cells) = (Vec::new(), Vec::new());
        for slot in &self.order {
            cells.clear();
            let domain = self.program.slots[*slot as usize].domain;
            cells_of(self.program, both, *slot, domain, &mut cuts, &mut cells);
            // A fact that stands in for another is cut by the tests of that one too; both are yes-no.
            if self.apart.same.values().any(|same| same == slot) {
                cells = vec![Cell::known(0), Cell::known(1)];
            }
            let parts = self.apart.conflicts.iter().flat_map(|conflict| [&conflict.one, &conflict.other]);
            for (_, part) in parts.filter(|(of, _)| of == slot) {
                for cell in part {
                    cells = cells
                        .iter()
                        .flat_map(|now| {
                            [cell.lo, cell.hi.saturating_add(1)]
                                .into_iter()
                                .fold(vec![*now], |now, cut| now.into_iter().flat_map(|now| split(now, cut)).collect())
                        })
                        .collect();
                }
            }
            self.cells.push(cells.clone());
        }
    }

    /// What a selection says.
    fn whole(&mut self, selection: &Selection, composition: Composition) -> Result<Edge, Exhausted> {
        let silent = value(u16::from(Outcome::Silent.set().0));
        let mut said = Vec::with_capacity(selection.policies.len());
        for index in &selection.policies {
            said.push(self.policy(*index)?);
        }
        if composition == Composition::Gates {
            let allows = value(u16::from(Outcome::Covered.set().0));
            return said.into_iter().try_fold(allows, |all, one| self.diagrams.apply(GATE, all, one));
        }
        let mut below = silent;
        for stretch in selection.ranks.iter().rev() {
            let mut rank = silent;
            for one in &said[stretch.policies.clone()] {
                rank = self.diagrams.apply(SAME_RANK, rank, *one)?;
            }
            if !stretch.binds {
                rank = self.diagrams.apply(Operation::Or, rank, silent)?;
            }
            below = self.diagrams.apply(OVER, rank, below)?;
        }
        Ok(below)
    }

    fn policy(&mut self, index: PolicyIndex) -> Result<Edge, Exhausted> {
        let policy = self.program.policy(index);
        let of = |outcome: Outcome| value(u16::from(outcome.set().0));
        let mut says = of(policy.otherwise);
        for (root, head) in policy.clauses.iter().rev() {
            let holds = self.condition(*root)?;
            says = self.diagrams.choose(holds, of(*head), says)?;
        }
        let in_scope = self.condition(policy.scope)?;
        self.diagrams.choose(in_scope, says, of(Outcome::Silent))
    }

    /// A condition as a diagram.
    fn condition(&mut self, node: u32) -> Result<Edge, Exhausted> {
        let at = self.program.nodes[node as usize];
        if let Some(slot) = at.slot() {
            let slot = self.apart.same.get(&slot).copied().unwrap_or(slot);
            let level = self.level[&slot];
            let holds = |cell: &Cell| match at {
                Node::InRange { lo, hi, .. } => lo <= cell.lo && cell.hi <= hi,
                Node::OutOfRange { lo, hi, .. } => cell.hi < lo || hi < cell.lo,
                Node::InMask { mask, .. } => in_mask(*cell, &self.program.masks[mask as usize]) == MET,
                _ => false,
            };
            let children = self.cells[level].iter().map(|cell| if holds(cell) { YES } else { NO }).collect();
            return self.diagrams.node(level, children);
        }
        let mut members = Vec::new();
        for child in at.children() {
            members.push(self.condition(u32::try_from(child).expect("INVARIANT: nodes are numbered in 32 bits"))?);
        }
        match at {
            Node::AtLeast { least, .. } => self.diagrams.at_least(usize::from(least), &members),
            Node::Any { .. } => {
                members.into_iter().try_fold(NO, |all, one| self.diagrams.apply(Operation::Or, all, one))
            }
            _ => members.into_iter().try_fold(YES, |all, one| self.diagrams.apply(Operation::And, all, one)),
        }
    }

    /// Where a case can be.
    fn possible(&mut self) -> Result<Edge, Exhausted> {
        let mut possible = YES;
        for conflict in &self.apart.conflicts {
            let (Some(one), Some(other)) = (self.part(&conflict.one)?, self.part(&conflict.other)?) else { continue };
            let both = self.diagrams.apply(Operation::And, one, other)?;
            let not = self.diagrams.not(both)?;
            possible = self.diagrams.apply(Operation::And, possible, not)?;
        }
        Ok(possible)
    }

    fn part(&mut self, (slot, values): &Part) -> Result<Option<Edge>, Exhausted> {
        let Some(level) = self.level.get(slot).copied() else { return Ok(None) };
        let inside = |cell: &Cell| values.iter().any(|part| part.lo <= cell.lo && cell.hi <= part.hi);
        let children = self.cells[level].iter().map(|cell| if inside(cell) { YES } else { NO }).collect();
        self.diagrams.node(level, children).map(Some)
    }

    /// The regions in which the sides differ, by what they say before and after.
    pub(super) fn regions(mut self) -> Result<Changes, Exhausted> {
        let counts: Vec<usize> = self.cells.iter().map(Vec::len).collect();
        let mut changes = Changes { regions: Vec::new(), complete: true };
        for pair in self.diagrams.values(self.pairs) {
            let (before, after) = (set(pair >> 5), set(pair));
            if pair == NOWHERE || before == after {
                continue;
            }
            let wanted = self.diagrams.is(self.pairs, &[pair])?;
            let tolerated = self.diagrams.is(self.pairs, &[pair, NOWHERE])?;
            let room = REGIONS_MAX - changes.regions.len();
            let (boxes, all) = cover(&mut self.diagrams, wanted, tolerated, &counts, room)?;
            changes.complete &= all;
            for cells in boxes {
                let region = self.region(&cells, wanted, before, after)?;
                changes.regions.push(region);
            }
        }
        Ok(changes)
    }

    fn region(
        &mut self,
        cells: &Cells,
        wanted: Edge,
        before: OutcomeSet,
        after: OutcomeSet,
    ) -> Result<Region, Exhausted> {
        let inside = of_box(&mut self.diagrams, cells)?;
        let case = self.diagrams.apply(Operation::And, wanted, inside)?;
        let mut facts = Vec::new();
        for (level, inside) in cells.iter().enumerate() {
            if inside.iter().any(|inside| !inside) {
                facts.push((self.order[level], merged(&self.cells[level], inside)));
            }
        }
        let mut witness: Vec<(SlotId, Cell)> = path(&self.diagrams, case)
            .into_iter()
            .map(|(level, cell)| (self.order[level], self.cells[level][cell]))
            .collect();
        witness.sort_unstable();
        facts.sort_unstable();
        Ok(Region { facts, before, after, witness })
    }
}

/// A cell cut before a value.
fn split(cell: Cell, cut: i64) -> Vec<Cell> {
    if cell.lo < cut && cut <= cell.hi {
        vec![Cell::between(cell.lo, cut - 1), Cell::between(cut, cell.hi)]
    } else {
        vec![cell]
    }
}

/// The cells that are in, neighbours as one.
fn merged(cells: &[Cell], inside: &[bool]) -> Vec<Cell> {
    let mut runs: Vec<Cell> = Vec::new();
    for (cell, _) in cells.iter().zip(inside).filter(|(_, inside)| **inside) {
        match runs.last_mut() {
            Some(last) if last.hi.checked_add(1) == Some(cell.lo) => last.hi = cell.hi,
            _ => runs.push(*cell),
        }
    }
    runs
}
