//! The Python module `hft_py._rust.hmm`.

use pyo3::prelude::*;

/// Add the functions of this module.
pub(super) fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
