"""Paths of the hidden chain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def simulate(start: Floats, transition: Floats, uniforms: Floats) -> npt.NDArray[np.int64]:
    """A path of the chain by inversion, one uniform number a step."""
    path = np.empty(len(uniforms), dtype=np.int64)
    starts, rows = np.cumsum(start), np.cumsum(transition, axis=1)
    cumulative = starts
    for t, u in enumerate(uniforms):
        # The last sum may fall short of one by a rounding error.
        path[t] = min(int((cumulative <= u).sum()), len(start) - 1)
        cumulative = rows[path[t]]
    return path
