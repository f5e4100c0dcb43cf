//! How a figure is printed: what was measured, what it shall be at most, the ratio of the two, and the verdict.
#![allow(dead_code)]

use std::time::{Duration, Instant};

/// `what: 3.1 ms of 10 ms (0.31x): reached`
pub(crate) fn at_most(what: &str, got: f64, most: f64, unit: &str) -> String {
    format!("{what}: {got:.2} of {most} {unit} ({:.2}x): {}", got / most, verdict(got <= most))
}

/// Whether a figure is reached.
pub(crate) fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}

/// Of sorted times, the one below which so many of a hundred are.
pub(crate) fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort();
    times[(times.len() * of_hundred / 100).min(times.len() - 1)]
}

/// How long each of some runs takes.
pub(crate) fn times<T>(runs: usize, mut f: impl FnMut() -> T) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        std::hint::black_box(f());
        times.push(start.elapsed());
    }
    times
}

/// In milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How this was built, which every figure depends on.
pub(crate) fn built() -> &'static str {
    if cfg!(debug_assertions) { "a dev build, whose figures say little" } else { "a release build" }
}
