//! The oracle: the strategy's definition, written as it is stated.
#![allow(dead_code)]

use ndarray::{Array2, ArrayView2, s};
use polars_vs_pandas::Rule;

/// A column of values as a matrix.
pub fn column(values: impl IntoIterator<Item = f64>) -> Array2<f64> {
    let values = ndarray::Array1::from_iter(values);
    values.insert_axis(ndarray::Axis(1))
}

/// A sum whose error does not grow with its length (Neumaier 1974).
pub fn compensated_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() {
            (sum - next) + value
        } else {
            (value - next) + sum
        };
        sum = next;
    }
    sum + lost
}

/// Sample standard deviation in two passes, about the mean and corrected for its rounding.
pub fn two_pass_std(window: &[f64]) -> f64 {
    let n = window.len() as f64;
    let mean = compensated_sum(window.iter().copied()) / n;
    let squares = compensated_sum(window.iter().map(|x| (x - mean) * (x - mean)));
    let drift = compensated_sum(window.iter().map(|x| x - mean));
    ((squares - drift * drift / n) / (n - 1.0)).sqrt()
}

/// Standard deviation of the `window` rows before each row; NaN before there are as many.
pub fn rolling_std(x: ArrayView2<'_, f64>, window: usize) -> Array2<f64> {
    Array2::from_shape_fn(x.dim(), |(t, i)| match t.checked_sub(window) {
        Some(from) => two_pass_std(&x.slice(s![from..t, i]).to_vec()),
        None => f64::NAN,
    })
}

/// Equity, notional traded and positions, straight from the definition.
pub fn backtest(
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rule: Rule,
    capital: f64,
) -> (Vec<f64>, Vec<f64>, Array2<i8>) {
    let (rows, assets) = signal.dim();
    let count = rows - window - 1;
    let sigma = rolling_std(signal, window);
    let (mut equity, mut traded) = (vec![0.0; count], vec![0.0; count]);
    let mut positions = Array2::zeros((count, assets));
    for i in 0..assets {
        let mut own = capital / assets as f64;
        let mut before = 0.0;
        for t in window..rows - 1 {
            let (s, sigma) = (signal[(t, i)], sigma[(t, i)]);
            let trusted = sigma.is_finite() && sigma > 0.0;
            let position = match () {
                () if trusted && s > rule.k_long * sigma => 1.0,
                () if trusted && s < -rule.k_short * sigma => -1.0,
                () => 0.0,
            };
            let earned = returns[(t + 1, i)];
            let earned = if earned.is_nan() { 0.0 } else { earned };
            let change = f64::abs(position - before);
            traded[t - window] += change * own;
            own = f64::max(0.0, own * (1.0 + position * earned - rule.cost * change));
            equity[t - window] += own;
            positions[(t - window, i)] = position as i8;
            before = position;
        }
    }
    (equity, traded, positions)
}
