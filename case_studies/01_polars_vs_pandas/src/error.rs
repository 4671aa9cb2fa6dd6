//! What can be wrong with an input. Python sees every variant as a `ValueError`.

/// Why a backtest cannot be computed; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `signal` and `returns` must describe the same dates and assets.
    #[error(
        "returns has shape ({}, {}), expected the shape of signal, ({}, {})",
        .returns.0, .returns.1, .signal.0, .signal.1
    )]
    ShapeMismatch {
        /// Rows and columns of `signal`.
        signal: (usize, usize),
        /// Rows and columns of `returns`.
        returns: (usize, usize),
    },
    /// A matrix without a column.
    #[error("{name} has no columns, expected one column per asset")]
    NoAssets {
        /// The argument.
        name: &'static str,
    },
    /// A sample standard deviation needs two values.
    #[error("window={window}, expected 2 or more rows")]
    WindowTooShort {
        /// The window asked for.
        window: usize,
    },
    /// No date is left on which a decision earns a return.
    #[error("window={window} needs at least {} rows, got {rows}", .window.saturating_add(2))]
    TooFewRows {
        /// Rows given.
        rows: usize,
        /// The window asked for.
        window: usize,
    },
    /// A threshold, cost or capital outside its domain.
    #[error("{name}={value}, expected {expected}")]
    Parameter {
        /// The argument.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its domain.
        expected: &'static str,
    },
    /// A sweep over nothing.
    #[error("a sweep needs at least one combination of k_long, k_short and cost")]
    NoRules,
}
