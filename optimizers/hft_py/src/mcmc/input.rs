//! What a sampler is given, and what it gives.

use super::space::Space;
use crate::objective::Evaluate;

/// The settings of all samplers.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Iterations, warm-up included.
    pub n_iterations: usize,
    /// Iterations of warm-up.
    pub burn_in: usize,
    /// Keep every such draw.
    pub thin: usize,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Threads that may be used.
    pub threads: usize,
}

impl Settings {
    /// Draws kept of each chain.
    pub fn draws(&self) -> usize {
        self.n_iterations.saturating_sub(self.burn_in) / self.thin.max(1)
    }
}

/// What a run gives beside its draws.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Iterations done.
    pub n_iterations: usize,
    /// Draws kept of each chain, at the front of its share of the samples.
    pub draws: usize,
    /// Share of proposals accepted after the warm-up, by chain; NaN where there was none.
    pub acceptance: Vec<f64>,
    /// The highest point, and its value.
    pub best_params: Vec<f64>,
    /// The highest value.
    pub best_log_prob: f64,
    /// Calls of the objective.
    pub n_evaluations: u64,
    /// How many of them gave NaN.
    pub n_invalid: u64,
}

/// What every sampler is given.
#[derive(Clone, Copy)]
pub struct RunInput<'a> {
    /// The log-density.
    pub objective: &'a dyn Evaluate,
    /// Bounds and coordinates.
    pub space: &'a Space,
    /// Starting points in coordinates, one after the other.
    pub start: &'a [f64],
    /// The objective's values there.
    pub start_values: &'a [f64],
    /// Iterations, seed and threads.
    pub settings: Settings,
}

/// Where a sampler writes its draws: chain by chain, [`Settings::draws`] each.
pub struct Draws<'a> {
    /// Parameters.
    pub samples: &'a mut [f64],
    /// The objective's values.
    pub log_probs: &'a mut [f64],
}
