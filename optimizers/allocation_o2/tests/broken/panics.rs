// predict | - | Broken panicked: attempt to divide by zero, at broken.rs:18:
use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct Broken {
        /// Multiplies the weights.
        power: f64 = 1.0, 0.0..=2.0;
    }
}

impl Strategy for Broken {
    fn min_observations(&self) -> usize {
        1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let half = prices.n_observations() / self.min_observations().saturating_sub(1); weights.fill(half as f64);
        Ok(())
    }
}

export!(Broken);
