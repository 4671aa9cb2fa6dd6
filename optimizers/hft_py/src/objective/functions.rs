//! The standard test functions of optimisation, each with its minimum 0 unless said.
//!
//! Sources: Hansen and others, "Real-parameter black-box optimization benchmarking 2010" for the
//! ellipsoid and the cigar; Jamil and Yang, "A literature survey of benchmark functions", 2013.

use std::f64::consts::{E, TAU};

/// A test function by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestFunction {
    /// `sum x_i^2`.
    Sphere,
    /// `sum 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2`, minimum at ones; two coordinates or more.
    Rosenbrock,
    /// `10 n + sum x_i^2 - 10 cos(2 pi x_i)`.
    Rastrigin,
    /// `-20 exp(-0.2 sqrt(mean x_i^2)) - exp(mean cos(2 pi x_i)) + 20 + e`.
    Ackley,
    /// `1 + sum x_i^2 / 4000 - prod cos(x_i / sqrt(i))`.
    Griewank,
    /// `sum 10^(6 (i-1)/(n-1)) x_i^2`: condition number a million.
    Ellipsoid,
    /// `y_1^2 + 10^6 sum_(i>1) y_i^2`, `y = Q x`, for any rotation `Q` whose first row is
    /// `(1, ..., 1) / sqrt(n)`: they all give `n m^2 + 10^6 sum (x_i - m)^2`, `m` the mean.
    RotatedCigar,
    /// `sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2`, minimum -39.16616570377142 n at -2.903534027771.
    StyblinskiTang,
    /// `418.9828872724339 n - sum x_i sin(sqrt |x_i|)`, minimum at 420.968746 in [-500, 500].
    Schwefel,
}

impl TestFunction {
    /// Every function with its name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("sphere", Self::Sphere),
        ("rosenbrock", Self::Rosenbrock),
        ("rastrigin", Self::Rastrigin),
        ("ackley", Self::Ackley),
        ("griewank", Self::Griewank),
        ("ellipsoid", Self::Ellipsoid),
        ("rotated_cigar", Self::RotatedCigar),
        ("styblinski_tang", Self::StyblinskiTang),
        ("schwefel", Self::Schwefel),
    ];

    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, function)| *function)
    }

    /// Its value at one point.
    pub fn value(self, x: &[f64]) -> f64 {
        let n = x.len() as f64;
        let squares = || x.iter().map(|x| x * x).sum::<f64>();
        match self {
            Self::Sphere => squares(),
            Self::Rosenbrock => x
                .windows(2)
                .map(|pair| {
                    let (bend, off) = (pair[1] - pair[0] * pair[0], 1.0 - pair[0]);
                    100.0 * bend * bend + off * off
                })
                .sum(),
            Self::Rastrigin => x
                .iter()
                .map(|x| x * x + 10.0 * (1.0 - (TAU * x).cos()))
                .sum(),
            Self::Ackley => {
                let waves = x.iter().map(|x| (TAU * x).cos()).sum::<f64>() / n;
                let hill = 20.0 * (1.0 - (-0.2 * (squares() / n).sqrt()).exp());
                hill + (E - waves.exp())
            }
            Self::Griewank => {
                let waves: f64 = x
                    .iter()
                    .enumerate()
                    .map(|(i, x)| (x / ((i + 1) as f64).sqrt()).cos())
                    .product();
                squares() / 4000.0 + (1.0 - waves)
            }
            Self::Ellipsoid => {
                // Powers by repeated multiplication: one `powf` a call, not one a coordinate.
                let step = 10.0_f64.powf(6.0 / (n - 1.0).max(1.0));
                let mut weight = 1.0;
                let mut sum = 0.0;
                for x in x {
                    sum += weight * x * x;
                    weight *= step;
                }
                sum
            }
            Self::RotatedCigar => {
                let mean = x.iter().sum::<f64>() / n;
                let across: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
                n * mean * mean + 1e6 * across
            }
            Self::StyblinskiTang => x
                .iter()
                .map(|x| {
                    let square = x * x;
                    0.5 * (square * (square - 16.0) + 5.0 * x)
                })
                .sum(),
            Self::Schwefel => {
                let waves: f64 = x.iter().map(|x| x * x.abs().sqrt().sin()).sum();
                418.982_887_272_433_9 * n - waves
            }
        }
    }
}

/// Where each function is least, for `n` coordinates, and how low it is there.
pub fn minimum(function: TestFunction, n: usize) -> (Vec<f64>, f64) {
    match function {
        TestFunction::Rosenbrock => (vec![1.0; n], 0.0),
        TestFunction::StyblinskiTang => (
            vec![-2.903_534_027_771_178; n],
            -39.166_165_703_771_42 * n as f64,
        ),
        TestFunction::Schwefel => (vec![420.968_746_359_982_03; n], 0.0),
        _ => (vec![0.0; n], 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn every_minimum_is_one() {
        for (name, function) in TestFunction::ALL {
            let (best, lowest) = minimum(function, 5);
            assert!((function.value(&best) - lowest).abs() < 1e-9, "{name}");
            for i in 0..5 {
                for step in [-0.01, 0.01] {
                    let mut beside = best.clone();
                    beside[i] += step;
                    assert!(function.value(&beside) > lowest + 1e-9, "{name} {i} {step}");
                }
            }
        }
    }

    #[test]
    fn the_cigar_is_the_one_of_its_rotation() {
        // Rows of the orthonormal cosine transform: the first one is the diagonal.
        let x = [0.3, -1.2, 0.7, 2.0];
        let row = |k: usize| -> f64 {
            (0..4)
                .map(|j| {
                    let angle = PI * (j as f64 + 0.5) * k as f64 / 4.0;
                    x[j] * if k == 0 { 0.5 } else { 0.5_f64.sqrt() } * angle.cos()
                })
                .sum()
        };
        let long: f64 = row(0).powi(2);
        let across: f64 = (1..4).map(|k| row(k).powi(2)).sum();
        let expected = long + 1e6 * across;
        let found = TestFunction::RotatedCigar.value(&x);
        assert!((found / expected - 1.0).abs() < 1e-12);
    }
}
