//! Signed heads of the audit leave this machine by a command: a mail, a copy by ssh, a system log.

use std::io::{Error, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use store::Store;

use crate::source;

/// What happened since the last head that left can be rewritten unseen.
const EVERY: Duration = Duration::from_secs(3600);
/// A command that takes longer hangs.
const WITHIN: Duration = Duration::from_secs(60);

/// Gives the head to a command at the start and each hour. What fails is logged, and tried again with the next.
pub(crate) async fn send_each_hour(store: Store, command: String) {
    loop {
        match store.signed_head(source::now().timestamp()).await {
            Ok(head) => {
                let line = serde_json::to_string(&head).expect("a head is plain JSON");
                let command = command.clone();
                match tokio::task::spawn_blocking(move || give(&command, &line)).await {
                    Ok(Ok(())) => tracing::info!(entry = head.seq, "the audit's head was sent"),
                    Ok(Err(error)) => {
                        tracing::error!(code = "W0314", cause = %error, "the audit's head was not sent: see the command of `--send-heads`");
                    }
                    Err(_) => tracing::error!(code = "W0314", "the audit's head was not sent"),
                }
            }
            Err(error) => tracing::error!(code = error.code(), "the audit's head could not be signed"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn give(command: &str, line: &str) -> Result<(), Error> {
    let mut child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut into = child.stdin.take().expect("INVARIANT: it was asked for");
    // A head is shorter than a pipe holds, so that this never waits.
    let written = into.write_all(format!("{line}\n").as_bytes());
    drop(into);
    let began = Instant::now();
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if began.elapsed() < WITHIN => std::thread::sleep(Duration::from_millis(50)),
            None => {
                child.kill()?;
                child.wait()?;
                return Err(Error::other(format!("it took longer than {} seconds", WITHIN.as_secs())));
            }
        }
    };
    if status.success() { written } else { Err(Error::other(status.to_string())) }
}
