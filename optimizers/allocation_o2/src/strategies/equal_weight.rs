//! The same weight for every asset.

use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct EqualWeight {}
}

impl Strategy for EqualWeight {
    const MANY_DATES: bool = true;

    fn min_observations(&self) -> usize {
        1
    }

    fn predict(&self, _prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let weight = 1.0 / weights.len() as f64;
        weights.fill(weight);
        Ok(())
    }

    fn predict_many(
        &self,
        prices: Prices<'_>,
        _dates: Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        weights.fill(1.0 / prices.n_assets() as f64);
        Ok(())
    }
}
