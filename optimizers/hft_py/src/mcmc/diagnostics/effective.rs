//! Effective sample sizes and autocorrelation times.

use super::autocovariance::{Covariances, Transforms, Values};
use super::events::Events;
use super::ratio::between;
use super::runs::Runs;
use crate::mcmc::real;

/// Sokal's window, in autocorrelation times.
const WINDOW: f64 = 5.0;

/// The effective sample size of the mean over sequences, from one value a run (eqs. 10-13).
pub(super) fn ess_of_values(runs: &Runs, values: &[f64], transforms: &Transforms) -> f64 {
    if values.iter().all(|v| *v == values[0]) {
        return f64::NAN;
    }
    let means = runs.moments(values).into_iter().map(|(mean, _)| mean);
    let spread = between(means);
    size(&mut Values::new(runs, values, transforms), spread, runs)
}

/// The same of the frequency of an event; all draws where it always or never happens.
pub(super) fn ess_of_events(
    runs: &Runs,
    happening: impl Iterator<Item = usize>,
    transforms: &Transforms,
) -> f64 {
    let mut events = Events::new(runs, happening, transforms);
    let all: usize = events.counts().iter().sum();
    if all == 0 || all == runs.draws() {
        return real(runs.draws());
    }
    let counts = events.counts().iter();
    let spread = between(counts.map(|count| real(*count) / real(runs.length)));
    size(&mut events, spread, runs)
}

fn size(lags: &mut impl Covariances, spread: f64, runs: &Runs) -> f64 {
    let (draws, total) = (runs.length, runs.draws());
    let variance = lags.at(0) + spread;
    let within = lags.at(0) * real(draws) / real(draws - 1);
    let correlation = |lag: usize| 1.0 - (within - lags.at(lag)) / variance;
    real(total) / geyer(correlation, draws, total)
}

/// The integrated autocorrelation time of a sequence of autocorrelations, by Geyer's initial
/// monotone sequence; not below `1 / log10(total)`, as antithetic chains have no upper end.
fn geyer(mut correlation: impl FnMut(usize) -> f64, draws: usize, total: usize) -> f64 {
    let mut rho = vec![1.0, correlation(1)];
    let (mut even, mut odd) = (1.0, rho[1]);
    // Pairs are positive and fall: beyond the first that is not, all is noise.
    while rho.len() < draws - 2 && even + odd > 0.0 {
        (even, odd) = (correlation(rho.len()), correlation(rho.len() + 1));
        let positive = even + odd >= 0.0;
        rho.extend(if positive { [even, odd] } else { [0.0, 0.0] });
    }
    // Lags below the last pair are summed twice, its even one once: also where that is negative
    // and the draws end with this pair.
    let end = rho.len() - 2;
    let tail = if even > 0.0 { even } else { rho[end] };
    let mut lag = 1;
    while lag + 2 < end {
        let before = rho[lag - 1] + rho[lag];
        if rho[lag + 1] + rho[lag + 2] > before {
            rho[lag + 1] = before / 2.0;
            rho[lag + 2] = before / 2.0;
        }
        lag += 2;
    }
    let time = -1.0 + 2.0 * rho[..end].iter().sum::<f64>() + tail;
    time.max(1.0 / real(total).log10())
}

/// The integrated autocorrelation time with Sokal's automatic window.
pub(super) fn sokal(runs: &Runs, values: &[f64], transforms: &Transforms) -> f64 {
    let mut lags = Values::scaled(runs, values, transforms);
    let mut time = -1.0;
    for lag in 0..runs.length {
        time += 2.0 * lags.at(lag);
        if real(lag) >= WINDOW * time {
            break;
        }
    }
    time
}
