//! The Python module `fft_autocorrelation._rust`: the only user of PyO3.
//!
//! `autocorrelation` and `autocovariance` are Python's functions themselves: for a
//! one-dimensional double array there is no Python layer between the caller and the kernel,
//! because at a hundred observations such a layer costs more than the computation. Everything
//! else (frames, batches, single precision, missing values, lists) goes on to `_general.py`.

mod arguments;
mod functions;
mod objects;
mod stream;

use crate::{Error, LONGEST, Method, Options, plan_cache, planner};
use pyo3::exceptions::{PyMemoryError, PyOverflowError, PyValueError};
use pyo3::prelude::*;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Overflow => PyOverflowError::new_err(error.to_string()),
            Error::OutOfMemory { .. } => PyMemoryError::new_err(error.to_string()),
            other => PyValueError::new_err(other.to_string()),
        }
    }
}

const METHODS: [(&str, Method); 4] = [
    ("auto", Method::Auto),
    ("direct", Method::Direct),
    ("blocked", Method::Blocked),
    ("fft", Method::Fft),
];

/// A method by its name.
fn method(name: &str) -> PyResult<Method> {
    let found = METHODS.into_iter().find(|(n, _)| *n == name);
    found.map(|(_, method)| method).ok_or_else(|| {
        PyValueError::new_err(format!(
            "method={name:?}, expected \"auto\", \"direct\", \"blocked\" or \"fft\""
        ))
    })
}

fn method_name(method: Method) -> &'static str {
    let found = METHODS.into_iter().find(|(_, m)| *m == method);
    found.map_or("auto", |(name, _)| name)
}

fn options(demean: bool, normalise: bool, adjusted: bool) -> Options {
    Options {
        demean,
        adjusted,
        normalise,
    }
}

/// What the planner chooses, and the nanoseconds it expects of each method.
#[pyfunction]
fn plan(n: &Bound<'_, PyAny>, max_lag: &Bound<'_, PyAny>) -> PyResult<(&'static str, [f64; 3])> {
    let n = arguments::size("n", n, LONGEST)?;
    let max_lag = arguments::size("max_lag", max_lag, LONGEST)?;
    crate::error::check_lag(n, max_lag)?;
    let model = planner::current();
    let costs = [Method::Direct, Method::Blocked, Method::Fft].map(|m| model.cost(m, n, max_lag));
    Ok((method_name(model.choose(n, max_lag)), costs))
}

/// Time the pieces of each method on this machine.
#[pyfunction]
fn measure_costs(py: Python<'_>) -> Vec<f64> {
    py.detach(|| planner::CostModel::measure().figures())
}

/// Use these figures from now on; an empty list brings back the shipped ones.
#[pyfunction]
fn use_costs(figures: &Bound<'_, PyAny>) -> PyResult<()> {
    let figures: Vec<f64> = figures
        .extract()
        .map_err(|error: PyErr| PyValueError::new_err(format!("figures: {error}")))?;
    let model = if figures.is_empty() {
        planner::CostModel::SHIPPED
    } else {
        planner::CostModel::from_figures(&figures).ok_or_else(|| {
            PyValueError::new_err(format!(
                "figures has {} numbers, expected {} from 1e-3 to 1e15 nanoseconds",
                figures.len(),
                planner::FIGURES
            ))
        })?
    };
    planner::replace(model);
    plan_cache::clear();
    Ok(())
}

/// Give back the buffers and tables this thread keeps for its next calls: eight shapes at most,
/// 64 MiB together. The next call of each shape makes them again; results do not change, and
/// other threads keep theirs.
///
/// Examples
/// --------
/// >>> clear_buffers()
#[pyfunction]
fn clear_buffers() {
    plan_cache::clear();
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register(m)?;
    native::python::register_isa(m)?;
    m.add_function(wrap_pyfunction!(functions::autocorrelation, m)?)?;
    m.add_function(wrap_pyfunction!(functions::autocovariance, m)?)?;
    m.add_function(wrap_pyfunction!(functions::lags, m)?)?;
    m.add_function(wrap_pyfunction!(functions::cross, m)?)?;
    m.add_function(wrap_pyfunction!(plan, m)?)?;
    m.add_function(wrap_pyfunction!(measure_costs, m)?)?;
    m.add_function(wrap_pyfunction!(use_costs, m)?)?;
    m.add_function(wrap_pyfunction!(clear_buffers, m)?)?;
    m.add_class::<objects::PyAutocorrelator>()?;
    m.add_class::<stream::PyStreaming>()
}
