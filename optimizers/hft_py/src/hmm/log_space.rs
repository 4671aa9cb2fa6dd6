//! The recursions on logarithms: slower, and right wherever the scaled ones underflow.
//!
//! Source: Mann, "Numerically stable hidden Markov model implementation" (2006).

use super::emission::{BLOCK, Emission, Scratch};
use super::error::HmmError;
use super::log_filter::LogFilter;
use crate::lanes::{LANES, Lanes};
use crate::math::log_sum;
use crate::memory;

/// Logarithms of densities of a sequence, `K` a row.
pub fn log_densities(emission: &Emission<'_>, x: &[f64], scratch: &mut Scratch) -> Vec<f64> {
    let (k, d) = (emission.model.states(), emission.model.dimension);
    let mut rows = vec![0.0; x.len() / d * k];
    let places = rows.chunks_mut(BLOCK * k);
    for (block, place) in x.chunks(BLOCK * d).zip(places) {
        emission.logs(block, scratch);
        for (t, row) in place.chunks_exact_mut(k).enumerate() {
            for (state, value) in row.iter_mut().enumerate() {
                *value = scratch.logs[state * BLOCK + t];
            }
        }
    }
    rows
}

/// Logarithms of the filter, `K` a row, and of the scales.
///
/// # Errors
/// [`HmmError::Impossible`].
pub fn forward(emission: &Emission<'_>, logs: &[f64]) -> Result<(Vec<f64>, Vec<f64>), HmmError> {
    let model = emission.model;
    let (mut alpha, mut scales) = (Vec::with_capacity(logs.len()), Vec::new());
    let mut filter = LogFilter::predicting(model, &model.start);
    for (t, b) in logs.chunks_exact(model.states()).enumerate() {
        let scale = filter.observe(b.iter().copied());
        scales.push(scale.ok_or(HmmError::Impossible { index: t })?);
        alpha.extend_from_slice(&filter.alpha);
        filter.advance();
    }
    Ok((alpha, scales))
}

/// Logarithms of the backward recursion, scaled like [`forward`].
pub fn backward(emission: &Emission<'_>, logs: &[f64], scales: &[f64]) -> Vec<f64> {
    let model = emission.model;
    let k = model.states();
    let transition: Vec<f64> = model.transition.iter().map(|p| p.ln()).collect();
    let mut beta = vec![0.0; logs.len()];
    for t in (0..scales.len().saturating_sub(1)).rev() {
        let (now, next) = beta.split_at_mut((t + 1) * k);
        let b = &logs[(t + 1) * k..(t + 2) * k];
        for i in 0..k {
            let ways = (0..k).map(|j| transition[i * k + j] + b[j] + next[j]);
            now[t * k + i] = log_sum(ways) - scales[t + 1];
        }
    }
    beta
}

/// Probabilities of each transition at time `t`, from logarithms of both recursions.
pub(super) fn pair_probabilities(
    emission: &Emission<'_>,
    (alpha, beta, logs): (&[f64], &[f64], &[f64]),
    t: usize,
    found: &mut [f64],
) {
    let model = emission.model;
    let k = model.states();
    for i in 0..k {
        for j in 0..k {
            let next = (t + 1) * k + j;
            let way = model.transition[i * k + j].ln() + logs[next] + beta[next];
            found[i * k + j] = alpha[t * k + i] + way;
        }
    }
    let total = log_sum(found.iter().copied());
    found.iter_mut().for_each(|v| *v = (*v - total).exp());
}

/// The expectation step: see [`super::expectation::expect`]. `weights` become the probabilities of
/// states; gives the log-likelihood and the expected transitions.
pub(super) fn expect(
    emission: &Emission<'_>,
    x: &[f64],
    weights: &mut [Lanes],
    start: &mut [f64],
) -> Result<(f64, Vec<f64>), HmmError> {
    let (k, d) = (emission.model.states(), emission.model.dimension);
    memory::ensure_allocatable(&[memory::product(&[x.len() / d, 3 * k + 1])])?;
    let logs = log_densities(emission, x, &mut Scratch::new(k, d));
    let (alpha, scales) = forward(emission, &logs)?;
    let beta = backward(emission, &logs, &scales);
    let mut transitions = vec![0.0; k * k];
    let mut pair = vec![0.0; k * k];
    weights.fill(Lanes::ZERO);
    for t in 0..scales.len() {
        let rows = t * k..(t + 1) * k;
        let joint = alpha[rows.clone()]
            .iter()
            .zip(&beta[rows])
            .map(|(a, b)| a + b);
        let total = log_sum(joint.clone());
        for (state, log) in joint.enumerate() {
            weights[t / LANES * k + state].0[t % LANES] = (log - total).exp();
        }
        if t + 1 < scales.len() {
            pair_probabilities(emission, (&alpha, &beta, &logs), t, &mut pair);
            transitions.iter_mut().zip(&pair).for_each(|(s, p)| *s += p);
        }
    }
    for (p, lanes) in start.iter_mut().zip(weights.iter()) {
        *p = lanes.0[0];
    }
    Ok((scales.iter().sum(), transitions))
}
