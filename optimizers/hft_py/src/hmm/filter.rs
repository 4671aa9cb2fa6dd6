//! The filter: what is known of the state from the past alone, and the likelihood.
//!
//! Blocks of 128 rows pass through: memory beside the result is `O(K)`.

use super::emission::{BLOCK, Emission, Scratch};
use super::expectation::{Chain, first};
use super::failure::Failure;
use super::isa::for_each_isa;
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
    let mut scratch = Scratch::new(k, d);
    let mut b = vec![Lanes::ZERO; BLOCK / LANES * k];
    let mut chain = Chain::<S> {
        row: s.row(),
        exponents: 0,
    };
    let mut largest = 0.0;
    for (block, rows) in x.chunks(BLOCK * d).enumerate() {
        let many = rows.len() / d;
        let tiles = &mut b[..many.div_ceil(LANES) * k];
        largest += emission.relative(rows, &mut scratch, tiles);
        let place = match &mut out {
            Some(all) => &mut all[block * BLOCK * k..][..many * k],
            None => &mut [],
        };
        if !pass(s, emission.model, tiles, &mut chain, block == 0, place) {
            return None;
        }
    }
    let total: f64 = chain.row.as_ref().iter().sum();
    (total >= SMALL).then(|| total.ln() + chain.exponents as f64 * std::f64::consts::LN_2 + largest)
}

for_each_isa! {
    for FUSED
    /// The chain over some tiles, and its normalised rows; false where digits were lost.
    fn pass<S: States>(
        s: S,
        model: &Model,
        b: &[Lanes],
        chain: &mut Chain<S>,
        begins: bool,
        out: &mut [f64],
    ) -> bool {
        let k = s.count();
        let matrix = s.matrix(&model.transition);
        let mut least = Lanes::splat(1.0);
        let (mut before, mut after) = (s.tile(), s.tile());
        for (q, tile) in b.chunks_exact(k).enumerate() {
            if begins && q == 0 {
                first(s, chain, &matrix, &model.start, tile, before.as_mut());
                shift(s, &before, &chain.row, after.as_mut());
            } else {
                chain.forward(s, &matrix, tile, before.as_mut(), Some(after.as_mut()));
            }
            let mut sum = after.as_ref()[0];
            for lanes in &after.as_ref()[1..] {
                sum += *lanes;
            }
            least = sum.least(least);
            if !out.is_empty() {
                let inverse = Lanes::splat(1.0) / sum;
                for lanes in after.as_mut() {
                    *lanes = *lanes * inverse;
                }
                let rows = out[q * LANES * k..].chunks_exact_mut(k);
                for (lane, row) in rows.take(LANES).enumerate() {
                    for (p, lanes) in row.iter_mut().zip(after.as_ref()) {
                        *p = lanes.0[lane];
                    }
                }
            }
        }
        // `FUSED` is the compiler's business here: nothing is multiplied and added in one.
        let _ = FUSED;
        least.0.iter().all(|v| *v >= SMALL)
    }
}

/// Rows before each step, as rows after each step.
#[inline(always)]
fn shift<S: States>(s: S, before: &S::Tile, last: &S::Row, after: &mut [Lanes]) {
    for k in 0..s.count() {
        after[k].0[..LANES - 1].copy_from_slice(&before.as_ref()[k].0[1..]);
        after[k].0[LANES - 1] = last.as_ref()[k];
    }
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
