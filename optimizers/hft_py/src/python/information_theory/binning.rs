//! Bin numbers.

use super::Vector;
use crate::information_theory::binning::{Code, Edges};
use crate::information_theory::matrix::Matrix;
use numpy::{Element, IntoPyArray, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// The number of inner edges at or below each value: uint8 up to 255 edges, else uint32.
#[pyfunction]
pub(super) fn bin_codes<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    edges: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let (values, edges) = (values.as_slice()?, edges.as_slice()?);
    if edges.len() < 256 {
        coded::<u8>(py, values, edges)
    } else {
        coded::<u32>(py, values, edges)
    }
}

fn coded<'py, C: Code + Element>(
    py: Python<'py>,
    values: &[f64],
    edges: &[f64],
) -> PyResult<Bound<'py, PyAny>> {
    let codes = crate::python::run(py, || {
        let mut codes = vec![C::default(); values.len()];
        Edges::new(edges).codes(values, &mut codes);
        Ok(codes)
    })?;
    Ok(codes.into_pyarray(py).into_any())
}

/// The least and the greatest number of each column of a matrix, in either layout; NaN where a
/// number is not finite.
#[pyfunction]
pub(super) fn extremes<'py>(
    py: Python<'py>,
    values: PyReadonlyArray2<'py, f64>,
) -> PyResult<(Vector<'py>, Vector<'py>)> {
    let values = matrix(&values)?;
    let (low, high) = crate::python::run(py, || Ok(values.extremes()))?;
    Ok((low.into_pyarray(py), high.into_pyarray(py)))
}

/// A borrowed matrix without gaps.
pub(super) fn matrix<'a>(values: &'a PyReadonlyArray2<'_, f64>) -> PyResult<Matrix<'a>> {
    let shape = (values.shape()[0], values.shape()[1]);
    let by_row = values.is_c_contiguous();
    let values = values.as_slice()?;
    Ok(Matrix {
        values,
        shape,
        by_row,
    })
}
