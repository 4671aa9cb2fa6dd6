//! What can be wrong with an input. Python sees most variants as a `ValueError`.

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
    #[error("{name}[{index}] is {value}, expected finite numbers")]
    NotFinite {
        /// The argument.
        name: &'static str,
        /// Where the first one stands.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// The same in one row of a batch.
    #[error("{name}[{row}, {index}] is {value}, expected finite numbers")]
    RowNotFinite {
        /// The argument.
        name: &'static str,
        /// The row.
        row: usize,
        /// Where in the row the first one stands.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// A length no machine has memory for.
    #[error("{name}={value}, expected at most 2**48")]
    TooLarge {
        /// The argument.
        name: &'static str,
        /// Its value.
        value: usize,
    },
    /// The buffers cannot be had.
    #[error("{bytes} bytes of buffers cannot be had: fewer lags need less")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: usize,
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

impl Error {
    /// The same error, told of one row of a batch.
    pub(crate) fn of_row(self, row: usize) -> Self {
        match self {
            Self::NotFinite { name, index, value } => Self::RowNotFinite {
                name,
                row,
                index,
                value,
            },
            other => other,
        }
    }
}
