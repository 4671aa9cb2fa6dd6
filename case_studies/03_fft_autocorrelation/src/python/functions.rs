//! Functions: the fast path, and the kernels that `_general.py` calls.

use super::{arguments, method, options};
use crate::error::check_lag;
use crate::{Options, batch, cross_correlation, memory, plan_cache};
use native::python::detach;
use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Below this many products, releasing the interpreter lock costs more than it gives.
const SHORT: usize = 100_000;

/// Autocorrelation at lags 0 to `max_lag`.
///
/// ``r_k = c_k / c_0`` with ``c_k = sum_{t<n-k} (x_t - m)(x_{t+k} - m) / n``, ``m`` the mean;
/// ``adjusted`` divides ``c_k`` by ``n - k`` instead.
///
/// Parameters
/// ----------
/// x
///     One series of shape ``(n,)``, any length from 1, or a batch ``(..., n)``: NumPy array of
///     ``float64`` or ``float32``, pandas Series, Polars Series, or anything ``numpy.asarray``
///     turns into real numbers. A contiguous ``float64`` array is read in place; other
///     layouts are copied once. Arithmetic is in double precision always. Masked arrays and
///     data frames are refused with the remedy (``frame.apply(autocorrelation, max_lag=50)``
///     for columns), and so are integers beyond 2**53, which doubles cannot hold.
/// max_lag
///     The last lag, ``0 <= max_lag < n``. Default: all, ``n - 1``. Asking for few is what
///     makes it fast.
/// axis
///     Which axis of a batch is time. Default: the last.
/// demean
///     Subtract the mean first (default), as in the definition.
/// normalise
///     Divide by lag 0 (default); otherwise the autocovariance in squared units of ``x``.
/// adjusted
///     Divide lag k by ``n - k`` instead of ``n``. Default off: the division by ``n`` keeps
///     the sequence positive semi-definite and has the smaller mean squared error.
/// missing
///     ``"raise"`` (default): NaN is an error. ``"drop"``: NaN are removed and the gaps
///     closed. ``"conservative"``: NaN take part in no product; the divisor counts what is
///     left. Both are for one series, not for a batch. Infinities are an error always.
/// method
///     ``"auto"`` (default: what the cost model expects to be fastest), ``"direct"``,
///     ``"blocked"`` or ``"fft"``. They agree to rounding.
/// threads
///     Default 1; 0 means all usable cores, and more than these are never used. They share
///     out the rows of a batch, or the blocks of one series where the method is direct or
///     blocked. The result may differ in the last digit with the number of threads, and never
///     from call to call.
///
/// Returns
/// -------
/// An array of shape ``(..., max_lag + 1)`` in the precision of ``x``; for a batch, ``axis``
/// holds the lags; for a pandas Series, a Series indexed by lag; for a Polars Series, a Series.
/// A series without variation (constant, or one observation) has no autocorrelation: NaN
/// throughout.
///
/// Raises
/// ------
/// ValueError
///     ``x`` empty or not finite, ``max_lag`` negative or not below ``n``, an unknown option.
/// TypeError
///     ``x`` complex or not numeric, ``max_lag`` not an integer.
/// OverflowError
///     An autocovariance exceeds the largest number of the precision of ``x`` (a correlation
///     never does). Autocovariances below its smallest number become 0.
/// MemoryError
///     The buffers do not fit.
///
/// References
/// ----------
/// Brockwell and Davis, "Time Series: Theory and Methods" (1987), section 7.2.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), max_lag=2)
/// array([ 1.  , -0.75,  0.5 ])
#[pyfunction]
#[pyo3(signature = (x, max_lag=None, *, axis=-1, demean=true, normalise=true, adjusted=false,
                    missing="raise", method="auto", threads=None),
       text_signature = "(x, max_lag=None, *, axis=-1, demean=True, normalise=True, \
adjusted=False, missing='raise', method='auto', threads=1)")]
#[allow(clippy::too_many_arguments)]
pub(super) fn autocorrelation<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    max_lag: Option<&Bound<'py, PyAny>>,
    axis: isize,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    missing: &str,
    method: &str,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let wanted = options(demean, normalise, adjusted);
    if arguments::is_one(threads)
        && missing == "raise"
        && method == "auto"
        && (axis == -1 || axis == 0)
        && let Some(result) = fast_path(py, x, max_lag, wanted)
    {
        return result;
    }
    static GENERAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let general = GENERAL.import(py, "fft_autocorrelation._general", "general")?;
    let threads = match threads {
        Some(given) => given.clone(),
        None => 1_isize.into_pyobject(py)?.into_any(),
    };
    general.call1((
        x, max_lag, axis, demean, normalise, adjusted, missing, method, threads,
    ))
}

/// Autocovariance at lags 0 to ``max_lag``: :func:`autocorrelation` without the division by
/// lag 0.
///
/// Parameters
/// ----------
/// x, max_lag, axis, demean, adjusted, missing, method, threads
///     As for :func:`autocorrelation`, and so are the errors.
///
/// Returns
/// -------
/// An array of shape ``(..., max_lag + 1)``, in squared units of ``x``; zeros for a constant
/// series.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> autocovariance(np.array([3.0, -3.0, 3.0, -3.0]), max_lag=1)
/// array([ 9.  , -6.75])
#[pyfunction]
#[pyo3(signature = (x, max_lag=None, *, axis=-1, demean=true, adjusted=false,
                    missing="raise", method="auto", threads=None),
       text_signature = "(x, max_lag=None, *, axis=-1, demean=True, adjusted=False, \
missing='raise', method='auto', threads=1)")]
#[allow(clippy::too_many_arguments)]
pub(super) fn autocovariance<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    max_lag: Option<&Bound<'py, PyAny>>,
    axis: isize,
    demean: bool,
    adjusted: bool,
    missing: &str,
    method: &str,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    autocorrelation(
        py, x, max_lag, axis, demean, false, adjusted, missing, method, threads,
    )
}

/// A contiguous one-dimensional double array and a plain lag; `None` for anything else.
#[inline]
fn fast_path<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    max_lag: Option<&Bound<'py, PyAny>>,
    wanted: Options,
) -> Option<PyResult<Bound<'py, PyAny>>> {
    let array = x.cast_exact::<PyArray1<f64>>().ok()?;
    if !array.is_c_contiguous() || !array.is_aligned() {
        return None;
    }
    let n = array.len();
    let max_lag: usize = match max_lag {
        Some(lag) => lag
            .cast_exact::<pyo3::types::PyInt>()
            .ok()?
            .extract()
            .ok()?,
        None => n.checked_sub(1)?,
    };
    if max_lag >= n {
        return None;
    }
    if let Err(error) = memory::ensure_allocatable((max_lag + 1) * size_of::<f64>()) {
        return Some(Err(error.into()));
    }
    // SAFETY: every element is written below, before the array is returned.
    let out = unsafe { PyArray1::<f64>::new(py, [max_lag + 1], false) };
    // SAFETY: `out` is new and contiguous, and there is no other reference to it.
    let lags = unsafe { out.as_slice_mut() }.ok()?;
    let run = |x: &[f64], lags: &mut [f64]| {
        plan_cache::with_plan(n, max_lag, crate::Method::Auto, 1, |plan| {
            plan.run(x, wanted, lags)
        })
    };
    // SAFETY: contiguous and aligned; other Python threads may write to it while the lock
    // is released, as with every NumPy function: the result is then as undefined as theirs.
    let values = unsafe { array.as_slice() }.ok()?;
    let found = if n.saturating_mul(max_lag + 1) < SHORT {
        run(values, lags)
    } else {
        py.detach(|| run(values, lags))
    };
    Some(match found {
        Ok(()) => Ok(out.into_any()),
        // The general path raises an error that also says what to do.
        Err(crate::Error::NotFinite { .. }) => return None,
        Err(error) => Err(error.into()),
    })
}

/// Series of either precision, one per row.
#[derive(FromPyObject)]
pub(super) enum Rows<'py> {
    Double(Bound<'py, PyArray2<f64>>),
    Single(Bound<'py, PyArray2<f32>>),
}

/// Lags of every row, in double precision.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(super) fn lags<'py>(
    py: Python<'py>,
    x: Rows<'py>,
    max_lag: usize,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    method: &str,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (chosen, wanted) = (self::method(method)?, options(demean, normalise, adjusted));
    let (rows, n) = match &x {
        Rows::Double(x) => (x.shape()[0], x.shape()[1]),
        Rows::Single(x) => (x.shape()[0], x.shape()[1]),
    };
    check_lag(n, max_lag)?;
    let mut out = memory::zeros(rows.saturating_mul(max_lag + 1))?;
    let shape = Shape { rows, n, max_lag };
    match &x {
        Rows::Double(x) => lags_of_rows(x, shape, chosen, wanted, threads, &mut out),
        Rows::Single(x) => lags_of_rows(x, shape, chosen, wanted, threads, &mut out),
    }?;
    out.into_pyarray(py).reshape([rows, max_lag + 1])
}

#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    n: usize,
    max_lag: usize,
}

/// One row may use all threads itself; several are shared out.
fn lags_of_rows<T: crate::Sample + Element>(
    x: &Bound<'_, PyArray2<T>>,
    Shape { rows, n, max_lag }: Shape,
    method: crate::Method,
    wanted: Options,
    threads: usize,
    out: &mut [f64],
) -> PyResult<()> {
    let borrowed = arguments::reading("x", x)?;
    let x = borrowed.as_slice()?;
    detach(borrowed.py(), || {
        if rows == 1 {
            plan_cache::with_plan(n, max_lag, method, threads, |p| p.run(x, wanted, out))
        } else {
            batch(x, n, max_lag, method, wanted, threads, out)
        }
    })
}

/// Lags `-max_lag ..= max_lag` of two series.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(super) fn cross<'py>(
    py: Python<'py>,
    x: Bound<'py, PyArray1<f64>>,
    y: Bound<'py, PyArray1<f64>>,
    max_lag: usize,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    method: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (chosen, wanted) = (self::method(method)?, options(demean, normalise, adjusted));
    let (x, y) = (arguments::reading("x", &x)?, arguments::reading("y", &y)?);
    let (x, y) = (x.as_slice()?, y.as_slice()?);
    check_lag(x.len(), max_lag)?;
    let mut out = memory::zeros(2 * max_lag + 1)?;
    detach(py, || {
        cross_correlation(x, y, max_lag, chosen, wanted, &mut out)
    })?;
    Ok(out.into_pyarray(py))
}
