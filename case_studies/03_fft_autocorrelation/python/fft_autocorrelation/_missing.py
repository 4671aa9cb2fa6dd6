"""Series with missing values: NaN left out, with the gaps closed or left open."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from fft_autocorrelation import _rust
from fft_autocorrelation._validation import Options, last_lag

Array = npt.NDArray[Any]


def drop_missing(array: Array, max_lag: Any, options: Options) -> Array:
    """NaN removed and the gaps closed."""
    present = array[~np.isnan(array)].astype(array.dtype.newbyteorder("="), copy=False)
    if not present.size:
        raise ValueError('x holds nothing but NaN: missing="drop" leaves no observation')
    lag = last_lag(max_lag, present.size)
    lags: Array = _rust.lags(present[None], lag, *options)[0]
    return lags


def skip_missing(array: Array, max_lag: Any, options: Options) -> Array:
    """NaN as zero deviations; the number of pairs that remain is an autocovariance too."""
    observed = ~np.isnan(array)
    size, count = array.size, int(observed.sum())
    lag = last_lag(max_lag, size)
    if not count:
        raise ValueError('x holds nothing but NaN: missing="conservative" needs observations')
    present, exponent = _deviations(array[observed].astype(np.float64), options.demean)
    if not present.any():
        return np.full(lag + 1, np.nan) if options.normalise else np.zeros(lag + 1)

    raw = options._replace(demean=False, normalise=False, adjusted=False)

    def products(values: Array) -> Array:
        """Sums of products at every lag."""
        sums: Array = _rust.lags(values[None], lag, *raw)[0]
        return sums * size

    values = np.zeros(size)
    values[observed] = present
    divisor: Any = count
    if options.adjusted:
        divisor = np.maximum(np.rint(products(observed.astype(np.float64))), 1.0)
    covariance = products(values) / divisor
    if options.normalise:
        result: Array = covariance / float(covariance[0])
        return result
    with np.errstate(over="ignore", under="ignore"):
        result = np.ldexp(covariance, 2 * exponent)
    return result


def _deviations(present: Array, demean: bool) -> tuple[Array, int]:
    """Deviations from the mean, near 1, and the power of two they were divided by.

    Scaled before and after the mean is taken: neither the sum nor a square may overflow or
    vanish, and a power of two changes no digit.
    """
    before = _exponent(present)
    present = np.ldexp(present, -before)
    if demean:
        if present.min() == present.max():
            return np.zeros(present.size), 0
        present = present - present.mean()
        present -= present.mean()
    after = _exponent(present)
    return np.ldexp(present, -after), before + after


def _exponent(values: Array) -> int:
    """``e`` of the largest magnitude, between ``2**(e-1)`` and ``2**e``; 0 for zeros."""
    return int(np.frexp(np.abs(values).max())[1])


def raise_for_missing(array: Array, missing: str) -> None:
    """Raise ``ValueError`` for infinities and, with ``missing="raise"``, for NaN."""
    infinite = np.isinf(array)
    if infinite.any():
        _raise_not_finite(array, infinite, "infinities are never accepted")
    gaps = np.isnan(array)
    if missing == "raise" and gaps.any():
        advice = "pass missing='drop' or missing='conservative' to leave NaN out"
        if array.ndim > 1:
            advice += ", one series at a time"
        _raise_not_finite(array, gaps, advice)


def _raise_not_finite(array: Array, where: Array, advice: str) -> NoReturn:
    index = np.unravel_index(int(np.argmax(where)), array.shape)
    value = "NaN" if np.isnan(array[index]) else str(float(array[index]))
    place = ", ".join(map(str, index))
    raise ValueError(f"x[{place}] is {value}, expected finite numbers: {advice}") from None
