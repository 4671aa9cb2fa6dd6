"""Scaling curves: time against size, log-log, with the crossovers marked.

A crossover is where the faster of two implementations changes. It counts only where the
two stand apart, on both sides, by more than the noise floor of the run: two curves that
touch within the noise have not been seen to cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from matplotlib.axes import Axes

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed
from qpp.results import Interval, Row, ScalingCurve, StudyResult

WIDTH = 940.0
HEIGHT = 460.0
LEFT = 70.0
RIGHT = 232.0
TOP = 16.0
BOTTOM = 50.0
LABEL = 19.0


@dataclass(frozen=True)
class Line:
    """One implementation's medians over the sizes at which it ran and agreed."""

    row: Row
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Crossover:
    """Where ``faster`` overtakes ``slower`` as the size grows."""

    x: float
    y: float
    faster: str
    slower: str


def lines(study: StudyResult, curve: ScalingCurve) -> list[Line]:
    """The curves of one chart, in the order of the study."""
    sizes = sorted(curve.points.items(), key=lambda item: item[1])
    results = {w.name: w for w in study.workloads}
    found = []
    for name in roles.implementations(study):
        points = []
        for workload, x in sizes:
            row = results[workload].row(name) if workload in results else None
            drawable = row is not None and row.status in ("ok", "limit") and row.median
            if row is not None and drawable and x > 0:
                points.append((x, row.median or 0.0, row))
        if len(points) > 1:
            found.append(Line(points[-1][2], *zip(*((p[0], p[1]) for p in points), strict=True)))
    return found


def crossovers(study: StudyResult, curve: ScalingCurve) -> list[Crossover]:
    """Every change of the faster one of two implementations, in order of size."""
    noise = {
        curve.points[w.name]: _floor(w.noise) for w in study.workloads if w.name in curve.points
    }
    rivals = [line for line in lines(study, curve) if line.row.role != "limit"]
    found: list[Crossover] = []
    for one, two in combinations(rivals, 2):
        found += _crossings(one, two, noise)
    return sorted(found, key=lambda c: (c.x, c.faster, c.slower))


def _floor(noise: Interval | None) -> float:
    """The noise floor as a distance between logarithms."""
    ends = [noise.low, noise.high] if noise else []
    return max((abs(math.log(e)) for e in ends if e > 0), default=0.0)


def _crossings(one: Line, two: Line, noise: dict[float, float]) -> list[Crossover]:
    shared = [x for x in one.x if x in two.x]
    a, b = dict(zip(one.x, one.y, strict=True)), dict(zip(two.x, two.y, strict=True))
    gap = {x: math.log(a[x] / b[x]) for x in shared}
    certain = [x for x in shared if abs(gap[x]) > noise.get(x, 0.0)]
    found = []
    for left, right in pairwise(certain):
        if gap[left] * gap[right] >= 0:
            continue
        # Points within the noise may lie between: the change is in the first step that shows it.
        between = [x for x in shared if left <= x <= right]
        steps = pairwise(between)
        start, end = next((s, e) for s, e in steps if gap[s] * gap[left] >= 0 >= gap[e] * gap[left])
        share = gap[start] / (gap[start] - gap[end]) if gap[start] != gap[end] else 0.5
        x = math.exp(math.log(start) + share * math.log(end / start))
        y = math.exp(math.log(a[start]) + share * math.log(a[end] / a[start]))
        names = (one.row.implementation, two.row.implementation)
        faster, slower = names if gap[right] < 0 else names[::-1]
        found.append(Crossover(x, y, faster, slower))
    return found


def sentences(curve: ScalingCurve, found: Sequence[Crossover]) -> list[str]:
    """The crossovers in words, numbered as on the chart."""
    return [f"{c.faster} overtakes {c.slower} at {curve.label} ≈ {fmt.number(c.x)}" for c in found]


@style()
def scaling_chart(study: StudyResult, curve: ScalingCurve, name: str) -> str:
    """Inline SVG of one scaling chart; empty where no implementation has two points."""
    drawn = lines(study, curve)
    if not drawn:
        return ""
    found = crossovers(study, curve)
    figure = new_figure(WIDTH, HEIGHT)
    axes, width, height = pixel_axes(figure, LEFT, TOP, RIGHT, BOTTOM)
    x = roles.span([v for line in drawn for v in line.x], least=1.5)
    y = roles.span([v for line in drawn for v in line.y])
    roles.log_log_axes(
        axes,
        (x[0] / (x[1] / x[0]) ** 0.03, x[1] * (x[1] / x[0]) ** 0.03),
        (y[0] / (y[1] / y[0]) ** 0.08, y[1] * (y[1] / y[0]) ** 0.06),
        (roles.tick_number, roles.tick_seconds),
    )
    axes.set_xlabel(f"{roles.shorten(curve.label, 60)} (log scale)", labelpad=8)
    used: dict[str, int] = {}
    for line in drawn:
        index = used[line.row.role] = used.get(line.row.role, -1) + 1
        _line(axes, line, index)
    _labels(axes, drawn, height)
    _rings(axes, found, width)
    told = sentences(curve, found) or ["no crossover in the measured range"]
    return themed(
        figure,
        title=curve.title,
        description=f"Median time against {curve.label}, both logarithmic. {'; '.join(told)}.",
        name=name,
    )


def _line(axes: Axes, line: Line, index: int) -> None:
    role = roles.role(line.row)
    tone = roles.colour(line.row)
    hollow = role == "limit"
    dash = roles.DASHES[(index + hollow) % len(roles.DASHES)]
    axes.plot(line.x, line.y, color=tone, linewidth=1.8, linestyle=dash, zorder=3)
    [points] = axes.plot(
        line.x,
        line.y,
        roles.MARKERS[role],
        color=tone,
        markersize=roles.SIZES[role] - 0.5,
        markerfacecolor=LIGHT["paper"] if hollow or index else tone,
        markeredgewidth=1.5,
        clip_on=False,
        zorder=4,
    )
    told = ", ".join(
        f"{roles.tick_number(x)}: {fmt.seconds(y)}" for x, y in zip(line.x, line.y, strict=True)
    )
    mark(points, "curve", f"{roles.label(line.row)}: {told}")


def _labels(axes: Axes, drawn: Sequence[Line], height: float) -> None:
    """Names at the ends of the curves, pushed apart where they would overlap."""
    low, high = axes.get_ylim()
    scale = height / math.log(high / low)
    wanted = sorted((math.log(high / line.y[-1]) * scale, line.row) for line in drawn)
    placed: list[float] = []
    for y, _ in wanted:
        placed.append(max(y, placed[-1] + LABEL if placed else y))
    overflow = max(0.0, placed[-1] - height)
    for index in reversed(range(len(placed))):
        ceiling = height if index == len(placed) - 1 else placed[index + 1] - LABEL
        placed[index] = min(placed[index], ceiling) if overflow else placed[index]
    for (y, row), at in zip(wanted, placed, strict=True):
        tone = roles.colour(row)
        fraction = 1 - at / height
        axes.annotate(
            "",
            (1.0, 1 - y / height),
            (1.028, fraction),
            xycoords="axes fraction",
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-", "color": tone, "linewidth": 0.9, "alpha": 0.6},
            annotation_clip=False,
        )
        axes.text(
            1.036,
            fraction,
            roles.shorten(roles.label(row), 32),
            transform=axes.transAxes,
            va="center_baseline",
            color=tone,
            fontweight="bold" if row.role == "optimised" else "normal",
        )


def _rings(axes: Axes, found: Sequence[Crossover], width: float) -> None:
    """A numbered ring on each crossover and a line down to its size, written at the axis."""
    low, high = axes.get_xlim()
    taken: list[float] = []  # the right end of the last label on each level, in pixels
    for number, crossover in enumerate(found, start=1):
        at = math.log(crossover.x / low) / math.log(high / low) * width
        level = next((i for i, end in enumerate(taken) if at - 34 > end), len(taken))
        taken[level : level + 1] = [at + 34]
        axes.plot(
            [crossover.x, crossover.x],
            [axes.get_ylim()[0], crossover.y],
            color=LIGHT["ink"],
            linewidth=1,
            linestyle=(0, (1, 2.5)),
            zorder=2,
        )
        [ring] = axes.plot(
            [crossover.x],
            [crossover.y],
            "o",
            markersize=17,
            markerfacecolor=LIGHT["paper"],
            markeredgecolor=LIGHT["ink"],
            markeredgewidth=1.4,
            zorder=5,
        )
        told = f"{crossover.faster} overtakes {crossover.slower} at {fmt.number(crossover.x)}"
        mark(ring, "crossover", told)
        axes.annotate(
            str(number),
            (crossover.x, crossover.y),
            ha="center",
            va="center_baseline",
            fontweight="bold",
            fontsize=10,
            zorder=6,
        )
        axes.annotate(
            f"≈ {fmt.number(crossover.x)}",
            (crossover.x, axes.get_ylim()[0]),
            (0, 11 + 17 * level),
            textcoords="offset points",
            ha="center",
            va="center_baseline",
            fontsize=11,
            zorder=6,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": LIGHT["paper"], "edgecolor": "none"},
        )
