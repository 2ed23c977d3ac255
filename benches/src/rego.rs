//! The policies in Rego, for the bytecode of `regorus`.
//!
//! The three values are written by hand, as a user of that engine must: 0 not met, 1 open, 2 met; "all of" is the least, "any of"
//! the greatest, "two of three" the middle one. Of the ways to write that which were tried (`docs/performance.md`) this is the
//! fastest: one rule body for each policy, each fact looked up once, no `else`, no functions, truth by look-up in a literal. It
//! needs every fact to be there, so one that is not recorded is `null`.

use std::collections::BTreeSet;

use crate::workload::{CHOICE_VALUES, CRITERIA, Criterion, Policy, Question, fact_name};

/// What to evaluate: an array with one proof for each policy, an object of `verdict` and `criteria`.
pub const ENTRY_POINT: &str = "data.bench.proofs";

/// Truth by the value of a yes-no fact; its opposite; and, by "is it open?", truth by the outcome of a test.
const LITERALS: [&str; 3] = [
    "yes := {true: 2, false: 0, null: 1}",
    "no := {true: 0, false: 2, null: 1}",
    "unless_open := {true: {true: 1, false: 1}, false: {true: 2, false: 0}}",
];

/// The module that holds all policies.
#[must_use]
pub fn module(policies: &[Policy]) -> String {
    let rules: Vec<String> = policies.iter().enumerate().map(|(number, policy)| rule(number, policy)).collect();
    let names: Vec<String> = (0..policies.len()).map(|number| format!("proof_{number}")).collect();
    format!("package bench\n\n{}\nproofs := [{}]\n", rules.join("\n"), names.join(", "))
}

fn rule(number: usize, policy: &Policy) -> String {
    let facts: BTreeSet<usize> = policy.criteria().map(|criterion| criterion.fact).collect();
    let mut body: Vec<String> =
        facts.into_iter().map(fact_name).map(|name| format!("{name} := input.{name}")).collect();
    body.extend(LITERALS.map(str::to_owned));
    body.extend(policy.criteria().enumerate().map(|(at, criterion)| format!("c{at} := {}", truth(criterion))));
    let several = |range: std::ops::Range<usize>| range.map(|at| format!("c{at}")).collect::<Vec<_>>().join(", ");
    body.push(format!("several := sort([{}])[1]", several(10..13)));
    body.push(format!("verdict := min([{}, max([{}]), several, 2 - c0, 2 - c1])", several(2..8), several(8..10),));
    let proof = format!("{{\"verdict\": verdict, \"criteria\": [{}]}}", several(0..CRITERIA));
    format!("proof_{number} := {proof} if {{\n  {}\n}}\n", body.join("\n  "))
}

/// A criterion as 0, 1 or 2.
fn truth(criterion: &Criterion) -> String {
    let name = fact_name(criterion.fact);
    let test = match &criterion.question {
        Question::Yes => return format!("yes[{name}]"),
        Question::No => return format!("no[{name}]"),
        Question::AtLeast(least) => format!("{name} >= {least}"),
        Question::AtMost(most) => format!("{name} <= {most}"),
        Question::In(values) => format!("{name} in {}", set(values)),
        Question::NotIn(values) => {
            let others: Vec<&str> = CHOICE_VALUES.into_iter().filter(|value| !values.contains(value)).collect();
            format!("{name} in {}", set(&others))
        }
    };
    format!("unless_open[{name} == null][{test}]")
}

fn set(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("{{{}}}", quoted.join(", "))
}
