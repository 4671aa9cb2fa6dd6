"""Masked arrays, data frames and columns: errors that name a remedy.

Imports neither pandas nor Polars: a library that the caller has not imported made no argument.
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


def _refuse_large_integers_with_gaps(name: str, x: Any) -> None:
    """Check before the conversion: NumPy reads integers with nulls as doubles."""
    kind = str(x.dtype).lower()
    if kind.startswith(("int", "uint")) and len(x):
        low, high = x.min(), x.max()
        if isinstance(low, int | np.integer) and isinstance(high, int | np.integer):
            refuse_large_integers(name, low, high)
