//! How long an initiator waits before it connects again.

use std::time::Duration;

/// Doubles from `first` to `longest`; each wait is drawn between half of that and all of it, so that
/// many initiators do not come at the same moment.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
        }
    }
}

/// The waits of one initiator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    backoff: Backoff,
    failures: u32,
    random: u64,
}

impl Waits {
    pub(super) fn new(backoff: Backoff, seed: u64) -> Self {
        Self {
            backoff,
            failures: 0,
            random: seed,
        }
    }

    /// A logon succeeded: the next wait is the first one.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure.
    pub(super) fn next(&mut self) -> Duration {
        let doubled = self
            .backoff
            .first
            .saturating_mul(1 << self.failures.min(20));
        self.failures += 1;
        doubled
            .min(self.backoff.longest)
            .mul_f64(0.5 + 0.5 * self.uniform())
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn uniform(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_differ_by_seed() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(3),
        };
        let draw = |seed| {
            let mut waits = Waits::new(backoff, seed);
            (0..40).map(|_| waits.next()).collect::<Vec<_>>()
        };
        for (i, wait) in draw(1).into_iter().enumerate() {
            let whole = Duration::from_millis(100 << i.min(10)).min(backoff.longest);
            assert!(wait >= whole / 2 && wait <= whole, "{i}: {wait:?}");
        }
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut waits = Waits::new(backoff, 3);
        waits.next();
        waits.next();
        waits.reset();
        assert!(waits.next() <= backoff.first);
    }
}
