//! Densities, one step of the filter, paths of the chain.

use super::{Matrix, Path, Vector, kind_of, refused, table, work};
use crate::hmm::{self, Model, log_space, sampler};
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
    memory::ensure_allocatable(&[uniforms.len()])?;
    let path = work(py, || Ok(sampler::simulate(start, transition, uniforms)))?;
    Ok(path.into_pyarray(py))
}
