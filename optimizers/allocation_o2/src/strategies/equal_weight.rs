//! The same weight for every asset.

use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct EqualWeight {}
}

impl Strategy for EqualWeight {
    fn min_observations(&self) -> usize {
        1
    }

    fn predict(&self, _prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let weight = 1.0 / weights.len() as f64;
        weights.fill(weight);
        Ok(())
    }
}
