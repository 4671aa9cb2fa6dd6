// An allocation strategy for allocation_o2, in one file. In its folder:
//
//     python -m allocation_o2 compile FILE_NAME
//     python -c "import allocation_o2; print(allocation_o2.load('STEM')())"
//
// It may use crates, named in a comment at the beginning of the file:
//
//     //! ```cargo
//     //! [dependencies]
//     //! statrs = "0.18"
//     //! ```

use allocation_o2::prelude::*;

parameters! {
    /// Weights in proportion to the growth of each asset, none for those that fell.
    pub struct StrategyName {
        /// Observations to look back.
        lookback_period: usize = 60, 1..=100_000;
        /// Larger values favour the fastest-growing assets; zero gives equal weights.
        power: f64 = 1.0, 0.0..=10.0;
    }
}

impl Strategy for StrategyName {
    /// Weights may sum to less than one. Without this line they must sum to one.
    const ALLOW_CASH: bool = true;
    // `weights` holds zeros when `predict` begins; with this line, what is held now:
    // const USES_CURRENT: bool = true;

    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let recent = prices.tail(self.lookback_period + 1);
        let mut sum = 0.0;
        for (i, weight) in weights.iter_mut().enumerate() {
            let growth = recent.last(i) / recent.asset(i)[0] - 1.0;
            *weight = growth.max(0.0).powf(self.power);
            sum += *weight;
        }
        if !sum.is_finite() {
            return Err("growth is too large for this power".into());
        }
        if sum > 0.0 {
            for weight in weights {
                *weight /= sum;
            }
        } // else all is cash: no asset has risen
        Ok(())
    }
}

export!(StrategyName);
