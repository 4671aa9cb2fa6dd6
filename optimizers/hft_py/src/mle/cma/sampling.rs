//! Points of a generation, and the steps that belong to the points told.

use super::{Cma, Shape};
use crate::mle::bounds::{Boundary, reflected};
use crate::mle::roots::multiply;

impl Cma {
    /// Step and point of the `k`-th normal vector (38)-(40); whether the point is inside.
    pub(super) fn sample(&mut self, k: usize) -> bool {
        let n = self.mean.len();
        let range = k * n..(k + 1) * n;
        let (z, y) = (&self.z[range.clone()], &mut self.y[range.clone()]);
        match &self.shape {
            Shape::Diagonal { lengths, .. } => {
                for ((step, normal), length) in y.iter_mut().zip(z).zip(lengths) {
                    *step = normal * length;
                }
            }
            Shape::Full { roots, .. } => multiply(&roots.root, z, y),
        }
        let setting = &self.setting;
        let mut inside = true;
        for (j, x) in self.points[range].iter_mut().enumerate() {
            *x = setting.place(j, self.mean[j] + self.sigma * y[j]);
            inside &= setting.lower[j] <= *x && *x <= setting.upper[j];
        }
        inside
    }

    /// From now on fold, the mean where it is.
    pub(super) fn begin_folding(&mut self) {
        self.opening = false;
        self.setting.boundary = Boundary::Fold;
        for (j, u) in self.mean.iter_mut().enumerate() {
            let x = self.setting.offset[j] + self.setting.scale[j] * *u;
            *u = self.setting.coordinate(j, x);
        }
    }

    /// Put the `k`-th point into its bounds.
    pub(super) fn repair(&mut self, k: usize) {
        let n = self.mean.len();
        // A reflected point is a function of its step; one put on a bound is not.
        self.exact[k] = self.setting.boundary == Boundary::Reflect;
        for (j, x) in self.points[k * n..(k + 1) * n].iter_mut().enumerate() {
            let (lower, upper) = (self.setting.lower[j], self.setting.upper[j]);
            *x = if self.setting.boundary == Boundary::Reflect {
                reflected(*x, lower, upper)
            } else {
                x.max(lower).min(upper)
            };
        }
    }

    /// Make `y` and `z` those of the points told, where they were changed.
    pub(super) fn match_steps(&mut self, points: &[f64]) {
        let n = self.mean.len();
        let asked = points.len() == self.points.len();
        self.y.resize(points.len(), 0.0);
        self.z.resize(points.len(), 0.0);
        for (k, point) in points.chunks_exact(n).enumerate() {
            let range = k * n..(k + 1) * n;
            if asked && self.exact[k] && self.points[range.clone()] == *point {
                continue;
            }
            let setting = &self.setting;
            let y = &mut self.y[range.clone()];
            for (j, step) in y.iter_mut().enumerate() {
                *step = (setting.coordinate(j, point[j]) - self.mean[j]) / self.sigma;
            }
            let z = &mut self.z[range];
            match &self.shape {
                Shape::Diagonal { lengths, .. } => {
                    for ((normal, step), length) in z.iter_mut().zip(y).zip(lengths) {
                        *normal = *step / length;
                    }
                }
                Shape::Full { roots, .. } => multiply(&roots.inverse, y, z),
            }
        }
    }
}
