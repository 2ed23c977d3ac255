//! What the commands that keep records have in common.

use std::error::Error;
use std::future::Future;

use store::{Act, Store};

use super::Keeping;
use crate::output::Failure;
use crate::source;

/// Runs what waits for a database.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Desk(format!("error[W0310]: cannot start: {error}\n  = help: try again")))?;
    runtime.block_on(work)
}

/// The practice's records.
pub(crate) async fn open(keeping: &Keeping) -> Result<Store, Failure> {
    Store::open(&keeping.options()?).await.map_err(|error| told(error.code(), &error, error.next_step()))
}

/// What a command does, now.
pub(crate) fn act(command: &str) -> Act {
    Act::program(command, source::now().timestamp())
}

/// An error with its code and the next step. What the system says of a file is said too; what a database says may hold more than it should.
pub(crate) fn told(code: &str, error: &(dyn Error + 'static), next_step: &str) -> Failure {
    let cause = error.source().filter(|source| source.is::<std::io::Error>());
    let cause = cause.map(|source| format!(": {source}")).unwrap_or_default();
    Failure::Desk(format!("error[{code}]: {error}{cause}\n  = help: {next_step}"))
}
