//! What is minimised or sampled: anything that gives values at a batch of points.
//!
//! * [`compiled`]: a C function, called in parallel without any lock;
//! * [`contract`]: such functions by name, for studies and tests;
//! * [`functions`]: the standard test functions of optimisation;
//! * [`likelihoods`]: log-likelihoods of the usual models on data;
//! * [`negated`](Negated): any of them with the other sign.
//!
//! [`replace_nan`] decides what NaN and infinities mean.

pub mod compiled;
pub mod contract;
pub mod functions;
pub mod likelihoods;
mod parallel;
pub mod special;
mod transitions;

pub use parallel::{EvaluationCost, evaluate_batch};

use crate::Stop;

/// A function of points, evaluated in batches.
pub trait Evaluate: Sync {
    /// Coordinates of a point.
    fn dimension(&self) -> usize;

    /// Values at `values.len()` points, which lie one after the other in `points`.
    ///
    /// NaN is a value: the caller decides what it means ([`replace_nan`]). `threads` may be used where
    /// the function is safe to call in parallel; values do not depend on it.
    ///
    /// # Errors
    /// [`Stop`] where the run cannot go on: a fatal code, a failed callback.
    fn evaluate(&self, points: &[f64], values: &mut [f64], threads: usize) -> Result<(), Stop>;

    /// Whether other threads than the caller's may call [`evaluate`](Self::evaluate) at once and
    /// gain by it. Not so for Python callables: there a kernel makes larger batches instead.
    fn parallel(&self) -> bool {
        true
    }
}

/// Any function of one point, in plain Rust.
pub struct Closure<F> {
    dimension: usize,
    function: F,
    cost: EvaluationCost,
}

impl<F: Fn(&[f64]) -> f64 + Sync> Closure<F> {
    /// `function` of points with `dimension` coordinates.
    pub fn new(dimension: usize, function: F) -> Self {
        Self {
            dimension,
            function,
            cost: EvaluationCost::default(),
        }
    }
}

impl<F: Fn(&[f64]) -> f64 + Sync> Evaluate for Closure<F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn evaluate(&self, points: &[f64], values: &mut [f64], threads: usize) -> Result<(), Stop> {
        evaluate_batch(&self.cost, points, values, threads, |point| {
            Ok((self.function)(point))
        })
    }
}

/// An objective with the other sign.
pub struct Negated<E>(pub E);

impl<E: Evaluate> Evaluate for Negated<E> {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn evaluate(&self, points: &[f64], values: &mut [f64], threads: usize) -> Result<(), Stop> {
        self.0.evaluate(points, values, threads)?;
        values.iter_mut().for_each(|value| *value = -*value);
        Ok(())
    }

    fn parallel(&self) -> bool {
        self.0.parallel()
    }
}

/// What a run wants of its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// Small values: NaN is as bad as plus infinity, minus infinity is refused.
    Minimise,
    /// A log-density: NaN is as impossible as minus infinity, plus infinity is refused.
    Density,
}

/// Replace NaN by the worst value and count it; refuse an infinity on the good side.
///
/// # Errors
/// [`Stop::Refused`] with the first point at which the value is infinitely good.
pub fn replace_nan(points: &[f64], values: &mut [f64], sense: Sense) -> Result<usize, Stop> {
    let (worst, expected) = match sense {
        Sense::Minimise => (f64::INFINITY, "expected more than minus infinity"),
        Sense::Density => (f64::NEG_INFINITY, "expected less than infinity"),
    };
    let dimension = points.len() / values.len().max(1);
    let mut invalid = 0;
    for (index, value) in values.iter_mut().enumerate() {
        if value.is_nan() {
            *value = worst;
            invalid += 1;
        } else if *value == -worst {
            let at = points[index * dimension..(index + 1) * dimension].to_vec();
            return Err(Stop::Refused {
                value: *value,
                at,
                expected,
            });
        }
    }
    Ok(invalid)
}
