//! Recursions of one model over a series: filter, likelihood, smoothing, the likeliest path.

use super::super::watch::PyWatch;
use super::{Cube, Input, Matrix, Path, Vector, table, work};
use crate::hmm::{HmmError, filter, forward, smoother, viterbi};
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// A function of Python: a model, a series, and perhaps one argument more; `memory` numbers a row
/// must fit, given the number of states.
macro_rules! recursion {
    (
        $(#[$doc:meta])*
        $name:literal $function:ident($($more:ident: $type:ty)?) -> $result:ty,
        memory = |$k:ident| $memory:expr;
        |$py:ident, $model:ident, $series:ident| $body:block
    ) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(name = $name)]
        pub(super) fn $function<'py>(
            $py: Python<'py>,
            kind: &str,
            start: PyReadonlyArray1<'py, f64>,
            transition: PyReadonlyArray2<'py, f64>,
            theta: PyReadonlyArray2<'py, f64>,
            x: PyReadonlyArray2<'py, f64>,
            lengths: PyReadonlyArray1<'py, i64>,
            $($more: $type,)?
        ) -> PyResult<$result> {
            let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
            input.ensure_allocatable(|$k| $memory)?;
            let ($series, $model) = (input.series()?, &input.model);
            $body
        }
    };
}

/// What a kernel writes into `cells` numbers, and what it returns.
fn fill<T: Send, N: Clone + Default + Send>(
    py: Python<'_>,
    cells: usize,
    kernel: impl FnOnce(&mut [N]) -> Result<T, HmmError> + Send,
) -> PyResult<(Vec<N>, T)> {
    work(py, || {
        let mut out = vec![N::default(); cells];
        let found = kernel(&mut out)?;
        Ok((out, found))
    })
}

recursion! {
    /// `p(z_t | x_1..x_t)`, `(T, K)`, and `log p(x_t | x_1..x_(t-1))`, `(T,)`.
    "forward" forward_() -> (Matrix<'py>, Vector<'py>),
    memory = |k| 2 * k + 1;
    |py, model, series| {
        let (k, rows) = (model.states(), series.rows());
        let (alpha, scale) = fill(py, rows * k, |alpha| {
            let mut scale = vec![0.0; rows];
            forward::forward(model, series, alpha, &mut scale)?;
            Ok(scale)
        })?;
        Ok((table(py, alpha, k)?, scale.into_pyarray(py)))
    }
}

recursion! {
    /// `p(z_t | x_1..x_t)`, `(T, K)`.
    "filtered" filtered_() -> Matrix<'py>,
    memory = |k| k;
    |py, model, series| {
        let k = model.states();
        let kernel = |out: &mut [f64]| filter::filtered(model, series, out);
        table(py, fill(py, series.rows() * k, kernel)?.0, k)
    }
}

recursion! {
    /// `log p(z_T | x_1..x_T)` at the end of the last sequence, `(K,)`.
    "last" last_() -> Vector<'py>,
    memory = |k| k;
    |py, model, series| {
        Ok(work(py, || filter::last(model, series))?.into_pyarray(py))
    }
}

recursion! {
    /// `log p(x)` of all sequences.
    "score" score_() -> f64,
    memory = |_k| 0;
    |py, model, series| {
        work(py, || filter::score(model, series))
    }
}

recursion! {
    /// `argmax p(z | x)`, `(T,)`, and `log max p(z, x)`.
    "viterbi" viterbi_() -> (Path<'py>, f64),
    memory = |k| 1 + k / 8;
    |py, model, series| {
        let kernel = |path: &mut [i64]| viterbi::viterbi(model, series, path);
        let (path, log_probability) = fill(py, series.rows(), kernel)?;
        Ok((path.into_pyarray(py), log_probability))
    }
}

recursion! {
    /// `p(future | z_t) / p(future | x_1..x_t)`, `(T, K)`.
    "backward" backward_() -> Matrix<'py>,
    memory = |k| 4 * k;
    |py, model, series| {
        let k = model.states();
        let kernel = |out: &mut [f64]| smoother::backward(model, series, out);
        table(py, fill(py, series.rows() * k, kernel)?.0, k)
    }
}

recursion! {
    /// `p(z_t | x)`, the expected number of each transition, and `log p(x)`.
    "smoothed" smoothed_() -> (Matrix<'py>, Matrix<'py>, f64),
    memory = |k| 3 * k;
    |py, model, series| {
        let k = model.states();
        let kernel = |out: &mut [f64]| smoother::smoothed(model, series, out);
        let (gamma, (transitions, log)) = fill(py, series.rows() * k, kernel)?;
        Ok((table(py, gamma, k)?, table(py, transitions, k)?, log))
    }
}

recursion! {
    /// `p(z_t, z_(t+1) | x)`, `(T - 1, K, K)`; zero between two sequences.
    "pairwise" pairwise_() -> Cube<'py>,
    memory = |k| k * k + 3 * k;
    |py, model, series| {
        let (k, steps) = (model.states(), series.rows() - 1);
        let kernel = |out: &mut [f64]| smoother::pairwise(model, series, out);
        let (pairs, ()) = fill(py, steps * k * k, kernel)?;
        pairs.into_pyarray(py).reshape([steps, k, k])
    }
}

recursion! {
    /// `p(z_t | x_1..x_(t+lag))`, `(T, K)`.
    "fixed_lag" fixed_lag_(lag: usize) -> Matrix<'py>,
    memory = |k| 2 * k;
    |py, model, series| {
        let k = model.states();
        let mut watch = PyWatch::new(None)?;
        let kernel = |out: &mut [f64]| smoother::fixed_lag(model, series, lag, out, &mut watch);
        table(py, fill(py, series.rows() * k, kernel)?.0, k)
    }
}
