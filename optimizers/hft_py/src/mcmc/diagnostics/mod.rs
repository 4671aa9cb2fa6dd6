//! Has it mixed, and how much is it worth: R-hat, effective sample sizes, standard errors.
//!
//! Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021, Bayesian Analysis 16). Draws are
//! `chains x draws x parameters`, row by row. NaN where a parameter never moves, where a draw is
//! not finite, and where there are fewer than four draws a chain. O(N log N) a parameter.

mod autocovariance;
mod effective;
mod quantile;
mod ranks;
mod ratio;

pub use quantile::normal_quantile;

use super::real;
use effective::{ess_of_events, ess_of_values, sokal};
use ranks::Sorted;

const LEAST_DRAWS: usize = 4;
/// Where the tails begin.
const TAIL: [f64; 2] = [0.05, 0.95];

/// Draws of one parameter, chain by chain.
#[derive(Debug, Clone)]
pub struct Series {
    values: Vec<f64>,
    /// Half chains one after the other, where that is not the same.
    split: Option<Vec<f64>>,
    chains: usize,
    draws: usize,
}

/// Which effective sample size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Of the location, on rank-normalised draws.
    Bulk,
    /// The lesser of two quantiles'.
    Tail,
    /// Of the mean.
    Mean,
}

/// Which R-hat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ratio {
    /// The larger of the rank-normalised split ratio and the folded one.
    Rank,
    /// Over half chains.
    Split,
    /// As Gelman and Rubin had it.
    Basic,
}

/// All of one parameter's.
#[derive(Debug, Clone, Copy)]
pub struct Diagnosis {
    /// Rank-normalised split R-hat.
    pub r_hat: f64,
    /// Effective sample sizes.
    pub ess_bulk: f64,
    /// Of the tails.
    pub ess_tail: f64,
    /// Standard error of the mean.
    pub mcse: f64,
    /// Integrated autocorrelation time in draws.
    pub autocorr_time: f64,
}

impl Series {
    /// One parameter of draws that lie row by row; `None` where its diagnostics are NaN.
    #[must_use]
    pub fn new(samples: &[f64], chains: usize, parameters: usize, which: usize) -> Option<Self> {
        let draws = samples.len() / (chains * parameters).max(1);
        if draws < LEAST_DRAWS || chains == 0 {
            return None;
        }
        let column = samples.iter().skip(which).step_by(parameters);
        let values: Vec<f64> = column.copied().collect();
        let moves = values.iter().any(|v| *v != values[0]);
        let finite = values.iter().all(|v| v.is_finite());
        if !(moves && finite) {
            return None;
        }
        let half = draws / 2;
        let ends = |chain: &[f64]| [&chain[..half], &chain[draws - half..]].concat();
        let split = (draws % 2 == 1).then(|| values.chunks_exact(draws).flat_map(ends).collect());
        Some(Self {
            values,
            split,
            chains,
            draws,
        })
    }

    /// Draws of half chains, one half after the other; the middle of an odd number is left out.
    fn split(&self) -> &[f64] {
        self.split.as_deref().unwrap_or(&self.values)
    }

    fn half(&self) -> usize {
        self.draws / 2
    }

    /// An effective sample size.
    #[must_use]
    pub fn effective_size(&self, which: Size) -> f64 {
        match which {
            Size::Bulk => ess_of_values(&Sorted::new(self.split()).scores(), self.half()),
            Size::Tail => self.tail(&Sorted::new(&self.values)),
            Size::Mean => ess_of_values(self.split(), self.half()),
        }
    }

    /// An R-hat.
    #[must_use]
    pub fn r_hat(&self, which: Ratio) -> f64 {
        match which {
            Ratio::Basic => ratio::basic(&self.values, self.draws),
            Ratio::Split => ratio::basic(self.split(), self.half()),
            Ratio::Rank => {
                let sorted = Sorted::new(self.split());
                let scores = sorted.scores();
                self.rank_ratio(sorted, &scores)
            }
        }
    }

    /// The integrated autocorrelation time, by Sokal's window or (`false`) by Geyer's sequence.
    #[must_use]
    pub fn autocorrelation_time(&self, by_window: bool) -> f64 {
        if by_window {
            return sokal(&self.values, self.draws);
        }
        real(2 * self.half() * self.chains) / self.effective_size(Size::Mean)
    }

    /// All of them, sorting once (twice where the number of draws is odd).
    #[must_use]
    pub fn diagnose(&self) -> Diagnosis {
        let mut sorted = Sorted::new(&self.values);
        let ess_tail = self.tail(&sorted);
        if let Some(split) = &self.split {
            sorted = Sorted::new(split);
        }
        let scores = sorted.scores();
        let mean_size = self.effective_size(Size::Mean);
        Diagnosis {
            ess_bulk: ess_of_values(&scores, self.half()),
            r_hat: self.rank_ratio(sorted, &scores),
            ess_tail,
            mcse: ratio::deviation(&self.values) / mean_size.sqrt(),
            autocorr_time: real(2 * self.half() * self.chains) / mean_size,
        }
    }

    fn rank_ratio(&self, sorted: Sorted, scores: &[f64]) -> f64 {
        let location = ratio::basic(scores, self.half());
        let scale = ratio::basic(&sorted.folded().scores(), self.half());
        if scale.is_nan() {
            location
        } else {
            location.max(scale)
        }
    }

    fn tail(&self, sorted: &Sorted) -> f64 {
        let [low, high] = TAIL.map(|probability| {
            let bound = sorted.quantile(probability);
            ess_of_events(self.split(), self.half(), |value| value <= bound)
        });
        low.min(high)
    }
}
