//! The policies as a decision graph of `zen-engine` (JDM): input, one expression node with every criterion and verdict, output.
//!
//! The three values are written by hand, as a user of that engine must: 0 not met, 1 open, 2 met; "all of" is the least, "any of"
//! the greatest, "two of three" the middle one. A fact that is not recorded is absent, which this engine reads as `null`. Of the
//! ways to write that which were tried (`docs/performance.md`) this is the fastest: a node for each policy costs more.

use crate::workload::{Criterion, Policy, Question, fact_name};

/// Nodes of the graph, each of which leaves a trace.
pub const NODES: usize = 3;

/// The key of a policy's verdict in the result.
#[must_use]
pub fn verdict_key(policy: usize) -> String {
    format!("p{policy}_verdict")
}

/// The key of a criterion in the result.
#[must_use]
pub fn criterion_key(policy: usize, criterion: usize) -> String {
    format!("p{policy}_c{criterion}")
}

/// The graph as JSON.
#[must_use]
pub fn graph(policies: &[Policy]) -> String {
    let expressions: Vec<String> = policies
        .iter()
        .enumerate()
        .flat_map(|(number, policy)| {
            let criteria = policy.criteria().enumerate();
            let criteria =
                criteria.map(move |(at, criterion)| expression(&criterion_key(number, at), &truth(criterion)));
            criteria.chain([expression(&verdict_key(number), &verdict(number))])
        })
        .collect();
    let content = format!("{{\"expressions\":[{}]}}", expressions.join(","));
    let nodes =
        [node("input", "inputNode", "{}"), node("all", "expressionNode", &content), node("output", "outputNode", "{}")];
    let edges = [edge("input", "all"), edge("all", "output")];
    format!("{{\"nodes\":[{}],\"edges\":[{}]}}", nodes.join(","), edges.join(","))
}

fn node(id: &str, kind: &str, content: &str) -> String {
    format!("{{\"id\":\"{id}\",\"name\":\"{id}\",\"type\":\"{kind}\",\"content\":{content}}}")
}

fn edge(from: &str, to: &str) -> String {
    format!("{{\"id\":\"{from}-{to}\",\"type\":\"edge\",\"sourceId\":\"{from}\",\"targetId\":\"{to}\"}}")
}

fn expression(key: &str, value: &str) -> String {
    format!("{{\"id\":\"{key}\",\"key\":\"{key}\",\"value\":{value:?}}}")
}

/// A criterion as 0, 1 or 2.
fn truth(criterion: &Criterion) -> String {
    let name = fact_name(criterion.fact);
    let (test, met, not_met) = match &criterion.question {
        Question::Yes => (name.clone(), 2, 0),
        Question::No => (name.clone(), 0, 2),
        Question::AtLeast(least) => (format!("{name} >= {least}"), 2, 0),
        Question::AtMost(most) => (format!("{name} <= {most}"), 2, 0),
        Question::In(values) => (format!("{name} in {}", list(values)), 2, 0),
        Question::NotIn(values) => (format!("{name} in {}", list(values)), 0, 2),
    };
    format!("{name} == null ? 1 : ({test} ? {met} : {not_met})")
}

fn list(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    format!("[{}]", quoted.join(", "))
}

fn verdict(policy: usize) -> String {
    let several = |range: std::ops::Range<usize>| {
        range.map(|at| format!("$.{}", criterion_key(policy, at))).collect::<Vec<_>>().join(", ")
    };
    format!(
        "min([{}, max([{}]), median([{}]), 2 - max([{}])])",
        several(2..8),
        several(8..10),
        several(10..13),
        several(0..2)
    )
}
