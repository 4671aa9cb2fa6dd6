//! The forward recursion a row at a time on logarithms, where the fast one would lose a state.
//!
//! On the linear scale the probability of a state may underflow to zero. That does no harm while
//! others lead to it; where none does, later observations may bring it back, and only its logarithm
//! keeps how small it was. So the fast recursions check what they *predict*: once a state's share
//! of it falls below [`LOST`], rows are computed here, until every share is sound again.

use super::model::Model;
use crate::math::log_sum;
use std::cell::OnceCell;

/// A row whose sum is below this has lost digits. Scales are taken out every fourth row.
pub(super) const SMALL: f64 = 1e-120;
/// A share of the prediction below this may have lost digits: numbers end at 1e-308, rows at
/// [`SMALL`], so that what is lost weighs 1e-188 at most.
pub(super) const LOST: f64 = 1e-160;
/// The logarithm of the share from which the fast recursion goes on: 1e-100.
const SOUND: f64 = -230.0;

/// The filter at one row.
pub(super) struct LogFilter<'a> {
    model: &'a Model,
    /// Logarithms of the transition matrix, once they are needed.
    transition: OnceCell<Vec<f64>>,
    /// `ln p(z_t | x_1..x_(t-1))`.
    predicted: Vec<f64>,
    /// `ln p(z_t | x_1..x_t)`.
    pub(super) alpha: Vec<f64>,
}

impl<'a> LogFilter<'a> {
    /// Where `p(z_t | x_1..x_(t-1))` is known: at the first row the start probabilities.
    pub(super) fn predicting(model: &'a Model, predicted: &[f64]) -> Self {
        Self {
            model,
            transition: OnceCell::new(),
            predicted: predicted.iter().map(|p| p.ln()).collect(),
            alpha: vec![0.0; predicted.len()],
        }
    }

    /// After a row that predicts soundly, of any scale.
    pub(super) fn after(model: &'a Model, row: &[f64]) -> Self {
        let mut predicted = vec![0.0; row.len()];
        advance(model, row, &mut predicted);
        let total: f64 = row.iter().sum();
        predicted.iter_mut().for_each(|p| *p /= total);
        Self::predicting(model, &predicted)
    }

    /// After a row known by its logarithms.
    pub(super) fn following(model: &'a Model, alpha: &[f64]) -> Self {
        let row: Vec<f64> = alpha.iter().map(|log| log.exp()).collect();
        let mut predicted = vec![0.0; row.len()];
        advance(model, &row, &mut predicted);
        let mut found = Self::predicting(model, &predicted);
        if !sound(&predicted, 1.0) {
            found.alpha.copy_from_slice(alpha);
            found.advance();
        }
        found
    }

    /// One observation by the logarithms of its densities: `ln p(x_t | x_1..x_(t-1))`, `None`
    /// where it is impossible.
    pub(super) fn observe(&mut self, logs: impl Iterator<Item = f64>) -> Option<f64> {
        for (value, (p, log)) in self.alpha.iter_mut().zip(self.predicted.iter().zip(logs)) {
            *value = p + log;
        }
        let scale = log_sum(self.alpha.iter().copied());
        if scale == f64::NEG_INFINITY {
            return None;
        }
        self.alpha.iter_mut().for_each(|v| *v -= scale);
        Some(scale)
    }

    pub(super) fn advance(&mut self) {
        let k = self.alpha.len();
        let logs = || self.model.transition.iter().map(|p| p.ln()).collect();
        let transition: &Vec<f64> = self.transition.get_or_init(logs);
        for (j, p) in self.predicted.iter_mut().enumerate() {
            let ways = (0..k).map(|i| self.alpha[i] + transition[i * k + j]);
            *p = log_sum(ways);
        }
    }

    /// The prediction, where every share of it is sound again.
    pub(super) fn recovered(&self) -> Option<Vec<f64>> {
        let sound = self.predicted.iter().all(|log| *log >= SOUND);
        sound.then(|| self.predicted.iter().map(|log| log.exp()).collect())
    }

    /// `p(z_t | x_1..x_t)` into `row`.
    pub(super) fn write(&self, row: &mut [f64]) {
        for (p, log) in row.iter_mut().zip(&self.alpha) {
            *p = log.exp();
        }
    }
}

/// Whether every share of a prediction that sums to `total` is sound.
pub(super) fn sound(predicted: &[f64], total: f64) -> bool {
    predicted.iter().all(|p| *p >= LOST * total)
}

/// One step of the chain: `predicted = row A`.
pub(super) fn advance(model: &Model, row: &[f64], predicted: &mut [f64]) {
    let k = row.len();
    for (j, p) in predicted.iter_mut().enumerate() {
        *p = (0..k).map(|i| row[i] * model.transition[i * k + j]).sum();
    }
}
