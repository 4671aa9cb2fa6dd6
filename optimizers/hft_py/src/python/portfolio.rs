//! The Python module `hft_py._rust.portfolio`: arguments were checked in Python.

use pyo3::prelude::*;

/// No kernel is registered yet.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
