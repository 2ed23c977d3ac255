//! The `covered` command line.
//!
//! Exit codes: 0, the question was answered, whatever the answer is; 1, a check of policies or of X12 files found errors; 2,
//! bad input, and nothing was guessed.

mod args;
mod commands;
mod output;
mod source;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use output::Failure;

/// An answer makes and drops thousands of small values, and a server does so on several threads.
#[cfg(feature = "desk")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command that worked ends.
pub(crate) enum Done {
    /// It answered.
    Answered,
    /// It looked for errors and found some.
    FoundErrors,
    /// It has said, for one input of several or in full, why it could not be read.
    CouldNotRead,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if error.use_stderr() {
                let _ = error.print();
                return ExitCode::from(2);
            }
            // A reader that has seen enough is no error here either.
            let _ = output::print(&output::folded(&error.render().to_string()));
            return ExitCode::SUCCESS;
        }
    };
    match run(&arguments) {
        Ok(Done::Answered) => ExitCode::SUCCESS,
        Ok(Done::FoundErrors) => ExitCode::from(1),
        Ok(Done::CouldNotRead) => ExitCode::from(2),
        // A reader that has seen enough (`covered facts | head`) is no error.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Done, Failure> {
    match &arguments.command {
        Command::Check(check) => commands::check::run(check, &arguments.library),
        Command::Ask(ask) => commands::ask::run(ask, &arguments.library),
        Command::Facts(word) => commands::names::facts(word, &arguments.library),
        Command::Payers(word) => commands::names::payers(word, &arguments.library),
        Command::Treatments(word) => commands::names::treatments(word, &arguments.library),
        Command::Overlay(command) => commands::overlay::run(command, &arguments.library),
        Command::States(states) => commands::states::run(states, &arguments.library),
        Command::May(may) => commands::may::run(may, &arguments.library),
        Command::Status(status) => commands::status::run(status, &arguments.library),
        Command::Practice(practice) => commands::practice::run(practice, &arguments.library),
        Command::Flags(flags) => commands::flags::run(flags, &arguments.library),
        Command::Deadlines(deadlines) => commands::deadlines::run(deadlines, &arguments.library),
        Command::Appeals(appeals) => commands::appeals::run(appeals, &arguments.library),
        Command::Parameters(figures) => commands::figures::figures(figures, &arguments.library),
        Command::Notices(notices) => commands::figures::notices(notices, &arguments.library),
        Command::Policy(policy) => commands::policy::run(policy, &arguments.library),
        Command::Library(library) => commands::library::run(library, &arguments.library),
        Command::Lsp => commands::lsp::run(&arguments.library),
        Command::Codes(codes) => commands::codes::run(codes),
        Command::Price(price) => commands::codes::price::run(price),
        Command::X12(x12) => commands::x12::run(x12),
        Command::Page => commands::page::run(&arguments.library),
        #[cfg(feature = "desk")]
        Command::Serve(serve) => commands::desk::serve::run(serve, &arguments.library),
        #[cfg(feature = "desk")]
        Command::Audit(audit) => commands::desk::audit::run(audit),
        #[cfg(feature = "desk")]
        Command::Key(key) => commands::desk::key::run(key),
        #[cfg(feature = "desk")]
        Command::Import(import) => commands::desk::import::run(import, &arguments.library),
        #[cfg(feature = "desk")]
        Command::Export(export) => commands::desk::export::run(export),
        #[cfg(feature = "desk")]
        Command::Backup(backup) => commands::desk::backup::make(backup, &arguments.library),
        #[cfg(feature = "desk")]
        Command::Restore(restore) => commands::desk::backup::restore(restore, &arguments.library),
        Command::Completions { shell } => commands::completions(*shell),
    }
}
