//! A selection made ready for many cases: tests by kind, groups by height, each in one flat list.
//!
//! [`crate::eval::evaluate`] walks policy by policy and asks of each node what it is. Where the same policies judge case after case,
//! that question can be answered once. What is left is three loops without a branch that depends on the case: tests of a range,
//! tests of a list, and groups, whose children are eight bytes of the proof read as one word. The proof is the same, byte for byte.

use crate::eval::{Facts, Selection, in_mask};
use crate::program::{MET, Mask, NOT_MET, Node, OPEN, Outcome, OutcomeSet, Program, SlotId, Truth};

/// A selection in the order in which it is valued.
#[derive(Clone, Debug)]
pub struct Plan {
    ranges: Vec<RangeTest>,
    lists: Vec<ListTest>,
    groups: Vec<Group>,
    policies: Vec<Says>,
    clauses: Vec<(u32, Outcome)>,
    /// Nodes of the program.
    nodes: usize,
}

/// "The fact lies between these values", or outside of them.
#[derive(Clone, Copy, Debug)]
struct RangeTest {
    node: u32,
    slot: SlotId,
    lo: i64,
    hi: i64,
    /// What is said within the range, and beyond it, counted from [`OPEN`].
    within: Truth,
    beyond: Truth,
}

/// "The fact has one of these values."
#[derive(Clone, Copy, Debug)]
struct ListTest {
    node: u32,
    slot: SlotId,
    values: Mask,
}

/// "So many of these are met."
#[derive(Clone, Copy, Debug)]
struct Group {
    node: u32,
    first: u32,
    count: u32,
    /// How many have to be met.
    least: u32,
    /// Where a word of the proof begins that holds all children, and a one in each of their bytes; no ones if there is none.
    word: u32,
    ones: u64,
}

/// Which nodes make up the outcomes of one policy.
#[derive(Clone, Copy, Debug)]
struct Says {
    scope: u32,
    clauses: u32,
    otherwise: Outcome,
}

/// Bytes that are read at once.
const WORD: usize = 8;
/// A one in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

impl Plan {
    /// The selection in the order of valuing.
    #[must_use]
    pub fn new(program: &Program, selection: &Selection) -> Self {
        let mut plan = Self {
            ranges: Vec::new(),
            lists: Vec::new(),
            groups: Vec::new(),
            policies: Vec::new(),
            clauses: Vec::new(),
            nodes: program.nodes.len(),
        };
        let mut height = vec![0_u32; program.nodes.len()];
        for index in &selection.policies {
            let policy = program.policy(*index);
            for at in policy.nodes.clone().rev() {
                height[at] = program.nodes[at].children().map(|child| height[child] + 1).max().unwrap_or(0);
                plan.add(program, at);
            }
            plan.clauses.extend(&policy.clauses);
            let clauses = u32::try_from(policy.clauses.len()).expect("INVARIANT: the reader bounds the clauses");
            plan.policies.push(Says { scope: policy.scope, clauses, otherwise: policy.otherwise });
        }
        // A group of groups long after its children: a word is not read from bytes that were written just now.
        plan.groups.sort_by_key(|group| height[group.node as usize]);
        plan
    }

    fn add(&mut self, program: &Program, at: usize) {
        let node = u32::try_from(at).expect("INVARIANT: nodes are numbered in 32 bits");
        let range = |slot, lo, hi, inside| {
            let (within, beyond) = if inside { (1, 1_u8.wrapping_neg()) } else { (1_u8.wrapping_neg(), 1) };
            RangeTest { node, slot, lo, hi, within, beyond }
        };
        match program.nodes[at] {
            Node::InRange { slot, lo, hi } => self.ranges.push(range(slot, lo, hi, true)),
            Node::OutOfRange { slot, lo, hi } => self.ranges.push(range(slot, lo, hi, false)),
            Node::InMask { slot, mask } => {
                self.lists.push(ListTest { node, slot, values: program.masks[mask as usize] });
            }
            Node::All { first, count } => self.group(node, first, count, count),
            Node::Any { first, count } => self.group(node, first, count, 1),
            Node::AtLeast { first, count, least } => self.group(node, first, count.into(), least.into()),
        }
    }

    fn group(&mut self, node: u32, first: u32, count: u32, least: u32) {
        let children = count as usize;
        let (word, ones) = if children <= WORD && self.nodes >= WORD {
            let word = (first as usize).min(self.nodes - WORD);
            let ones = (0..children).fold(0, |ones, child| ones | 1 << (8 * (first as usize + child - word)));
            (u32::try_from(word).expect("INVARIANT: nodes are numbered in 32 bits"), ones)
        } else {
            (0, 0)
        };
        self.groups.push(Group { node, first, count, least, word, ones });
    }

    /// Values the selection as [`crate::eval::evaluate`] does.
    ///
    /// # Panics
    /// If `proof` is not as long as the program has nodes.
    pub fn evaluate<F: Facts + ?Sized>(&self, facts: &F, proof: &mut [Truth], outcomes: &mut Vec<OutcomeSet>) {
        assert_eq!(proof.len(), self.nodes, "a proof has a byte for each node");
        for test in &self.ranges {
            let cell = facts.cell(test.slot);
            let within = u8::from(cell.lo >= test.lo) & u8::from(cell.hi <= test.hi);
            let beyond = u8::from(cell.hi < test.lo) | u8::from(cell.lo > test.hi);
            let (within, beyond) = (within.wrapping_neg() & test.within, beyond.wrapping_neg() & test.beyond);
            proof[test.node as usize] = OPEN.wrapping_add(within).wrapping_add(beyond);
        }
        for test in &self.lists {
            proof[test.node as usize] = in_mask(facts.cell(test.slot), &test.values);
        }
        for group in &self.groups {
            proof[group.node as usize] = group.value(proof);
        }
        self.say(proof, outcomes);
    }

    /// The outcome set of each policy.
    fn say(&self, proof: &[Truth], outcomes: &mut Vec<OutcomeSet>) {
        outcomes.clear();
        let mut clauses = &self.clauses[..];
        for policy in &self.policies {
            let (own, rest) = clauses.split_at(policy.clauses as usize);
            clauses = rest;
            let scope = proof[policy.scope as usize];
            // All ones while some completion goes on to the next clause.
            let mut goes_on = u8::from(scope != NOT_MET).wrapping_neg();
            let mut set = Outcome::Silent as u8 & u8::from(scope != MET).wrapping_neg();
            for (node, head) in own {
                let truth = proof[*node as usize];
                set |= *head as u8 & goes_on & u8::from(truth != NOT_MET).wrapping_neg();
                goes_on &= u8::from(truth != MET).wrapping_neg();
            }
            outcomes.push(OutcomeSet(set | policy.otherwise as u8 & goes_on));
        }
    }
}

impl Group {
    #[inline]
    fn value(&self, proof: &[Truth]) -> Truth {
        let (met, possible) = if self.ones != 0 {
            let start = self.word as usize;
            let word: [u8; WORD] = proof[start..start + WORD].try_into().expect("INVARIANT: a word has its length");
            let word = u64::from_le_bytes(word);
            let twos = word >> 1;
            (count(twos & self.ones), count((word | twos) & self.ones))
        } else {
            let start = self.first as usize;
            let children = &proof[start..start + self.count as usize];
            let those = |truth: fn(Truth) -> bool| {
                u32::try_from(children.iter().filter(|child| truth(**child)).count())
                    .expect("INVARIANT: nodes are numbered in 32 bits")
            };
            (those(|child| child == MET), those(|child| child != NOT_MET))
        };
        u8::from(met >= self.least).wrapping_add(u8::from(possible >= self.least))
    }
}

/// How many bytes of a word are one, the others being nought.
#[inline]
const fn count(ones: u64) -> u32 {
    (ones.wrapping_mul(ONES) >> 56) as u32
}
