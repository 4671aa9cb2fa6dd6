"""Pictures of matrices and of permutation tests; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import false_discovery_control

from hft_py import checks
from hft_py.information_theory._validation import Floats
from hft_py.information_theory.result import InformationMatrix, Significance
from hft_py.results import pyplot

KINDS = ("heatmap", "graph")
_UNITS = {2.0: "bits", 10.0: "bans", float(np.e): "nats"}
_LARGEST = 0.1  # part of the pairs that a graph without p-values shows


def draw(found: InformationMatrix, kind: str, level: float, most: int) -> Any:
    """The picture ``kind`` of a matrix."""
    checks.choice("kind", kind, KINDS)
    level = checks.real_number("level", level, above=0.0, most=1.0)
    most = checks.whole_number("most", most, least=1)
    return _heatmap(found) if kind == "heatmap" else _graph(found, level, most)


def units(base: float) -> str:
    """What information to a base is counted in."""
    return _UNITS.get(base, f"base {base:g}")


def _heatmap(found: InformationMatrix) -> Any:
    shown = found.matrix.copy()
    np.fill_diagonal(shown, np.nan)  # entropies would outshine what pairs share
    size = max(4.0, 0.35 * len(found.names) + 1.5)
    figure, axes = pyplot().subplots(figsize=(size + 0.8, size), layout="constrained")
    picture = axes.imshow(shown, cmap="viridis")
    axes.set_xticks(range(len(found.names)), found.names, rotation=90)
    axes.set_yticks(range(len(found.names)), found.names)
    if found.directed:
        axes.set_xlabel("target")
        axes.set_ylabel("source")
    figure.colorbar(picture, label=f"{found.measure}, {units(found.base)}", shrink=0.8)
    figure.suptitle(_title(found))
    return figure


def _title(found: InformationMatrix) -> str:
    return found.measure[0].upper() + found.measure[1:]


def significant(found: InformationMatrix, level: float) -> Any:
    """Which pairs a graph shows, ``(d, d)``."""
    d = len(found.names)
    pairs = ~np.eye(d, dtype=bool) if found.directed else np.triu(np.ones((d, d), dtype=bool), 1)
    pairs &= np.isfinite(found.matrix)
    chosen = np.zeros((d, d), dtype=bool)
    if not pairs.any():
        return chosen
    if found.p_values is not None:
        chosen[pairs] = false_discovery_control(found.p_values[pairs]) <= level
    else:
        chosen[pairs] = found.matrix[pairs] >= np.quantile(found.matrix[pairs], 1.0 - _LARGEST)
    return chosen


def _graph(found: InformationMatrix, level: float, most: int) -> Any:
    plt = pyplot()
    d = len(found.names)
    angles = 2.0 * np.pi * np.arange(d) / d
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    size = max(5.0, 0.25 * d + 3.0)
    figure, axes = plt.subplots(figsize=(size, size), layout="constrained")
    chosen = significant(found, level)
    weights = found.matrix if found.effective is None else found.effective
    largest = float(weights[chosen].max()) if chosen.any() else 1.0
    edges = np.argwhere(chosen)
    order = np.argsort(-weights[chosen], kind="stable")[:most]
    for source, target in edges[order[::-1]]:
        weight = max(0.05, float(weights[source, target]) / largest)
        _edge(axes, places[source], places[target], weight, found.directed)
    for name, (x, y) in zip(found.names, places, strict=True):
        axes.text(
            1.08 * x, 1.08 * y, name, ha="center", va="center", fontsize=9,
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "0.6"},
        )  # fmt: skip
    axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal")
    axes.axis("off")
    shown = f"the largest {_LARGEST:.0%}"
    if found.p_values is not None:
        shown = f"false discovery rate {level:g}"
    count = f"{len(edges)} pairs" if len(edges) <= most else f"{most} of {len(edges)} pairs"
    figure.suptitle(f"{_title(found)}: {count}, {shown}")
    return figure


def _edge(axes: Any, start: Floats, end: Floats, weight: float, directed: bool) -> None:
    style = "-|>" if directed else "-"
    axes.annotate(
        "", xytext=tuple(start), xy=tuple(end),
        arrowprops={
            "arrowstyle": style, "linewidth": 0.4 + 2.6 * weight, "alpha": 0.25 + 0.75 * weight,
            "color": "tab:blue", "connectionstyle": "arc3,rad=0.08", "shrinkA": 14, "shrinkB": 14,
        },
    )  # fmt: skip


def draw_null(found: Significance) -> Any:
    """A histogram of the values under the null, with the measure as a line."""
    figure, axes = pyplot().subplots(figsize=(6, 3.5), layout="constrained")
    axes.hist(found.null, bins=40, color="0.75")
    axes.axvline(found.value, color="tab:red", label=f"data, p = {found.p_value:.3g}")
    axes.set_xlabel(f"{found.measure}, {units(found.base)}")
    axes.set_ylabel("permutations")
    axes.legend()
    figure.suptitle(f"{found.measure[0].upper() + found.measure[1:]} of {', '.join(found.names)}")
    return figure
