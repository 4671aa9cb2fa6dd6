"""Columns, dates and numbers of pandas and Polars frames, for :mod:`hft_py.labels`.

Neither package is imported here: a frame is recognised by the package of its type, so whoever
passes one has loaded the package already.
"""

from __future__ import annotations

import sys
from typing import Any, Literal

import numpy as np

from hft_py import checks

Kind = Literal["numpy", "pandas", "polars"]


def kind_of(value: Any) -> Kind:
    """The package that a value comes from; ``"numpy"`` for anything but a frame or series."""
    package = type(value).__module__.partition(".")[0]
    if package == "pandas":
        return "pandas"
    return "polars" if package == "polars" else "numpy"


def split(name: str, value: Any) -> tuple[list[Any], Any, Any]:
    """The labels of a frame's columns, its dates (None without), and the frame without them.

    A series is a frame of one column.
    """
    if kind_of(value) == "pandas":
        value = value.to_frame() if value.ndim == 1 else value
        return list(value.columns), value.index, value
    if hasattr(value, "collect_schema") and not hasattr(value, "to_numpy"):
        raise TypeError(f"{name} is a lazy frame, expected its data: pass {name}.collect()")
    value = value if hasattr(value, "columns") else value.to_frame()
    times = [c for c, t in zip(value.columns, value.dtypes, strict=True) if t.is_temporal()]
    dates = value[times[0]] if times else None
    value = value.drop(times[:1])
    return list(value.columns), dates, value


def numbers(name: str, value: Any) -> Any:
    """The values of a frame, all of its columns numbers; missing ones are NaN."""
    pandas = kind_of(value) == "pandas"
    for label, kind in zip(value.columns, value.dtypes, strict=True):
        if pandas and kind.kind == "O":
            value = value.astype({label: np.float64}) if _real(value[label]) else value
            kind = value.dtypes[label]
        if not (kind.kind in "iuf" if pandas else kind.is_numeric()):
            dates = pandas and kind.kind == "M"
            remedy = f": pass {name}.set_index({label!r})" if dates else ""
            raise TypeError(f"{name} has {kind} in the column {label!r}, expected numbers{remedy}")
    if not pandas:
        return value.cast(sys.modules["polars"].Float64).to_numpy()
    if (value.dtypes == np.float64).all():
        return value.to_numpy()  # borrowed where it can be
    return value.to_numpy(dtype=np.float64, na_value=np.nan)


def square(name: str, value: Any) -> tuple[Any, list[str], list[str] | None]:
    """The numbers, columns and rows of a square Polars frame; its rows may be named by a column."""
    texts, assets = texts_and_numbers(value)
    if len(texts) > 1:
        raise ValueError(f"{name} has {len(texts)} columns of strings, expected one at most")
    rows = value[texts[0]].to_list() if texts else None
    return numbers(name, value.select(assets)), assets, rows


def texts_and_numbers(value: Any) -> tuple[list[str], list[str]]:
    """The columns of strings (or categories) of a Polars frame, and the others."""
    numeric = [c for c, t in zip(value.columns, value.dtypes, strict=True) if t.is_numeric()]
    return [c for c in value.columns if c not in numeric], numeric


def _real(column: Any) -> bool:
    try:
        checks.array("column", column.to_numpy(), least=0)
    except (TypeError, ValueError):
        return False
    return True
