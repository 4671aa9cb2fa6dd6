//! The Python module `hft_py._rust.portfolio`: arguments were checked in Python.

use super::watch::PyWatch;
use crate::Error;
use crate::portfolio::moments::Returns;
use crate::portfolio::nsga::{self, evaluation::Objective, evaluation::Task, variation::Limits};
use crate::portfolio::risk_parity::Problem;
use crate::portfolio::{minimum_variance, moments};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Numbers<'py> = PyReadonlyArray1<'py, f64>;
type Table<'py> = PyReadonlyArray2<'py, f64>;

/// A square matrix of that size, row by row.
fn square<'a>(matrix: &'a Table<'_>, n: usize) -> PyResult<&'a [f64]> {
    Error::check_length("covariance", matrix.shape()[0], n)?;
    Error::check_length("covariance", matrix.shape()[1], n)?;
    Ok(matrix.as_slice()?)
}

/// Bounds of the right length, or none.
fn bounds<'a>(
    lower: Option<&'a Numbers<'_>>,
    upper: Option<&'a Numbers<'_>>,
    n: usize,
) -> PyResult<Option<(&'a [f64], &'a [f64])>> {
    let (Some(lower), Some(upper)) = (lower, upper) else {
        return Ok(None);
    };
    Error::check_length("lower", lower.len(), n)?;
    Error::check_length("upper", upper.len(), n)?;
    Ok(Some((lower.as_slice()?, upper.as_slice()?)))
}

/// The mean `(n,)` and the sample covariance `(n, n)` of returns `(T, n)`, whose rows or whose
/// columns lie in one piece.
#[pyfunction]
#[pyo3(name = "moments")]
fn moments_<'py>(py: Python<'py>, returns: Table<'py>) -> PyResult<(Vector<'py>, Matrix<'py>)> {
    let n = returns.shape()[1];
    let view = returns.as_array();
    let series: Option<Vec<&[f64]>> = view.columns().into_iter().map(|c| c.to_slice()).collect();
    let input = match &series {
        Some(series) => Returns::Assets(series),
        None => Returns::Dates(returns.as_slice()?, n),
    };
    let (mean, covariance) = super::run(py, || Ok(moments::moments(input)))?;
    Ok((
        mean.into_pyarray(py),
        covariance.into_pyarray(py).reshape([n, n])?,
    ))
}

/// Weights, iterations, whether converged.
#[pyfunction]
fn risk_parity<'py>(
    py: Python<'py>,
    covariance: Table<'py>,
    budgets: Numbers<'py>,
    newton: bool,
    tolerance: f64,
    max_iterations: usize,
) -> PyResult<(Vector<'py>, usize, bool)> {
    let covariance = square(&covariance, budgets.len())?;
    let budgets = budgets.as_slice()?;
    let problem = Problem {
        covariance,
        budgets,
        tolerance,
        max_iterations,
    };
    let (weights, iterations, converged) = super::run(py, || {
        crate::portfolio::risk_parity::unbounded(problem, newton)
    })?;
    Ok((weights.into_pyarray(py), iterations, converged))
}

/// The minimum within bounds for one factor of the logarithms; iterations, whether converged.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn bounded_risk_parity<'py>(
    py: Python<'py>,
    covariance: Table<'py>,
    budgets: Numbers<'py>,
    start: Numbers<'py>,
    factor: f64,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    tolerance: f64,
    max_iterations: usize,
) -> PyResult<(Vector<'py>, usize, bool)> {
    let n = budgets.len();
    let covariance = square(&covariance, n)?;
    let limits = bounds(Some(&lower), Some(&upper), n)?;
    Error::check_length("start", start.len(), n)?;
    let (budgets, start) = (budgets.as_slice()?, start.as_slice()?.to_vec());
    let problem = Problem {
        covariance,
        budgets,
        tolerance,
        max_iterations,
    };
    let work = || {
        Ok(crate::portfolio::risk_parity::descend(
            problem, start, factor, limits,
        ))
    };
    let (found, iterations, converged) = super::run(py, work)?;
    Ok((found.into_pyarray(py), iterations, converged))
}

/// Weights of least variance; without bounds in closed form.
#[pyfunction]
#[pyo3(name = "minimum_variance")]
fn minimum_variance_<'py>(
    py: Python<'py>,
    covariance: Table<'py>,
    lower: Option<Numbers<'py>>,
    upper: Option<Numbers<'py>>,
) -> PyResult<Vector<'py>> {
    let n = covariance.shape()[0];
    let matrix = square(&covariance, n)?;
    let limits = bounds(lower.as_ref(), upper.as_ref(), n)?;
    let weights = super::run(py, || match limits {
        Some((lower, upper)) => minimum_variance::bounded(matrix, lower, upper),
        None => minimum_variance::closed_form(matrix, n),
    })?;
    Ok(weights.into_pyarray(py))
}

/// Weights `(N, D)`, objectives to be minimised `(N, M)`, violations and ranks `(N,)`.
#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
fn nsga2<'py>(
    py: Python<'py>,
    returns: Table<'py>,
    objectives: Vec<String>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    total: f64,
    long_short: bool,
    groups: Table<'py>,
    limits: Numbers<'py>,
    concentration: f64,
    periods: f64,
    trading_cost: f64,
    current: Option<Numbers<'py>>,
    start: Table<'py>,
    generations: usize,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(
    Matrix<'py>,
    Matrix<'py>,
    Vector<'py>,
    Bound<'py, PyArray1<i64>>,
)> {
    let d = returns.shape()[1];
    let objectives = objectives.iter().map(|name| objective(name));
    let objectives: Vec<Objective> = objectives.collect::<Result<_, Error>>()?;
    let m = objectives.len();
    for (name, width) in [("groups", groups.shape()[1]), ("start", start.shape()[1])] {
        Error::check_length(name, width, d)?;
    }
    Error::check_length("limits", limits.len(), groups.shape()[0])?;
    let (low, high) = bounds(Some(&lower), Some(&upper), d)?.unwrap_or_default();
    let current = current.as_ref().map(|c| c.as_slice()).transpose()?;
    if let Some(current) = current {
        Error::check_length("current", current.len(), d)?;
    }
    let values = returns.as_slice()?;
    let (groups, limits, start) = (groups.as_slice()?, limits.as_slice()?, start.as_slice()?);
    let mut watch = PyWatch::new(progress)?;
    let bounds = Limits {
        lower: low,
        upper: high,
        total,
        long_short,
    };
    let found = super::run(py, || {
        let (mean, covariance) = moments::moments(Returns::Dates(values, d));
        let task = Task {
            returns: values,
            mean: &mean,
            covariance: &covariance,
            objectives,
            periods,
            trading_cost,
            current,
            groups,
            limits,
            concentration,
        };
        nsga::evolve(&task, &bounds, start, generations, seed, &mut watch)
    })?;
    let size = found.violations.len();
    let ranks: Vec<i64> = found.standing.iter().map(|s| s.rank as i64).collect();
    Ok((
        found.weights.into_pyarray(py).reshape([size, d])?,
        found.values.into_pyarray(py).reshape([size, m])?,
        found.violations.into_pyarray(py),
        ranks.into_pyarray(py),
    ))
}

/// An objective of that name.
fn objective(name: &str) -> Result<Objective, Error> {
    Ok(match name {
        "sharpe" => Objective::Sharpe,
        "return" => Objective::Return,
        "diversification" => Objective::Diversification,
        "risk" => Objective::Risk,
        "drawdown" => Objective::Drawdown,
        "calmar" => Objective::Calmar,
        "cost" => Objective::Cost,
        other => return Err(Error::value("objective", other, "a known name")),
    })
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(moments_, module)?)?;
    module.add_function(wrap_pyfunction!(risk_parity, module)?)?;
    module.add_function(wrap_pyfunction!(minimum_variance_, module)?)?;
    module.add_function(wrap_pyfunction!(bounded_risk_parity, module)?)?;
    module.add_function(wrap_pyfunction!(nsga2, module)?)
}
