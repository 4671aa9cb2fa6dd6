"""Pictures: the risk tree, and realised against predicted risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hft_py.results import pyplot

if TYPE_CHECKING:
    from hft_py.risk.decomposition import RiskDecomposition

__all__ = ["risk_tree"]

_DARK, _MIDDLE, _LIGHT = "#1f4e79", "#5b8db8", "#b3cde0"


def risk_tree(found: RiskDecomposition, *, largest: int = 5) -> Any:
    """The lines of the tree as bars, in the tree's order (a matplotlib figure)."""
    lines = found.tree(largest=largest).splitlines()
    depth = [(len(line) - len(line.lstrip("│├└ "))) // 2 for line in lines]
    values = [float(line.rsplit(" %", 2 if "(" in line else 1)[0].rsplit(" ", 1)[1])
              for line in lines]  # fmt: skip
    figure, axis = pyplot().subplots(figsize=(8, 0.28 * len(lines) + 1.0), layout="constrained")
    colours = [(_DARK, _DARK, _MIDDLE, _LIGHT)[min(d, 3)] for d in depth]
    places = range(len(lines))
    axis.barh(places, values, color=colours, height=0.7)
    for place, line, value in zip(places, lines, values, strict=True):
        text = line.lstrip("│├└ ")
        axis.annotate(
            text, (max(value, 0.0), place), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
    axis.invert_yaxis()
    axis.set_yticks([])
    axis.set_xlabel("contribution to volatility, per cent")
    axis.set_xlim(min(0.0, *values), 1.35 * max(values))
    axis.axvline(0.0, color="black", lw=0.6)
    axis.spines[["top", "right", "left"]].set_visible(False)
    return figure
