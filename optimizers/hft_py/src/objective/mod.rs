//! What is minimised or sampled: anything that gives values at a batch of points.

use crate::Stop;

/// A function of points, evaluated in batches.
pub trait Evaluate: Sync {
    /// Coordinates of a point.
    fn dimension(&self) -> usize;

    /// Values at `values.len()` points, which lie one after the other in `points`.
    ///
    /// NaN is a value: the caller decides what it means. `threads` may be used where the
    /// function is safe to call in parallel; values do not depend on it.
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
