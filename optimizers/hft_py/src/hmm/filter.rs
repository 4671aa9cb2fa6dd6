//! The filter: what is known of the state from the past alone, and the likelihood.
//!
//! Blocks of 128 rows pass through: memory beside the result is `O(K)`. Where a state would be
//! lost, its tile is computed on logarithms from that row on ([`super::log_filter`]); the rows before
//! stay as they are, so that no row depends on a later one, not by a rounding error.

use super::chain::{Chain, sum};
use super::emission::{BLOCK, Emission, Scratch};
use super::error::HmmError;
use super::filter_tile::{Least, filter_tile, floor};
use super::log_filter::LogFilter;
use super::log_space::log_densities;
use super::model::{Model, Series};
use super::states::{States, with_states};
use crate::lanes::{LANES, Lanes};

/// `p(z_t | x_1..x_t)`, `K` a row, into `out`.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn filtered(model: &Model, series: Series<'_>, out: &mut [f64]) -> Result<(), HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    for (from, x) in series.sequences() {
        let place = &mut out[from * k..from * k + x.len() / model.dimension * k];
        let found = with_states!(k, sequence, &emission, x, Some(place));
        found.map_err(|e| e.after(from))?;
    }
    Ok(())
}

/// `log p(z_T | x_1..x_T)` at the end of the last sequence, `K`: what a filter goes on from.
/// Logarithms, as a state that has all but vanished may come back.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn last(model: &Model, series: Series<'_>) -> Result<Vec<f64>, HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let Some((from, x)) = series.sequences().last() else {
        return Ok(vec![0.0; k]);
    };
    let mut rows = vec![0.0; x.len() / model.dimension * k];
    let found = with_states!(k, sequence, &emission, x, Some(&mut *rows));
    let (_, log_filter) = found.map_err(|e| e.after(from))?;
    let row = &rows[rows.len() - k..];
    Ok(log_filter.unwrap_or_else(|| row.iter().map(|p| p.ln()).collect()))
}

/// `log p(x)` of all sequences; minus infinity where one is impossible.
///
/// # Errors
/// A covariance matrix that is none.
pub fn score(model: &Model, series: Series<'_>) -> Result<f64, HmmError> {
    let emission = Emission::new(model)?;
    let mut total = 0.0;
    for (_, x) in series.sequences() {
        total += one_score(&emission, x)?;
    }
    Ok(total)
}

/// `log p(x)` of one sequence.
pub(super) fn one_score(emission: &Emission<'_>, x: &[f64]) -> Result<f64, HmmError> {
    match with_states!(emission.model.states(), sequence, emission, x, None) {
        Ok((log, _)) => Ok(log),
        Err(HmmError::Impossible { .. }) => Ok(f64::NEG_INFINITY),
        Err(other) => Err(other),
    }
}

/// One sequence: its log-likelihood, and the filter where there is room for it; the last row's
/// logarithms where it was computed on them.
fn sequence<S: States>(
    s: S,
    emission: &Emission<'_>,
    x: &[f64],
    mut out: Option<&mut [f64]>,
) -> Result<(f64, Option<Vec<f64>>), HmmError> {
    let (k, d) = (s.count(), emission.model.dimension);
    let mut past = Past {
        chain: Chain::<S> {
            row: s.row(),
            exponents: 0,
        },
        log: 0.0,
        log_filter: None,
    };
    let mut scratch = Scratch::new(k, d);
    let mut b = vec![Lanes::ZERO; BLOCK / LANES * k];
    for (block, rows) in x.chunks(BLOCK * d).enumerate() {
        let many = rows.len() / d;
        let tiles = &mut b[..many.div_ceil(LANES) * k];
        let largest = emission.relative(rows, &mut scratch, tiles);
        let place = match &mut out {
            Some(all) => &mut all[block * BLOCK * k..][..many * k],
            None => &mut [],
        };
        let begin = past.chain.row.clone();
        let exponents = past.chain.exponents;
        if past.log_filter.is_none()
            && pass(s, emission.model, tiles, &mut past.chain, block == 0, place)
        {
            past.log += largest;
            continue;
        }
        past.chain = Chain {
            row: begin,
            exponents,
        };
        past.block(s, emission, (rows, tiles), &mut scratch, block, place)?;
    }
    let log_filter = past.log_filter.map(|c| c.alpha);
    if log_filter.is_none() {
        past.log += past.chain.log();
    }
    Ok((past.log, log_filter))
}

/// The chain over tiles of relative densities, and its normalised rows; false where one of them, or
/// what it predicts, has lost digits.
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
    let floor = floor(model);
    let mut least = Least::NONE;
    for (q, tile) in b.chunks_exact(k).enumerate() {
        let from = (q * LANES * k).min(out.len());
        let place = &mut out[from..];
        let start = (begins && q == 0).then_some(&*model.start);
        least = least.or(filter_tile(s, chain, &matrix, start, (tile, floor), place));
    }
    least.lost().is_none() && sum(chain.row.as_ref()) > 0.0
}

/// What the rows so far say.
struct Past<'a, S: States> {
    chain: Chain<S>,
    /// The log-likelihood, without what the chain holds.
    log: f64,
    /// In place of the chain, where that would lose a state.
    log_filter: Option<LogFilter<'a>>,
}

impl<'a, S: States> Past<'a, S> {
    /// A block, tile by tile: on the chain where it can be, else on logarithms.
    fn block(
        &mut self,
        s: S,
        emission: &Emission<'a>,
        (x, b): (&[f64], &[Lanes]),
        scratch: &mut Scratch,
        block: usize,
        out: &mut [f64],
    ) -> Result<(), HmmError> {
        let (k, d, model) = (s.count(), emission.model.dimension, emission.model);
        let matrix = s.matrix(&model.transition);
        let floor = floor(model);
        let largest: Vec<f64> = scratch.largest().to_vec();
        for (q, tile) in b.chunks_exact(k).enumerate() {
            let first = q * LANES;
            let many = LANES.min(x.len() / d - first);
            let place = if out.is_empty() {
                &mut []
            } else {
                &mut out[first * k..(first + many) * k]
            };
            let mut from = 0;
            if self.log_filter.is_none() {
                let (row, log) = (self.chain.row.clone(), self.chain.log());
                let start = (block == 0 && q == 0).then_some(&*model.start);
                let lost =
                    filter_tile(s, &mut self.chain, &matrix, start, (tile, floor), place).lost();
                let Some(lane) = lost.filter(|lane| *lane < many) else {
                    self.log += largest[first..first + many].iter().sum::<f64>();
                    continue;
                };
                from = lane;
                self.log_filter = Some(match start {
                    Some(start) => LogFilter::predicting(model, start),
                    None => {
                        self.log += log;
                        LogFilter::after(model, row.as_ref())
                    }
                });
            }
            let rows = &x[first * d..(first + many) * d];
            self.tile(s, emission, rows, from, scratch, place)
                .map_err(|e| e.after(block * BLOCK + first))?;
        }
        Ok(())
    }

    /// A tile on logarithms; rows before `from` were written already.
    fn tile(
        &mut self,
        s: S,
        emission: &Emission<'a>,
        x: &[f64],
        from: usize,
        scratch: &mut Scratch,
        out: &mut [f64],
    ) -> Result<(), HmmError> {
        let k = s.count();
        let Some(log_filter) = &mut self.log_filter else {
            return Ok(());
        };
        let logs = log_densities(emission, x, scratch);
        for (t, row) in logs.chunks_exact(k).enumerate() {
            let Some(scale) = log_filter.observe(row.iter().copied()) else {
                return Err(HmmError::Impossible { index: t });
            };
            self.log += scale;
            if t >= from && !out.is_empty() {
                log_filter.write(&mut out[t * k..(t + 1) * k]);
            }
            log_filter.advance();
        }
        // The chain walks whole tiles.
        if logs.len() == LANES * k && log_filter.recovered().is_some() {
            log_filter.write(self.chain.row.as_mut());
            self.chain.exponents = 0;
            self.log_filter = None;
        }
        Ok(())
    }
}
