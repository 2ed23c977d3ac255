//! Valuing a policy: one backward sweep over its nodes, then the set of outcomes.
//!
//! Everything here works on borrowed memory; [`determine`] allocates nothing once its [`Scratch`] has been used.

use std::ops::Range;

use codes::ProcedureCode;
use jiff::civil::Date;

use crate::program::{
    Cell, Compiled, MET, Mask, NOT_MET, Node, OPEN, Outcome, OutcomeSet, PolicyIndex, Program, SlotId, Truth,
};

/// Where the values of the numbered facts come from: a row, columns, or anything that can look one up.
pub trait Facts {
    /// What is known of a fact.
    fn cell(&self, slot: SlotId) -> Cell;
}

impl Facts for [Cell] {
    #[inline]
    fn cell(&self, slot: SlotId) -> Cell {
        self[slot as usize]
    }
}

/// One row of a table that is stored by columns: a column for each numbered fact.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// The columns, in the order of [`Program::slots`].
    pub columns: &'a [&'a [Cell]],
    /// Which row.
    pub row: usize,
}

impl Facts for Columns<'_> {
    #[inline]
    fn cell(&self, slot: SlotId) -> Cell {
        self.columns[slot as usize][self.row]
    }
}

/// The policies that speak about one line, ordered by rank from the strongest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The policies.
    pub policies: Vec<PolicyIndex>,
    /// For each rank that has any, its stretch of `policies`.
    pub ranks: Vec<Stretch>,
}

/// The policies of one rank within a [`Selection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where they stand in [`Selection::policies`].
    pub policies: Range<usize>,
    /// Whether the rank surely binds this contract; if not, it may as well be silent.
    pub binds: bool,
}

/// A rank as it stands in the stack of one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankInStack {
    /// Index into the rank table.
    pub rank: u16,
    /// Whether it surely binds this contract. A rank that surely does not is left out.
    pub binds: bool,
}

impl RankInStack {
    /// A rank that binds.
    #[must_use]
    pub const fn binding(rank: u16) -> Self {
        Self { rank, binds: true }
    }
}

impl Selection {
    /// The policies of these ranks (strongest first) that are in force and may speak about the codes.
    ///
    /// `billed` is `None` when the codes of the line are not known. Scope is not looked at: it is a condition.
    #[must_use]
    pub fn new(program: &Program, ranks: &[RankInStack], date: Date, billed: Option<&[ProcedureCode]>) -> Self {
        let mut selection = Self::default();
        for RankInStack { rank, binds } in ranks {
            let start = selection.policies.len();
            for (index, policy) in program.policies.iter().enumerate() {
                if policy.rank == *rank && policy.in_force(date) && may_speak(program, policy, date, billed) {
                    selection
                        .policies
                        .push(PolicyIndex::try_from(index).expect("INVARIANT: a program has fewer than 2^32 policies"));
                }
            }
            if selection.policies.len() > start {
                selection.ranks.push(Stretch { policies: start..selection.policies.len(), binds: *binds });
            }
        }
        selection
    }
}

fn may_speak(program: &Program, policy: &Compiled, date: Date, billed: Option<&[ProcedureCode]>) -> bool {
    match (policy.codes, billed) {
        (Some(set), Some(billed)) => billed.iter().any(|code| program.code_sets[set].contains(*code, date)),
        _ => true,
    }
}

/// Memory that [`determine`] writes into: the proof and the outcome of each policy.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// One truth value for each node of the program; only those of selected policies are written.
    pub proof: Vec<Truth>,
    /// The outcome set of each selected policy, in the order of the selection.
    pub outcomes: Vec<OutcomeSet>,
    pub(crate) exact: crate::exact::ExactScratch,
}

impl Scratch {
    /// Memory for this program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        Self {
            proof: vec![NOT_MET; program.nodes.len()],
            outcomes: Vec::with_capacity(program.policies.len()),
            exact: crate::exact::ExactScratch::new(program),
        }
    }
}

/// How exact an answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exactness {
    /// Equal to trying every completion of the open facts.
    #[default]
    Exact,
    /// N001: too many completions to try, so something may be called open that is decided.
    BudgetExhausted,
}

/// What the stack says about one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The outcomes that are possible; [`Outcome::Silent`] is "no policy speaks".
    pub outcomes: OutcomeSet,
    /// Whether that is exact.
    pub exactness: Exactness,
}

/// Values the selected policies and composes them by rank; leaves the proof in `scratch`.
pub fn determine<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
) -> Decision {
    evaluate(program, selection, facts, &mut scratch.proof, &mut scratch.outcomes);
    let outcomes = compose(selection, &scratch.outcomes);
    if outcomes.is_decided() {
        return Decision { outcomes, exactness: Exactness::Exact };
    }
    crate::exact::refine(program, selection, facts, scratch, outcomes, compose)
}

/// The outcomes of [`determine`] alone; how exact they are costs as much again where facts are open.
pub fn possible<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
) -> OutcomeSet {
    evaluate(program, selection, facts, &mut scratch.proof, &mut scratch.outcomes);
    let outcomes = compose(selection, &scratch.outcomes);
    if outcomes.is_decided() {
        return outcomes;
    }
    crate::exact::refined(program, selection, facts, scratch, outcomes, compose)
}

/// Values gates, which are not a stack: all of them must allow. Returns met, not met or open, and leaves the proof in `scratch`.
pub fn determine_gates<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    scratch: &mut Scratch,
) -> Truth {
    evaluate(program, selection, facts, &mut scratch.proof, &mut scratch.outcomes);
    let outcomes = compose_gates(selection, &scratch.outcomes);
    if outcomes.is_decided() {
        return gate_truth(outcomes);
    }
    gate_truth(crate::exact::refined(program, selection, facts, scratch, outcomes, compose_gates))
}

/// What gates say together as a truth value.
#[must_use]
pub const fn gate_truth(outcomes: OutcomeSet) -> Truth {
    if outcomes.0 == Outcome::Covered as u8 {
        MET
    } else if outcomes.has(Outcome::Covered) {
        OPEN
    } else {
        NOT_MET
    }
}

/// Values every selected policy without composing them.
pub fn evaluate<F: Facts + ?Sized>(
    program: &Program,
    selection: &Selection,
    facts: &F,
    proof: &mut [Truth],
    outcomes: &mut Vec<OutcomeSet>,
) {
    outcomes.clear();
    for index in &selection.policies {
        let policy = program.policy(*index);
        sweep(&program.nodes, &program.masks, policy.nodes.clone(), facts, proof);
        outcomes.push(outcome(policy, proof));
    }
}

/// Values the nodes of one policy, children before parents.
#[inline]
pub(crate) fn sweep<F: Facts + ?Sized>(
    nodes: &[Node],
    masks: &[Mask],
    range: Range<usize>,
    facts: &F,
    proof: &mut [Truth],
) {
    for index in range.rev() {
        proof[index] = value(nodes[index], masks, facts, proof);
    }
}

/// The truth of a test for what is known of its fact; of a group, [`OPEN`].
pub(crate) fn test(node: Node, masks: &[Mask], cell: Cell) -> Truth {
    match node {
        Node::InRange { lo, hi, .. } => in_range(cell, lo, hi),
        Node::OutOfRange { lo, hi, .. } => MET - in_range(cell, lo, hi),
        Node::InMask { mask, .. } => in_mask(cell, &masks[mask as usize]),
        Node::All { .. } | Node::Any { .. } | Node::AtLeast { .. } => OPEN,
    }
}

/// The truth of one node, after its children.
#[inline]
pub(crate) fn value<F: Facts + ?Sized>(node: Node, masks: &[Mask], facts: &F, proof: &[Truth]) -> Truth {
    match node {
        Node::InRange { slot, lo, hi } => in_range(facts.cell(slot), lo, hi),
        Node::OutOfRange { slot, lo, hi } => MET - in_range(facts.cell(slot), lo, hi),
        Node::InMask { slot, mask } => in_mask(facts.cell(slot), &masks[mask as usize]),
        Node::All { .. } => proof[node.children()].iter().copied().min().unwrap_or(MET),
        Node::Any { .. } => proof[node.children()].iter().copied().max().unwrap_or(NOT_MET),
        Node::AtLeast { least, .. } => {
            let (mut met, mut possible) = (0_u16, 0_u16);
            for truth in &proof[node.children()] {
                met += u16::from(*truth == MET);
                possible += u16::from(*truth != NOT_MET);
            }
            at_least(least, met, possible)
        }
    }
}

/// Whether enough members are met, of how many are met and how many are not surely unmet.
#[inline]
pub(crate) const fn at_least(least: u16, met: u16, possible: u16) -> Truth {
    if met >= least {
        MET
    } else if possible < least {
        NOT_MET
    } else {
        OPEN
    }
}

#[inline]
const fn in_range(cell: Cell, lo: i64, hi: i64) -> Truth {
    let outside = (cell.hi < lo) | (cell.lo > hi);
    let inside = (cell.lo >= lo) & (cell.hi <= hi);
    OPEN + inside as u8 - outside as u8
}

/// Is the value in the mask?
#[inline]
pub(crate) fn in_mask(cell: Cell, mask: &Mask) -> Truth {
    // Nearly every choice has fewer than 64 values: the stretch is then bits of one word.
    if let Some(word) = mask.first()
        && cell.lo >= 0
        && cell.hi < 64
        && cell.lo <= cell.hi
    {
        let stretch = (u64::MAX >> (63 - (cell.hi - cell.lo))) << cell.lo;
        let hit = word & stretch;
        return OPEN + u8::from(hit == stretch) - u8::from(hit == 0);
    }
    in_long_mask(cell, mask)
}

fn in_long_mask(cell: Cell, mask: &Mask) -> Truth {
    let (mut some_in, mut some_out) = (false, false);
    for value in cell.lo..=cell.hi {
        if mask_has(mask, value) {
            some_in = true;
        } else {
            some_out = true;
        }
        if some_in && some_out {
            return OPEN;
        }
    }
    if some_in { MET } else { NOT_MET }
}

/// Is one value in the mask?
#[inline]
pub(crate) fn mask_has(mask: &Mask, value: i64) -> bool {
    usize::try_from(value).is_ok_and(|value| mask.get(value / 64).is_some_and(|word| word >> (value % 64) & 1 == 1))
}

/// The outcome set of a policy whose nodes were valued.
#[must_use]
pub fn outcome(policy: &Compiled, proof: &[Truth]) -> OutcomeSet {
    match proof[policy.scope as usize] {
        NOT_MET => Outcome::Silent.set(),
        OPEN => from_clause(policy, proof, 0).or(Outcome::Silent.set()),
        _ => from_clause(policy, proof, 0),
    }
}

/// What a policy in scope says from this clause on.
pub(crate) fn from_clause(policy: &Compiled, proof: &[Truth], first: usize) -> OutcomeSet {
    let mut set = OutcomeSet::EMPTY;
    for (node, head) in &policy.clauses[first..] {
        match proof[*node as usize] {
            NOT_MET => {}
            OPEN => set = set.or(head.set()),
            _ => return set.or(head.set()),
        }
    }
    set.or(policy.otherwise.set())
}

/// What the ranks say together: within a rank the stronger outcome, between ranks silence passes on.
#[must_use]
pub fn compose(selection: &Selection, outcomes: &[OutcomeSet]) -> OutcomeSet {
    let mut below = Outcome::Silent.set();
    for stretch in selection.ranks.iter().rev() {
        below = rank_says(stretch, outcomes).over(below);
    }
    below
}

/// What the policies of one rank say together.
pub(crate) fn rank_says(stretch: &Stretch, outcomes: &[OutcomeSet]) -> OutcomeSet {
    let said = fold(&outcomes[stretch.policies.clone()]);
    if stretch.binds { said } else { said.or(Outcome::Silent.set()) }
}

/// What policies of one rank say together; silence if there are none.
pub(crate) fn fold(outcomes: &[OutcomeSet]) -> OutcomeSet {
    outcomes.iter().fold(Outcome::Silent.set(), |all, one| all.same_rank(*one))
}

/// What gates say together: [`Outcome::Covered`] if none forbids, else [`Outcome::Explicit`]; sets where that is open.
#[must_use]
pub fn compose_gates(_: &Selection, outcomes: &[OutcomeSet]) -> OutcomeSet {
    let (allows, forbids) = (Outcome::Covered.set(), Outcome::Explicit.set());
    let mut all = allows;
    for one in outcomes {
        let mut set = OutcomeSet::EMPTY;
        if one.has(Outcome::Covered) || one.has(Outcome::Silent) {
            set = set.or(allows);
        }
        if one.has(Outcome::Explicit) || one.has(Outcome::Residual) {
            set = set.or(forbids);
        }
        if one.has(Outcome::Unread) {
            set = set.or(allows).or(forbids);
        }
        all = all.same_rank(set);
    }
    all
}
