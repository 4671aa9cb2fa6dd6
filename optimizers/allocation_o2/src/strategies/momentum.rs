//! Weights in proportion to past returns.

use super::vectors::{by_column, share_out};
use crate::host::BLOCK;
use allocation_o2::prelude::*;
use native::for_each_isa;

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
    const MANY_DATES: bool = true;

    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let dates = Dates {
            first: prices.n_observations() - 1,
            step: 1,
            window: 0,
        };
        self.predict_many(prices, dates, weights)
    }

    fn predict_many(
        &self,
        prices: Prices<'_>,
        dates: Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let (n, lookback) = (prices.n_assets(), self.lookback_period);
        for (block, rows) in weights.chunks_mut(n * BLOCK).enumerate() {
            let dates = dates.from(block * BLOCK);
            let first = dates.end(0) - 1;
            by_column(rows, n, |i, risen| {
                let last = dates.end(risen.len() - 1) - 1;
                let asset = &prices.asset(i)[first - lookback..=last];
                rises(asset, &asset[lookback..], dates.step, risen);
                Ok::<_, Error>(())
            })?;
        }
        share_out(weights, n);
        Ok(())
    }
}

for_each_isa! {
    /// Returns above zero, of every `step`-th pair of prices.
    fn rises(before: &[f64], now: &[f64], step: usize, found: &mut [f64]) {
        let rise = |before: f64, now: f64| (now / before - 1.0).max(0.0);
        if step == 1 {
            for ((found, before), now) in found.iter_mut().zip(before).zip(now) {
                *found = rise(*before, *now);
            }
            return;
        }
        for (k, found) in found.iter_mut().enumerate() {
            *found = rise(before[k * step], now[k * step]);
        }
    }
}
