//! Many variables against one.

use super::{Matrix, are_bytes, estimator_of, table};
use crate::information_theory::binning::{Code, Edges};
use crate::information_theory::relevance as relevant;
use crate::information_theory::tables::Coded;
use crate::python::{run, watch::PyWatch};
use numpy::{Element, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// `I(X; Y)`, not clipped, `H(X)` and `H(Y)` in bits, for each column of a matrix in either layout
/// as `X`, binned by its inner edges.
#[pyfunction]
pub(super) fn relevance<'py>(
    py: Python<'py>,
    matrix: PyReadonlyArray2<'py, f64>,
    edges: Vec<PyReadonlyArray1<'py, f64>>,
    y: &Bound<'py, PyAny>,
    ny: usize,
    estimator: &str,
    threads: usize,
) -> PyResult<Matrix<'py>> {
    if are_bytes(y) {
        ranked::<u8>(py, &matrix, &edges, y, ny, estimator, threads)
    } else {
        ranked::<u32>(py, &matrix, &edges, y, ny, estimator, threads)
    }
}

fn ranked<'py, C: Code + Element>(
    py: Python<'py>,
    matrix: &PyReadonlyArray2<'py, f64>,
    edges: &[PyReadonlyArray1<'py, f64>],
    y: &Bound<'py, PyAny>,
    ny: usize,
    estimator: &str,
    threads: usize,
) -> PyResult<Matrix<'py>> {
    let y: PyReadonlyArray1<'py, C> = y.extract()?;
    crate::Error::check_length("y", y.len(), matrix.shape()[0])?;
    crate::Error::check_length("edges", edges.len(), matrix.shape()[1])?;
    let edges = edges.iter().map(|one| Ok(Edges::new(one.as_slice()?)));
    let edges: Vec<Edges<'_>> = edges.collect::<PyResult<_>>()?;
    let (matrix, estimator) = (super::binning::matrix(matrix)?, estimator_of(estimator)?);
    let target = Coded {
        codes: y.as_slice()?,
        size: ny,
    };
    let mut watch = PyWatch::new(None)?;
    let (found, unit) = run(py, || {
        relevant::relevance(matrix, &edges, target, estimator, threads, &mut watch)
    })?;
    table(py, &found, unit)
}
