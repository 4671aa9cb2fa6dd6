"""Checks of arguments, made once, before any kernel is called.

Every error names the argument, its value and what was expected.
"""

from __future__ import annotations

import math
import operator
import os
import secrets
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MAX_THREADS = 64


def short(value: Any) -> str:
    """A value for a message, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def whole_number(
    name: str, value: Any, *, least: int | None = None, most: int | None = None
) -> int:
    """``value`` as an integer between ``least`` and ``most``; a bool is an error."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={value!r}, expected an integer")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={short(value)}, expected an integer") from None
    if least is not None and number < least:
        raise ValueError(f"{name}={number}, expected {least} or more")
    if most is not None and number > most:
        raise ValueError(f"{name}={number}, expected at most {most}")
    return number


def real_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """``value`` as a finite float; ``above`` and ``below`` exclude their ends."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | np.floating | np.integer):
        raise TypeError(f"{name}={short(value)}, expected a real number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name}={number}, expected a finite number")
    limits: tuple[tuple[float | None, Callable[[float, float], bool], str], ...] = (
        (above, operator.gt, "more than"),
        (least, operator.ge, "at least"),
        (below, operator.lt, "less than"),
        (most, operator.le, "at most"),
    )
    for limit, holds, words in limits:
        if limit is not None and not holds(number, limit):
            raise ValueError(f"{name}={number}, expected {words} {limit}")
    return number


def names(name: str, value: Any, count: int | None = None) -> tuple[str, ...]:
    """``value`` as strings, as many as ``count`` or at least one; a single string is an error."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name}={short(value)}, expected a list of names")
    found = tuple(map(str, value))
    if len(found) != (len(found) or 1 if count is None else count):
        raise ValueError(f"{name} has {len(found)} names, expected {count or '1 or more'}")
    return found


def flag(name: str, value: Any) -> bool:
    """``value`` as a truth value."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={short(value)}, expected True or False")
    return bool(value)


def choice(name: str, value: Any, options: Iterable[str]) -> str:
    """``value`` where it is one of the names."""
    names = tuple(options)
    if isinstance(value, str) and value in names:
        return value
    listed = ", ".join(f'"{option}"' for option in names)
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{name}={short(value)}, expected one of {listed}")


def array(name: str, value: Any, *, ndim: int | tuple[int, ...] = 1, least: int = 1) -> Floats:
    """``value`` as a C-contiguous float64 array; one that is so already is not copied.

    Parameters
    ----------
    ndim
        The number of dimensions allowed.
    least
        The shortest first axis.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: pass {name}.filled(numpy.nan)")
    try:
        found = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is not an array: {error}") from None
    if found.dtype.kind not in "iuf" and not (found.dtype.kind == "O" and _real(found)):
        raise TypeError(f"{name} has dtype {found.dtype}, expected real numbers")
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if found.ndim not in allowed:
        expected = " or ".join(map(str, allowed))
        raise ValueError(f"{name} has {found.ndim} dimensions, expected {expected}")
    if found.ndim and len(found) < least:
        raise ValueError(f"{name} has length {len(found)}, expected {least} or more")
    return np.ascontiguousarray(found, dtype=np.float64)


def _real(found: npt.NDArray[Any]) -> bool:
    return bool(found.size) and all(
        isinstance(item, Real) and not isinstance(item, bool) for item in found.flat
    )


def finite_array(
    name: str,
    value: Any,
    *,
    ndim: int | tuple[int, ...] = 1,
    least: int = 1,
    allow_nan: bool = False,
) -> Floats:
    """:func:`array` without infinities, and without NaN unless ``allow_nan``."""
    found = array(name, value, ndim=ndim, least=least)
    bad = np.isinf(found) if allow_nan else ~np.isfinite(found)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        index = ", ".join(map(str, place))
        expected = "finite numbers or NaN" if allow_nan else "finite numbers"
        raise ValueError(f"{name}[{index}] is {found[place]}, expected {expected}")
    return found


def sides(
    lower: Any, upper: Any, names: tuple[str, str] = ("bounds_lower", "bounds_upper")
) -> tuple[Floats, Floats]:
    """Lower and upper bounds as vectors, not compared with each other.

    Where ``upper`` is None, ``lower`` holds pairs ``[(lower, upper), ...]`` as SciPy has them (None
    in a pair is no bound), or is a ``scipy.optimize.Bounds``.
    """
    if upper is None:
        if hasattr(lower, "lb") and hasattr(lower, "ub"):
            lower, upper = np.broadcast_arrays(lower.lb, lower.ub)
        else:
            lower, upper = zip(*_pairs(lower, names), strict=True)
    return array(names[0], lower), array(names[1], upper)


def _pairs(given: Any, names: tuple[str, str]) -> list[tuple[Any, Any]]:
    try:
        pairs = [(low, high) for low, high in given]
    except (TypeError, ValueError):
        pairs = []
    if not pairs:
        raise TypeError(
            f"{names[0]}={short(given)} without {names[1]}, expected both, or pairs "
            "[(lower, upper), ...]"
        )
    return [(-math.inf if a is None else a, math.inf if b is None else b) for a, b in pairs]


def bounds(
    lower: Any,
    upper: Any,
    *,
    names: tuple[str, str] = ("bounds_lower", "bounds_upper"),
    infinite: bool = False,
) -> tuple[Floats, Floats]:
    """Two vectors of one length, every lower bound at most its upper one, and one of them below.

    Where the two are equal the parameter is held.

    Parameters
    ----------
    lower, upper
        The vectors; or pairs ``(lower, upper)`` and None: :func:`sides`.
    infinite
        Allow infinite bounds. Default: finite ones, as a population is drawn between them.
    """
    low, high = sides(lower, upper, names)
    if len(low) != len(high):
        raise ValueError(
            f"{names[0]} has length {len(low)} and {names[1]} {len(high)}, expected the same"
        )
    for name, side in zip(names, (low, high), strict=True):
        wrong = np.isnan(side) if infinite else ~np.isfinite(side)
        if wrong.any():
            index = int(np.flatnonzero(wrong)[0])
            expected = "a number" if infinite else "a finite number"
            raise ValueError(f"{name}[{index}] is {side[index]}, expected {expected}")
    wrong = (low > high) | (np.isinf(low) & (low == high))
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        expected = "at most the upper bound" if low[index] > high[index] else "a finite number"
        raise ValueError(
            f"{names[0]}[{index}]={low[index]} with {names[1]}[{index}]={high[index]}, "
            f"expected {expected}"
        )
    if (low == high).all():
        raise ValueError(
            f"{names[0]} equals {names[1]} in every parameter: all are held, and nothing is left "
            "to search"
        )
    return low, high


def flags(name: str, value: Any, count: int) -> npt.NDArray[np.bool_]:
    """``count`` truth values, or one for all; 0 and 1 count as such, None as no."""
    found = np.asarray(False if value is None else value)
    if found.dtype.kind not in "bui" or not np.isin(found, (0, 1)).all():
        raise TypeError(f"{name}={short(value)}, expected truth values")
    if found.shape not in ((), (count,)):
        raise ValueError(f"{name} has shape {found.shape}, expected ({count},) as the bounds have")
    return np.full(count, found, dtype=bool)


def within(name: str, points: Floats, lower: Floats, upper: Floats) -> None:
    """An error where a point, or one of several in rows, is outside the bounds."""
    outside = (points < lower) | (points > upper)
    if outside.any():
        place = tuple(int(i) for i in np.argwhere(outside)[0])
        index, j = ", ".join(map(str, place)), place[-1]
        raise ValueError(f"{name}[{index}]={points[place]} is outside [{lower[j]}, {upper[j]}]")


def inside(name: str, point: Any, lower: Floats, upper: Floats) -> Floats:
    """``point`` of the bounds' length and within them, ends included."""
    found = finite_array(name, point)
    if len(found) != len(lower):
        raise ValueError(
            f"{name} has length {len(found)}, expected {len(lower)} as the bounds have"
        )
    within(name, found, lower, upper)
    return found


def thread_count(threads: Any) -> int:
    """The number of threads: 0 means every core this process may use.

    Capped at 64, or at the number of cores where that is larger: some systems refuse to start
    thousands of threads.
    """
    count = whole_number("threads", threads, least=0)
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min(count, max(cores, MAX_THREADS)) if count else cores


def seed_number(seed: Any) -> int:
    """A seed below 2**64; None draws one from the operating system, a Generator from itself.

    A ``numpy.random.Generator`` is advanced by one draw of 64 bits.
    """
    if seed is None:
        return secrets.randbits(64)
    if isinstance(seed, np.random.Generator):
        return int(seed.integers(2**64, dtype=np.uint64))
    return whole_number("seed", seed, least=0, most=2**64 - 1)
