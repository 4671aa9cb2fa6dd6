//! Ids by their hashes.

use crate::execution::hashes::{Hashes, match_hashes as places_of, repeated_hash as repeated};
use crate::python::run;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

type Words<'py> = PyReadonlyArray1<'py, u64>;

/// The place of the first hash that was there before, or -1.
#[pyfunction]
fn repeated_hash(py: Python<'_>, values: Words<'_>) -> PyResult<i64> {
    let values = values.as_slice()?;
    let found = run(py, || Ok(repeated(values)))?;
    Ok(found.map_or(-1, |row| row as i64))
}

/// Places of values among keys: see the Python function of that name.
#[pyfunction]
fn match_hashes<'py>(
    py: Python<'py>,
    keys: (Words<'py>, Words<'py>),
    values: (Words<'py>, Words<'py>),
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let keys = Hashes {
        first: keys.0.as_slice()?,
        second: keys.1.as_slice()?,
    };
    let values = Hashes {
        first: values.0.as_slice()?,
        second: values.1.as_slice()?,
    };
    Ok(run(py, || places_of(keys, values))?.into_pyarray(py))
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(repeated_hash, m)?)?;
    m.add_function(wrap_pyfunction!(match_hashes, m)?)
}
