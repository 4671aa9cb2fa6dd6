//! What densities need, worked out once for a model.

use super::super::model::{Kind, Model};
use super::cholesky;
use crate::Error;
use crate::objective::special::ln_gamma;

pub(super) const LN_TAU: f64 = 1.837_877_066_409_345_3;

/// A constant, then what the kind's density needs, of one state.
pub(super) fn constants(model: &Model, row: &[f64]) -> Result<Vec<f64>, Error> {
    let d = model.dimension;
    Ok(match model.kind {
        Kind::Gaussian => {
            let logs: f64 = row[d..].iter().map(|v| v.ln()).sum();
            let mut table = vec![-0.5 * (d as f64 * LN_TAU + logs)];
            table.extend(row[d..].iter().map(|v| 0.5 / v));
            table
        }
        Kind::GaussianFull => {
            let factor = cholesky(&row[d..], d).ok_or(Error::value(
                "theta",
                format!("{:?}", &row[d..]),
                "a positive definite covariance matrix",
            ))?;
            let logs: f64 = (0..d).map(|i| factor[i * d + i].ln()).sum();
            let mut table = vec![-0.5 * d as f64 * LN_TAU - logs];
            table.extend(factor);
            table
        }
        Kind::StudentT => {
            let (scale, dof) = (row[1], row[2]);
            let half = 0.5 * (dof + 1.0);
            let constant = ln_gamma(half)
                - ln_gamma(0.5 * dof)
                - 0.5 * (dof * std::f64::consts::PI * scale).ln();
            vec![constant, 1.0 / (dof * scale), half]
        }
        Kind::Categorical => row.iter().map(|p| p.ln()).collect(),
    })
}

/// How far, in logarithms, another density may exceed that of the widest state: chains rescale
/// every fourth step and their product is taken, so it may grow by twelve times this.
const EXCESS: f64 = 25.0;

/// The Gaussian state of largest variance, where no other state's density exceeds its own by more
/// than [`EXCESS`].
pub(super) fn widest(model: &Model) -> Option<usize> {
    let (k, d) = (model.states(), model.dimension);
    if model.kind != Kind::Gaussian || k == 1 {
        return None;
    }
    let variance = |state: usize| model.row(state)[d];
    let wide = (1..k).fold(
        0,
        |top, s| if variance(s) > variance(top) { s } else { top },
    );
    let (means, variances) = model.row(wide).split_at(d);
    let excess = |state: usize| -> f64 {
        let own = model.row(state);
        let of_column = |i: usize| {
            let (mean, variance) = (own[i] - means[i], own[d + i]);
            if variance < variances[i] {
                // The largest value of a parabola that opens downwards.
                0.5 * (variances[i] / variance).ln() + 0.5 * mean * mean / (variances[i] - variance)
            } else if variance == variances[i] && mean == 0.0 {
                0.0
            } else {
                f64::INFINITY
            }
        };
        (0..d).map(of_column).sum()
    };
    (0..k).all(|state| excess(state) <= EXCESS).then_some(wide)
}
