"""Masked arrays, data frames and columns: errors that name a remedy.

Imports neither pandas nor Polars: an argument cannot come from a library that is not imported.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

EXACT = 2**53  # the largest magnitude up to which doubles hold every integer


def refuse(name: str, x: Any) -> None:
    """``TypeError`` for what ``numpy.asarray`` would misread without an error."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array: pass {name}.filled(numpy.nan), "
            f"or {name}.compressed() to close the gaps"
        )
    if is_a("pandas", "DataFrame", x):
        raise TypeError(
            f"{name} is a pandas DataFrame: pass one column, {name}.apply(autocorrelation, "
            f"max_lag=...) for all, or {name}.to_numpy() with axis=0"
        )
    if is_a("polars", "DataFrame", x) or is_a("polars", "LazyFrame", x):
        raise TypeError(
            f"{name} is a Polars frame: pass one column, or select "
            "pl.all().map_batches(lambda s: autocorrelation(s, ...), return_dtype=pl.Float64)"
        )
    if is_a("pandas", "Series", x) or is_a("polars", "Series", x):
        _refuse_large_integers_with_gaps(name, x)


def is_a(library: str, kind: str, x: Any) -> bool:
    """Whether ``x`` is an instance of this class of pandas or Polars."""
    module = sys.modules.get(library)
    return module is not None and isinstance(x, getattr(module, kind, ()))


def refuse_other_labels(x: Any, y: Any) -> None:
    """``ValueError`` for two pandas Series of one length whose rows have different labels.

    The numbers that pandas gives to rows by itself say nothing beside labels of another kind,
    but a slice of them does beside numbers.
    """
    if not (is_a("pandas", "Series", x) and is_a("pandas", "Series", y)):
        return
    own, other = x.index, y.index
    kinds = ["number" if i.dtype.kind in "iuf" else i.dtype.kind for i in (own, other)]
    if kinds[0] != kinds[1]:
        numbered = own if kinds[0] == "number" else other
        if kinds.count("number") and numbered.equals(sys.modules["pandas"].RangeIndex(len(x))):
            return
        different = f"those of x are {own.dtype}, those of y {other.dtype}"
    else:
        zones = [getattr(i, "tz", None) for i in (own, other)]
        if (zones[0] is None) != (zones[1] is None):
            different = f"those of x are {own.dtype}, those of y {other.dtype}: give both a zone"
        else:
            if zones[0] is not None:
                own, other = own.tz_convert("UTC"), other.tz_convert("UTC")
            row = None if own.equals(other) else _first_difference(own, other)
            if row is None:
                return
            different = f"row {row} is {own[row]} in x, {other[row]} in y"
    raise ValueError(
        f"the labels of x and y differ, {different}: x, y = x.align(y, join='inner') keeps the "
        "rows of both, x.to_numpy() and y.to_numpy() pair by position"
    )


def refuse_large_integers(name: str, low: Any, high: Any) -> None:
    """``ValueError`` for integers that doubles would round."""
    if low < -EXACT or high > EXACT:
        worst = low if low < -EXACT else high
        raise ValueError(
            f"{name} holds {worst}, and doubles hold integers up to 2**53 only: subtract "
            f"{name}[0] first, or pass {name}.astype(float) if rounding does not matter"
        )


def dtype_hint(name: str, x: Any, kind: str) -> str:
    """The dtype of a column and, where NumPy reads objects, the cast that makes numbers."""
    objects = kind == "O"
    if is_a("polars", "Series", x):
        return f" (Polars {x.dtype})" + f": pass {name}.cast(pl.Float64)" * objects
    if is_a("pandas", "Series", x):
        return f" (pandas {x.dtype})" + f": pass {name}.astype('Float64')" * objects
    return ""


def _first_difference(own: Any, other: Any) -> int | None:
    """The first row whose labels differ; two missing ones do not."""
    for row, (a, b) in enumerate(zip(own, other, strict=True)):
        if a != b and (a == a or b == b):
            return row
    return None


def _refuse_large_integers_with_gaps(name: str, x: Any) -> None:
    """Check before the conversion: NumPy reads integers with nulls as doubles."""
    kind = str(x.dtype).lower()
    if kind.startswith(("int", "uint")) and len(x):
        low, high = x.min(), x.max()
        if isinstance(low, int | np.integer) and isinstance(high, int | np.integer):
            refuse_large_integers(name, low, high)
