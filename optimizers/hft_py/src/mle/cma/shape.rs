//! The covariance of the steps: what is learnt from a generation, and its root.

use super::{Cma, extremes, squared};
use crate::mle::eigen::unit_matrix;
use crate::mle::roots::Roots;
use crate::mle::stopping::MAX_CONDITION;

/// Standard deviation of a coordinate in widths of a finite range.
const MAX_DEVIATION: f64 = 1.0 / 3.0;

/// The covariance, whole or its diagonal.
pub(super) enum Shape {
    Diagonal {
        variances: Vec<f64>,
        lengths: Vec<f64>,
    },
    Full {
        covariance: Vec<f64>,
        roots: Box<Roots>,
    },
}

impl Shape {
    /// That of equal and independent steps.
    pub(super) fn unit(n: usize, separable: bool) -> Self {
        if separable {
            return Self::Diagonal {
                variances: vec![1.0; n],
                lengths: vec![1.0; n],
            };
        }
        Self::Full {
            covariance: unit_matrix(n),
            roots: Box::new(Roots::unit(n)),
        }
    }
}

impl Cma {
    pub(super) fn adapt(&mut self, h_sigma: f64) {
        let n = self.mean.len();
        let k = &self.constants;
        let total = k.weights.iter().fold(0.0, |sum, w| sum + w);
        let missing = (1.0 - h_sigma) * k.c_c * (2.0 - k.c_c);
        let decay = 1.0 + k.c_1 * missing - k.c_1 - k.c_mu * total;
        match &mut self.shape {
            Shape::Diagonal { variances, .. } => {
                for (variance, path) in variances.iter_mut().zip(&self.p_c) {
                    *variance = decay * *variance + k.c_1 * path * path;
                }
            }
            Shape::Full { covariance, .. } => {
                for (i, row) in covariance.chunks_exact_mut(n).enumerate() {
                    let path = k.c_1 * self.p_c[i];
                    for (entry, other) in row[..=i].iter_mut().zip(&self.p_c) {
                        *entry = decay * *entry + path * other;
                    }
                }
            }
        }
        for (&w, &index) in k.weights.iter().zip(&self.order) {
            let y = &self.y[index * n..(index + 1) * n];
            let mut weight = k.c_mu * w;
            if w < 0.0 {
                weight *= n as f64 / squared(&self.z[index * n..(index + 1) * n]).max(1e-300);
            } else if w == 0.0 {
                continue;
            }
            match &mut self.shape {
                Shape::Diagonal { variances, .. } => {
                    for (variance, step) in variances.iter_mut().zip(y) {
                        *variance += weight * step * step;
                    }
                }
                Shape::Full { covariance, .. } => {
                    for (i, row) in covariance.chunks_exact_mut(n).enumerate() {
                        let step = weight * y[i];
                        for (entry, other) in row[..=i].iter_mut().zip(y) {
                            *entry += step * other;
                        }
                    }
                }
            }
        }
        if let Shape::Full { covariance, .. } = &mut self.shape {
            for i in 0..n {
                for j in 0..i {
                    covariance[j * n + i] = covariance[i * n + j];
                }
            }
        }
    }

    /// Scale down coordinates whose deviation has grown beyond what the box can use: wider steps
    /// leave it mostly, and where they land tells little of the shape.
    fn narrow(&mut self) {
        let n = self.mean.len();
        for j in 0..n {
            let boxed = self.setting.lower[j].is_finite() && self.setting.upper[j].is_finite();
            let deviation = self.sigma * self.deviation(j);
            if !boxed || deviation <= MAX_DEVIATION || deviation.is_nan() {
                continue;
            }
            let factor = MAX_DEVIATION / deviation;
            self.p_c[j] *= factor;
            match &mut self.shape {
                Shape::Diagonal { variances, .. } => variances[j] *= factor * factor,
                Shape::Full { covariance, .. } => {
                    for entry in &mut covariance[j * n..(j + 1) * n] {
                        *entry *= factor;
                    }
                    for row in covariance.chunks_exact_mut(n) {
                        row[j] *= factor;
                    }
                }
            }
        }
    }

    /// The root of `C`; whether there is one.
    pub(super) fn renew_root(&mut self) -> bool {
        self.narrow();
        match &mut self.shape {
            Shape::Full { covariance, roots } => {
                covariance.iter().all(|x| x.is_finite()) && roots.renew(covariance, MAX_CONDITION)
            }
            Shape::Diagonal { variances, lengths } => {
                let (least, most) = extremes(variances);
                if !(least > 0.0 && most <= MAX_CONDITION * least && most.is_finite()) {
                    return false;
                }
                for (length, variance) in lengths.iter_mut().zip(variances) {
                    *length = variance.sqrt();
                }
                true
            }
        }
    }

    pub(super) fn deviation(&self, j: usize) -> f64 {
        match &self.shape {
            Shape::Diagonal { variances, .. } => variances[j].sqrt(),
            Shape::Full { covariance, .. } => covariance[j * self.mean.len() + j].sqrt(),
        }
    }
}
