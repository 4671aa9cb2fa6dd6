"""Plots of a search."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mle.result import OptimizeResult
from hft_py.results import pyplot


def convergence(result: OptimizeResult, axes: Any = None, floor: float | None = None) -> Any:
    """The best value against evaluations: see :meth:`OptimizeResult.plot`."""
    if axes is None:
        axes = pyplot().subplots(layout="constrained")[1]
    values = result.history.best - (floor or 0.0)
    if result.maximize and floor is not None:
        values = -values
    axes.plot(result.history.evaluations, values, drawstyle="steps-post")
    finite = values[np.isfinite(values)]
    if floor is not None or (finite.size and finite.max() > 10.0 * finite.min() > 0.0):
        axes.set_yscale("log", nonpositive="clip")
    axes.set_xlabel("evaluations")
    axes.set_ylabel("best value" if floor is None else "distance to the known optimum")
    return axes
