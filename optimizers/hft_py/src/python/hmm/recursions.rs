//! Recursions of one model over a series: filter, likelihood, smoothing, the likeliest path.

use super::super::watch::PyWatch;
use super::{Cube, Input, Matrix, Path, Vector, table, work};
use crate::hmm::{filter, forward, smoother, viterbi};
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

recursion! {
    /// `p(z_t | x_1..x_t)`, `(T, K)`, and `log p(x_t | x_1..x_(t-1))`, `(T,)`.
    "forward" forward_() -> (Matrix<'py>, Vector<'py>),
    memory = |k| 2 * k + 1;
    |py, model, series| {
        let (alpha, scale) = work(py, || {
            let mut alpha = vec![0.0; series.rows() * model.states()];
            let mut scale = vec![0.0; series.rows()];
            forward::forward(model, series, &mut alpha, &mut scale)?;
            Ok((alpha, scale))
        })?;
        Ok((table(py, alpha, model.states())?, scale.into_pyarray(py)))
    }
}

recursion! {
    /// `p(z_t | x_1..x_t)`, `(T, K)`.
    "filtered" filtered_() -> Matrix<'py>,
    memory = |k| k;
    |py, model, series| {
        let alpha = work(py, || {
            let mut alpha = vec![0.0; series.rows() * model.states()];
            filter::filtered(model, series, &mut alpha)?;
            Ok(alpha)
        })?;
        table(py, alpha, model.states())
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
        let (path, log_probability) = work(py, || {
            let mut path = vec![0; series.rows()];
            let log_probability = viterbi::viterbi(model, series, &mut path)?;
            Ok((path, log_probability))
        })?;
        Ok((path.into_pyarray(py), log_probability))
    }
}

recursion! {
    /// `p(future | z_t) / p(future | x_1..x_t)`, `(T, K)`.
    "backward" backward_() -> Matrix<'py>,
    memory = |k| 4 * k;
    |py, model, series| {
        let beta = work(py, || {
            let mut beta = vec![0.0; series.rows() * model.states()];
            smoother::backward(model, series, &mut beta)?;
            Ok(beta)
        })?;
        table(py, beta, model.states())
    }
}

recursion! {
    /// `p(z_t | x)`, the expected number of each transition, and `log p(x)`.
    "smoothed" smoothed_() -> (Matrix<'py>, Matrix<'py>, f64),
    memory = |k| 3 * k;
    |py, model, series| {
        let (gamma, (transitions, log_likelihood)) = work(py, || {
            let mut gamma = vec![0.0; series.rows() * model.states()];
            let rest = smoother::smoothed(model, series, &mut gamma)?;
            Ok((gamma, rest))
        })?;
        let k = model.states();
        Ok((
            table(py, gamma, k)?,
            table(py, transitions, k)?,
            log_likelihood,
        ))
    }
}

recursion! {
    /// `p(z_t, z_(t+1) | x)`, `(T - 1, K, K)`; zero between two sequences.
    "pairwise" pairwise_() -> Cube<'py>,
    memory = |k| k * k + 3 * k;
    |py, model, series| {
        let (k, steps) = (model.states(), series.rows() - 1);
        let pairs = work(py, || {
            let mut pairs = vec![0.0; steps * model.states() * model.states()];
            smoother::pairwise(model, series, &mut pairs)?;
            Ok(pairs)
        })?;
        pairs.into_pyarray(py).reshape([steps, k, k])
    }
}

recursion! {
    /// `p(z_t | x_1..x_(t+lag))`, `(T, K)`.
    "fixed_lag" fixed_lag_(lag: usize) -> Matrix<'py>,
    memory = |k| 2 * k;
    |py, model, series| {
        let mut watch = PyWatch::new(None)?;
        let gamma = work(py, || {
            let mut gamma = vec![0.0; series.rows() * model.states()];
            smoother::fixed_lag(model, series, lag, &mut gamma, &mut watch)?;
            Ok(gamma)
        })?;
        table(py, gamma, model.states())
    }
}
