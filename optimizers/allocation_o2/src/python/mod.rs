//! The Python module `allocation_o2._rust`: the only user of PyO3.

mod arrays;
mod values;

use crate::host::{self, Error, Instance, Kind, Stopped, Value};
use crate::strategies;
use allocation_o2::Dates;
use arrays::{view, writable};
use numpy::{PyArray1, PyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use values::{object, read};

mod errors {
    //! Exceptions of the package itself, defined in Python.
    pyo3::import_exception!(allocation_o2.errors, LibraryError);
    pyo3::import_exception!(allocation_o2.errors, StrategyError);
    pyo3::import_exception!(allocation_o2.errors, StrategyPanic);
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Library(message) => errors::LibraryError::new_err(message),
            Error::Parameter(message) => PyValueError::new_err(message),
            Error::Strategy(message) => errors::StrategyError::new_err(message),
            Error::Panic(message) => errors::StrategyPanic::new_err(message),
        }
    }
}

/// A kind of strategy: one that is built in, or one from a library.
#[pyclass(frozen, module = "allocation_o2._rust")]
struct Strategy(Arc<Kind>);

type Row<'py> = (
    String,
    &'static str,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
    String,
);

#[pymethods]
impl Strategy {
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn doc(&self) -> &str {
        &self.0.doc
    }

    #[getter]
    fn allow_cash(&self) -> bool {
        self.0.allow_cash
    }

    #[getter]
    fn uses_current(&self) -> bool {
        self.0.uses_current
    }

    /// For each parameter its name, type, default, least and largest value, and description.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Vec<Row<'py>>> {
        let row = |one: &host::Parameter| {
            let (kind, low) = match one.initial {
                Value::Bool(_) => ("bool", one.low),
                Value::Integer(_) => ("int", one.low),
                Value::Whole(_) => ("int", one.low.or(Some(Value::Whole(0)))),
                Value::Real(_) => ("float", one.low),
            };
            let end = |end: Option<Value>| end.map(|value| object(py, value)).transpose();
            let (initial, low, high) = (object(py, one.initial)?, end(low)?, end(one.high)?);
            Ok((one.name.clone(), kind, initial, low, high, one.doc.clone()))
        };
        self.0.parameters.iter().map(row).collect()
    }

    /// An instance with these values of parameters, by name; the others have their defaults.
    fn create(&self, values: &Bound<'_, PyDict>) -> PyResult<Runner> {
        let mut chosen: Vec<_> = self.0.parameters.iter().map(|one| one.initial).collect();
        for (name, value) in values {
            let (index, given) = read(&self.0, &name.extract::<String>()?, &value)?;
            chosen[index] = given;
        }
        Ok(Runner(Instance::new(self.0.clone(), &chosen)?))
    }

    fn __repr__(&self) -> String {
        format!("<strategy {}>", self.0.name)
    }
}

/// A strategy with its parameters.
#[pyclass(name = "Instance", module = "allocation_o2._rust")]
struct Runner(Instance);

#[pymethods]
impl Runner {
    /// Change a parameter.
    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let (index, value) = read(self.0.kind(), name, value)?;
        Ok(self.0.set(index, value)?)
    }

    /// The fewest observations that `predict` needs.
    fn min_observations(&self) -> PyResult<usize> {
        Ok(self.0.min_observations()?)
    }

    /// Write weights in place, unchecked; on entry they are those held now, or zeros.
    fn predict(
        &self,
        py: Python<'_>,
        prices: &Bound<'_, PyArray2<f64>>,
        weights: &Bound<'_, PyArray1<f64>>,
    ) -> PyResult<()> {
        let prices = view(prices)?;
        let weights = writable(weights, weights.len(), prices.n_assets())?;
        let done = py.detach(|| self.0.predict(&prices, weights));
        Ok(done?)
    }

    /// Write the checked weights of every date into the rows of `weights`.
    #[pyo3(signature = (prices, weights, first, step, window, threads, progress=None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "a run as the Python side describes it"
    )]
    fn rolling(
        &self,
        py: Python<'_>,
        prices: &Bound<'_, PyArray2<f64>>,
        weights: &Bound<'_, PyArray2<f64>>,
        first: usize,
        step: usize,
        window: usize,
        threads: usize,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        let prices = view(prices)?;
        let [dates, columns] = [weights.shape()[0], weights.shape()[1]];
        let rows = writable(weights, columns, prices.n_assets())?;
        let last = dates
            .saturating_sub(1)
            .checked_mul(step)
            .and_then(|far| far.checked_add(first));
        if last.is_none_or(|last| last >= prices.n_observations()) {
            return Err(PyValueError::new_err(format!(
                "{dates} dates from {first} by {step}, expected them within the {} observations",
                prices.n_observations()
            )));
        }
        let follow = |done: usize| {
            Python::attach(|py| {
                py.check_signals()?;
                progress
                    .as_ref()
                    .map_or(Ok(()), |call| call.call1(py, (done, dates)).map(drop))
            })
        };
        let when = Dates {
            first,
            step,
            window,
        };
        let done = py.detach(|| host::rolling(&self.0, &prices, rows, when, threads, &mut &follow));
        match done {
            Ok(()) => follow(dates),
            Err(Stopped::Followed(error)) => Err(error),
            Err(Stopped::Row(row, error)) => {
                let error = PyErr::from(error);
                let raised = error.value(py);
                let note = format!(
                    "at observation {}, row {row} of the weights",
                    first + row * step
                );
                raised.setattr("row", row)?;
                raised.call_method1("add_note", (note,))?;
                Err(error)
            }
        }
    }
}

/// The kind of strategy in a compiled library; opening it runs the code in it.
#[pyfunction]
fn open(py: Python<'_>, path: PathBuf) -> PyResult<Strategy> {
    Ok(Strategy(py.detach(|| host::open(&path))?))
}

/// A strategy that is built in.
#[pyfunction]
fn builtin(name: &str) -> PyResult<Strategy> {
    let all = strategies::all();
    match all.iter().find(|(known, _)| *known == name) {
        Some((_, table)) => Ok(Strategy(Kind::new(table)?)),
        None => Err(PyValueError::new_err(format!(
            "name={name:?}, expected one of {}",
            builtins().join(", ")
        ))),
    }
}

/// The names of the strategies that are built in.
#[pyfunction]
fn builtins() -> Vec<&'static str> {
    strategies::all()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// The place of the first price, row by row, that is not finite and above zero; -1 for none.
#[pyfunction]
fn first_bad_price(py: Python<'_>, prices: &Bound<'_, PyArray2<f64>>) -> PyResult<i64> {
    let prices = view(prices)?;
    let place = py.detach(|| host::first_bad_price(&prices));
    Ok(place.map_or(-1, |(asset, at)| {
        (asset * prices.n_observations() + at) as i64
    }))
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register_isa(m)?;
    // NumPy's functions are looked up now: Ctrl-C during that, at a later call, would be a panic.
    drop(PyArray1::<f64>::zeros(m.py(), 0, false));
    m.add_class::<Strategy>()?;
    m.add_class::<Runner>()?;
    m.add_function(wrap_pyfunction!(native::python::build_profile, m)?)?;
    m.add_function(wrap_pyfunction!(open, m)?)?;
    m.add_function(wrap_pyfunction!(builtin, m)?)?;
    m.add_function(wrap_pyfunction!(builtins, m)?)?;
    m.add_function(wrap_pyfunction!(first_bad_price, m)?)
}
