//! The examples of a policy as cases, and what becomes of them if one node is forced.

use crate::ast::Example;
use crate::bind::{Row, bind};
use crate::eval::{Scratch, Selection, Stretch, determine, outcome, sweep};
use crate::exact::{Composition, mattering};
use crate::explain::{deciding, is_no, open_labels, visit_open};
use crate::inputs::Inputs;
use crate::program::{Cell, MET, NOT_MET, Node, Outcome, OutcomeSet, SlotId, Truth};

use super::place::Subject;

/// A node that is met in every case.
const ALWAYS: Node = Node::All { first: 0, count: 0 };
/// A node that is met in no case.
const NEVER: Node = Node::Any { first: 0, count: 0 };

/// One example as a case.
pub(super) struct Case {
    /// Index of the example, or none for a case that is only proposed.
    pub(super) example: Option<usize>,
    pub(super) inputs: Inputs,
    pub(super) row: Row,
    /// The value of every node.
    pub(super) proof: Vec<Truth>,
    pub(super) outcome: OutcomeSet,
    /// Open facts that can still change the outcome.
    matters: Vec<SlotId>,
}

/// All examples that can be run, and memory to run them again.
pub(super) struct Cases<'s, 'a> {
    pub(super) subject: &'s Subject<'a>,
    pub(super) all: Vec<Case>,
    nodes: Vec<Node>,
    proof: Vec<Truth>,
}

impl<'s, 'a> Cases<'s, 'a> {
    pub(super) fn new(subject: &'s Subject<'a>) -> Self {
        let nodes = subject.program.nodes.clone();
        let mut cases = Self { subject, all: Vec::new(), proof: vec![NOT_MET; nodes.len()], nodes };
        for (at, example) in subject.file.examples.iter().enumerate() {
            if let Some(mut case) = cases.run(example) {
                case.example = Some(at);
                cases.all.push(case);
            }
        }
        cases
    }

    /// The case that an example describes; `None` if it describes none, which is reported where examples are run.
    pub(super) fn run(&self, example: &Example) -> Option<Case> {
        let subject = self.subject;
        let inputs = crate::example::inputs(subject.file, example, subject.context).ok()?;
        if !subject.policy().in_force(inputs.service_date) {
            return None;
        }
        let row = bind(&subject.program, subject.context.dictionary, &inputs);
        let mut proof = vec![NOT_MET; self.nodes.len()];
        let policy = subject.policy();
        let cells = row.cells.as_slice();
        sweep(&subject.program.nodes, &subject.program.masks, policy.nodes.clone(), cells, &mut proof);
        let outcome = outcome(policy, &proof);
        let matters = if outcome.is_decided() { Vec::new() } else { self.open(&row).1 };
        Some(Case { example: None, inputs, row, proof, outcome, matters })
    }

    /// The exact outcomes of a case, and the open facts that can still change them.
    fn open(&self, row: &Row) -> (OutcomeSet, Vec<SlotId>, Scratch) {
        let program = &self.subject.program;
        let selection = Selection { policies: vec![0], ranks: vec![Stretch { policies: 0..1, binds: true }] };
        let mut scratch = Scratch::new(program);
        let cells = row.cells.as_slice();
        let outcomes = determine(program, &selection, cells, &mut scratch).outcomes;
        let (open, _) = mattering(program, &selection, cells, &mut scratch, Composition::Stack);
        (outcomes, open, scratch)
    }

    /// Would an example of this case have to expect something else if the node were met (or not met) whatever the facts say:
    /// another outcome, or other open criteria?
    pub(super) fn depends(&mut self, case: &Case, node: u32, met: bool) -> bool {
        let at = node as usize;
        let forced = if met { ALWAYS } else { NEVER };
        let truth = if met { MET } else { NOT_MET };
        if case.proof[at] == truth {
            return false;
        }
        let policy = self.subject.policy();
        let mut is_open_and_matters = false;
        visit_open(&self.subject.program, &case.proof, node, &mut |slot| {
            is_open_and_matters |= case.matters.contains(&slot);
        });
        if is_open_and_matters {
            return true;
        }
        let before = std::mem::replace(&mut self.nodes[at], forced);
        let masks = &self.subject.program.masks;
        sweep(&self.nodes, masks, policy.nodes.clone(), case.row.cells.as_slice(), &mut self.proof);
        self.nodes[at] = before;
        outcome(policy, &self.proof) != case.outcome
    }

    /// The cases whose outcome is another one if this node is forced.
    pub(super) fn depending(&mut self, node: u32, met: bool) -> Vec<usize> {
        let all = std::mem::take(&mut self.all);
        let found = (0..all.len()).filter(|at| self.depends(&all[*at], node, met)).collect();
        self.all = all;
        found
    }

    /// Is there a case in which the fact has one of these values, and the test of it decides?
    pub(super) fn exercises(&mut self, node: u32, values: Cell) -> bool {
        let Some(slot) = self.subject.program.nodes[node as usize].slot() else { return true };
        let all = std::mem::take(&mut self.all);
        let found = all.iter().any(|case| {
            let cell = case.row.cells[slot as usize];
            let inside = !cell.is_open() && values.lo <= cell.lo && cell.hi <= values.hi;
            inside && self.depends(case, node, case.proof[node as usize] == NOT_MET)
        });
        self.all = all;
        found
    }

    /// What an example of this case has to expect, as it is written after `=>`.
    pub(super) fn expected(&self, case: &Case) -> String {
        let (program, policy) = (&self.subject.program, self.subject.policy());
        let (outcomes, open, scratch) = self.open(&case.row);
        let gate = self.subject.context.ranks.0[usize::from(policy.rank)].gate;
        let (yes, no) = if gate { ("allowed", "not allowed") } else { ("covered", "not covered") };
        if scratch.proof[policy.scope as usize] == NOT_MET {
            return "does not apply".to_owned();
        }
        if is_no(outcomes) {
            let because = deciding(program, policy, &scratch.proof, &case.row.assumed);
            let labels: Vec<&str> = because.iter().map(|criterion| criterion.label.as_str()).collect();
            return if labels.is_empty() { no.to_owned() } else { format!("{no}: {}", labels.join(", ")) };
        }
        if outcomes.is_decided() {
            let word = match outcomes.iter().next() {
                Some(Outcome::Covered) => yes,
                Some(Outcome::Unread) => "unread",
                _ => "silent",
            };
            return word.to_owned();
        }
        let head = if outcomes.has(Outcome::Covered) { yes } else { no };
        let labels = open_labels(program, self.subject.context.dictionary, policy, &scratch.proof, &open);
        format!("{head} if {}", labels.join(" and "))
    }
}
