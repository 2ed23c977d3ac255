//! `covered library …`: what the library knows, how well it was read, and how old that is.

pub(crate) mod arguments;
mod cases;
mod conflicts;
mod heat;
mod impact;
mod ledger;
mod matrix;
mod report;
mod stale;

use policy::ast::Grade;
use serde_json::Value;

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{COLUMNS, Failure, print};
use crate::source;
use arguments::LibraryCommand;

pub(crate) fn run(command: &LibraryCommand, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = || source::library(arguments);
    match command {
        LibraryCommand::Report(wanted) => report::run(wanted, &library()?),
        LibraryCommand::Ledger(wanted) => ledger::run(wanted, &library()?),
        LibraryCommand::Matrix(wanted) => matrix::run(wanted, &library()?),
        LibraryCommand::Stale(wanted) => stale::run(wanted, &library()?),
        LibraryCommand::Conflicts(wanted) => conflicts::run(wanted, &library()?),
        LibraryCommand::Impact(wanted) => impact::run(wanted),
    }
}

fn print_json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

/// The word of a grade: `mirror`.
fn grade_word(grade: Grade) -> &'static str {
    let row = Grade::ALL.iter().find(|(known, _)| *known == grade);
    row.expect("INVARIANT: every grade is in the table").1
}

/// Adds a text, every line indented, broken at [`COLUMNS`].
fn paragraph(out: &mut String, indent: usize, text: &str) {
    let blank = " ".repeat(indent);
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > COLUMNS {
            out.push('\n');
            column = 0;
        }
        if column == 0 {
            out.push_str(&blank);
            column = indent;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
}
