//! The Python module `hft_py._rust.mle`: arguments were checked in Python.

mod cma;
mod populations;

use super::objective::Objective;
use super::watch::PyWatch;
use crate::Error;
use crate::mle::search::{self, Search};
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
    Error::check_length(name, numbers.len(), expected)?;
    Ok(numbers.as_slice()?)
}

/// Columns of the history as arrays, which own their numbers from now on.
fn columns<'py>(
    py: Python<'py>,
    history: Vec<(&'static str, usize, Vec<f64>)>,
) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    for (name, width, mut numbers) in history {
        numbers.shrink_to_fit();
        if name == "best_params" || name == "mean" {
            columns.set_item(name, rows(py, numbers, width)?)?;
        } else {
            columns.set_item(name, numbers.into_pyarray(py))?;
        }
    }
    Ok(columns)
}

/// A run of any method.
#[pyclass(module = "hft_py._rust.mle")]
struct Optimiser {
    inner: Box<dyn Search>,
}

#[pymethods]
impl Optimiser {
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
        let search = &mut *self.inner;
        let size = search.next_size();
        if points.shape() != [size, search.dimension()] {
            return Err(PyValueError::new_err(format!(
                "points has shape {:?}, expected ({size}, {})",
                points.shape(),
                search.dimension()
            )));
        }
        let mut values = fitting("values", &values, size)?.to_vec();
        let violations = violations.as_ref();
        let violations = violations.map(|all| fitting("violations", all, size));
        let (points, violations) = (points.as_slice()?, violations.transpose()?);
        Ok(search::tell(search, points, &mut values, violations)?)
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
        let (search, evaluator) = (&mut *self.inner, objective.evaluator());
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

    /// What was recorded after every generation, an array each.
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        columns(py, self.inner.record().history.clone())
    }

    /// The same, handed over: nothing is copied, and the run is over.
    fn take_history<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        columns(py, std::mem::take(&mut self.inner.record_mut().history))
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

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("STRATEGIES", STRATEGIES)?;
    module.add_function(wrap_pyfunction!(
        populations::differential_evolution,
        module
    )?)?;
    module.add_function(wrap_pyfunction!(populations::particle_swarm, module)?)?;
    module.add_function(wrap_pyfunction!(populations::genetic_algorithm, module)?)?;
    module.add_function(wrap_pyfunction!(populations::dual_annealing, module)?)?;
    module.add_function(wrap_pyfunction!(cma::cmaes, module)?)?;
    module.add_function(wrap_pyfunction!(cma::cma_constants, module)?)
}
