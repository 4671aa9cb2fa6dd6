//! The Python module `hft_py._rust`: the only user of PyO3.

#[cfg(feature = "full")]
mod execution;
#[cfg(feature = "fix")]
mod fix;
#[cfg(feature = "full")]
mod hmm;
#[cfg(feature = "full")]
mod information_theory;
#[cfg(feature = "full")]
mod mcmc;
#[cfg(feature = "full")]
mod mle;
#[cfg(feature = "full")]
mod objective;
#[cfg(feature = "full")]
mod portfolio;
#[cfg(feature = "full")]
mod risk;
#[cfg(feature = "full")]
mod signatures;
#[cfg(feature = "fix")]
mod venue;
#[cfg(feature = "full")]
mod watch;

use crate::{Error, Stop};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

pub(crate) mod errors {
    //! Exceptions of the package itself, defined in Python.
    pyo3::import_exception!(hft_py.errors, InternalError);
    pyo3::import_exception!(hft_py.errors, ObjectiveError);
}

impl From<Stop> for PyErr {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Callback(cause) => match cause.downcast::<PyErr>() {
                Ok(raised) => *raised,
                Err(other) => errors::ObjectiveError::new_err(other.to_string()),
            },
            other => errors::ObjectiveError::new_err(other.to_string()),
        }
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Stopped(stop) => stop.into(),
            Error::Memory { .. } => PyMemoryError::new_err(error.to_string()),
            Error::Internal(cause) => errors::InternalError::new_err(cause),
            other => PyValueError::new_err(other.to_string()),
        }
    }
}

/// Run a kernel without the interpreter lock; a panic becomes an `InternalError`.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    kernel: impl FnOnce() -> Result<T, Error> + Send,
) -> PyResult<T> {
    match native::python::caught(|| py.detach(kernel)) {
        Ok(result) => result.map_err(PyErr::from),
        Err(cause) => Err(errors::InternalError::new_err(cause)),
    }
}

/// The address of a C function that keeps the contract of compiled objectives, `"rosenbrock"` or
/// `"quadratic"` (`-x' P x / 2`, the matrix `P` in `user_data`): a compiled objective without a
/// compiler, for studies and tests.
#[cfg(feature = "full")]
#[pyfunction]
fn contract_address(name: &str) -> PyResult<usize> {
    crate::objective::contract::named(name)
        .map(|function| function as usize)
        .ok_or_else(|| {
            PyValueError::new_err(format!("name={name:?}, expected rosenbrock or quadratic"))
        })
}

/// Draws of one stream, for the test that both kernel sets draw alike: `(uniforms, normals,
/// integers, uniforms)`, in this order.
#[cfg(feature = "full")]
#[pyfunction]
fn draws(seed: u64, stream: u32, purpose: u32, n: usize, bound: u32) -> [Vec<f64>; 4] {
    let mut source = crate::rng::Stream::new(seed, stream, purpose);
    let uniforms = (0..n).map(|_| source.uniform()).collect();
    let normals = (0..n).map(|_| source.normal()).collect();
    let integers = (0..n).map(|_| f64::from(source.integer(bound))).collect();
    let last = (0..n).map(|_| source.uniform()).collect();
    [uniforms, normals, integers, last]
}

/// For the test that a panic in a kernel reaches Python as an `InternalError`.
#[pyfunction]
fn panic_on_purpose(py: Python<'_>) -> PyResult<()> {
    run(py, || panic!("on purpose"))
}

type Register = fn(&Bound<'_, PyModule>) -> PyResult<()>;

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register_isa(m)?; // rustfft chooses its own
    let py = m.py();
    let modules: &[(&str, Register)] = &[
        #[cfg(feature = "full")]
        ("hmm", hmm::register),
        #[cfg(feature = "full")]
        ("mcmc", mcmc::register),
        #[cfg(feature = "full")]
        ("mle", mle::register),
        #[cfg(feature = "full")]
        ("information_theory", information_theory::register),
        #[cfg(feature = "full")]
        ("signatures", signatures::register),
        #[cfg(feature = "full")]
        ("risk", risk::register),
        #[cfg(feature = "full")]
        ("portfolio", portfolio::register),
        #[cfg(feature = "full")]
        ("execution", execution::register),
        #[cfg(feature = "fix")]
        ("fix", fix::register),
        #[cfg(feature = "fix")]
        ("venue", venue::register),
    ];
    for (name, register) in modules {
        let module = PyModule::new(py, name)?;
        register(&module)?;
        m.add_submodule(&module)?;
    }
    m.add("InternalError", py.get_type::<errors::InternalError>())?;
    #[cfg(feature = "full")]
    {
        m.add_class::<objective::Objective>()?;
        m.add_function(wrap_pyfunction!(contract_address, m)?)?;
        m.add_function(wrap_pyfunction!(draws, m)?)?;
    }
    m.add_function(wrap_pyfunction!(native::python::build_profile, m)?)?;
    m.add_function(wrap_pyfunction!(panic_on_purpose, m)?)
}
