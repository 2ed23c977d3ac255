//! Exact answers where an open fact occurs more than once, and which open facts still matter.
//!
//! Kleene's logic is exact for a condition in which each open fact occurs once. Where one occurs more often, it is cut at the
//! thresholds that the policies put to it into *cells*; within a cell every test of it is decided. Every combination of cells is
//! tried, up to [`COMBINATIONS_MAX`]: counted, never timed, so that an answer is the same on every machine. Where there are more, some are
//! tried, spread over all; they may show that every outcome of Kleene's logic is possible, and then that is exact.

mod combinations;

use self::combinations::{Order, Steps};
use crate::eval::{
    Decision, Exactness, Facts, Scratch, Selection, Stretch, compose, compose_gates, evaluate, fold, from_clause,
    mask_has, rank_says,
};
use crate::program::{Cell, Compiled, NOT_MET, Node, OPEN, Outcome, OutcomeSet, Program, SlotId, Truth};

/// How many combinations of cells are tried before the answer says that it gave up (N001).
pub const COMBINATIONS_MAX: usize = 4096;

/// More facts than this, each cut in two at the least, have more combinations than are tried.
const AXES_MAX: u32 = COMBINATIONS_MAX.ilog2();

/// How selected policies are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composition {
    /// By rank: silence passes on.
    Stack,
    /// All must allow.
    Gates,
}

impl Composition {
    /// What these outcome sets say together.
    #[must_use]
    pub fn of(self, selection: &Selection, outcomes: &[OutcomeSet]) -> OutcomeSet {
        match self {
            Self::Stack => compose(selection, outcomes),
            Self::Gates => compose_gates(selection, outcomes),
        }
    }

    /// Can the whole differ when policy `at` says `a` rather than `b`, the others being free within their sets?
    fn distinguishes(self, selection: &Selection, outcomes: &[OutcomeSet], at: usize, a: Outcome, b: Outcome) -> bool {
        match self {
            Self::Gates => {
                let allows = |set: &OutcomeSet| {
                    set.has(Outcome::Covered) || set.has(Outcome::Silent) || set.has(Outcome::Unread)
                };
                let free = outcomes.iter().enumerate().all(|(other, set)| other == at || allows(set));
                let whole = |said: Outcome| compose_gates(selection, &[said.set()]);
                free && whole(a) != whole(b)
            }
            Self::Stack => {
                let holds = |stretch: &Stretch| stretch.policies.contains(&at);
                let rank = selection.ranks.iter().position(holds).expect("INVARIANT: every selected policy has a rank");
                let above = &selection.ranks[..rank];
                if !above.iter().all(|stretch| rank_says(stretch, outcomes).has(Outcome::Silent)) {
                    return false;
                }
                let range = selection.ranks[rank].policies.clone();
                let beside = fold(&outcomes[range.start..at]).same_rank(fold(&outcomes[at + 1..range.end]));
                let mut below = Outcome::Silent.set();
                for stretch in selection.ranks[rank + 1..].iter().rev() {
                    below = rank_says(stretch, outcomes).over(below);
                }
                beside.iter().any(|beside| {
                    below.iter().any(|below| {
                        let whole = |said: Outcome| said.set().same_rank(beside.set()).over(below.set());
                        whole(a) != whole(b)
                    })
                })
            }
        }
    }
}

/// Reused memory of this module.
#[derive(Clone, Debug)]
pub(crate) struct ExactScratch {
    /// Facts with one cell in place of what is known.
    overlay: Vec<Option<Cell>>,
    /// How often each fact was met on a walk.
    seen: Vec<u32>,
    /// The facts met, in the order of the walk.
    touched: Vec<SlotId>,
    /// Facts that are tried cell by cell.
    axes: Vec<Axis>,
    /// Their cells, one axis after the other.
    cells: Vec<Cell>,
    /// Cut points of facts.
    cuts: Vec<(SlotId, i64)>,
    /// Nodes still to visit.
    pending: Vec<u32>,
    /// Proof and outcomes of one combination.
    proof: Vec<Truth>,
    outcomes: Vec<OutcomeSet>,
    /// What each policy says under the combinations of its own axes.
    steps: Steps,
}

/// One fact that is tried cell by cell.
#[derive(Clone, Copy, Debug)]
struct Axis {
    slot: SlotId,
    first: usize,
    count: usize,
    now: usize,
}

impl ExactScratch {
    pub(crate) fn new(program: &Program) -> Self {
        let slots = program.slots.len();
        Self {
            overlay: vec![None; slots],
            seen: vec![0; slots],
            touched: Vec::with_capacity(slots),
            axes: Vec::with_capacity(slots),
            cells: Vec::with_capacity(64),
            cuts: Vec::with_capacity(64),
            pending: Vec::with_capacity(64),
            proof: vec![NOT_MET; program.nodes.len()],
            outcomes: Vec::with_capacity(program.policies.len()),
            steps: Steps::new(program),
        }
    }
}

/// Tries the cells of every open fact that occurs more than once, if the budget allows.
pub(crate) fn refine<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
    kleene: OutcomeSet,
    composed: fn(&Selection, &[OutcomeSet]) -> OutcomeSet,
) -> Decision {
    let Scratch { proof, outcomes, exact } = scratch;
    exact.walk(program, selection, proof, outcomes);
    let combinations = exact.cut_axes(program, selection, facts, 2, usize::MAX);
    if exact.axes.is_empty() {
        return Decision { outcomes: kleene, exactness: Exactness::Exact };
    }
    let mut all = OutcomeSet::EMPTY;
    let order = if combinations <= COMBINATIONS_MAX { Order::Every } else { Order::Spread };
    exact.for_each_outcome(program, selection, facts, (proof, outcomes), order, |outcomes| {
        all = all.or(composed(selection, outcomes));
        all != kleene
    });
    // Every combination is possible, and nothing outside of Kleene's set is: once both are equal, the set is exact.
    if order == Order::Every || all == kleene {
        Decision { outcomes: all, exactness: Exactness::Exact }
    } else {
        Decision { outcomes: kleene, exactness: Exactness::BudgetExhausted }
    }
}

/// The outcomes of [`refine`] without how exact they are: where there are too many combinations none need be tried, since what
/// a few of them show makes the set no smaller.
pub(crate) fn refined<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
    kleene: OutcomeSet,
    composed: fn(&Selection, &[OutcomeSet]) -> OutcomeSet,
) -> OutcomeSet {
    let mut all = OutcomeSet::EMPTY;
    let tried = every(program, selection, facts, scratch, |outcomes| {
        all = all.or(composed(selection, outcomes));
        all != kleene
    });
    if tried { all } else { kleene }
}

/// Tries every combination of cells until `each` returns false; not one, and false, if the budget does not allow all of them.
pub(crate) fn every<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
    each: impl FnMut(&[OutcomeSet]) -> bool,
) -> bool {
    let Scratch { proof, outcomes, exact } = scratch;
    if !exact.walk_if_few(program, selection, proof, outcomes) {
        return false;
    }
    let few = exact.cut_axes(program, selection, facts, 2, COMBINATIONS_MAX) <= COMBINATIONS_MAX;
    if few {
        exact.for_each_outcome(program, selection, facts, (proof, outcomes), Order::Every, each);
    }
    few
}

/// Whether the open facts that nobody may change have values with which no value of the others brings an outcome of `goal`. It may
/// miss such values, since it tries only some; what it finds is certain.
///
/// `facts` has every fact that may be changed open.
pub(crate) fn is_barred<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    may_change: impl Fn(SlotId) -> bool,
    scratch: &mut Scratch,
    composition: Composition,
    goal: OutcomeSet,
) -> bool {
    let Scratch { proof, outcomes, exact } = scratch;
    evaluate(program, selection, facts, proof, outcomes);
    exact.walk(program, selection, proof, outcomes);
    for slot in exact.touched.iter().filter(|slot| may_change(**slot)) {
        exact.seen[*slot as usize] = 0;
    }
    let combinations = exact.cut_axes(program, selection, facts, 1, usize::MAX);
    let order = if combinations <= COMBINATIONS_MAX { Order::Every } else { Order::Spread };
    let mut barred = false;
    exact.for_each_outcome(program, selection, facts, (proof, outcomes), order, |outcomes| {
        barred = composition.of(selection, outcomes).0 & goal.0 == 0;
        !barred
    });
    barred
}

/// The open facts that can still change the whole, in the order of their numbers, and whether the list is exact.
///
/// Call it after [`crate::eval::determine`] or [`crate::eval::determine_gates`] with the same arguments. When the budget is
/// exhausted the list may hold a fact too many, never one too few.
pub fn mattering<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
    composition: Composition,
) -> (Vec<SlotId>, Exactness) {
    let Scratch { proof, outcomes, exact } = scratch;
    let mut matters = vec![false; program.slots.len()];
    let mut exactness = Exactness::Exact;
    exact.walk(program, selection, proof, outcomes);
    let repeated = exact.touched.iter().any(|slot| exact.seen[*slot as usize] > 1);
    if !repeated {
        structural(program, selection, proof, outcomes, composition, &mut exact.pending, &mut matters);
    } else if exact.cut_axes(program, selection, facts, 1, COMBINATIONS_MAX) <= COMBINATIONS_MAX {
        let mut said = Vec::new();
        exact.for_each_outcome(program, selection, facts, (proof, outcomes), Order::Every, |outcomes| {
            said.push(composition.of(selection, outcomes));
            true
        });
        let mut stride = 1;
        for axis in &exact.axes {
            let span = stride * axis.count;
            let differs = (0..said.len()).any(|at| at % span >= stride && said[at] != said[at - stride]);
            matters[axis.slot as usize] |= differs;
            stride = span;
        }
    } else if exact.cut_axes(program, selection, facts, 2, COMBINATIONS_MAX) <= COMBINATIONS_MAX {
        exactness = Exactness::BudgetExhausted;
        exact.for_each_proof(program, selection, facts, outcomes, |outcomes, proof, pending| {
            structural(program, selection, proof, outcomes, composition, pending, &mut matters);
            true
        });
        for axis in &exact.axes {
            matters[axis.slot as usize] = true;
        }
    } else {
        exactness = Exactness::BudgetExhausted;
        for slot in &exact.touched {
            matters[*slot as usize] = true;
        }
    }
    let list = (0..).zip(&matters).filter(|(_, matters)| **matters).map(|(slot, _)| slot).collect();
    (list, exactness)
}

/// Marks what matters where each open fact occurs once.
fn structural(
    program: &Program,
    selection: &Selection,
    proof: &[Truth],
    outcomes: &[OutcomeSet],
    composition: Composition,
    pending: &mut Vec<u32>,
    matters: &mut [bool],
) {
    for (at, index) in selection.policies.iter().enumerate() {
        if outcomes[at].is_decided() {
            continue;
        }
        let policy = program.policy(*index);
        let mut mark = |root: u32, one: OutcomeSet, other: OutcomeSet| {
            let differs = one
                .iter()
                .any(|a| other.iter().any(|b| a != b && composition.distinguishes(selection, outcomes, at, a, b)));
            if differs {
                open_tests(program, proof, root, pending, |slot| matters[slot as usize] = true);
            }
        };
        if proof[policy.scope as usize] == OPEN {
            mark(policy.scope, Outcome::Silent.set(), from_clause(policy, proof, 0));
        }
        for (clause, (root, head)) in policy.clauses.iter().enumerate() {
            match proof[*root as usize] {
                NOT_MET => {}
                OPEN => mark(*root, head.set(), from_clause(policy, proof, clause + 1)),
                _ => break,
            }
        }
    }
}

/// Visits the fact of each open test below an open node.
fn open_tests(program: &Program, proof: &[Truth], root: u32, pending: &mut Vec<u32>, mut visit: impl FnMut(SlotId)) {
    pending.clear();
    pending.push(root);
    while let Some(index) = pending.pop() {
        if proof[index as usize] != OPEN {
            continue;
        }
        let node = program.nodes[index as usize];
        match node.slot() {
            Some(slot) => visit(slot),
            None => pending.extend(
                node.children().map(|child| u32::try_from(child).expect("INVARIANT: nodes are numbered in 32 bits")),
            ),
        }
    }
}

/// The roots of a policy that are open and reached.
pub(crate) fn open_roots(policy: &Compiled, proof: &[Truth], mut visit: impl FnMut(u32)) {
    if proof[policy.scope as usize] == OPEN {
        visit(policy.scope);
    }
    for (root, _) in &policy.clauses {
        match proof[*root as usize] {
            NOT_MET => {}
            OPEN => visit(*root),
            _ => break,
        }
    }
}

impl ExactScratch {
    /// Counts the open tests of each fact in policies whose outcome is open.
    fn walk(&mut self, program: &Program, selection: &Selection, proof: &[Truth], outcomes: &[OutcomeSet]) {
        self.walk_until(program, selection, proof, outcomes, u32::MAX);
    }

    /// The same; but where too many facts occur twice for all their combinations to be tried, it stops there, and is false.
    fn walk_if_few(
        &mut self,
        program: &Program,
        selection: &Selection,
        proof: &[Truth],
        outcomes: &[OutcomeSet],
    ) -> bool {
        self.walk_until(program, selection, proof, outcomes, AXES_MAX)
    }

    /// Counts until more than so many facts occur twice; whether that did not happen.
    fn walk_until(
        &mut self,
        program: &Program,
        selection: &Selection,
        proof: &[Truth],
        outcomes: &[OutcomeSet],
        most: u32,
    ) -> bool {
        for slot in self.touched.drain(..) {
            self.seen[slot as usize] = 0;
        }
        let Self { seen, touched, pending, .. } = self;
        let mut repeated = 0;
        for (index, set) in selection.policies.iter().zip(outcomes) {
            if set.is_decided() {
                continue;
            }
            open_roots(program.policy(*index), proof, |root| {
                open_tests(program, proof, root, pending, |slot| {
                    if seen[slot as usize] == 0 {
                        touched.push(slot);
                    }
                    seen[slot as usize] += 1;
                    repeated += u32::from(seen[slot as usize] == 2);
                });
            });
            if repeated > most {
                return false;
            }
        }
        true
    }

    /// Cuts every fact that the walk met at least `least` times into cells, and counts their combinations.
    ///
    /// Stops with a count above `most` as soon as there are more; the axes are then not all of them.
    fn cut_axes<F: Facts + ?Sized>(
        &mut self,
        program: &Program,
        selection: &Selection,
        facts: &F,
        least: u32,
        most: usize,
    ) -> usize {
        let Self { seen, touched, axes, cells, cuts, .. } = self;
        axes.clear();
        cells.clear();
        cuts.clear();
        let is_cut = |slot: SlotId| seen[slot as usize] >= least;
        // An open test cuts its fact in two at the least.
        let axes_least = touched.iter().filter(|slot| is_cut(**slot)).count();
        let combinations_least = u32::try_from(axes_least).ok().and_then(|axes| 1_usize.checked_shl(axes));
        if combinations_least.is_none_or(|combinations| combinations > most) && most < usize::MAX {
            return most + 1;
        }
        // One pass over the nodes for all facts together.
        for index in &selection.policies {
            for node in &program.nodes[program.policy(*index).nodes.clone()] {
                if let Some(slot) = node.slot().filter(|slot| is_cut(*slot)) {
                    cut_points(program, *node, facts.cell(slot), |cut| cuts.push((slot, cut)));
                }
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        touched.sort_unstable();
        let mut combinations = 1_usize;
        let mut at = 0;
        for slot in touched.iter().copied().filter(|slot| is_cut(*slot)) {
            let (first, cell) = (cells.len(), facts.cell(slot));
            while cuts.get(at).is_some_and(|(of, _)| *of < slot) {
                at += 1;
            }
            let own = cuts[at..].iter().take_while(|(of, _)| *of == slot).map(|(_, cut)| *cut);
            divide(cell, own, cells);
            let count = cells.len() - first;
            axes.push(Axis { slot, first, count, now: 0 });
            combinations = combinations.saturating_mul(count);
            if combinations > most {
                break;
            }
        }
        combinations
    }
}

/// Appends the cells into which the selected policies cut a fact.
pub(crate) fn cells_of(
    program: &Program,
    selection: &Selection,
    slot: SlotId,
    cell: Cell,
    cuts: &mut Vec<i64>,
    cells: &mut Vec<Cell>,
) {
    cuts.clear();
    for index in &selection.policies {
        for node in &program.nodes[program.policy(*index).nodes.clone()] {
            if node.slot() == Some(slot) {
                cut_points(program, *node, cell, |cut| cuts.push(cut));
            }
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    divide(cell, cuts.iter().copied(), cells);
}

/// The values within a cell at which a test begins to say something else.
fn cut_points(program: &Program, node: Node, cell: Cell, mut cut: impl FnMut(i64)) {
    let mut within = |value: i64| {
        if cell.lo < value && value <= cell.hi {
            cut(value);
        }
    };
    match node {
        Node::InRange { lo, hi, .. } | Node::OutOfRange { lo, hi, .. } => {
            within(lo);
            if let Some(after) = hi.checked_add(1) {
                within(after);
            }
        }
        Node::InMask { mask, .. } => {
            let mask = &program.masks[mask as usize];
            (cell.lo.saturating_add(1)..=cell.hi)
                .filter(|value| mask_has(mask, *value) != mask_has(mask, value - 1))
                .for_each(within);
        }
        _ => {}
    }
}

/// Appends a cell divided at these values, which are in order and within it.
fn divide(cell: Cell, cuts: impl Iterator<Item = i64>, cells: &mut Vec<Cell>) {
    let mut lo = cell.lo;
    for cut in cuts {
        cells.push(Cell::between(lo, cut - 1));
        lo = cut;
    }
    cells.push(Cell::between(lo, cell.hi));
}
