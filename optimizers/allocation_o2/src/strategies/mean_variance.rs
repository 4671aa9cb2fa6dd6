//! Mean and variance against what trades cost.

use super::active_set::{Problem, solve};
use super::covariance::{UNSETTLED, estimate, least_volatile};
use allocation_o2::prelude::*;

parameters! {
    /// The best trade-off of mean, variance and the cost of trading there, none below zero.
    ///
    /// The weights `w` of the highest `mean' w - risk_aversion / 2 w' covariance w - cost /
    /// holding_period sum |w - current|`, with the mean and the covariance of one observation's
    /// returns in the lookback.
    pub struct MeanVariance {
        /// Returns to look back.
        lookback_period: usize = 252, 2..=100_000;
        /// What a unit of variance weighs against a unit of mean return.
        risk_aversion: f64 = 5.0, 0.01..=1_000_000.0;
        /// Cost per unit of value traded: 0.001 for ten basis points.
        cost: f64 = 0.001, 0.0..=1.0;
        /// Observations over which a trade has to earn its cost.
        holding_period: usize = 21, 1..=100_000;
        /// Share of the way from the sample covariance to the mean variance times the identity.
        shrinkage: f64 = 0.0, 0.0..=1.0;
    }
}

impl Strategy for MeanVariance {
    const USES_CURRENT: bool = true;

    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let mut found = estimate(prices, self.lookback_period, self.shrinkage)?;
        found
            .mean
            .iter_mut()
            .for_each(|mean| *mean /= self.risk_aversion);
        let n = weights.len();
        let held: Vec<f64> = weights.iter().map(|weight| weight.max(0.0)).collect();
        let problem = Problem {
            covariance: &found.covariance,
            gain: &found.mean,
            constraint: &vec![1.0; n],
            cost: self.cost / self.holding_period as f64 / self.risk_aversion,
            held: &held,
        };
        // What is held, with the rest of the capital in one asset, or scaled where it is above one.
        let mut start = held.clone();
        let total: f64 = held.iter().sum();
        if total > 1.0 + 1e-12 {
            start.iter_mut().for_each(|weight| *weight /= total);
        } else if total < 1.0 - 1e-12 {
            start[least_volatile(&found.covariance, n)] += 1.0 - total;
        }
        weights.copy_from_slice(&solve(problem, start).ok_or(UNSETTLED)?);
        Ok(())
    }
}
