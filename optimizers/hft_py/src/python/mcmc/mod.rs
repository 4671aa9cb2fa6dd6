//! The Python module `hft_py._rust.mcmc`: arguments were checked in Python.

mod diagnostics;
mod samplers;

use pyo3::prelude::*;

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(samplers::adaptive_metropolis_, module)?)?;
    module.add_function(wrap_pyfunction!(samplers::ensemble_, module)?)?;
    module.add_function(wrap_pyfunction!(samplers::de_mc_, module)?)?;
    module.add_function(wrap_pyfunction!(samplers::parallel_tempering_, module)?)?;
    module.add_function(wrap_pyfunction!(
        diagnostics::effective_sample_size,
        module
    )?)?;
    module.add_function(wrap_pyfunction!(diagnostics::r_hat, module)?)?;
    module.add_function(wrap_pyfunction!(diagnostics::autocorrelation_time, module)?)?;
    module.add_function(wrap_pyfunction!(diagnostics::diagnose, module)?)
}
