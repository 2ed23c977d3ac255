//! `cel`: one program whose value is the list of verdicts, as 0, 1 and 2.
//!
//! A list with a truth for each criterion could be written too and would take longer; the verdicts alone are what is timed.

use benches::two_valued::{self, Syntax};
use benches::workload::{POLICIES, Workload};
use cel::{Context, Program, Value};
use policy::program::Truth;

const SYNTAX: Syntax = Syntax {
    has: |name| format!("has(c.{name})"),
    value: |name| format!("c.{name}"),
    is_in: |value, values| format!("{value} in {values:?}"),
};

pub(crate) struct Engine {
    program: Program,
}

impl Engine {
    pub(crate) fn new(workload: &Workload) -> Self {
        let verdicts: Vec<String> = workload
            .policies
            .iter()
            .map(|policy| {
                let (surely, possibly) = (two_valued::surely(policy, SYNTAX), two_valued::possibly(policy, SYNTAX));
                format!("(({surely}) ? 2 : (({possibly}) ? 1 : 0))")
            })
            .collect();
        let text = format!("[{}]", verdicts.join(",\n"));
        Self { program: Program::compile(&text).expect("the generated program is right") }
    }

    pub(crate) fn evaluate(&self, case: &Context<'_, '_>) -> Value {
        self.program.execute(case).expect("the program takes every case")
    }
}

pub(crate) fn parse(json: &str) -> Context<'static, 'static> {
    let value: serde_json::Value = serde_json::from_str(json).expect("a case is JSON");
    let mut context = Context::default();
    context.add_variable_from_value("c", cel::to_value(value).expect("a case is a map"));
    context
}

/// Not covered, open and covered policies.
pub(crate) fn verdicts(result: &Value) -> [Truth; POLICIES] {
    let Value::List(list) = result else { panic!("a list of verdicts") };
    std::array::from_fn(|policy| match &list[policy] {
        Value::Int(verdict) => Truth::try_from(*verdict).expect("0, 1 or 2"),
        other => panic!("no verdict: {other:?}"),
    })
}
