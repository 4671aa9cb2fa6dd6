//! Has it mixed, and how much is it worth: R-hat, effective sample sizes, standard errors.
//!
//! Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021, Bayesian Analysis 16). Draws are
//! `chains x draws x parameters`, row by row. NaN where a parameter never moves, where a draw is
//! not finite, and where there are fewer than four draws a chain. O(N log N) a parameter.

mod autocovariance;
mod column;
mod effective;
mod quantile;
mod ranks;
mod ratio;

pub use quantile::normal_quantile;

use super::real;
use column::Column;
use effective::{ess_of_events, ess_of_values, sokal};
use ranks::Order;

const LEAST_DRAWS: usize = 4;
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
    #[must_use]
    pub fn new(samples: &'a [f64], chains: usize, parameters: usize, which: usize) -> Option<Self> {
        let column = Column::new(samples, chains, parameters, which);
        if column.draws < LEAST_DRAWS || u32::try_from(column.len()).is_err() {
            return None;
        }
        let first = column.at(0);
        let moves = column.iter().any(|v| v != first);
        let finite = column.iter().all(f64::is_finite);
        (moves && finite).then_some(Self(column))
    }

    /// An effective sample size.
    #[must_use]
    pub fn effective_size(&self, which: Size) -> f64 {
        let (column, mut values) = (&self.0, Vec::new());
        match which {
            Size::Bulk => self.halves_in_order().scores(column, &mut values),
            Size::Tail => return self.tail(&Order::new(column)),
            Size::Mean => column.split(&mut values),
        }
        ess_of_values(&mut values, column.half())
    }

    /// An R-hat.
    #[must_use]
    pub fn r_hat(&self, which: Ratio) -> f64 {
        let (column, mut values) = (&self.0, Vec::new());
        match which {
            Ratio::Basic => return ratio::basic(&column.iter().collect::<Vec<_>>(), column.draws),
            Ratio::Split => column.split(&mut values),
            Ratio::Rank => {
                let order = self.halves_in_order();
                order.scores(column, &mut values);
                let location = ratio::basic(&values, column.half());
                return self.larger(location, &order, &mut values);
            }
        }
        ratio::basic(&values, column.half())
    }

    /// The integrated autocorrelation time, by Sokal's window or (`false`) by Geyer's sequence.
    #[must_use]
    pub fn autocorrelation_time(&self, by_window: bool) -> f64 {
        if by_window {
            return sokal(self.0.iter().collect(), self.0.draws);
        }
        self.total() / self.effective_size(Size::Mean)
    }

    /// All of them, sorting once.
    #[must_use]
    pub fn diagnose(&self) -> Diagnosis {
        let (column, half) = (&self.0, self.0.half());
        let mut order = Order::new(column);
        let ess_tail = self.tail(&order);
        order.keep_halves(column);
        // One memory for all: draws may be many.
        let mut values = Vec::new();
        order.scores(column, &mut values);
        let location = ratio::basic(&values, half);
        let ess_bulk = ess_of_values(&mut values, half);
        let r_hat = self.larger(location, &order, &mut values);
        column.split(&mut values);
        let mean_size = ess_of_values(&mut values, half);
        Diagnosis {
            r_hat,
            ess_bulk,
            ess_tail,
            mcse: ratio::deviation(|| column.iter()) / mean_size.sqrt(),
            autocorr_time: self.total() / mean_size,
        }
    }

    /// Draws in half chains.
    fn total(&self) -> f64 {
        real(2 * self.0.half() * self.0.chains)
    }

    fn halves_in_order(&self) -> Order {
        let mut order = Order::new(&self.0);
        order.keep_halves(&self.0);
        order
    }

    /// The larger of a ratio of locations and the one of scales (NaN where all distances are one).
    fn larger(&self, location: f64, order: &Order, scores: &mut Vec<f64>) -> f64 {
        let column = &self.0;
        order.folded_scores(column, order.median(column), scores);
        let scale = ratio::basic(scores, column.half());
        if scale.is_nan() {
            location
        } else {
            location.max(scale)
        }
    }

    fn tail(&self, order: &Order) -> f64 {
        let column = &self.0;
        let [low, high] = TAIL.map(|probability| {
            let bound = order.quantile(column, probability);
            ess_of_events(column, |value| value <= bound)
        });
        low.min(high)
    }
}
