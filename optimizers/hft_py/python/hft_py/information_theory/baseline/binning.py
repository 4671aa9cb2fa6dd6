"""Bin numbers by search among the edges."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def bin_codes(values: Floats, edges: Floats) -> npt.NDArray[Any]:
    """The number of inner ``edges`` at or below each value: uint8 up to 255 edges, else uint32."""
    inner = edges.tolist()
    codes = [bisect_right(inner, value) for value in values.tolist()]
    return np.array(codes, dtype=np.uint8 if len(inner) < 256 else np.uint32)


def extremes(values: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest number of each column; NaN where a number is not finite."""
    low, high = values.min(axis=0), values.max(axis=0)
    bad = ~(np.isfinite(low) & np.isfinite(high))
    low[bad] = high[bad] = np.nan
    return low, high
