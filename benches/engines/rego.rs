//! `regorus`: the module compiled to bytecode once, and one machine that takes every case.

use benches::rego;
use benches::workload::Workload;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Parser, Value};

use crate::tally::{Proof, Tally};

pub(crate) struct Engine {
    machine: RegoVM,
}

impl Engine {
    pub(crate) fn new(workload: &Workload) -> Self {
        let mut parser = Parser::new();
        parser
            .add_policy("bench.rego".to_owned(), rego::module(&workload.policies))
            .expect("the generated module is right");
        let compiled = parser.compile_with_entrypoint(&rego::ENTRY_POINT.into()).expect("the entry point is a rule");
        let program =
            Compiler::compile_from_policy(&compiled, &[rego::ENTRY_POINT]).expect("the module compiles to bytecode");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Self { machine }
    }

    pub(crate) fn evaluate(&mut self, case: &Value) -> Value {
        self.machine.set_input(case.clone());
        self.machine.execute().expect("the module takes every case")
    }
}

pub(crate) fn parse(json: &str) -> Value {
    Value::from_json_str(json).expect("a case is JSON")
}

/// Adds what an evaluation said.
pub(crate) fn tally(result: &Value, tally: &mut Tally) {
    let truth = |value: &Value| u8::try_from(value.as_u64().expect("a truth is a number")).expect("0, 1 or 2");
    for proof in result.as_array().expect("an array of proofs").iter() {
        let criteria = proof["criteria"].as_array().expect("an array of truths");
        tally.add(&Proof {
            verdict: truth(&proof["verdict"]),
            criteria: std::array::from_fn(|criterion| truth(&criteria[criterion])),
        });
    }
}
