"""Argument checks."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fft_autocorrelation._frames import dtype_hint, refuse, refuse_large_integers

MISSING = ("raise", "drop", "conservative")
MAX_OBSERVATIONS = 2**48


class Options(NamedTuple):
    """The options of one call, in the order in which the compiled kernels take them."""

    demean: bool
    normalise: bool
    adjusted: bool
    method: str
    threads: int


def as_numbers(name: str, x: Any) -> npt.NDArray[Any]:
    """``x`` as an array of ``float64`` or ``float32``; ``TypeError`` for what is not real."""
    refuse(name, x)
    array = np.asarray(x)
    if array.dtype.newbyteorder("=") in (np.float64, np.float32):
        return array
    if array.dtype.kind in "iub" or array.dtype == np.float16:
        if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size:
            refuse_large_integers(name, array.min(), array.max())
        return array.astype(np.float64)
    if array.dtype.kind == "c":
        raise TypeError(
            f"{name} is complex ({array.dtype}): correlate its real and imaginary parts"
        )
    if array.dtype.kind == "f":
        raise TypeError(
            f"{name} has dtype {array.dtype}, which float64 cannot hold: convert it yourself"
        )
    hint = dtype_hint(name, x, array.dtype.kind)
    raise TypeError(f"{name} has dtype {array.dtype}, expected real numbers{hint}")


def narrow(lags: npt.NDArray[Any], dtype: Any) -> npt.NDArray[Any]:
    """Results in the precision of the input; ``OverflowError`` where they do not fit it."""
    dtype = np.dtype(dtype).newbyteorder("=")
    with np.errstate(over="ignore", under="ignore"):
        result = lags.astype(dtype, copy=False)
    if np.isinf(result).any():
        raise OverflowError(
            f"the autocovariance exceeds the largest {dtype}: "
            + ("scale the series down first" if dtype == np.float64 else "pass float64")
        )
    return result


def integer(name: str, value: Any, *, expected: str = "") -> int:
    """``value`` as an integer, not negative if what is ``expected`` is given."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={value!r}, expected an integer")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}, expected an integer") from None
    if expected and number < 0:
        raise ValueError(f"{name}={number}, expected {expected}")
    return number


def observation_count(n: Any) -> int:
    """``n`` as a number of observations, 1 to 2**48."""
    count = integer("n", n)
    if not 1 <= count <= MAX_OBSERVATIONS:
        raise ValueError(f"n={count}, expected 1 to 2**48 observations")
    return count


def last_lag(max_lag: Any, n: int, name: str = "max_lag") -> int:
    """``max_lag`` as an integer in ``[0, n)``; ``None`` means all."""
    if n == 0:
        raise ValueError("x is empty, expected at least one observation")
    if max_lag is None:
        return n - 1
    lag = integer(name, max_lag, expected="0 or more")
    if lag >= n:
        raise ValueError(f"{name}={lag}, expected at most {n - 1} for a series of {n} observations")
    return lag


def one_of(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """``value``, if it is a choice."""
    if not isinstance(value, str) or value not in choices:
        expected = ", ".join(repr(c) for c in choices)
        error = ValueError if isinstance(value, str) else TypeError
        raise error(f"{name}={value!r}, expected one of {expected}")
    return value
