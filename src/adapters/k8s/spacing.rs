//! When a credential plugin may run again: it opens browsers, asks clouds and costs money, and whoever follows a cluster tries
//! again every few moments.

use std::time::Duration;

/// The wait after a first failure.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const MOST: Duration = Duration::from_secs(60);
/// After so long without a run, the next one counts as the first.
const FORGIVEN: Duration = Duration::from_secs(300);

/// The runs of a plugin, by the time since some moment: it knows no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spacing {
    /// Runs in a row.
    runs: u32,
    last: Duration,
    not_before: Duration,
}

impl Spacing {
    /// Whether it may run.
    pub(super) fn may_run(&self, now: Duration) -> bool {
        now >= self.not_before
    }

    /// It has run. After one that worked the next may follow at once, since a token may have been used up just then; if that one
    /// is not accepted either, or one fails, the waits double.
    pub(super) fn ran(&mut self, now: Duration, worked: bool) {
        if now.saturating_sub(self.last) > FORGIVEN {
            self.runs = 0;
        }
        let doublings = if worked { self.runs.checked_sub(1) } else { Some(self.runs) };
        let wait = doublings.map_or(Duration::ZERO, |n| FIRST.saturating_mul(1 << n.min(16)).min(MOST));
        (self.runs, self.last, self.not_before) = (self.runs.saturating_add(1), now, now + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits that runs bring which follow as soon as they may, in seconds.
    fn waits(spacing: &mut Spacing, mut now: Duration, worked: bool) -> Vec<u64> {
        let mut all = Vec::new();
        for _ in 0..9 {
            spacing.ran(now, worked);
            assert!(spacing.may_run(spacing.not_before));
            all.push((spacing.not_before - now).as_secs());
            now = spacing.not_before;
        }
        all
    }

    #[test]
    fn waits_double_and_are_forgiven() {
        let mut spacing = Spacing::default();
        assert!(spacing.may_run(Duration::ZERO));
        assert_eq!(waits(&mut spacing, Duration::ZERO, false), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(!spacing.may_run(spacing.not_before - Duration::from_millis(1)));
        let later = spacing.not_before + FORGIVEN;
        assert_eq!(waits(&mut spacing, later, true), [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
