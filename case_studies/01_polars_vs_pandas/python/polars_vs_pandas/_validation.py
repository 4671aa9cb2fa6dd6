"""Checks of a user's input, made once, before any kernel runs.

A wrong type is a ``TypeError``, a wrong value a ``ValueError``; either names the argument, what
was found and what to do. The kernels rely on these checks.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import _panel as panel
from polars_vs_pandas import _periods as periods
from polars_vs_pandas._arrays import Floats
from polars_vs_pandas._panel import Dates, Panel

MAX_THREADS = 65_536
"""More than any machine has; the extension counts them in a machine word."""


@dataclass(frozen=True)
class Market:
    """Validated inputs: signal and returns ``[T, N]``, dates ``[T]``, asset names.

    ``instants`` are the dates in UTC where they have a ``zone``, else the dates themselves.
    """

    signal: Floats
    returns: Floats
    dates: Dates
    instants: Dates
    zone: Any
    assets: tuple[str, ...]


def market(signal: Any, returns: Any) -> Market:
    """Read and check the two tables; rows and columns must be the same in both."""
    left, right = panel.read("signal", signal), panel.read("returns", returns)
    for name, side in (("signal", left), ("returns", right)):
        _filled(name, side)
    if left.values.shape != right.values.shape:
        raise ValueError(
            f"signal has shape {left.values.shape}, returns {right.values.shape}: "
            "expected the same rows and columns"
        )
    for name, side in (("signal", left), ("returns", right)):
        if side.dates is not None:
            _ordered(name, side.dates, panel.wall(side.dates, side.zone))
    if left.dates is not None and right.dates is not None:
        _same_dates(left.dates, right.dates, left.zone, right.zone)
    if left.assets is not None and right.assets is not None:
        _same_assets(left.assets, right.assets)
    for name, side in (("signal", left), ("returns", right)):
        _finite(name, side)
    rows, width = left.values.shape
    dated = left if left.dates is not None else right
    instants = np.arange(rows) if dated.dates is None else dated.dates
    return Market(
        left.values,
        right.values,
        panel.wall(instants, dated.zone),
        instants,
        dated.zone,
        left.assets or right.assets or tuple(f"asset_{i}" for i in range(width)),
    )


def window(value: Any, rows: int, name: str = "window") -> int:
    """An integer from 2 to T - 2: shorter has no deviation, longer leaves no result."""
    length = _integer(name, value, "an integer, the number of rows")
    if length < 2:
        raise ValueError(f"{name}={_shown(length)}: expected at least 2 rows, for a deviation")
    if rows < 4:
        raise ValueError(
            f"signal and returns have {rows} {'row' if rows == 1 else 'rows'}: expected at least "
            "4, two for the shortest window, one to decide on and one to earn on"
        )
    if length > rows - 2:
        raise ValueError(
            f"{name}={_shown(length)} is too long for {rows} rows: at most {rows - 2}, which "
            "leaves one row to decide on and one to earn on"
        )
    return length


def not_negative(name: str, value: Any) -> float:
    """A finite number >= 0 (``k_long``, ``k_short``, ``cost``)."""
    number = _number(name, value)
    if number < 0:
        raise ValueError(f"{name}={_shown(value)}: expected a number >= 0")
    return number


def positive(name: str, value: Any) -> float:
    """A finite number > 0 (``capital``, ``periods_per_year``)."""
    number = _number(name, value)
    if number <= 0:
        raise ValueError(f"{name}={_shown(value)}: expected a number > 0")
    return number


def periods_per_year(value: Any, dates: Dates) -> float:
    """A finite number > 0; ``None`` is judged by the dates, NaN where they do not tell."""
    return periods.per_year(dates) if value is None else positive("periods_per_year", value)


def threads(value: Any) -> int:
    """An integer from 0 to :data:`MAX_THREADS`; 0 means all cores."""
    expected = f"an integer >= 0 (0: all cores), at most {MAX_THREADS}"
    count = _integer("threads", value, expected)
    if not 0 <= count <= MAX_THREADS:
        raise ValueError(f"threads={_shown(value)}: expected {expected}")
    return count


def implementation(value: Any) -> str:
    """The name of an implementation that can run here; ``auto`` resolved."""
    if isinstance(value, str) and value in kernels.CHOICES:
        return kernels.resolve(value)
    error = ValueError if isinstance(value, str) else TypeError
    choices = ", ".join(map(repr, kernels.CHOICES))
    raise error(f"implementation={_shown(value)}: expected one of {choices}")


def several(name: str, value: Any) -> list[Any]:
    """A value or a sequence of values, as a list that is not empty."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return [value[()]]
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return [value]
    values = list(value)
    if not values:
        raise ValueError(f"{name} is empty: expected at least one value")
    return values


def outcome(equity: Floats, traded: Floats, capital: float) -> None:
    """The one check after a kernel: curves that floats can hold, add up and compare."""
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite((equity.sum() + traded.sum()) / min(capital, 1.0)):
            return
    raise ValueError(
        "equity overflows: returns or capital are too large for this many days, "
        "expected simple returns (0.01 is one per cent)"
    )


def _integer(name: str, value: Any, expected: str) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}={_shown(value)}: expected {expected}")
    return int(value)


def _number(name: str, value: Any) -> float:
    real = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    if not real:
        raise TypeError(f"{name}={_shown(value)}: expected a finite number")
    try:
        number = float(value)
    except OverflowError:  # an integer or a fraction that no float can hold
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name}={_shown(value)}: expected a finite number")
    return number


def _shown(value: Any) -> str:
    """The value for a message, at no great length."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out an integer of thousands of digits
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _filled(name: str, side: Panel) -> None:
    rows, width = side.values.shape
    if rows == 0 or width == 0:
        raise ValueError(f"{name} is empty ({rows} rows, {width} assets)")


def _ordered(name: str, dates: Dates, shown: Dates) -> None:
    try:
        repeated, backwards = dates[1:] == dates[:-1], dates[1:] < dates[:-1]
        missing = dates != dates  # NaT
    except TypeError:
        raise ValueError(f"{name}: dates of mixed types cannot be ordered") from None
    if np.any(missing):
        raise ValueError(f"{name}: row {int(np.argmax(missing))} has no date: drop such rows")
    if np.any(backwards):
        row = int(np.argmax(backwards)) + 1
        raise ValueError(
            f"{name}: dates are not sorted, {shown[row]} comes after {shown[row - 1]}: "
            "sort both frames by date"
        )
    if np.any(repeated):
        row = int(np.argmax(repeated))
        raise ValueError(f"{name}: date {shown[row]} is duplicated: keep one row per date")


def _same_dates(signal: Dates, returns: Dates, zone: Any, other: Any) -> None:
    comparable = {signal.dtype.kind, returns.dtype.kind} <= {"M"} or (
        signal.dtype.kind == returns.dtype.kind
    )
    if not comparable:
        raise ValueError(
            f"signal has dates of type {signal.dtype}, returns of {returns.dtype}: "
            "give both the same dates"
        )
    panel.comparable("signal", signal, zone, "returns", returns, other)
    different = signal != returns
    if np.any(different):
        zones = panel.zones("signal", zone, "returns", other)
        row = int(np.argmax(different))
        raise ValueError(
            f"dates of signal and returns do not match: row {row} is "
            f"{panel.wall(signal, zone)[row]} in signal, {panel.wall(returns, other)[row]} in "
            f"returns; {zones or 'join the two on their dates first'}"
        )


def _same_assets(signal: tuple[str, ...], returns: tuple[str, ...]) -> None:
    if signal == returns:
        return
    if set(signal) == set(returns):
        raise ValueError(
            "columns of signal and returns are in different orders: "
            "reorder one, returns = returns[signal.columns]"
        )
    mine = [c for c in signal if c not in returns] or [c for c in returns if c not in signal]
    where = "signal" if mine[0] in signal else "returns"
    raise ValueError(f"columns do not match: {mine[0]!r} is in {where} only")


def _finite(name: str, side: Panel) -> None:
    # One pass on sound input: a sum is finite unless some value is not (or it overflows).
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite(side.values.sum()):
            return
    labels = side.assets or range(side.values.shape[1])
    infinite = np.isinf(side.values)
    if infinite.any():
        row, column = (int(i) for i in np.argwhere(infinite)[0])
        raise ValueError(
            f"{name} has an infinite value in column {labels[column]!r}, row {row}: "
            "replace it by NaN where it means missing"
        )
    empty = np.isnan(side.values).all(axis=0)
    if empty.any():
        label = labels[int(np.argmax(empty))]
        raise ValueError(f"{name}: column {label!r} holds nothing but NaN: drop it in both frames")
