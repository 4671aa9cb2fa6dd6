//! The portfolio of least variance: in closed form, or within bounds by a primal active set.
//!
//! Each step solves `min w' C w / 2, sum w = 1` over the free assets, the others held at a bound,
//! `O(k^3)` for `k` free ones; it goes there, or as far as the first bound on the way, and frees an
//! asset whose multiplier has the wrong sign. The exact answer after about as many steps as assets
//! are free in it, which are few where weights may not be negative.
//!
//! Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 16.3.

use super::linear::{Factor, block, product};
use crate::Error;

/// The weights `C^-1 1 / 1' C^-1 1`.
///
/// # Errors
/// [`Error::Value`] where the covariance is singular: then the weights are not unique.
pub fn closed_form(covariance: &[f64], n: usize) -> Result<Vec<f64>, Error> {
    let factor = Factor::new(covariance, n, 0.0).ok_or(Error::value(
        "covariance",
        "a singular matrix",
        "a positive definite one: shrink it, or ask for long_only=True",
    ))?;
    let mut weights = vec![1.0; n];
    factor.solve(&mut weights);
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= total);
    Ok(weights)
}

/// The weights of least variance within finite bounds, whose sums allow a total of one.
///
/// # Errors
/// [`Error::Internal`] where rounding keeps the active set from converging.
pub fn bounded(covariance: &[f64], lower: &[f64], upper: &[f64]) -> Result<Vec<f64>, Error> {
    let n = lower.len();
    let mut weights = feasible(covariance, lower, upper);
    let mut free: Vec<usize> = (0..n)
        .filter(|i| lower[*i] < weights[*i] && weights[*i] < upper[*i])
        .collect();
    for _ in 0..100 + 20 * n {
        let blocked = if free.is_empty() {
            None
        } else {
            advance(covariance, &mut weights, &mut free, lower, upper)?
        };
        if blocked.is_none() {
            match entering(covariance, &weights, &free, lower, upper) {
                Some(index) => free.push(index),
                None => return Ok(weights),
            }
            // Two are needed to move where nothing is free.
            if free.len() == 1
                && let Some(index) = entering(covariance, &weights, &free, lower, upper)
            {
                free.push(index);
            }
        }
    }
    Err(Error::Internal(
        "the active set of a minimum variance portfolio did not converge".into(),
    ))
}

/// Weights within bounds of total one: those of small variance as large as may be.
fn feasible(covariance: &[f64], lower: &[f64], upper: &[f64]) -> Vec<f64> {
    let n = lower.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| covariance[i * n + i].total_cmp(&covariance[j * n + j]));
    let mut weights = lower.to_vec();
    let mut rest = 1.0 - lower.iter().sum::<f64>();
    for i in order {
        let more = rest.min(upper[i] - lower[i]).max(0.0);
        // Exact where a bound is met, so that the asset does not count as free.
        weights[i] = if more == upper[i] - lower[i] {
            upper[i]
        } else {
            lower[i] + more
        };
        rest -= more;
    }
    weights
}

/// Go to the minimum over the free assets; the index that meets a bound on the way is no longer
/// free, and is returned.
fn advance(
    covariance: &[f64],
    weights: &mut [f64],
    free: &mut Vec<usize>,
    lower: &[f64],
    upper: &[f64],
) -> Result<Option<usize>, Error> {
    let (n, k) = (weights.len(), free.len());
    let factor = Factor::regularised(&block(covariance, n, free), k).ok_or(Error::Internal(
        "a covariance has no Cholesky factor".into(),
    ))?;
    // The direction d of sum zero: C d = level - C w on the free assets.
    let gradient = product(covariance, weights);
    let mut ones = vec![1.0; k];
    let mut step: Vec<f64> = free.iter().map(|i| -gradient[*i]).collect();
    factor.solve(&mut ones);
    factor.solve(&mut step);
    let level = -step.iter().sum::<f64>() / ones.iter().sum::<f64>();
    step.iter_mut()
        .zip(&ones)
        .for_each(|(s, one)| *s += level * one);
    let (mut part, mut blocking) = (1.0, None);
    for (place, i) in free.iter().enumerate() {
        let bound = if step[place] < 0.0 {
            lower[*i]
        } else {
            upper[*i]
        };
        let until = (bound - weights[*i]) / step[place];
        if step[place] != 0.0 && until < part {
            (part, blocking) = (until.max(0.0), Some((place, bound)));
        }
    }
    for (place, i) in free.iter().enumerate() {
        weights[*i] += part * step[place];
    }
    Ok(blocking.map(|(place, bound)| {
        let index = free.remove(place);
        weights[index] = bound;
        index
    }))
}

/// The held asset whose multiplier has the most wrong sign.
fn entering(
    covariance: &[f64],
    weights: &[f64],
    free: &[usize],
    lower: &[f64],
    upper: &[f64],
) -> Option<usize> {
    let gradient = product(covariance, weights);
    let room = |i: usize| lower[i] < upper[i];
    let falls = |i: usize| weights[i] > lower[i];
    let level = if free.is_empty() {
        // Any asset whose weight may fall can pay for another; the worst one pays.
        let payers = (0..weights.len()).filter(|i| room(*i) && falls(*i));
        payers
            .map(|i| gradient[i])
            .fold(f64::NEG_INFINITY, f64::max)
    } else {
        free.iter().map(|i| gradient[*i]).sum::<f64>() / free.len() as f64
    };
    let largest = gradient.iter().fold(0.0_f64, |top, g| top.max(g.abs()));
    // Where the least variance is zero, gradients are rounding of the covariance.
    let rounding = covariance.iter().fold(0.0_f64, |top, c| top.max(*c));
    let slack = 1e-11 * largest + 1e-15 * rounding;
    (0..weights.len())
        .filter(|i| room(*i) && !free.contains(i))
        .map(|i| {
            let wrong = if weights[i] <= lower[i] {
                level - gradient[i]
            } else {
                gradient[i] - level
            };
            (i, wrong)
        })
        .filter(|(_, wrong)| *wrong > slack)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i)
}
