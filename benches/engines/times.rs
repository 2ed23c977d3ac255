//! What is timed, and the ratios that are printed.

use std::hint::black_box;

use benches::workload::POLICIES;
use policy::columnar::Memory;
use serde_json::Value as Json;

use crate::Prepared;
use crate::clock::{Subject, measure};
use crate::{cedar, cel, machine, ours, rego, zen};

/// A ratio that is to be reached.
struct Goal {
    name: &'static str,
    times: f64,
    least: f64,
}

impl Goal {
    fn print(&self) -> bool {
        let met = self.times >= self.least;
        let word = if met { "met" } else { "NOT MET" };
        println!("| {} | {:.1} × | {} × | {word} |", self.name, self.times, self.least);
        met
    }
}

/// Times everything, prints the tables, and says whether the goals are met.
pub(crate) fn time(prepared: &mut Prepared<'_>, repetitions: usize) -> bool {
    let Prepared { cases, rows, sample, ours, rego, zen, cedar, cel } = prepared;
    let ours = &*ours;
    let structs: Vec<_> = sample.iter().map(|index| ours::inputs(&cases[*index])).collect();
    let json: Vec<_> = sample.iter().map(|index| cases[*index].json()).collect();
    let json_with_nulls: Vec<_> = sample.iter().map(|index| cases[*index].json_with_nulls()).collect();
    let for_rego: Vec<_> = json_with_nulls.iter().map(|text| rego::parse(text)).collect();
    let for_zen: Vec<_> = json.iter().map(|text| zen::parse(text)).collect();
    let for_cedar: Vec<_> = json.iter().map(|text| cedar::parse(text)).collect();
    let for_cel: Vec<_> = json.iter().map(|text| cel::parse(text)).collect();
    let sample_rows: Vec<_> = sample.iter().map(|index| rows[*index].clone()).collect();
    let (mut proof, mut walked, mut determination) = (ours.scratch(), ours.scratch(), ours.scratch());
    let (mut verdicts, mut changed, mut flips) = (Vec::new(), ours.scratch(), ours.flips());
    let (mut answer, mut text) = (ours.scratch(), String::new());
    let (table, mut memory) = (ours.table(rows), Memory::default());

    let mut subjects = [
        Subject::new("covered: full proof", rows, |row| ours.proof(row, &mut proof)),
        Subject::new("covered: verdicts alone", rows, |row| ours.verdicts(row, &mut verdicts)),
        Subject::together("covered: full proof, in columns", rows.len(), || {
            ours.prove(&table, &mut memory, |proofs| {
                black_box(proofs);
            });
        }),
        Subject::new("covered: full proof, not made ready", rows, |row| ours.walk(row, &mut walked)),
        Subject::new("covered: full proof, ranks composed, exact", rows, |row| ours.determine(row, &mut determination)),
        Subject::new("covered: full proof and the smallest change for each policy", &sample_rows, |row| {
            ours.proof_and_flips(row, &mut changed, &mut flips)
        }),
        Subject::new("covered: JSON to JSON answer with the proof", &json, |case| {
            ours.json_to_json(case, &mut answer, &mut text);
            text.len()
        }),
        Subject::new("regorus: bytecode", &for_rego, |case| rego.evaluate(case)),
        Subject::new("zen: with trace", &for_zen, |case| zen.evaluate(case, true)),
        Subject::new("zen: without trace", &for_zen, |case| zen.evaluate(case, false)),
        Subject::new("zen: JSON to JSON answer with the trace", &json, |case| {
            serde_json::to_string(&zen.evaluate(&zen::parse(case), true)).expect("an answer is JSON")
        }),
        Subject::new("cedar: verdicts", &for_cedar, |case| cedar.evaluate(case)),
        Subject::new("cel: verdicts", &for_cel, |case| cel.evaluate(case)),
        Subject::together("covered: filling the columns from numbered facts", rows.len(), || {
            black_box(ours.table(rows));
        }),
        Subject::new("covered: inputs to numbered facts", &structs, |inputs| ours.bind(inputs)),
        Subject::new("covered: JSON to numbered facts", &json, |text| ours.bind(&ours::inputs_from_json(text))),
        Subject::new("regorus: JSON to its value", &json_with_nulls, |text| rego::parse(text)),
        Subject::new("zen: JSON to its value", &json, |text| zen::parse(text)),
        Subject::new("serde_json: JSON to its value", &json, |text| {
            serde_json::from_str::<Json>(text).expect("a case is JSON")
        }),
    ];
    measure(&mut subjects, repetitions);

    println!("load      {} at the end; {repetitions} repetitions, processor time of one thread\n", machine::load());
    println!("| of one case, {POLICIES} policies | cases | µs, least | µs, median | ns a policy |");
    println!("|---|---:|---:|---:|---:|");
    for subject in &subjects {
        let (least, median) = (subject.least() / 1e3, subject.median() / 1e3);
        let each = subject.median() / POLICIES as f64;
        println!("| {} | {} | {least:.2} | {median:.2} | {each:.1} |", subject.name, subject.cases);
    }
    let [
        proof,
        verdicts,
        columns,
        walked,
        _,
        flips,
        answer,
        regorus,
        zen,
        _,
        zen_answer,
        cedar,
        cel,
        _,
        bound,
        from_json,
        ..,
    ] = subjects.each_ref().map(Subject::median);
    let goals = [
        Goal { name: "regorus bytecode ÷ full proof", times: regorus / proof, least: 45.0 },
        Goal { name: "zen with trace ÷ full proof", times: zen / proof, least: 90.0 },
        Goal { name: "cel ÷ full proof", times: cel / proof, least: 60.0 },
        Goal { name: "cedar ÷ full proof", times: cedar / proof, least: 170.0 },
        Goal { name: "cel ÷ full proof in columns", times: cel / columns, least: 60.0 },
        Goal { name: "cedar ÷ full proof in columns", times: cedar / columns, least: 170.0 },
        Goal { name: "regorus bytecode ÷ proof and smallest change", times: regorus / flips, least: 25.0 },
        Goal { name: "zen ÷ covered, JSON to JSON", times: zen_answer / answer, least: 5.0 },
        Goal { name: "1.5 × verdicts alone ÷ full proof", times: 1.5 * verdicts / proof, least: 1.0 },
    ];
    println!("\n| ratio | measured | goal | |\n|---|---:|---:|---|");
    let met = goals.iter().filter(|goal| goal.print()).count() == goals.len();
    println!(
        "\na single question, without making the selection ready: {:.2} µs; from inputs in memory to a full proof: {:.2} µs; from JSON: {:.2} µs",
        walked / 1e3,
        (bound + proof) / 1e3,
        (from_json + proof) / 1e3
    );
    met
}
