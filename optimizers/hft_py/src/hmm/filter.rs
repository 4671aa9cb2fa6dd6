//! The filter: what is known of the state from the past alone, and the likelihood.
//!
//! Blocks of 128 rows pass through: memory beside the result is `O(K)`.

use super::chain::{Chain, ahead, factor, put, sum};
use super::emission::{BLOCK, Emission, Scratch};
use super::failure::Failure;
use super::lanes::{LANES, Lanes};
use super::log_space;
use super::model::{Model, Series};
use super::states::{States, with_states};

/// Sums below this have lost digits that may matter later.
const SMALL: f64 = 1e-120;
/// A scale below this has.
const SMALL_SCALE: f64 = 1e-290;

/// `p(z_t | x_1..x_t)`, `K` a row, into `out`.
///
/// # Errors
/// [`Failure::Impossible`], or a covariance matrix that is none.
pub fn filtered(model: &Model, series: Series<'_>, out: &mut [f64]) -> Result<(), Failure> {
    let emission = Emission::new(model)?;
    let k = model.states();
    for (from, x) in series.sequences() {
        let rows = x.len() / model.dimension;
        let place = &mut out[from * k..(from + rows) * k];
        if with_states!(k, sequence, &emission, x, Some(&mut *place)).is_none() {
            let logs =
                log_space::log_densities(&emission, x, &mut Scratch::new(k, model.dimension));
            let (alpha, _) = log_space::forward(&emission, &logs).map_err(|e| e.after(from))?;
            for (p, log) in place.iter_mut().zip(alpha) {
                *p = log.exp();
            }
        }
    }
    Ok(())
}

/// `log p(x)` of all sequences; minus infinity where one is impossible.
///
/// # Errors
/// A covariance matrix that is none.
pub fn score(model: &Model, series: Series<'_>) -> Result<f64, Failure> {
    let emission = Emission::new(model)?;
    let mut total = 0.0;
    for (_, x) in series.sequences() {
        total += one_score(&emission, x)?;
    }
    Ok(total)
}

/// `log p(x)` of one sequence.
pub(super) fn one_score(emission: &Emission<'_>, x: &[f64]) -> Result<f64, Failure> {
    let (k, d) = (emission.model.states(), emission.model.dimension);
    if let Some(log) = with_states!(k, sequence, emission, x, None) {
        return Ok(log);
    }
    let logs = log_space::log_densities(emission, x, &mut Scratch::new(k, d));
    match log_space::forward(emission, &logs) {
        Ok((_, scales)) => Ok(scales.iter().sum()),
        Err(Failure::Impossible { .. }) => Ok(f64::NEG_INFINITY),
        Err(other) => Err(other),
    }
}

/// One sequence on the fast path: its log-likelihood, and the filter where there is room for it.
fn sequence<S: States>(
    s: S,
    emission: &Emission<'_>,
    x: &[f64],
    mut out: Option<&mut [f64]>,
) -> Option<f64> {
    let (k, d) = (s.count(), emission.model.dimension);
    let mut chain = Chain::<S> {
        row: s.row(),
        exponents: 0,
    };
    let mut scratch = Scratch::new(k, d);
    let mut b = vec![Lanes::ZERO; BLOCK / LANES * k];
    let mut largest = 0.0;
    for (block, rows) in x.chunks(BLOCK * d).enumerate() {
        let many = rows.len() / d;
        let tiles = &mut b[..many.div_ceil(LANES) * k];
        largest += emission.relative(rows, &mut scratch, tiles);
        let place = match &mut out {
            Some(all) => &mut all[block * BLOCK * k..][..many * k],
            None => &mut [],
        };
        pass(s, emission.model, tiles, &mut chain, block == 0, place)?;
    }
    let total: f64 = chain.row.as_ref().iter().sum();
    (total >= SMALL).then(|| total.ln() + chain.exponents as f64 * std::f64::consts::LN_2 + largest)
}

/// The chain over tiles of relative densities, and its normalised rows; `None` where digits
/// were lost.
fn pass<S: States>(
    s: S,
    model: &Model,
    b: &[Lanes],
    chain: &mut Chain<S>,
    begins: bool,
    out: &mut [f64],
) -> Option<()> {
    let k = s.count();
    let matrix = s.matrix(&model.transition);
    let mut least = Lanes::splat(1.0);
    for (q, tile) in b.chunks_exact(k).enumerate() {
        let from = (q * LANES * k).min(out.len());
        let place = &mut out[from..];
        least = if begins && q == 0 {
            walk::<S, true>(s, chain, &matrix, &model.start, tile, place, least)
        } else {
            walk::<S, false>(s, chain, &matrix, &[], tile, place, least)
        };
    }
    least.0.iter().all(|v| *v >= SMALL).then_some(())
}

/// The chain over a tile, each row normalised into `out` where there is room; the least sum.
#[inline(always)]
fn walk<S: States, const BEGINS: bool>(
    s: S,
    chain: &mut Chain<S>,
    matrix: &S::Matrix,
    start: &[f64],
    b: &[Lanes],
    out: &mut [f64],
    least: Lanes,
) -> Lanes {
    let k = s.count();
    let mut found = s.tile();
    if BEGINS {
        for j in 0..k {
            chain.row.as_mut()[j] = start[j] * b[j].0[0];
        }
        put::<S>(found.as_mut(), &chain.row, 0);
    }
    for half in [0, LANES / 2] {
        let (scale, exponent) = factor(sum(chain.row.as_ref()));
        chain.exponents += exponent;
        for step in usize::from(BEGINS && half == 0)..LANES / 2 {
            let now = if step == 2 { scale } else { 1.0 };
            chain.row = ahead(s, &chain.row, matrix, b, half + step, now);
            put::<S>(found.as_mut(), &chain.row, half + step);
        }
    }
    let mut sums = found.as_ref()[0];
    for lanes in &found.as_ref()[1..] {
        sums += *lanes;
    }
    if !out.is_empty() {
        let inverse = Lanes::splat(1.0) / sums;
        for lanes in found.as_mut() {
            *lanes = *lanes * inverse;
        }
        for (lane, row) in out.chunks_exact_mut(k).take(LANES).enumerate() {
            for (p, lanes) in row.iter_mut().zip(found.as_ref()) {
                *p = lanes.0[lane];
            }
        }
    }
    sums.least(least)
}

/// The filter `K` a row, and `log p(x_t | x_1..x_(t-1))`.
///
/// # Errors
/// [`Failure::Impossible`], or a covariance matrix that is none.
pub fn forward(
    model: &Model,
    series: Series<'_>,
    alpha: &mut [f64],
    log_scale: &mut [f64],
) -> Result<(), Failure> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    for (from, x) in series.sequences() {
        let rows = x.len() / model.dimension;
        let logs = log_space::log_densities(&emission, x, &mut scratch);
        let alpha = &mut alpha[from * k..(from + rows) * k];
        let log_scale = &mut log_scale[from..from + rows];
        if !scaled(model, &logs, alpha, log_scale) {
            let (log_alpha, scales) =
                log_space::forward(&emission, &logs).map_err(|e| e.after(from))?;
            log_scale.copy_from_slice(&scales);
            for (p, log) in alpha.iter_mut().zip(log_alpha) {
                *p = log.exp();
            }
        }
    }
    Ok(())
}

/// Rabiner's recursion, normalised at every step; false where a scale vanishes.
pub(super) fn scaled(
    model: &Model,
    logs: &[f64],
    alpha: &mut [f64],
    log_scale: &mut [f64],
) -> bool {
    let k = model.states();
    let mut predicted = model.start.clone();
    for (t, b) in logs.chunks_exact(k).enumerate() {
        let most = b.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let row = &mut alpha[t * k..(t + 1) * k];
        for (value, (p, b)) in row.iter_mut().zip(predicted.iter().zip(b)) {
            *value = p * (b - most).exp();
        }
        let scale: f64 = row.iter().sum();
        if scale.is_nan() || scale <= SMALL_SCALE {
            return false;
        }
        row.iter_mut().for_each(|v| *v /= scale);
        log_scale[t] = scale.ln() + most;
        advance(model, row, &mut predicted);
    }
    true
}

/// One step of the chain: `predicted = row A`.
fn advance(model: &Model, row: &[f64], predicted: &mut [f64]) {
    let k = row.len();
    for (j, p) in predicted.iter_mut().enumerate() {
        *p = (0..k).map(|i| row[i] * model.transition[i * k + j]).sum();
    }
}

/// One step of the filter from `previous` (`None` at the first observation): the probabilities,
/// and `log p(x_t | past)`. `O(K^2)`.
///
/// # Errors
/// [`Failure::Impossible`], or a covariance matrix that is none.
pub fn step(
    model: &Model,
    previous: Option<&[f64]>,
    x: &[f64],
) -> Result<(Vec<f64>, f64), Failure> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    emission.logs(x, &mut scratch);
    let logs: Vec<f64> = (0..k).map(|i| scratch.logs[i * BLOCK]).collect();
    let mut predicted = model.start.clone();
    if let Some(row) = previous {
        advance(model, row, &mut predicted);
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut found: Vec<f64> = logs
        .iter()
        .zip(&predicted)
        .map(|(b, p)| p * (b - most).exp())
        .collect();
    let total: f64 = found.iter().sum();
    if total > 0.0 {
        found.iter_mut().for_each(|p| *p /= total);
        return Ok((found, total.ln() + most));
    }
    // The state that explains it is out of reach: logarithms weigh what is left.
    let joint = predicted.iter().zip(&logs).map(|(p, b)| p.ln() + b);
    let scale = log_space::log_sum(joint.clone());
    if scale == f64::NEG_INFINITY {
        return Err(Failure::Impossible { index: 0 });
    }
    Ok((joint.map(|log| (log - scale).exp()).collect(), scale))
}
