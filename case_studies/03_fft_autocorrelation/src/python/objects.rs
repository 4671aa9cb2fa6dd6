//! The plan and the stream as Python classes.

use super::{method, method_name, options};
use crate::{Autocorrelator, StreamingAutocorrelation};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A plan for series of ``n`` observations up to ``max_lag``: owns its buffers, so that a call
/// allocates its result and nothing else, and with ``out`` nothing at all.
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
/// Examples
/// --------
/// >>> import numpy as np
/// >>> plan = Autocorrelator(4, max_lag=1)
/// >>> plan(np.array([1.0, -1.0, 1.0, -1.0]))
/// array([ 1.  , -0.75])
/// >>> plan.method
/// 'direct'
#[pyclass(name = "Autocorrelator", module = "fft_autocorrelation")]
pub(super) struct PyAutocorrelator {
    plan: Autocorrelator,
    options: crate::Options,
}

#[pymethods]
impl PyAutocorrelator {
    #[new]
    #[pyo3(signature = (n, max_lag=None, *, demean=true, normalise=true, adjusted=false,
                        method="auto", threads=1))]
    fn new(
        n: i64,
        max_lag: Option<i64>,
        demean: bool,
        normalise: bool,
        adjusted: bool,
        method: &str,
        threads: usize,
    ) -> PyResult<Self> {
        let size = |name: &str, value: i64| {
            usize::try_from(value)
                .map_err(|_| PyValueError::new_err(format!("{name}={value}, expected 0 or more")))
        };
        let n = size("n", n)?;
        let max_lag = size("max_lag", max_lag.unwrap_or(n as i64 - 1).max(-1))?;
        let plan = Autocorrelator::new(n, max_lag, self::method(method)?, threads)?;
        Ok(Self {
            plan,
            options: options(demean, normalise, adjusted),
        })
    }

    /// Lags 0 to ``max_lag`` of a contiguous ``float64`` array of ``n`` observations, written
    /// to ``out`` (``float64``, ``max_lag + 1``) where one is given.
    #[pyo3(signature = (x, out=None))]
    fn __call__<'py>(
        &mut self,
        py: Python<'py>,
        x: PyReadonlyArray1<'py, f64>,
        out: Option<Bound<'py, PyArray1<f64>>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let out = out.unwrap_or_else(|| PyArray1::zeros(py, [self.plan.max_lag() + 1], false));
        let values = x.as_slice().map_err(|_| not_contiguous("x"))?;
        {
            let mut lags = out.try_readwrite().map_err(|error| {
                PyValueError::new_err(format!("out cannot be written: {error}"))
            })?;
            let lags = lags.as_slice_mut().map_err(|_| not_contiguous("out"))?;
            let (plan, options) = (&mut self.plan, self.options);
            py.detach(|| plan.run(values, options, lags))?;
        }
        Ok(out)
    }

    /// Observations of each series.
    #[getter]
    fn n(&self) -> usize {
        self.plan.n()
    }

    /// The last lag.
    #[getter]
    fn max_lag(&self) -> usize {
        self.plan.max_lag()
    }

    /// The method in use: ``"direct"``, ``"blocked"`` or ``"fft"``.
    #[getter]
    fn method(&self) -> &'static str {
        method_name(self.plan.method())
    }

    /// Bytes of the buffers.
    #[getter]
    fn nbytes(&self) -> usize {
        self.plan.bytes()
    }

    fn __repr__(&self) -> String {
        format!(
            "Autocorrelator(n={}, max_lag={}, method='{}')",
            self.plan.n(),
            self.plan.max_lag(),
            self.method()
        )
    }
}

fn not_contiguous(name: &str) -> PyErr {
    PyValueError::new_err(format!(
        "{name} is not contiguous: pass numpy.ascontiguousarray({name})"
    ))
}

/// Autocorrelation of a series that is still growing: ``O(max_lag)`` work per observation, and
/// the result of the whole series whenever it is read.
///
/// Parameters
/// ----------
/// max_lag
///     The last lag, 0 or more.
///
/// Examples
/// --------
/// >>> stream = StreamingAutocorrelation(max_lag=1)
/// >>> stream.update([1.0, -1.0])
/// >>> stream.update([1.0, -1.0])
/// >>> stream.autocorrelation()
/// array([ 1.  , -0.75])
/// >>> stream.count
/// 4
#[pyclass(name = "StreamingAutocorrelation", module = "fft_autocorrelation")]
pub(super) struct PyStreaming {
    stream: StreamingAutocorrelation,
}

#[pymethods]
impl PyStreaming {
    #[new]
    fn new(max_lag: i64) -> PyResult<Self> {
        let max_lag = usize::try_from(max_lag)
            .ok()
            .filter(|lag| *lag <= 1 << 28)
            .ok_or_else(|| {
                PyValueError::new_err(format!("max_lag={max_lag}, expected 0 to 2**28"))
            })?;
        Ok(Self {
            stream: StreamingAutocorrelation::new(max_lag),
        })
    }

    /// Take one observation, or a sequence or array of them, in the order of time.
    ///
    /// NaN and infinities are refused with a ``ValueError``; nothing of that call is taken.
    fn update(&mut self, values: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(value) = values.extract::<f64>() {
            return Ok(self.stream.push(value)?);
        }
        if let Ok(array) = values.cast::<PyArray1<f64>>() {
            let array = array.readonly();
            if let Ok(slice) = array.as_slice() {
                let stream = &mut self.stream;
                return Ok(values.py().detach(|| stream.extend(slice))?);
            }
        }
        let list: Vec<f64> = values.extract()?;
        Ok(self.stream.extend(&list)?)
    }

    /// Autocorrelation at lags 0 to ``max_lag`` of all observations so far; NaN at lags not
    /// below the count, and throughout for a series without variation.
    #[pyo3(signature = (*, demean=true, adjusted=false))]
    fn autocorrelation<'py>(
        &mut self,
        py: Python<'py>,
        demean: bool,
        adjusted: bool,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.read(py, options(demean, true, adjusted))
    }

    /// Autocovariance at lags 0 to ``max_lag`` of all observations so far.
    #[pyo3(signature = (*, demean=true, adjusted=false))]
    fn autocovariance<'py>(
        &mut self,
        py: Python<'py>,
        demean: bool,
        adjusted: bool,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.read(py, options(demean, false, adjusted))
    }

    /// Observations so far.
    #[getter]
    fn count(&self) -> usize {
        self.stream.count()
    }

    /// The last lag.
    #[getter]
    fn max_lag(&self) -> usize {
        self.stream.max_lag()
    }

    fn __repr__(&self) -> String {
        format!(
            "StreamingAutocorrelation(max_lag={}, count={})",
            self.stream.max_lag(),
            self.stream.count()
        )
    }
}

impl PyStreaming {
    fn read<'py>(
        &mut self,
        py: Python<'py>,
        options: crate::Options,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let mut out = vec![0.0; self.stream.max_lag() + 1];
        self.stream.read(options, &mut out)?;
        Ok(PyArray1::from_vec(py, out))
    }
}
