//! What the whole series says, or a few observations more.

use super::super::watch::PyWatch;
use super::{Cube, Input, Matrix, table, work};
use crate::hmm::smoother;
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// `p(future | z_t) / p(future | x_1..x_t)`, `(T, K)`.
#[pyfunction]
pub(super) fn backward<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| 4 * k)?;
    let (series, model) = (input.series()?, &input.model);
    let beta = work(py, || {
        let mut beta = vec![0.0; series.rows() * model.states()];
        smoother::backward(model, series, &mut beta)?;
        Ok(beta)
    })?;
    table(py, beta, input.states())
}

/// `p(z_t | x)`, the expected number of each transition, and `log p(x)`.
#[pyfunction]
pub(super) fn smoothed<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Matrix<'py>, Matrix<'py>, f64)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| 3 * k)?;
    let (series, model) = (input.series()?, &input.model);
    let (gamma, (transitions, log_likelihood)) = work(py, || {
        let mut gamma = vec![0.0; series.rows() * model.states()];
        let rest = smoother::smoothed(model, series, &mut gamma)?;
        Ok((gamma, rest))
    })?;
    let k = input.states();
    Ok((
        table(py, gamma, k)?,
        table(py, transitions, k)?,
        log_likelihood,
    ))
}

/// `p(z_t, z_(t+1) | x)`, `(T - 1, K, K)`; zero between two sequences.
#[pyfunction]
pub(super) fn pairwise<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Cube<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| k * k + 3 * k)?;
    let (series, model) = (input.series()?, &input.model);
    let (k, steps) = (input.states(), series.rows() - 1);
    let pairs = work(py, || {
        let mut pairs = vec![0.0; steps * model.states() * model.states()];
        smoother::pairwise(model, series, &mut pairs)?;
        Ok(pairs)
    })?;
    pairs.into_pyarray(py).reshape([steps, k, k])
}

/// `p(z_t | x_1..x_(t+lag))`, `(T, K)`.
#[pyfunction]
pub(super) fn fixed_lag<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
    lag: usize,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| 2 * k)?;
    let (series, model) = (input.series()?, &input.model);
    let mut watch = PyWatch::new(None)?;
    let gamma = work(py, || {
        let mut gamma = vec![0.0; series.rows() * model.states()];
        smoother::fixed_lag(model, series, lag, &mut gamma, &mut watch)?;
        Ok(gamma)
    })?;
    table(py, gamma, input.states())
}
