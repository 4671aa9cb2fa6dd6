"""Paths of the hidden chain."""

from __future__ import annotations

import numpy as np

from hft_py.hmm._types import Floats, Ints


def simulate(start: Floats, transition: Floats, uniforms: Floats) -> Ints:
    """A path of the chain by inversion, one uniform number a step."""
    path = np.empty(len(uniforms), dtype=np.int64)
    cumulative, rows = np.cumsum(start), np.cumsum(transition, axis=1)
    for t, u in enumerate(uniforms):
        # The last sum may fall short of one by a rounding error.
        path[t] = min(int((cumulative <= u).sum()), len(start) - 1)
        cumulative = rows[path[t]]
    return path
