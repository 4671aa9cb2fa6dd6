"""What arguments may be: checked once, at the door."""

from __future__ import annotations

import operator
import os
from typing import Any

import numpy as np
import numpy.typing as npt

MISSING = ("raise", "drop", "conservative")


def numbers(name: str, x: Any) -> npt.NDArray[Any]:
    """``x`` as an array of ``float64`` or ``float32``; ``TypeError`` for what is not real."""
    array = np.asarray(x)
    if array.dtype.newbyteorder("=") in (np.float64, np.float32):
        return array
    if array.dtype.kind in "iub" or array.dtype == np.float16:
        return array.astype(np.float64)
    if array.dtype.kind == "c":
        raise TypeError(
            f"{name} is complex ({array.dtype}): correlate its real and imaginary parts"
        )
    if array.dtype.kind == "f":
        raise TypeError(
            f"{name} has dtype {array.dtype}, which float64 cannot hold: convert it yourself"
        )
    raise TypeError(f"{name} has dtype {array.dtype}, expected real numbers")


def last_lag(max_lag: Any, n: int, name: str = "max_lag") -> int:
    """``max_lag`` as an integer in ``[0, n)``; ``None`` means all."""
    if n == 0:
        raise ValueError("x is empty, expected at least one observation")
    if max_lag is None:
        return n - 1
    if isinstance(max_lag, bool | np.bool_):
        raise TypeError(f"{name}={max_lag!r}, expected an integer")
    try:
        lag = operator.index(max_lag)
    except TypeError:
        raise TypeError(f"{name}={max_lag!r}, expected an integer") from None
    if lag < 0:
        raise ValueError(f"{name}={lag}, expected 0 or more")
    if lag >= n:
        raise ValueError(f"{name}={lag}, expected at most {n - 1} for a series of {n} observations")
    return lag


def thread_count(threads: Any) -> int:
    """``threads`` as a positive integer; 0 means every usable core."""
    count = operator.index(threads)
    if count < 0:
        raise ValueError(f"threads={count}, expected 1 or more, or 0 for all cores")
    return count or _usable_cores()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    """``value``, if it is a choice."""
    if value not in choices:
        expected = ", ".join(repr(c) for c in choices)
        raise ValueError(f"{name}={value!r}, expected one of {expected}")
    return value
