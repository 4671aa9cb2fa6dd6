//! Estimators of continuous variables.

use crate::information_theory::ksg::{self, Variable};
use crate::information_theory::mic;
use crate::memory::{ensure_allocatable, product};
use crate::python::watch::PyWatch;
use crate::{Error, python};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

type Rows<'py> = PyReadonlyArray2<'py, f64>;

/// A variable of `n` rows.
fn variable<'a>(name: &'static str, rows: &'a Rows<'_>, n: usize) -> PyResult<Variable<'a>> {
    Error::check_length(name, rows.shape()[0], n)?;
    Ok(Variable {
        values: rows.as_slice()?,
        width: rows.shape()[1].max(1),
    })
}

/// Terms of each row, whose mean is the mutual information, given `z` if it is not None, in nats.
#[pyfunction]
fn ksg_information<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    y: Rows<'py>,
    z: Option<Rows<'py>>,
    k: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let n = x.shape()[0];
    if k == 0 || k >= n {
        return Err(Error::value("k", k, "1 to one less than the number of rows").into());
    }
    let pair = [variable("x", &x, n)?, variable("y", &y, n)?];
    let given = z.as_ref().map(|z| variable("z", z, n)).transpose()?;
    // Rows twice, boxes, and a handful of numbers a row.
    let width = pair[0].width + pair[1].width + given.map_or(0, |z| z.width);
    ensure_allocatable(&[product(&[3, n, width]), product(&[8, n])])?;
    let mut watch = PyWatch::new(None)?;
    let terms = python::run(py, || ksg::information(pair, given, k, threads, &mut watch))?;
    Ok(terms.into_pyarray(py))
}

/// The matrix `(boxes / 2 - 1)` square, flat: entry `(k - 2, l - 2)` where `k l <= boxes`.
#[pyfunction]
fn equicharacteristic_matrix<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    boxes: usize,
    clumps: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    Error::check_length("y", y.len(), x.len())?;
    if boxes < 4 || clumps == 0 || x.len() < 2 {
        return Err(Error::value("boxes", boxes, "4 or more, of two points or more").into());
    }
    let (x, y) = (x.as_slice()?, y.as_slice()?);
    // Of each thread its table of costs, and a logarithm for each count.
    let groups = product(&[clumps, boxes.isqrt()]).min(x.len());
    let own = [
        product(&[threads, groups, groups]) / 2,
        product(&[threads, x.len()]),
    ];
    ensure_allocatable(&[own[0], own[1], product(&[boxes, boxes]) / 4])?;
    let mut watch = PyWatch::new(None)?;
    let matrix = python::run(py, || {
        mic::equicharacteristic_matrix(x, y, (boxes, clumps), threads, &mut watch)
    })?;
    Ok(matrix.into_pyarray(py))
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ksg_information, module)?)?;
    module.add_function(wrap_pyfunction!(equicharacteristic_matrix, module)?)
}
