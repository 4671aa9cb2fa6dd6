"""Argument checks."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

MAX_OBSERVATIONS = 2**24  # of the kernels' counters


def finite(name: str, value: Any, *, least: float = -math.inf, above: float = -math.inf) -> float:
    """``value`` as a finite float, at least ``least`` and greater than ``above``."""
    bound = f" >= {least:g}" * (least > -math.inf) + f" > {above:g}" * (above > -math.inf)
    expected = f"expected a finite number{bound}"
    if isinstance(value, bool | np.bool_ | str | bytes | bytearray | memoryview):
        raise TypeError(f"{name}={value!r}, {expected}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} is beyond the range of a double, {expected}") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r}, {expected}") from None
    if not math.isfinite(number) or number < least or number <= above:
        raise ValueError(f"{name}={number!r}, {expected}")
    return number


def integer(name: str, value: Any, least: int, most: int | None = None) -> int:
    """``value`` as an integer in ``[least, most]``; a ``bool`` is refused."""
    within = f">= {least}" if most is None else f"from {least} to {most}"
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={value!r}, expected an integer {within}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}, expected an integer {within}") from None
    if number < least or (most is not None and number > most):
        within = f"an integer >= {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name}={number}, expected {within}")
    return number


def numbers(name: str, value: Any) -> tuple[float, ...]:
    """``value`` as a tuple of finite floats greater than 0."""
    if isinstance(value, str | bytes | bytearray | memoryview) or not isinstance(value, Iterable):
        raise TypeError(f"{name}={value!r}, expected a sequence of numbers")
    return tuple(finite(f"{name}[{i}]", number, above=0.0) for i, number in enumerate(value))


def ascending(name: str, value: Any, most: float) -> tuple[float, ...]:
    """``value`` as a tuple of ascending numbers greater than 0 and at most ``most``."""
    found = numbers(name, value)
    for i, (before, after) in enumerate(zip((0.0, *found), found, strict=False)):
        if after <= before:
            raise ValueError(f"{name}[{i}]={after!r} after {before!r}, expected ascending numbers")
    if found and found[-1] > most:
        raise ValueError(f"{name}[{len(found) - 1}]={found[-1]!r}, expected at most {most!r}")
    return found


def one_of(name: str, value: Any, choices: Sequence[str]) -> str:
    """``value``, if it is a choice."""
    if isinstance(value, str) and value in choices:
        return value
    expected = ", ".join(repr(c) for c in choices)
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{name}={value!r}, expected one of {expected}")


def boolean(name: str, value: Any) -> bool:
    """``value``, if it is a ``bool``."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise TypeError(f"{name}={value!r}, expected True or False")


def executor_like(value: Any) -> Any:
    """``value``, if it is ``None`` or has the method ``submit``, as executors have."""
    # A class has the method, too, but cannot run anything.
    if value is None or (callable(getattr(value, "submit", None)) and not isinstance(value, type)):
        return value
    raise TypeError(f"executor={value!r}, expected None or a concurrent.futures.Executor")
