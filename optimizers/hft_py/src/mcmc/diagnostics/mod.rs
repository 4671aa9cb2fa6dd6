//! Convergence diagnostics: R-hat, effective sample sizes, standard errors.
//!
//! Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021, Bayesian Analysis 16). Draws are
//! `chains x draws x parameters`, row by row. NaN where a parameter never moves, where a draw is
//! not finite, and where there are fewer than four draws a chain. O(N log N) a parameter.

mod autocovariance;
mod column;
mod effective;
mod events;
mod quantile;
mod ranks;
mod ratio;
mod runs;

pub use autocovariance::Transforms;
pub use quantile::normal_quantile;

use super::real;
use column::Column;
use effective::{ess_of_events, ess_of_values, sokal};
use ranks::Order;
use runs::Runs;

const MIN_DRAWS: usize = 4;
/// Where the tails begin.
const TAIL: [f64; 2] = [0.05, 0.95];

/// Draws of one parameter, read where they lie.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a>(Column<'a>);

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

impl<'a> Series<'a> {
    /// One parameter of draws that lie row by row; `None` where its diagnostics are NaN (as they
    /// are of 2^32 draws or more).
    pub fn new(samples: &'a [f64], chains: usize, parameters: usize, which: usize) -> Option<Self> {
        let column = Column::new(samples, chains, parameters, which);
        if column.draws < MIN_DRAWS || u32::try_from(column.len()).is_err() {
            return None;
        }
        let moves = column
            .iter()
            .zip(column.iter().skip(1))
            .any(|(a, b)| a != b);
        let column = column.scaled()?;
        moves.then_some(Self(column))
    }

    /// An effective sample size.
    pub fn effective_size(&self, which: Size, transforms: &Transforms) -> f64 {
        if which == Size::Mean {
            let (runs, values, _) = Runs::of(&self.0, true);
            return ess_of_values(&runs, &values, transforms);
        }
        let (runs, mut order) = Order::of(&self.0);
        if which == Size::Tail {
            return tail(&runs, &order, transforms);
        }
        order.keep_halves();
        let mut scores = vec![0.0; runs.len()];
        order.scores(&mut scores);
        ess_of_values(&runs, &scores, transforms)
    }

    /// An R-hat.
    pub fn r_hat(&self, which: Ratio) -> f64 {
        if which != Ratio::Rank {
            let (runs, values, _) = Runs::of(&self.0, which == Ratio::Split);
            return ratio::basic(&runs, &values);
        }
        let (runs, mut order) = Order::of(&self.0);
        order.keep_halves();
        let mut scores = vec![0.0; runs.len()];
        order.scores(&mut scores);
        let location = ratio::basic(&runs, &scores);
        larger(location, &runs, &order, &mut scores)
    }

    /// The integrated autocorrelation time, by Sokal's window or (`false`) by Geyer's sequence.
    pub fn autocorrelation_time(&self, by_window: bool, transforms: &Transforms) -> f64 {
        if by_window {
            let (runs, values, _) = Runs::of(&self.0, false);
            return sokal(&runs, &values, transforms);
        }
        self.total() / self.effective_size(Size::Mean, transforms)
    }

    /// All of them, sorting once.
    pub fn diagnose(&self, transforms: &Transforms) -> Diagnosis {
        let (runs, mut order) = Order::of(&self.0);
        let ess_tail = tail(&runs, &order, transforms);
        let deviation = order.deviation();
        order.keep_halves();
        // One memory for all: draws may be many.
        let mut values = vec![0.0; runs.len()];
        order.scores(&mut values);
        let location = ratio::basic(&runs, &values);
        let ess_bulk = ess_of_values(&runs, &values, transforms);
        let r_hat = larger(location, &runs, &order, &mut values);
        order.values(&mut values);
        let mean_size = ess_of_values(&runs, &values, transforms);
        Diagnosis {
            r_hat,
            ess_bulk,
            ess_tail,
            mcse: deviation / mean_size.sqrt() / self.0.factor,
            autocorr_time: self.total() / mean_size,
        }
    }

    fn total(&self) -> f64 {
        real(2 * (self.0.draws / 2) * self.0.chains)
    }
}

/// The larger of a ratio of locations and the one of scales (NaN where all distances are one).
fn larger(location: f64, runs: &Runs, order: &Order, scores: &mut [f64]) -> f64 {
    order.folded_scores(order.median(), scores);
    let scale = ratio::basic(runs, scores);
    if scale.is_nan() {
        location
    } else {
        location.max(scale)
    }
}

fn tail(runs: &Runs, order: &Order, transforms: &Transforms) -> f64 {
    let [low, high] = TAIL.map(|probability| order.quantile(probability));
    // What is beyond the upper quantile is as well known as what is not, and it is little.
    let low = ess_of_events(runs, order.up_to(low), transforms);
    low.min(ess_of_events(runs, order.beyond(high), transforms))
}
