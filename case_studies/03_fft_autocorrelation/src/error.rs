//! Errors. Python raises `ValueError` for most variants.

/// Why a correlation cannot be computed; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // of the fields, which the messages name
pub enum Error {
    /// A series without an observation.
    #[error("{name} is empty, expected at least one observation")]
    Empty { name: &'static str },
    /// More lags than the series has.
    #[error("max_lag={max_lag}, expected at most {} for a series of {n} observations", .n - 1)]
    LagTooLarge { max_lag: usize, n: usize },
    /// NaN or infinity among the observations.
    #[error("{name}[{index}] is {value}, expected finite numbers")]
    NotFinite {
        name: &'static str,
        index: usize,
        value: f64,
    },
    /// The same in one row of a batch.
    #[error("{name}[{row}, {index}] is {value}, expected finite numbers")]
    RowNotFinite {
        name: &'static str,
        row: usize,
        index: usize,
        value: f64,
    },
    /// A length above 2**48.
    #[error("{name}={value}, expected at most 2**48")]
    TooLarge { name: &'static str, value: usize },
    /// The buffers cannot be allocated.
    #[error("{bytes} bytes of buffers cannot be allocated: ask for fewer lags")]
    OutOfMemory { bytes: usize },
    /// A product of observations exceeds the largest double.
    #[error("the autocovariance exceeds the largest double: scale the series down first")]
    Overflow,
    /// A buffer or series does not have the length the plan was made for.
    #[error("{name} has length {found}, the plan is for {expected}")]
    Length {
        name: &'static str,
        found: usize,
        expected: usize,
    },
}

impl Error {
    /// The same error, in one row of a batch.
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

/// An error unless a series of `n` observations has lag `max_lag`.
pub(crate) fn check_lag(n: usize, max_lag: usize) -> Result<(), Error> {
    if n == 0 {
        return Err(Error::Empty { name: "x" });
    }
    if max_lag >= n {
        return Err(Error::LagTooLarge { max_lag, n });
    }
    Ok(())
}

/// An error unless the two lengths are equal.
pub(crate) fn check_length(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        name,
        found,
        expected,
    })
}
