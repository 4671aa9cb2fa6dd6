//! Weights in proportion to one over the volatility.
//!
//! Over many dates sums of returns and of their squares are kept up to date: one step a date,
//! whatever the lookback. A sum that is kept up to date loses digits where large returns leave it;
//! see [`TRUSTED`].

use super::covariance::check_volatility;
use super::vectors::{by_column, share_out, sum, total};
use crate::host::BLOCK;
use allocation_o2::prelude::*;
use native::for_each_isa;

parameters! {
    /// Weights in proportion to one over the volatility of returns.
    ///
    /// This is risk parity where all correlations are equal.
    pub struct InverseVolatility {
        /// Returns to look back.
        lookback_period: usize = 60, 2..=100_000;
    }
}

impl Strategy for InverseVolatility {
    const MANY_DATES: bool = true;

    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let recent = prices.tail(self.lookback_period + 1);
        let (mut returns, mut found) = (vec![0.0; self.lookback_period], [0.0]);
        for (i, weight) in weights.iter_mut().enumerate() {
            volatilities(recent.asset(i), &mut returns, &mut found);
            check_volatility(i, found[0], returns.len())?;
            *weight = 1.0 / found[0];
        }
        share_out(weights, weights.len());
        Ok(())
    }

    fn predict_many(
        &self,
        prices: Prices<'_>,
        dates: Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let (n, lookback) = (prices.n_assets(), self.lookback_period);
        if dates.step > 1 {
            let mut rows = weights.chunks_exact_mut(n).enumerate();
            return rows.try_for_each(|(row, own)| self.predict(dates.seen(&prices, row), own));
        }
        let (mut returns, mut found) = (vec![0.0; lookback + BLOCK], [0.0; BLOCK]);
        let (mut row, rows) = (0, weights.len() / n);
        while row < rows {
            // Sums begin at the same observations whichever dates are asked for.
            let end = dates.end(row);
            let begin = (end - end % BLOCK).max(lookback + 1);
            let last = dates.end(rows - 1).min(end - end % BLOCK + BLOCK - 1);
            let found = &mut found[..=last - begin];
            let returns = &mut returns[..lookback + last - begin];
            let rows = &mut weights[row * n..][..(last + 1 - end) * n];
            by_column(rows, n, |i, inverse| {
                let asset = &prices.asset(i)[begin - lookback - 1..last];
                volatilities(asset, returns, found);
                for (inverse, volatility) in inverse.iter_mut().zip(&found[end - begin..]) {
                    check_volatility(i, *volatility, lookback)?;
                    *inverse = 1.0 / volatility;
                }
                Ok::<_, Error>(())
            })?;
            row += last + 1 - end;
        }
        share_out(weights, n);
        Ok(())
    }
}

/// Squared deviations are trusted where their sum was never larger than this many times what is
/// left. One step rounds by four units in the last place of the largest sum at most, so the error
/// of `BLOCK` steps is below `BLOCK * 4 * 2^-53 * TRUSTED`, 6e-13 of the variance.
const TRUSTED: f64 = 5.0;

for_each_isa! {
    /// The sample volatility of each window of returns between these prices, into `found`, the
    /// oldest first. `returns`, one fewer than prices, are written too: the windows' length is such
    /// that there are as many as places in `found`.
    fn volatilities(prices: &[f64], returns: &mut [f64], found: &mut [f64]) {
        for (out, pair) in returns.iter_mut().zip(prices.windows(2)) {
            *out = pair[1] / pair[0] - 1.0;
        }
        let length = returns.len() + 1 - found.len();
        let (count, share) = (length as f64, 1.0 / length as f64);
        let (mut mean, mut squares) = deviations(&returns[..length]);
        let (mut shift, mut largest) = (0.0, squares);
        found[0] = squares;
        let steps = returns.iter().zip(&returns[length..]).enumerate();
        for ((k, (old, new)), out) in steps.zip(&mut found[1..]) {
            let (old, new) = (old - mean, new - mean);
            shift += new - old;
            squares += (new - old) * (new + old);
            largest = if squares > largest { squares } else { largest };
            *out = squares - shift * shift * share;
            let trusted = largest <= TRUSTED * *out; // not where one is NaN
            if !trusted {
                (mean, squares) = deviations(&returns[k + 1..][..length]);
                (shift, largest, *out) = (0.0, squares, squares);
            }
        }
        let factor = 1.0 / (count - 1.0);
        found.iter_mut().for_each(|out| *out = (*out * factor).sqrt());
    }
}

/// The mean, and the sum of squared deviations from it.
#[inline(always)]
fn deviations(values: &[f64]) -> (f64, f64) {
    let mean = total(values) / values.len() as f64;
    let squares = sum(values, values, |value, _| (value - mean) * (value - mean));
    (mean, squares)
}
