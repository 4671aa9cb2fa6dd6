//! Log-likelihoods of the usual models on data; parameters outside the model's domain give NaN.
//!
//! | model | parameters | domain | cost of a value |
//! |---|---|---|---|
//! | Gaussian | `mu, sigma` | `sigma > 0` | O(1): sums are made once |
//! | GARCH(1,1) | `mu, omega, alpha, beta` | `omega > 0`, `alpha, beta >= 0`, `alpha + beta < 1` | O(n) |
//! | Ornstein–Uhlenbeck | `theta, mu, sigma` | `theta, sigma > 0` | O(1): sums are made once |
//! | Student's t | `mu, sigma, nu` | `sigma, nu > 0` | O(n) |

use super::special::ln_gamma;
use super::{Evaluate, Pace, spread};
use crate::{Error, Stop};
use std::f64::consts::{PI, TAU};

/// Data with the sums that a likelihood needs.
#[derive(Debug, Clone)]
enum Model {
    Gaussian,
    Garch,
    OrnsteinUhlenbeck(Transitions),
    StudentT,
}

/// A log-likelihood of its parameters on the data it was made with.
#[derive(Debug, Clone)]
pub struct Likelihood {
    model: Model,
    data: Vec<f64>,
    mean: f64,
    /// Sum of squared deviations from the mean.
    deviations: f64,
    pace: Pace,
}

/// Sums over the steps of a path: `a` is a value less the centre, `d` the step that follows it.
#[derive(Debug, Clone, Copy, Default)]
struct Transitions {
    steps: f64,
    time_step: f64,
    centre: f64,
    a: f64,
    d: f64,
    aa: f64,
    ad: f64,
    dd: f64,
}

impl Likelihood {
    /// Names of the models.
    pub const NAMES: [&'static str; 4] = ["gaussian", "garch11", "ornstein_uhlenbeck", "student_t"];

    /// The likelihood of that name on `data`; `time_step` is used by `ornstein_uhlenbeck` alone.
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown name or a time step that is not positive,
    /// [`Error::Length`] for too few observations (one, two for `ornstein_uhlenbeck`).
    pub fn new(name: &str, data: &[f64], time_step: f64) -> Result<Self, Error> {
        let least = if name == "ornstein_uhlenbeck" { 2 } else { 1 };
        if data.len() < least {
            return Err(Error::Length {
                name: "data",
                found: data.len(),
                expected: least,
            });
        }
        #[allow(clippy::cast_precision_loss)]
        let n = data.len() as f64;
        let mean = data.iter().sum::<f64>() / n;
        let deviations = data.iter().map(|x| (x - mean) * (x - mean)).sum();
        let model = match name {
            "gaussian" => Model::Gaussian,
            "garch11" => Model::Garch,
            "student_t" => Model::StudentT,
            "ornstein_uhlenbeck" if time_step.is_nan() || time_step <= 0.0 => {
                return Err(Error::Value {
                    name: "time_step",
                    value: time_step.to_string(),
                    expected: "more than 0",
                });
            }
            "ornstein_uhlenbeck" => {
                Model::OrnsteinUhlenbeck(Transitions::new(data, mean, time_step))
            }
            other => {
                return Err(Error::Value {
                    name: "objective",
                    value: other.into(),
                    expected: "the name of a likelihood",
                });
            }
        };
        Ok(Self {
            model,
            data: data.to_vec(),
            mean,
            deviations,
            pace: Pace::default(),
        })
    }

    #[allow(clippy::cast_precision_loss)]
    fn n(&self) -> f64 {
        self.data.len() as f64
    }

    /// Sum of `(x - mu)^2`.
    fn squares(&self, mu: f64) -> f64 {
        let off = self.mean - mu;
        self.deviations + self.n() * off * off
    }

    /// The log-likelihood of parameters in the order of the table above.
    #[must_use]
    pub fn value(&self, parameters: &[f64]) -> f64 {
        match (&self.model, parameters) {
            (Model::Gaussian, &[mu, sigma]) if sigma > 0.0 => {
                -self.n() * (0.5 * TAU.ln() + sigma.ln()) - 0.5 * self.squares(mu) / (sigma * sigma)
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
        let mut variance = omega + (alpha + beta) * self.squares(mu) / self.n();
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

    fn student_t(&self, mu: f64, sigma: f64, nu: f64) -> f64 {
        let scale = 1.0 / (sigma * sigma * nu);
        let mut logs = LogSum::default();
        for x in &self.data {
            let off = x - mu;
            logs.add(1.0 + off * off * scale);
        }
        let constant =
            ln_gamma(0.5 * (nu + 1.0)) - ln_gamma(0.5 * nu) - 0.5 * (nu * PI).ln() - sigma.ln();
        self.n() * constant - 0.5 * (nu + 1.0) * logs.total()
    }
}

impl Transitions {
    fn new(path: &[f64], centre: f64, time_step: f64) -> Self {
        let mut sums = Self {
            time_step,
            centre,
            ..Self::default()
        };
        for pair in path.windows(2) {
            let (a, d) = (pair[0] - centre, pair[1] - pair[0]);
            sums.steps += 1.0;
            sums.a += a;
            sums.d += d;
            sums.aa += a * a;
            sums.ad += a * d;
            sums.dd += d * d;
        }
        sums
    }

    /// The exact transition density: with `k = 1 - exp(-theta dt)` a step is normal around
    /// `-k (x - mu)` with variance `sigma^2 (1 - exp(-2 theta dt)) / (2 theta)`.
    ///
    /// Residuals are `d + k (a - m)`: their squares cancel nothing where `k` is small.
    fn value(&self, theta: f64, mu: f64, sigma: f64) -> f64 {
        let k = -(-theta * self.time_step).exp_m1();
        let variance = sigma * sigma * -(-2.0 * theta * self.time_step).exp_m1() / (2.0 * theta);
        let m = mu - self.centre;
        let levels = self.aa + m * (self.steps * m - 2.0 * self.a);
        let squares = self.dd + k * (2.0 * (self.ad - m * self.d) + k * levels);
        -0.5 * (self.steps * (TAU * variance).ln() + squares / variance)
    }
}

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
        spread(
            &self.pace,
            self.dimension(),
            points,
            values,
            threads,
            |point| Ok(self.value(point)),
        )
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
    fn gaussian_is_the_sum_of_its_densities() {
        let (mu, sigma) = (0.1, 0.6);
        let direct: f64 = PATH
            .iter()
            .map(|x| {
                let z = (x - mu) / sigma;
                -0.5 * (TAU.ln() + z * z) - f64::ln(sigma)
            })
            .sum();
        let model = Likelihood::new("gaussian", &PATH, 1.0).expect("good data");
        close(model.value(&[mu, sigma]), direct);
    }

    #[test]
    fn garch_without_feedback_is_gaussian() {
        let gaussian = Likelihood::new("gaussian", &PATH, 1.0).expect("good data");
        let garch = Likelihood::new("garch11", &PATH, 1.0).expect("good data");
        close(
            garch.value(&[0.1, 0.49, 0.0, 0.0]),
            gaussian.value(&[0.1, 0.7]),
        );
    }

    #[test]
    fn student_t_of_many_degrees_is_gaussian() {
        let gaussian = Likelihood::new("gaussian", &PATH, 1.0).expect("good data");
        let student = Likelihood::new("student_t", &PATH, 1.0).expect("good data");
        let (many, limit) = (student.value(&[0.1, 0.7, 1e8]), gaussian.value(&[0.1, 0.7]));
        assert!((many - limit).abs() < 1e-5, "{many} {limit}");
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
    fn outside_the_domain_there_is_no_value() {
        let cases: [(&str, &[f64]); 6] = [
            ("gaussian", &[0.0, 0.0]),
            ("gaussian", &[0.0, f64::NAN]),
            ("garch11", &[0.0, 0.1, 0.5, 0.5]),
            ("garch11", &[0.0, 0.0, 0.1, 0.1]),
            ("ornstein_uhlenbeck", &[-1.0, 0.0, 1.0]),
            ("student_t", &[0.0, 1.0, 0.0]),
        ];
        for (name, parameters) in cases {
            let model = Likelihood::new(name, &PATH, 1.0).expect("good data");
            assert!(model.value(parameters).is_nan(), "{name}");
        }
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
