//! The Python module `hft_py._rust.fix`: messages and dictionaries, sessions and engines.

pub(super) mod config;
mod dictionary;
mod encode;
mod engine;
mod link;
mod message;
mod queue;
mod wording;

pub use dictionary::PyDictionary;
pub use message::PyMessage;

use pyo3::prelude::*;

/// Add the classes and functions of all files here.
///
/// # Errors
/// Python's own.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyMessage>()?;
    module.add_class::<PyDictionary>()?;
    module.add_class::<engine::PyEngine>()?;
    module.add_class::<link::PyLink>()?;
    module.add_function(wrap_pyfunction!(engine::exit_at_store_write, module)?)
}
