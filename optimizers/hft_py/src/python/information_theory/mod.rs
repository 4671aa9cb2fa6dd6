//! The Python module `hft_py._rust.information_theory`: arguments were checked in Python.

mod binning;
mod continuous;
mod measures;
mod selection;

use crate::information_theory::binning::Code;
use crate::information_theory::estimator::Estimator;
use crate::information_theory::information::Information;
use crate::information_theory::tables::{Coded, Triple};
use numpy::{Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;

/// A variable from Python: an array of codes or None, and how many values there can be.
type Given<'a, 'py> = (Option<&'a Bound<'py, PyAny>>, usize);

/// Codes of up to three variables, borrowed.
struct Arrays<'py, C: Element> {
    codes: [Option<PyReadonlyArray1<'py, C>>; 3],
    sizes: [usize; 3],
}

impl<'py, C: Code + Element> Arrays<'py, C> {
    fn new(given: [Given<'_, 'py>; 3]) -> PyResult<Self> {
        let borrowed = |(codes, _): Given<'_, 'py>| -> PyResult<_> {
            codes.map(|codes| codes.extract()).transpose()
        };
        let [x, y, z] = given;
        Ok(Self {
            codes: [borrowed(x)?, borrowed(y)?, borrowed(z)?],
            sizes: given.map(|(_, size)| size),
        })
    }

    fn data(&self) -> PyResult<Triple<'_, C>> {
        let variable = |index: usize| -> PyResult<Option<Coded<'_, C>>> {
            let size = self.sizes[index];
            let codes = self.codes[index].as_ref().map(|codes| codes.as_slice());
            Ok(codes.transpose()?.map(|codes| Coded { codes, size }))
        };
        let x = variable(0)?.ok_or_else(|| PyValueError::new_err("x is None"))?;
        let data = Triple {
            x,
            y: variable(1)?,
            z: variable(2)?,
        };
        for (name, other) in [("y", data.y), ("z", data.z)] {
            let found = other.map_or(data.rows(), |other| other.codes.len());
            crate::Error::check_length(name, found, data.rows())?;
        }
        Ok(data)
    }
}

/// Whether codes are bytes; else they are 32-bit words.
fn are_bytes(codes: &Bound<'_, PyAny>) -> bool {
    codes.cast::<PyArray1<u8>>().is_ok()
}

fn estimator_of(name: &str) -> PyResult<Estimator> {
    Estimator::named(name)
        .ok_or_else(|| PyValueError::new_err(format!("estimator={name:?} is unknown")))
}

/// `I(X; Y | Z)`, `H(X | Z)` and `H(Y | Z)` in bits, a row each.
fn table<'py>(py: Python<'py>, found: &[Information], unit: f64) -> PyResult<Matrix<'py>> {
    let numbers: Vec<f64> = found
        .iter()
        .flat_map(|one| [one.shared, one.x, one.y])
        .map(|units| units as f64 * unit)
        .collect();
    PyArray1::from_vec(py, numbers).reshape([found.len(), 3])
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    continuous::register(module)?;
    module.add_function(wrap_pyfunction!(binning::bin_codes, module)?)?;
    module.add_function(wrap_pyfunction!(binning::extremes, module)?)?;
    module.add_function(wrap_pyfunction!(measures::information, module)?)?;
    module.add_function(wrap_pyfunction!(measures::permuted, module)?)?;
    module.add_function(wrap_pyfunction!(measures::rolling, module)?)?;
    module.add_function(wrap_pyfunction!(selection::relevance, module)?)
}
