//! The Python module `hft_py._rust.execution`: the functions of `hft_py.execution.baseline`.

mod fills;
mod resting;
mod schedules;
mod texts;

use pyo3::prelude::*;

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(schedules::plan_children, m)?)?;
    fills::register(m)?;
    resting::register(m)?;
    texts::register(m)
}
