//! The engine and its kernels against a naive second evaluator that shares no code with them.

#[path = "../support/brute.rs"]
mod brute;
#[path = "../support/generate.rs"]
mod generate;
#[path = "../support/names.rs"]
mod names;
#[path = "../support/oracle.rs"]
mod oracle;

mod columnar;
mod diff;
mod engine;

/// A number from the environment, to widen a run.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
