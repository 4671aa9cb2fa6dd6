//! A ladder of parallel tempering: temperatures, swaps, stepping stones.

use super::population::Population;
use super::walk::{Adaptation, Walk};
use super::{accepts, purpose, real};
use crate::rng::Stream;

/// Settings of this sampler alone, beside [`Settings`](super::Settings).
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Standard deviation of first steps, in coordinates.
    pub scale: &'a [f64],
    /// The acceptance rate aimed at.
    pub target_acceptance: f64,
    /// Replicas of each ladder, at least 2.
    pub levels: usize,
}

/// One ladder, beside its replicas.
pub(super) struct Ladder {
    pub(super) beta: Vec<f64>,
    pub(super) walks: Vec<Walk>,
    pub(super) normals: Vec<Stream>,
    pub(super) accepts: Vec<Stream>,
    pub(super) reference: Stream,
    pub(super) swap_draws: Stream,
    pub(super) rejected: Vec<f64>,
    pub(super) tried: Vec<f64>,
    pub(super) machines: Vec<usize>,
    pub(super) direction: Vec<i8>,
    pub(super) round_trips: i64,
    pub(super) stones: Vec<f64>,
}

impl Ladder {
    pub(super) fn new(system: usize, options: Options<'_>, seed: u64) -> Self {
        let levels = options.levels;
        let replica = |k: usize, purpose| Stream::new(seed, (system * levels + k) as u32, purpose);
        let whole = |purpose| Stream::new(seed, system as u32, purpose);
        let walk = Walk::new(options.scale, Adaptation::Ram, options.target_acceptance);
        Self {
            beta: first_ladder(levels),
            walks: vec![walk; levels - 1],
            normals: (1..levels).map(|k| replica(k, purpose::PROPOSAL)).collect(),
            accepts: (1..levels).map(|k| replica(k, purpose::ACCEPT)).collect(),
            reference: whole(purpose::REFERENCE),
            swap_draws: whole(purpose::SWAP),
            rejected: vec![0.0; levels - 1],
            tried: vec![0.0; levels - 1],
            machines: (0..levels).collect(),
            direction: vec![0; levels],
            round_trips: 0,
            stones: vec![f64::NEG_INFINITY; levels - 1],
        }
    }

    pub(super) fn rejection(&self) -> Vec<f64> {
        let pairs = self.rejected.iter().zip(&self.tried);
        pairs
            .map(|(rejected, tried)| rejected / tried.max(1.0))
            .collect()
    }

    pub(super) fn reset_counts(&mut self) {
        self.rejected.fill(0.0);
        self.tried.fill(0.0);
        self.direction.fill(0);
        self.round_trips = 0;
    }

    /// One even or odd round of exchanges; the ladder's replicas begin at `base`.
    pub(super) fn swap(&mut self, population: &mut Population, base: usize, iteration: usize) {
        let levels = self.beta.len();
        for k in 0..levels - 1 {
            let u = self.swap_draws.uniform();
            if k % 2 != iteration % 2 {
                continue;
            }
            let (here, above) = (population.values[base + k], population.values[base + k + 1]);
            let log_ratio = (self.beta[k + 1] - self.beta[k]) * (here - above);
            self.rejected[k] += 1.0 - log_ratio.min(0.0).exp();
            self.tried[k] += 1.0;
            if accepts(u, log_ratio) {
                population.swap(base + k, base + k + 1);
                self.machines.swap(k, k + 1);
            }
        }
        let (bottom, top) = (self.machines[0], self.machines[levels - 1]);
        self.round_trips += i64::from(self.direction[bottom] == 1);
        self.direction[bottom] = -1;
        if self.direction[top] == -1 {
            self.direction[top] = 1;
        }
    }

    /// Equal steps of the barrier that the rejections so far tell.
    pub(super) fn respace(&mut self) {
        self.beta = respaced(&self.beta, &self.rejection());
        self.reset_counts();
    }

    /// One term of every level's stepping stone, from the objective's values at the levels.
    pub(super) fn step_stones(&mut self, values: &[f64]) {
        let steps = self.beta.windows(2).map(|pair| pair[1] - pair[0]);
        for ((stone, step), value) in self.stones.iter_mut().zip(steps).zip(values) {
            let term = if step == 0.0 { 0.0 } else { step * value };
            *stone = log_add(*stone, term);
        }
    }
}

/// Inverse temperatures to start with: quantiles of Beta(0.3, 1) (Xie et al. 2011).
fn first_ladder(levels: usize) -> Vec<f64> {
    let top = real(levels - 1);
    (0..levels)
        .map(|k| (real(k) / top).powf(1.0 / 0.3))
        .collect()
}

/// The ladder with equal steps of the cumulative barrier (piecewise linear between levels).
fn respaced(beta: &[f64], rejection: &[f64]) -> Vec<f64> {
    if rejection.iter().sum::<f64>() <= 0.0 {
        return beta.to_vec();
    }
    let mut barrier = vec![0.0];
    for rejected in rejection {
        let reached = barrier[barrier.len() - 1];
        barrier.push(reached + rejected.max(1e-3));
    }
    let (levels, whole) = (beta.len(), barrier[barrier.len() - 1]);
    let mut found = vec![0.0; levels];
    let mut k = 0;
    for (level, found) in found.iter_mut().enumerate().take(levels - 1).skip(1) {
        let wanted = whole * (real(level) / real(levels - 1));
        while barrier[k + 1] < wanted {
            k += 1;
        }
        let slope = (beta[k + 1] - beta[k]) / (barrier[k + 1] - barrier[k]);
        *found = slope * (wanted - barrier[k]) + beta[k];
    }
    found[levels - 1] = 1.0;
    found
}

/// `ln(exp(a) + exp(b))`.
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_move_to_where_swaps_fail() {
        let beta = [0.0, 0.1, 1.0];
        let found = respaced(&beta, &[0.1, 0.7]);
        assert!(
            (found[1] - (0.1 + 0.9 * 0.3 / 0.7)).abs() < 1e-12,
            "{found:?}"
        );
    }
}
