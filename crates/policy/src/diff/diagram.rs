//! Decision diagrams over numbered facts: each node asks one fact in which of its cells it lies.
//!
//! Diagrams are kept once each (equal functions are the same number), their facts stand in one order, and every step of
//! building them is counted, so that the work ends and is the same on every machine.

use std::collections::HashMap;

/// Most steps of building diagrams for one comparison; two versions of a policy of the library take a few thousand.
pub(super) const STEPS_MAX: usize = 1 << 20;

/// A diagram: a node, or a value if the highest bit is set.
pub(super) type Edge = u32;

const VALUE: u32 = 1 << 31;

/// The diagram that is the same value everywhere.
pub(super) const fn value(of: u16) -> Edge {
    VALUE | of as u32
}

/// Nowhere, as a condition.
pub(super) const NO: Edge = value(0);
/// Everywhere, as a condition.
pub(super) const YES: Edge = value(1);

/// The value of a diagram that is the same everywhere.
pub(super) const fn as_value(edge: Edge) -> Option<u16> {
    if edge & VALUE == 0 { None } else { Some((edge & !VALUE) as u16) }
}

/// The steps are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// What two values give together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    /// Both conditions.
    And,
    /// One of two conditions.
    Or,
    /// Any function of two values, told apart by its number.
    Other(u8, fn(u16, u16) -> u16),
}

impl Operation {
    fn of(self, a: u16, b: u16) -> u16 {
        match self {
            Self::And => a & b,
            Self::Or => a | b,
            Self::Other(_, function) => function(a, b),
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::And => 0,
            Self::Or => 1,
            Self::Other(number, _) => 2 + number,
        }
    }
}

/// One fact of the order, asked for its cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    level: u32,
    children: Box<[Edge]>,
}

/// All diagrams of one comparison.
pub(super) struct Diagrams {
    nodes: Vec<Node>,
    known: HashMap<Node, Edge>,
    applied: HashMap<(u8, Edge, Edge), Edge>,
    chosen: HashMap<(Edge, Edge, Edge), Edge>,
    steps: usize,
}

impl Diagrams {
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new(), known: HashMap::new(), applied: HashMap::new(), chosen: HashMap::new(), steps: 0 }
    }

    /// The fact that a diagram asks first.
    pub(super) fn level(&self, edge: Edge) -> Option<usize> {
        if edge & VALUE == 0 { Some(self.nodes[edge as usize].level as usize) } else { None }
    }

    /// What is left of a diagram in each cell of the fact that it asks first.
    pub(super) fn children(&self, edge: Edge) -> &[Edge] {
        if edge & VALUE == 0 { &self.nodes[edge as usize].children } else { &[] }
    }

    /// The diagram that asks this fact and goes on with one of these.
    pub(super) fn node(&mut self, level: usize, children: Vec<Edge>) -> Result<Edge, Exhausted> {
        if children.iter().all(|child| *child == children[0]) {
            return Ok(children[0]);
        }
        let level = u32::try_from(level).map_err(|_| Exhausted)?;
        let node = Node { level, children: children.into_boxed_slice() };
        if let Some(edge) = self.known.get(&node) {
            return Ok(*edge);
        }
        self.step()?;
        let edge = u32::try_from(self.nodes.len()).map_err(|_| Exhausted)?;
        self.nodes.push(node.clone());
        self.known.insert(node, edge);
        Ok(edge)
    }

    fn step(&mut self) -> Result<(), Exhausted> {
        self.steps += 1;
        if self.steps > STEPS_MAX { Err(Exhausted) } else { Ok(()) }
    }

    /// What is left of a diagram in a cell of the fact at `level`, which it asks first or not at all.
    fn below(&self, edge: Edge, level: usize, cell: usize) -> Edge {
        if self.level(edge) == Some(level) { self.children(edge)[cell] } else { edge }
    }

    /// The first fact that one of these asks, and how many cells it has.
    fn first(&self, edges: &[Edge]) -> Option<(usize, usize)> {
        let asked = edges.iter().filter_map(|edge| self.level(*edge).map(|level| (level, self.children(*edge).len())));
        asked.min()
    }

    /// Both diagrams, value by value.
    pub(super) fn apply(&mut self, operation: Operation, a: Edge, b: Edge) -> Result<Edge, Exhausted> {
        if let (Some(a), Some(b)) = (as_value(a), as_value(b)) {
            return Ok(value(operation.of(a, b)));
        }
        let key = (operation.number(), a, b);
        if let Some(edge) = self.applied.get(&key) {
            return Ok(*edge);
        }
        self.step()?;
        let (level, cells) = self.first(&[a, b]).expect("INVARIANT: one of them is no value");
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            children.push(self.apply(operation, self.below(a, level, cell), self.below(b, level, cell))?);
        }
        let edge = self.node(level, children)?;
        self.applied.insert(key, edge);
        Ok(edge)
    }

    /// `then` where the condition holds, else `otherwise`.
    pub(super) fn choose(&mut self, condition: Edge, then: Edge, otherwise: Edge) -> Result<Edge, Exhausted> {
        match as_value(condition) {
            Some(0) => return Ok(otherwise),
            Some(_) => return Ok(then),
            None if then == otherwise => return Ok(then),
            None => {}
        }
        let key = (condition, then, otherwise);
        if let Some(edge) = self.chosen.get(&key) {
            return Ok(*edge);
        }
        self.step()?;
        let (level, cells) = self.first(&[condition, then, otherwise]).expect("INVARIANT: the condition is no value");
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            let below = |edge| self.below(edge, level, cell);
            let (condition, then, otherwise) = (below(condition), below(then), below(otherwise));
            children.push(self.choose(condition, then, otherwise)?);
        }
        let edge = self.node(level, children)?;
        self.chosen.insert(key, edge);
        Ok(edge)
    }

    /// The opposite of a condition.
    pub(super) fn not(&mut self, condition: Edge) -> Result<Edge, Exhausted> {
        self.choose(condition, NO, YES)
    }

    /// Where at least so many of these conditions hold.
    pub(super) fn at_least(&mut self, least: usize, conditions: &[Edge]) -> Result<Edge, Exhausted> {
        // By how many are still needed, from the last condition to the first.
        let mut needed: Vec<Edge> = (0..=least).map(|need| if need == 0 { YES } else { NO }).collect();
        for condition in conditions.iter().rev() {
            for need in (1..=least).rev() {
                needed[need] = self.choose(*condition, needed[need - 1], needed[need])?;
            }
        }
        Ok(needed[least])
    }

    /// The condition that a diagram has one of these values.
    pub(super) fn is(&mut self, edge: Edge, wanted: &[u16]) -> Result<Edge, Exhausted> {
        let mut done = HashMap::new();
        self.is_below(edge, wanted, &mut done)
    }

    fn is_below(&mut self, edge: Edge, wanted: &[u16], done: &mut HashMap<Edge, Edge>) -> Result<Edge, Exhausted> {
        if let Some(found) = as_value(edge) {
            return Ok(if wanted.contains(&found) { YES } else { NO });
        }
        if let Some(edge) = done.get(&edge) {
            return Ok(*edge);
        }
        self.step()?;
        let level = self.level(edge).expect("INVARIANT: it is no value");
        let mut children = Vec::new();
        for child in self.children(edge).to_vec() {
            children.push(self.is_below(child, wanted, done)?);
        }
        let found = self.node(level, children)?;
        done.insert(edge, found);
        Ok(found)
    }

    /// Every value that a diagram has somewhere, in rising order.
    pub(super) fn values(&self, edge: Edge) -> Vec<u16> {
        let mut found = Vec::new();
        self.visit(edge, |edge| found.extend(as_value(edge)));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn visit(&self, edge: Edge, mut each: impl FnMut(Edge)) {
        let (mut seen, mut pending) = (std::collections::HashSet::from([edge]), vec![edge]);
        while let Some(edge) = pending.pop() {
            each(edge);
            pending.extend(self.children(edge).iter().copied().filter(|child| seen.insert(*child)));
        }
    }
}
