//! The Python module `hft_py._rust.mle`: arguments were checked in Python.

use super::objective::Objective;
use super::watch::PyWatch;
use crate::Error;
use crate::mle::bounds::Boundary;
use crate::mle::classic::{Classic, Donor};
use crate::mle::cma::{self, Cma};
use crate::mle::constants::Constants as CmaConstants;
use crate::mle::evolution::{self, Evolution, Strategy};
use crate::mle::jde::SelfAdaptive;
use crate::mle::lshade::SuccessHistory;
use crate::mle::search::{self, Budget, Search};
use numpy::ndarray::Array2;
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Names of the strategies, as the Python kernels list them.
const STRATEGIES: [&str; 8] = [
    "rand1bin",
    "best1bin",
    "rand_to_best1",
    "current_to_best1",
    "best2bin",
    "rand2bin",
    "jde",
    "lshade",
];

type Best<'py> = (Bound<'py, PyArray1<f64>>, f64, f64);

/// Rows of `width` numbers as an array.
fn rows<'py>(
    py: Python<'py>,
    numbers: Vec<f64>,
    width: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let shape = (numbers.len() / width, width);
    let array =
        Array2::from_shape_vec(shape, numbers).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(array.into_pyarray(py))
}

/// As many numbers as there are points.
fn fitting<'a>(
    name: &'static str,
    numbers: &'a PyReadonlyArray1<'_, f64>,
    expected: usize,
) -> PyResult<&'a [f64]> {
    let numbers = numbers.as_slice()?;
    if numbers.len() == expected {
        return Ok(numbers);
    }
    let found = numbers.len();
    Err(Error::Length {
        name,
        found,
        expected,
    }
    .into())
}

/// What both classes do; `search` is the method inside.
fn tell(
    search: &mut dyn Search,
    points: &PyReadonlyArray2<'_, f64>,
    values: &PyReadonlyArray1<'_, f64>,
    violations: Option<&PyReadonlyArray1<'_, f64>>,
) -> PyResult<()> {
    if points.shape() != [search.next_size(), search.dimension()] {
        return Err(PyValueError::new_err(format!(
            "points has shape {:?}, expected ({}, {})",
            points.shape(),
            search.next_size(),
            search.dimension()
        )));
    }
    let size = search.next_size();
    let mut values = fitting("values", values, size)?.to_vec();
    let violations = violations
        .map(|all| fitting("violations", all, size))
        .transpose()?;
    Ok(search::tell(
        search,
        points.as_slice()?,
        &mut values,
        violations,
    )?)
}

fn run(
    py: Python<'_>,
    search: &mut dyn Search,
    objective: &Objective,
    threads: usize,
    reporter: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let evaluator = objective.evaluator();
    if evaluator.dimension() != search.dimension() {
        return Err(PyValueError::new_err(format!(
            "the objective has {} coordinates, expected {}",
            evaluator.dimension(),
            search.dimension()
        )));
    }
    let mut watch = PyWatch::new(reporter)?;
    super::run(py, || search::run(search, evaluator, threads, &mut watch))
}

fn history<'py>(py: Python<'py>, search: &dyn Search) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    for (name, width, numbers) in &search.record().history {
        if *name == "best_params" || *name == "mean" {
            columns.set_item(name, rows(py, numbers.clone(), *width)?)?;
        } else {
            columns.set_item(name, PyArray1::from_slice(py, numbers))?;
        }
    }
    Ok(columns)
}

/// The same methods for both classes.
macro_rules! offer {
    ($class:ident) => {
        #[pymethods]
        impl $class {
            /// The points of the next generation, one a row.
            fn ask<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
                let mut points = Vec::new();
                self.inner.ask(&mut points);
                rows(py, points, self.inner.dimension())
            }

            /// The values at `points`.
            #[pyo3(signature = (points, values, violations=None))]
            fn tell(
                &mut self,
                points: PyReadonlyArray2<'_, f64>,
                values: PyReadonlyArray1<'_, f64>,
                violations: Option<PyReadonlyArray1<'_, f64>>,
            ) -> PyResult<()> {
                tell(&mut self.inner, &points, &values, violations.as_ref())
            }

            /// Go round until a reason to stop holds.
            #[pyo3(signature = (objective, threads=1, reporter=None))]
            fn run(
                &mut self,
                py: Python<'_>,
                objective: &Objective,
                threads: usize,
                reporter: Option<Bound<'_, PyAny>>,
            ) -> PyResult<()> {
                run(py, &mut self.inner, objective, threads, reporter)
            }

            /// What was recorded after every generation, an array each.
            fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                history(py, &self.inner)
            }

            /// The best point so far, its value, and by how much it violates the constraints.
            #[getter]
            fn best<'py>(&self, py: Python<'py>) -> Best<'py> {
                let record = self.inner.record();
                let point = PyArray1::from_slice(py, &record.best);
                let merit = record.best_merit;
                (point, merit.value, merit.violation)
            }

            /// Why the run stopped, or `None`.
            #[getter]
            fn stop_reason(&self) -> Option<&'static str> {
                self.inner.record().stop.map(|reason| reason.name())
            }

            #[getter]
            fn iterations(&self) -> u64 {
                self.inner.record().iterations
            }

            #[getter]
            fn evaluations(&self) -> u64 {
                self.inner.record().evaluations
            }

            #[getter]
            fn n_invalid(&self) -> u64 {
                self.inner.record().n_invalid
            }

            #[getter]
            fn dimension(&self) -> usize {
                self.inner.dimension()
            }
        }
    };
}

/// Differential evolution.
#[pyclass(module = "hft_py._rust.mle")]
struct DifferentialEvolution {
    inner: Evolution,
}

/// CMA-ES.
#[pyclass(name = "CMAES", module = "hft_py._rust.mle")]
struct Cmaes {
    inner: Cma,
}

offer!(DifferentialEvolution);
offer!(Cmaes);

/// Makes a [`DifferentialEvolution`]: named as it is in the Python kernels.
#[pyfunction(name = "DifferentialEvolution")]
#[pyo3(signature = (*, strategy, mutation, crossover, population, lower, upper, integral, boundary,
    seed, stream, max_iterations, max_evaluations, target, tolerance, absolute_tolerance))]
#[allow(clippy::too_many_arguments)] // what a run is told, by name
fn differential_evolution(
    strategy: &str,
    mutation: (f64, f64),
    crossover: f64,
    population: PyReadonlyArray2<'_, f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    integral: Vec<bool>,
    boundary: &str,
    seed: u64,
    stream: u32,
    max_iterations: u64,
    max_evaluations: u64,
    target: f64,
    tolerance: f64,
    absolute_tolerance: f64,
) -> PyResult<DifferentialEvolution> {
    let size = population.shape()[0];
    let strategy: Box<dyn Strategy> = match strategy {
        "jde" => Box::new(SelfAdaptive::new(size)),
        "lshade" => Box::new(SuccessHistory::new(size)),
        name => Box::new(Classic::new(Donor::named(name)?, mutation, crossover)),
    };
    let budget = Budget {
        max_iterations,
        max_evaluations,
        target,
    };
    let setting = evolution::Setting {
        lower,
        upper,
        integral,
        boundary: Boundary::named(boundary)?,
        tolerance,
        absolute_tolerance,
    };
    let points = population.as_slice()?;
    Ok(DifferentialEvolution {
        inner: Evolution::new(points, strategy, setting, budget, (seed, stream)),
    })
}

/// Makes a [`Cmaes`].
#[pyfunction(name = "CMAES")]
#[pyo3(signature = (*, mean, sigma, lower, upper, offset, scale, population_size, active, separable,
    boundary, seed, stream, max_iterations, max_evaluations, target, tolerance, parameter_tolerance))]
#[allow(clippy::too_many_arguments)] // what a run is told, by name
fn cmaes(
    mean: Vec<f64>,
    sigma: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    offset: Vec<f64>,
    scale: Vec<f64>,
    population_size: usize,
    active: bool,
    separable: bool,
    boundary: &str,
    seed: u64,
    stream: u32,
    max_iterations: u64,
    max_evaluations: u64,
    target: f64,
    tolerance: f64,
    parameter_tolerance: f64,
) -> PyResult<Cmaes> {
    let setting = cma::Setting {
        mean,
        sigma,
        lower,
        upper,
        offset,
        scale,
        population_size,
        active,
        separable,
        boundary: Boundary::named(boundary)?,
        tolerance,
        parameter_tolerance,
    };
    let budget = Budget {
        max_iterations,
        max_evaluations,
        target,
    };
    Ok(Cmaes {
        inner: Cma::new(setting, budget, (seed, stream)),
    })
}

/// What a run of CMA-ES is governed by.
#[pyclass(frozen, get_all, module = "hft_py._rust.mle")]
struct Constants {
    mu: usize,
    mu_eff: f64,
    c_sigma: f64,
    d_sigma: f64,
    c_c: f64,
    c_1: f64,
    c_mu: f64,
    chi: f64,
    weights: Py<PyArray1<f64>>,
}

/// The tutorial's constants for a dimension and a population size.
#[pyfunction]
#[pyo3(signature = (dimension, population_size, active=true, separable=false, edition=2016))]
fn cma_constants(
    py: Python<'_>,
    dimension: usize,
    population_size: usize,
    active: bool,
    separable: bool,
    edition: u32,
) -> Constants {
    let offset = if edition >= 2023 { 0.25 } else { 0.0 };
    let found = CmaConstants::new(dimension, population_size, active, separable, offset);
    Constants {
        mu: found.mu,
        mu_eff: found.mu_eff,
        c_sigma: found.c_sigma,
        d_sigma: found.d_sigma,
        c_c: found.c_c,
        c_1: found.c_1,
        c_mu: found.c_mu,
        chi: found.chi,
        weights: found.weights.into_pyarray(py).unbind(),
    }
}

/// Add the functions of this module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("STRATEGIES", STRATEGIES)?;
    module.add_function(wrap_pyfunction!(differential_evolution, module)?)?;
    module.add_function(wrap_pyfunction!(cmaes, module)?)?;
    module.add_function(wrap_pyfunction!(cma_constants, module)?)
}
