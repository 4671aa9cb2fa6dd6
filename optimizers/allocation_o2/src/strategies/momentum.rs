//! Weights in proportion to past returns.

use allocation_o2::prelude::*;

parameters! {
    /// Weights in proportion to the return over the lookback, none for assets that fell.
    ///
    /// Equal weights where no asset rose.
    pub struct Momentum {
        /// Returns to look back.
        lookback_period: usize = 60, 1..=100_000;
    }
}

impl Strategy for Momentum {
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let recent = prices.tail(self.lookback_period + 1);
        let mut total = 0.0;
        for (i, weight) in weights.iter_mut().enumerate() {
            *weight = (recent.last(i) / recent.asset(i)[0] - 1.0).max(0.0);
            total += *weight;
        }
        let equal = 1.0 / weights.len() as f64;
        for weight in weights {
            *weight = if total > 0.0 { *weight / total } else { equal };
        }
        Ok(())
    }
}
