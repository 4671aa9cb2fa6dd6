//! The Python module `hft_py._rust.mcmc`: arguments were checked in Python.

mod diagnostics;
mod draws;
mod population;
mod walks;

use super::objective::Objective;
use crate::Error;
use crate::mcmc::{Coordinate, Space};
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// A point a row.
type Rows<'py> = PyReadonlyArray2<'py, f64>;
type Numbers<'py> = PyReadonlyArray1<'py, f64>;

/// The space, after a check of every length a kernel relies on.
fn space_of(
    lower: &Numbers<'_>,
    upper: &Numbers<'_>,
    codes: &PyReadonlyArray1<'_, i8>,
    objective: &Objective,
    start: &Rows<'_>,
    values: &Numbers<'_>,
) -> PyResult<Space> {
    let kinds: Vec<Coordinate> = codes
        .as_slice()?
        .iter()
        .map(|code| match code {
            1 => Coordinate::Log,
            2 => Coordinate::Integer,
            3 => Coordinate::LogInteger,
            _ => Coordinate::Linear,
        })
        .collect();
    let space = Space::new(lower.as_slice()?, upper.as_slice()?, &kinds)?;
    let dimension = space.dimension();
    fits("objective", objective.evaluator().dimension(), dimension)?;
    fits("start", start.shape()[1], dimension)?;
    fits("start_values", values.len(), start.shape()[0])?;
    Ok(space)
}

fn fits(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        name,
        found,
        expected,
    })
}

/// The objective of a resolved handle (`hft_py.objectives`).
fn native<'py>(handle: &Bound<'py, PyAny>) -> PyResult<PyRef<'py, Objective>> {
    Ok(handle.getattr("native")?.extract()?)
}

/// Add the functions of this module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let functions = [
        wrap_pyfunction!(walks::adaptive_metropolis_, module)?,
        wrap_pyfunction!(population::ensemble_, module)?,
        wrap_pyfunction!(population::de_mc_, module)?,
        wrap_pyfunction!(walks::parallel_tempering_, module)?,
        wrap_pyfunction!(diagnostics::effective_sample_size, module)?,
        wrap_pyfunction!(diagnostics::r_hat, module)?,
        wrap_pyfunction!(diagnostics::autocorrelation_time, module)?,
        wrap_pyfunction!(diagnostics::diagnose, module)?,
    ];
    for function in functions {
        module.add_function(function)?;
    }
    Ok(())
}
