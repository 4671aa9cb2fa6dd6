//! New parameters from weighted sums: the maximisation step.

use super::super::model::{Kind, Model};
use super::{Priors, Statistics, cholesky};
use crate::math::digamma;

/// A state with fewer expected observations than this keeps its parameters.
pub(crate) const EMPTY: f64 = 1e-100;

/// Bounds of the degrees of freedom.
#[derive(Debug, Clone, Copy)]
pub struct Degrees;

impl Degrees {
    /// Above two, so that a variance exists.
    pub const MIN: f64 = 2.1;
    /// Where Student's t is a Gaussian for all purposes.
    pub const MAX: f64 = 200.0;
}

/// The `theta` that maximises the expected log-density plus the prior's.
pub fn update(model: &Model, statistics: &Statistics, priors: &Priors) -> Vec<f64> {
    let width = Statistics::width(model);
    let mut theta = model.theta.clone();
    let rows = theta.chunks_exact_mut(model.parameters());
    for (row, sums) in rows.zip(statistics.sums.chunks_exact(width)) {
        match model.kind {
            Kind::Categorical => categorical(row, sums, priors),
            Kind::Gaussian => gaussian(row, sums, priors),
            _ if sums[0] <= EMPTY => {}
            Kind::GaussianFull => full(row, sums, priors),
            Kind::StudentT => student_t(row, sums, priors),
        }
    }
    theta
}

fn categorical(row: &mut [f64], sums: &[f64], priors: &Priors) {
    let total = sums.iter().sum::<f64>() + priors.emission;
    if total > EMPTY {
        let each = priors.emission / row.len() as f64;
        for (p, count) in row.iter_mut().zip(sums) {
            *p = (count + each) / total;
        }
    }
}

fn gaussian(row: &mut [f64], sums: &[f64], priors: &Priors) {
    let d = row.len() / 2;
    for i in (0..d).filter(|i| sums[*i] > EMPTY) {
        let (total, first, second) = (sums[i], sums[d + i], sums[2 * d + i]);
        let reference = priors.reference[i];
        row[i] += first / total;
        let squares = second - first * (first / total);
        let variance = (squares + priors.emission * reference) / (total + priors.emission);
        row[d + i] = variance.max(priors.floor * reference);
    }
}

fn full(row: &mut [f64], sums: &[f64], priors: &Priors) {
    let total = sums[0];
    let d = priors.reference.len();
    let (means, covariance) = row.split_at_mut(d);
    let first = &sums[1..=d];
    let mut place = 1 + d;
    for i in 0..d {
        for j in 0..=i {
            let products = sums[place] - first[i] * (first[j] / total);
            let own = if i == j {
                priors.emission * priors.reference[i]
            } else {
                0.0
            };
            let value = (products + own) / (total + priors.emission);
            covariance[i * d + j] = value;
            covariance[j * d + i] = value;
            place += 1;
        }
        means[i] += first[i] / total;
    }
    let least = |i: usize| priors.floor * priors.reference[i];
    let sound = cholesky(covariance, d)
        .is_some_and(|factor| (0..d).all(|i| factor[i * d + i] * factor[i * d + i] >= least(i)));
    if !sound {
        for i in 0..d {
            covariance[i * d + i] += least(i);
        }
    }
}

/// One step of Liu and Rubin's EM: the precisions of the observations are latent too.
fn student_t(row: &mut [f64], sums: &[f64], priors: &Priors) {
    let [total, weighted, first, second, excess] = [sums[0], sums[1], sums[2], sums[3], sums[4]];
    let reference = priors.reference[0];
    row[0] += first / weighted;
    let squares = second - first * (first / weighted);
    let scale = (squares + priors.emission * reference) / (total + priors.emission);
    row[1] = scale.max(priors.floor * reference);
    row[2] = degrees_of_freedom(row[2], excess / total);
}

/// The root of Liu and Rubin's equation, kept within [`Degrees`]; `excess` is the weighted mean of
/// `ln u - u`.
fn degrees_of_freedom(old: f64, excess: f64) -> f64 {
    let half = 0.5 * (old + 1.0);
    let constant = 1.0 + excess + digamma(half) - half.ln();
    let slope = |dof: f64| (0.5 * dof).ln() - digamma(0.5 * dof) + constant;
    let (mut low, mut high) = (Degrees::MIN, Degrees::MAX);
    if slope(low) <= 0.0 {
        return low;
    }
    if slope(high) >= 0.0 {
        return high;
    }
    // The slope falls from above zero to below it: bisection of the logarithm, to the last digit.
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low * high).sqrt()
}
