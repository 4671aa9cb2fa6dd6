//! Values of parameters, from Python and to it.

use crate::host::{Kind, Value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat};

/// The index of a parameter and a value for it, of its type; the range is the strategy's affair.
pub(super) fn read(kind: &Kind, name: &str, value: &Bound<'_, PyAny>) -> PyResult<(usize, Value)> {
    let (index, parameter) = kind
        .parameter(name)
        .map_err(|error| PyTypeError::new_err(error.to_string()))?;
    let py = value.py();
    let limits = PyDict::new(py);
    let (check, ends) = match parameter.initial {
        Value::Bool(_) => ("flag", None),
        Value::Real(_) => ("real_number", None),
        Value::Integer(_) => (
            "whole_number",
            Some((Value::Integer(i64::MIN), Value::Integer(i64::MAX))),
        ),
        Value::Whole(_) => (
            "whole_number",
            Some((Value::Whole(0), Value::Whole(u64::MAX))),
        ),
    };
    if let Some((low, high)) = ends {
        limits.set_item("least", object(py, parameter.low.unwrap_or(low))?)?;
        limits.set_item("most", object(py, parameter.high.unwrap_or(high))?)?;
    }
    // The words of every other argument.
    let checks = py.import("hft_py.checks")?;
    let checked = checks.call_method(check, (name, value), Some(&limits))?;
    let value = match parameter.initial {
        Value::Bool(_) => Value::Bool(checked.extract()?),
        Value::Integer(_) => Value::Integer(checked.extract()?),
        Value::Whole(_) => Value::Whole(checked.extract()?),
        Value::Real(_) => Value::Real(checked.extract()?),
    };
    Ok((index, value))
}

pub(super) fn object(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    Ok(match value {
        Value::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        Value::Integer(value) => value.into_pyobject(py)?.into_any(),
        Value::Whole(value) => value.into_pyobject(py)?.into_any(),
        Value::Real(value) => PyFloat::new(py, value).into_any(),
    })
}
