//! The portfolio of the highest Sharpe ratio in the lookback.

use super::active_set::{Problem, solve};
use super::covariance::{Moments, UNSETTLED, estimate};
use super::minimum_variance::least_variance;
use allocation_o2::prelude::*;

parameters! {
    /// The weights of the highest ratio of mean to volatility of returns, none below zero.
    ///
    /// Those of least variance where no asset has a mean above zero.
    pub struct MaximumSharpe {
        /// Returns to look back.
        lookback_period: usize = 252, 2..=100_000;
        /// Share of the way from the sample covariance to the mean variance times the identity.
        shrinkage: f64 = 0.0, 0.0..=1.0;
    }
}

impl Strategy for MaximumSharpe {
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let n = weights.len();
        let found = estimate(prices, self.lookback_period, self.shrinkage)?;
        let Moments { mean, covariance } = &found;
        if mean.iter().all(|mean| *mean <= 0.0) {
            weights.copy_from_slice(&least_variance(covariance, n)?);
            return Ok(());
        }
        if n >= self.lookback_period && self.shrinkage == 0.0 {
            return Err(Error::new(format!(
                "the covariance of {n} assets over the last {} returns is singular: raise \
                 lookback_period or shrinkage",
                self.lookback_period
            )));
        }
        // The least variance of `y >= 0` whose mean is one, in whose direction the ratio is highest.
        let zeros = vec![0.0; n];
        let problem = Problem {
            covariance,
            gain: &zeros,
            constraint: mean,
            cost: 0.0,
            held: &zeros,
        };
        let ratio = |i: usize| mean[i] / covariance[i * n + i].sqrt();
        let best = (0..n).max_by(|i, j| ratio(*i).total_cmp(&ratio(*j)));
        let best = best.unwrap_or_default();
        let mut start = zeros.clone();
        start[best] = 1.0 / mean[best];
        let solution = solve(problem, start).ok_or(UNSETTLED)?;
        let total: f64 = solution.iter().sum();
        for (weight, value) in weights.iter_mut().zip(solution) {
            *weight = value / total;
        }
        Ok(())
    }
}
