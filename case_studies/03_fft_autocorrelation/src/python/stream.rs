//! The stream as a Python class.

use super::objects::lock;
use super::{arguments, options};
use crate::streaming::state::State;
use crate::{StreamingAutocorrelation, memory};
use native::python::detach;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyList};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Autocorrelation of a series that is still growing: ``O(max_lag)`` work per observation and
/// ``O(max_lag)`` memory, and the result of the whole series whenever it is read.
///
/// Parameters
/// ----------
/// max_lag
///     The last lag, 0 or more; it may exceed the observations so far.
///
/// Notes
/// -----
/// What is read agrees with :func:`autocorrelation` of the whole series to about 1e-12. There
/// is no ``missing=``: NaN and infinities are refused with a ``ValueError``, and nothing of
/// that call is taken. One thread at a time. A copy, or what is pickled, goes on where the
/// original stands, bit for bit.
///
/// Examples
/// --------
/// >>> stream = StreamingAutocorrelation(max_lag=1)
/// >>> stream.update([1.0, -1.0])
/// >>> stream.update([1.0, -1.0])
/// >>> stream.autocorrelation()
/// array([ 1.  , -0.75])
/// >>> stream.autocovariance(), stream.count, stream.max_lag
/// (array([ 1.  , -0.75]), 4, 1)
#[pyclass(
    name = "StreamingAutocorrelation",
    module = "fft_autocorrelation",
    frozen
)]
pub(super) struct PyStreaming {
    stream: Mutex<StreamingAutocorrelation>,
    // Readable without the lock.
    /// The last lag.
    #[pyo3(get)]
    max_lag: usize,
    count: AtomicUsize,
}

/// Count, observations that have left the buffer, scalars; sums, head, buffer.
type Stored<'py> = (usize, usize, [f64; 4], [Bound<'py, PyArray1<f64>>; 3]);

#[pymethods]
impl PyStreaming {
    #[new]
    fn new(max_lag: &Bound<'_, PyAny>) -> PyResult<Self> {
        let max_lag = arguments::size("max_lag", max_lag, 1 << 28)?;
        Ok(Self {
            stream: Mutex::new(StreamingAutocorrelation::try_new(max_lag)?),
            max_lag,
            count: AtomicUsize::new(0),
        })
    }

    /// Take one observation, or a sequence or one-dimensional array of them, in the order of
    /// time.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     NaN or infinity among them, or more than one dimension; nothing of that call is
    ///     taken.
    /// TypeError
    ///     Complex numbers, ``longdouble``, truth values, objects, data frames, masked arrays.
    fn update(&self, values: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(value) = values.cast::<PyFloat>() {
            return self.change(|stream| Ok(stream.push(value.value())?));
        }
        // Larger integers are checked below.
        if let Ok(value) = values.cast_exact::<PyInt>()
            && let Ok(value) = value.extract::<i32>()
        {
            return self.change(|stream| Ok(stream.push(f64::from(value))?));
        }
        if let Ok(list) = values.cast_exact::<PyList>() {
            let floats = list.iter().map(|v| Some(v.cast::<PyFloat>().ok()?.value()));
            if let Some(floats) = floats.collect::<Option<Vec<f64>>>() {
                return self.change(|stream| Ok(stream.extend(&floats)?));
            }
        }
        if let Ok(array) = values.cast_exact::<PyArray1<f64>>()
            && array.is_contiguous()
            && array.is_aligned()
        {
            return self.extend(array);
        }
        let converted = doubles(values)?;
        if converted.ndim() > 1 {
            let shape = converted.shape();
            return Err(PyValueError::new_err(format!(
                "values has shape {shape:?}, expected one dimension"
            )));
        }
        self.extend(&converted.reshape([converted.len()])?)
    }

    /// Autocorrelation at lags 0 to ``max_lag`` of all observations so far; NaN at lags not
    /// below the count, and throughout for a series without variation.
    #[pyo3(signature = (*, demean=true, adjusted=false))]
    fn autocorrelation<'py>(
        &self,
        py: Python<'py>,
        demean: bool,
        adjusted: bool,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.read(py, options(demean, true, adjusted))
    }

    /// Autocovariance at lags 0 to ``max_lag`` of all observations so far.
    #[pyo3(signature = (*, demean=true, adjusted=false))]
    fn autocovariance<'py>(
        &self,
        py: Python<'py>,
        demean: bool,
        adjusted: bool,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.read(py, options(demean, false, adjusted))
    }

    /// Observations so far.
    #[getter]
    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn __getnewargs__(&self) -> (usize,) {
        (self.max_lag,)
    }

    fn __getstate__<'py>(&self, py: Python<'py>) -> PyResult<Stored<'py>> {
        let state = lock(&self.stream, "stream")?.state();
        let arrays = [state.sums, state.head, state.buffer].map(|a| PyArray1::from_vec(py, a));
        Ok((state.count, state.done, state.scalars, arrays))
    }

    fn __setstate__(&self, stored: Stored<'_>) -> PyResult<()> {
        let (count, done, scalars, arrays) = stored;
        let [sums, head, buffer] = arrays.map(|array| array.to_vec());
        let state = State {
            count,
            done,
            scalars,
            sums: sums?,
            head: head?,
            buffer: buffer?,
        };
        self.change(|stream| {
            stream.resume(&state).ok_or_else(|| {
                PyValueError::new_err("state: not that of a stream with this max_lag")
            })
        })
    }

    fn __repr__(&self) -> String {
        format!(
            "StreamingAutocorrelation(max_lag={}, count={})",
            self.max_lag,
            self.count()
        )
    }
}

impl PyStreaming {
    fn change(
        &self,
        update: impl FnOnce(&mut StreamingAutocorrelation) -> PyResult<()>,
    ) -> PyResult<()> {
        let mut stream = lock(&self.stream, "stream")?;
        update(&mut stream)?;
        self.count.store(stream.count(), Ordering::Relaxed);
        Ok(())
    }

    fn extend(&self, array: &Bound<'_, PyArray1<f64>>) -> PyResult<()> {
        let borrowed = arguments::reading("values", array)?;
        let values = borrowed.as_slice()?;
        self.change(|stream| detach(array.py(), || stream.extend(values)))
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        options: crate::Options,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let mut stream = lock(&self.stream, "stream")?;
        let mut out = memory::zeros(self.max_lag + 1)?;
        let (from, into) = (&mut *stream, &mut out);
        detach(py, || from.read(options, into))?;
        Ok(PyArray1::from_vec(py, out))
    }
}

/// Contiguous doubles of anything numeric, with the same checks as the functions'.
fn doubles<'py>(values: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    static AS_NUMBERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = values.py();
    let numpy = py.import("numpy")?;
    let raw = numpy.call_method1("asarray", (values,));
    if let Ok(raw) = raw
        && raw.getattr("dtype")?.getattr("kind")?.eq("b")?
    {
        return Err(PyTypeError::new_err(
            "values are truth values, expected numbers",
        ));
    }
    let as_numbers = AS_NUMBERS.import(py, "fft_autocorrelation._validation", "as_numbers")?;
    let array = as_numbers.call1(("values", values))?;
    let array = numpy.call_method1("array", (array, "float64"))?;
    Ok(array.cast_into::<PyArrayDyn<f64>>()?)
}
