//! Counts for who runs the server, in the text format of Prometheus. No label says who a patient or a user is.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the classes of time, in milliseconds.
const CLASSES_MS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 10_000];

/// One route and class of status.
type Key = (&'static str, String, u16);

#[derive(Debug, Default)]
struct Times {
    /// Requests by class of time; the last is for all that took longer.
    classes: [u64; CLASSES_MS.len() + 1],
    total_us: u64,
}

/// Counts since the server started.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<Key, Times>>,
    in_flight: AtomicI64,
    panics: AtomicU64,
    refused: AtomicU64,
    sign_ins: AtomicU64,
    failed_sign_ins: AtomicU64,
    determinations: AtomicU64,
}

/// Something that is counted one by one.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A handler panicked.
    Panic,
    /// A right was refused.
    Refused,
    /// Somebody signed in.
    SignIn,
    /// Somebody failed to.
    FailedSignIn,
    /// An answer was kept.
    Determination,
}

impl Metrics {
    /// A request began.
    pub fn began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// A request ended. `route` is the pattern of the path, never the path.
    pub fn ended(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let class = CLASSES_MS.iter().position(|end| millis <= *end).unwrap_or(CLASSES_MS.len());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let times = requests.entry((method, route.to_owned(), status)).or_default();
        times.classes[class] += 1;
        times.total_us = times.total_us.saturating_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts an event.
    pub fn count(&self, event: Event) {
        let counter = match event {
            Event::Panic => &self.panics,
            Event::Refused => &self.refused,
            Event::SignIn => &self.sign_ins,
            Event::FailedSignIn => &self.failed_sign_ins,
            Event::Determination => &self.determinations,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// All counts as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut single = |name: &str, kind: &str, help: &str, value: String| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed).to_string();
        single("covered_up", "gauge", "1 while the server takes requests.", "1".to_owned());
        let in_flight = self.in_flight.load(Ordering::Relaxed).to_string();
        single("covered_requests_in_flight", "gauge", "Requests being answered.", in_flight);
        single("covered_panics_total", "counter", "Bugs that a request ran into.", read(&self.panics));
        single("covered_refused_total", "counter", "Requests for which a right was missing.", read(&self.refused));
        single("covered_sign_ins_total", "counter", "People who signed in.", read(&self.sign_ins));
        let failed = read(&self.failed_sign_ins);
        single("covered_sign_ins_failed_total", "counter", "Sign-ins that failed.", failed);
        single("covered_determinations_total", "counter", "Answers that were kept.", read(&self.determinations));
        self.histograms(&mut out);
        out
    }

    fn histograms(&self, out: &mut String) {
        const NAME: &str = "covered_request_seconds";
        let _ = writeln!(
            out,
            "# HELP {NAME} Time from the first byte of a request to its answer.\n# TYPE {NAME} histogram"
        );
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((method, route, status), times) in requests.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let mut sum = 0;
            for (end, count) in CLASSES_MS.iter().zip(times.classes) {
                sum += count;
                let _ = writeln!(out, "{NAME}_bucket{{{labels},le=\"{}\"}} {sum}", seconds(end * 1000));
            }
            sum += times.classes[CLASSES_MS.len()];
            let _ = writeln!(out, "{NAME}_bucket{{{labels},le=\"+Inf\"}} {sum}");
            let _ = writeln!(out, "{NAME}_sum{{{labels}}} {}", seconds(times.total_us));
            let _ = writeln!(out, "{NAME}_count{{{labels}}} {sum}");
        }
    }
}

/// Microseconds as seconds, without a float.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.began();
        metrics.ended("GET", "/v1/patients/{id}", 200, Duration::from_micros(1_500));
        metrics.began();
        metrics.count(Event::SignIn);
        let text = metrics.text();
        let labels = "method=\"GET\",route=\"/v1/patients/{id}\",status=\"200\"";
        for line in [
            "covered_requests_in_flight 1".to_owned(),
            "covered_sign_ins_total 1".to_owned(),
            format!("covered_request_seconds_bucket{{{labels},le=\"0.001000\"}} 1"),
            format!("covered_request_seconds_bucket{{{labels},le=\"+Inf\"}} 1"),
            format!("covered_request_seconds_sum{{{labels}}} 0.001500"),
            format!("covered_request_seconds_count{{{labels}}} 1"),
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
    }
}
