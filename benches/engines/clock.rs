//! Time on the processor, so that other work on the machine counts as little as it can.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time that this thread has spent on a processor.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(now.tv_sec).expect("INVARIANT: processor time is not negative"),
        u32::try_from(now.tv_nsec).expect("INVARIANT: less than a second"),
    )
}

/// Something that is timed.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'static str,
    /// How many cases a pass takes.
    pub(crate) cases: usize,
    pass: Box<dyn FnMut() + 'a>,
    /// Of each timed pass the nanoseconds for one case.
    times: Vec<f64>,
}

impl<'a> Subject<'a> {
    /// Every case once in a pass.
    pub(crate) fn new<C, R>(name: &'static str, cases: &'a [C], mut each: impl FnMut(&C) -> R + 'a) -> Self {
        let pass = Box::new(move || {
            for case in cases {
                black_box(each(black_box(case)));
            }
        });
        Self { name, cases: cases.len(), pass, times: Vec::new() }
    }

    /// All cases together in a pass.
    pub(crate) fn together(name: &'static str, cases: usize, pass: impl FnMut() + 'a) -> Self {
        Self { name, cases, pass: Box::new(pass), times: Vec::new() }
    }

    pub(crate) fn least(&self) -> f64 {
        self.times.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// One pass of each to warm up, then `repetitions` rounds in which each has its turn: a slow moment hits all.
pub(crate) fn measure(subjects: &mut [Subject<'_>], repetitions: usize) {
    for subject in subjects.iter_mut() {
        (subject.pass)();
    }
    for _ in 0..repetitions {
        for subject in subjects.iter_mut() {
            let before = processor_time();
            (subject.pass)();
            let spent = processor_time() - before;
            subject.times.push(spent.as_nanos() as f64 / subject.cases as f64);
        }
    }
}
