//! The Python module `polars_vs_pandas._rust`: the only use of PyO3.
//!
//! Arrays are borrowed, whatever their strides, and the GIL is released around every kernel.

use crate::{Error, Rule};
use native::python::detach;
use ndarray::ArrayView2;
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

type Floats<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Positions<'py> = Bound<'py, PyArray2<i8>>;

/// `k_long`, `k_short` and `cost`.
type RuleOf = (f64, f64, f64);

fn rule((k_long, k_short, cost): RuleOf) -> Rule {
    Rule::new(k_long, k_short, cost)
}

/// Equity, daily returns, notional traded, and positions.
#[pyfunction]
#[pyo3(name = "backtest")]
fn py_backtest<'py>(
    py: Python<'py>,
    signal: PyReadonlyArray2<'py, f64>,
    returns: PyReadonlyArray2<'py, f64>,
    window: usize,
    rule: RuleOf,
    capital: f64,
    threads: usize,
) -> PyResult<(Floats<'py>, Floats<'py>, Floats<'py>, Positions<'py>)> {
    let (signal, returns) = (view("signal", &signal)?, view("returns", &returns)?);
    let out = detach(py, || {
        crate::backtest(signal, returns, window, self::rule(rule), capital, threads)
    })?;
    Ok((
        out.equity.into_pyarray(py),
        out.daily_returns.into_pyarray(py),
        out.traded.into_pyarray(py),
        out.positions.into_pyarray(py),
    ))
}

/// Equity and notional traded of many rules at one window.
#[pyfunction]
#[pyo3(name = "sweep")]
fn py_sweep<'py>(
    py: Python<'py>,
    signal: PyReadonlyArray2<'py, f64>,
    returns: PyReadonlyArray2<'py, f64>,
    window: usize,
    rules: Vec<RuleOf>,
    capital: f64,
    threads: usize,
) -> PyResult<(Matrix<'py>, Matrix<'py>)> {
    let rules: Vec<Rule> = rules.into_iter().map(rule).collect();
    let (signal, returns) = (view("signal", &signal)?, view("returns", &returns)?);
    let out = detach(py, || {
        crate::sweep(signal, returns, window, &rules, capital, threads)
    })?;
    Ok((out.equity.into_pyarray(py), out.traded.into_pyarray(py)))
}

/// Borrow an array; one whose values straddle machine words (a field of packed records) has
/// no valid view.
fn view<'a>(name: &str, array: &'a PyReadonlyArray2<'_, f64>) -> PyResult<ArrayView2<'a, f64>> {
    let size = size_of::<f64>() as isize;
    if array.data().align_offset(align_of::<f64>()) != 0
        || array.strides().iter().any(|stride| stride % size != 0)
    {
        let message = format!("{name} is not aligned to 8 bytes, expected a copy that is");
        return Err(PyValueError::new_err(message));
    }
    Ok(array.as_array())
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register(m)?;
    native::python::register_isa(m)?;
    m.add_function(wrap_pyfunction!(py_backtest, m)?)?;
    m.add_function(wrap_pyfunction!(py_sweep, m)?)?;
    Ok(())
}
