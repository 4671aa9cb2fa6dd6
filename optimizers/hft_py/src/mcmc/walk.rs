//! A Gaussian random walk that learns its size and shape.
//!
//! [`Adaptation::Ram`] coerces the acceptance rate by rank-one updates of the Cholesky factor
//! (Vihola 2012, Statistics and Computing 22, eq. 1), and scales the whole factor (Robbins and Monro),
//! as rank-one updates are slow to shrink what is far too large; [`Adaptation::Haario`] learns the covariance
//! (Haario, Saksman, Tamminen 2001, Bernoulli 7), its scale coerced as in Andrieu and Thoms 2008,
//! algorithm 4.

use super::real;
use crate::Error;
use crate::memory::{self, product};

/// What is learned from the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adaptation {
    /// Robust adaptive Metropolis.
    #[default]
    Ram,
    /// The target's covariance.
    Haario,
}

/// Of the starting variance, added so that the factor exists.
const REGULARISATION: f64 = 1e-10;
/// Entry of a factor, where the density is flat and nothing stops its growth.
const MAX_ENTRY: f64 = 1e150;

/// Proposals `x + S u` of one chain; `S` is lower triangular, row by row.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    dimension: usize,
    method: Adaptation,
    wanted: f64,
    factor: Vec<f64>,
    direction: Vec<f64>,
    learned: Option<Learned>,
    seen: usize,
}

#[derive(Debug, Clone)]
struct Learned {
    mean: Vec<f64>,
    covariance: Vec<f64>,
    regular: Vec<f64>,
    log_scale: f64,
}

/// Whether the factors of so many walks can be had.
pub(super) fn ensure_allocatable(
    walks: usize,
    dimension: usize,
    method: Adaptation,
) -> Result<(), Error> {
    let matrices = match method {
        Adaptation::Ram => 1,
        Adaptation::Haario => 3, // the covariance, and the factor to come
    };
    memory::ensure_allocatable(&[product(&[walks, matrices, dimension, dimension])])
}

impl Walk {
    pub(super) fn new(scale: &[f64], method: Adaptation, wanted: f64) -> Self {
        let dimension = scale.len();
        let optimal = 2.38 / real(dimension).sqrt();
        let diagonal = |entry: &dyn Fn(f64) -> f64| {
            let mut matrix = vec![0.0; dimension * dimension];
            for (i, s) in scale.iter().enumerate() {
                matrix[i * dimension + i] = entry(*s);
            }
            matrix
        };
        let factor = diagonal(&|s| s * optimal);
        let learned = (method == Adaptation::Haario).then(|| Learned {
            mean: vec![0.0; dimension],
            covariance: diagonal(&|s| s * s),
            regular: scale.iter().map(|s| REGULARISATION * s * s).collect(),
            log_scale: 2.0 * optimal.ln(),
        });
        Self {
            dimension,
            method,
            wanted,
            factor,
            direction: vec![0.0; dimension],
            learned,
            seen: 0,
        }
    }

    /// `out = x + S u`.
    #[inline]
    pub(super) fn propose(&self, x: &[f64], u: &[f64], out: &mut [f64]) {
        let rows = self.factor.chunks_exact(self.dimension);
        for (i, (row, (x, out))) in rows.zip(x.iter().zip(out)).enumerate() {
            let step: f64 = row[..=i].iter().zip(u).map(|(s, u)| s * u).sum();
            *out = x + step;
        }
    }

    /// Learn from one iteration: the state after it, its normals, its acceptance probability.
    pub(super) fn adapt(&mut self, x: &[f64], u: &[f64], acceptance: f64) {
        self.seen += 1;
        let slow = real(self.seen).powf(-2.0 / 3.0);
        let excess = acceptance - self.wanted;
        match self.method {
            Adaptation::Ram => {
                let gain = (real(self.dimension) * slow).min(1.0);
                self.coerce(u, gain * excess);
                self.rescale((excess * real(self.seen).powf(-0.5)).exp());
            }
            Adaptation::Haario => self.learn(x, slow * excess),
        }
    }

    /// `S S' + w v v'` with `v = S u` and `w = excess / |u|^2`, by a rank-one update of `S`.
    fn coerce(&mut self, u: &[f64], excess: f64) {
        let n = self.dimension;
        let square: f64 = u.iter().map(|u| u * u).sum();
        let mut weight = excess / square;
        for i in 0..n {
            let row = &self.factor[i * n..=i * n + i];
            self.direction[i] = row.iter().zip(u).map(|(s, u)| s * u).sum();
        }
        // Gill, Golub, Murray, Saunders (1974), method C1: the weight shrinks column by column.
        for k in 0..n {
            let old = self.factor[k * n + k];
            let v = self.direction[k];
            let grown = old * old + weight * v * v;
            if !(grown > 0.0 && grown.is_finite()) {
                return; // rounding, or no scale left: keep what there is
            }
            let new = grown.sqrt();
            let ratio = new / old;
            self.factor[k * n + k] = new;
            for i in k + 1..n {
                let entry = self.factor[i * n + k];
                let rest = self.direction[i] - v / old * entry;
                self.direction[i] = rest;
                self.factor[i * n + k] = ratio * entry + weight * v / new * rest;
            }
            weight *= old * old / grown;
        }
    }

    fn rescale(&mut self, by: f64) {
        if self
            .factor
            .iter()
            .all(|entry| (entry * by).abs() < MAX_ENTRY)
        {
            self.factor.iter_mut().for_each(|entry| *entry *= by);
        }
    }

    fn learn(&mut self, x: &[f64], push: f64) {
        let n = self.dimension;
        let Some(learned) = &mut self.learned else {
            return;
        };
        if self.seen == 1 {
            learned.mean.copy_from_slice(x);
        }
        let weight = 1.0 / (real(self.seen) + 1.0);
        let pairs = x.iter().zip(&learned.mean);
        for (difference, (x, mean)) in self.direction.iter_mut().zip(pairs) {
            *difference = x - mean;
        }
        for i in 0..n {
            for j in 0..n {
                let outer = self.direction[i] * self.direction[j];
                let entry = &mut learned.covariance[i * n + j];
                *entry += weight * (outer - *entry);
            }
        }
        for i in 0..n {
            learned.mean[i] += weight * self.direction[i];
        }
        learned.log_scale += push;
        if self.seen.is_multiple_of(n) {
            let scale = learned.log_scale.exp();
            factorise(
                &learned.covariance,
                &learned.regular,
                scale,
                &mut self.factor,
            );
        }
    }
}

/// The Cholesky factor of `scale * (covariance + diag(regular))`; left alone if there is none.
fn factorise(covariance: &[f64], regular: &[f64], scale: f64, factor: &mut Vec<f64>) {
    let n = regular.len();
    let mut found = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let mut rest = covariance[i * n + j];
            if i == j {
                rest += regular[i];
            }
            rest *= scale;
            for k in 0..j {
                rest -= found[i * n + k] * found[j * n + k];
            }
            if i > j {
                found[i * n + j] = rest / found[j * n + j];
            } else if rest > 0.0 && rest.is_finite() {
                found[i * n + i] = rest.sqrt();
            } else {
                return;
            }
        }
    }
    *factor = found;
}
