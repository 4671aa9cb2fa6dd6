//! What is recorded of a generation, and whether it was the last: section B.3 of the tutorial.

use super::{Cma, Shape, extremes};
use crate::mle::search::Reason;
use crate::mle::stopping::MAX_AXIS;

impl Cma {
    pub(super) fn note(&mut self, values: [f64; 3]) -> Option<Reason> {
        let n = self.mean.len();
        let lengths = match &self.shape {
            Shape::Diagonal { lengths, .. } => lengths,
            Shape::Full { roots, .. } => &roots.lengths,
        };
        let (least, most) = extremes(lengths);
        let setting = &self.setting;
        let mean: Vec<f64> = (0..n).map(|j| setting.place(j, self.mean[j])).collect();
        self.record.note(0, &[self.sigma]);
        self.record.note(1, &[most / least]);
        self.record.note(2, &mean);
        let generation = self.record.iterations;
        let reason = self.ranges.note(values, setting.tolerance, generation);
        if reason.is_some() {
            return reason;
        }
        let reach = (0..n)
            .map(|j| self.sigma * self.p_c[j].abs().max(self.deviation(j)))
            .fold(0.0, f64::max);
        if reach < setting.parameter_tolerance * setting.sigma {
            return Some(Reason::ParameterTolerance);
        }
        if self.sigma * most > MAX_AXIS * setting.sigma {
            return Some(Reason::StepTooLarge);
        }
        let axis = (generation % n as u64) as usize;
        let scale = 0.1 * self.sigma * lengths[axis];
        let unmoved = |j: usize| {
            let along = match &self.shape {
                Shape::Diagonal { .. } => f64::from(u8::from(j == axis)),
                Shape::Full { roots, .. } => roots.axes()[axis * n + j],
            };
            self.mean[j] + scale * along == self.mean[j]
        };
        if (0..n).all(unmoved) {
            return Some(Reason::NoEffectAxis);
        }
        let fixed = |j: usize| self.mean[j] + 0.2 * self.sigma * self.deviation(j) == self.mean[j];
        (0..n).any(fixed).then_some(Reason::NoEffectCoordinate)
    }
}
