//! Cases that show, each for many sets of changes at once, that a set does not reach the goal.
//!
//! A set of changes has to reach the goal for all values of what stays open. Where it does not, some values show it, and mostly the same
//! values show it of the next set too: asking them first costs one look at one policy, where trying all combinations costs
//! thousands.

use super::trial::{Aim, Changed};
use crate::eval::{Facts, Scratch, Selection, Stretch, evaluate};
use crate::exact::{Composition, cells_of};
use crate::program::{Cell, OPEN, OutcomeSet, SlotId};

/// Most cases that are kept; the one that served last is asked first.
const WITNESSES_MAX: usize = 64;

/// Values of all facts with which a part does not reach the goal.
struct Witness {
    part: usize,
    cells: Vec<Cell>,
}

/// The cases that were found for one search.
pub(super) struct Witnesses<'a> {
    aim: Aim<'a>,
    /// What fails the whole if it fails: each gate by itself, or the stack.
    parts: Vec<Selection>,
    found: Vec<Witness>,
    cuts: Vec<i64>,
    choices: Vec<Cell>,
}

/// A case with the changes that are tried.
struct With<'a> {
    cells: &'a [Cell],
    changes: &'a [super::Change],
}

impl Facts for With<'_> {
    fn cell(&self, slot: SlotId) -> Cell {
        let change = self.changes.iter().find(|change| change.slot == slot);
        change.map_or_else(|| self.cells[slot as usize], |change| change.to)
    }
}

impl<'a> Witnesses<'a> {
    pub(super) fn new(aim: Aim<'a>) -> Self {
        let alone =
            |index: &u32| Selection { policies: vec![*index], ranks: vec![Stretch { policies: 0..1, binds: true }] };
        let parts = match aim.composition {
            Composition::Gates => aim.selection.policies.iter().map(alone).collect(),
            Composition::Stack => vec![aim.selection.clone()],
        };
        Self { aim, parts, found: Vec::new(), cuts: Vec::new(), choices: Vec::new() }
    }

    /// Whether a case that is known shows that a set of changes does not reach the goal.
    pub(super) fn refute<F: Facts + ?Sized>(&mut self, changed: &Changed<'_, F>, scratch: &mut Scratch) -> bool {
        let Self { aim, parts, found, .. } = self;
        let refutes = |witness: &Witness| {
            let with = With { cells: &witness.cells, changes: &changed.changes };
            said(*aim, &parts[witness.part], &with, scratch).0 & aim.outcomes().0 == 0
        };
        let Some(at) = found.iter().position(refutes) else { return false };
        found[..=at].rotate_right(1);
        true
    }

    /// Looks for a case that shows it of a set that does not reach the goal; there may be one that is not found.
    pub(super) fn learn<F: Facts + ?Sized>(&mut self, changed: &Changed<'_, F>, scratch: &mut Scratch) {
        for part in 0..self.parts.len() {
            if let Some(cells) = self.complete(part, changed, scratch) {
                self.found.insert(0, Witness { part, cells });
                self.found.truncate(WITNESSES_MAX);
                return;
            }
        }
    }

    /// Settles one open fact after another so that the part still may miss the goal, until it surely does.
    fn complete<F: Facts + ?Sized>(
        &mut self,
        part: usize,
        changed: &Changed<'_, F>,
        scratch: &mut Scratch,
    ) -> Option<Vec<Cell>> {
        let Self { aim, parts, cuts, choices, .. } = self;
        let (selection, program, goal) = (&parts[part], aim.program, aim.outcomes());
        let slots = u32::try_from(program.slots.len()).expect("INVARIANT: facts are numbered in 32 bits");
        let mut cells: Vec<Cell> = (0..slots).map(|slot| changed.facts.cell(slot)).collect();
        loop {
            let now = said(*aim, selection, &With { cells: &cells, changes: &changed.changes }, scratch);
            if now.0 & goal.0 == 0 {
                return Some(cells);
            }
            if now.within(goal) {
                return None;
            }
            let nodes = selection.policies.iter().flat_map(|index| program.policy(*index).nodes.clone());
            let open = nodes.filter(|node| scratch.proof[*node] == OPEN);
            let is_changed = |slot: SlotId| changed.changes.iter().any(|change| change.slot == slot);
            let slot = open.filter_map(|node| program.nodes[node].slot()).find(|slot| !is_changed(*slot))?;
            choices.clear();
            cells_of(program, selection, slot, cells[slot as usize], cuts, choices);
            let keeps = choices.iter().find(|cell| {
                cells[slot as usize] = **cell;
                let with = With { cells: &cells, changes: &changed.changes };
                !said(*aim, selection, &with, scratch).within(goal)
            });
            keeps?;
        }
    }
}

/// What a part says of a case.
fn said(aim: Aim<'_>, part: &Selection, facts: &With<'_>, scratch: &mut Scratch) -> OutcomeSet {
    evaluate(aim.program, part, facts, &mut scratch.proof, &mut scratch.outcomes);
    aim.composition.of(part, &scratch.outcomes)
}
