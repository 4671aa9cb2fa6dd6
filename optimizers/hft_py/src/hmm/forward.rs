//! The forward recursion row by row, normalised at every step (Rabiner 1989, section V.A): the
//! filter and how surprising each observation was.

use super::emission::{Emission, Scratch};
use super::error::HmmError;
use super::log_filter::{LogFilter, SMALL, advance, sound};
use super::log_space::log_densities;
use super::model::{Model, Series};

/// The filter `K` a row, and `log p(x_t | x_1..x_(t-1))`.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn forward(
    model: &Model,
    series: Series<'_>,
    alpha: &mut [f64],
    log_scale: &mut [f64],
) -> Result<(), HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut scratch = Scratch::new(k, model.dimension);
    for (from, x) in series.sequences() {
        let rows = x.len() / model.dimension;
        let logs = log_densities(&emission, x, &mut scratch);
        let alpha = &mut alpha[from * k..(from + rows) * k];
        let log_scale = &mut log_scale[from..from + rows];
        sequence(model, &logs, alpha, log_scale).map_err(|e| e.after(from))?;
    }
    Ok(())
}

/// One sequence; whether the linear scale did for every row. A row depends on no later one: what
/// it was computed by is decided by the rows up to it.
pub(super) fn sequence(
    model: &Model,
    logs: &[f64],
    alpha: &mut [f64],
    log_scale: &mut [f64],
) -> Result<bool, HmmError> {
    let k = model.states();
    let (mut predicted, mut next) = (model.start.clone(), vec![0.0; k]);
    let mut log_filter: Option<LogFilter<'_>> = None;
    let mut linear = true;
    for (t, b) in logs.chunks_exact(k).enumerate() {
        let row = &mut alpha[t * k..(t + 1) * k];
        if log_filter.is_none() {
            let scale = observe(&predicted, b, row);
            advance(model, row, &mut next);
            if let Some(scale) = scale.filter(|_| sound(&next, 1.0)) {
                log_scale[t] = scale;
                std::mem::swap(&mut predicted, &mut next);
                continue;
            }
            linear = false;
        }
        let state = log_filter.get_or_insert_with(|| LogFilter::predicting(model, &predicted));
        let Some(scale) = state.observe(b.iter().copied()) else {
            return Err(HmmError::Impossible { index: t });
        };
        log_scale[t] = scale;
        state.write(row);
        state.advance();
        if let Some(found) = state.recovered() {
            predicted = found;
            log_filter = None;
        }
    }
    Ok(linear)
}

/// The row of probabilities after one observation, and its logarithmic scale; `None` where digits
/// were lost.
fn observe(predicted: &[f64], logs: &[f64], row: &mut [f64]) -> Option<f64> {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (value, (p, b)) in row.iter_mut().zip(predicted.iter().zip(logs)) {
        *value = p * (b - most).exp();
    }
    let scale: f64 = row.iter().sum();
    row.iter_mut().for_each(|v| *v /= scale);
    (scale >= SMALL).then(|| scale.ln() + most)
}

/// One step of the filter from the logarithms of `previous` (`None` at the first observation):
/// logarithms of the probabilities, and `log p(x_t | past)`. `O(K^2)`.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn step(
    model: &Model,
    previous: Option<&[f64]>,
    x: &[f64],
) -> Result<(Vec<f64>, f64), HmmError> {
    let emission = Emission::new(model)?;
    let logs = log_densities(&emission, x, &mut Scratch::new(model.states(), x.len()));
    let mut log_filter = match previous {
        None => LogFilter::predicting(model, &model.start),
        Some(row) => LogFilter::following(model, row),
    };
    match log_filter.observe(logs.into_iter()) {
        Some(scale) => Ok((log_filter.alpha, scale)),
        None => Err(HmmError::Impossible { index: 0 }),
    }
}
