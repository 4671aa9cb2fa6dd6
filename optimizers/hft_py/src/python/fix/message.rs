//! The class `Message`: the bytes that Python holds, and where the fields are in them.

use super::PyDictionary;
use super::wording::{
    DECIMAL, READABLE, RESTORED, TO_DATETIME, text, title, wrong_tag, wrong_value,
};
use crate::fix::codec::{Field, Message, View, is_decimal, parse_int, parse_time};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList, PyString, PyTuple};
use std::sync::Arc;

/// No field has this tag: tags have at most nine digits.
const ABSENT: u32 = u32::MAX;

/// See `hft_py.fix.Message`.
#[pyclass(frozen, name = "Message", module = "hft_py._rust.fix")]
pub struct PyMessage {
    data: Py<PyBytes>,
    /// The fields of the whole message, of which this one has those from `start` to `stop`.
    fields: Arc<[Field]>,
    start: usize,
    stop: usize,
    dictionary: Py<PyDictionary>,
}

impl PyMessage {
    pub fn new(data: Py<PyBytes>, fields: &[Field], dictionary: Py<PyDictionary>) -> Self {
        Self {
            data,
            fields: fields.into(),
            start: 0,
            stop: fields.len(),
            dictionary,
        }
    }

    /// A message of a session; its bytes are copied once.
    pub fn of(py: Python<'_>, message: &Message, dictionary: &Py<PyDictionary>) -> Self {
        let view = message.as_view();
        let data = PyBytes::new(py, view.bytes()).unbind();
        Self::new(data, view.fields(), dictionary.clone_ref(py))
    }

    /// All fields, also where this is an entry of a group.
    pub fn whole<'a>(&'a self, py: Python<'a>) -> View<'a> {
        View::new(self.data.as_bytes(py), &self.fields)
    }

    #[inline]
    fn view<'a>(&'a self, py: Python<'a>) -> View<'a> {
        View::new(self.data.as_bytes(py), &self.fields[self.start..self.stop])
    }

    /// The tag of a number or a name.
    #[inline]
    fn tag(&self, tag: &Bound<'_, PyAny>) -> PyResult<u32> {
        self.dictionary.get().tag_of(tag)
    }

    fn raw_value<'a>(&'a self, py: Python<'a>, tag: u32) -> PyResult<&'a [u8]> {
        self.view(py).get(tag).ok_or_else(|| {
            let (name, field) = (self.message_name(py), self.title(tag));
            PyKeyError::new_err(format!("{name} has no {field}"))
        })
    }

    fn message_name<'a>(&'a self, py: Python<'a>) -> std::borrow::Cow<'a, str> {
        let msg_type = self.whole(py).msg_type();
        match self.dictionary.get().inner().message(msg_type) {
            Some(message) => message.name.as_str().into(),
            None => String::from_utf8_lossy(msg_type),
        }
    }

    fn title(&self, tag: u32) -> String {
        title(self.dictionary.get().inner(), tag)
    }

    /// A value read by `parse`, or an error that says what was expected.
    fn typed<'py, T>(
        &self,
        tag: &Bound<'py, PyAny>,
        expected: &str,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> PyResult<T> {
        let py = tag.py();
        let tag = self.tag(tag)?;
        let value = self.raw_value(py, tag)?;
        parse(value).ok_or_else(|| wrong_value(py, &self.title(tag), value, expected))
    }

    fn decimal_text<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<String> {
        self.typed(tag, "a decimal number without exponent", |value| {
            let text = std::str::from_utf8(value).ok()?;
            is_decimal(value).then(|| text.to_owned())
        })
    }
}

#[pymethods]
impl PyMessage {
    #[getter]
    fn bytes(&self, py: Python<'_>) -> Py<PyBytes> {
        self.data.clone_ref(py)
    }

    #[getter]
    fn msg_type<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        text(py, self.whole(py).msg_type())
    }

    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let msg_type = self.whole(py).msg_type();
        match self.dictionary.get().inner().message(msg_type) {
            Some(message) => Ok(PyString::new(py, &message.name)),
            None => text(py, msg_type),
        }
    }

    #[getter]
    fn dictionary(&self, py: Python<'_>) -> Py<PyDictionary> {
        self.dictionary.clone_ref(py)
    }

    fn __getitem__<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
        let py = tag.py();
        text(py, self.raw_value(py, self.tag(tag)?)?)
    }

    fn __contains__(&self, tag: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.view(tag.py()).get(self.tag(tag)?).is_some())
    }

    fn __len__(&self) -> usize {
        self.stop - self.start
    }

    fn __iter__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("'Message' object is not iterable"))
    }

    #[pyo3(signature = (tag, default=None))]
    fn get<'py>(
        &self,
        tag: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = tag.py();
        match self.view(py).get(self.tag(tag)?) {
            Some(value) => Ok(Some(text(py, value)?.into_any())),
            None => Ok(default),
        }
    }

    #[pyo3(signature = (*tags))]
    fn values<'py>(&self, tags: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, view) = (tags.py(), self.view(tags.py()));
        let mut wrong = None;
        let found = PyTuple::new(
            py,
            tags.iter_borrowed().map(|tag| {
                let value = self.tag(&tag).map(|tag| view.get(tag));
                let value = value.and_then(|found| found.map(|one| text(py, one)).transpose());
                value.unwrap_or_else(|error| {
                    wrong = Some(error);
                    None
                })
            }),
        )?;
        wrong.map_or(Ok(found), Err)
    }

    fn raw<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let py = tag.py();
        Ok(PyBytes::new(py, self.raw_value(py, self.tag(tag)?)?))
    }

    fn int(&self, tag: &Bound<'_, PyAny>) -> PyResult<i64> {
        self.typed(tag, "a whole number of 64 bits", parse_int)
    }

    fn float(&self, tag: &Bound<'_, PyAny>) -> PyResult<f64> {
        // Rust's parse rounds to the nearest float, as Python's does.
        self.typed(tag, "a decimal number without exponent", |value| {
            let text = std::str::from_utf8(value).ok()?;
            if is_decimal(value) {
                text.parse().ok()
            } else {
                None
            }
        })
    }

    fn decimal<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let text = self.decimal_text(tag)?;
        DECIMAL.get(tag.py())?.call1((text,))
    }

    fn bool(&self, tag: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.typed(tag, "Y or N", |value| match value {
            b"Y" => Some(true),
            b"N" => Some(false),
            _ => None,
        })
    }

    fn time<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let expected = "a UTC time YYYYMMDD-HH:MM:SS[.sss]";
        let nanoseconds = self.typed(tag, expected, parse_time)?;
        TO_DATETIME.get(tag.py())?.call1((nanoseconds,))
    }

    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Vec<(u32, Bound<'py, PyString>)>> {
        let view = self.view(py);
        let pair = |field: &Field| Ok((field.tag, text(py, view.value(*field))?));
        view.fields().iter().map(pair).collect()
    }

    fn groups<'py>(&self, tag: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let py = tag.py();
        let (tag, view) = (self.tag(tag)?, self.view(py));
        let dictionary = self.dictionary.get().inner();
        let Some(group) = dictionary.group(self.whole(py).msg_type(), tag) else {
            let (name, field) = (self.message_name(py), self.title(tag));
            return Err(PyValueError::new_err(format!(
                "{name} has no group {field}"
            )));
        };
        let Some(count) = view.fields().iter().position(|field| field.tag == tag) else {
            return Ok(PyList::empty(py));
        };
        let mut start = self.start + count + 1;
        let mut entries = Vec::new();
        for entry in view.group(group) {
            let stop = start + entry.fields().len();
            entries.push(self._part(py, start, stop)?);
            start = stop;
        }
        let written = view.value(view.fields()[count]);
        let Some(expected) = parse_int(written) else {
            let expected = "a whole number of 64 bits";
            return Err(wrong_value(py, &self.title(tag), written, expected));
        };
        if usize::try_from(expected) != Ok(entries.len()) {
            return Err(PyValueError::new_err(format!(
                "{}={}, but {} entries follow",
                self.title(tag),
                String::from_utf8_lossy(written),
                entries.len()
            )));
        }
        PyList::new(py, entries)
    }

    /// The fields from one number to another, counted in the whole message.
    fn _part(&self, py: Python<'_>, start: usize, stop: usize) -> PyResult<Self> {
        if start > stop || stop > self.fields.len() {
            let last = self.fields.len();
            let problem = format!("start={start}, stop={stop}, expected at most {last}");
            return Err(PyValueError::new_err(problem));
        }
        Ok(Self {
            data: self.data.clone_ref(py),
            fields: Arc::clone(&self.fields),
            start,
            stop,
            dictionary: self.dictionary.clone_ref(py),
        })
    }

    fn __richcmp__<'py>(
        &self,
        other: &Bound<'py, PyAny>,
        operator: pyo3::basic::CompareOp,
    ) -> PyResult<Py<PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else {
            return Ok(py.NotImplemented());
        };
        let (one, other) = (self.view(py), other.get().view(py));
        let equal = one.bytes() == other.bytes() && one.fields() == other.fields();
        match operator {
            pyo3::basic::CompareOp::Eq => {
                Ok(equal.into_pyobject(py)?.to_owned().into_any().unbind())
            }
            pyo3::basic::CompareOp::Ne => {
                Ok((!equal).into_pyobject(py)?.to_owned().into_any().unbind())
            }
            _ => Ok(py.NotImplemented()),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.data.bind(py).hash()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let shown = READABLE.get(slf.py())?.call1((slf,))?;
        Ok(format!("Message({})", shown.repr()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let state = (&self.dictionary, &self.data, self.start, self.stop);
        (RESTORED.get(py)?, state).into_pyobject(py)
    }
}

/// The tag of a number; of no field where it is none that a message can hold.
#[inline(always)]
pub fn tag_number(tag: &Bound<'_, PyAny>) -> PyResult<u32> {
    if tag.is_exact_instance_of::<PyInt>() {
        return Ok(tag.extract::<u32>().unwrap_or(ABSENT));
    }
    other_number(tag)
}

#[cold]
fn other_number(tag: &Bound<'_, PyAny>) -> PyResult<u32> {
    match tag.extract::<u32>() {
        Ok(number) => Ok(number),
        Err(error) if error.is_instance_of::<PyTypeError>(tag.py()) => Err(wrong_tag(tag)),
        Err(_) => Ok(ABSENT),
    }
}
