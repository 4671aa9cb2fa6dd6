//! The Python module `polars_vs_pandas._rust`: the only place that knows PyO3.

use crate::{Error, Isa, Rule};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

type Backtest<'py> = (
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray2<i8>>,
);

#[pyfunction]
#[pyo3(name = "backtest")]
#[allow(clippy::too_many_arguments)]
fn py_backtest<'py>(
    py: Python<'py>,
    signal: PyReadonlyArray2<'py, f64>,
    returns: PyReadonlyArray2<'py, f64>,
    window: usize,
    k_long: f64,
    k_short: f64,
    cost: f64,
    capital: f64,
    threads: usize,
) -> PyResult<Backtest<'py>> {
    let rule = Rule {
        k_long,
        k_short,
        cost,
    };
    let (signal, returns) = (signal.as_array(), returns.as_array());
    let out = py.detach(|| crate::backtest(signal, returns, window, rule, capital, threads))?;
    Ok((
        out.equity.into_pyarray(py),
        out.daily_returns.into_pyarray(py),
        out.traded.into_pyarray(py),
        out.positions.into_pyarray(py),
    ))
}

type Sweep<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

#[pyfunction]
#[pyo3(name = "sweep")]
#[allow(clippy::too_many_arguments)]
fn py_sweep<'py>(
    py: Python<'py>,
    signal: PyReadonlyArray2<'py, f64>,
    returns: PyReadonlyArray2<'py, f64>,
    window: usize,
    k_long: Vec<f64>,
    k_short: Vec<f64>,
    cost: Vec<f64>,
    capital: f64,
    threads: usize,
) -> PyResult<Sweep<'py>> {
    if k_long.len() != k_short.len() || k_long.len() != cost.len() {
        return Err(Error::UnequalLists(k_long.len(), k_short.len(), cost.len()).into());
    }
    let rules: Vec<Rule> = k_long
        .into_iter()
        .zip(k_short)
        .zip(cost)
        .map(|((k_long, k_short), cost)| Rule {
            k_long,
            k_short,
            cost,
        })
        .collect();
    let (signal, returns) = (signal.as_array(), returns.as_array());
    let out = py.detach(|| crate::sweep(signal, returns, window, &rules, capital, threads))?;
    Ok((out.equity.into_pyarray(py), out.traded.into_pyarray(py)))
}

/// `"release"` or `"debug"`: a benchmark refuses the latter.
#[pyfunction]
fn build_profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// The instruction set the kernels run on here.
#[pyfunction]
fn simd() -> &'static str {
    Isa::best().name()
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(py_backtest, m)?)?;
    m.add_function(wrap_pyfunction!(py_sweep, m)?)?;
    m.add_function(wrap_pyfunction!(build_profile, m)?)?;
    m.add_function(wrap_pyfunction!(simd, m)?)?;
    Ok(())
}
