"""Aligns a benchmark's returns with the dates of a result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from polars_vs_pandas import _panel as panel
from polars_vs_pandas._arrays import Floats
from polars_vs_pandas._panel import Dates


def align(benchmark: Any, dates: Dates, zone: Any = None) -> Floats:
    """One return for each of ``dates``; ``ValueError`` names the argument otherwise.

    ``dates`` are in UTC where they have a ``zone``.

    A pandas Series or a Polars frame is joined on its dates and may hold more of them.
    An array, a Polars Series, or a pandas Series whose rows have no labels of their own
    must have one value for each date. The answer is a copy.
    """
    own: tuple[Dates | None, Any] = None, None
    if isinstance(benchmark, pd.DataFrame):
        benchmark = _only_column(benchmark)
    if isinstance(benchmark, pd.Series):
        if not panel.is_real(benchmark.dtype):
            raise ValueError(f"benchmark has dtype {benchmark.dtype}: expected real numbers")
        values = benchmark.to_numpy(dtype=np.float64, na_value=np.nan)
        labels = benchmark.index
        numbered = labels.equals(pd.RangeIndex(dates.size))
        if not numbered:
            own = panel.dates_of("benchmark", labels)
    elif isinstance(benchmark, pl.DataFrame):
        read = panel.read("benchmark", benchmark)
        if read.values.shape[1] != 1:
            raise ValueError(
                f"benchmark has {read.values.shape[1]} number columns, expected one: "
                "select the date and the return"
            )
        values, own = read.values[:, 0], (read.dates, read.zone)
    else:
        values = _as_floats(benchmark)
    aligned = values if own[0] is None else _join(own[0], own[1], values, dates, zone)
    if aligned.shape != dates.shape:
        raise ValueError(
            f"benchmark has shape {aligned.shape}: expected one return for each of the "
            f"{dates.size} days of the result"
        )
    if not np.isfinite(aligned).all():
        day = panel.wall(dates, zone)[int(np.argmin(np.isfinite(aligned)))]
        raise ValueError(f"benchmark is not finite on {day}: fill or drop such days first")
    return np.array(aligned)


def _only_column(frame: pd.DataFrame) -> pd.Series[Any]:
    if frame.shape[1] != 1:
        raise ValueError(f"benchmark has {frame.shape[1]} columns, expected one: select it")
    return frame.iloc[:, 0]


def _as_floats(values: Any) -> Floats:
    try:
        array = np.asanyarray(values)
        found = str(array.dtype) if array.dtype.kind not in "iuf" else ""
    except (TypeError, ValueError):
        found = "ragged"
    if found:
        raise ValueError(
            f"benchmark is a {type(values).__name__} that holds no numbers ({found}): expected a "
            "pandas Series, a Polars frame of date and return, or an array"
        )
    return np.ma.filled(array.astype(np.float64), np.nan)


def _join(own: Dates, own_zone: Any, values: Floats, dates: Dates, zone: Any) -> Floats:
    if own.dtype.kind != dates.dtype.kind:
        raise ValueError(
            f"benchmark has dates of type {own.dtype}, the result of {dates.dtype}: "
            "give both the same dates, or pass an array"
        )
    panel.comparable("the result", dates, zone, "benchmark", own, own_zone)
    try:
        order = np.argsort(own, kind="stable")
        own, values = own[order], values[order]
        at = np.searchsorted(own, dates)
    except TypeError:
        raise ValueError(
            "benchmark has dates that cannot be compared with the result's: give both the same"
        ) from None
    if np.any(own[1:] == own[:-1]):
        raise ValueError("benchmark has duplicated dates: keep one return per date")
    found = at < own.size
    found[found] = own[at[found]] == dates[found]
    if not found.all():
        zones = panel.zones("the result", zone, "benchmark", own_zone)
        raise ValueError(
            f"benchmark lacks {int((~found).sum())} of {dates.size} days, the first "
            f"{panel.wall(dates, zone)[int(np.argmin(found))]}{zones and '; '}{zones}"
        )
    result: Floats = values[at]
    return result
