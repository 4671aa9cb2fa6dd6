//! Log-likelihoods of the usual models on data; parameters outside the model's domain give NaN.
//!
//! | model | parameters | domain | cost of a value |
//! |---|---|---|---|
//! | Gaussian | `mu, sigma` | `sigma > 0` | O(1): sums are made once |
//! | GARCH(1,1) | `mu, omega, alpha, beta` | `omega > 0`, `alpha, beta >= 0`, `alpha + beta < 1` | O(n) |
//! | Ornstein–Uhlenbeck | `theta, mu, sigma` | `theta, sigma > 0` | O(1): sums are made once |
//! | Student's t | `mu, sigma, nu` | `sigma, nu > 0` | O(n) |

use super::special::{half_step, root_of_squares};
use super::transitions::Transitions;
use super::{Evaluate, EvaluationCost, evaluate_batch};
use crate::{Error, Stop};
use std::f64::consts::TAU;

/// Data with the sums that a likelihood needs.
#[derive(Debug, Clone)]
enum Model {
    Gaussian,
    Garch,
    OrnsteinUhlenbeck(Transitions),
    StudentT,
}

/// A log-likelihood of its parameters on the data it was made with.
#[derive(Debug)]
pub struct Likelihood {
    model: Model,
    data: Vec<f64>,
    mean: f64,
    /// Root of the sum of squared deviations from the mean.
    deviations: f64,
    cost: EvaluationCost,
}

impl Likelihood {
    /// The likelihood of that name on `data`; `time_step` is used by `ornstein_uhlenbeck` alone.
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown name or a time step that is not positive,
    /// [`Error::Length`] for too few observations (one, two for `ornstein_uhlenbeck`).
    pub fn new(name: &str, data: &[f64], time_step: f64) -> Result<Self, Error> {
        let least = if name == "ornstein_uhlenbeck" { 2 } else { 1 };
        Error::check_length("data", data.len(), data.len().max(least))?;
        let n = data.len() as f64;
        // Twice: what the first sum rounds away, the second finds.
        let rough = data.iter().map(|x| x / n).sum::<f64>();
        let mean = rough + data.iter().map(|x| (x - rough) / n).sum::<f64>();
        let deviations = root_of_squares(data.iter().map(|x| x - mean));
        let model = match name {
            "gaussian" => Model::Gaussian,
            "garch11" => Model::Garch,
            "student_t" => Model::StudentT,
            "ornstein_uhlenbeck" if time_step.is_nan() || time_step <= 0.0 => {
                return Err(Error::value("time_step", time_step, "more than 0"));
            }
            "ornstein_uhlenbeck" => Model::OrnsteinUhlenbeck(Transitions::new(data, time_step)),
            other => {
                return Err(Error::value("objective", other, "the name of a likelihood"));
            }
        };
        Ok(Self {
            model,
            data: data.to_vec(),
            mean,
            deviations,
            cost: EvaluationCost::default(),
        })
    }

    fn n(&self) -> f64 {
        self.data.len() as f64
    }

    /// Sum of `((x - mu) / sigma)^2`: divided first, so that no scale of the data is special.
    fn squares(&self, mu: f64, sigma: f64) -> f64 {
        let (spread, off) = (self.deviations / sigma, (self.mean - mu) / sigma);
        spread * spread + self.n() * off * off
    }

    /// The log-likelihood of parameters in the order of the table above.
    pub fn value(&self, parameters: &[f64]) -> f64 {
        match (&self.model, parameters) {
            (Model::Gaussian, &[mu, sigma]) if sigma > 0.0 => {
                -self.n() * (0.5 * TAU.ln() + sigma.ln()) - 0.5 * self.squares(mu, sigma)
            }
            (Model::Garch, &[mu, omega, alpha, beta])
                if omega > 0.0 && alpha >= 0.0 && beta >= 0.0 && alpha + beta < 1.0 =>
            {
                self.garch(mu, omega, alpha, beta)
            }
            (Model::OrnsteinUhlenbeck(sums), &[theta, mu, sigma]) if theta > 0.0 && sigma > 0.0 => {
                sums.value(theta, mu, sigma)
            }
            (Model::StudentT, &[mu, sigma, nu]) if sigma > 0.0 && nu > 0.0 => {
                self.student_t(mu, sigma, nu)
            }
            _ => f64::NAN,
        }
    }

    /// Bollerslev 1986: `h_t = omega + alpha e_(t-1)^2 + beta h_(t-1)`, where before the data
    /// both the square and the variance are the mean square of the residuals.
    fn garch(&self, mu: f64, omega: f64, alpha: f64, beta: f64) -> f64 {
        let mut variance = omega + (alpha + beta) * self.squares(mu, 1.0) / self.n();
        let mut logs = LogSum::default();
        let mut sum = 0.0;
        for x in &self.data {
            let residual = x - mu;
            let square = residual * residual;
            logs.add(variance);
            sum += square / variance;
            variance = omega + alpha * square + beta * variance;
        }
        -0.5 * (self.n() * TAU.ln() + logs.total() + sum)
    }

    /// With `z = (x - mu) / sigma`: `ln Gamma((nu + 1) / 2) - ln Gamma(nu / 2) - ln(nu pi) / 2
    /// - ln sigma - (nu + 1) / 2 ln(1 + z^2 / nu)` for every observation.
    fn student_t(&self, mu: f64, sigma: f64, nu: f64) -> f64 {
        let root = nu.sqrt();
        let inverse = 1.0 / sigma / root;
        let mut logs = LogSum::default();
        for x in &self.data {
            let off = if inverse.is_normal() {
                (x - mu) * inverse
            } else {
                (x - mu) / sigma / root
            };
            let square = off * off;
            if nu > MANY || square < TINY {
                // A product of numbers next to 1 would keep nothing of what they exceed it by.
                logs.sum += square.ln_1p();
            } else if square > HUGE {
                logs.sum += 2.0 * off.abs().ln();
            } else {
                logs.add(1.0 + square);
            }
        }
        // ln Gamma((nu + 1) / 2) - ln Gamma(nu / 2) is ln(nu / 2) / 2 and little more.
        let constant = half_step(0.5 * nu) - 0.5 * TAU.ln() - sigma.ln();
        self.n() * constant - 0.5 * (nu + 1.0) * logs.total()
    }
}

/// Degrees of freedom from which `(nu + 1) / 2` makes too much of a rounding error next to 1.
const MANY: f64 = 1e4;
/// Squares below it are lost beside 1, above `HUGE` 1 is lost beside them.
const TINY: f64 = 1e-8;
const HUGE: f64 = 1e200;

/// A sum of logarithms by one logarithm of a product as long as that is far from the limits.
#[derive(Debug)]
struct LogSum {
    product: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            product: 1.0,
            sum: 0.0,
        }
    }
}

impl LogSum {
    #[inline]
    fn add(&mut self, value: f64) {
        if !(1e-200..1e200).contains(&value) {
            self.sum += value.ln();
            return;
        }
        self.product *= value;
        if !(1e-100..1e100).contains(&self.product) {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn total(&self) -> f64 {
        self.sum + self.product.ln()
    }
}

impl Evaluate for Likelihood {
    fn dimension(&self) -> usize {
        match self.model {
            Model::Gaussian => 2,
            Model::Garch => 4,
            Model::OrnsteinUhlenbeck(_) | Model::StudentT => 3,
        }
    }

    fn evaluate(&self, points: &[f64], values: &mut [f64], threads: usize) -> Result<(), Stop> {
        evaluate_batch(&self.cost, points, values, threads, |point| {
            Ok(self.value(point))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: [f64; 6] = [0.3, -0.2, 1.1, 0.7, -0.4, 0.05];

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn ornstein_uhlenbeck_is_its_transition_density() {
        let (theta, mu, sigma, dt) = (2.0, 0.2, 0.9, 0.25);
        let decay = f64::exp(-theta * dt);
        let variance = sigma * sigma * (1.0 - decay * decay) / (2.0 * theta);
        let direct: f64 = PATH
            .windows(2)
            .map(|pair| {
                let residual = pair[1] - mu - (pair[0] - mu) * decay;
                -0.5 * ((TAU * variance).ln() + residual * residual / variance)
            })
            .sum();
        let model = Likelihood::new("ornstein_uhlenbeck", &PATH, dt).expect("good data");
        close(model.value(&[theta, mu, sigma]), direct);
    }

    #[test]
    fn bad_data_is_refused() {
        assert!(Likelihood::new("gaussian", &[], 1.0).is_err());
        assert!(Likelihood::new("ornstein_uhlenbeck", &[1.0], 1.0).is_err());
        assert!(Likelihood::new("ornstein_uhlenbeck", &PATH, 0.0).is_err());
        assert!(Likelihood::new("cauchy", &PATH, 1.0).is_err());
    }

    #[test]
    fn logarithms_of_extremes_add_up() {
        let mut logs = LogSum::default();
        let values = [1e-250, 1e-150, 1e-150, 3.0, 1e250, 1e-90, 1e-90];
        values.iter().for_each(|value| logs.add(*value));
        close(logs.total(), values.iter().map(|v| v.ln()).sum());
    }
}
