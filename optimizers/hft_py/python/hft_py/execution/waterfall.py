"""The shortfall as a waterfall: each part starts where the one before it ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.results import pyplot

__all__ = ["waterfall"]

_COST, _GAIN, _TOTAL = "#b04a3f", "#3f8f5b", "#1f4e79"


def waterfall(costs: Any, *, title: str = "Implementation shortfall") -> Any:
    """The parts of the shortfall in basis points of the paper portfolio (a matplotlib figure).

    ``costs`` is an :class:`~hft_py.execution.ExecutionCosts`.

    Examples
    --------
    >>> import pandas as pd
    >>> from hft_py.execution import analyze_execution
    >>> fills = pd.DataFrame({"quantity": [100], "price": [10.02], "side": ["buy"]})
    >>> waterfall(analyze_execution(fills, arrival=10.0)).axes[0].get_ylabel()
    'basis points'
    """
    names = [*costs.parts_bp, "total"]
    values = np.array([*costs.parts_bp.values(), costs.basis_points])
    starts = np.append(0.0, np.cumsum(values[:-1]))
    starts[-1] = 0.0
    figure, axis = pyplot().subplots(figsize=(8, 4), layout="constrained")
    colours = [_COST if value > 0 else _GAIN for value in values[:-1]] + [_TOTAL]
    axis.bar(names, values, bottom=starts, color=colours, width=0.6)
    ends = starts + values
    for place, (value, end, start) in enumerate(zip(values, ends, starts, strict=True)):
        axis.annotate(
            f"{round(value, 2) + 0.0:+.2f}", (place, max(end, start)), xytext=(0, 3),
            textcoords="offset points", ha="center", fontsize=9,
        )  # fmt: skip
        if place < len(values) - 1:
            axis.plot([place + 0.3, place + 0.7], [end, end], color="black", lw=0.6)
    axis.axhline(0.0, color="black", lw=0.6)
    low, high = min(0.0, *ends, *starts), max(0.0, *ends, *starts)
    margin = 0.1 * (high - low or 1.0)
    axis.set_ylim(low - margin if low < 0 else 0.0, high + margin)
    axis.set_ylabel("basis points")
    axis.set_title(title)
    axis.spines[["top", "right"]].set_visible(False)
    return figure
