//! The Python module `hft_py._rust.risk`: the functions of `hft_py.risk.baseline`, compiled.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

use super::{run, watch::PyWatch};
use crate::risk::{self, Column, Options, Panel, Sectors};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyReadonlyArrayDyn,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Counts<'py> = Bound<'py, PyArray1<i64>>;

/// Factor returns, specific ones, R squared, assets, means, scales, shares, status.
type Tables<'py> = (
    Matrix<'py>,
    Matrix<'py>,
    Vector<'py>,
    Counts<'py>,
    Matrix<'py>,
    Matrix<'py>,
    Matrix<'py>,
    Counts<'py>,
);

/// Regressions of all dates: see the Python function of that name.
#[pyfunction]
#[pyo3(signature = (returns, styles, sectors, n_sectors, caps, universe, market, lag, standardise,
                    benchmark_power, regression_power, least, threads=1))]
fn cross_section<'py>(
    py: Python<'py>,
    returns: PyReadonlyArray2<'py, f64>,
    styles: Vec<PyReadonlyArrayDyn<'py, f64>>,
    sectors: Option<PyReadonlyArrayDyn<'py, i32>>,
    n_sectors: usize,
    caps: Option<PyReadonlyArray2<'py, f64>>,
    universe: Option<PyReadonlyArray2<'py, bool>>,
    market: bool,
    lag: usize,
    standardise: bool,
    benchmark_power: f64,
    regression_power: f64,
    least: usize,
    threads: usize,
) -> PyResult<Tables<'py>> {
    let mut columns = Vec::new();
    for style in &styles {
        let step = style.shape().get(2).copied().unwrap_or(1);
        let values = style.as_slice()?;
        columns.extend((0..step).map(|offset| Column::new(values, offset, step)));
    }
    let codes = sectors.as_ref().map(|codes| codes.as_slice()).transpose()?;
    let panel = Panel {
        dates: returns.shape()[0],
        assets: returns.shape()[1],
        returns: returns.as_slice()?,
        styles: columns,
        sectors: codes.map(|codes| Sectors {
            codes,
            count: n_sectors,
        }),
        caps: caps.as_ref().map(|caps| caps.as_slice()).transpose()?,
        universe: universe.as_ref().map(|mask| mask.as_slice()).transpose()?,
    };
    let options = Options {
        market,
        lag,
        standardise,
        benchmark_power,
        regression_power,
        least,
    };
    let mut watch = PyWatch::new(None)?;
    let found = run(py, || {
        risk::cross_section(&panel, &options, threads, &mut watch)
    })?;
    let count = found.status.len();
    let table = |values: Vec<f64>, width: usize| values.into_pyarray(py).reshape([count, width]);
    let factors = panel.factors(&options);
    let styles = panel.styles.len();
    Ok((
        table(found.factor_returns, factors)?,
        table(found.specific, panel.assets)?,
        found.r_squared.into_pyarray(py),
        found.assets.into_pyarray(py),
        table(found.means, styles)?,
        table(found.scales, styles)?,
        table(found.shares, panel.sector_count())?,
        found.status.into_pyarray(py),
    ))
}

/// Weighted mean squares of columns with gaps, and how many values each has.
#[pyfunction]
fn ewma_squares<'py>(
    py: Python<'py>,
    values: PyReadonlyArray2<'py, f64>,
    decay: f64,
) -> PyResult<(Vector<'py>, Counts<'py>)> {
    let width = values.shape()[1];
    let values = values.as_slice()?;
    let (means, counts) = run(py, || Ok(risk::ewma_squares(values, width, decay)))?;
    Ok((means.into_pyarray(py), counts.into_pyarray(py)))
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(cross_section, m)?)?;
    m.add_function(wrap_pyfunction!(ewma_squares, m)?)
}
