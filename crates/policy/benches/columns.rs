//! Many cases in columns beside the same cases one by one, on one thread: the outcomes of a stack of thirty generated policies.
//!
//!     cargo bench -p policy --bench columns [-- REPETITIONS]
//!
//! Both give the same outcomes, which is compared first. Filling the columns is timed apart. As a test (without `--bench`) it only compares.
#![expect(clippy::float_arithmetic, reason = "times and their ratios")]

#[path = "../tests/support/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use policy::columnar::{Memory, Table, determine};
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::{self, Vocabulary};
use policy::eval::{RankInStack, Scratch, Selection, compose, evaluate};
use policy::lists::Lists;
use policy::parse::parse;
use policy::program::{Cell, Rank, Ranks};
use policy::span::SourceId;

const POLICIES: usize = 30;
const CASES: usize = 20_000;
/// How often columns are judged in a repetition: once is shorter than what processor time is counted by.
const PASSES: u32 = 100;

/// Processor time of this thread as Linux counts it; elsewhere the time since the start.
fn spent(began: Instant) -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e9 / CASES as f64
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let timed = std::env::args().any(|argument| argument == "--bench");
    let repetitions = if timed { arguments.next().and_then(|n| n.parse().ok()).unwrap_or(15) } else { 1 };
    let facts = generate::dictionary();
    let source = Sources::default().add("facts.toml", facts.clone());
    let dictionary =
        dictionary::parse(&[(source, &facts)], &Vocabulary::default()).dictionary.expect("the dictionary is right");
    let ranks = Ranks(vec![Rank { name: "lcd".to_owned(), gate: false }]);
    let (lists, tables) = (Lists::default(), BTreeMap::new());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
    let entries: Vec<Entry> = (0..POLICIES)
        .map(|number| {
            let text = generate::policy(&mut generate::Random::new(number as u64), number, "lcd");
            Entry::from(parse(SourceId(0), &text).file.expect("the policies are right"))
        })
        .collect();
    let program = compile(&entries, &context).expect("the policies compile");
    let selection = Selection::new(&program, &[RankInStack::binding(0)], jiff::civil::date(2026, 6, 15), None);
    let mut random = generate::Random::new(1);
    let mut case = || -> Vec<Cell> {
        let one = |slot: &policy::program::Slot| {
            let value = i64::try_from(random.below(12)).expect("a small number").clamp(slot.domain.lo, slot.domain.hi);
            if random.chance(15) { slot.domain } else { Cell::known(value) }
        };
        program.slots.iter().map(one).collect()
    };
    let rows: Vec<Vec<Cell>> = (0..CASES).map(|_| case()).collect();

    let began = Instant::now();
    let (mut scratch, mut memory, mut decisions) = (Scratch::new(&program), Memory::default(), Vec::new());
    let (mut filling, mut by_columns, mut by_rows) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..repetitions {
        let start = spent(began);
        let mut table = Table::new(&program).expect("few cells");
        rows.iter().for_each(|row| table.push(row));
        let filled = spent(began);
        for _ in 0..PASSES {
            determine(&program, &selection, &table, &mut memory, &mut decisions);
        }
        let judged = spent(began);
        let mut agree = 0;
        for (row, decision) in rows.iter().zip(&decisions) {
            evaluate(&program, &selection, row.as_slice(), &mut scratch.proof, &mut scratch.outcomes);
            agree += usize::from(compose(&selection, &scratch.outcomes) == decision.outcomes);
        }
        assert_eq!(agree, CASES, "columns and rows say the same");
        filling.push(filled - start);
        by_columns.push((judged - filled) / PASSES);
        by_rows.push(spent(began) - judged);
    }
    println!("{CASES} cases, {POLICIES} policies of {} nodes, {repetitions} repetitions", program.nodes.len());
    if timed {
        let (filling, columns, rows) = (median(filling), median(by_columns), median(by_rows));
        println!("| of one case | ns, median |\n|---|---:|");
        println!(
            "| one by one, with its proof | {rows:.0} |\n| in columns | {columns:.0} |\n| filling the columns | {filling:.0} |"
        );
        println!(
            "in columns {:.1} times as fast, {:.1} times with the filling",
            rows / columns,
            rows / (columns + filling)
        );
    }
}
