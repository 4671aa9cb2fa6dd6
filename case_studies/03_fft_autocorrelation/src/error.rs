//! What can be wrong with an input. Python sees every variant as a `ValueError`.

/// Why a correlation cannot be computed; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A series without an observation.
    #[error("{name} is empty, expected at least one observation")]
    Empty {
        /// The argument.
        name: &'static str,
    },
    /// More lags than the series has.
    #[error("max_lag={max_lag}, expected at most {} for a series of {n} observations", .n - 1)]
    LagTooLarge {
        /// The lag asked for.
        max_lag: usize,
        /// Observations given.
        n: usize,
    },
    /// NaN or infinity among the observations.
    #[error(
        "{name}[{index}] is {value}, expected finite numbers: clean the series, or pass \
         missing=\"drop\" or missing=\"conservative\" to leave out NaN"
    )]
    NotFinite {
        /// The argument.
        name: &'static str,
        /// Where the first one stands.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// A product of observations exceeds the largest double.
    #[error("the autocovariance exceeds the largest double: scale the series down first")]
    Overflow,
    /// A buffer or series does not have the length the plan was made for.
    #[error("{name} has length {found}, the plan is for {expected}")]
    Length {
        /// The argument.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The length expected.
        expected: usize,
    },
}
