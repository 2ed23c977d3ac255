//! `zen-engine`: the graph parsed and compiled once, and evaluated without an async runtime.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use benches::jdm;
use benches::workload::{POLICIES, Workload};
use zen_engine::model::GraphContent;
use zen_engine::{Decision, DecisionGraphResponse, EvaluationOptions};
use zen_expression::Variable;

use crate::tally::{Proof, Tally};

pub(crate) struct Engine {
    decision: Decision,
}

impl Engine {
    pub(crate) fn new(workload: &Workload) -> Self {
        let mut content: GraphContent =
            serde_json::from_str(&jdm::graph(&workload.policies)).expect("the generated graph is right");
        content.compile();
        Self { decision: Decision::from(content) }
    }

    pub(crate) fn evaluate(&self, case: &Variable, trace: bool) -> DecisionGraphResponse {
        let options = EvaluationOptions { trace, max_depth: 1 };
        at_once(self.decision.evaluate_with_opts(case.clone(), options)).expect("the graph takes every case")
    }
}

pub(crate) fn parse(json: &str) -> Variable {
    serde_json::from_str(json).expect("a case is JSON")
}

/// Adds what an evaluation with trace said.
pub(crate) fn tally(response: &DecisionGraphResponse, tally: &mut Tally) {
    let trace = response.trace.as_ref().and_then(|trace| trace.as_graph()).expect("a graph leaves its trace");
    assert_eq!(trace.len(), jdm::NODES, "every node leaves a trace");
    let truth = |key: String| {
        let value = response.result.dot(&key).and_then(|value| value.as_number()).expect("a truth is a number");
        u8::try_from(value).expect("a truth is 0, 1 or 2")
    };
    for policy in 0..POLICIES {
        tally.add(&Proof {
            verdict: truth(jdm::verdict_key(policy)),
            criteria: std::array::from_fn(|criterion| truth(jdm::criterion_key(policy, criterion))),
        });
    }
}

/// Runs a future that never waits: no node of the graph reads a file or calls out.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an evaluation without input or output waited"),
    }
}
