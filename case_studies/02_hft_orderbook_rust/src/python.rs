//! The Python module `hft_orderbook._rust`: the only use of PyO3.

mod any_book;
mod book;
mod events;
mod load;
mod orders;
mod sequencer;

use crate::Error;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::sync::TryLockError;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Memory { .. } => PyMemoryError::new_err(error.to_string()),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}

/// A whole number of 64 bits from Python, or a `ValueError` that names the argument.
fn whole<'py, T>(argument: &str, value: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    value.extract().map_err(|_| {
        let bits = 8 * size_of::<T>();
        PyValueError::new_err(format!(
            "{argument}={value}: expected a whole number of {bits} bits"
        ))
    })
}

/// The refusal of a single event, with what it is made of: Python names prices and sizes.
fn refusal(py: Python<'_>, error: Error) -> PyResult<PyErr> {
    let error = match error {
        Error::Event { source, .. } => *source,
        other => other,
    };
    let (reason, lots) = match error {
        Error::Underflow { lots, .. } => ("Underflow", Some(lots)),
        Error::QuantityOverflow { lots, .. } => ("QuantityOverflow", Some(lots)),
        Error::PriceOverflow { .. } => ("PriceOverflow", None),
        Error::NegativeQuantity { .. } => ("NegativeQuantity", None),
        _ => ("", None),
    };
    let raised = PyErr::from(error);
    raised.value(py).setattr("reason", reason)?;
    raised.value(py).setattr("lots", lots)?;
    Ok(raised)
}

fn in_use<T>(error: TryLockError<T>) -> PyErr {
    PyRuntimeError::new_err(match error {
        TryLockError::WouldBlock => "this book is in use by another thread",
        TryLockError::Poisoned(_) => "a call on this book failed half-way: make another book",
    })
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register(m)?;
    m.add_class::<book::PyBook>()?;
    m.add_class::<sequencer::PySequencer>()?;
    m.add_class::<orders::PyOrderTracker>()?;
    m.add_function(wrap_pyfunction!(load::load_binance, m)?)?;
    m.add_function(wrap_pyfunction!(load::load_lobster, m)?)?;
    m.add_function(wrap_pyfunction!(load::flow_events, m)?)?;
    m.add_function(wrap_pyfunction!(load::published_events, m)?)?;
    m.add("HOT_BYTES", crate::ring::HOT_BYTES)?;
    m.add("MAX_TICK", crate::MAX_TICK)?;
    m.add("MAX_LOTS", crate::MAX_LOTS)?;
    m.add("NO_TICK", crate::run::NO_TICK)?;
    Ok(())
}
