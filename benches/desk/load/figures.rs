//! Times of requests, and what is said of them.

use std::fmt;
use std::time::{Duration, Instant};

use benches_desk::practice;
use library::Library;
use web::desk::answers::Answers;

/// What one round gave.
pub(crate) struct Round {
    /// How long each request took.
    pub(crate) times: Vec<Duration>,
    /// How long the round took.
    pub(crate) took: Duration,
    /// What this process used of the processors meanwhile.
    pub(crate) processor: Duration,
}

/// The figures of several rounds.
#[derive(Default)]
pub(crate) struct Figures {
    times: Vec<Duration>,
    rates: Vec<f64>,
    processor: Duration,
}

impl Figures {
    pub(crate) fn add(&mut self, round: Round) {
        self.rates.push(round.times.len() as f64 / round.took.as_secs_f64());
        self.times.extend(round.times);
        self.times.sort_unstable();
        self.processor += round.processor;
    }

    /// Requests in a second: the median of the rounds.
    pub(crate) fn per_second(&self) -> f64 {
        median(&self.rates)
    }

    /// The least and the greatest ratio of the rounds to those of others, each to the one beside it.
    pub(crate) fn ratios(&self, others: &Figures) -> (f64, f64) {
        let ratios = self.rates.iter().zip(&others.rates).map(|(own, other)| own / other);
        ratios.fold((f64::INFINITY, 0.0), |(least, most), ratio| (least.min(ratio), most.max(ratio)))
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
        let processor = self.processor.as_secs_f64() * 1_000_000.0 / self.times.len().max(1) as f64;
        write!(f, "{:>10.0}{half:>10.1}{:>10.1}{most:>10.1}{processor:>12.0}", self.per_second(), self.millis(990))
    }
}

/// The one in the middle; of two in the middle, halfway.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length.is_multiple_of(2) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// What the threads of this process have used of the processors so far.
pub(crate) fn processor_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let used = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    threads.filter_map(used).sum()
}

/// Says what the answers alone take, from the text of a case to the answer's: neither a server nor a database is there.
pub(crate) fn answers(library: &'static Library, times: u32) {
    let answers = Answers::new(library);
    let mut least_of_each = Vec::new();
    for request in practice::cases() {
        let request: serde_json::Value = serde_json::from_slice(&request).expect("a request in JSON");
        let text = request["case"].to_string();
        let mut least = f64::INFINITY;
        // The first compiles.
        for _ in 0..=times {
            let began = Instant::now();
            let (case, notes) = answers.read_text(&text).expect("a case that can be read");
            let answer = answers.answer(&case, &notes).expect("an answer");
            std::hint::black_box(serde_json::to_string(&answer).expect("an answer in JSON"));
            least = least.min(began.elapsed().as_secs_f64() * 1_000_000.0);
        }
        least_of_each.push(least);
    }
    let mean = least_of_each.iter().sum::<f64>() / least_of_each.len().max(1) as f64;
    let most = least_of_each.iter().fold(0.0, |most: f64, one| most.max(*one));
    println!(
        "an answer alone, the least of {times} each: mean of {} cases {mean:.0} µs, median {:.0} µs, most {most:.0} µs",
        least_of_each.len(),
        median(&least_of_each)
    );
}

/// How busy the machine is: its load over the last minute.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// Where it is measured.
pub(crate) fn machine(connections: usize) {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let processor = line.and_then(|line| line.split(": ").nth(1)).unwrap_or(std::env::consts::ARCH);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{processor}, {cores} cores, load {}; {connections} connections, clients and servers in one process",
        load()
    );
}
