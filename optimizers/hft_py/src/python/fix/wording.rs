//! Values and errors as Python has them; rare ones are made by functions in Python, which both
//! kernel sets call.

use crate::fix::dictionary::{Dictionary, DictionaryError, Refusal};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString};

mod raised {
    pyo3::import_exception!(hft_py.fix.errors, DictionaryError);
    pyo3::import_exception!(hft_py.fix.errors, GarbledMessage);
    pyo3::import_exception!(hft_py.fix.errors, RejectedMessage);
}

pub use raised::GarbledMessage;

impl From<DictionaryError> for PyErr {
    fn from(error: DictionaryError) -> Self {
        raised::DictionaryError::new_err(error.to_string())
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        raised::RejectedMessage::new_err((refusal.text, refusal.reason, refusal.tag))
    }
}

/// A function of Python, looked up once.
pub struct Function {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyAny>>,
}

impl Function {
    pub const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            found: PyOnceLock::new(),
        }
    }

    pub fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        self.found.import(py, self.module, self.name)
    }
}

pub static DECIMAL: Function = Function::new("decimal", "Decimal");
pub static TO_DATETIME: Function = Function::new("hft_py.fix.baseline.values", "to_datetime");
pub static TEXT_OF: Function = Function::new("hft_py.fix.text", "text_of");
pub static READABLE: Function = Function::new("hft_py.fix._wording", "readable");
pub static RESTORED: Function = Function::new("hft_py.fix.message", "restored");
pub static PICKLED: Function = Function::new("hft_py.fix.dictionary", "pickled");
static WRONG_VALUE: Function = Function::new("hft_py.fix._wording", "wrong_value");
static WRONG_TAG: Function = Function::new("hft_py.fix._wording", "wrong_tag");
static UNKNOWN: Function = Function::new("hft_py.fix._wording", "unknown");

/// The bytes of a value as text: UTF-8, other bytes by surrogate escapes.
#[inline]
pub fn text<'py>(py: Python<'py>, value: &[u8]) -> PyResult<Bound<'py, PyString>> {
    PyString::from_bytes(py, value).or_else(|_| {
        let bytes = PyBytes::new(py, value);
        PyString::from_encoded_object(&bytes, Some(c"utf-8"), Some(c"surrogateescape"))
    })
}

/// A field as errors name it: `ClOrdID (11)`.
pub fn title(dictionary: &Dictionary, tag: u32) -> String {
    match dictionary.field(tag) {
        Some(field) => format!("{} ({tag})", field.name),
        None => format!("tag {tag}"),
    }
}

/// The error for a value that is not of the type asked for.
pub fn wrong_value(py: Python<'_>, field: &str, value: &[u8], expected: &str) -> PyErr {
    raised_by(py, &WRONG_VALUE, (field, PyBytes::new(py, value), expected))
}

/// The error for a field asked for by something else than a number or a name.
pub fn wrong_tag(tag: &Bound<'_, PyAny>) -> PyErr {
    raised_by(tag.py(), &WRONG_TAG, (tag,))
}

/// The error for a name that the dictionary does not know.
pub fn unknown(py: Python<'_>, kind: &str, name: &str, known: Vec<&str>) -> PyErr {
    raised_by(py, &UNKNOWN, (kind, name, known))
}

/// The exception that a function of Python makes.
fn raised_by<'py, A>(py: Python<'py>, function: &Function, arguments: A) -> PyErr
where
    A: pyo3::call::PyCallArgs<'py>,
{
    match function.get(py).and_then(|make| make.call1(arguments)) {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
