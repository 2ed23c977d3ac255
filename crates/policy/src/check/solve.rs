//! Is there a case in which these conditions hold and those do not?
//!
//! Every test reads one numbered fact, so a conjunction of tests is a set of possible values for each fact, and a group is a choice
//! between such conjunctions. The search tries the choices in turn and keeps, for each fact, the values that are left as a few
//! intervals (the cells between the thresholds that matter). Steps are counted, never timed.

use std::collections::BTreeMap;

use super::relate::Conflict;
use crate::eval::mask_has;
use crate::program::{Cell, Node, Program, SlotId};

/// Most steps of one question. Real policies take less than a hundred.
pub(super) const STEPS_MAX: usize = 4_096;

/// A node of a program, and whether it shall be met or not met.
pub(super) type Goal = (u32, bool);

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// There is: for each fact that matters, the values that it may have, lowest first.
    Possible(Values),
    /// There is none.
    Impossible,
    /// More than [`STEPS_MAX`] steps (N001).
    GaveUp,
}

/// The values that are left for each fact, as intervals in rising order. Facts that are not named may have any value.
pub(crate) type Values = BTreeMap<SlotId, Vec<Cell>>;

/// What is asked about, with what is known of its facts.
pub(super) struct Solver<'p> {
    program: &'p Program,
    conflicts: &'p [Conflict],
    fixed: Values,
    values: Values,
    trail: Vec<(SlotId, Option<Vec<Cell>>)>,
    steps: usize,
}

/// A group whose members have to be tried: so many of those from `first` up to `end` shall come out as `wanted`.
#[derive(Clone, Copy)]
struct Choice {
    first: u32,
    end: u32,
    need: u32,
    wanted: bool,
}

struct GaveUp;

impl<'p> Solver<'p> {
    /// Facts that exclude each other are in `conflicts`.
    pub(super) fn new(program: &'p Program, conflicts: &'p [Conflict]) -> Self {
        Self { program, conflicts, fixed: Values::new(), values: Values::new(), trail: Vec::new(), steps: 0 }
    }

    /// Fixes what is known of facts, for all questions to come.
    pub(super) fn knowing(mut self, fixed: Values) -> Self {
        self.fixed = fixed;
        self
    }

    /// Is there a case in which every goal holds?
    pub(super) fn ask(&mut self, goals: &[Goal]) -> Answer {
        self.values.clone_from(&self.fixed);
        self.trail.clear();
        self.steps = 0;
        let mut choices = Vec::new();
        let possible =
            self.all(goals, &mut choices).and_then(|holds| if holds { self.choose(choices) } else { Ok(false) });
        match possible {
            Ok(true) => Answer::Possible(std::mem::take(&mut self.values)),
            Ok(false) => Answer::Impossible,
            Err(GaveUp) => Answer::GaveUp,
        }
    }

    /// Narrows the facts by goals that leave no choice, and puts the groups that do aside.
    fn all(&mut self, goals: &[Goal], choices: &mut Vec<Choice>) -> Result<bool, GaveUp> {
        let mut pending: Vec<Goal> = goals.to_vec();
        while let Some((at, wanted)) = pending.pop() {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return Err(GaveUp);
            }
            let node = self.program.nodes[at as usize];
            let (first, end, need) = match node {
                Node::All { first, count } => (first, first + count, if wanted { count } else { 1 }),
                Node::Any { first, count } => (first, first + count, if wanted { 1 } else { count }),
                Node::AtLeast { first, count, least } => {
                    let (count, least) = (u32::from(count), u32::from(least));
                    (first, first + count, if wanted { least } else { count + 1 - least })
                }
                _ => {
                    if !self.test(node, wanted) {
                        return Ok(false);
                    }
                    continue;
                }
            };
            match end - first {
                count if need > count => return Ok(false),
                count if need == count => pending.extend((first..end).map(|child| (child, wanted))),
                _ => choices.push(Choice { first, end, need, wanted }),
            }
        }
        Ok(true)
    }

    /// Tries the members of each group in turn.
    fn choose(&mut self, mut choices: Vec<Choice>) -> Result<bool, GaveUp> {
        let Some(choice) = choices.pop() else { return Ok(true) };
        let Choice { first, end, need, wanted } = choice;
        if need == 0 {
            return self.choose(choices);
        }
        // The members before the one that is tried are left free, so that every way is tried once.
        for child in first..=end - need {
            let mark = self.trail.len();
            let mut below = choices.clone();
            if need > 1 {
                below.push(Choice { first: child + 1, end, need: need - 1, wanted });
            }
            if self.all(&[(child, wanted)], &mut below)? && self.choose(below)? {
                return Ok(true);
            }
            self.undo(mark);
        }
        Ok(false)
    }

    fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark {
            let (slot, before) = self.trail.pop().expect("INVARIANT: the trail is longer than the mark");
            match before {
                Some(before) => self.values.insert(slot, before),
                None => self.values.remove(&slot),
            };
        }
    }

    /// Leaves the values of a fact for which one test is met or not met; false if none is left.
    fn test(&mut self, node: Node, wanted: bool) -> bool {
        match node {
            Node::InRange { slot, lo, hi } => self.narrow(slot, |cell| cut(cell, lo, hi, wanted)),
            Node::OutOfRange { slot, lo, hi } => self.narrow(slot, |cell| cut(cell, lo, hi, !wanted)),
            Node::InMask { slot, mask } => {
                let mask = &self.program.masks[mask as usize];
                self.narrow(slot, |cell| runs(cell, |value| mask_has(mask, value) == wanted))
            }
            _ => true,
        }
    }

    fn narrow(&mut self, slot: SlotId, keep: impl Fn(Cell) -> Vec<Cell>) -> bool {
        let before = self.values.get(&slot).cloned();
        let domain = self.program.slots[slot as usize].domain;
        let now: Vec<Cell> = match &before {
            Some(cells) => cells.iter().flat_map(|cell| keep(*cell)).collect(),
            None => keep(domain),
        };
        let empty = now.is_empty();
        if before.as_ref() == Some(&now) {
            return !empty;
        }
        self.values.insert(slot, now);
        self.trail.push((slot, before));
        !empty && self.propagate(slot)
    }

    /// Takes away from other facts what the values left for this one exclude.
    fn propagate(&mut self, slot: SlotId) -> bool {
        for conflict in self.conflicts {
            for (this, other) in [(&conflict.one, &conflict.other), (&conflict.other, &conflict.one)] {
                let surely = this.0 == slot && self.values[&slot].iter().all(|cell| covered(*cell, &this.1));
                if surely && !other.1.iter().all(|not| self.narrow(other.0, |cell| cut(cell, not.lo, not.hi, false))) {
                    return false;
                }
            }
        }
        true
    }
}

/// Does every value of a cell lie in one of these, which stand side by side or apart?
fn covered(cell: Cell, by: &[Cell]) -> bool {
    let mut left = vec![cell];
    for one in by {
        left = left.into_iter().flat_map(|cell| cut(cell, one.lo, one.hi, false)).collect();
    }
    left.is_empty()
}

/// The part of a cell that lies in `lo..=hi`, or the parts that lie outside.
fn cut(cell: Cell, lo: i64, hi: i64, inside: bool) -> Vec<Cell> {
    let part = |lo: i64, hi: i64| (lo <= hi).then(|| Cell::between(lo, hi));
    if inside {
        return part(cell.lo.max(lo), cell.hi.min(hi)).into_iter().collect();
    }
    let below = lo.checked_sub(1).and_then(|end| part(cell.lo, cell.hi.min(end)));
    let above = hi.checked_add(1).and_then(|start| part(cell.lo.max(start), cell.hi));
    below.into_iter().chain(above).collect()
}

/// The runs of values of a cell that are kept. Only for choices and names, whose cells are short.
fn runs(cell: Cell, keep: impl Fn(i64) -> bool) -> Vec<Cell> {
    let mut runs: Vec<Cell> = Vec::new();
    for value in (cell.lo..=cell.hi).filter(|value| keep(*value)) {
        match runs.last_mut() {
            Some(last) if last.hi + 1 == value => last.hi = value,
            _ => runs.push(Cell::known(value)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::FactId;
    use crate::program::{Slot, SlotKey};

    const SLOTS: u32 = 4;
    const VALUES: i64 = 4;
    const PROGRAMS: u64 = 4_000;

    /// SplitMix64.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u32) -> u32 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            u32::try_from((z ^ (z >> 31)) % u64::from(end)).unwrap()
        }
    }

    /// A random tree below node 0; children stand after their parents.
    fn program(random: &mut Random) -> Program {
        let domain = Cell::between(0, VALUES - 1);
        let slots = (0..SLOTS).map(|slot| Slot { key: SlotKey::Named(FactId(slot)), domain }).collect();
        let masks = (0..16).map(|mask| [mask, 0, 0, 0]).collect();
        let mut nodes = vec![Node::All { first: 0, count: 0 }];
        let mut at = 0;
        while at < nodes.len() {
            let count = if nodes.len() < 20 { random.below(4) } else { 0 };
            let first = u32::try_from(nodes.len()).unwrap();
            let slot = random.below(SLOTS);
            let (a, b) = (i64::from(random.below(4)), i64::from(random.below(4)));
            let (lo, hi) = (a.min(b), a.max(b));
            nodes[at] = match (count, random.below(3)) {
                (0, 0) => Node::InRange { slot, lo, hi },
                (0, 1) => Node::OutOfRange { slot, lo, hi },
                (0, _) => Node::InMask { slot, mask: random.below(16) },
                (_, 0) => Node::All { first, count },
                (_, 1) => Node::Any { first, count },
                (_, _) => {
                    let count = u16::try_from(count).unwrap();
                    let least = 1 + u16::try_from(random.below(u32::from(count))).unwrap();
                    Node::AtLeast { first, count, least }
                }
            };
            nodes.extend((0..count).map(|_| Node::All { first: 0, count: 0 }));
            at += 1;
        }
        Program { slots, masks, nodes, ..Program::default() }
    }

    fn holds(program: &Program, node: u32, values: &[i64]) -> bool {
        let node = program.nodes[node as usize];
        let met = || node.children().filter(|child| holds(program, u32::try_from(*child).unwrap(), values)).count();
        match node {
            Node::InRange { slot, lo, hi } => (lo..=hi).contains(&values[slot as usize]),
            Node::OutOfRange { slot, lo, hi } => !(lo..=hi).contains(&values[slot as usize]),
            Node::InMask { slot, mask } => mask_has(&program.masks[mask as usize], values[slot as usize]),
            Node::All { count, .. } => met() == count as usize,
            Node::Any { .. } => met() > 0,
            Node::AtLeast { least, .. } => met() >= usize::from(least),
        }
    }

    fn every_case() -> impl Iterator<Item = Vec<i64>> {
        (0..VALUES.pow(SLOTS)).map(|number| (0..SLOTS).map(|slot| number / VALUES.pow(slot) % VALUES).collect())
    }

    #[test]
    fn agrees_with_trying_every_case() {
        let (mut possible, mut impossible) = (0, 0);
        for seed in 0..PROGRAMS {
            let mut random = Random(seed);
            let program = program(&mut random);
            let last = u32::try_from(program.nodes.len()).unwrap();
            let conflicts = [Conflict {
                one: (0, vec![Cell::known(random.below(4).into())]),
                other: (1, vec![Cell::between(0, random.below(3).into())]),
            }];
            let conflicts = &conflicts[..random.below(2) as usize];
            let goals = [(0, random.below(2) == 0), (random.below(last), random.below(2) == 0)];
            let allowed = |values: &Vec<i64>| {
                let inside = |(slot, cells): &(SlotId, Vec<Cell>)| {
                    cells.iter().any(|cell| (cell.lo..=cell.hi).contains(&values[*slot as usize]))
                };
                !conflicts.iter().any(|conflict| inside(&conflict.one) && inside(&conflict.other))
            };
            let meets =
                |values: &Vec<i64>| goals.iter().all(|(node, wanted)| holds(&program, *node, values) == *wanted);
            let expected = every_case().any(|values| allowed(&values) && meets(&values));
            match Solver::new(&program, conflicts).ask(&goals) {
                Answer::Possible(values) => {
                    assert!(expected, "seed {seed}");
                    possible += 1;
                    // Every case that the answer leaves, and the conflicts allow, meets the goals.
                    let left = |case: &Vec<i64>| {
                        values.iter().all(|(slot, cells)| {
                            cells.iter().any(|cell| (cell.lo..=cell.hi).contains(&case[*slot as usize]))
                        })
                    };
                    assert!(every_case().filter(left).all(|case| meets(&case)), "seed {seed}");
                    assert!(every_case().filter(left).any(|case| allowed(&case)), "seed {seed}");
                }
                Answer::Impossible => {
                    assert!(!expected, "seed {seed}");
                    impossible += 1;
                }
                Answer::GaveUp => panic!("seed {seed} takes too many steps"),
            }
        }
        println!("{PROGRAMS} programs: {possible} possible, {impossible} impossible");
        assert!(possible > 1_000 && impossible > 500);
    }
}
