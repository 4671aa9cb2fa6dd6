//! Errors in an input. Python raises a `ValueError` for every variant.

/// Why a backtest cannot be computed; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // of the fields, which the messages name
pub enum Error {
    /// `signal` and `returns` must describe the same dates and assets.
    #[error(
        "returns has shape ({}, {}), expected the shape of signal, ({}, {})",
        .returns.0, .returns.1, .signal.0, .signal.1
    )]
    ShapeMismatch {
        signal: (usize, usize),
        returns: (usize, usize),
    },
    /// A matrix without a column.
    #[error("{name} has no columns, expected one column per asset")]
    NoAssets { name: &'static str },
    /// A sample standard deviation needs two values.
    #[error("window={window}, expected 2 or more rows")]
    WindowTooShort { window: usize },
    /// No date is left on which a decision earns a return.
    #[error("window={window} needs at least {} rows, got {rows}", .window.saturating_add(2))]
    TooFewRows { rows: usize, window: usize },
    /// A threshold, cost or capital outside its domain.
    #[error("{name}={value}, expected {expected}")]
    Parameter {
        name: &'static str,
        value: f64,
        expected: &'static str,
    },
    /// A sweep over nothing.
    #[error("a sweep needs at least one combination of k_long, k_short and cost")]
    NoRules,
}
