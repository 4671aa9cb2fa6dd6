//! Events from NumPy and back: records are read in place, wherever they come from.

use crate::{Book, Columns, Event, Level, Side};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// View the bytes of a structured array as events, without a copy.
pub(super) fn records(bytes: &[u8]) -> PyResult<&[Event]> {
    if bytes.is_empty() {
        return Ok(&[]);
    }
    bytemuck::try_cast_slice(bytes).map_err(|error| {
        PyValueError::new_err(format!(
            "events: {} bytes are no whole, aligned records of {} bytes ({error})",
            bytes.len(),
            size_of::<Event>()
        ))
    })
}

/// Events as 64-bit words, aligned as records are: Python views them as such.
pub(super) fn to_words(py: Python<'_>, events: Vec<Event>) -> Bound<'_, PyArray1<u64>> {
    bytemuck::cast_slice::<Event, u64>(&events)
        .to_vec()
        .into_pyarray(py)
}

/// Events as an array of Python's record dtype.
pub(super) fn to_records(py: Python<'_>, events: Vec<Event>) -> PyResult<Bound<'_, PyAny>> {
    static EVENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let dtype = EVENT.import(py, "hft_orderbook.events", "EVENT")?;
    to_words(py, events).call_method1("view", (dtype,))
}

/// Ticks and lots of levels.
pub(super) type Levels<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<u64>>);

/// Levels as two arrays.
pub(super) fn columns(py: Python<'_>, levels: Vec<Level>) -> Levels<'_> {
    let (ticks, lots): (Vec<i64>, Vec<u64>) = levels.iter().map(|l| (l.tick, l.lots)).unzip();
    (ticks.into_pyarray(py), lots.into_pyarray(py))
}

/// Levels from two arrays.
#[derive(FromPyObject)]
pub(super) struct PyLevels<'py>(PyReadonlyArray1<'py, i64>, PyReadonlyArray1<'py, u64>);

impl PyLevels<'_> {
    /// Put the levels into a side of a book.
    pub(super) fn restore<B: Book>(&self, side: Side, book: &mut B) -> PyResult<()> {
        for (&tick, &lots) in self.0.as_slice()?.iter().zip(self.1.as_slice()?) {
            let lots = i64::try_from(lots).unwrap_or(-1);
            Event::set(side, tick, lots).check()?;
            book.set(side, tick, lots as u64);
        }
        Ok(())
    }
}

/// Borrowed columns of a frame.
#[derive(FromPyObject)]
pub(super) struct PyColumns<'py> {
    #[pyo3(item)]
    ts: Option<PyReadonlyArray1<'py, i64>>,
    #[pyo3(item)]
    seq: Option<PyReadonlyArray1<'py, u64>>,
    #[pyo3(item)]
    tick: PyReadonlyArray1<'py, i64>,
    #[pyo3(item)]
    lots: PyReadonlyArray1<'py, i64>,
    #[pyo3(item)]
    kind: Option<PyReadonlyArray1<'py, u8>>,
    #[pyo3(item)]
    side: PyReadonlyArray1<'py, u8>,
    #[pyo3(item)]
    flags: Option<PyReadonlyArray1<'py, u8>>,
}

fn optional<'a, T: numpy::Element>(
    column: &'a Option<PyReadonlyArray1<'_, T>>,
) -> PyResult<Option<&'a [T]>> {
    Ok(match column {
        Some(column) => Some(column.as_slice()?),
        None => None,
    })
}

impl PyColumns<'_> {
    /// The slices behind the columns.
    pub(super) fn columns(&self) -> PyResult<Columns<'_>> {
        let columns = Columns {
            ts: optional(&self.ts)?,
            seq: optional(&self.seq)?,
            tick: self.tick.as_slice()?,
            lots: self.lots.as_slice()?,
            kind: optional(&self.kind)?,
            side: self.side.as_slice()?,
            flags: optional(&self.flags)?,
        };
        if columns.is_rectangular() {
            Ok(columns)
        } else {
            Err(PyValueError::new_err(
                "events: the columns differ in length",
            ))
        }
    }
}
