"""What the functions of this module are given: returns with their gaps, and series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.labels import Labelled

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LARGEST = 1e150
MISSING = ("raise", "complete", "pairwise")


def returns_table(
    returns: Any, missing: str, *, allowed: tuple[str, ...] = MISSING, least: int = 2
) -> tuple[Labelled, Floats, Mask | None]:
    """The table, the rows that are used, and where they are observed (None: everywhere).

    ``missing="raise"`` refuses a NaN, ``"complete"`` drops every row that has one, ``"pairwise"``
    keeps all rows and gives the mask. Nothing is ever filled.
    """
    policy = checks.choice("missing", missing, allowed)
    table = labels.panel("returns", returns, least=least, allow_nan=True)
    values = table.values
    largest = max(
        float(np.fmax.reduce(values, axis=None)), -float(np.fmin.reduce(values, axis=None))
    )
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise ValueError(
            f"returns are up to {largest:.3g}, expected {1 / LARGEST:g} to {LARGEST:g}: no number "
            "holds their squares"
        )
    gaps = np.isnan(values)
    if not gaps.any():
        return table, values, None
    if policy == "raise":
        row, column = (int(i) for i in np.argwhere(gaps)[0])
        others = " or ".join(f'missing="{name}"' for name in allowed[1:])
        raise ValueError(
            f"returns[{row}] of {table.names[column]} is nan, expected a number: pass {others}"
        )
    if policy == "complete":
        values = values[~gaps.any(axis=1)]
        if len(values) < least:
            raise ValueError(
                f"returns has {len(values)} rows without NaN, expected {least} or more: "
                "leave out assets with short histories"
            )
        return table, values, None
    return table, values, ~gaps


def series(name: str, value: Any, *, least: int = 1, allow_nan: bool = False) -> Floats:
    """Numbers in the order of time; a pandas series must have its dates in order."""
    index = getattr(value, "index", None)
    if labels.kind_of(value) == "pandas" and hasattr(index, "freq"):
        labels.check_order(name, index)
    return checks.finite_array(name, value, least=least, allow_nan=allow_nan)


def pair(first: tuple[str, Any], second: tuple[str, Any], **more: Any) -> tuple[Floats, Floats]:
    """Two series, each with its name, of the same length and the same dates."""
    (name, value), (other, beside) = first, second
    found, against = series(name, value, **more), series(other, beside, allow_nan=True)
    if len(found) != len(against):
        raise ValueError(f"{other} has length {len(against)}, expected {len(found)} as {name}")
    if labels.kind_of(value) == labels.kind_of(beside) == "pandas" and not labels.same_dates(
        value.index, beside.index
    ):
        raise ValueError(f"{other} has other dates than {name}")
    return found, against
