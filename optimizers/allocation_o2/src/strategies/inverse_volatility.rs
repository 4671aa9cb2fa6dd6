//! Weights in proportion to one over the volatility.

use super::covariance::check_volatility;
use super::vectors::sum;
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
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let recent = prices.tail(self.lookback_period + 1);
        let mut returns = vec![0.0; recent.n_observations() - 1];
        let mut total = 0.0;
        for (i, weight) in weights.iter_mut().enumerate() {
            let volatility = volatility(recent.asset(i), &mut returns);
            check_volatility(i, volatility, returns.len())?;
            *weight = 1.0 / volatility;
            total += *weight;
        }
        for weight in weights {
            *weight /= total;
        }
        Ok(())
    }
}

for_each_isa! {
    /// The sample volatility of the returns between these prices, which are left in `returns`.
    fn volatility(prices: &[f64], returns: &mut [f64]) -> f64 {
        for (out, pair) in returns.iter_mut().zip(prices.windows(2)) {
            *out = pair[1] / pair[0] - 1.0;
        }
        let count = returns.len() as f64;
        let mean = sum(returns, returns, |value, _| value) / count;
        let squares = sum(returns, returns, |value, _| (value - mean) * (value - mean));
        (squares / (count - 1.0)).sqrt()
    }
}
