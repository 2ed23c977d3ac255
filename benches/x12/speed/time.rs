//! Time on the processor, and on which.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time that this thread has spent on a processor, in the program and in the system for it.
pub(crate) fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(now.tv_sec).expect("INVARIANT: processor time is not negative"),
        u32::try_from(now.tv_nsec).expect("INVARIANT: less than a second"),
    )
}

/// The time that `work` takes, and what it says.
pub(crate) fn timed(work: &dyn Fn() -> u64) -> (Duration, u64) {
    let before = processor_time();
    let said = black_box(work());
    (processor_time() - before, said)
}

/// One line each: processor, compiler, commit.
pub(crate) fn machine() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    vec![
        format!("machine   {}, {cores} cores, load {load}", processor()),
        format!("compiler  {}", said_by("rustc", &["--version"])),
        format!("commit    {}", commit()),
    ]
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split(": ").nth(1)).unwrap_or(std::env::consts::ARCH).to_owned()
}

fn commit() -> String {
    let changed = !said_by("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty();
    let commit = said_by("git", &["rev-parse", "--short", "HEAD"]);
    if changed { format!("{commit} and changes") } else { commit }
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
