//! The plan as a Python class.

use super::{arguments, method, method_name, options};
use crate::{Autocorrelator, LONGEST, memory};
use native::python::detach;
use native::threads::usable;
use numpy::{PyArray1, PyArrayMethods};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Mutex, MutexGuard, TryLockError};

/// The value behind a mutex, or an error where another thread uses it: waiting would hold the
/// interpreter lock.
pub(super) fn lock<'a, T>(mutex: &'a Mutex<T>, what: &str) -> PyResult<MutexGuard<'a, T>> {
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
/// One call at a time: a plan's buffers are its own, so make one plan for each thread. A copy,
/// or what is pickled, is a new plan with the method and the threads of this one, so that the
/// results are the same bit for bit (on another machine if it has the cores).
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
    threads: usize,
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
            threads: usable(threads),
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

    /// The method as it was chosen: another process may have another cost model.
    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((usize, usize), Bound<'py, PyDict>)> {
        let options = PyDict::new(py);
        options.set_item("demean", self.options.demean)?;
        options.set_item("normalise", self.options.normalise)?;
        options.set_item("adjusted", self.options.adjusted)?;
        options.set_item("method", self.method)?;
        options.set_item("threads", self.threads)?;
        Ok(((self.n, self.max_lag), options))
    }

    fn __repr__(&self) -> String {
        format!(
            "Autocorrelator(n={}, max_lag={}, method='{}')",
            self.n, self.max_lag, self.method
        )
    }
}
