"""Columns of pandas and Polars frames as arrays, and arrays as frames.

Neither package is imported here: whoever passes a frame has loaded the package already.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._frames import Kind, kind_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def frame_kind(name: str, frame: Any) -> Kind:
    """The package of a frame; an error for anything else."""
    kind = kind_of(frame)
    if kind == "numpy" or not hasattr(frame, "columns") or not hasattr(frame, "shape"):
        raise TypeError(
            f"{name} is a {type(frame).__name__}, expected a data frame of pandas or Polars"
        )
    if kind == "pandas" and not frame.columns.is_unique:
        column = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"{name} has the column {column!r} twice, expected each once")
    return kind


def require(name: str, frame: Any, columns: Sequence[str]) -> None:
    """An error that names the first column that is missing."""
    for column in columns:
        if column not in frame.columns:
            raise ValueError(
                f"{name} has no column {column!r}: it has {checks.short(list(frame.columns))}"
            )


def numbers(name: str, frame: Any, column: str) -> Floats:
    """A column as float64, missing values as NaN; borrowed where it can be."""
    values = frame[column]
    if kind_of(values) == "polars":
        if values.dtype.is_decimal():
            values = values.cast(sys.modules["polars"].Float64)
        if not values.dtype.is_numeric() or values.dtype == sys.modules["polars"].Boolean:
            raise TypeError(f"{name}[{column!r}] has {values.dtype}, expected numbers")
        values = values.to_numpy()
    elif values.dtype.kind in "iuf":
        values = values.to_numpy(dtype=np.float64, na_value=np.nan)
    elif values.dtype.kind == "O":  # decimals, or a column without a value
        if {str, bytes, bool} & set(map(type, values)):
            raise TypeError(
                f"{name}[{column!r}] has strings or bools, expected numbers: "
                f"pass {name}.astype({{{column!r}: float}})"
            )
        try:
            values = values.astype(np.float64).to_numpy()
        except (TypeError, ValueError):
            raise TypeError(f"{name}[{column!r}] has objects, expected numbers") from None
    else:
        raise TypeError(f"{name}[{column!r}] has {values.dtype}, expected numbers")
    return np.ascontiguousarray(values, dtype=np.float64)


def zone_of(values: Any) -> str | None:
    """The time zone of a column of times; None where they have none."""
    if kind_of(values) == "polars":
        return getattr(values.dtype, "time_zone", None)
    zone = getattr(values.dtype, "tz", None)
    return None if zone is None else str(zone)


def times(name: str, frame: Any, column: str) -> Ints:
    """A column of times as nanoseconds since 1970 in UTC; a missing one is the least integer."""
    values = frame[column]
    if kind_of(values) == "polars":
        polars = sys.modules["polars"]
        if not isinstance(values.dtype, polars.Datetime):
            raise TypeError(f"{name}[{column!r}] has {values.dtype}, expected times")
        unit = values.dtype.time_unit
        found = values.to_physical().fill_null(np.iinfo(np.int64).min).to_numpy()
    else:
        if getattr(values.dtype, "kind", "") != "M":
            raise TypeError(
                f"{name}[{column!r}] has {values.dtype}, expected times: "
                f"pd.to_datetime({name}[{column!r}]) reads strings"
            )
        unit = getattr(values.dtype, "unit", None) or np.datetime_data(values.dtype)[0]
        if zone_of(values) is not None:
            values = values.dt.tz_convert("UTC").dt.tz_localize(None)
        found = values.to_numpy().view(np.int64)
    if unit == "ns":
        return np.ascontiguousarray(found)
    missing = found == np.iinfo(np.int64).min
    scaled: Ints = found * np.int64(10**9 // _PER_SECOND[unit])
    scaled[missing] = np.iinfo(np.int64).min
    return scaled


def local_days(frame: Any, column: str) -> Ints:
    """Days since 1970 of a column of times, in its own time zone; -1 where one is missing."""
    values = frame[column]
    if kind_of(values) == "polars":
        found = values.dt.date().to_physical().fill_null(-1)
        return np.ascontiguousarray(found.to_numpy(), dtype=np.int64)
    if zone_of(values) is not None:
        values = values.dt.tz_localize(None)
    days = values.to_numpy().astype("datetime64[D]").view(np.int64)
    return np.where(values.isna().to_numpy(), -1, days)


def require_zone(name: str, frame: Any, column: str) -> None:
    """An error where times are naive."""
    if zone_of(frame[column]) is None:
        zone = 'zone="America/New_York"'
        how = {
            "pandas": f"{name}[{column!r}].dt.tz_localize({zone[5:]})",
            "polars": f"pl.col({column!r}).dt.replace_time_zone({zone[5:]})",
        }[kind_of(frame[column])]
        raise ValueError(f"{name}[{column!r}] has times without a zone, expected one: {how}")


def codes(values: Any) -> tuple[Ints, list[Any]]:
    """Numbers of the different values of a column, as they appear; -1 for a missing one."""
    if kind_of(values) == "polars":
        labels = values.unique(maintain_order=True).drop_nulls()
        return look_up(values, labels), labels.to_list()
    found, labels = sys.modules["pandas"].factorize(values)
    return np.asarray(found, dtype=np.int64), list(labels)


def positional(values: Any) -> Any:
    """A column that is read by position, whatever its index."""
    return values if kind_of(values) == "polars" else values.array


def look_up(values: Any, keys: Any) -> Ints:
    """The place of each value of a column among the values of another; -1 where it is not there."""
    if kind_of(values) == "polars":
        polars = sys.modules["polars"]
        if values.dtype != keys.dtype:
            raise TypeError(
                f"{values.name} has {values.dtype} in one frame and {keys.dtype} in another, "
                "expected the same"
            )
        place = polars.int_range(len(keys), dtype=polars.Int64, eager=True)
        table = polars.DataFrame({"key": keys, "place": place}).lazy()
        left = polars.DataFrame({"key": values}).lazy()
        found = left.join(table, on="key", how="left", maintain_order="left").collect()["place"]
        return np.ascontiguousarray(found.fill_null(-1).to_numpy())
    pandas = sys.modules["pandas"]
    return np.asarray(pandas.Index(keys).get_indexer(pandas.Index(values)), dtype=np.int64)


def first_missing(values: Any) -> int | None:
    """The row of the first missing value (None, NaN); None where none is missing."""
    missing = values.is_null() if kind_of(values) == "polars" else values.isna()
    return int(missing.to_numpy().argmax()) if missing.any() else None


def first_repeated(values: Any) -> int | None:
    """The row of the first value that was there before; None where all differ."""
    if kind_of(values) == "polars":
        if values.n_unique() == len(values):
            return None
        return int((~values.is_first_distinct()).arg_true()[0])
    if sys.modules["pandas"].Index(values).is_unique:
        return None
    return int(np.flatnonzero(values.duplicated().to_numpy())[0])


def frame_like(kind: Kind, data: Mapping[str, Any]) -> Any:
    """A frame of that package; of arrays, a dict."""
    if kind == "numpy":
        return dict(data)
    if kind == "polars":
        return sys.modules["polars"].DataFrame(dict(data))
    return sys.modules["pandas"].DataFrame(dict(data))


def times_like(kind: Kind, values: Ints, zone: str | None) -> Any:
    """Nanoseconds since 1970 as a column of times of that package, in that zone."""
    if kind == "polars":
        polars = sys.modules["polars"]
        made = polars.Series(values).cast(polars.Datetime("ns", "UTC" if zone else None))
        return made.dt.convert_time_zone(zone) if zone else made
    if kind == "numpy":
        return values.view("M8[ns]")
    made = sys.modules["pandas"].Series(values.view("M8[ns]"))
    return made.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else made


def smallest(name: str, value: Any) -> Decimal:
    """A smallest unit (of money, price or quantity), more than 0 and at most 10^12."""
    try:
        unit = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise TypeError(f'{name}={checks.short(value)}, expected a number such as "0.01"') from None
    if not unit.is_finite() or not Decimal("1e-12") <= unit <= Decimal("1e12"):
        raise ValueError(f"{name}={value}, expected 1e-12 to 1e12")
    return unit


def whole(name: str, values: Any, unit: Decimal, label: str, remedy: str) -> Ints:
    """Values as whole numbers of a unit; an error that names the first that is not one.

    ``name`` is the argument with its column and ``label`` that of the unit.
    """
    exact = np.asarray(values, dtype=np.float64)
    scaled = exact * float(1 / unit)
    found = np.rint(scaled)
    with np.errstate(invalid="ignore"):
        wrong = ~((np.abs(scaled - found) <= 1e-3) & (np.abs(scaled) < 2.0**52))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{name}[{row}] is {exact[row]}, expected a multiple of {label}={unit}: {remedy}"
        )
    return found.astype(np.int64)
