//! The class `Dictionary`, which decodes, encodes and validates.

use super::encode;
use super::message::{PyMessage, tag_number};
use super::wording::{GarbledMessage, PICKLED, unknown};
use crate::fix::codec::{Framed, Index, View, frame};
use crate::fix::dictionary::{Checks, Dictionary, FIX42};
use crate::python::errors::InternalError;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyInt, PyMemoryView, PyString};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    /// The index of the last message decoded by this thread, to be used again.
    static INDEX: Cell<Index> = Cell::default();
}

/// See `hft_py.fix.Dictionary`.
#[pyclass(frozen, name = "Dictionary", module = "hft_py._rust.fix")]
pub struct PyDictionary {
    inner: Arc<Dictionary>,
}

impl PyDictionary {
    /// The dictionary itself.
    pub fn inner(&self) -> &Arc<Dictionary> {
        &self.inner
    }

    /// The tag of a number or a name.
    #[inline(always)]
    pub fn tag_of(&self, tag: &Bound<'_, PyAny>) -> PyResult<u32> {
        if tag.is_exact_instance_of::<PyInt>() {
            return tag_number(tag);
        }
        self.other_tag(tag)
    }

    fn other_tag(&self, tag: &Bound<'_, PyAny>) -> PyResult<u32> {
        if let Ok(name) = tag.cast::<PyString>() {
            return self.named(tag.py(), &name.to_cow()?);
        }
        tag_number(tag)
    }

    /// The MsgType of a MsgType or of a message's name.
    pub fn msg_type_of<'a>(&'a self, py: Python<'_>, msg_type: &'a str) -> PyResult<&'a str> {
        if self.inner.knows(msg_type.as_bytes()) {
            return Ok(msg_type);
        }
        let known = self.inner.messages();
        if let Some(found) = known.iter().find(|message| message.name == msg_type) {
            return Ok(&found.msg_type);
        }
        let known = known.iter().map(|message| message.name.as_str());
        Err(unknown(py, "message", msg_type, known.collect()))
    }

    fn named(&self, py: Python<'_>, name: &str) -> PyResult<u32> {
        match self.inner.field_named(name) {
            Some(field) => Ok(field.tag),
            None => {
                let known = self.inner.fields().iter().map(|field| field.name.as_str());
                Err(unknown(py, "field", name, known.collect()))
            }
        }
    }
}

#[pymethods]
impl PyDictionary {
    #[staticmethod]
    fn parse(text: &str) -> PyResult<Self> {
        let inner = if text == FIX42 {
            Dictionary::fix42()
        } else {
            Arc::new(Dictionary::parse(text)?)
        };
        Ok(Self { inner })
    }

    fn extend(&self, text: &str) -> PyResult<Self> {
        let inner = Arc::new(self.inner.extend(text)?);
        Ok(Self { inner })
    }

    #[getter]
    fn text(&self) -> &str {
        self.inner.text()
    }

    #[getter]
    fn begin_string(&self) -> &str {
        self.inner.begin_string()
    }

    #[getter]
    fn messages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        for message in self.inner.messages() {
            found.set_item(&message.msg_type, &message.name)?;
        }
        Ok(found)
    }

    fn tag<'py>(&self, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(text) = name.cast::<PyString>() {
            let tag = self.named(name.py(), &text.to_cow()?)?;
            return Ok(tag.into_pyobject(name.py())?.into_any());
        }
        tag_number(name)?;
        Ok(name.clone())
    }

    fn name(&self, tag: &Bound<'_, PyAny>) -> PyResult<Option<&str>> {
        let field = self.inner.field(tag_number(tag)?);
        Ok(field.map(|field| field.name.as_str()))
    }

    fn label(&self, tag: &Bound<'_, PyAny>, value: &str) -> PyResult<Option<&str>> {
        let field = self.inner.field(self.tag_of(tag)?);
        let labelled = field.and_then(|field| field.values.iter().find(|one| one.0 == value));
        Ok(labelled.map(|one| one.1.as_str()))
    }

    #[pyo3(signature = (data, validate=false))]
    fn decode(
        slf: &Bound<'_, Self>,
        data: &Bound<'_, PyAny>,
        validate: bool,
    ) -> PyResult<PyMessage> {
        let data = bytes_of(data)?;
        let bytes = data.as_bytes();
        let mut index = INDEX.take();
        let dictionary = &slf.get().inner;
        let decoded = native::python::caught(|| {
            read(&mut index, bytes, dictionary)?;
            let view = index.view(bytes);
            if validate {
                dictionary.validate(view, &Checks::default())?;
            }
            let owner = slf.clone().unbind();
            Ok(PyMessage::new(data.clone().unbind(), view.fields(), owner))
        });
        INDEX.set(index);
        decoded.unwrap_or_else(|panic| Err(InternalError::new_err(panic)))
    }

    fn encode<'py>(
        &self,
        msg_type: &str,
        fields: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let msg_type = self.msg_type_of(fields.py(), msg_type)?;
        native::python::caught(|| encode::encode(self, msg_type, fields))
            .unwrap_or_else(|panic| Err(InternalError::new_err(panic)))
    }

    #[pyo3(signature = (message, *, fields_order=true, values=true, user_defined=true, required=true))]
    fn validate(
        &self,
        message: &Bound<'_, PyAny>,
        fields_order: bool,
        values: bool,
        user_defined: bool,
        required: bool,
    ) -> PyResult<()> {
        let py = message.py();
        let checks = Checks {
            fields_order,
            values,
            user_defined,
            required,
        };
        let check = |view: View<'_>| {
            native::python::caught(|| self.inner.validate(view, &checks).map_err(PyErr::from))
                .unwrap_or_else(|panic| Err(InternalError::new_err(panic)))
        };
        if let Ok(own) = message.cast::<PyMessage>() {
            return check(own.get().whole(py));
        }
        let data: Bound<'_, PyBytes> = message.getattr("bytes")?.cast_into()?;
        let mut index = Index::new();
        read(&mut index, data.as_bytes(), &self.inner)?;
        check(index.view(data.as_bytes()))
    }

    fn __repr__(&self) -> String {
        let (version, messages) = (self.inner.begin_string(), self.inner.messages().len());
        format!("Dictionary('{version}', {messages} messages)")
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PICKLED.get(py)?.call1((self.inner.text(),))
    }
}

/// The bytes themselves; a copy of those that may change.
fn bytes_of<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(bytes.clone());
    }
    if data.is_instance_of::<PyByteArray>() || data.is_instance_of::<PyMemoryView>() {
        let copied = data.py().get_type::<PyBytes>().call1((data,))?;
        return Ok(copied.cast_into()?);
    }
    let name = data.get_type().name()?;
    let problem = format!("data is a {name}, expected bytes");
    Err(PyTypeError::new_err(problem))
}

/// Find the fields of exactly one message.
fn read(index: &mut Index, bytes: &[u8], dictionary: &Dictionary) -> PyResult<()> {
    let why = match frame(bytes, usize::MAX) {
        Framed::Message(length) if length == bytes.len() => {
            let scanned = index.scan(bytes, dictionary.data_tags());
            return scanned.map_err(|why| GarbledMessage::new_err(why.to_string()));
        }
        Framed::Message(length) => format!("{} bytes after the message", bytes.len() - length),
        Framed::Incomplete => "the message is incomplete".to_owned(),
        Framed::Garbled { why, .. } => why.to_string(),
    };
    Err(GarbledMessage::new_err(why))
}
