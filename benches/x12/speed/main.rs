//! X12 files read, judged and held: beside a plain loop over the same bytes, and beside other parsers.
//!
//!     cargo bench -p benches-x12 [--features peers] [-- FILE… --rounds N --only TEXT]
//!     cargo bench -p benches-x12 -- --alone threads [FILE] [--rounds N]
//!
//! FILE is a file of claims (837P) or remittances (835); without any, 5 MB of each are made here. Every figure is processor
//! time of one thread, user and system, the least of all rounds; in each round every subject has its turn, or only those whose
//! names hold TEXT: `--rounds 1` shows the whole table in the time of one look. As a test (without `--bench`) everything runs
//! once, on small files, and the counts must agree.
//!
//! `--alone threads` is for a quiet machine: it only compares two threads with one by the clock, in a few seconds. The other
//! ways to run alone (`batches`, `judge`, …) read FILE once and print the most memory that was held.
#![expect(clippy::float_arithmetic, reason = "times and their ratios")]

mod generate;
mod memory;
mod subjects;
mod time;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

struct Options {
    files: Vec<PathBuf>,
    rounds: usize,
    only_compare: bool,
    /// Only subjects whose names hold this, and the plain loop.
    only: String,
    /// One thing to do in this process, and nothing else.
    alone: Option<String>,
}

/// Size of a file that is made here.
const MADE_BYTES: usize = 5_000_000;

fn main() -> ExitCode {
    let options = read(std::env::args().skip(1).collect());
    match (options.alone.as_deref(), &options.files[..]) {
        (Some("threads"), files) => {
            let bytes = files.first().map_or_else(|| generate::claims(MADE_BYTES), |path| bytes_of(path));
            time::machine().iter().for_each(|line| println!("{line}"));
            subjects::two_threads(&bytes, options.rounds);
            return ExitCode::SUCCESS;
        }
        (Some(way), [file]) => {
            memory::alone(way, file);
            return ExitCode::SUCCESS;
        }
        (Some(_), _) => panic!("`--alone` needs one file"),
        (None, _) => {}
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &options.files {
        files.push((path.display().to_string(), bytes_of(path)));
    }
    if files.is_empty() {
        let size = if options.only_compare { 200_000 } else { MADE_BYTES };
        files.push(("claims made here".to_owned(), generate::claims(size)));
        files.push(("remittances made here".to_owned(), generate::remittances(size)));
    }
    time::machine().iter().for_each(|line| println!("{line}"));
    for (name, bytes) in &files {
        subjects::report(name, bytes, if options.only_compare { 1 } else { options.rounds }, &options.only);
    }
    if !options.only_compare && options.only.is_empty() {
        memory::report(&options.files);
    }
    ExitCode::SUCCESS
}

fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(arguments: Vec<String>) -> Options {
    let mut options = Options { files: Vec::new(), rounds: 7, only_compare: true, only: String::new(), alone: None };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => options.only_compare = false,
            "--rounds" => {
                let rounds = arguments.next().and_then(|rounds| rounds.parse().ok());
                options.rounds = rounds.expect("`--rounds` needs a number");
            }
            "--alone" => options.alone = Some(arguments.next().expect("`--alone` needs a word")),
            "--only" => options.only = arguments.next().expect("`--only` needs a text"),
            flag if flag.starts_with("--") => panic!("unknown option `{flag}`"),
            file => options.files.push(PathBuf::from(file)),
        }
    }
    assert!(options.rounds > 0, "at least one round");
    options
}
