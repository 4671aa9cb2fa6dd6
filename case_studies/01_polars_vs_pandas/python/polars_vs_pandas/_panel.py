"""Converts a user's input (pandas, Polars, NumPy) to one form.

NaN policy, the same in every implementation: a NaN in the signal, today or in the
window, means no position that day; a NaN return counts as 0. Polars' null, pandas' NA
and what NumPy masks are NaN here.
"""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from polars_vs_pandas._arrays import Floats

Frame: TypeAlias = "pd.DataFrame | pl.DataFrame | npt.NDArray[Any]"
"""What ``signal`` and ``returns`` may be: rows are dates, columns are assets."""

Dates: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Panel:
    """Values ``[T, N]`` (float64, any strides), and what names the rows and columns.

    ``dates`` and ``assets`` are ``None`` where the input had none (NumPy). ``dates`` are in UTC
    where they have a ``zone`` (a name or a ``tzinfo``).
    """

    values: Floats
    dates: Dates | None
    assets: tuple[str, ...] | None
    zone: Any = None


def read(name: str, frame: Any) -> Panel:
    """Read one argument; ``ValueError`` names it where it is no table of numbers.

    An aligned float64 NumPy array is borrowed as it is, as are the values of a pandas
    frame in one float64 block; anything else is copied once.
    """
    if isinstance(frame, pd.DataFrame):
        return _read_pandas(name, frame)
    if isinstance(frame, pl.LazyFrame):
        raise ValueError(f"{name} is a LazyFrame: pass {name}.collect()")
    if isinstance(frame, pl.DataFrame):
        return _read_polars(name, frame)
    if isinstance(frame, np.ndarray):
        return _read_numpy(name, frame)
    raise ValueError(
        f"{name} is a {type(frame).__name__}: expected a pandas or Polars DataFrame "
        "or a 2-dimensional NumPy array, rows by date, one column per asset"
    )


def dates_of(name: str, index: pd.Index[Any]) -> tuple[Dates, Any]:
    """A pandas index as an array, in UTC where it has a time zone, and that zone.

    The numbers pandas gives to rows by itself are labels like any other: a slice of them
    still says which row of the other frame it belongs to.
    """
    if isinstance(index, pd.MultiIndex):
        raise ValueError(
            f"{name} has a MultiIndex of {index.nlevels} levels: expected one row per date, "
            "one column per asset (a long frame: frame.unstack())"
        )
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    kind = pd.api.types.infer_dtype(index, skipna=False) if index.dtype == object else ""
    if kind == "date" and not any(isinstance(x, dt.datetime) for x in index):
        return index.to_numpy().astype("datetime64[D]"), None
    if kind:  # Python's own times and numbers, in types that can be compared and written
        index = _times(index) if kind == "datetime" else index.infer_objects()
    zone = getattr(index, "tz", None)
    if isinstance(index, pd.DatetimeIndex) and zone is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    if isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)) and index.unit == "s":
        index = index.as_unit("ms")  # Polars has no unit of seconds
    dates = index.to_numpy()
    labels = (str, dt.date, dt.time, numbers.Real)
    odd = [x for x in dates if not isinstance(x, labels)] if dates.dtype.kind in "Oc" else []
    if odd:
        raise ValueError(
            f"{name} has an index of {type(odd[0]).__name__}: expected dates, numbers or text "
            "(frame.reset_index(drop=True) numbers the rows)"
        )
    return dates, zone


def wall(dates: Dates, zone: Any) -> Dates:
    """Dates in UTC as the clocks of their zone show them; others as they are."""
    if zone is None:
        return dates
    return pd.DatetimeIndex(dates).tz_localize("UTC").tz_convert(zone).tz_localize(None).to_numpy()


def zones(one: str, zone: Any, other: str, another: Any) -> str:
    """What to say of dates in different zones; nothing where they are the same."""
    if str(zone) == str(another):
        return ""
    first, second = (f"in {z}" if z is not None else "without a time zone" for z in (zone, another))
    return f"{one} has dates {first}, {other} {second}: give both the same time zone"


def comparable(one: str, left: Dates, zone: Any, other: str, right: Dates, another: Any) -> None:
    """``ValueError`` where dates in a zone other than UTC meet dates without one.

    Hours would be paired with other hours, days with none.
    """
    aware, its_zone = (right, another) if zone is None else (left, zone)
    if (zone is None) != (another is None) and np.any(wall(aware, its_zone) != aware):
        raise ValueError(zones(one, zone, other, another))


def _times(index: pd.Index[Any]) -> pd.DatetimeIndex:
    try:
        return pd.DatetimeIndex(index)
    except ValueError:  # each with an offset of its own
        return pd.to_datetime(index, utc=True)


def _read_pandas(name: str, frame: pd.DataFrame) -> Panel:
    for label, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if not is_real(dtype):
            raise _not_numeric(name, label, dtype, "move dates to the index, drop text columns")
    assets = tuple(str(c) for c in frame.columns)
    if len(set(assets)) < len(assets):
        raise _twice(name, assets)
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    dates, zone = dates_of(name, frame.index)
    return Panel(values, dates, assets, zone)


def _read_polars(name: str, frame: pl.DataFrame) -> Panel:
    temporal = [c for c, dtype in frame.schema.items() if dtype.is_temporal()]
    if len(temporal) > 1:
        raise ValueError(
            f"{name} has {len(temporal)} date columns ({', '.join(temporal)}): keep one"
        )
    assets = [c for c in frame.columns if c not in temporal]
    for label in assets:
        if not frame.schema[label].is_numeric():
            remedy = "parse dates with str.to_date(), drop text columns"
            raise _not_numeric(name, label, frame.schema[label], remedy)
    dates, zone = None, None
    if temporal:
        column = frame[temporal[0]]
        if column.null_count():
            raise ValueError(f"{name}: column {temporal[0]!r} has missing dates: drop those rows")
        if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
            zone = column.dtype.time_zone
            column = column.cast(pl.Datetime(column.dtype.time_unit))  # in UTC
        dates = column.to_numpy()
    # Column by column: Polars gives a whole frame to its threads, and a forked process has none.
    values = np.empty((frame.height, len(assets)), order="F")
    for i, label in enumerate(assets):
        values[:, i] = frame[label].cast(pl.Float64).to_numpy()
    return Panel(values, dates, tuple(assets), zone)


def _read_numpy(name: str, array: npt.NDArray[Any]) -> Panel:
    if array.ndim != 2:
        raise ValueError(
            f"{name} has {array.ndim} dimension(s), shape {array.shape}: expected 2, "
            "rows by date, one column per asset (one asset: values.reshape(-1, 1))"
        )
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} has dtype {array.dtype}: expected real numbers")
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(np.float64), np.nan)
    # A field of packed records straddles machine words: such an array is copied once.
    return Panel(np.require(array, np.float64, ["A", "E"]), None, None)


def is_real(dtype: Any) -> bool:
    """Whether a pandas type holds real numbers (booleans are none)."""
    kinds = pd.api.types
    odd = kinds.is_bool_dtype(dtype) or kinds.is_complex_dtype(dtype)
    return bool(kinds.is_numeric_dtype(dtype)) and not odd


def _not_numeric(name: str, label: Any, dtype: Any, remedy: str) -> ValueError:
    return ValueError(f"{name}: column {label!r} has dtype {dtype}, expected numbers: {remedy}")


def _twice(name: str, labels: tuple[str, ...]) -> ValueError:
    label = next(c for c in labels if labels.count(c) > 1)
    return ValueError(
        f"{name}: column {label!r} appears twice (labels are read as text): "
        "give each asset its own name"
    )
