//! What the past says: densities, filter, likelihood, the likeliest path, samples.

use super::{Input, Matrix, Path, Vector, kind_of, refused, table, work};
use crate::hmm::{self, Model, filter, log_space, sampler, viterbi};
use crate::memory;
use numpy::{IntoPyArray, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// `log p(x_t | state)`, `(T, K)`; zero where `x_t` is missing.
#[pyfunction]
pub(super) fn log_densities<'py>(
    py: Python<'py>,
    kind: &str,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
) -> PyResult<Matrix<'py>> {
    let k = theta.shape()[0];
    let even = vec![1.0 / k as f64; k * k];
    let model = Model::new(
        kind_of(kind)?,
        &even[..k],
        &even,
        theta.as_slice()?,
        x.shape()[1],
    )?;
    let x = x.as_slice()?;
    let found = work(py, || {
        let emission = hmm::emission::Emission::new(&model)?;
        let mut scratch = hmm::emission::Scratch::new(k, model.dimension);
        Ok(log_space::log_densities(&emission, x, &mut scratch))
    })?;
    table(py, found, k)
}

/// `p(z_t | x_1..x_t)`, `(T, K)`, and `log p(x_t | x_1..x_(t-1))`, `(T,)`.
#[pyfunction]
pub(super) fn forward<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Matrix<'py>, Vector<'py>)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| 2 * k + 1)?;
    let (series, model) = (input.series()?, &input.model);
    let (alpha, scale) = work(py, || {
        let mut alpha = vec![0.0; series.rows() * model.states()];
        let mut scale = vec![0.0; series.rows()];
        hmm::forward::forward(model, series, &mut alpha, &mut scale)?;
        Ok((alpha, scale))
    })?;
    Ok((table(py, alpha, input.states())?, scale.into_pyarray(py)))
}

/// `p(z_t | x_1..x_t)`, `(T, K)`.
#[pyfunction]
pub(super) fn filtered<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| k)?;
    let (series, model) = (input.series()?, &input.model);
    let alpha = work(py, || {
        let mut alpha = vec![0.0; series.rows() * model.states()];
        filter::filtered(model, series, &mut alpha)?;
        Ok(alpha)
    })?;
    table(py, alpha, input.states())
}

/// `log p(z_T | x_1..x_T)` at the end of the last sequence, `(K,)`.
#[pyfunction]
pub(super) fn last<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Vector<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| k)?;
    let (series, model) = (input.series()?, &input.model);
    Ok(work(py, || filter::last(model, series))?.into_pyarray(py))
}

/// `log p(x)` of all sequences.
#[pyfunction]
pub(super) fn score<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<f64> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    work(py, || filter::score(model, series))
}

/// `argmax p(z | x)`, `(T,)`, and `log max p(z, x)`.
#[pyfunction(name = "viterbi")]
pub(super) fn py_viterbi<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Path<'py>, f64)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    input.ask(|k| 1 + k / 8)?;
    let (series, model) = (input.series()?, &input.model);
    let (path, log_probability) = work(py, || {
        let mut path = vec![0; series.rows()];
        let log_probability = viterbi::viterbi(model, series, &mut path)?;
        Ok((path, log_probability))
    })?;
    Ok((path.into_pyarray(py), log_probability))
}

/// One step of the filter: logarithms of the probabilities, and `log p(x_t | past)`.
#[pyfunction]
pub(super) fn step<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    previous: Option<PyReadonlyArray1<'py, f64>>,
    x: PyReadonlyArray1<'py, f64>,
) -> PyResult<(Vector<'py>, f64)> {
    let x = x.as_slice()?;
    let (start, transition) = (start.as_slice()?, transition.as_slice()?);
    let model = Model::new(
        kind_of(kind)?,
        start,
        transition,
        theta.as_slice()?,
        x.len(),
    )?;
    let previous = previous.as_ref().map(|p| p.as_slice()).transpose()?;
    if previous.is_some_and(|p| p.len() != model.states()) {
        return Err(PyValueError::new_err(
            "previous has another length than start",
        ));
    }
    // Too short a work to let go of the interpreter lock.
    let (found, scale) = hmm::forward::step(&model, previous, x).map_err(refused)?;
    Ok((found.into_pyarray(py), scale))
}

/// A path of the chain by inversion, one uniform number a step.
#[pyfunction]
pub(super) fn simulate<'py>(
    py: Python<'py>,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    uniforms: PyReadonlyArray1<'py, f64>,
) -> PyResult<Path<'py>> {
    let (start, transition) = (start.as_slice()?, transition.as_slice()?);
    let uniforms = uniforms.as_slice()?;
    memory::ask(&[uniforms.len()])?;
    let path = work(py, || Ok(sampler::simulate(start, transition, uniforms)))?;
    Ok(path.into_pyarray(py))
}
