"""Everything but the fast path: frames, batches, single precision, missing values.

The compiled ``autocorrelation`` comes here with what is not a contiguous ``float64`` array
of one dimension.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from fft_autocorrelation import _rust
from fft_autocorrelation.checks import MISSING, last_lag, numbers, one_of, thread_count

Array = npt.NDArray[Any]


def general(
    x: Any,
    max_lag: Any,
    *,
    axis: int,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    missing: str,
    method: str,
    threads: int,
) -> Any:
    """See ``autocorrelation``; returns what kind of thing was given."""
    one_of("missing", missing, MISSING)
    threads = thread_count(threads)
    array = numbers("x", x)
    if array.ndim == 0:
        raise TypeError(f"x={x!r} is a single number, expected a series")
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"axis={axis}, expected -{array.ndim} to {array.ndim - 1}")
    options = {"demean": demean, "normalise": normalise, "adjusted": adjusted}
    if missing != "raise" and np.isnan(array).any():
        if np.isinf(array).any():
            where = int(np.argmax(np.isinf(array)))
            raise ValueError(f"x[{where}] is {array.flat[where]}, expected finite numbers or NaN")
        if array.ndim > 1:
            raise ValueError(
                f"missing={missing!r} is for one series, x has shape {array.shape}: "
                "call it for each series"
            )
        run = _without_missing if missing == "drop" else _around_missing
        lags = run(array, max_lag, method=method, threads=threads, **options)
    else:
        lags = _batch(array, max_lag, axis=axis, method=method, threads=threads, **options)
    return _like(x, lags.astype(array.dtype.newbyteorder("="), copy=False))


def _batch(
    array: Array,
    max_lag: Any,
    *,
    axis: int,
    method: str,
    threads: int,
    demean: bool,
    normalise: bool,
    adjusted: bool,
) -> Array:
    """Lags along ``axis``; time is moved last and back."""
    moved = np.moveaxis(array, axis, -1)
    n = moved.shape[-1]
    lag = last_lag(max_lag, n)
    rows = np.ascontiguousarray(moved).reshape(-1, n)
    if not rows.flags.aligned or not rows.dtype.isnative:
        rows = rows.astype(rows.dtype.newbyteorder("="))
    lags = _rust.lags(rows, lag, demean, normalise, adjusted, method, threads)
    return np.moveaxis(lags.reshape(*moved.shape[:-1], lag + 1), -1, axis)


def _without_missing(array: Array, max_lag: Any, **options: Any) -> Array:
    kept = array[~np.isnan(array)]
    if not kept.size:
        raise ValueError('x holds nothing but NaN: missing="drop" leaves no observation')
    return _batch(kept, max_lag, axis=-1, **options)


def _around_missing(
    array: Array,
    max_lag: Any,
    *,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    method: str,
    threads: int,
) -> Array:
    """NaN as zero deviations; the number of pairs that remain is an autocovariance too."""
    there = ~np.isnan(array)
    count = int(there.sum())
    lag = last_lag(max_lag, array.size)
    if not count:
        raise ValueError('x holds nothing but NaN: missing="conservative" needs observations')
    kept = array[there].astype(np.float64)
    if demean:
        middle = kept.mean()
        kept = kept - middle
        kept -= kept.mean()
    values = np.zeros(array.size)
    values[there] = kept
    raw: dict[str, Any] = {"demean": False, "normalise": False, "adjusted": False, "method": method}
    sums = _batch(values, lag, axis=-1, threads=threads, **raw) * array.size
    divisor: Any = count
    if adjusted:
        mask = there.astype(np.float64)
        pairs = _batch(mask, lag, axis=-1, threads=threads, **raw) * array.size
        divisor = np.maximum(np.rint(pairs), 1.0)
    covariance: Array = sums / divisor
    if not normalise:
        return covariance
    if covariance[0] <= 0 or (demean and np.ptp(array[there]) == 0):
        return np.full(lag + 1, np.nan)
    return covariance / float(covariance[0])


def _like(x: Any, lags: Array) -> Any:
    """In the form of the input, without importing what the caller has not."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(x, pandas.Series):
        index = pandas.RangeIndex(lags.size, name="lag")
        return pandas.Series(lags, index=index, name=x.name)
    if polars is not None and isinstance(x, polars.Series):
        return polars.Series(x.name, lags)
    return lags
