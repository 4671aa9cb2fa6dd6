// compile | 12:1 | not all trait items implemented, missing: `min_observations`
use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct Broken {
        /// Multiplies the weights.
        power: f64 = 1.0, 0.0..=2.0;
    }
}

impl Strategy for Broken {
    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        weights.fill(self.power / prices.n_assets() as f64);
        Ok(())
    }
}

export!(Broken);
