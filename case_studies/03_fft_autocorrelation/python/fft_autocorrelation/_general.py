"""The general path: frames, batches, single precision, missing values.

The compiled ``autocorrelation`` calls this for everything but contiguous, one-dimensional
``float64`` arrays.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from fft_autocorrelation import _rust
from fft_autocorrelation._missing import drop_missing, raise_for_missing, skip_missing
from fft_autocorrelation._validation import (
    MISSING,
    Options,
    as_numbers,
    integer,
    last_lag,
    narrow,
    one_of,
)

Array = npt.NDArray[Any]


def general(
    x: Any,
    max_lag: Any,
    axis: int,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    missing: str,
    method: str,
    threads: int,
) -> Any:
    """Lags in the container of ``x``; see ``autocorrelation``."""
    one_of("missing", missing, MISSING)
    threads = integer("threads", threads, expected="1 or more, or 0 for all cores")
    options = Options(demean, normalise, adjusted, method, threads)
    array = as_numbers("x", x)
    if array.ndim == 0:
        raise TypeError(f"x={x!r} is a single number, expected a series")
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"axis={axis}, expected -{array.ndim} to {array.ndim - 1}")
    if missing != "raise" and np.isnan(array).any():
        raise_for_missing(array, missing)
        if array.ndim > 1:
            raise ValueError(
                f"missing={missing!r} is for one series, x has shape {array.shape}: "
                "call it for each series"
            )
        run = drop_missing if missing == "drop" else skip_missing
        lags = run(array, max_lag, options)
    else:
        try:
            lags = _batch(array, max_lag, axis, options)
        except ValueError:
            raise_for_missing(
                array, missing
            )  # a longer message where the cause is NaN or an infinity
            raise
    return _like(x, narrow(lags, array.dtype))


def _batch(array: Array, max_lag: Any, axis: int, options: Options) -> Array:
    """Lags along ``axis``."""
    moved = np.moveaxis(array, axis, -1)
    n = moved.shape[-1]
    lag = last_lag(max_lag, n)
    rows = np.ascontiguousarray(moved).reshape(-1, n)
    if not rows.flags.aligned or not rows.dtype.isnative:
        rows = rows.astype(rows.dtype.newbyteorder("="))
    lags = _rust.lags(rows, lag, *options)
    return np.moveaxis(lags.reshape(*moved.shape[:-1], lag + 1), -1, axis)


def _like(x: Any, lags: Array) -> Any:
    """Lags as a Series where ``x`` is one; imports nothing that the caller has not imported."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(x, pandas.Series):
        index = pandas.RangeIndex(lags.size, name="lag")
        return pandas.Series(lags, index=index, name=x.name)
    if polars is not None and isinstance(x, polars.Series):
        return polars.Series(x.name, lags)
    return lags
