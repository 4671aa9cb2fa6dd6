//! Argument checks: integers, and arrays that are read in place.

use native::threads::usable;
use numpy::ndarray::Dimension;
use numpy::{Element, PyArray, PyArray1, PyArrayMethods, PyReadonlyArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

/// An integer; a `bool` is refused.
fn integer(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let message = |expected: &str| format!("{name}={}, expected {expected}", short_repr(value));
    if value.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err(message("an integer")));
    }
    value.extract().map_err(|error: PyErr| {
        if !error.is_instance_of::<PyOverflowError>(value.py()) {
            PyTypeError::new_err(message("an integer"))
        } else if value.lt(0).unwrap_or(false) {
            PyValueError::new_err(message("0 or more"))
        } else {
            PyValueError::new_err(message("at most 2**48"))
        }
    })
}

/// The `repr` of a value, shortened.
fn short_repr(value: &Bound<'_, PyAny>) -> String {
    let text = value.repr().map_or_else(|_| "?".into(), |r| r.to_string());
    if text.chars().count() <= 60 {
        return text;
    }
    text.chars().take(57).chain("...".chars()).collect()
}

/// A number of observations or lags.
pub(super) fn size(name: &str, value: &Bound<'_, PyAny>, most: usize) -> PyResult<usize> {
    let number = integer(name, value)?;
    let size = usize::try_from(number)
        .map_err(|_| PyValueError::new_err(format!("{name}={number}, expected 0 or more")))?;
    if size > most {
        let power = most.ilog2();
        return Err(PyValueError::new_err(format!(
            "{name}={size}, expected at most 2**{power}"
        )));
    }
    Ok(size)
}

/// A number of threads: 0 means all usable cores.
pub(super) fn threads(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    let number = integer("threads", value)?;
    usize::try_from(number).map(usable).map_err(|_| {
        PyValueError::new_err(format!(
            "threads={number}, expected 1 or more, or 0 for all cores"
        ))
    })
}

/// Whether a number of threads is the default or the integer 1.
pub(super) fn is_one(threads: Option<&Bound<'_, PyAny>>) -> bool {
    threads.is_none_or(|given| integer("threads", given).is_ok_and(|number| number == 1))
}

const EXPECTED: &str = "a plan takes a one-dimensional contiguous float64 array";

/// An array of doubles for a plan, which never copies.
pub(super) fn doubles<'a, 'py>(
    name: &str,
    array: &'a Bound<'py, PyAny>,
) -> PyResult<&'a Bound<'py, PyArray1<f64>>> {
    let exact = array.cast_exact::<PyArray1<f64>>();
    let Ok(found) = exact.or_else(|_| array.cast::<PyArray1<f64>>()) else {
        return Err(PyTypeError::new_err(describe_mismatch(name, array)));
    };
    if array.cast_exact::<PyArray1<f64>>().is_err() && array.hasattr("mask")? {
        return Err(PyTypeError::new_err(format!(
            "{name} is a masked array: pass its values, {name}.compressed() or {name}.data"
        )));
    }
    if !found.is_aligned() {
        return Err(PyValueError::new_err(format!(
            "{name} is not aligned in memory: pass {name}.copy()"
        )));
    }
    if !found.is_contiguous() {
        return Err(PyValueError::new_err(format!(
            "{name} is not contiguous: pass numpy.ascontiguousarray({name})"
        )));
    }
    Ok(found)
}

/// Why something is not a one-dimensional array of doubles.
fn describe_mismatch(name: &str, array: &Bound<'_, PyAny>) -> String {
    let text = |attribute: &str| {
        let value = array.getattr(attribute).ok()?;
        Some(
            value
                .cast::<PyString>()
                .map_or_else(|_| value.str().ok(), |s| Some(s.clone()))?
                .to_string(),
        )
    };
    let kind = || {
        array
            .get_type()
            .name()
            .map_or_else(|_| "?".into(), |n| n.to_string())
    };
    match (
        text("dtype"),
        array.getattr("ndim").and_then(|d| d.extract::<usize>()),
    ) {
        (Some(dtype), Ok(1)) if dtype == "float64" => {
            format!("{name} is a {}: {EXPECTED}, {name}.to_numpy()", kind())
        }
        (Some(dtype), Ok(dimensions)) if dtype == "float64" => {
            format!("{name} has {dimensions} dimensions: {EXPECTED}")
        }
        (Some(dtype), _) => format!("{name} has dtype {dtype}: {EXPECTED}"),
        (None, _) => format!("{name} is a {}: {EXPECTED}", kind()),
    }
}

/// `array`, for reading; another thread's plan may be writing to it.
pub(super) fn reading<'py, T: Element, D: Dimension>(
    name: &str,
    array: &Bound<'py, PyArray<T, D>>,
) -> PyResult<PyReadonlyArray<'py, T, D>> {
    array.try_readonly().map_err(|error| {
        PyValueError::new_err(format!(
            "{name} cannot be read while a plan writes to it: {error}"
        ))
    })
}
