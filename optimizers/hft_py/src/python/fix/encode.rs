//! Python's values written as the fields of a message.

use super::PyDictionary;
use super::wording::{TEXT_OF, title};
use crate::fix::codec::{Decimal, Encoder, SOH, parse_int};
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use std::cell::Cell;
use std::io::Write;

thread_local! {
    /// The buffer of the last message encoded by this thread, to be used again.
    static ENCODER: Cell<Encoder> = Cell::default();
}

/// The bytes of a message.
pub fn encode<'py>(
    dictionary: &PyDictionary,
    msg_type: &str,
    fields: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    // Taken, not borrowed: a value may call Python, which may encode.
    let mut encoder = ENCODER.take();
    let mut written = Body::write(dictionary, &mut encoder, msg_type, fields, false);
    if let Ok(ends) = written {
        let message = encoder.finish();
        if count_ends(message) == ends {
            let message = PyBytes::new(fields.py(), message);
            ENCODER.set(encoder);
            return Ok(message);
        }
        // Once more, to find the field; there is none where `fields` can be read only once.
        written = Body::write(dictionary, &mut encoder, msg_type, fields, true);
    }
    ENCODER.set(encoder);
    let unnamed = || PyValueError::new_err("a value in fields holds SOH, which ends a field");
    Err(written.map_or_else(|error| error, |_| unnamed()))
}

/// How many fields end in these bytes.
fn count_ends(message: &[u8]) -> usize {
    let count = |piece: &[u8]| piece.iter().map(|byte| u8::from(*byte == SOH)).sum::<u8>();
    // Pieces that a byte can count.
    message
        .chunks(128)
        .map(|piece| usize::from(count(piece)))
        .sum()
}

struct Body<'a, S> {
    dictionary: &'a PyDictionary,
    sink: &'a mut S,
    /// The data field that must come next and its length, after a length field.
    announced: Option<(u32, i64)>,
    /// How many SOH the message must hold.
    ends: usize,
    /// Look for SOH in each value.
    careful: bool,
}

/// Takes the fields of a message in their order.
pub trait Sink {
    fn field(&mut self, tag: u32, value: &[u8]);
    fn int(&mut self, tag: u32, value: i64);
    fn decimal(&mut self, tag: u32, value: Decimal);
}

impl Sink for Encoder {
    #[inline]
    fn field(&mut self, tag: u32, value: &[u8]) {
        Encoder::field(self, tag, value);
    }

    #[inline]
    fn int(&mut self, tag: u32, value: i64) {
        Encoder::int(self, tag, value);
    }

    #[inline]
    fn decimal(&mut self, tag: u32, value: Decimal) {
        Encoder::decimal(self, tag, value);
    }
}

/// Write Python's fields to `sink`, which the fields of a session's message are.
pub fn write(
    dictionary: &PyDictionary,
    fields: &Bound<'_, PyAny>,
    sink: &mut impl Sink,
) -> PyResult<()> {
    let mut body = Body {
        dictionary,
        sink,
        announced: None,
        ends: 0,
        careful: true,
    };
    body.fields(fields)
}

impl<'a> Body<'a, Encoder> {
    /// Write all fields; how many SOH the message then must hold.
    fn write(
        dictionary: &'a PyDictionary,
        encoder: &'a mut Encoder,
        msg_type: &str,
        fields: &Bound<'_, PyAny>,
        careful: bool,
    ) -> PyResult<usize> {
        let begin_string = dictionary.inner().begin_string();
        encoder.start(begin_string.as_bytes(), msg_type.as_bytes());
        let mut body = Self {
            dictionary,
            sink: encoder,
            announced: None,
            ends: 4, // those of 8, 9, 35 and 10
            careful,
        };
        body.fields(fields)?;
        Ok(body.ends)
    }
}

impl<S: Sink> Body<'_, S> {
    fn fields(&mut self, fields: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(fields) = fields.cast::<PyDict>() {
            return self.dict(fields);
        }
        if let Ok(fields) = fields.cast::<PyList>() {
            return fields.iter().try_for_each(|pair| self.pair(&pair));
        }
        let pairs = if fields.hasattr("items")? {
            fields.call_method0("items")?
        } else {
            fields.clone()
        };
        pairs.try_iter()?.try_for_each(|pair| self.pair(&pair?))
    }

    /// Write a tag that is an integer and a value that is a text or an integer, as most are; false,
    /// and nothing written, where they are something else or have to be checked.
    ///
    /// Through PyO3's own types the same takes one and a half times as many instructions.
    ///
    /// # Safety
    /// The interpreter is attached, and both objects are alive.
    #[inline(always)]
    unsafe fn plain(&mut self, tag: *mut ffi::PyObject, value: *mut ffi::PyObject) -> bool {
        if self.careful || self.announced.is_some() {
            return false;
        }
        // SAFETY: as the caller promises. Each type is checked before the call that needs it, and
        // none of these calls runs code of Python, which could free the objects.
        unsafe {
            let Some(tag) = plain_int(tag).and_then(|tag| u32::try_from(tag).ok()) else {
                return false;
            };
            if is_reserved(tag) {
                return false;
            }
            if ffi::PyUnicode_CheckExact(value) != 0 {
                let mut length = 0;
                let text = ffi::PyUnicode_AsUTF8AndSize(value, &raw mut length);
                if text.is_null() {
                    ffi::PyErr_Clear(); // surrogates
                    return false;
                }
                if length == 0 {
                    return false;
                }
                let text = std::slice::from_raw_parts(text.cast(), length as usize);
                self.sink.field(tag, text);
                self.announce(tag, || parse_int(text));
            } else if let Some(number) = plain_int(value) {
                self.sink.int(tag, number);
                self.announce(tag, || Some(number));
            } else if ffi::PyFloat_CheckExact(value) != 0 {
                let Some(number) = short_decimal(ffi::PyFloat_AsDouble(value)) else {
                    return false;
                };
                self.sink.decimal(tag, number);
                self.announce(tag, || (number.scale == 0).then_some(number.mantissa));
            } else {
                return false;
            }
        }
        self.ends += 1;
        true
    }

    fn dict(&mut self, fields: &Bound<'_, PyDict>) -> PyResult<()> {
        let (mut at, mut tag, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        loop {
            // SAFETY: `fields` is a dict and proves that the interpreter is attached. The two
            // objects are the dict's until code of Python may run, and owned before it does.
            unsafe {
                let next = (&raw mut at, &raw mut tag, &raw mut value);
                if ffi::PyDict_Next(fields.as_ptr(), next.0, next.1, next.2) == 0 {
                    return Ok(());
                }
                if !self.plain(tag, value) {
                    let tag = Bound::from_borrowed_ptr(fields.py(), tag);
                    let value = Bound::from_borrowed_ptr(fields.py(), value);
                    self.field(&tag, &value)?;
                }
            }
        }
    }

    #[inline(always)]
    fn pair(&mut self, pair: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(pair) = pair.cast_exact::<PyTuple>()
            && pair.len() == 2
        {
            // SAFETY: the tuple, which proves that the interpreter is attached, has two items and
            // keeps them alive.
            unsafe {
                let items = [0, 1].map(|at| ffi::PyTuple_GetItem(pair.as_ptr(), at));
                if self.plain(items[0], items[1]) {
                    return Ok(());
                }
            }
            return self.field(&*pair.get_borrowed_item(0)?, &*pair.get_borrowed_item(1)?);
        }
        self.other_pair(pair)
    }

    #[cold]
    fn other_pair(&mut self, pair: &Bound<'_, PyAny>) -> PyResult<()> {
        let items: Vec<_> = pair.try_iter()?.collect::<PyResult<_>>()?;
        let [tag, value] = &items[..] else {
            let problem = format!("fields has an item of {} parts, expected 2", items.len());
            return Err(PyValueError::new_err(problem));
        };
        self.field(tag, value)
    }

    #[inline(always)]
    fn field(&mut self, tag: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let number = self.dictionary.tag_of(tag)?;
        if is_reserved(number) {
            return Err(wrong_number(tag, number));
        }
        if let Ok(text) = value.cast_exact::<PyString>()
            && let Ok(text) = text.to_str()
        {
            return self.text(number, text.as_bytes());
        }
        self.value(number, value)
    }

    fn value(&mut self, tag: u32, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(number) = value.cast_exact::<PyInt>()
            && let Ok(number) = number.extract::<i64>()
            && self.announced.is_none()
        {
            self.sink.int(tag, number);
            self.ends += 1;
            self.announce(tag, || Some(number));
            return Ok(());
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return self.text(tag, bytes.as_bytes());
        }
        if let Ok(number) = value.cast::<PyFloat>()
            && number.value().is_finite()
        {
            let mut text = [0; 400];
            let mut left = &mut text[..];
            let written = write!(left, "{}", number.value()).is_ok();
            let length = 400 - left.len();
            if written {
                return self.text(tag, &text[..length]);
            }
        }
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            return self.group(tag, value);
        }
        if let Ok(flag) = value.cast::<PyBool>() {
            return self.text(tag, if flag.is_true() { b"Y" } else { b"N" });
        }
        let field = title(self.dictionary.inner(), tag);
        let text = TEXT_OF.get(value.py())?.call1((field, value))?;
        self.text(tag, text.cast::<PyBytes>()?.as_bytes())
    }

    /// The count of a repeating group, then its entries.
    fn group(&mut self, tag: u32, entries: &Bound<'_, PyAny>) -> PyResult<()> {
        let count = entries.len()?.to_string();
        self.text(tag, count.as_bytes())?;
        entries
            .try_iter()?
            .try_for_each(|entry| self.fields(&entry?))
    }

    /// Write a value that can be read back.
    #[inline]
    fn text(&mut self, tag: u32, value: &[u8]) -> PyResult<()> {
        if value.is_empty() || self.careful || self.announced.is_some() {
            self.check(tag, value)?;
        }
        self.ends += 1;
        self.sink.field(tag, value);
        self.announce(tag, || parse_int(value));
        Ok(())
    }

    /// An error for a value that cannot be read back.
    #[cold]
    fn check(&mut self, tag: u32, value: &[u8]) -> PyResult<()> {
        let field = title(self.dictionary.inner(), tag);
        let problem = match self.announced {
            _ if value.is_empty() => format!("{field} is empty: leave the field out"),
            Some((data, length)) if data == tag => {
                let found = value.len();
                if usize::try_from(length) == Ok(found) {
                    self.ends += count_ends(value);
                    return Ok(());
                }
                format!("{field} has {found} bytes, and its length field before it says {length}")
            }
            _ if value.contains(&SOH) => format!(
                "{field} holds SOH, which ends a field: leave it out, or use a data field with its \
                 length field before it"
            ),
            _ => return Ok(()),
        };
        Err(PyValueError::new_err(problem))
    }

    /// Note the length of the data field that `tag` announces, if it does.
    #[inline]
    fn announce(&mut self, tag: u32, length: impl FnOnce() -> Option<i64>) {
        let data = self.dictionary.inner().data_tags().data_of(tag);
        self.announced = data.and_then(|data| Some((data, length().filter(|one| *one >= 0)?)));
    }
}

/// Whether a tag is no tag, or written by the encoder itself.
#[inline]
fn is_reserved(tag: u32) -> bool {
    matches!(tag, 0 | 8 | 9 | 10 | 35 | 1_000_000_000..)
}

/// The value of an object that is exactly an `int`; none where it is another or beyond 64 bits.
///
/// # Safety
/// The interpreter is attached, and `object` is alive.
#[inline(always)]
unsafe fn plain_int(object: *mut ffi::PyObject) -> Option<i64> {
    // SAFETY: as the caller promises; the type is checked before the call that needs it.
    unsafe {
        if ffi::PyLong_CheckExact(object) == 0 {
            return None;
        }
        let mut overflow = 0;
        let number = ffi::PyLong_AsLongLongAndOverflow(object, &raw mut overflow);
        (overflow == 0).then_some(number)
    }
}

/// The shortest decimal whose nearest float is `number`, where it has at most eight digits and
/// seven decimals; none for others, and for zero, whose sign it would lose.
///
/// The mantissa and the power of ten are exact, so their quotient is the nearest float, and the
/// first number of decimals that gives `number` back is the least.
#[inline]
fn short_decimal(number: f64) -> Option<Decimal> {
    const POWERS: [f64; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
    for (scale, power) in (0..).zip(POWERS) {
        let mantissa = (number * power).round();
        if mantissa.abs() < 1e8 && mantissa != 0.0 && mantissa / power == number {
            let mantissa = mantissa as i64;
            return Some(Decimal { mantissa, scale });
        }
    }
    None
}

#[cold]
fn wrong_number(tag: &Bound<'_, PyAny>, number: u32) -> PyErr {
    let expected = match number {
        8 | 9 | 10 | 35 => "no 8, 9, 10 and 35, which encode writes",
        _ => "1 to 10^9",
    };
    let shown = match number {
        8 | 9 | 10 | 35 => number.to_string(),
        _ => tag.to_string(),
    };
    PyValueError::new_err(format!("tag={shown}, expected {expected}"))
}
