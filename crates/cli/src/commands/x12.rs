//! `covered x12 …`: healthcare transactions. The crate `x12` does the work; here are files, options and words.

pub(crate) mod arguments;
pub(crate) mod case;
mod check;
mod compare;
mod explain;
pub(crate) mod file;
mod overlay;
mod record;
mod rewrite;
mod rules;

use serde_json::Value;

use crate::Done;
use crate::output::{Failure, print};
use arguments::X12Command;

pub(crate) fn run(command: &X12Command) -> Result<Done, Failure> {
    match command {
        X12Command::Show(show) => record::show(show),
        X12Command::Check(check) => check::run(check),
        X12Command::Explain(explain) => explain::run(explain),
        X12Command::Ack(ack) => rewrite::acknowledge(ack),
        X12Command::Fix(fix) => rewrite::fix(fix),
        X12Command::Split(split) => rewrite::split(split),
        X12Command::Diff(diff) => compare::run(diff),
        X12Command::Deidentify(deidentify) => rewrite::deidentify(deidentify),
        X12Command::Make(make) => rewrite::make(make),
        X12Command::Rules(rules) => rules::run(rules),
    }
}

/// Text of a file as a terminal may show it: a control character could move the cursor, or worse.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '·' } else { character }).collect()
}

/// An error of the library with its code, and what to do.
fn failure(code: &str, error: &dyn std::fmt::Display, help: &str) -> Failure {
    Failure::Errors(format!("error[{code}]: {error}\n  = help: {help}"))
}

fn print_json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}
