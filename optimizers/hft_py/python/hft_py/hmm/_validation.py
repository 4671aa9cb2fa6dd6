"""Checks of observations and models, made once, before any kernel is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Ints, Lengths

MISSING = ("raise", "ignore")
# Squares of deviations and their inverses stay finite well within these sizes.
MAX_SIZE = 1e60
MIN_SIZE = 1e-60


@dataclass(frozen=True)
class Observations:
    """Observations ``(T, D)`` in C order, and the rows of each sequence."""

    x: Floats
    lengths: Ints
    two_dimensional: bool  # as the caller gave them


def validate_params(name: str, params: Any) -> HMMParams:
    """``params`` where it is a model."""
    if not isinstance(params, HMMParams):
        raise TypeError(f"{name}={checks.short(params)}, expected HMMParams")
    return params


def validate_observations(returns: Any, lengths: Lengths, missing: str) -> Observations:
    """``returns`` and ``lengths`` as the kernels take them; C-ordered float64 is borrowed."""
    checks.choice("missing", missing, MISSING)
    found = checks.array("returns", returns, ndim=(1, 2))
    # One pass over good data: a sum of squares is small and finite only where all terms are.
    flat = found.ravel()
    if not flat @ flat <= MAX_SIZE**2:
        _refuse_large(found, allow_nan=missing == "ignore")
    if found.ndim == 2 and found.shape[1] == 0:
        raise ValueError("returns has no column")
    x = found if found.ndim == 2 else found[:, None]
    return Observations(x, _validate_lengths(lengths, len(x)), found.ndim == 2)


def _refuse_large(found: Floats, allow_nan: bool) -> None:
    """An error that names the first value that is not finite or too large, if there is one."""
    try:
        checks.finite_array("returns", found, ndim=(1, 2), allow_nan=allow_nan)
    except ValueError as error:
        if not allow_nan and np.isnan(found).any():
            raise ValueError(f'{error}; missing="ignore" lets NaN pass') from None
        raise
    with np.errstate(invalid="ignore"):
        large = np.argwhere(np.abs(found) > MAX_SIZE)
    if len(large):
        place = tuple(int(i) for i in large[0])
        index = ", ".join(map(str, place))
        raise ValueError(
            f"returns[{index}] is {found[place]}, expected at most {MAX_SIZE:g} in size"
        )


def column_sizes(known: Floats) -> Floats:
    """The largest absolute value of each column; NaN counts only where there is nothing else."""
    sizes: Floats = np.fmax(np.fmax.reduce(known), -np.fmin.reduce(known))
    return sizes


def refuse_small(known: Floats) -> None:
    """An error where a column is so small that squares of its numbers lose digits."""
    if not len(known):
        return
    sizes = column_sizes(known)
    small = sizes[(sizes > 0) & (sizes < MIN_SIZE)]
    if len(small):
        raise ValueError(
            f"returns is at most {small[0]:g} in size, expected zeros or {MIN_SIZE:g} and more: "
            "choose another unit"
        )


def _validate_lengths(lengths: Lengths, rows: int) -> Ints:
    if lengths is None:
        return np.array([rows], dtype=np.int64)
    found = np.asarray(lengths)
    if found.ndim != 1 or not len(found) or found.dtype.kind not in "iu":
        raise TypeError(f"lengths={checks.short(lengths)}, expected a whole number per sequence")
    if (found < 1).any():
        index = int(np.flatnonzero(found < 1)[0])
        raise ValueError(f"lengths[{index}]={found[index]}, expected 1 or more")
    total = sum(found.tolist())  # Python's integers do not overflow
    if total != rows:
        raise ValueError(f"lengths sum to {total}, expected {rows}, the rows of returns")
    return np.ascontiguousarray(found, dtype=np.int64)
