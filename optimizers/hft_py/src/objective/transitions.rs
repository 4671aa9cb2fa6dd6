//! Sums over the steps of a path, so that the Ornstein–Uhlenbeck likelihood costs O(1).

use super::special::root_of_squares;
use std::f64::consts::TAU;

/// The least-squares line of the steps `d` on the values `a` before them (less their mean), and
/// what lies beside it.
///
/// A likelihood needs the squares of `d - alpha - beta a` for any line. About the best line they
/// are a sum of positive terms, `rest^2 + n (da)^2 + (spread db)^2`: nothing cancels, however
/// long the path is and however little is left beside the line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transitions {
    steps: f64,
    time_step: f64,
    /// Mean of the values before the steps, and what rounding left of it.
    centre: f64,
    shift: f64,
    intercept: f64,
    slope: f64,
    /// Root of the sum of squares of the values before the steps, less their mean.
    spread: f64,
    /// Root of the sum of squares beside the line.
    rest: f64,
}

impl Transitions {
    pub(super) fn new(path: &[f64], time_step: f64) -> Self {
        let steps = (path.len() - 1) as f64;
        let before = &path[..path.len() - 1];
        let rough = before.iter().map(|x| x / steps).sum::<f64>();
        let centre = rough + before.iter().map(|x| (x - rough) / steps).sum::<f64>();
        let shift = before.iter().map(|x| (x - centre) / steps).sum::<f64>();
        let spread = root_of_squares(before.iter().map(|x| x - centre));
        let (mut intercept, mut slope) = (0.0, 0.0);
        // The second and third pass take away what rounding left to the one before.
        for _ in 0..3 {
            let (mut level, mut product) = (0.0, 0.0);
            for pair in path.windows(2) {
                let a = pair[0] - centre;
                let left = pair[1] - pair[0] - (intercept + slope * a);
                level += left / steps;
                if spread > 0.0 {
                    product += (a / spread) * (left / spread);
                }
            }
            intercept += level;
            slope += product;
        }
        let rest = root_of_squares(
            path.windows(2)
                .map(|pair| pair[1] - pair[0] - (intercept + slope * (pair[0] - centre))),
        );
        Self {
            steps,
            time_step,
            centre,
            shift,
            intercept,
            slope,
            spread,
            rest,
        }
    }

    /// The exact transition density: with `k = 1 - exp(-theta dt)` a step is normal around
    /// `-k (x - mu)` with variance `sigma^2 (1 - exp(-2 theta dt)) / (2 theta)`.
    pub(super) fn value(&self, theta: f64, mu: f64, sigma: f64) -> f64 {
        let k = -(-theta * self.time_step).exp_m1();
        let deviation = sigma * (-(-2.0 * theta * self.time_step).exp_m1() / 2.0 / theta).sqrt();
        let turn = self.slope + k;
        let level = (self.intercept - k * (mu - self.centre) + turn * self.shift) / deviation;
        let tilt = turn * (self.spread / deviation);
        let rest = self.rest / deviation;
        let squares = rest * rest + self.steps * level * level + tilt * tilt;
        -0.5 * (self.steps * (TAU.ln() + 2.0 * deviation.ln()) + squares)
    }
}

#[cfg(test)]
mod tests {
    use super::Transitions;

    #[test]
    fn a_path_far_from_zero() {
        // Steps of 1e-5 around 1e5: the mean of the values is not a number of this precision.
        let path: Vec<f64> = (0..400)
            .map(|i| 1e5 + 1e-5 * f64::from((i * 7919) % 101))
            .collect();
        let sums = Transitions::new(&path, 1.0);
        let (theta, mu, sigma) = (0.1, 1e5 + 6e-4, 3e-4);
        let k = -f64::exp_m1(-theta);
        let deviation = sigma * (-f64::exp_m1(-2.0 * theta) / 2.0 / theta).sqrt();
        let direct: f64 = path
            .windows(2)
            .map(|pair| {
                let z = (pair[1] - pair[0] + k * (pair[0] - mu)) / deviation;
                -0.5 * (std::f64::consts::TAU.ln() + z * z) - f64::ln(deviation)
            })
            .sum();
        let found = sums.value(theta, mu, sigma);
        assert!((found / direct - 1.0).abs() < 1e-12, "{found} {direct}");
    }
}
