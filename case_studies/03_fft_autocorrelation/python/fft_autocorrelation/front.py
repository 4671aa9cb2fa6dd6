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
from fft_autocorrelation.checks import (
    MISSING,
    last_lag,
    narrowed,
    numbers,
    one_of,
    thread_count,
)
from fft_autocorrelation.missing import around_missing, explain, without_missing

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
    options: dict[str, Any] = {
        "demean": demean,
        "normalise": normalise,
        "adjusted": adjusted,
        "method": method,
        "threads": threads,
    }
    if missing != "raise" and np.isnan(array).any():
        explain(array, missing)
        if array.ndim > 1:
            raise ValueError(
                f"missing={missing!r} is for one series, x has shape {array.shape}: "
                "call it for each series"
            )
        run = without_missing if missing == "drop" else around_missing
        lags = run(array, max_lag, **options)
    else:
        try:
            lags = _batch(array, max_lag, axis=axis, **options)
        except ValueError:
            explain(array, missing)  # says more where the cause is NaN or an infinity
            raise
    return _like(x, narrowed(lags, array.dtype))


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


def _like(x: Any, lags: Array) -> Any:
    """In the form of the input, without importing what the caller has not."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(x, pandas.Series):
        index = pandas.RangeIndex(lags.size, name="lag")
        return pandas.Series(lags, index=index, name=x.name)
    if polars is not None and isinstance(x, polars.Series):
        return polars.Series(x.name, lags)
    return lags
