//! CMA-ES: a normal search distribution that learns scale and orientation of the objective.
//!
//! Coordinates are scaled by the caller (`offset`, `scale`). Points are `m + sigma C^(1/2) z` with
//! the symmetric root of `C`, so the run does not depend on how the eigenvalue problem is solved.
//! The root is renewed when `C` has changed enough to matter: `O(lambda n^2)` a generation; the
//! separable variant keeps the diagonal only, `O(lambda n)`.
//!
//! Source: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772 (2016), whose
//! symbols and equation numbers are kept; separable: Ros and Hansen, PPSN X (2008).

mod ending;
mod sampling;
mod shape;

use super::bounds::{Boundary, MARGIN, folded, unfolded};
use super::constants::Constants;
use super::search::{Budget, Merit, Reason, Record, Search, rank};
use super::stopping::Ranges;
use crate::rng::Stream;
use shape::Shape;

/// Of the random numbers of a run.
const PURPOSE: u32 = 0x434D;
/// Generations per coordinate before a search that folds begins to: its first steps are so wide
/// that folding would lay distant parts of the box over each other.
const OPENING: u64 = 3;
/// Draws of one point before it is put on the bound instead.
const MAX_DRAWS: usize = 100;

/// What a run starts from.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The first mean, in the objective's coordinates.
    pub mean: Vec<f64>,
    /// The first step size, in scaled coordinates.
    pub sigma: f64,
    /// Lower bounds, perhaps infinite.
    pub lower: Vec<f64>,
    /// Upper bounds, perhaps infinite.
    pub upper: Vec<f64>,
    /// A point is `offset + scale u`.
    pub offset: Vec<f64>,
    /// The same.
    pub scale: Vec<f64>,
    /// Points of a generation.
    pub population_size: usize,
    /// Whether bad steps are unlearnt.
    pub active: bool,
    /// Whether only the diagonal is learnt.
    pub separable: bool,
    /// What becomes of a point outside.
    pub boundary: Boundary,
    /// Stop where values differ by no more, in units of the first generation's spread where that
    /// is less than 1.
    pub tolerance: f64,
    /// Stop where steps are shorter than this many first step sizes.
    pub parameter_tolerance: f64,
}

impl Setting {
    /// The `j`-th coordinate of the point that a scaled coordinate stands for.
    fn place(&self, j: usize, u: f64) -> f64 {
        let x = self.offset[j] + self.scale[j] * u;
        if self.boundary == Boundary::Fold {
            folded(x, (self.lower[j], self.upper[j]), MARGIN * self.scale[j])
        } else {
            x
        }
    }

    /// The scaled coordinate of the `j`-th coordinate of a point.
    fn coordinate(&self, j: usize, x: f64) -> f64 {
        let x = if self.boundary == Boundary::Fold {
            unfolded(x, (self.lower[j], self.upper[j]), MARGIN * self.scale[j])
        } else {
            x
        };
        (x - self.offset[j]) / self.scale[j]
    }
}

/// The search distribution.
pub struct Cma {
    /// Whether points are still drawn anew that will be folded later.
    opening: bool,
    setting: Setting,
    constants: Constants,
    shape: Shape,
    /// In scaled coordinates.
    mean: Vec<f64>,
    sigma: f64,
    p_sigma: Vec<f64>,
    p_c: Vec<f64>,
    draws: Stream,
    /// Evaluations at the last renewal of the root, and from one to the next.
    rooted: u64,
    gap: f64,
    /// The generation asked: points, their steps `y` and `z`, and whether these fit the point.
    points: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    exact: Vec<bool>,
    order: Vec<usize>,
    ranges: Ranges,
    record: Record,
}

impl Cma {
    /// The distribution of a setting; vectors have one length, sizes are 2 or more.
    pub fn new(mut setting: Setting, budget: Budget, (seed, stream): (u64, u32)) -> Self {
        let opening = setting.boundary == Boundary::Fold;
        if opening {
            setting.boundary = Boundary::Resample;
        }
        let n = setting.mean.len();
        let size = setting.population_size;
        let constants = Constants::new(n, size, setting.active, setting.separable, 0.25);
        let scaled = |j: usize| setting.coordinate(j, setting.mean[j]);
        let rate = (constants.c_1 + constants.c_mu) * n as f64 * 10.0;
        Self {
            opening,
            shape: Shape::unit(n, setting.separable),
            mean: (0..n).map(scaled).collect(),
            sigma: setting.sigma,
            p_sigma: vec![0.0; n],
            p_c: vec![0.0; n],
            draws: Stream::new(seed, stream, PURPOSE),
            rooted: 0,
            gap: size as f64 / rate,
            points: vec![0.0; size * n],
            y: vec![0.0; size * n],
            z: vec![0.0; size * n],
            exact: vec![false; size],
            order: Vec::new(),
            ranges: Ranges::new(n, size),
            record: Record::new(
                n,
                size,
                budget,
                &[("sigma", 1), ("axis_ratio", 1), ("mean", n)],
            ),
            constants,
            setting,
        }
    }
}

impl Search for Cma {
    fn dimension(&self) -> usize {
        self.mean.len()
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn next_size(&self) -> usize {
        self.setting.population_size
    }

    fn ask(&mut self, points: &mut Vec<f64>) {
        let n = self.mean.len();
        if self.opening && self.record.iterations >= OPENING * n as u64 {
            self.begin_folding();
        }
        let size = self.setting.population_size;
        for buffer in [&mut self.points, &mut self.y, &mut self.z] {
            buffer.resize(size * n, 0.0);
        }
        self.exact.clear();
        self.exact.resize(size, true);
        self.draws.normals(&mut self.z);
        for k in 0..size {
            let mut inside = self.sample(k);
            let mut tries = 1;
            while self.setting.boundary == Boundary::Resample && tries < MAX_DRAWS && !inside {
                self.draws.normals(&mut self.z[k * n..(k + 1) * n]);
                inside = self.sample(k);
                tries += 1;
            }
            if !inside {
                self.repair(k);
            }
        }
        points.clear();
        points.extend_from_slice(&self.points);
    }

    fn learn(&mut self, points: &[f64], merits: &[Merit]) -> Option<Reason> {
        let n = self.mean.len();
        rank(merits, &mut self.order);
        self.match_steps(points);
        self.record.iterations += 1;
        let k = &self.constants;

        let (mut y_w, mut z_w) = (vec![0.0; n], vec![0.0; n]);
        for (&w, &index) in k.weights[..k.mu].iter().zip(&self.order) {
            let range = index * n..(index + 1) * n;
            for (sum, y) in y_w.iter_mut().zip(&self.y[range.clone()]) {
                *sum += w * y;
            }
            for (sum, z) in z_w.iter_mut().zip(&self.z[range]) {
                *sum += w * z;
            }
        }
        let rate = (k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff).sqrt();
        for j in 0..n {
            self.mean[j] += self.sigma * y_w[j]; // (41)-(42)
            self.p_sigma[j] = (1.0 - k.c_sigma) * self.p_sigma[j] + rate * z_w[j]; // (43)
        }
        let length = squared(&self.p_sigma).sqrt();
        // h_sigma: the path is not updated while the step size grows fast.
        let age = (2 * self.record.iterations).min(1 << 30) as i32;
        let settled = (1.0 - (1.0 - k.c_sigma).powi(age)).sqrt();
        let quiet = length / settled < (1.4 + 2.0 / (n as f64 + 1.0)) * k.chi;
        let h_sigma = if quiet { 1.0 } else { 0.0 };
        let rate = (k.c_c * (2.0 - k.c_c) * k.mu_eff).sqrt();
        for (path, y) in self.p_c.iter_mut().zip(&y_w) {
            *path = (1.0 - k.c_c) * *path + h_sigma * rate * y; // (45)
        }
        let growth = k.c_sigma / k.d_sigma * (length / k.chi - 1.0);
        self.adapt(h_sigma);
        self.sigma *= growth.min(1.0).exp(); // (44)
        let mut reason = None;
        let age = (self.record.evaluations - self.rooted) as f64;
        if age >= self.gap || self.setting.separable {
            self.rooted = self.record.evaluations;
            if !self.renew_root() {
                reason = Some(Reason::ConditionNumber);
            }
        }
        if self.record.iterations == 1 {
            self.ranges.begin(merits.iter().map(|merit| merit.value));
        }
        let value = |place: usize| merits[self.order[place]].value;
        let size = merits.len();
        let values = [value(0), value(size / 2), value(size - 1)];
        self.note(values).or(reason)
    }
}

fn squared(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum, x| sum + x * x)
}

fn extremes(x: &[f64]) -> (f64, f64) {
    x.iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), &x| {
            (least.min(x), most.max(x))
        })
}
