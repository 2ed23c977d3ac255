//! The workload for engines of other languages (`benches/others`), with the proof that they must give and this engine's own times.

use std::hint::black_box;
use std::path::Path;

use benches::workload::{
    CHOICE_VALUES, CHOICES, Criterion, FACTS, NUMBERS, Question, Value, Workload, YES_NO, fact_name,
};
use policy::columnar::Memory;
use policy::program::Cell;
use serde_json::{Value as Json, json};

use crate::clock::{Subject, measure};
use crate::ours;

/// Writes `rules.json`; `facts.bin`, a byte for each fact of each case (255: not recorded); `proofs.bin`, for each case and policy a
/// byte for the verdict and for each criterion; and `ours.json`, nanoseconds for a case.
pub(crate) fn export(workload: &Workload, ours: &ours::Engine, folder: &Path, repetitions: usize) {
    let rows: Vec<Vec<Cell>> = workload.cases.iter().map(|case| ours.bind(&ours::inputs(case))).collect();
    ours.compare_columns(&rows);
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("the folder can be written");
    write("rules.json", rules(workload).to_string().as_bytes());
    let facts = workload.cases.iter().flat_map(|case| case.0.map(|value| value.map_or(u8::MAX, byte)));
    write("facts.bin", &facts.collect::<Vec<u8>>());
    let (mut proofs, mut scratch) = (Vec::new(), ours.scratch());
    for row in &rows {
        ours.proof(row, &mut scratch);
        for proof in ours.proofs(&scratch) {
            proofs.push(proof.verdict);
            proofs.extend(proof.criteria);
        }
    }
    write("proofs.bin", &proofs);

    let (table, mut memory, mut decided) = (ours.table(&rows), Memory::default(), Memory::default());
    let (mut filled, mut decisions) = (Memory::default(), Vec::new());
    let mut subjects = [
        Subject::new("full proof", &rows, |row| ours.proof(row, &mut scratch)),
        Subject::together("full proof, in columns", rows.len(), || {
            ours.prove(&table, &mut memory, |proofs| {
                black_box(proofs);
            });
        }),
        Subject::together("full proof, in columns, with filling them", rows.len(), || {
            ours.prove(&ours.table(&rows), &mut filled, |proofs| {
                black_box(proofs);
            });
        }),
        Subject::together("decision of the stack, in columns", rows.len(), || {
            ours.decide(&table, &mut decided, &mut decisions);
        }),
    ];
    measure(&mut subjects, repetitions);
    let times: serde_json::Map<String, Json> =
        subjects.iter().map(|subject| (subject.name.to_owned(), json!(subject.median()))).collect();
    write("ours.json", Json::from(times).to_string().as_bytes());
}

/// A value as a number: no and yes, the number itself, the place among the values of a choice.
fn byte(value: Value) -> u8 {
    match value {
        Value::YesNo(value) => u8::from(value),
        Value::Number(value) => u8::try_from(value).expect("numbers are small"),
        Value::Choice(value) => place(value),
    }
}

fn place(value: &str) -> u8 {
    let at = CHOICE_VALUES.iter().position(|known| *known == value).expect("a value of the workload");
    u8::try_from(at).expect("there are few values")
}

fn rules(workload: &Workload) -> Json {
    let facts: Vec<Json> = (0..FACTS)
        .map(|fact| {
            let kind = match fact {
                fact if fact < YES_NO => "yes-no",
                fact if fact < YES_NO + NUMBERS => "number",
                fact if fact < YES_NO + NUMBERS + CHOICES => "choice",
                _ => unreachable!("INVARIANT: facts are of three kinds"),
            };
            json!({ "name": fact_name(fact), "kind": kind })
        })
        .collect();
    let policies: Vec<Json> = workload
        .policies
        .iter()
        .map(|policy| Json::from(policy.criteria().map(criterion).collect::<Vec<Json>>()))
        .collect();
    json!({ "facts": facts, "choices": CHOICE_VALUES, "policies": policies })
}

fn criterion(criterion: &Criterion) -> Json {
    let (test, value) = match &criterion.question {
        Question::Yes => ("yes", Json::Null),
        Question::No => ("no", Json::Null),
        Question::AtLeast(least) => ("at least", json!(least)),
        Question::AtMost(most) => ("at most", json!(most)),
        Question::In(values) => ("in", json!(values)),
        Question::NotIn(values) => ("not in", json!(values)),
    };
    json!({ "fact": criterion.fact, "test": test, "value": value })
}
