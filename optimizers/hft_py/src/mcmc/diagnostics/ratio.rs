//! R-hat: the spread of all chains over the spread within them.

use super::runs::Runs;
use crate::mcmc::real;

/// The variance of numbers, divisor one less than their count; 0 of one.
pub(super) fn between(means: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = means.clone().count();
    if count < 2 {
        return 0.0;
    }
    let centre = means.clone().sum::<f64>() / real(count);
    let squares = means.map(|mean| (mean - centre) * (mean - centre));
    squares.sum::<f64>() / real(count - 1)
}

/// Gelman and Rubin's ratio over sequences; NaN of fewer than two.
pub(super) fn basic(runs: &Runs, values: &[f64]) -> f64 {
    let moments = runs.moments(values);
    if moments.len() < 2 || runs.length < 2 {
        return f64::NAN;
    }
    let n = real(runs.length);
    let squares: f64 = moments.iter().map(|(_, square)| square).sum();
    let within = squares / (n - 1.0) / real(moments.len());
    let spread = between(moments.iter().map(|(mean, _)| *mean));
    ((n * spread / within + n - 1.0) / n).sqrt()
}
