"""Pictures: the risk tree, and realised against predicted risk."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.results import pyplot
from hft_py.risk.diagnostics import bias_statistic

__all__ = ["realised_against_predicted", "risk_tree"]

_DARK, _MIDDLE, _LIGHT = "#1f4e79", "#5b8db8", "#b3cde0"


def risk_tree(found: Any, *, largest: int = 5) -> Any:
    """The parts of a decomposition as bars, in the order of its tree (a matplotlib figure)."""
    rows = [(0, "Total", found.total)]

    def add(parts: list[Any], depth: int) -> None:
        for name, part, below in parts:
            rows.append((depth, name, part))
            add(below, depth + 1)

    add(found.parts(largest), 1)
    values = [100.0 * part for _, _, part in rows]
    figure, axis = pyplot().subplots(figsize=(8, 0.28 * len(rows) + 1.0), layout="constrained")
    colours = [(_DARK, _DARK, _MIDDLE, _LIGHT)[min(depth, 3)] for depth, _, _ in rows]
    axis.barh(range(len(rows)), values, color=colours, height=0.7)
    for place, (depth, name, part) in enumerate(rows):
        axis.annotate(
            f"{'    ' * depth}{name} {found.show(part)}", (max(values[place], 0.0), place),
            xytext=(4, 0), textcoords="offset points", va="center", fontsize=8,
        )  # fmt: skip
    axis.invert_yaxis()
    axis.set_yticks([])
    axis.set_xlabel("contribution to volatility, per cent")
    axis.set_xlim(min(0.0, *values), 1.35 * max(*values, 1e-6))
    axis.axvline(0.0, color="black", lw=0.6)
    axis.spines[["top", "right", "left"]].set_visible(False)
    return figure


def realised_against_predicted(
    returns: Any, volatility: Any, *, dates: Any = None, window: int = 63,
    periods_per_year: float = 252.0, title: str = "",
) -> Any:  # fmt: skip
    """Forecast volatility of a portfolio, what it turned out to be, and the rolling bias.

    Parameters
    ----------
    returns, volatility
        ``(T,)``; each forecast made before its return.
    window
        Over how many periods the realised volatility is computed: of the periods *after* each
        forecast.
    """
    returns, volatility = np.asarray(returns, float), np.asarray(volatility, float)
    axis_values = np.arange(len(returns)) if dates is None else dates
    year = np.sqrt(periods_per_year)
    windows = np.lib.stride_tricks.sliding_window_view(returns, window)
    realised = np.full(len(returns), np.nan)
    realised[: len(windows)] = windows.std(axis=1, ddof=1)
    found = bias_statistic(returns, volatility)
    figure, (above, below) = pyplot().subplots(
        2, 1, figsize=(9, 5.5), sharex=True, height_ratios=[3, 1], layout="constrained"
    )
    above.plot(axis_values, 100 * year * realised, color=_LIGHT, lw=1.2,
               label=f"realised, the next {window} days")  # fmt: skip
    above.plot(axis_values, 100 * year * volatility, color=_DARK, lw=1.0, label="predicted")
    above.set_ylabel("volatility, per cent a year")
    above.set_ylim(bottom=0.0)
    above.legend(frameon=False)
    above.set_title(title or "Realised against predicted risk")
    half = np.sqrt(2.0 / min(252, len(returns)))  # of a window, not of all periods
    below.axhspan(1.0 - half, 1.0 + half, color=_LIGHT, alpha=0.5, lw=0)
    below.axhline(1.0, color="black", lw=0.6)
    below.plot(axis_values, found.rolling, color=_DARK, lw=1.0)
    below.set_ylabel("bias, one year")
    return figure
