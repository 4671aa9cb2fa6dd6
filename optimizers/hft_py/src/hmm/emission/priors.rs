//! What keeps parameters from degenerating, relative to the data's own scale.

use super::super::model::{Kind, Model};
use super::cholesky;

/// Floors and pseudo-observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Priors {
    /// Variance of each column over all data.
    pub reference: Vec<f64>,
    /// Least variance of a state, in units of `reference`.
    pub floor: f64,
    /// Pseudo-observations with the variances `reference`, a state; of symbols, spread evenly.
    pub emission: f64,
    /// Pseudo-transitions in each cell.
    pub transition: f64,
}

impl Priors {
    /// Logarithm of the prior's density, up to a constant.
    pub fn log_density(&self, model: &Model) -> f64 {
        let mut total = 0.0;
        if self.transition > 0.0 {
            total += self.transition * model.transition.iter().map(|p| p.ln()).sum::<f64>();
        }
        if self.emission > 0.0 {
            let rows = (0..model.states()).map(|k| self.of_state(model, model.row(k)));
            total += self.emission * rows.sum::<f64>();
        }
        total
    }

    fn of_state(&self, model: &Model, row: &[f64]) -> f64 {
        let d = model.dimension;
        let of = |variances: &[f64]| -> f64 {
            let pairs = variances.iter().zip(&self.reference);
            -0.5 * pairs.map(|(v, r)| v.ln() + r / v).sum::<f64>()
        };
        match model.kind {
            Kind::Categorical => {
                row.iter().map(|p| p.ln()).sum::<f64>() / model.parameters() as f64
            }
            Kind::StudentT => of(&row[1..2]),
            Kind::Gaussian => of(&row[d..]),
            Kind::GaussianFull => match cholesky(&row[d..], d) {
                Some(factor) => self.of_factor(&factor, d),
                None => f64::NAN,
            },
        }
    }

    /// `-(ln |S| + sum of reference times the diagonal of the inverse of S) / 2`.
    fn of_factor(&self, factor: &[f64], d: usize) -> f64 {
        let mut total = 0.0;
        for column in 0..d {
            total += 2.0 * factor[column * d + column].ln();
            // A column of the factor's inverse, by substitution.
            let mut inverse = vec![0.0; d];
            for i in column..d {
                let known: f64 = (column..i).map(|j| factor[i * d + j] * inverse[j]).sum();
                let unit = if i == column { 1.0 } else { 0.0 };
                inverse[i] = (unit - known) / factor[i * d + i];
            }
            let square: f64 = inverse.iter().map(|v| v * v).sum();
            total += self.reference[column] * square;
        }
        -0.5 * total
    }
}
