//! Smoothing: what is known of the state from the whole sequence, or from a few steps after it.

use super::emission::{Emission, Scratch};
use super::error::HmmError;
use super::expectation::{Workspace, expect};
use super::log_filter::{LOST, SMALL};
use super::log_space;
use super::model::{Model, Series};
use super::{filter, forward};
use crate::lanes::LANES;
use crate::math::log_sum;
use crate::watch::{Flow, Watch};

/// `p(z_t | x)`, `K` a row, into `gamma`; expected transitions and the log-likelihood.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn smoothed(
    model: &Model,
    series: Series<'_>,
    gamma: &mut [f64],
) -> Result<(Vec<f64>, f64), HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut workspace = Workspace::new(model, series.longest());
    let (mut transitions, mut total) = (vec![0.0; k * k], 0.0);
    for (from, x) in series.sequences() {
        let found = expect(&emission, x, &mut workspace, false).map_err(|e| e.after(from))?;
        total += found.log_likelihood;
        transitions
            .iter_mut()
            .zip(found.transitions)
            .for_each(|(s, p)| *s += p);
        let rows = x.len() / model.dimension;
        let place = gamma[from * k..(from + rows) * k].chunks_mut(LANES * k);
        for (tile, rows) in workspace.weights.chunks_exact(k).zip(place) {
            untile(tile, rows);
        }
    }
    Ok((transitions, total))
}

fn untile(tile: &[crate::lanes::Lanes], rows: &mut [f64]) {
    for (lane, row) in rows.chunks_exact_mut(tile.len()).enumerate() {
        for (p, lanes) in row.iter_mut().zip(tile) {
            *p = lanes.0[lane];
        }
    }
}

/// Both recursions of one sequence, scaled, or as logarithms where that fails.
struct Passes {
    logarithmic: bool,
    /// Logarithms of densities.
    logs: Vec<f64>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
}

fn passes(emission: &Emission<'_>, x: &[f64], scratch: &mut Scratch) -> Result<Passes, HmmError> {
    let model = emission.model;
    let k = model.states();
    let logs = log_space::log_densities(emission, x, scratch);
    let mut alpha = vec![0.0; logs.len()];
    let mut scales = vec![0.0; logs.len() / k];
    if forward::sequence(model, &logs, &mut alpha, &mut scales)?
        && let Some(beta) = scaled_backward(model, &logs, &scales)
    {
        return Ok(Passes {
            logarithmic: false,
            logs,
            alpha,
            beta,
        });
    }
    let (alpha, scales) = log_space::forward(emission, &logs)?;
    let beta = log_space::backward(emission, &logs, &scales);
    Ok(Passes {
        logarithmic: true,
        logs,
        alpha,
        beta,
    })
}

/// What a backward variable may grow to: a state that the past forgot then weighs 1e-38 at most.
const MAX_BETA: f64 = 1e150;

/// Rabiner's backward recursion; `None` where it grows beyond [`MAX_BETA`].
fn scaled_backward(model: &Model, logs: &[f64], log_scale: &[f64]) -> Option<Vec<f64>> {
    let k = model.states();
    let mut beta = vec![1.0; logs.len()];
    let mut later = vec![0.0; k];
    for t in (0..log_scale.len().saturating_sub(1)).rev() {
        let (now, next) = beta.split_at_mut((t + 1) * k);
        for j in 0..k {
            later[j] = (logs[(t + 1) * k + j] - log_scale[t + 1]).exp() * next[j];
        }
        for i in 0..k {
            let row = &model.transition[i * k..(i + 1) * k];
            let total: f64 = row.iter().zip(&later).map(|(a, w)| a * w).sum();
            if total.is_nan() || total > MAX_BETA {
                return None;
            }
            now[t * k + i] = total;
        }
    }
    Some(beta)
}

/// `p(x_(t+1)..x_T | z_t) / p(x_(t+1)..x_T | x_1..x_t)`, `K` a row, into `beta`.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn backward(model: &Model, series: Series<'_>, beta: &mut [f64]) -> Result<(), HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    for (from, x) in series.sequences() {
        let found = passes(&emission, x, &mut scratch).map_err(|e| e.after(from))?;
        for (value, own) in beta[from * k..].iter_mut().zip(found.beta) {
            *value = if found.logarithmic { own.exp() } else { own };
        }
    }
    Ok(())
}

/// `p(z_t, z_(t+1) | x)`, `K * K` a row, one row fewer than the series has; 0 between sequences.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn pairwise(model: &Model, series: Series<'_>, pairs: &mut [f64]) -> Result<(), HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    for (from, x) in series.sequences() {
        let found = passes(&emission, x, &mut scratch).map_err(|e| e.after(from))?;
        let steps = found.alpha.len() / k - 1;
        let place = pairs[from * k * k..].chunks_exact_mut(k * k).take(steps);
        for (t, place) in place.enumerate() {
            if found.logarithmic {
                let logs = (&*found.alpha, &*found.beta, &*found.logs);
                log_space::pair_probabilities(&emission, logs, t, place);
            } else {
                scaled_pairs(model, &found, t, place);
            }
        }
    }
    Ok(())
}

fn scaled_pairs(model: &Model, found: &Passes, t: usize, place: &mut [f64]) {
    let k = model.states();
    let next = (t + 1) * k..(t + 2) * k;
    let logs = &found.logs[next.clone()];
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for j in 0..k {
        let later = (logs[j] - most).exp() * found.beta[next.start + j];
        for i in 0..k {
            let p = found.alpha[t * k + i] * model.transition[i * k + j] * later;
            place[i * k + j] = p;
            total += p;
        }
    }
    place.iter_mut().for_each(|p| *p /= total);
}

/// `p(z_t | x_1..x_(t + lag))`, `K` a row, into `out`: `O(T lag K^2)`, so `watch` is asked.
///
/// # Errors
/// [`HmmError::Impossible`], a covariance matrix that is none, or what the watcher raised.
pub fn fixed_lag(
    model: &Model,
    series: Series<'_>,
    lag: usize,
    out: &mut [f64],
    watch: &mut dyn Watch,
) -> Result<(), HmmError> {
    filter::filtered(model, series, out)?;
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    for (from, x) in series.sequences() {
        let logs = log_space::log_densities(&emission, x, &mut scratch);
        let rows = logs.len() / k;
        let mut log_alpha: Option<Vec<f64>> = None;
        for t in 0..rows {
            if watch.tick((from + t) as u64, 0.0)? == Flow::Halt {
                return Ok(());
            }
            let row = &mut out[(from + t) * k..(from + t + 1) * k];
            let window = &logs[(t + 1) * k..(t + 1 + lag.min(rows - 1 - t)) * k];
            if !window.is_empty() && !waited(model, window, row) {
                let found = match log_alpha.take() {
                    Some(found) => found,
                    None => {
                        log_space::forward(&emission, &logs)
                            .map_err(|e| e.after(from))?
                            .0
                    }
                };
                waited_in_logs(model, window, &found[t * k..(t + 1) * k], row);
                log_alpha = Some(found);
            }
        }
    }
    Ok(())
}

/// Weights below it have fewer digits, or none.
const VANISHING: f64 = 1e-290;

/// Weigh the filter by what the next observations say; false where digits are lost.
fn waited(model: &Model, window: &[f64], row: &mut [f64]) -> bool {
    let k = row.len();
    let (mut beta, mut later) = (vec![1.0; k], vec![0.0; k]);
    for b in window.chunks_exact(k).rev() {
        let most = b.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for j in 0..k {
            later[j] = (b[j] - most).exp() * beta[j];
            // Earlier observations may be for a state that a later one speaks against, however
            // loudly: no weight that is there may vanish on the way.
            if later[j] < VANISHING && beta[j] > 0.0 && b[j] > f64::NEG_INFINITY {
                return false;
            }
        }
        for (i, value) in beta.iter_mut().enumerate() {
            let cells = &model.transition[i * k..(i + 1) * k];
            *value = cells.iter().zip(&later).map(|(a, w)| a * w).sum();
            let possible = || cells.iter().zip(&later).any(|(a, w)| *a > 0.0 && *w > 0.0);
            if *value < VANISHING && possible() {
                return false;
            }
        }
        let total: f64 = beta.iter().sum();
        if total.is_nan() || total < SMALL {
            return false;
        }
        beta.iter_mut().for_each(|v| *v /= total);
    }
    let total: f64 = row.iter().zip(&beta).map(|(p, b)| p * b).sum();
    if total.is_nan() || total < LOST {
        return false;
    }
    row.iter_mut().zip(&beta).for_each(|(p, b)| *p *= b / total);
    true
}

fn waited_in_logs(model: &Model, window: &[f64], log_alpha: &[f64], row: &mut [f64]) {
    let k = row.len();
    let mut beta = vec![0.0; k];
    for b in window.chunks_exact(k).rev() {
        let later: Vec<f64> = b.iter().zip(&beta).map(|(b, v)| b + v).collect();
        for (i, value) in beta.iter_mut().enumerate() {
            let cells = &model.transition[i * k..(i + 1) * k];
            *value = log_sum(cells.iter().zip(&later).map(|(a, w)| a.ln() + w));
        }
    }
    let joint: Vec<f64> = log_alpha.iter().zip(&beta).map(|(a, b)| a + b).collect();
    let total = log_sum(joint.iter().copied());
    for (p, log) in row.iter_mut().zip(joint) {
        *p = (log - total).exp();
    }
}
