//! Many parameter sets on one window.

use crate::backtest::backtest;
use crate::error::Error;
use crate::strategy::Rule;
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Portfolio equity and notional traded, one row for each combination.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// `(combinations, rows)`.
    pub equity: Array2<f64>,
    /// `(combinations, rows)`.
    pub traded: Array2<f64>,
}

/// Backtest every rule on one window.
///
/// # Errors
/// As [`backtest`], and [`Error::NoCombinations`].
pub fn sweep(
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rules: &[Rule],
    capital: f64,
    threads: usize,
) -> Result<Sweep, Error> {
    if rules.is_empty() {
        return Err(Error::NoCombinations);
    }
    crate::backtest::validate(&signal, &returns, window, rules, capital)?;
    let count = signal.nrows() - window - 1;
    let mut equity = Array2::zeros((rules.len(), count));
    let mut traded = Array2::zeros((rules.len(), count));
    for (i, &rule) in rules.iter().enumerate() {
        let out = backtest(signal, returns, window, rule, capital, threads)?;
        equity.row_mut(i).assign(&ArrayView1::from(&out.equity));
        traded.row_mut(i).assign(&ArrayView1::from(&out.traded));
    }
    Ok(Sweep { equity, traded })
}
