//! One file for each command.

pub(crate) mod appeals;
pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod codes;
pub(crate) mod deadlines;
#[cfg(feature = "desk")]
pub(crate) mod desk;
pub(crate) mod figures;
pub(crate) mod flags;
pub(crate) mod library;
pub(crate) mod lsp;
pub(crate) mod may;
pub(crate) mod names;
pub(crate) mod overlay;
pub(crate) mod page;
pub(crate) mod policy;
pub(crate) mod practice;
pub(crate) mod states;
pub(crate) mod status;
pub(crate) mod x12;

use clap::CommandFactory;

pub(crate) use x12::file::{write as write_whole, write_new};

use crate::Done;
use crate::args::Arguments;
use crate::output::{Failure, print};

/// `covered completions SHELL`
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Done, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "covered", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(Done::Answered)
}
