//! This project's engine.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use benches::covered;
use benches::workload::{CRITERIA, Case, Value, Workload, fact_name};
use jiff::civil::{Date, date};
use policy::ast::Number;
use policy::bind;
use policy::columnar::{self, Memory, Proofs, Table};
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::{self, Dictionary, Vocabulary};
use policy::eval::{Decision, RankInStack, Scratch, Selection, Stretch, determine, evaluate};
use policy::exact::Composition;
use policy::flip::Flips;
use policy::inputs::{Inputs, Known};
use policy::lists::Lists;
use policy::plan::Plan;
use policy::program::{
    Cell, Compiled, MET, NOT_MET, Node, OPEN, Outcome, OutcomeSet, Program, Rank, Ranks, SlotId, Truth,
};

use crate::tally::{Proof, Tally};

const SERVICE_DATE: Date = date(2026, 6, 15);

/// The policies compiled, and every case bound to numbered facts.
pub(crate) struct Engine {
    dictionary: Dictionary,
    program: Program,
    selection: Selection,
    plan: Plan,
    /// Each policy on its own.
    alone: Vec<Selection>,
    /// For each policy the node of each criterion.
    criteria: Vec<[u32; CRITERIA]>,
}

impl Engine {
    pub(crate) fn new(workload: &Workload) -> Self {
        let mut sources = Sources::default();
        let text = covered::dictionary();
        let source = sources.add("facts.toml", text.clone());
        let dictionary = dictionary::parse(&[(source, text.as_str())], &Vocabulary::default())
            .dictionary
            .expect("the generated dictionary is right");
        let entries: Vec<Entry> = workload
            .policies
            .iter()
            .enumerate()
            .map(|(number, policy)| {
                let text = covered::policy(number, policy);
                let parsed = policy::parse::parse(sources.add(format!("{number}.cov"), text.clone()), &text);
                Entry::from(parsed.file.unwrap_or_else(|| panic!("{:?}\n{text}", parsed.diagnostics)))
            })
            .collect();
        let ranks = Ranks(vec![Rank { name: covered::RANK.to_owned(), gate: false }]);
        let (lists, tables) = (Lists::default(), BTreeMap::new());
        let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
        let program = compile(&entries, &context).unwrap_or_else(|errors| panic!("{errors:?}"));
        let selection = Selection::new(&program, &[RankInStack::binding(0)], SERVICE_DATE, None);
        let criteria = program.policies.iter().map(nodes_of_criteria).collect();
        let alone = selection
            .policies
            .iter()
            .map(|policy| Selection { policies: vec![*policy], ranks: vec![Stretch { policies: 0..1, binds: true }] })
            .collect();
        let plan = Plan::new(&program, &selection);
        Self { dictionary, program, selection, plan, alone, criteria }
    }

    pub(crate) fn scratch(&self) -> Scratch {
        Scratch::new(&self.program)
    }

    pub(crate) fn nodes(&self) -> usize {
        self.program.nodes.len()
    }

    pub(crate) fn bind(&self, inputs: &Inputs) -> Vec<Cell> {
        bind::bind(&self.program, &self.dictionary, inputs).cells
    }

    /// Every node and every outcome set.
    pub(crate) fn proof(&self, cells: &[Cell], scratch: &mut Scratch) {
        self.plan.evaluate(cells, &mut scratch.proof, &mut scratch.outcomes);
    }

    /// The same by walking policy by policy, as for a single question.
    pub(crate) fn walk(&self, cells: &[Cell], scratch: &mut Scratch) {
        evaluate(&self.program, &self.selection, cells, &mut scratch.proof, &mut scratch.outcomes);
    }

    /// The same, put together by rank, and made exact where a fact is open in several places.
    pub(crate) fn determine(&self, cells: &[Cell], scratch: &mut Scratch) -> Decision {
        determine(&self.program, &self.selection, cells, scratch)
    }

    /// The search for the smallest change of each policy, made ready.
    pub(crate) fn flips(&self) -> Vec<Flips<'_>> {
        let goal = Outcome::Covered.set();
        self.alone.iter().map(|alone| Flips::new(&self.program, alone, Composition::Stack, goal)).collect()
    }

    /// Every node and every outcome set, and for each policy that does not surely cover the fewest facts that would have to change.
    ///
    /// Gives how many facts these are in all, and of how many policies it is not certain that fewer would not do.
    pub(crate) fn proof_and_flips(
        &self,
        cells: &[Cell],
        scratch: &mut Scratch,
        flips: &mut [Flips<'_>],
    ) -> (usize, usize) {
        self.proof(cells, scratch);
        let (mut changes, mut uncertain) = (0, 0);
        for (flips, outcomes) in flips.iter_mut().zip(&scratch.outcomes) {
            if *outcomes == Outcome::Covered.set() {
                continue;
            }
            match flips.find(cells, &scratch.proof, |_| Some(1)) {
                Some(flip) => {
                    changes += flip.changes.len();
                    uncertain += usize::from(!flip.exact);
                }
                None => uncertain += 1,
            }
        }
        (changes, uncertain)
    }

    /// The cases in columns.
    pub(crate) fn table(&self, rows: &[Vec<Cell>]) -> Table {
        let mut table = Table::new(&self.program).expect("no fact has many cells");
        rows.iter().for_each(|row| table.push(row));
        table
    }

    /// The proof of all cases, block by block.
    pub(crate) fn prove(&self, table: &Table, memory: &mut Memory, each: impl FnMut(Proofs<'_>)) {
        columnar::prove(&self.program, &self.selection, table, memory, each);
    }

    /// The decision of the whole stack about all cases, block by block.
    pub(crate) fn decide(&self, table: &Table, memory: &mut Memory, decisions: &mut Vec<Decision>) {
        columnar::determine(&self.program, &self.selection, table, memory, decisions);
    }

    /// In columns everything is as in rows: each node and each outcome set.
    pub(crate) fn compare_columns(&self, rows: &[Vec<Cell>]) {
        let (table, mut scratch) = (self.table(rows), self.scratch());
        self.prove(&table, &mut Memory::default(), |proofs| {
            let nodes = self.program.policy(proofs.policy).nodes.clone();
            let outcomes: Vec<OutcomeSet> = proofs.outcomes().collect();
            for row in 0..proofs.rows {
                self.proof(&rows[proofs.first_row + row], &mut scratch);
                assert_eq!(outcomes[row], scratch.outcomes[proofs.policy as usize], "an outcome in columns");
                for node in nodes.clone() {
                    assert_eq!(proofs.truth(node - nodes.start, row), scratch.proof[node], "a node in columns");
                }
            }
        });
    }

    /// Each policy's verdict and criteria, as the scratch holds them.
    pub(crate) fn proofs(&self, scratch: &Scratch) -> impl Iterator<Item = Proof> {
        self.criteria.iter().zip(&scratch.outcomes).map(|(nodes, outcomes)| Proof {
            verdict: as_truth(*outcomes),
            criteria: nodes.map(|node| scratch.proof[node as usize]),
        })
    }

    /// From the text of a case to the text of an answer: for each policy the verdict and the truth of each criterion.
    pub(crate) fn json_to_json(&self, case: &str, scratch: &mut Scratch, text: &mut String) {
        let cells = self.bind(&inputs_from_json(case));
        self.proof(&cells, scratch);
        text.clear();
        text.push('[');
        for (number, (nodes, outcomes)) in self.criteria.iter().zip(&scratch.outcomes).enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(text, "{comma}{{\"policy\":\"bench/{number}\",\"verdict\":\"{}\",\"criteria\":{{", word(*outcomes))
                .expect("INVARIANT: a string takes any text");
            for (criterion, node) in nodes.iter().enumerate() {
                let comma = if criterion == 0 { "" } else { "," };
                let truth = ["not-met", "open", "met"][usize::from(scratch.proof[*node as usize])];
                write!(text, "{comma}\"c{criterion}\":\"{truth}\"").expect("INVARIANT: a string takes any text");
            }
            text.push_str("}}");
        }
        text.push(']');
    }

    /// The outcome sets alone: stops at the first criterion that decides, and writes down nothing on the way.
    pub(crate) fn verdicts(&self, cells: &[Cell], outcomes: &mut Vec<OutcomeSet>) {
        outcomes.clear();
        outcomes.extend(self.selection.policies.iter().map(|index| self.verdict(self.program.policy(*index), cells)));
    }

    fn verdict(&self, policy: &Compiled, cells: &[Cell]) -> OutcomeSet {
        let mut set = match self.truth(policy.scope, cells) {
            NOT_MET => return Outcome::Silent.set(),
            OPEN => Outcome::Silent.set(),
            _ => OutcomeSet::EMPTY,
        };
        for (node, head) in &policy.clauses {
            match self.truth(*node, cells) {
                NOT_MET => {}
                OPEN => set = set.or(head.set()),
                _ => return set.or(head.set()),
            }
        }
        set.or(policy.otherwise.set())
    }

    fn truth(&self, node: u32, cells: &[Cell]) -> Truth {
        let node = self.program.nodes[node as usize];
        match node {
            Node::InRange { slot, lo, hi } => in_range(cells[slot as usize], lo, hi),
            Node::OutOfRange { slot, lo, hi } => MET - in_range(cells[slot as usize], lo, hi),
            Node::InMask { slot, mask } => self.in_mask(cells, slot, mask),
            Node::All { .. } => {
                let mut least = MET;
                for child in children(node) {
                    least = least.min(self.truth(child, cells));
                    if least == NOT_MET {
                        break;
                    }
                }
                least
            }
            Node::Any { .. } => {
                let mut most = NOT_MET;
                for child in children(node) {
                    most = most.max(self.truth(child, cells));
                    if most == MET {
                        break;
                    }
                }
                most
            }
            Node::AtLeast { least, count, .. } => {
                let (mut met, mut possible) = (0, count);
                for child in children(node) {
                    match self.truth(child, cells) {
                        NOT_MET => possible -= 1,
                        OPEN => {}
                        _ => met += 1,
                    }
                    if met >= least || possible < least {
                        break;
                    }
                }
                if met >= least {
                    MET
                } else if possible < least {
                    NOT_MET
                } else {
                    OPEN
                }
            }
        }
    }

    fn in_mask(&self, cells: &[Cell], slot: SlotId, mask: u32) -> Truth {
        let (cell, mask) = (cells[slot as usize], &self.program.masks[mask as usize]);
        let has = |value: i64| mask[value as usize / 64] >> (value % 64) & 1 == 1;
        let first = has(cell.lo);
        if (cell.lo + 1..=cell.hi).any(|value| has(value) != first) {
            OPEN
        } else if first {
            MET
        } else {
            NOT_MET
        }
    }

    /// Adds the proof that the scratch holds.
    pub(crate) fn tally(&self, scratch: &Scratch, tally: &mut Tally) {
        self.proofs(scratch).for_each(|proof| tally.add(&proof));
    }
}

fn children(node: Node) -> std::ops::Range<u32> {
    let range = node.children();
    range.start as u32..range.end as u32
}

const fn in_range(cell: Cell, lo: i64, hi: i64) -> Truth {
    if cell.hi < lo || cell.lo > hi {
        NOT_MET
    } else if cell.lo >= lo && cell.hi <= hi {
        MET
    } else {
        OPEN
    }
}

fn word(outcomes: OutcomeSet) -> &'static str {
    ["not-covered", "open", "covered"][usize::from(as_truth(outcomes))]
}

/// Covered, not covered (by a clause or by the last word), or open.
pub(crate) fn as_truth(outcomes: OutcomeSet) -> Truth {
    if outcomes == Outcome::Covered.set() {
        MET
    } else if outcomes.has(Outcome::Covered) {
        OPEN
    } else {
        NOT_MET
    }
}

fn nodes_of_criteria(policy: &Compiled) -> [u32; CRITERIA] {
    std::array::from_fn(|criterion| {
        let label = covered::label(criterion);
        policy.criteria.iter().find(|at| at.label == label).expect("every criterion has its label").node
    })
}

/// A case in the form that binding takes.
pub(crate) fn inputs(case: &Case) -> Inputs {
    let mut inputs = Inputs::new(SERVICE_DATE);
    for (fact, value) in case.0.iter().enumerate() {
        let known = match value {
            None => continue,
            Some(Value::YesNo(value)) => Known::YesNo(*value),
            Some(Value::Number(value)) => Known::Number(Number::whole(*value)),
            Some(Value::Choice(value)) => Known::Word((*value).to_owned()),
        };
        inputs.facts.insert(fact_name(fact), known);
    }
    inputs
}

/// The same from JSON text, by `serde_json`.
pub(crate) fn inputs_from_json(text: &str) -> Inputs {
    let members: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).expect("a case is a JSON object");
    let mut inputs = Inputs::new(SERVICE_DATE);
    inputs.facts = members
        .into_iter()
        .map(|(name, value)| {
            let known = match value {
                serde_json::Value::Bool(value) => Known::YesNo(value),
                serde_json::Value::Number(value) => {
                    Known::Number(Number::whole(value.as_i64().expect("a case has whole numbers")))
                }
                serde_json::Value::String(value) => Known::Word(value),
                other => panic!("a case holds no {other}"),
            };
            (name, known)
        })
        .collect();
    inputs
}
