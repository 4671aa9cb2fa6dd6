//! R-hat: the spread of all chains over the spread within them.

use crate::mcmc::real;

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / real(values.len())
}

/// The variance with divisor `n - 1`.
fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    let square: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    square / real(values.len() - 1)
}

/// The standard deviation with divisor `n - 1`, of values gone through twice.
pub(super) fn deviation<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> f64 {
    let count = real(values().count());
    let centre = values().sum::<f64>() / count;
    let square: f64 = values().map(|v| (v - centre) * (v - centre)).sum();
    (square / (count - 1.0)).sqrt()
}

/// The variance of the chains' means, divisor one less than their number.
pub(super) fn between(values: &[f64], draws: usize) -> f64 {
    let means: Vec<f64> = values.chunks_exact(draws).map(mean).collect();
    variance(&means)
}

/// Gelman and Rubin's ratio over chains of `draws` values; NaN of fewer than two.
pub(super) fn basic(values: &[f64], draws: usize) -> f64 {
    let chains = values.len() / draws;
    if chains < 2 || draws < 2 {
        return f64::NAN;
    }
    let n = real(draws);
    let within = values.chunks_exact(draws).map(variance).sum::<f64>() / real(chains);
    ((n * between(values, draws) / within + n - 1.0) / n).sqrt()
}
