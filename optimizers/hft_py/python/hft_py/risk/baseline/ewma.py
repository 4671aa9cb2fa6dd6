"""Exponentially weighted mean squares of series with gaps, in NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def ewma_squares(values: Floats, decay: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Of each column of ``(T, n)``: the weighted mean of squares, and how many there are.

    A NaN is left out and does not age what was before it: the weight of a value is ``decay`` to
    the number of values after it. Weights are divided by their sum; without values the mean is NaN.
    """
    sums, weights = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    counts = np.zeros(values.shape[1], dtype=np.int64)
    for row in values:
        there = ~np.isnan(row)
        sums = np.where(there, decay * sums + row * row, sums)
        weights = np.where(there, decay * weights + 1.0, weights)
        counts += there
    with np.errstate(invalid="ignore"):
        return sums / weights, counts
