//! Times of requests, and what is said of them.

use std::fmt;
use std::time::Duration;

/// The times of several rounds.
#[derive(Default)]
pub(crate) struct Figures {
    times: Vec<Duration>,
    took: Duration,
}

impl Figures {
    pub(crate) fn add(&mut self, (times, took): (Vec<Duration>, Duration)) {
        self.times.extend(times);
        self.times.sort_unstable();
        self.took += took;
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    /// The time that so many of a thousand requests do not exceed, in milliseconds.
    fn millis(&self, thousandths: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times
            .get((self.times.len() * thousandths / 1000).min(last))
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (half, most) = (self.millis(500), self.millis(1000));
        write!(f, "{:>10.0}{half:>10.1}{:>10.1}{most:>10.1}", self.per_second(), self.millis(990))
    }
}

/// Where it was measured.
pub(crate) fn machine(connections: usize) {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let processor = line.and_then(|line| line.split(": ").nth(1)).unwrap_or(std::env::consts::ARCH);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("{processor}, {cores} cores, load {load}; {connections} connections, clients and servers in one process");
}
