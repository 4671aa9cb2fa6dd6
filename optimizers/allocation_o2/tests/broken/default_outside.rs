// load | - | Broken panicked: the default power=-1.0, expected at least 0.0, at broken.rs:
use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct Broken {
        /// Multiplies the weights.
        power: f64 = -1.0, 0.0..=2.0;
    }
}

impl Strategy for Broken {
    fn min_observations(&self) -> usize {
        1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        weights.fill(self.power / prices.n_assets() as f64);
        Ok(())
    }
}

export!(Broken);
