"""What a series of observations may be: checked once, before any kernel sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]
Lengths = npt.NDArray[np.int64]

MISSING = ("raise", "ignore")
# Squares of deviations and their inverses stay finite well within this.
LARGEST = 1e60
# What is fitted must not be smaller: variances would vanish.
SMALLEST = 1e-60


@dataclass(frozen=True)
class Observations:
    """Observations as the kernels take them.

    Attributes
    ----------
    x
        ``(T, D)``, C order; borrowed where the caller's array is so already.
    lengths
        Rows of each sequence.
    columns
        Whether the caller gave two dimensions.
    """

    x: Floats
    lengths: Lengths
    columns: bool


def observations(
    returns: Any, lengths: Sequence[int] | None, missing: str, *, name: str = "returns"
) -> Observations:
    """``returns`` and ``lengths``, checked.

    Parameters
    ----------
    returns
        ``(T,)`` or ``(T, D)``: an array, a list, a pandas or polars Series or frame of numbers.
    lengths
        How many rows each sequence has; None for one sequence.
    missing
        ``"raise"``: NaN is an error. ``"ignore"``: a row with NaN says nothing about the state.
    """
    checks.choice("missing", missing, MISSING)
    allow = missing == "ignore"
    found = checks.array(name, returns, ndim=(1, 2))
    # One pass over good data: a sum of squares is small and finite only where all terms are.
    flat = found.ravel()
    if not flat @ flat <= LARGEST**2:
        _refuse(name, found, allow)
        _refuse_large(name, found)
    if found.ndim == 2 and found.shape[1] == 0:
        raise ValueError(f"{name} has no column")
    x = found if found.ndim == 2 else found[:, None]
    return Observations(x, _lengths(lengths, len(x), name), found.ndim == 2)


def _refuse(name: str, found: Floats, allow: bool) -> None:
    try:
        checks.finite_array(name, found, ndim=(1, 2), allow_nan=allow)
    except ValueError as error:
        if not allow and np.isnan(found).any():
            raise ValueError(f'{error}; missing="ignore" lets NaN pass') from None
        raise


def _refuse_large(name: str, found: Floats) -> None:
    with np.errstate(invalid="ignore"):
        far = np.argwhere(np.abs(found) > LARGEST)
    if len(far):
        place = tuple(int(i) for i in far[0])
        index = ", ".join(map(str, place))
        raise ValueError(f"{name}[{index}] is {found[place]}, expected at most {LARGEST:g} in size")


def refuse_small(known: Floats, *, name: str = "returns") -> None:
    """An error where a column is so small that squares of its numbers lose digits."""
    if not len(known):
        return
    sizes = np.maximum(known.max(axis=0), -known.min(axis=0))
    bad = (sizes > 0) & (sizes < SMALLEST)
    if bad.any():
        size = float(sizes[bad][0])
        raise ValueError(
            f"{name} is at most {size:g} in size, expected zeros or {SMALLEST:g} and more: "
            "choose another unit"
        )


def _lengths(lengths: Sequence[int] | None, rows: int, name: str) -> Lengths:
    if lengths is None:
        return np.array([rows], dtype=np.int64)
    found = np.asarray(lengths)
    if found.ndim != 1 or not len(found) or found.dtype.kind not in "iu":
        raise TypeError(f"lengths={checks.short(lengths)}, expected whole numbers, one a sequence")
    if (found < 1).any():
        index = int(np.flatnonzero(found < 1)[0])
        raise ValueError(f"lengths[{index}]={found[index]}, expected 1 or more")
    total = sum(found.tolist())  # whole numbers of Python's do not overflow
    if total != rows:
        raise ValueError(f"lengths sum to {total}, expected {rows} as {name} has rows")
    return np.ascontiguousarray(found, dtype=np.int64)
