//! This engine beside `regorus` (bytecode), `zen-engine` (decision graph with its trace), `cedar-policy` and `cel`: same policies, same cases.
//!
//!     cargo bench -p benches --bench engines [-- --seed N --cases N --peer-cases N --repetitions N | --export FOLDER]
//!
//! Before anything is timed, every engine values the cases, and all must agree on every criterion and every verdict. What each
//! figure includes is said in `docs/performance.md`. As a test (without `--bench`) it only compares, on fewer cases.
#![expect(clippy::float_arithmetic, reason = "times and their ratios")]

mod cedar;
mod cel;
mod clock;
mod export;
mod machine;
mod ours;
mod rego;
mod tally;
mod times;
mod zen;

use std::path::PathBuf;
use std::process::ExitCode;

use benches::workload::{CRITERIA, Case, OPEN_PERCENT, POLICIES, Workload};
use policy::program::Cell;
use tally::Tally;

struct Options {
    seed: usize,
    cases: usize,
    /// The peers take so many of the same cases, evenly spread.
    peer_cases: usize,
    repetitions: usize,
    only_compare: bool,
    /// Where to put the workload for engines of other languages; the peers of this bench are then left out.
    export: Option<PathBuf>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut options =
            Self { seed: 1, cases: 100_000, peer_cases: 5_000, repetitions: 9, only_compare: true, export: None };
        while let Some(argument) = arguments.next() {
            if argument == "--export" {
                options.export = Some(arguments.next().map(PathBuf::from).expect("`--export` needs a folder"));
                continue;
            }
            let mut number = || {
                let value = arguments.next().and_then(|value| value.parse().ok());
                value.unwrap_or_else(|| panic!("`{argument}` needs a number"))
            };
            match argument.as_str() {
                "--bench" => options.only_compare = false,
                "--seed" => options.seed = number(),
                "--cases" => options.cases = number(),
                "--peer-cases" => options.peer_cases = number(),
                "--repetitions" => options.repetitions = number(),
                other => panic!("unknown option `{other}`"),
            }
        }
        if options.only_compare {
            options.cases = options.cases.min(2_000);
            options.peer_cases = options.peer_cases.min(500);
        }
        assert!((1..=options.cases).contains(&options.peer_cases), "the peers take some of the cases");
        assert!(options.repetitions > 0, "at least one repetition");
        options
    }
}

/// What the engines start from: everything that can be compiled, bound or parsed before is.
struct Prepared<'a> {
    cases: &'a [Case],
    /// Every case, as this engine takes it.
    rows: Vec<Vec<Cell>>,
    /// The cases that the peers take.
    sample: Vec<usize>,
    ours: ours::Engine,
    rego: rego::Engine,
    zen: zen::Engine,
    cedar: cedar::Engine,
    cel: cel::Engine,
}

fn main() -> ExitCode {
    let options = Options::read(std::env::args().skip(1));
    let workload = Workload::new(options.seed as u64, options.cases);
    let ours = ours::Engine::new(&workload);
    if let Some(folder) = &options.export {
        export::export(&workload, &ours, folder, options.repetitions);
        return ExitCode::SUCCESS;
    }
    let mut prepared = Prepared {
        cases: &workload.cases,
        rows: workload.cases.iter().map(|case| ours.bind(&ours::inputs(case))).collect(),
        sample: (0..options.cases).step_by(options.cases / options.peer_cases).take(options.peer_cases).collect(),
        ours,
        rego: rego::Engine::new(&workload),
        zen: zen::Engine::new(&workload),
        cedar: cedar::Engine::new(&workload),
        cel: cel::Engine::new(&workload),
    };
    machine::lines().iter().for_each(|line| println!("{line}"));
    println!(
        "workload  seed {}, {POLICIES} policies of {CRITERIA} criteria ({} nodes), {} cases with {OPEN_PERCENT} % of facts open",
        options.seed,
        prepared.ours.nodes(),
        options.cases,
    );
    println!("peers     {} of these cases, evenly spread", prepared.sample.len());
    compare(&mut prepared);
    if options.only_compare {
        return ExitCode::SUCCESS;
    }
    let met = times::time(&mut prepared, options.repetitions);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every engine must say the same of every criterion and every verdict.
fn compare(prepared: &mut Prepared<'_>) {
    let Prepared { cases, rows, sample, ours, rego, zen, cedar, cel } = prepared;
    let (mut scratch, mut verdicts) = (ours.scratch(), Vec::new());
    let mut all = Tally::default();
    for row in rows.iter() {
        ours.proof(row, &mut scratch);
        ours.tally(&scratch, &mut all);
        ours.verdicts(row, &mut verdicts);
        assert_eq!(verdicts, scratch.outcomes, "the verdict alone is the verdict of the proof");
    }
    ours.compare_columns(rows);
    let (mut from_ours, mut from_rego, mut from_zen) = (Tally::default(), Tally::default(), Tally::default());
    for index in sample.iter().copied() {
        ours.proof(&rows[index], &mut scratch);
        ours.tally(&scratch, &mut from_ours);
        let verdicts: Vec<_> = scratch.outcomes.iter().copied().map(ours::as_truth).collect();
        let (case, json) = (&cases[index], cases[index].json());
        let from_cedar = cedar::verdicts(&cedar.evaluate(&cedar::parse(&json)));
        assert_eq!(from_cedar.as_slice(), verdicts, "cedar says something else than this engine of {case:?}");
        let from_cel = cel::verdicts(&cel.evaluate(&cel::parse(&json)));
        assert_eq!(from_cel.as_slice(), verdicts, "cel says something else than this engine of {case:?}");
        rego::tally(&rego.evaluate(&rego::parse(&cases[index].json_with_nulls())), &mut from_rego);
        zen::tally(&zen.evaluate(&zen::parse(&cases[index].json()), true), &mut from_zen);
    }
    println!("verdicts  of all cases: {all}");
    println!("          of the peers' cases: covered {from_ours}; regorus {from_rego}; zen {from_zen}");
    println!("          cedar and cel: the same verdict of every policy about every one of these cases");
    assert_eq!(from_rego, from_ours, "regorus says something else than this engine");
    assert_eq!(from_zen, from_ours, "zen says something else than this engine");
}
