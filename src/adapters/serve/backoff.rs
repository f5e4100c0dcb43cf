//! Waits between attempts that grow, so that what is down is not hammered, and differ, so that many do not come at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Waits that double from a first one to a cap, each shortened by up to a half at random.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    next: Duration,
}

impl Backoff {
    /// Waits from `first` to `cap`.
    pub fn new(first: Duration, cap: Duration) -> Self {
        Self { first, cap, next: first.min(cap) }
    }

    /// How long to wait before the next attempt.
    pub fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = wait.saturating_mul(2).min(self.cap);
        jittered(wait, random())
    }

    /// An attempt succeeded: the next wait is the first one again.
    pub fn reset(&mut self) {
        self.next = self.first.min(self.cap);
    }
}

/// `wait` less up to a half of it: 0 takes nothing off, `u32::MAX` the half.
fn jittered(wait: Duration, random: u32) -> Duration {
    wait - wait.mul_f64(f64::from(random) / f64::from(u32::MAX) / 2.0).min(wait)
}

/// Good enough to spread waits: a hasher with the keys that the system seeds for hash maps.
fn random() -> u32 {
    RandomState::new().build_hasher().finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_cap_and_start_over_after_a_reset() {
        let (first, cap) = (Duration::from_millis(100), Duration::from_millis(500));
        let mut backoff = Backoff::new(first, cap);
        for whole in [100, 200, 400, 500, 500] {
            let (whole, wait) = (Duration::from_millis(whole), backoff.wait());
            assert!(wait <= whole && wait >= whole / 2, "{wait:?} of {whole:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= first);
    }

    #[test]
    fn jitter_takes_at_most_a_half() {
        let wait = Duration::from_secs(8);
        assert_eq!(jittered(wait, 0), wait);
        assert_eq!(jittered(wait, u32::MAX), wait / 2);
        let several = (0..8).map(|_| random()).collect::<std::collections::BTreeSet<_>>();
        assert!(several.len() > 1);
    }
}
