//! Rows with some of their columns missing: the known ones count (Gaussian emissions).
//!
//! The density of such a row is the marginal one of its known columns. With a full covariance
//! matrix the missing values are latent: their means given the known ones, and the covariances of
//! what is left, go into the sums, which is one step of expectation maximisation. `O(D^3)` a row
//! and state, for these rows only.
//!
//! Source: Little and Rubin, "Statistical Analysis with Missing Data" (2002), section 11.2.

use super::super::model::{Kind, Model};
use super::cholesky;
use super::constants::LN_TAU;
use super::{MIN_LOG_DENSITY, Statistics};
use crate::lanes::{LANES, Lanes};

/// Whether a row has some columns, but not all.
pub(super) fn is_partial(row: &[f64]) -> bool {
    row.iter().any(|v| v.is_nan()) && row.iter().any(|v| !v.is_nan())
}

/// Logarithm of the marginal density of a row's known columns under a Gaussian state.
pub(super) fn log_density(model: &Model, state: usize, x: &[f64]) -> f64 {
    let (means, rest) = model.row(state).split_at(model.dimension);
    let log = if model.kind == Kind::GaussianFull {
        match Split::of(means, rest, x) {
            Some(split) => split.log_density(),
            None => MIN_LOG_DENSITY,
        }
    } else {
        let known = (0..x.len()).filter(|i| !x[*i].is_nan());
        let of = |i: usize| LN_TAU + rest[i].ln() + (x[i] - means[i]).powi(2) / rest[i];
        -0.5 * known.map(of).sum::<f64>()
    };
    log.max(MIN_LOG_DENSITY)
}

/// Add the rows that are partial to the sums of a full covariance matrix: see [`Statistics`].
pub(super) fn add(model: &Model, rows: &[f64], weights: &[Lanes], sums: &mut [Lanes]) {
    let (k, d, width) = (model.states(), model.dimension, Statistics::width(model));
    for (t, x) in rows.chunks_exact(d).enumerate() {
        if !is_partial(x) {
            continue;
        }
        for state in 0..k {
            let weight = weights[t / LANES * k + state].0[t % LANES];
            let (means, covariance) = model.row(state).split_at(d);
            let Some(split) = Split::of(means, covariance, x) else {
                continue;
            };
            let (deviation, spread) = split.completed(covariance);
            let sums = &mut sums[state * width..(state + 1) * width];
            let mut place = 1 + d;
            sums[0].0[0] += weight;
            for i in 0..d {
                sums[1 + i].0[0] += weight * deviation[i];
                for j in 0..=i {
                    let product = deviation[i] * deviation[j] + spread[i * d + j];
                    sums[place].0[0] += weight * product;
                    place += 1;
                }
            }
        }
    }
}

/// A row's known and missing columns under one state.
struct Split {
    known: Vec<usize>,
    lost: Vec<usize>,
    /// Cholesky factor of the covariance matrix of the known columns.
    factor: Vec<f64>,
    /// `factor^-1 (x - mean)` of the known columns.
    white: Vec<f64>,
}

impl Split {
    /// `None` where the known columns' covariance matrix is not positive definite.
    fn of(means: &[f64], covariance: &[f64], x: &[f64]) -> Option<Self> {
        let d = x.len();
        let (known, lost): (Vec<usize>, Vec<usize>) = (0..d).partition(|i| !x[*i].is_nan());
        let cells = known.iter().flat_map(|i| known.iter().map(move |j| (i, j)));
        let block: Vec<f64> = cells.map(|(i, j)| covariance[i * d + j]).collect();
        let factor = cholesky(&block, known.len())?;
        let white = solved(&factor, known.iter().map(|i| x[*i] - means[*i]).collect());
        Some(Self {
            known,
            lost,
            factor,
            white,
        })
    }

    fn log_density(&self) -> f64 {
        let n = self.known.len();
        let logs: f64 = (0..n).map(|i| self.factor[i * n + i].ln()).sum();
        let squares: f64 = self.white.iter().map(|v| v * v).sum();
        -0.5 * (n as f64 * LN_TAU + squares) - logs
    }

    /// Expected deviations from the means given the known columns, and their covariances.
    fn completed(&self, covariance: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (n, d) = (self.known.len(), self.known.len() + self.lost.len());
        let (mut deviation, mut spread) = (vec![0.0; d], vec![0.0; d * d]);
        for (a, i) in self.known.iter().enumerate() {
            deviation[*i] = (0..=a)
                .map(|b| self.factor[a * n + b] * self.white[b])
                .sum();
        }
        // factor^-1 times the covariances of a missing column with the known ones.
        let across = |i: &usize| {
            let cells = self.known.iter().map(|j| covariance[i * d + j]);
            solved(&self.factor, cells.collect())
        };
        let rows: Vec<Vec<f64>> = self.lost.iter().map(across).collect();
        for (i, row) in self.lost.iter().zip(&rows) {
            deviation[*i] = dot(row, &self.white);
            for (j, other) in self.lost.iter().zip(&rows) {
                spread[i * d + j] = covariance[i * d + j] - dot(row, other);
            }
        }
        (deviation, spread)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// `factor^-1 y` by substitution.
fn solved(factor: &[f64], mut y: Vec<f64>) -> Vec<f64> {
    let n = y.len();
    for i in 0..n {
        let done = dot(&factor[i * n..i * n + i], &y[..i]);
        y[i] = (y[i] - done) / factor[i * n + i];
    }
    y
}
