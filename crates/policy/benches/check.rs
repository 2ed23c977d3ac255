//! How much processor time the checks of a thousand generated policies take, from text to findings, on one thread.
//!
//!     cargo bench -p policy --bench check [-- REPETITIONS]
//!
//! The policies are those of the tests (`tests/support/generate.rs`), each about codes of its own, as policies of one rank mostly are.
//! As a test (without `--bench`) it checks a hundred once.

#[path = "../tests/support/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use policy::check::library;
use policy::compile::{Context, Entry};
use policy::diagnostic::Sources;
use policy::dictionary::{self, Vocabulary};
use policy::lists::Lists;
use policy::parse::parse;
use policy::program::{Rank, Ranks};
use policy::span::SourceId;

const POLICIES: usize = 1_000;
/// What `covered policy check` promises for a thousand policies.
const GOAL: Duration = Duration::from_millis(100);

/// Processor time of this thread as Linux counts it; elsewhere the time since the start.
fn spent(began: Instant) -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let timed = std::env::args().any(|argument| argument == "--bench");
    let repetitions = if timed { arguments.next().and_then(|n| n.parse().ok()).unwrap_or(15) } else { 1 };
    let count = if timed { POLICIES } else { 100 };
    let texts: Vec<String> = (0..count)
        .map(|number| {
            let mut random = generate::Random::new(number as u64);
            let rank = if number % 2 == 0 { "ncd" } else { "lcd" };
            generate::policy(&mut random, number, rank).replace("for any", &format!("for {:05}", 10_000 + number / 4))
        })
        .collect();
    let facts = generate::dictionary();
    let source = Sources::default().add("facts.toml", facts.clone());
    let dictionary =
        dictionary::parse(&[(source, &facts)], &Vocabulary::default()).dictionary.expect("the dictionary is right");
    let rank = |name: &str| Rank { name: name.to_owned(), gate: false };
    let ranks = Ranks(vec![rank("ncd"), rank("lcd")]);
    let (lists, tables) = (Lists::default(), BTreeMap::new());
    let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };

    let began = Instant::now();
    let mut times: Vec<[Duration; 2]> = Vec::new();
    let mut findings = 0;
    for _ in 0..repetitions {
        let start = spent(began);
        let entries: Vec<Entry> = (0..)
            .zip(&texts)
            .map(|(number, text)| Entry::from(parse(SourceId(number), text).file.expect("the policies are right")))
            .collect();
        let parsed = spent(began) - start;
        findings = library(&entries, &context, &[]).len();
        times.push([parsed, spent(began) - start - parsed]);
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{count} policies of {bytes} bytes, {findings} findings, {repetitions} repetitions");
    if !timed {
        return;
    }
    let of = |which: usize| -> (Duration, Duration) {
        let mut all: Vec<Duration> = times.iter().map(|time| time[which]).collect();
        all.sort_unstable();
        (all[0], all[all.len() / 2])
    };
    let (parsed, checked) = (of(0), of(1));
    println!("parse: least {:?}, median {:?}", parsed.0, parsed.1);
    println!("check: least {:?}, median {:?}", checked.0, checked.1);
    let whole = parsed.0 + checked.0;
    println!("together {whole:?}; the goal is {GOAL:?}: {}", if whole <= GOAL { "met" } else { "NOT MET" });
}
