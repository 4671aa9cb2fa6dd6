//! What every extension module needs (feature `python`): kernels without the interpreter lock,
//! panics as exceptions, the facts a benchmark asks for.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Run a kernel without the interpreter lock. A panic becomes a `RuntimeError`.
///
/// PyO3 alone would raise `PanicException`, which `except Exception` does not catch.
///
/// # Errors
/// The kernel's own error, or the panic.
pub fn detach<T: Send, E: Send>(
    py: Python<'_>,
    kernel: impl FnOnce() -> Result<T, E> + Send,
) -> PyResult<T>
where
    PyErr: From<E>,
{
    match caught(|| py.detach(kernel)) {
        Ok(result) => result.map_err(PyErr::from),
        Err(cause) => Err(PyRuntimeError::new_err(format!("internal error: {cause}"))),
    }
}

/// The result of `work`, or the message of its panic.
///
/// # Errors
/// `work` panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a kernel panicked".into())
    })
}

/// `"release"` or `"debug"`: a benchmark refuses the latter.
#[pyfunction]
#[must_use]
pub fn build_profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// The instruction set the kernels run on here: `"portable"`, `"avx2"` or `"avx512"`.
#[pyfunction]
fn simd() -> &'static str {
    crate::Isa::best().name()
}

/// For the test that a panic reaches Python as an exception.
#[pyfunction]
fn panic_on_purpose(py: Python<'_>) -> PyResult<()> {
    detach(py, || -> Result<(), PyErr> { panic!("on purpose") })
}

/// Add `build_profile` and `panic_on_purpose` to an extension module.
///
/// # Errors
/// Python's own.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(build_profile, module)?)?;
    module.add_function(wrap_pyfunction!(panic_on_purpose, module)?)
}

/// Add `simd` to an extension module.
///
/// # Errors
/// `ValueError`, where `QPP_ISA` names no instruction set.
pub fn register_isa(module: &Bound<'_, PyModule>) -> PyResult<()> {
    crate::Isa::cap().map_err(|unknown| PyValueError::new_err(unknown.to_string()))?;
    module.add_function(wrap_pyfunction!(simd, module)?)
}
