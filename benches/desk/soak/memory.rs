//! What a process holds of memory, over time.

use std::fmt;
use std::time::{Duration, Instant};

/// What a day's work may add: records are in the caches of the database, names in memory for search, and the allocator gives back late.
const GROWTH_KIB_MAX: u64 = 32 * 1024;

/// The most that a process held in a part of the time, in kibibytes.
pub(crate) struct Memory {
    early: u64,
    late: u64,
}

impl Memory {
    /// Watches a process until the end. The first third, in which caches fill, is left out: the second is compared with the last.
    pub(crate) async fn watch(process: u32, ends: Instant) -> Memory {
        let began = Instant::now();
        let third = ends.saturating_duration_since(began) / 3;
        let mut memory = Memory { early: 0, late: 0 };
        while Instant::now() < ends {
            let now = resident(process);
            match began.elapsed() {
                time if time < third => {}
                time if time < third * 2 => memory.early = memory.early.max(now),
                _ => memory.late = memory.late.max(now),
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        memory
    }

    pub(crate) fn fault(&self) -> Option<String> {
        if self.early == 0 || self.late == 0 {
            return Some("the server was gone before the end".to_owned());
        }
        let max = self.early + GROWTH_KIB_MAX;
        (self.late > max)
            .then(|| format!("memory grew: {self}, and at most {} MiB more are taken", GROWTH_KIB_MAX / 1024))
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB, at the end {} MiB", self.early / 1024, self.late / 1024)
    }
}

/// What a process holds now; nothing, if it is gone.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
