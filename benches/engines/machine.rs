//! Where and on what a figure was measured.

use std::process::Command;

/// One line each: processor, compiler, commit.
pub(crate) fn lines() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        format!("machine   {}, {cores} cores, load {}", processor(), load()),
        format!("compiler  {}", said_by("rustc", &["--version"])),
        format!("commit    {}", commit()),
    ]
}

/// The load average of the last minute.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|first| !first.is_empty()).unwrap_or("unknown").to_owned()
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
