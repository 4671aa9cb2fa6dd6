//! Risk budgeting: weights whose contributions to the variance are in given proportions.
//!
//! `min y' C y / 2 - k sum b log y` has one minimum over `y > 0`, where `y_i (C y)_i = k b_i`; its
//! weights are `y / sum y`. Cyclical coordinate descent costs `O(n^2)` a sweep, Newton's method
//! `O(n^3)` a step and needs few. Neither depends on the units of the assets.
//!
//! Sources: Spinu, "An algorithm for computing risk parity weights" (2013); Griveau-Billion, Richard
//! and Roncalli, "A fast algorithm for computing high-dimensional risk parity portfolios" (2013).

use super::linear::{Factor, product};
use crate::Error;

/// Sweeps after which coordinate descent gives way to Newton's method: assets hedge each other.
const PATIENCE: usize = 1_000;
/// Coordinates, in deviations, beyond which there is no minimum.
const RISKLESS: f64 = 1e5;

/// What is solved, to which accuracy.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The covariance, `n * n`, row by row.
    pub covariance: &'a [f64],
    /// Shares of the risk, positive, of sum one.
    pub budgets: &'a [f64],
    /// Relative change of a coordinate below which the run ends.
    pub tolerance: f64,
    /// Sweeps or steps at most.
    pub max_iterations: usize,
}

/// A point, iterations, and whether the tolerance was met.
pub type Solution = (Vec<f64>, usize, bool);

/// Weights without bounds.
///
/// # Errors
/// [`Error::Value`] where some long-only portfolio has no risk, so that there is no minimum.
pub fn unbounded(problem: Problem<'_>, newton: bool) -> Result<Solution, Error> {
    let most = problem.max_iterations;
    let (mut y, mut iterations, mut converged) = (start(problem), 0, false);
    if !newton {
        let patient = Problem {
            max_iterations: most.min(PATIENCE),
            ..problem
        };
        (y, iterations, converged) = descend(patient, y, 1.0, None);
    }
    if !converged && iterations < most {
        let rest = Problem {
            max_iterations: most - iterations,
            ..problem
        };
        let (found, steps, met) = approach(rest, y);
        (y, iterations, converged) = (found, iterations + steps, met);
    }
    let total: f64 = y.iter().sum();
    if !total.is_finite() || riskless(problem, &y) {
        return Err(Error::value(
            "covariance",
            "a matrix in which some long-only portfolio has no risk",
            "one in which every long-only portfolio varies",
        ));
    }
    y.iter_mut().for_each(|w| *w /= total);
    Ok((y, iterations, converged))
}

/// The variance of an asset.
fn variance(problem: Problem<'_>, asset: usize) -> f64 {
    problem.covariance[asset * (problem.budgets.len() + 1)]
}

/// The solution where all correlations are equal and all budgets too, the right scale elsewhere.
fn start(problem: Problem<'_>) -> Vec<f64> {
    let n = problem.budgets.len();
    let inverse: Vec<f64> = (0..n).map(|i| 1.0 / variance(problem, i).sqrt()).collect();
    let sums = product(problem.covariance, &inverse);
    let total: f64 = inverse.iter().zip(sums).map(|(a, b)| a * b).sum();
    let scale = (n as f64 / total.max(1e-6)).sqrt();
    let budgets = inverse.iter().zip(problem.budgets);
    budgets
        .map(|(inverse, b)| b.sqrt() * scale * inverse)
        .collect()
}

fn riskless(problem: Problem<'_>, y: &[f64]) -> bool {
    let mut sizes = y.iter().enumerate();
    sizes.any(|(i, y)| y * variance(problem, i).sqrt() > RISKLESS)
}

/// Minimise over one coordinate after the other, within bounds if any; `k` is the factor of the
/// logarithms.
pub fn descend(
    problem: Problem<'_>,
    mut x: Vec<f64>,
    k: f64,
    bounds: Option<(&[f64], &[f64])>,
) -> Solution {
    let n = x.len();
    let mut gradient = Vec::new();
    for sweep in 0..problem.max_iterations {
        if sweep % 8 == 0 {
            // Afresh now and then: updates accumulate rounding.
            gradient = product(problem.covariance, &x);
        }
        let mut worst = 0.0_f64;
        for (i, row) in problem.covariance.chunks_exact(n).enumerate() {
            let rest = gradient[i] - row[i] * x[i];
            let pull = k * problem.budgets[i];
            let root = (rest * rest + 4.0 * row[i] * pull).sqrt();
            let found = if rest > 0.0 {
                2.0 * pull / (rest + root)
            } else {
                (root - rest) / (2.0 * row[i])
            };
            let found = match bounds {
                Some((low, high)) => found.max(low[i]).min(high[i]),
                None => found,
            };
            let change = found - x[i];
            worst = worst.max(change.abs() / found.max(f64::MIN_POSITIVE));
            x[i] = found;
            for (g, c) in gradient.iter_mut().zip(row) {
                *g += c * change;
            }
        }
        if worst <= problem.tolerance {
            return (x, sweep + 1, true);
        }
    }
    (x, problem.max_iterations, false)
}

/// Newton steps, shortened while a coordinate would change by more than half.
fn approach(problem: Problem<'_>, mut y: Vec<f64>) -> Solution {
    let n = y.len();
    for step in 0..problem.max_iterations {
        let mut hessian = problem.covariance.to_vec();
        let mut move_by = product(problem.covariance, &y);
        for i in 0..n {
            move_by[i] -= problem.budgets[i] / y[i];
            hessian[i * n + i] += problem.budgets[i] / (y[i] * y[i]);
        }
        let Some(factor) = Factor::new(&hessian, n, 0.0) else {
            return (y, step, false);
        };
        factor.solve(&mut move_by);
        let relative = y.iter().zip(&move_by).map(|(y, m)| (m / y).abs());
        let size = relative.fold(0.0, f64::max);
        let part = if size > 0.5 { 1.0 / (1.0 + size) } else { 1.0 };
        for (y, m) in y.iter_mut().zip(&move_by) {
            *y -= part * m;
        }
        if size <= problem.tolerance || riskless(problem, &y) {
            return (y, step + 1, size <= problem.tolerance);
        }
    }
    (y, problem.max_iterations, false)
}
