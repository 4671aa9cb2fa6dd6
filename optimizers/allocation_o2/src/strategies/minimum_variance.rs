//! The portfolio of least variance.

use super::active_set::{Problem, solve};
use super::covariance::{UNSETTLED, estimate, least_volatile};
use allocation_o2::prelude::*;

parameters! {
    /// The weights of least variance, none below zero.
    pub struct MinimumVariance {
        /// Returns to look back.
        lookback_period: usize = 252, 2..=100_000;
        /// Share of the way from the sample covariance to the mean variance times the identity.
        shrinkage: f64 = 0.0, 0.0..=1.0;
    }
}

impl Strategy for MinimumVariance {
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let found = estimate(prices, self.lookback_period, self.shrinkage)?;
        weights.copy_from_slice(&least_variance(&found.covariance, weights.len())?);
        Ok(())
    }
}

/// Weights of least variance.
pub(super) fn least_variance(covariance: &[f64], n: usize) -> Result<Vec<f64>, Error> {
    let (ones, zeros) = (vec![1.0; n], vec![0.0; n]);
    let problem = Problem {
        covariance,
        gain: &zeros,
        constraint: &ones,
        cost: 0.0,
        held: &zeros,
    };
    let mut start = zeros.clone();
    start[least_volatile(covariance, n)] = 1.0;
    solve(problem, start).ok_or_else(|| UNSETTLED.into())
}
