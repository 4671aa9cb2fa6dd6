//! The plan and the stream as Python classes.

use super::{arguments, method, method_name, options};
use crate::{Autocorrelator, LONGEST, StreamingAutocorrelation, memory};
use native::python::detach;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyList};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

/// The value behind a mutex, or an error where another thread uses it: waiting would hold the
/// interpreter lock.
fn lock<'a, T>(mutex: &'a Mutex<T>, what: &str) -> PyResult<MutexGuard<'a, T>> {
    match mutex.try_lock() {
        Ok(guard) => Ok(guard),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(PyRuntimeError::new_err(format!(
            "this {what} is in use by another thread: make one for each thread"
        ))),
    }
}

/// A plan for series of ``n`` observations up to ``max_lag``: owns its buffers, so that a call
/// allocates its result and nothing else, and with ``out`` nothing at all.
///
/// Useful for large series (the function keeps no buffers above 64 MiB), where a call must not
/// allocate, and where the memory must be known beforehand (``nbytes``). For short series :func:`autocorrelation` is as fast.
///
/// Parameters
/// ----------
/// n
///     Observations of each series, at least 1.
/// max_lag
///     The last lag, ``0 <= max_lag < n``. Default: all, ``n - 1``.
/// demean, normalise, adjusted, method, threads
///     As for :func:`autocorrelation`; fixed for the plan.
///
/// Raises
/// ------
/// ValueError
///     ``n`` or ``max_lag`` out of range, an unknown method, ``threads`` negative.
/// TypeError
///     An argument that is not an integer.
/// MemoryError
///     The buffers do not fit.
///
/// Calling
/// -------
/// ``plan(x, out=None)`` gives lags 0 to ``max_lag`` of one series. ``x`` is a one-dimensional
/// contiguous ``float64`` array of ``n`` observations, read in place and never converted:
/// use :func:`autocorrelation` for anything else; NaN and infinities are refused with a
/// ``ValueError``. ``out``, a one-dimensional contiguous ``float64`` array of ``max_lag + 1``,
/// is written to and returned; by default a new one. A series without variation gives NaN
/// throughout (zeros with ``normalise=False``).
///
/// Notes
/// -----
/// One call at a time: a plan's buffers are its own, so make one plan for each thread. A plan
/// cannot be pickled or copied: make another in the other process.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> plan = Autocorrelator(4, max_lag=1)
/// >>> plan(np.array([1.0, -1.0, 1.0, -1.0]))
/// array([ 1.  , -0.75])
/// >>> plan.method, plan.n, plan.max_lag, plan.nbytes > 0
/// ('direct', 4, 1, True)
#[pyclass(name = "Autocorrelator", module = "fft_autocorrelation", frozen)]
pub(super) struct PyAutocorrelator {
    plan: Mutex<Autocorrelator>,
    options: crate::Options,
    // Readable without the lock.
    /// Observations of each series.
    #[pyo3(get)]
    n: usize,
    /// The last lag.
    #[pyo3(get)]
    max_lag: usize,
    /// The method in use: ``"direct"``, ``"blocked"`` or ``"fft"``.
    #[pyo3(get)]
    method: &'static str,
    /// Bytes of the buffers.
    #[pyo3(get)]
    nbytes: usize,
}

#[pymethods]
impl PyAutocorrelator {
    #[new]
    #[pyo3(signature = (n, max_lag=None, *, demean=true, normalise=true, adjusted=false,
                        method="auto", threads=None),
           text_signature = "(n, max_lag=None, *, demean=True, normalise=True, adjusted=False, \
method='auto', threads=1)")]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        n: &Bound<'_, PyAny>,
        max_lag: Option<&Bound<'_, PyAny>>,
        demean: bool,
        normalise: bool,
        adjusted: bool,
        method: &str,
        threads: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let n = arguments::size("n", n, LONGEST)?;
        if n == 0 {
            return Err(PyValueError::new_err(
                "n=0: x is empty, expected at least one observation",
            ));
        }
        let max_lag = max_lag.map_or(Ok(n - 1), |lag| arguments::size("max_lag", lag, LONGEST))?;
        let threads = threads.map_or(Ok(1), arguments::threads)?;
        let chosen = self::method(method)?;
        let plan = detach(py, || Autocorrelator::new(n, max_lag, chosen, threads))?;
        Ok(Self {
            n,
            max_lag,
            method: method_name(plan.method()),
            nbytes: plan.bytes(),
            plan: Mutex::new(plan),
            options: options(demean, normalise, adjusted),
        })
    }

    // Python shows no docstring of a call: it stands with the class.
    #[pyo3(signature = (x, out=None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let x = arguments::doubles("x", x)?;
        let out = match out {
            Some(out) => arguments::doubles("out", out)?.clone(),
            None => {
                memory::ensure_allocatable((self.max_lag + 1) * size_of::<f64>())?;
                PyArray1::zeros(py, [self.max_lag + 1], false)
            }
        };
        let mut plan = lock(&self.plan, "plan")?;
        let values = arguments::reading("x", x)?;
        let values = values.as_slice()?;
        {
            let mut lags = out.try_readwrite().map_err(|error| {
                PyValueError::new_err(format!("out cannot be written: {error}"))
            })?;
            let lags = lags.as_slice_mut()?;
            let (plan, options) = (&mut *plan, self.options);
            detach(py, || plan.run(values, options, lags))?;
        }
        Ok(out)
    }

    fn __repr__(&self) -> String {
        format!(
            "Autocorrelator(n={}, max_lag={}, method='{}')",
            self.n, self.max_lag, self.method
        )
    }
}

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
/// that call is taken. One thread at a time; a stream cannot be pickled.
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
