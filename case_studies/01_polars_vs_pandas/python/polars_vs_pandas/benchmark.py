"""Bringing a benchmark's returns onto the dates of a result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from polars_vs_pandas import panel
from polars_vs_pandas.arrays import Floats
from polars_vs_pandas.panel import Dates


def align(benchmark: Any, dates: Dates) -> Floats:
    """One return for each of ``dates``; ``ValueError`` names the argument otherwise.

    A pandas Series or a Polars frame is joined on its dates and may hold more of them.
    An array or a Polars Series must have one value for each date.
    """
    if isinstance(benchmark, pd.DataFrame):
        benchmark = _only_column(benchmark)
    if isinstance(benchmark, pd.Series):
        own = None if isinstance(benchmark.index, pd.RangeIndex) else benchmark.index
        values = benchmark.to_numpy(dtype=np.float64, na_value=np.nan)
        aligned = values if own is None else _join(panel.dates_of(own), values, dates)
    elif isinstance(benchmark, pl.DataFrame):
        read = panel.read("benchmark", benchmark)
        if read.values.shape[1] != 1:
            raise ValueError(
                f"benchmark has {read.values.shape[1]} number columns, expected one: "
                "select the date and the return"
            )
        values = read.values[:, 0]
        aligned = values if read.dates is None else _join(read.dates, values, dates)
    else:
        aligned = _as_floats(benchmark)
    if aligned.shape != dates.shape:
        raise ValueError(
            f"benchmark has shape {aligned.shape}: expected one return for each of the "
            f"{dates.size} days of the result"
        )
    if not np.isfinite(aligned).all():
        day = dates[int(np.argmin(np.isfinite(aligned)))]
        raise ValueError(f"benchmark is not finite on {day}: fill or drop such days first")
    return aligned


def _only_column(frame: pd.DataFrame) -> pd.Series[Any]:
    if frame.shape[1] != 1:
        raise ValueError(f"benchmark has {frame.shape[1]} columns, expected one: select it")
    return frame.iloc[:, 0]


def _as_floats(values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"benchmark is a {type(values).__name__} that holds no numbers: expected a pandas "
            "Series, a Polars frame of date and return, or an array"
        ) from None


def _join(own: Dates, values: Floats, dates: Dates) -> Floats:
    if own.dtype.kind != dates.dtype.kind:
        raise ValueError(
            f"benchmark has dates of type {own.dtype}, the result of {dates.dtype}: "
            "give both the same dates, or pass an array"
        )
    order = np.argsort(own, kind="stable")
    own, values = own[order], values[order]
    if np.any(own[1:] == own[:-1]):
        raise ValueError("benchmark has duplicated dates: keep one return per date")
    at = np.searchsorted(own, dates)
    found = at < own.size
    found[found] = own[at[found]] == dates[found]
    if not found.all():
        raise ValueError(
            f"benchmark lacks {int((~found).sum())} of {dates.size} days, the first "
            f"{dates[int(np.argmin(found))]}"
        )
    result: Floats = values[at]
    return result
