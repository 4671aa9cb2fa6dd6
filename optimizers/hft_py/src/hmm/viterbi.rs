//! The most probable path (Viterbi 1967), on logarithms: a chain of additions and comparisons.

use super::emission::{BLOCK, Emission, Scratch};
use super::error::HmmError;
use super::model::{Model, Series};
use super::states::{States, with_states};

/// `argmax p(z | x)` into `path`, of equals the lower state; the sum of `log max p(z, x)`.
///
/// # Errors
/// [`HmmError::Impossible`], or a covariance matrix that is none.
pub fn viterbi(model: &Model, series: Series<'_>, path: &mut [i64]) -> Result<f64, HmmError> {
    let emission = Emission::new(model)?;
    let k = model.states();
    let mut total = 0.0;
    for (from, x) in series.sequences() {
        let rows = x.len() / model.dimension;
        let place = &mut path[from..from + rows];
        total += with_states!(k, sequence, &emission, x, place).map_err(|e| e.after(from))?;
    }
    Ok(total)
}

/// One sequence; ways are kept in a byte a state and row.
fn sequence<S: States>(
    s: S,
    emission: &Emission<'_>,
    x: &[f64],
    path: &mut [i64],
) -> Result<f64, HmmError> {
    let (k, model) = (s.count(), emission.model);
    let d = model.dimension;
    let mut scratch = Scratch::new(k, d);
    let mut ways = vec![0_u8; path.len() * k];
    let transition: Vec<f64> = model.transition.iter().map(|p| p.ln()).collect();
    let start: Vec<f64> = model.start.iter().map(|p| p.ln()).collect();
    let mut best = s.row();
    for (block, rows) in x.chunks(BLOCK * d).enumerate() {
        emission.logs(rows, &mut scratch);
        let many = rows.len() / d;
        let ways = &mut ways[block * BLOCK * k..][..many * k];
        let mut from = 0;
        if block == 0 {
            for j in 0..k {
                best.as_mut()[j] = start[j] + scratch.logs[j * BLOCK];
            }
            from = 1;
        }
        forward_block(s, &transition, &scratch.logs, from, many, &mut best, ways);
        if best.as_ref().iter().all(|b| *b == f64::NEG_INFINITY) {
            return Err(impossible(emission, x));
        }
    }
    let best = best.as_ref();
    let mut state = (1..k).fold(0, |top, j| if best[j] > best[top] { j } else { top });
    let log_probability = best[state];
    for (place, ways) in path.iter_mut().zip(ways.chunks_exact(k)).rev() {
        *place = state as i64;
        state = usize::from(ways[state]);
    }
    Ok(log_probability)
}

fn forward_block<S: States>(
    s: S,
    transition: &[f64],
    logs: &[f64],
    from: usize,
    to: usize,
    best: &mut S::Row,
    ways: &mut [u8],
) {
    let k = s.count();
    let matrix = s.matrix(transition);
    let logs = &logs[..k * BLOCK];
    let mut now = best.clone();
    for (t, ways) in ways.chunks_exact_mut(k).enumerate().take(to).skip(from) {
        let mut next = s.row();
        for j in 0..k {
            let values = now.as_ref();
            let (mut most, mut way) = (values[0] + s.cell(&matrix, 0, j), 0_u8);
            for i in 1..k {
                let value = values[i] + s.cell(&matrix, i, j);
                way = if value > most { i as u8 } else { way };
                most = if value > most { value } else { most };
            }
            ways[j] = way;
            next.as_mut()[j] = most + logs[j * BLOCK + t];
        }
        now = next;
    }
    *best = now;
}

/// Which observation no path explains: the slow way, as there is no answer to give.
fn impossible(emission: &Emission<'_>, x: &[f64]) -> HmmError {
    let model = emission.model;
    let mut scratch = Scratch::new(model.states(), model.dimension);
    let logs = super::log_space::log_densities(emission, x, &mut scratch);
    match super::log_space::forward(emission, &logs) {
        Err(error) => error,
        Ok(_) => HmmError::Impossible { index: 0 },
    }
}
