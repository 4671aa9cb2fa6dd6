//! Risk parity: each asset contributes the same to the variance.

use super::covariance::estimate;
use allocation_o2::prelude::*;
use hft_py::portfolio::risk_parity::{Problem, unbounded};

parameters! {
    /// Weights by which each asset contributes the same to the variance.
    pub struct RiskParity {
        /// Returns to look back.
        lookback_period: usize = 252, 2..=100_000;
        /// Share of the way from the sample covariance to the mean variance times the identity.
        shrinkage: f64 = 0.0, 0.0..=1.0;
    }
}

impl Strategy for RiskParity {
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let found = estimate(prices, self.lookback_period, self.shrinkage)?;
        let problem = Problem {
            covariance: &found.covariance,
            budgets: &vec![1.0 / weights.len() as f64; weights.len()],
            tolerance: 1e-13,
            max_iterations: 1_100,
        };
        let (solution, _, converged) =
            unbounded(problem, false).map_err(|error| Error::new(error.to_string()))?;
        if !converged {
            return Err("risk parity has not converged: raise shrinkage".into());
        }
        weights.copy_from_slice(&solution);
        Ok(())
    }
}
