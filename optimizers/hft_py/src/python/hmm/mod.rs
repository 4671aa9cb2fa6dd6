//! The Python module `hft_py._rust.hmm`: the functions of `hft_py.hmm.baseline`, compiled.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

mod fitting;
mod recursions;
mod steps;

use super::run;
use crate::hmm::{HmmError, Kind, Model, Series};
use crate::memory;
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Cube<'py> = Bound<'py, PyArray3<f64>>;
type Path<'py> = Bound<'py, PyArray1<i64>>;

fn refused(error: HmmError) -> PyErr {
    match error {
        HmmError::Other(error) => error.into(),
        impossible => PyValueError::new_err(impossible.to_string()),
    }
}

/// Run a kernel without the interpreter lock.
fn work<T: Send>(
    py: Python<'_>,
    kernel: impl FnOnce() -> Result<T, HmmError> + Send,
) -> PyResult<T> {
    run(py, || Ok(kernel()))?.map_err(refused)
}

fn kind_of(name: &str) -> PyResult<Kind> {
    Kind::named(name).ok_or_else(|| PyValueError::new_err(format!("kind={name:?} is unknown")))
}

/// A model and a series, checked and borrowed.
struct Input<'py> {
    model: Model,
    x: PyReadonlyArray2<'py, f64>,
    lengths: Vec<usize>,
}

impl<'py> Input<'py> {
    fn new(
        kind: &str,
        start: &PyReadonlyArray1<'py, f64>,
        transition: &PyReadonlyArray2<'py, f64>,
        theta: &PyReadonlyArray2<'py, f64>,
        x: PyReadonlyArray2<'py, f64>,
        lengths: &PyReadonlyArray1<'py, i64>,
    ) -> PyResult<Self> {
        let kind = kind_of(kind)?;
        let dimension = x.shape()[1];
        let model = Model::new(
            kind,
            start.as_slice()?,
            transition.as_slice()?,
            theta.as_slice()?,
            dimension,
        )?;
        Ok(Self {
            lengths: sizes(lengths)?,
            model,
            x,
        })
    }

    fn series(&self) -> PyResult<Series<'_>> {
        Ok(Series::new(
            self.x.as_slice()?,
            self.model.dimension,
            &self.lengths,
        )?)
    }

    fn states(&self) -> usize {
        self.model.states()
    }

    /// Whether there is memory for so many numbers a row, given the number of states.
    fn ensure_allocatable(&self, each: impl Fn(usize) -> usize) -> PyResult<()> {
        let rows = self.x.shape()[0];
        Ok(memory::ensure_allocatable(&[memory::product(&[
            rows,
            each(self.states()),
        ])])?)
    }
}

fn sizes(lengths: &PyReadonlyArray1<'_, i64>) -> PyResult<Vec<usize>> {
    let sizes = lengths.as_slice()?.iter().map(|n| {
        usize::try_from(*n)
            .map_err(|_| PyValueError::new_err(format!("lengths has {n}, expected 1 or more")))
    });
    sizes.collect()
}

fn table<'py>(py: Python<'py>, cells: Vec<f64>, columns: usize) -> PyResult<Matrix<'py>> {
    let rows = cells.len() / columns;
    cells.into_pyarray(py).reshape([rows, columns])
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(steps::log_densities, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::forward_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::filtered_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::last_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::score_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::viterbi_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::backward_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::smoothed_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::pairwise_, module)?)?;
    module.add_function(wrap_pyfunction!(recursions::fixed_lag_, module)?)?;
    module.add_function(wrap_pyfunction!(steps::step, module)?)?;
    module.add_function(wrap_pyfunction!(steps::simulate, module)?)?;
    module.add_function(wrap_pyfunction!(fitting::fit, module)?)
}
