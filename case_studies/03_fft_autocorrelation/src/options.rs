//! How the sums are computed, and what is made of them.

/// How the sums are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Whatever the planner expects to be fastest.
    Auto,
    /// Products, lag by lag.
    Direct,
    /// Products of blocks in the frequency domain.
    Blocked,
    /// One transform of the whole series.
    Fft,
}

/// What is made of the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Subtract the mean first.
    pub demean: bool,
    /// Divide lag `k` by `n - k` instead of `n`.
    pub adjusted: bool,
    /// Divide by lag 0 (whose own divisor is `n`).
    pub normalise: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            demean: true,
            adjusted: false,
            normalise: true,
        }
    }
}
