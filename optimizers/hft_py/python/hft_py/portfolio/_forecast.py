"""The forecast of one date, and its labels."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from hft_py import checks, labels


def assets_of(alpha: Any) -> Any:
    """The labels of a forecast; None of an array."""
    given = labels.by_label("alpha", alpha)
    return None if given is None else tuple(given)


def forecast_of(alpha: Any, as_of: Any) -> Any:
    """A forecast of one date: ``alpha`` itself, or a row of a frame by date."""
    kind = labels.kind_of(alpha)
    if kind == "numpy" or not labels.by_date(alpha):
        return alpha
    found = labels.panel("alpha", alpha, allow_nan=True)
    if as_of is None:
        raise ValueError("as_of is None: alpha has several dates, expected one of them")
    row = found.values[_row(found.dates, as_of)]
    return labels.vector_like(kind, found.assets, row, "alpha")


def _row(dates: Any, as_of: Any) -> int:
    """The last row at or before ``as_of``, which is within the dates."""
    times = np.asarray(dates)
    try:
        date = _like(dates, times, as_of)
        late = [bool(date < time) for time in times] if times.dtype.kind == "O" else date < times
        inside = bool(times[0] <= date) and bool(date <= times[-1])
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"as_of={checks.short(as_of)} cannot be compared with alpha's dates, such as "
            f"{times[0]}: {error}"
        ) from None
    if not inside:
        raise ValueError(f"as_of={as_of} is outside alpha's dates, {times[0]} to {times[-1]}")
    return len(times) - int(np.count_nonzero(late)) - 1


def _like(dates: Any, times: Any, as_of: Any) -> Any:
    """``as_of`` in the type of the dates."""
    zone = getattr(dates, "tz", None)  # of pandas
    if zone is not None:
        stamp = sys.modules["pandas"].Timestamp(as_of)
        return stamp.tz_localize(zone) if stamp.tz is None else stamp
    if times.dtype.kind != "M":
        return as_of
    if getattr(as_of, "tzinfo", None) is not None:
        raise TypeError("it has a time zone and they have none")
    return np.datetime64(as_of)
